# SPDX-License-Identifier: Apache-2.0
"""Calls of what the package has in Python, for attempts in which a callback raises: the
functions, the atom, and the methods of a map that the extension forwards.

What they are called with is native or calls `Key.hook`, as keys do, so that a call of
a function is a callback that can raise.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable
from functools import partial
from typing import Any

from faults.cases import FORWARDED, PERSISTENT_MAP, Call, Cases, again, qualified
from faults.worlds import Key, World


class Function:
    """A function that is a callback."""

    __slots__ = ("function",)

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *arguments: Any) -> Any:
        if Key.hook is not None:
            Key.hook()
        return self.function(*arguments)


class Keys:
    """An iterable that is a callback for each key."""

    def __init__(self, keys: list[Any]) -> None:
        self.rest = iter(keys)

    def __iter__(self) -> Keys:
        return self

    def __next__(self) -> Any:
        if Key.hook is not None:
            Key.hook()
        return next(self.rest)


def nested(w: World) -> dict[Any, Any]:
    """Every kind of container that can be frozen and thawed, around a map."""
    return {w.present: [w.map, (1, w.map), {w.absent}], w.absent: {}}


def frozen(w: World) -> Any:
    return w.package.freeze(nested(w))


def dumped(w: World) -> bytes:
    return w.package.dump_versions([w.older, w.map])


def resolved(w: World, resolve: Callable[..., Any]) -> Call:
    return w.package.merge3, w.older, w.map, w.large, Function(resolve)


FUNCTIONS: Cases = {
    "merge3": {
        "": lambda w: (w.package.merge3, w.older, w.map, w.older.set(8000, 1)),
        "conflicts": lambda w: (w.package.merge3, w.older, w.map, w.large),
        "resolved": lambda w: resolved(w, lambda key, base, ours, theirs: theirs),
        "resolved to nothing": lambda w: resolved(w, lambda *_: w.package.MISSING),
    },
    "freeze": {
        "": lambda w: (w.package.freeze, nested(w)),
        "frozen": lambda w: (w.package.freeze, frozen(w)),
    },
    "thaw": {"": lambda w: (w.package.thaw, frozen(w))},
    "to_builtins": {
        "map": lambda w: (w.package.to_builtins, w.map),
        "mutation": lambda w: (w.package.to_builtins, w.mutation()),
        "diff": lambda w: (w.package.to_builtins, w.map.diff(w.large)),
        "view": lambda w: (w.package.to_builtins, w.map.keys()),
    },
    "dump_versions": {"": lambda w: (w.package.dump_versions, [w.older, w.map])},
    "load_versions": {"": lambda w: (w.package.load_versions, dumped(w))},
    "deepcopy": {"": lambda w: (copy.deepcopy, w.map)},
}

ATOM: Cases = {
    "Atom.swap": {
        "": lambda w: (w.atom().swap, Function(lambda m: w.older)),
        "arguments": lambda w: (w.atom().swap, Function(again), w.older, None),
        "watched": lambda w: (
            w.atom(Function(operator.is_)).swap,
            Function(lambda m: w.older),
        ),
    },
    "Atom.compare_and_set": {
        "": lambda w: (w.atom().compare_and_set, w.map, w.older),
        "another": lambda w: (w.atom().compare_and_set, w.equal, w.older),
    },
    "Atom.reset": {
        "": lambda w: (w.atom().reset, w.older),
        "watched": lambda w: (w.atom(Function(operator.is_)).reset, w.older),
    },
    "Atom.watch": {"": lambda w: (w.atom().watch, again)},
    "Atom.watch, stop": {"": lambda w: (w.atom().watch(again),)},
}

DIFF: Cases = {
    f"MapDiff.{name}": {
        "": lambda w, name=name, operand=operand: (
            getattr(w.map.diff(w.large), name),
            *operand(w),
        )
    }
    for name, operand in {
        "inverse": lambda w: (),
        "__bool__": lambda w: (),
        "__eq__": lambda w: (w.map.diff(w.large),),
        "__repr__": lambda w: (),
        "__reduce__": lambda w: (),
    }.items()
}

METHODS: Cases = {
    name: PERSISTENT_MAP[name]
    for name in PERSISTENT_MAP
    if f"PersistentMap.{name}" in FORWARDED - {"PersistentMap._repr_svg_"}
} | {
    "merge": {
        "resolved": lambda w: (
            partial(w.map.merge, w.large, w.new, resolve=Function(again)),
        ),
    },
    "apply": {
        "": PERSISTENT_MAP["apply"][""],
        "conflicts": lambda w: (w.older.apply, w.large.diff(w.map)),
    },
    "alter": {
        "present": lambda w: (w.map.alter, w.present, Function(type)),
        "absent": lambda w: (
            partial(w.map.alter, w.absent, Function(type), default=1),
        ),
    },
    "alter_in": {"": lambda w: (w.map.alter_in, [w.present], Function(type))},
    "filter": {"": lambda w: (w.map.filter, Function(lambda key, value: key % 2))},
    "map_values": {"": lambda w: (w.map.map_values, Function(type))},
    "select": {"": lambda w: (w.map.select, Keys(w.keys()))},
    "omit": {"": lambda w: (w.map.omit, Keys([w.present, w.absent]))},
}

# Those that call nothing back, and those that do for keys of one hash alone.
QUIET = {
    *("Atom.compare_and_set", "Atom.watch", "Atom.watch, stop"),
    *("MapDiff.__bool__", "MapDiff.__eq__", "MapDiff.__reduce__"),
    *("map.stats", "map.shared_with", "map.to_dot", "map._repr_pretty_"),
}
QUIET_UNLESS_COLLIDING = {"dump_versions"}

PACKAGE_CASES: Cases = {**FUNCTIONS, **ATOM, **DIFF, **qualified("map", METHODS)}
