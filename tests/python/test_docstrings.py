# SPDX-License-Identifier: Apache-2.0
"""What `help()` shows: each public name has a text, a cost, an example that runs and a
signature, which is that of the reference.
"""

from __future__ import annotations

import doctest
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import pyhamt
from pyhamt import MISSING, PersistentMap, _methods
from reference import ReferenceMap

PUBLIC_METHODS = [name for name in vars(PersistentMap) if not name.startswith("_")]

WRITTEN_IN_PYTHON = {name for name in _methods.__all__ if not name.startswith("_")}

# Names of the package that do nothing: a constant, an error, two records.
WITHOUT_COST = {"MISSING", "ConflictError", "MapStats", "SharedNodes"}


def documented_names() -> Iterator[tuple[str, Any]]:
    for name in pyhamt.__all__:
        if name in WITHOUT_COST:
            continue
        public = getattr(pyhamt, name)
        yield name, public
        members = vars(public) if inspect.isclass(public) else ()
        for member in members:
            # Descriptors of slots have no text of their own.
            if not (
                member.startswith("_") or inspect.ismemberdescriptor(members[member])
            ):
                yield f"{name}.{member}", getattr(public, member)
    for view in (PersistentMap().keys(), PersistentMap().items()):
        yield f"{type(view).__name__}.isdisjoint", view.isdisjoint


DOCUMENTED = dict(documented_names())

# A property is not called, and a mutation is made by PersistentMap.mutate.
CALLED = [name for name in DOCUMENTED if name not in ("Atom.value", "MapMutation")]


@pytest.fixture(params=DOCUMENTED)
def documented(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return DOCUMENTED[request.param]


def test_public_methods_are_those_of_the_reference() -> None:
    own = {name for name in vars(ReferenceMap) if not name.startswith("_")}
    assert set(PUBLIC_METHODS) == own | WRITTEN_IN_PYTHON


@pytest.mark.parametrize("name", pyhamt.__all__)
def test_every_public_name_has_a_summary(name: str) -> None:
    doc = inspect.getdoc(getattr(pyhamt, name))
    assert doc is not None
    assert doc.partition("\n\n")[0].endswith(".")


def test_docstring_has_a_summary_and_a_cost(documented: Callable[..., Any]) -> None:
    doc = inspect.getdoc(documented)
    assert doc is not None
    assert doc.partition("\n\n")[0].endswith(".")
    assert inspect.isclass(documented) or "Complexity: O(" in doc


@pytest.mark.parametrize("name", [*CALLED, "ConflictError", "MapMutation"])
def test_docstring_has_an_example_that_runs(name: str) -> None:
    doc = inspect.getdoc(DOCUMENTED.get(name) or getattr(pyhamt, name)) or ""
    names = {public: getattr(pyhamt, public) for public in pyhamt.__all__}
    example = doctest.DocTestParser().get_doctest(doc, names, name, None, None)
    report: list[str] = []
    results = doctest.DocTestRunner().run(example, out=report.append)
    assert results.attempted > 0
    assert results.failed == 0, "".join(report)


@pytest.mark.parametrize("name", CALLED)
def test_signature_can_be_read(name: str) -> None:
    inspect.signature(DOCUMENTED[name])


def parameters_of(function: Callable[..., Any]) -> list[Any]:
    """What a caller sees of a signature: positional parameters have no name."""
    return [
        (
            parameter.kind,
            ... if parameter.default is MISSING else parameter.default,
            parameter.kind != parameter.POSITIONAL_ONLY and parameter.name,
        )
        for parameter in inspect.signature(function).parameters.values()
    ]


@pytest.mark.parametrize("name", PUBLIC_METHODS)
def test_signature_is_that_of_the_reference(name: str) -> None:
    ours = getattr(PersistentMap, name)
    written_in = _methods if name in WRITTEN_IN_PYTHON else ReferenceMap
    reference = getattr(written_in, name)
    assert parameters_of(ours) == parameters_of(reference)


def test_signature_of_the_type_is_that_of_the_reference() -> None:
    assert parameters_of(PersistentMap) == parameters_of(ReferenceMap)


def test_package_has_a_docstring_and_public_names() -> None:
    assert pyhamt.__doc__
    assert "PersistentMap" in pyhamt.__all__
    assert all(hasattr(pyhamt, name) for name in pyhamt.__all__)
