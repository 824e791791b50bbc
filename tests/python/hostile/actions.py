# SPDX-License-Identifier: Apache-2.0
"""What hostile code does when it comes in through a door, and what then must be so.

An action gets the world of a run, in the middle of that run. Most of what it may do to
a map changes nothing, since a map does not change: the run must end as a calm one does.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from doors import Gate, Pairs, Refused, Table
from worlds import ITERATORS, World, outcome_of

from pyhamt import Atom, MapMutation, PersistentMap

# For a thread that waits, which is one of a failed test, if it comes to that.
TIMEOUT_S = 30

# What an edit raises that comes at the wrong time.
EDIT_ERRORS = (RuntimeError, ValueError, KeyError, StopIteration)

# What hostile code edits of what it meets. Not an OrderedDict: its own iterator crashes
# when `==` of a key clears it.
EDITABLE = (MapMutation, list, dict, Pairs, Table)


class Action:
    """Hostile code, and what it may bring about in the run that it interrupts."""

    # Whether what is in use can be another after it, so that the run may end otherwise.
    edits = False

    def act(self, world: World) -> None:
        """Do it, inside of the run."""

    def end(self, world: World) -> None:
        """End what it began, after the run."""


class Raise(Action):
    """Raises an exception."""

    def act(self, world: World) -> None:
        raise Refused


class Drop(Action):
    """Drops the last outside references to all that is in use, and uses the memory."""

    def act(self, world: World) -> None:
        world.parts.clear()
        world.kept = [
            PersistentMap.fromkeys(range(size), [size]) for size in (1, 6, 12, 24)
        ]


class Edit(Action):
    """Edits what is in use, and then ends it."""

    edits = True

    def act(self, world: World) -> None:
        number = world.content.absent + 1
        for name, part in list(world.parts.items()):
            if type(part) in EDITABLE:
                world.before.pop(name, None)
            if type(part) is MapMutation:
                _edit_mutation(part, world)
            elif type(part) is Atom:
                part.reset(PersistentMap({number: number}))
            elif type(part) in ITERATORS:
                world.kept.extend(part)
            elif type(part) in EDITABLE:
                part.clear()


def _edit_mutation(mutation: MapMutation, world: World) -> None:
    # What a reader has begun stays what it was, or says that it is not.
    world.kept += [iter(mutation), list(mutation.items())]
    for edit in (
        lambda: mutation.set(world.content.absent + 1, 1),
        lambda: mutation.delete(world.present),
        lambda: mutation.update({world.content.absent + 2: []}),
        mutation.clear,
        lambda: world.kept.append(mutation.finish()),
    ):
        with suppress(*EDIT_ERRORS):
            edit()


class Recurse(Action):
    """Does what is being done, once more."""

    edits = True

    def act(self, world: World) -> None:
        found = outcome_of(world)
        if not world.case.is_once:
            assert found == world.expected, f"the inner run gives {found}"


class Look(Action):
    """Looks at every list that the collector knows."""

    def act(self, world: World) -> None:
        for thing in gc.get_objects():
            if type(thing) is list:
                thing.copy()


class Collect(Action):
    """Starts a full collection."""

    def act(self, world: World) -> None:
        gc.collect()


class Switch(Action):
    """Lets another thread use the same objects.

    The other one does what this one does, too. It stops at the first door, in the
    middle, until this one is through: each has a part of its work behind it when the
    other one works.
    """

    edits = True

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(1)
        self.other: Future[Any] | None = None
        self.has_paused = threading.Event()
        self.may_go_on = threading.Event()

    def pause(self) -> None:
        self.has_paused.set()
        assert self.may_go_on.wait(TIMEOUT_S), "the first thread does not end"

    def work(self, world: World) -> Any:
        try:
            if world.case.is_once and type(world.parts.get("subject")) is MapMutation:
                # A read that the edit of the first thread comes into the middle of.
                with Gate(self.pause, "__eq__"):
                    world.kept.append(world.it.get(world.present))
            return outcome_of(world, Gate(self.pause))
        finally:
            self.has_paused.set()

    def act(self, world: World) -> None:
        self.has_paused.clear()
        self.may_go_on.clear()
        self.other = self.pool.submit(self.work, world)
        assert self.has_paused.wait(TIMEOUT_S), "the other thread is stuck"

    def end(self, world: World) -> None:
        self.may_go_on.set()
        if self.other is None:
            return
        found = self.other.result(TIMEOUT_S)
        self.other = None
        # By the time of its next work it has let go of this one.
        self.pool.submit(int).result(TIMEOUT_S)
        if not world.case.is_once:
            assert found == world.expected, f"the other thread gets {found}"


ACTIONS: dict[str, Callable[[], Action]] = {
    "raise": Raise,
    "drop": Drop,
    "edit": Edit,
    "recurse": Recurse,
    "look": Look,
    "collect": Collect,
    "switch": Switch,
}
