# SPDX-License-Identifier: Apache-2.0
"""What pyhamt offers for other libraries: it is documented, and needs none of them.

How each works with its library is tested in a file of its own.
"""

from __future__ import annotations

import doctest
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from child import run_child
from pyhamt import PersistentMap, _pydantic, hooks, testing, to_builtins

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "to_builtins": to_builtins,
    "get_core_schema": _pydantic.get_core_schema,
    **{f"hooks.{name}": getattr(hooks, name) for name in hooks.__all__},
    **{f"testing.{name}": getattr(testing, name) for name in testing.__all__},
}
LIBRARIES = ("attr", "cattrs", "hypothesis", "msgspec", "pydantic", "pydantic_core")


@pytest.fixture(params=FUNCTIONS)
def function(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return FUNCTIONS[request.param]


def test_text_has_a_summary_a_cost_and_errors(function: Callable[..., Any]) -> None:
    doc = inspect.getdoc(function)
    assert doc is not None
    assert doc.partition("\n\n")[0].endswith(".")
    assert "Complexity: O(" in doc
    assert "Raises " in doc


def test_example_runs(function: Callable[..., Any]) -> None:
    example = doctest.DocTestParser().get_doctest(
        inspect.getdoc(function) or "",
        {"PersistentMap": PersistentMap, function.__name__: function},
        function.__name__,
        None,
        None,
    )
    report: list[str] = []
    results = doctest.DocTestRunner().run(example, out=report.append)
    assert results.attempted > 0
    assert results.failed == 0, "".join(report)


def test_no_library_is_imported_before_it_is_used() -> None:
    program = """
        import sys
        import pyhamt
        from pyhamt import hooks

        for name in pyhamt.__all__:
            getattr(pyhamt, name)
        pyhamt.PersistentMap(a=1).diff(pyhamt.PersistentMap())
        hooks.msgspec_enc_hook(pyhamt.PersistentMap(a=1))
        print(sorted(set(sys.modules) & set(sys.argv[1:])))
    """
    assert run_child(program, *LIBRARIES) == "[]\n"


def test_testing_without_hypothesis_says_what_it_needs() -> None:
    program = """
        import sys

        sys.modules["hypothesis"] = None
        try:
            import pyhamt.testing
        except ImportError as error:
            print(error)
    """
    assert run_child(program) == (
        "pyhamt.testing needs hypothesis, which is not there\n"
    )
