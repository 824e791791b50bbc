# SPDX-License-Identifier: Apache-2.0
"""Runs every case of the table with one hostile action, over maps of every kind.

A calm run tells which doors there are. Then the action comes in through each kind of
door, at one of the times when it opens, or at all of them under PYHAMT_LONG_TESTS=1.
Each run is named before it starts, so that a crash names its own.
"""

from __future__ import annotations

import faulthandler
import gc
import os
import sys
import sysconfig
import weakref
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from actions import ACTIONS, EDIT_ERRORS, Action, Drop, Edit, Raise
from doors import Gate, Refused, Ring, door, live
from entries import ENTRIES
from worlds import CONTENTS, Case, Content, World, in_a_cycle, leftovers, outcome_of

LONG = os.environ.get("PYHAMT_LONG_TESTS") == "1"

# Doors that the collector opens.
COLLECTING = {"__del__ of garbage", "collector"}

# Doors where Python reports an exception and goes on.
REPORTING = COLLECTING | {"__del__", "__del__ of a map", "weak reference"}

FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))

# Free-threaded Python waits for many more objects unless the second is 0. It looks at
# the threshold with each 512th new object of a thread only.
THRESHOLDS = (1, 0) if FREE_THREADED else (1,)
COUNTED_BY = 512

reported: list[Any] = []

# How often the action came in through each door of the collector, where the run itself
# asks for no collection.
acted: Counter[str] = Counter()


def report(unraisable: Any) -> None:
    reported.append(unraisable.exc_type)


def tell(phase: str, info: object) -> None:
    if phase == "start":
        Ring()  # Garbage that this collection finds.
        door("collector")


def come_close() -> list[list[object]]:
    """New objects, after which few more let the free-threaded collector run."""
    made: list[list[object]] = []
    watch = Ring()
    has_run = weakref.ref(watch)
    del watch
    while has_run() is not None:
        made.append([])
    return made + [[] for _ in range(COUNTED_BY - 3)]


@contextmanager
def collecting(wanted: bool) -> Iterator[None]:
    """Let the collector run as often as it can, and tell of it at a door."""
    if not wanted:
        yield
        return
    # Without freed lists that the interpreter keeps, each new one is an allocation.
    ballast: list[list[object]] = [[] for _ in range(100)]
    gc.callbacks.append(tell)
    gc.set_threshold(*THRESHOLDS)
    gc.enable()
    if FREE_THREADED:
        ballast += come_close()
    try:
        yield
    finally:
        gc.disable()
        gc.callbacks.remove(tell)
        ballast.clear()


def keep_mortal() -> None:
    """Let Python go on to free code objects, by which deaths are counted, and types.

    The free-threaded 3.13 makes them immortal when a thread starts, unless its own
    tests ask it not to.
    """
    if FREE_THREADED and sys.version_info < (3, 14):
        from _testinternalcapi import suppress_immortalization

        suppress_immortalization(True)


def run(world: World, gate: Gate, collects: bool) -> Any:
    with collecting(collects):
        return outcome_of(world, gate)


def moments(times: dict[str, int], label: str) -> Iterator[tuple[str, int]]:
    """For each door, the times of its opening at which the action comes in."""
    for name, count in times.items():
        chosen = (1, count // 2 + 1, count)
        number = zlib.crc32(f"{label} {name}".encode())
        for n in range(1, count + 1) if LONG else [chosen[number % 3]]:
            yield name, n


def run_case(case: Case, content: Content, action: Action, label: str) -> set[str]:
    """The doors that a case has, those of the collector left out."""
    opened: set[str] = set()
    for collects in (False, True):
        if collects and not LONG and zlib.crc32(label.encode()) % 2:
            continue
        if collects and case.is_import:
            continue
        world = World(content, case)
        gate = Gate()
        expected = run(world, gate, collects), world.state()
        world.check()
        for name, n in moments(gate.times, label):
            if (name in COLLECTING) != collects:
                continue
            if not collects:
                opened.add(name)
            where = f"{label}, at {name} number {n}"
            print(where, flush=True)
            world = World(content, case)
            world.expected = expected[0]
            try:
                attack(world, action, name, n, expected)
            except AssertionError as error:
                raise AssertionError(f"{where}: {error}") from error
        del world
    left = leftovers()
    assert +live == {}, f"{label} leaves {+live}"
    assert left == [], f"{label} leaves {left}"
    # What has been loaded is not to slow the collections down.
    gc.freeze()
    return opened


def attack(
    world: World, action: Action, name: str, n: int, expected: tuple[Any, Any]
) -> None:
    """Run a case with an action in its middle, and check what became of it."""
    case = world.case
    reported.clear()
    gate = Gate(lambda: action.act(world), name, n)
    found = run(world, gate, name in COLLECTING)
    action.end(world)
    # Collections do not start at the same times again.
    was_done = gate.action is None
    if name in COLLECTING and case.run is not in_a_cycle:
        acted[name] += was_done
    assert was_done or name in COLLECTING, "the door did not open"
    if isinstance(action, Raise):
        expected_reports = [Refused] * (was_done and name in REPORTING)
        assert reported == expected_reports, f"it reports {reported}"
        comes_out = name not in REPORTING | case.swallows
        assert (found == "Refused") == comes_out, f"it gives {found}"
        is_calm = not comes_out
        if comes_out:
            world.check_that_no_edit_is_left()
    else:
        assert reported == [], f"it reports {reported}"
        is_calm = not action.edits or not (case.is_once or isinstance(action, Edit))
    if isinstance(action, Drop) and found == "Gone":
        return
    if is_calm:
        assert found == expected[0], f"it gives {found} in place of {expected[0]}"
        if not isinstance(action, Drop):
            assert world.state() == expected[1], f"it leaves {world.state()}"
    elif isinstance(found, str) and not isinstance(action, Raise):
        names = [error.__name__ for error in EDIT_ERRORS]
        assert found in (expected[0], *names), f"it gives {found}"
    world.check()


def main(action_name: str) -> None:
    faulthandler.dump_traceback_later(3000 if LONG else 100, exit=True)
    sys.unraisablehook = report
    sys.setswitchinterval(1e-6)
    keep_mortal()
    action = ACTIONS[action_name]()
    gc.collect()
    gc.freeze()  # What is there already is not to slow the collections down.
    gc.disable()
    failures = []
    for owner, methods in ENTRIES.items():
        for method, cases in methods.items():
            name = f"{owner.__name__}.{method}"
            try:
                run_method(name, cases, action)
            except AssertionError as error:
                failures.append(f"{name}: {error}")
                # What leaks is told of once.
                live.clear()
                gc.collect()
                gc.freeze()
    # A single collection may come at another time; not all of them.
    for name in sorted(COLLECTING):
        print(f"came in {acted[name]} times at {name}")
        if acted[name] == 0:
            failures.append(f"never came in at {name}")
    for failure in failures:
        print("FAILED", failure)
    sys.exit(len(failures) > 0)


def run_method(name: str, cases: tuple[Case, ...], action: Action) -> None:
    opened_by: list[set[str]] = []
    for number, case in enumerate(cases, 1):
        # What is loaded when it is first used opens doors only then.
        run(World(CONTENTS[0], case), Gate(), collects=False)
        opened: set[str] = set()
        for content in CONTENTS:
            opened |= run_case(
                case, content, action, f"{name} {number}, {content.name}"
            )
        quiet = case.is_quiet or case.is_import
        assert not (quiet and opened), f"case {number} opens {opened}"
        opened_by.append(opened)
    is_quiet = all(case.is_quiet or case.is_import for case in cases)
    assert is_quiet or any(opened_by), "runs no Python code: its cases are quiet"


if __name__ == "__main__":
    main(*sys.argv[1:])
