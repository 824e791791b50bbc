# SPDX-License-Identifier: Apache-2.0
"""What `help()` shows: each public name has a text, a cost, an example that runs and a
signature, which is that of the reference.
"""

from __future__ import annotations

import doctest
import inspect
from collections.abc import Callable
from typing import Any

import pytest

import pyhamt
from pyhamt import MISSING, PersistentMap, _methods
from reference import ReferenceMap

PUBLIC_METHODS = [name for name in vars(PersistentMap) if not name.startswith("_")]

WRITTEN_IN_PYTHON = set(_methods.__all__)

DOCUMENTED: dict[str, Any] = {
    "PersistentMap": PersistentMap,
    **{name: getattr(PersistentMap, name) for name in PUBLIC_METHODS},
    "keys().isdisjoint": PersistentMap().keys().isdisjoint,
    "items().isdisjoint": PersistentMap().items().isdisjoint,
}


@pytest.fixture(params=DOCUMENTED)
def documented(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return DOCUMENTED[request.param]


def test_public_methods_are_those_of_the_reference() -> None:
    own = {name for name in vars(ReferenceMap) if not name.startswith("_")}
    assert set(PUBLIC_METHODS) == own | WRITTEN_IN_PYTHON


def test_docstring_has_a_summary_and_a_cost(documented: Callable[..., Any]) -> None:
    doc = inspect.getdoc(documented)
    assert doc is not None
    assert doc.partition("\n\n")[0].endswith(".")
    assert "Complexity: O(" in doc


def test_docstring_has_an_example_that_runs(documented: Callable[..., Any]) -> None:
    doc = inspect.getdoc(documented) or ""
    example = doctest.DocTestParser().get_doctest(
        doc, {"PersistentMap": PersistentMap}, repr(documented), None, None
    )
    report: list[str] = []
    results = doctest.DocTestRunner().run(example, out=report.append)
    assert results.attempted > 0
    assert results.failed == 0, "".join(report)


def test_signature_can_be_read(documented: Callable[..., Any]) -> None:
    assert documented.__text_signature__
    inspect.signature(documented)


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
