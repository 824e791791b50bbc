# SPDX-License-Identifier: Apache-2.0
"""What hostile code meets: the object in use, its operand, and nothing else that holds
them; and what must be true of all of them afterwards.
"""

from __future__ import annotations

import gc
import re
import sys
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from itertools import chain
from types import CodeType
from typing import Any

from doors import Key, Ring, Verdict, door, plain_value

from keys import hash_of_path
from pyhamt import MISSING, Atom, MapDiff, MapMutation, PersistentMap

_map = PersistentMap(a=1)
_views = (_map.keys(), _map.items(), _map.values())
KEYS_VIEW, ITEMS_VIEW, VALUES_VIEW = VIEWS = tuple(map(type, _views))
ITERATORS = tuple(type(iter(view)) for view in _views)
del _map, _views

NATIVE = (PersistentMap, MapMutation, *VIEWS, *ITERATORS)


# No gate.
CALM: AbstractContextManager[Any] = nullcontext()


class Submap(PersistentMap):
    """A subclass with an attribute, whose hooks of copying and pickling are doors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        door("__init__")
        self.name = "a name"

    def __getstate__(self) -> Any:
        door("__getstate__")
        return dict(self.__dict__)

    def __setstate__(self, state: Any) -> None:
        door("__setstate__")
        self.__dict__.update(state)

    def __del__(self) -> None:
        door("__del__ of a map")


class LazySubmap(Submap):
    """A subclass that makes the hooks when they are asked for."""

    @property
    def __getstate__(self) -> Any:
        door("getting __getstate__")
        return lambda: dict(self.__dict__)

    @property
    def __setstate__(self) -> Any:
        door("getting __setstate__")
        return self.__dict__.update


# ---- Contents ------------------------------------------------------------------------


# Ints that differ by this have one hash.
_MODULUS = sys.hash_info.modulus

# A hash whose path parts from that of 0 on the last level.
_DEEP = 2**60 + 2**52

# The numbers of the keys of each kind of map. The first has neighbours where a kind has
# any: other keys of its hash, or of a path that is its own for a few levels.
KINDS = {
    "array": [i % 3 + 1 + i * _MODULUS for i in range(6)],
    "trie": [
        *map(hash_of_path, ["2", "21", "201", "2001"]),
        *(i * 0x9E3779B97F4A7C15 % _MODULUS for i in range(4, 20)),
    ],
    "colliding": [
        *(i * _MODULUS for i in range(4)),
        *(_DEEP + i * _MODULUS for i in range(4)),
        *(i + i * _MODULUS for i in range(8, 12)),
    ],
}

# Names of keys that no map has, beside those of its hashes.
_STRANGERS = 100


class Content:
    """A kind of map, and whether the collector tracks what is in it."""

    def __init__(self, kind: str, *, tracked: bool) -> None:
        self.name = f"{kind}, tracked" if tracked else kind
        self.tracked = tracked
        self.numbers = KINDS[kind]
        self.absent = self.numbers[0] + _STRANGERS * _MODULUS

    def key(self, number: int) -> Any:
        return Key(number) if self.tracked else number

    def value(self, number: int) -> Any:
        return Key(number) if self.tracked else plain_value(number)

    def pairs(self) -> list[tuple[Any, Any]]:
        """What the map of a world has."""
        return [(self.key(n), self.value(i + 1)) for i, n in enumerate(self.numbers)]

    def new_pairs(self) -> list[tuple[Key, Any]]:
        """New values for some keys, and keys beside them."""
        numbers = [*self.numbers[::3], self.absent, self.numbers[-1] + 7]
        return [(Key(n), self.value(i + 500)) for i, n in enumerate(numbers)]


CONTENTS = [
    Content(kind, tracked=tracked) for kind in KINDS for tracked in (False, True)
]


# ---- The world of one run ------------------------------------------------------------


class Gone(Exception):  # noqa: N818
    """A run asks for what was dropped before the call was made."""


class World:
    """What one run of a case uses. The parts are all that holds them."""

    def __init__(self, content: Content, case: Case) -> None:
        self.content = content
        self.case = case
        self.present = Key(content.numbers[0])
        self.absent = Key(content.absent)
        self.value = content.value(1000)
        self.parts: dict[str, Any] = {}
        self.watches: list[object] = []
        # What hostile code got hold of.
        self.kept: list[Any] = []
        # What the run gives when nobody interferes.
        self.expected: Any = None
        base = case.base(content.pairs())
        for thing in chain.from_iterable(PersistentMap.items(base)):
            if type(thing) is not int:
                self.watches.append(weakref.ref(thing, watched))
        self.parts["base"] = base
        self.parts["subject"] = subject = case.subject(base)
        if hasattr(subject, "__weakref__") or type(subject) in NATIVE[:2]:
            self.watches.append(weakref.ref(subject, watched))
        del base, subject
        if case.operand is not None:
            self.parts["operand"] = case.operand(self)
        # What each part holds, of those that have to hold it still after the run.
        self.before = {name: holdings(part) for name, part in self.parts.items()}
        if case.function is not None:
            self.parts["function"] = case.function(self)
        if not case.keeps_base:
            del self.parts["base"]

    def part(self, name: str) -> Any:
        if name not in self.parts:
            raise Gone
        return self.parts[name]

    @property
    def it(self) -> Any:
        """The object in use."""
        return self.part("subject")

    @property
    def operand(self) -> Any:
        return self.part("operand")

    @property
    def function(self) -> Any:
        return self.part("function")

    def check(self) -> None:
        """Check that no map and no operand has changed, and that all are whole."""
        for name in self.parts.keys() & self.before.keys():
            part = self.parts[name]
            if name == "subject" and type(part) is MapMutation:
                continue  # Edits are what it is for.
            assert holdings(part) == self.before[name], f"the {name} has changed"
        base = self.parts.get("base")
        if base is not None:
            base._check()
        for thing in self.kept:
            if isinstance(thing, Iterator):
                with suppress(RuntimeError):  # The mutation changed.
                    described(list(thing))
            else:
                described(thing)
        subject = self.parts.get("subject")
        if type(subject) is MapMutation:
            subject.finish()._check()

    def check_that_no_edit_is_left(self) -> None:
        """Check a mutation after a run that has raised: it is as it was, or has lost no
        key if what was done stays done."""
        subject = self.parts.get("subject")
        if type(subject) is not MapMutation:
            return
        before, after = self.before["subject"], holdings(subject)
        if self.case.is_partial:
            assert dict(before).keys() <= dict(after).keys(), "a key is lost"
        else:
            assert before == after, "the mutation has changed"

    def state(self) -> Any:
        """What is left of the object in use."""
        return described(self.parts.get("subject"))


def outcome_of(world: World, gate: AbstractContextManager[Any] = CALM) -> Any:
    """What the run of a world gives, or the name of its exception."""
    try:
        with gate:
            result = world.case.run(world)
    except AssertionError:
        raise
    except Exception as error:
        return type(error).__name__
    return described(result)


def in_a_cycle(world: World) -> None:
    """Leave the object in use to the collector."""
    Ring(world.it)
    world.parts.clear()
    gc.collect()


def watched(dead: object) -> None:
    door("weak reference")


def holdings(thing: Any) -> Any:
    """The addresses of what something holds, in order."""
    # Not by its class, which may be what it claims.
    kind = type(thing)
    if issubclass(kind, PersistentMap):
        return [(id(key), id(value)) for key, value in PersistentMap.items(thing)]
    if kind in (MapMutation, dict, OrderedDict):
        return [(id(key), id(value)) for key, value in thing.items()]
    if kind in VIEWS:
        return holdings(thing.mapping)
    if kind is MapDiff:
        return holdings(thing._parts())
    if kind in (list, tuple, set):
        return [(id(part), holdings(part)) for part in thing]
    return None


def same(base: PersistentMap) -> PersistentMap:
    return base


@dataclass(frozen=True)
class Case:
    """One way to call a method: on a subject made of a map, with an operand."""

    run: Callable[[World], object]
    operand: Callable[[World], object] | None = None
    subject: Callable[[PersistentMap], Any] = same
    base: Callable[[Any], PersistentMap] = PersistentMap
    # Whether the map that the subject was made of lives on by itself.
    keeps_base: bool = True
    function: Callable[[World], object] | None = None
    # Whether a second call, from within the first or after it, can give something else.
    is_once: bool = False
    # Whether it leaves a part of its edits done when it raises.
    is_partial: bool = False
    # Whether it runs no Python code.
    is_quiet: bool = False
    # Whether it looks for a package that is not here and does no more: quietly, and
    # under a lock for which another thread that does so waits.
    is_import: bool = False
    # Doors through which an exception does not come out.
    swallows: frozenset[str] = frozenset()


# ---- What there is, as plain data ----------------------------------------------------


_ADDRESS = re.compile("0x[0-9a-f]+")

SELF_DESCRIBED = {int, float, bool, type(None), type(MISSING)}


def described(thing: Any) -> Any:
    """An object as something that compares as it should; checks the maps in it."""
    kind = type(thing)
    # The most frequent first.
    if kind is Key:
        return thing.number
    if kind in (list, tuple):
        return [described(item) for item in thing]
    if kind in SELF_DESCRIBED:
        return thing
    if kind is CodeType:
        return thing.co_firstlineno
    if kind is Verdict:
        return thing.truth
    if issubclass(kind, PersistentMap):
        thing._check()
        items = list(PersistentMap.items(thing))
        assert len(items) == len(thing), "a map of another length than it says"
        return kind.__name__, sorted(described(items), key=repr)
    if kind is MapMutation:
        items = [(key, thing[key]) for key in thing]
        assert len(items) == len(thing), "a mutation of another length than it says"
        return kind.__name__, sorted(described(items), key=repr)
    if kind is MapDiff:
        return kind.__name__, described([thing.added, thing.removed, thing.changed])
    if isinstance(thing, BaseException):
        return kind.__name__, described(list(thing.args))
    if kind is Atom:
        return kind.__name__, described(thing.value)
    if kind in (set, frozenset):
        return kind.__name__, sorted(map(described, thing), key=repr)
    if kind in VIEWS or isinstance(thing, AbstractSet):
        return kind.__name__, sorted(described(list(thing)), key=repr)
    if kind in ITERATORS:
        return kind.__name__, thing.__length_hint__()
    if kind is dict:
        return sorted(
            ((described(k), described(v)) for k, v in thing.items()), key=repr
        )
    if kind is str:
        return _ADDRESS.sub("0x", thing)
    if kind is bytes:
        return kind.__name__, len(thing)
    if isinstance(thing, type) or thing is NotImplemented:
        return repr(thing)
    return kind.__name__


def leftovers() -> list[str]:
    """The names of the types of objects of the package that the collector tracks."""
    gc.collect()
    node = "_Node"
    return [
        type(thing).__name__
        for thing in gc.get_objects()
        if type(thing) in NATIVE or type(thing).__name__ == node
    ]
