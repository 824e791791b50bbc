# SPDX-License-Identifier: Apache-2.0
"""Calls in which something fails: an allocation, a `__hash__` or an `__eq__`.

The scripts of `faults/` call every method of the native types, in processes of their
own. What they check, they say.
"""

from __future__ import annotations

import copy
import importlib.util
import pickle
import sys
from collections.abc import Callable

import pytest

import pyhamt
from child import HERE, run_script
from conftest import LONG_TESTS
from faults.cases import (
    ADDRESSES,
    ALWAYS_RAISES,
    CASES,
    FORWARDED,
    MAY_RAISE_WHEN_TRACKED,
    MIXED,
    PARTIAL,
    PICKLE,
    SILENT,
    UNTRIED,
)
from faults.memory_return import WAYS
from faults.package_cases import PACKAGE_CASES, QUIET, QUIET_UNLESS_COLLIDING
from faults.worlds import KINDS, methods

FAULTS = HERE / "faults"

needs_testcapi = pytest.mark.skipif(
    importlib.util.find_spec("_testcapi") is None,
    reason="this Python has no _testcapi, which makes an allocation fail",
)

TRACKING = ("atomic", "tracked")


def test_every_method_of_the_native_types_has_a_case() -> None:
    assert sorted([*CASES, *UNTRIED]) == sorted(methods(pyhamt))


def test_what_is_said_of_a_case_is_said_of_one_that_is_there() -> None:
    labels = {
        f"{name} {case}".rstrip()
        for name, some in {**CASES, **PACKAGE_CASES}.items()
        for case in some
    }
    for table in (
        *(ALWAYS_RAISES, MAY_RAISE_WHEN_TRACKED, PARTIAL, ADDRESSES),
        *(FORWARDED, MIXED, PICKLE, SILENT),
    ):
        assert set(table) <= labels | set(CASES)


# That those after the first fail as well is for those who have the time.
@needs_testcapi
@pytest.mark.parametrize("extent", ["alone", "lasting"] if LONG_TESTS else ["alone"])
@pytest.mark.parametrize("tracking", TRACKING)
@pytest.mark.parametrize("kind", KINDS)
def test_failing_allocation_raises_memory_error_and_changes_nothing(
    kind: str, tracking: str, extent: str
) -> None:
    failures = int(run_script(FAULTS / "allocations.py", kind, tracking, extent))
    assert failures > 1000


crashes_alone = pytest.mark.skipif(
    sys.version_info[:2] == (3, 13),
    reason="CPython 3.13 crashes when the dict of a type could not grow once",
)


@needs_testcapi
@pytest.mark.parametrize(
    "extent", [pytest.param("alone", marks=crashes_alone), "lasting"]
)
def test_failing_allocation_of_the_initialisation_leaves_nothing(extent: str) -> None:
    failures = int(run_script(FAULTS / "initialisation.py", extent))
    assert failures > 100


@pytest.mark.parametrize("tracking", TRACKING)
@pytest.mark.parametrize("kind", KINDS)
def test_failing_callback_raises_its_own_exception_and_changes_nothing(
    kind: str, tracking: str
) -> None:
    callers = run_script(FAULTS / "callbacks.py", kind, tracking).split()
    quiet = QUIET if kind == "colliding" else QUIET | QUIET_UNLESS_COLLIDING
    assert set(callers) == {*CASES, *PACKAGE_CASES} - SILENT - quiet


class NoState(pyhamt.PersistentMap):
    """A subclass that cannot say what it has."""

    @property
    def __getstate__(self) -> object:
        raise ZeroDivisionError


class NoPlaceForState(pyhamt.PersistentMap):
    """A subclass that cannot be given what another has."""

    @property
    def __setstate__(self) -> object:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("subclass", "take"),
    [
        (NoState, copy.copy),
        (NoState, copy.deepcopy),
        (NoState, pickle.dumps),
        (NoPlaceForState, copy.copy),
        (NoPlaceForState, copy.deepcopy),
    ],
)
def test_exception_of_a_subclass_that_is_asked_for_its_state_comes_out(
    subclass: type[pyhamt.PersistentMap], take: Callable[[object], object]
) -> None:
    """As of a subclass of dict; a MemoryError was taken for a missing method."""
    source = subclass(a=1)
    source.attribute = [1]
    with pytest.raises(ZeroDivisionError):
        take(source)


class Nameless(type):
    """The type of classes that do not give their name."""

    @property
    def __name__(cls) -> str:
        raise ZeroDivisionError


def test_no_repr_runs_after_that_of_a_class_without_a_name_has_failed() -> None:
    """Code that runs with an exception set fails in ways of its own."""

    class Unnamed(pyhamt.PersistentMap, metaclass=Nameless):
        pass

    class Key:
        def __repr__(self) -> str:
            asked.append(self)
            return "Key()"

    asked: list[Key] = []
    with pytest.raises(ZeroDivisionError):
        repr(Unnamed({Key(): 1}))
    assert not asked


@pytest.mark.parametrize("way", WAYS)
def test_a_million_entries_that_are_dropped_return_their_memory(way: str) -> None:
    run_script(FAULTS / "memory_return.py", way)
