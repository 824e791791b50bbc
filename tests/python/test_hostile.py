# SPDX-License-Identifier: Apache-2.0
"""Hostile Python code in the middle of every method: it raises, drops what is in use,
edits it, does it once more, collects, lets another thread in.

All runs are in child processes, which name each run before it starts. What is called,
and how, is in `hostile/entries.py`, the actions are in `hostile/actions.py`. A method
without a case there fails a test here.
"""

from __future__ import annotations

import sys
from typing import Any

import pytest

from child import HERE, run_script

# The name of the folder is that of a module beside it, so it is no package.
FOLDER = HERE / "hostile"
sys.path.append(str(FOLDER))

from actions import ACTIONS  # noqa: E402
from entries import ENTRIES, missing, missing_types  # noqa: E402
from scenarios import SCENARIOS  # noqa: E402

import pyhamt  # noqa: E402
from pyhamt import Atom  # noqa: E402

# ---- Nothing is left out -------------------------------------------------------------


def test_every_type_has_hostile_cases() -> None:
    assert missing_types() == []


@pytest.mark.parametrize("owner", ENTRIES, ids=lambda owner: owner.__name__)
def test_every_method_has_a_hostile_case(owner: Any) -> None:
    assert missing(owner, ENTRIES[owner]) == []


def test_method_without_a_case_is_named() -> None:
    class Grown:
        def method(self) -> None:
            pass

    cases = {"(end)": ENTRIES[Atom]["value"]}
    assert missing(Grown, cases) == ["Grown.method"]
    assert missing(Grown, {**cases, "method": ()}) == ["Grown.method"]
    cases["method"] = cases["gone"] = ENTRIES[Atom]["value"]
    assert missing(Grown, cases) == ["Grown.gone"]


def test_type_without_cases_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyhamt, "NewType", type("NewType", (), {}), raising=False)
    monkeypatch.setattr(pyhamt, "__all__", [*pyhamt.__all__, "NewType"])
    assert missing_types() == ["NewType"]


# ---- The runs ------------------------------------------------------------------------


@pytest.mark.parametrize("action", ACTIONS)
def test_hostile_code_in_the_middle_of_every_method(action: str) -> None:
    run_script(FOLDER / "run.py", action, timeout_s=3600)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.__name__)
def test_that_stands_for(scenario: Any) -> None:
    run_script(FOLDER / "scenarios.py", scenario.__name__)
