# SPDX-License-Identifier: Apache-2.0
"""The operations of a map that hash or compare keys, for tests that make each of them
fail or run other code in its middle. The keys are of `hostile.Key`.
"""

from __future__ import annotations

from collections import OrderedDict, UserDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hostile import Key
from pyhamt import PersistentMap

# Gives the map: while an operation runs, nothing but the interpreter's stack holds it.
Take = Callable[[], PersistentMap]


def nothing(source: PersistentMap, key: Key) -> None:
    """The operand of an operation that needs none."""


@dataclass(frozen=True)
class Operation:
    """What to do with a map, a key that is equal to one of its keys, and an operand."""

    run: Callable[[Take, Key, Any], object]
    operand: Callable[[PersistentMap, Key], object] = nothing

    def prepared(self, source: PersistentMap, key: Key) -> Callable[[Take], object]:
        """The operation on that map, with an operand of its own."""
        other = self.operand(source, key)
        return lambda take: self.run(take, key, other)


# Operands


def pairs(source: PersistentMap, key: Key) -> list[tuple[Key, str]]:
    """New values for the key and for two others, one of the key's hash."""
    keys = [key, Key("one", key.hash_value), Key("two", key.hash_value ^ 1)]
    return [(each, f"new {each.name}") for each in keys]


def colliding_key(source: PersistentMap, key: Key) -> Key:
    return Key("absent", key.hash_value)


def as_dict(source: PersistentMap, key: Key) -> dict[Key, str]:
    return dict(pairs(source, key))


def as_ordered_dict(source: PersistentMap, key: Key) -> OrderedDict[Key, str]:
    return OrderedDict(pairs(source, key))


def as_mapping(source: PersistentMap, key: Key) -> UserDict[Key, str]:
    mapping: UserDict[Key, str] = UserDict()
    mapping.data = as_dict(source, key)
    return mapping


def as_small_map(source: PersistentMap, key: Key) -> PersistentMap:
    return PersistentMap(pairs(source, key))


def as_large_map(source: PersistentMap, key: Key) -> PersistentMap:
    keys = [Key(number, number) for number in range(20)]
    return PersistentMap.fromkeys(keys).update(pairs(source, key))


def rebuilt(source: PersistentMap, key: Key) -> PersistentMap:
    """An equal map that shares no node and no key with the first."""
    return PersistentMap([(each.twin(), value) for each, value in source.items()])


def changed(source: PersistentMap, key: Key) -> PersistentMap:
    return rebuilt(source, key).set(key, "new")


def entries(source: PersistentMap, key: Key) -> dict[Key, object]:
    return dict(source)


def entry_list(source: PersistentMap, key: Key) -> list[tuple[Key, object]]:
    return list(source.items())


def key_list(source: PersistentMap, key: Key) -> list[Key]:
    return [key, *source, key]


# What is read from a map.
QUERIES: dict[str, Operation] = {
    "m[k]": Operation(lambda take, key, _: take()[key]),
    "m.get(k)": Operation(lambda take, key, _: take().get(key)),
    "m.get(absent)": Operation(lambda take, key, k: take().get(k), colliding_key),
    "k in m": Operation(lambda take, key, _: key in take()),
    "k in m.keys()": Operation(lambda take, key, _: key in take().keys()),  # noqa: SIM118
    "(k, v) in m.items()": Operation(lambda take, key, _: (key, 1) in take().items()),
    "m == map": Operation(lambda take, key, other: take() == other, rebuilt),
    "m == other": Operation(lambda take, key, other: take() == other, changed),
    "m == dict": Operation(lambda take, key, other: take() == other, entries),
    "dict == m": Operation(lambda take, key, other: other == take(), entries),
    "hash(m)": Operation(lambda take, key, _: hash(take().set(key, "new"))),
    "keys & keys": Operation(lambda take, key, other: take().keys() & other, as_dict),
    "keys == keys": Operation(
        lambda take, key, other: take().keys() == other.keys(), rebuilt
    ),
    "keys <= keys": Operation(
        lambda take, key, other: take().keys() <= other.keys(), changed
    ),
    "items | items": Operation(
        lambda take, key, other: take().items() | other.items(), as_small_map
    ),
    "isdisjoint": Operation(
        lambda take, key, other: take().keys().isdisjoint(other), as_dict
    ),
    "_check": Operation(lambda take, key, _: take()._check()),
}

# What makes a map.
EDITS: dict[str, Operation] = {
    "set": Operation(lambda take, key, _: take().set(key, "new")),
    "set absent": Operation(lambda take, key, k: take().set(k, "new"), colliding_key),
    "set tracked": Operation(lambda take, key, k: take().set(k, []), colliding_key),
    "delete": Operation(lambda take, key, _: take().delete(key)),
    "delete absent": Operation(lambda take, key, k: take().delete(k), colliding_key),
    "discard": Operation(lambda take, key, _: take().discard(key)),
    "discard absent": Operation(lambda take, key, k: take().discard(k), colliding_key),
    "update pairs": Operation(lambda take, key, other: take().update(other), pairs),
    "update dict": Operation(lambda take, key, other: take().update(other), as_dict),
    "update ordered dict": Operation(
        lambda take, key, other: take().update(other), as_ordered_dict
    ),
    "update mapping": Operation(
        lambda take, key, other: take().update(other), as_mapping
    ),
    "update iterator": Operation(
        lambda take, key, other: take().update(iter(other)), pairs
    ),
    "update twice": Operation(
        lambda take, key, other: take().update(other, list(other.items()), a=1),
        as_small_map,
    ),
    "m | dict": Operation(lambda take, key, other: take() | other, as_dict),
    "dict | m": Operation(lambda take, key, other: other | take(), as_dict),
    "m | small map": Operation(lambda take, key, other: take() | other, as_small_map),
    "small map | m": Operation(lambda take, key, other: other | take(), as_small_map),
    "m | large map": Operation(lambda take, key, other: take() | other, as_large_map),
    "m | changed": Operation(lambda take, key, other: take() | other, changed),
    "from dict": Operation(lambda take, key, other: PersistentMap(other), entries),
    "from_dict": Operation(
        lambda take, key, other: PersistentMap.from_dict(other), entries
    ),
    "from pairs": Operation(lambda take, key, other: PersistentMap(other), entry_list),
    "from pairs and keywords": Operation(
        lambda take, key, other: PersistentMap(other, a=1), entry_list
    ),
    "fromkeys": Operation(
        lambda take, key, other: PersistentMap.fromkeys(other), key_list
    ),
}

OPERATIONS = QUERIES | EDITS
