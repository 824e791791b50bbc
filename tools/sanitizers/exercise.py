# SPDX-License-Identifier: Apache-2.0
"""Calls every method of every type of the extension, on maps of each kind.

For valgrind, under which the whole suite would take hours, and for whoever wants all
of the extension to run in seconds. A method without a call here ends the program. At
the end no map and no node may be left that the collector knows.
"""

from __future__ import annotations

import copy
import gc
import pickle
import sys
from collections import UserDict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pyhamt import MISSING, MapMutation, PersistentMap, merge3

# What a type has without being asked for it, or what only reads a constant.
SILENT = {"__doc__", "__module__"}


class Key:
    """A key whose hash and comparison are written in Python."""

    def __init__(self, name: int, hash_value: int) -> None:
        self.name = name
        self.hash_value = hash_value

    def __hash__(self) -> int:
        return self.hash_value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self.name == other.name


class Subclass(PersistentMap[Any, Any]):
    """A map with a dictionary of its own."""


def spread(i: int) -> Key:
    return Key(i, i * 0x9E3779B97F4A7C15 % 2**61)


def colliding(i: int) -> Key:
    # Two hashes, whose paths part on the last level.
    return Key(i, (0, 2**60 + 2**52)[i & 1])


# The keys of each kind of map, among them the last array map and the first tree.
KEYS: dict[str, list[Any]] = {
    "empty": [],
    "one str": ["a"],
    "array": [f"key {i}" for i in range(8)],
    "first tree": [f"key {i}" for i in range(9)],
    "ints": list(range(-50, 450)),
    "large ints": [i << 70 for i in range(40)],
    "mixed": [1.5, b"bytes", (1, ("a", None)), None, frozenset({1}), *range(2, 12)],
    "Python": [spread(i) for i in range(60)],
    "colliding": [colliding(i) for i in range(12)],
    "few colliding": [colliding(i) for i in range(5)],
}


class World(NamedTuple):
    """A map and what its methods take."""

    map: PersistentMap[Any, Any]
    present: Any
    absent: Any
    other: PersistentMap[Any, Any]  # a version with other values and keys
    rebuilt: PersistentMap[Any, Any]  # equal, and shares no node


def worlds() -> Iterator[tuple[str, World]]:
    for kind, keys in KEYS.items():
        for tracked in (False, True):
            entries = {
                key: [i] if tracked else f"value {i}" for i, key in enumerate(keys)
            }
            source = PersistentMap(entries)
            present = keys[len(keys) // 2] if keys else "none"
            absent = colliding(100) if "colliding" in kind else "absent"
            other = source.set(absent, "new").set(present, ["newer"])
            if len(keys) > 1:
                other = other.delete(keys[0])
            rebuilt = PersistentMap(list(entries.items()))
            name = f"{kind}{' tracked' if tracked else ''}"
            yield name, World(source, present, absent, other, rebuilt)


Act = Callable[[World], object]


def refuse(key: object, old: object, new: object) -> object:
    raise ValueError(key)


def update_in_every_way(w: World) -> None:
    w.map.update()
    for source in (
        {w.absent: 1},
        [(w.absent, [1]), (w.present, 2), (w.absent, 3)],
        iter([[w.absent, 1]]),
        UserDict({"a": 1}),
        w.other,
        w.rebuilt,
    ):
        w.map.update(source, {}, b=[2])
        PersistentMap().update(source)


def build_in_every_way(w: World) -> None:
    PersistentMap()
    PersistentMap(a=1)
    for source in (w.map, dict(w.map), list(w.map.items()), UserDict(w.map)):
        PersistentMap(source)
        PersistentMap(source, a=1)
        subclassed = Subclass(source)
        subclassed.note = "a"
        pickle.loads(pickle.dumps(subclassed))
        copy.copy(subclassed).set(w.absent, 1)
        copy.deepcopy(subclassed)


def deep_copy(w: World) -> None:
    assert copy.deepcopy(w.map) is not None
    copy.deepcopy(PersistentMap(a=[w.map], b=[w.map]))


def nested(w: World) -> PersistentMap[str, Any]:
    return PersistentMap(a=PersistentMap(b=w.map))


def pydantic_schema() -> object:
    try:
        return PersistentMap.__get_pydantic_core_schema__(PersistentMap, len)
    except (AttributeError, ImportError):  # It is for pydantic alone to call.
        return None


def merge_in_every_way(w: World) -> None:
    w.map.merge()
    w.map.merge({w.absent: 1}, w.other, [(w.present, 2)])
    for other in (w.other, w.rebuilt, dict(w.other)):
        w.map.merge(other, resolve=lambda key, old, new: old)
        attempt(lambda other=other: w.map.merge(other, resolve=refuse))
    merge3(w.map, w.other, w.map.set(w.absent, "other"), resolve=lambda *_: 1)


def attempt(act: Callable[[], object]) -> None:
    """Make a call that may be refused in the way that the type documents."""
    try:
        act()
    except (KeyError, RuntimeError, TypeError, ValueError):
        return


MAP: dict[str, Act] = {
    "__class_getitem__": lambda w: PersistentMap[str, int],
    "__contains__": lambda w: (w.present in w.map, w.absent in w.map),
    "__copy__": lambda w: copy.copy(w.map),
    "__deepcopy__": deep_copy,
    "__eq__": lambda w: (w.map == w.rebuilt, w.map == w.other, w.map == dict(w.map)),
    "__ge__": lambda w: w.map >= w.other,
    "__get_pydantic_core_schema__": lambda w: pydantic_schema(),
    "__getitem__": lambda w: (w.map[w.present], w.map[w.absent]),
    "__gt__": lambda w: w.map > w.other,
    "__hash__": lambda w: (
        hash(PersistentMap.fromkeys(w.map)),
        hash(PersistentMap.fromkeys(w.map).set(w.absent, 1)),
        hash(w.map),
    ),
    "__iter__": lambda w: list(w.map),
    "__le__": lambda w: w.map <= w.other,
    "__len__": lambda w: len(w.map),
    "__lt__": lambda w: w.map < w.other,
    "__ne__": lambda w: (w.map != w.rebuilt, w.map != w.other),
    "__new__": build_in_every_way,
    "__or__": lambda w: (w.map | w.other, w.map | {w.absent: 1}, w.map | UserDict()),
    "__reduce__": lambda w: pickle.loads(pickle.dumps(w.map.discard(w.present))),
    "__repr__": lambda w: repr(w.map),
    "__rich_repr__": lambda w: list(w.map.__rich_repr__()),
    "__ror__": lambda w: {w.absent: 1} | w.map,
    "__sizeof__": lambda w: sys.getsizeof(w.map),
    "_check": lambda w: w.map._check(),
    "_differences": lambda w: w.map._differences(w.other, MISSING),
    "_dump": lambda w: w.map._dump(),
    "_entry": lambda w: (w.map._entry(w.present), w.map._entry(w.absent)),
    "_figures": lambda w: w.map._figures(),
    "_nodes": lambda w: w.map._nodes(),
    "_repr_pretty_": lambda w: w.map._repr_pretty_(Printer(), False),
    "_repr_svg_": lambda w: getattr(w.map, "_repr_svg_", None),
    "_shared": lambda w: w.map._shared(w.other),
    "alter": lambda w: (
        w.map.alter(w.absent, lambda old: [old], default=0),
        w.map.alter(w.present, lambda old: [old]),
    ),
    "alter_in": lambda w: nested(w).alter_in(["a", "b"], len),
    "apply": lambda w: w.map.apply(w.map.diff(w.other)),
    "delete": lambda w: (w.map.delete(w.present), w.map.delete(w.absent)),
    "delete_in": lambda w: nested(w).delete_in(["a", "b", w.present]),
    "diff": lambda w: (w.map.diff(w.other), w.map.diff(w.rebuilt)),
    "discard": lambda w: (w.map.discard(w.present), w.map.discard(w.absent)),
    "filter": lambda w: (w.map.filter(lambda k, v: k != w.present), w.map.filter(eq)),
    "from_dict": lambda w: PersistentMap.from_dict(dict(w.map)),
    "fromkeys": lambda w: PersistentMap.fromkeys([*w.map, *w.map, w.absent], [1]),
    "get": lambda w: (w.map.get(w.present), w.map.get(w.absent, default=1)),
    "get_in": lambda w: nested(w).get_in(["a", "b", w.present], 1),
    "get_many": lambda w: w.map.get_many([*w.map, w.absent, w.present], default=1),
    "items": lambda w: list(w.map.items()),
    "keys": lambda w: list(w.map.keys()),
    "map_values": lambda w: (w.map.map_values(str), w.map.map_values(lambda v: [v])),
    "merge": merge_in_every_way,
    "mutate": lambda w: w.map.mutate().finish(),
    "omit": lambda w: w.map.omit([w.present, w.absent]),
    "select": lambda w: w.map.select([w.present, w.present]),
    "set": lambda w: (
        w.map.set(w.absent, 1),
        w.map.set(w.absent, [1]).set(w.absent, 1),
        w.map.set(w.present, [1]),
        w.map.set([], 1),
    ),
    "set_in": lambda w: nested(w).set_in(["a", "b", w.absent], 1),
    "shared_with": lambda w: w.map.shared_with(w.other),
    "stats": lambda w: w.map.stats(),
    "to_dot": lambda w: w.map.to_dot(w.other),
    "update": update_in_every_way,
    "values": lambda w: list(w.map.values()),
}


def eq(key: object, value: object) -> bool:
    return key == value


class Printer:
    """What IPython hands to `_repr_pretty_`, as far as that goes."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *args, **kwargs: self

    def __enter__(self) -> None:
        pass

    def __exit__(self, *args: object) -> None:
        pass


def clear_while_iterated(w: World) -> None:
    draft = w.map.mutate()
    iterator = iter(draft)
    attempt(lambda: next(iterator, None))
    draft.clear()
    attempt(lambda: next(iterator, None))
    draft.update(w.map)
    draft.finish()


def fill_and_empty(w: World) -> None:
    """Every key is taken out of a draft, one by one, and put back."""
    with w.map.mutate() as draft:
        for key in w.map:
            del draft[key]
        for key, value in w.map.items():
            draft[key] = value
            w.map.mutate()
    assert draft.finish() == w.map
    attempt(lambda: draft.set(w.present, 1))


def with_draft(act: Callable[[World, Any], object]) -> Act:
    """A draft of the map is used, then given up, and another one is finished."""

    def run(w: World) -> None:
        for finishes in (False, True):
            draft = w.map.mutate()
            attempt(lambda draft=draft: act(w, draft))
            if finishes:
                draft.finish()._check()

    return run


def set_item(w: World, draft: Any) -> None:
    draft[w.absent] = [1]
    draft[w.absent] = draft[w.present] = 2
    draft[[]] = 1


def delete_item(w: World, draft: Any) -> None:
    del draft[w.present]
    del draft[w.absent]


def pop_everything(w: World, draft: Any) -> None:
    while True:
        draft.popitem()


MUTATION: dict[str, Act] = {
    "__class_getitem__": lambda w: MapMutation[str, int],
    "__contains__": with_draft(lambda w, d: (w.present in d, w.absent in d)),
    "__delitem__": with_draft(delete_item),
    "__enter__": fill_and_empty,
    "__eq__": with_draft(lambda w, d: (d == w.map, d == w.other, d == dict(w.map))),
    "__exit__": fill_and_empty,
    "__ge__": with_draft(lambda w, d: d >= w.map),
    "__getitem__": with_draft(lambda w, d: (d[w.present], d[w.absent])),
    "__gt__": with_draft(lambda w, d: d > w.map),
    "__hash__": with_draft(lambda w, d: hash(d)),
    "__iter__": clear_while_iterated,
    "__le__": with_draft(lambda w, d: d <= w.map),
    "__len__": with_draft(lambda w, d: len(d)),
    "__lt__": with_draft(lambda w, d: d < w.map),
    "__ne__": with_draft(lambda w, d: (d != w.map, d != w.other)),
    "__reduce__": with_draft(lambda w, d: pickle.dumps(d)),
    "__repr__": with_draft(lambda w, d: repr(d)),
    "__setitem__": with_draft(set_item),
    "clear": with_draft(lambda w, d: d.clear()),
    "delete": with_draft(lambda w, d: (d.delete(w.present), d.delete(w.absent))),
    "discard": with_draft(lambda w, d: (d.discard(w.present), d.discard(w.absent))),
    "finish": with_draft(lambda w, d: (d.set(w.absent, 1), d.finish(), d.finish())),
    "get": with_draft(lambda w, d: (d.get(w.present), d.get(w.absent, 1))),
    "items": with_draft(lambda w, d: (list(d.items()), (w.present, 1) in d.items())),
    "keys": with_draft(lambda w, d: (list(d.keys()), d.keys() | {w.absent})),
    "pop": with_draft(lambda w, d: (d.pop(w.absent, [1]), d.pop(w.present), d.pop(0))),
    "popitem": with_draft(pop_everything),
    "set": with_draft(lambda w, d: (d.set(w.absent, [1]), d.set(w.present, 1))),
    "setdefault": with_draft(
        lambda w, d: (d.setdefault(w.present, 1), d.setdefault(w.absent, [1]))
    ),
    "update": with_draft(lambda w, d: d.update(w.other, [(w.present, 1)], a=[2])),
    "values": with_draft(lambda w, d: list(d.values())),
}


def on_sets(act: Callable[[Any, Any], object]) -> Act:
    """The set operations of keys and items, with views and with sets."""

    def run(w: World) -> None:
        for parts in (PersistentMap.keys, PersistentMap.items):
            for other in (w.other, w.rebuilt, w.map):
                attempt(lambda o=other, p=parts: act(p(w.map), p(o)))
                attempt(lambda o=other, p=parts: act(p(w.map), set(p(o))))

    return run


SETS: dict[str, Act] = {
    "__and__": on_sets(lambda a, b: a & b),
    "__contains__": on_sets(lambda a, b: (next(iter(b), 0) in a, 0 in a, (0, 0) in a)),
    "__eq__": on_sets(lambda a, b: a == b),
    "__ge__": on_sets(lambda a, b: a >= b),
    "__gt__": on_sets(lambda a, b: a > b),
    "__hash__": on_sets(lambda a, b: hash(a)),
    "__iter__": on_sets(lambda a, b: list(a)),
    "__le__": on_sets(lambda a, b: a <= b),
    "__len__": on_sets(lambda a, b: len(a)),
    "__lt__": on_sets(lambda a, b: a < b),
    "__ne__": on_sets(lambda a, b: a != b),
    "__or__": on_sets(lambda a, b: a | b),
    "__rand__": on_sets(lambda a, b: list(b) & a),
    "__repr__": on_sets(lambda a, b: repr(a)),
    "__ror__": on_sets(lambda a, b: list(b) | a),
    "__rsub__": on_sets(lambda a, b: list(b) - a),
    "__rxor__": on_sets(lambda a, b: list(b) ^ a),
    "__sub__": on_sets(lambda a, b: a - b),
    "__xor__": on_sets(lambda a, b: a ^ b),
    "isdisjoint": on_sets(lambda a, b: a.isdisjoint(b)),
    "mapping": on_sets(lambda a, b: a.mapping),
}

VALUES: dict[str, Act] = {
    "__iter__": lambda w: list(w.map.values()),
    "__len__": lambda w: len(w.map.values()),
    "__repr__": lambda w: repr(w.map.values()),
    "mapping": lambda w: w.map.values().mapping,
}


def iterators(w: World) -> Iterator[Any]:
    yield iter(w.map)
    yield iter(w.map.values())
    yield iter(w.map.items())


def run_dry(w: World) -> None:
    """Iterators are given up in the middle, used up, and kept beyond their map."""
    for iterator in iterators(w):
        next(iterator, None)
    for iterator in iterators(w):
        list(iterator)
        next(iterator, None)
    orphan = iter(w.map.set(w.absent, [1]).items())
    kept = [pair for pair, _ in zip(orphan, range(3), strict=False)]
    kept += list(orphan)


ITERATOR: dict[str, Act] = {
    "__iter__": lambda w: [iter(each) for each in iterators(w)],
    "__length_hint__": lambda w: [each.__length_hint__() for each in iterators(w)],
    "__next__": run_dry,
}


def tables() -> dict[type, dict[str, Act]]:
    """The calls of each type, most of which have no name that leads to them."""
    m = PersistentMap(a=1)
    return {
        PersistentMap: MAP,
        MapMutation: MUTATION,
        type(m.keys()): SETS,
        type(m.items()): SETS,
        type(m.values()): VALUES,
        type(iter(m)): ITERATOR,
        type(iter(m.values())): ITERATOR,
        type(iter(m.items())): ITERATOR,
    }


def run_all() -> int:
    """Make every call on every map; the number of calls."""
    made = 0
    for table in (MAP, MUTATION, SETS, VALUES, ITERATOR):
        for act in table.values():
            for _, world in worlds():
                attempt(lambda act=act, world=world: act(world))
                world.map._check()
                made += 1
    return made


def left_over() -> list[object]:
    """The objects of the extension that the collector knows, types excepted."""
    gc.collect()
    parts = gc.get_referents(PersistentMap(a=[]))
    node_types = [type(part) for part in parts if not isinstance(part, type)]
    assert len(node_types) == 1, parts
    del parts
    types = (*tables(), *node_types)
    return [thing for thing in gc.get_objects() if type(thing) in types]


def main() -> None:
    missing = [
        f"{kind.__name__}.{name}"
        for kind, table in tables().items()
        for name in vars(kind).keys() - SILENT - table.keys()
    ]
    if missing:
        sys.exit(f"nothing here calls {', '.join(sorted(missing))}")
    before = len(left_over())
    made = run_all()
    after = len(left_over())
    if after > before:
        sys.exit(f"{after - before} maps and nodes are left over")
    print(f"{made} calls")


if __name__ == "__main__":
    main()
