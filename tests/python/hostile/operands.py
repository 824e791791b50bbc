# SPDX-License-Identifier: Apache-2.0
"""What is given to the methods: pairs, mappings, other maps, functions, impostors."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from cases import Run
from doors import Claimant, Function, Key, Pairs, Table, door, read
from worlds import World

from pyhamt import MapMutation, PersistentMap


def pairs(w: World) -> list[Any]:
    return w.content.new_pairs()


def as_dict(w: World) -> dict[Any, Any]:
    return dict(pairs(w))


def as_ordered_dict(w: World) -> OrderedDict[Any, Any]:
    return OrderedDict(pairs(w))


def as_iterable(w: World) -> Pairs:
    return Pairs(pairs(w))


def as_new_objects(w: World) -> Pairs:
    """Pairs that nobody else holds, so that what an edit displaces dies."""
    numbers = [*w.content.numbers[:3], w.content.absent] * 2
    return Pairs(numbers, lambda n: (Key(n), w.content.value(n % 1000)))


def as_table(w: World) -> Table:
    return Table(pairs(w))


def as_mutation(w: World) -> MapMutation:
    return as_map(w).mutate()


def as_map(w: World) -> PersistentMap:
    return PersistentMap(pairs(w))


def as_large_map(w: World) -> PersistentMap:
    return PersistentMap.fromkeys(map(Key, range(20)), 1).update(pairs(w))


def rebuilt(w: World) -> PersistentMap:
    """An equal map that shares no node and no key with the first."""
    return PersistentMap([(Key(k), v) for k, v in numbered(w)])


def changed(w: World) -> PersistentMap:
    return rebuilt(w).set(w.present, w.value)


def neighbour(w: World) -> PersistentMap:
    """A version of the first that shares nodes with it."""
    return w.it.update(pairs(w))


def equal_dict(w: World) -> dict[Any, Any]:
    return {Key(k): v for k, v in numbered(w)}


def equal_table(w: World) -> Table:
    return Table([(Key(k), v) for k, v in numbered(w)])


def equal_mutation(w: World) -> MapMutation:
    return rebuilt(w).mutate()


def numbered(w: World) -> list[tuple[int, Any]]:
    """The numbers of the keys, with values that are equal to those of the map."""
    numbers = w.content.numbers
    return [(n, w.content.value(i + 1)) for i, n in enumerate(numbers)]


def keys(w: World) -> list[Any]:
    return [Key(n) for n in (*w.content.numbers[:4], w.content.absent)]


def key_iterable(w: World) -> Pairs:
    return Pairs(keys(w))


def key_generator(w: World) -> Any:
    return read(keys(w))


def items(w: World) -> list[Any]:
    return [(Key(n), w.content.value(i + 1)) for i, n in enumerate(w.content.numbers)]


def claims(claimed: type) -> Run:
    return lambda w: Claimant(claimed)


class _Guard(type):
    """The class of a Mapping whose answer, whether a class is a kind of it, is asked
    for with the first object of each class that a map is compared with."""

    def __subclasscheck__(cls, subclass: type) -> bool:
        door("__subclasscheck__")
        return False


class _GuardedMeta(_Guard, type(Mapping)):  # type: ignore[misc]
    pass


class Guarded(Mapping, metaclass=_GuardedMeta):
    """A Mapping to ask whether strangers are kinds of it."""


def stranger(w: World) -> object:
    """An object of a class that no abstract class has seen."""
    return type("Stranger", (), {})()


def function(result: Any) -> Run:
    return lambda w: Function(lambda *args: result)


def chooser(w: World) -> Function:
    return Function(lambda *args: args[-1])


def truth(w: World) -> Function:
    """A predicate that gives what has a truth value, and that is a door."""
    return Function(lambda *args: args[-1] == args[-1])


def update_with_two(w: World) -> object:
    return w.it.update(w.operand, w.operand)


SOURCES = (
    pairs,
    as_dict,
    as_ordered_dict,
    as_iterable,
    as_new_objects,
    as_table,
    as_mutation,
    as_map,
    as_large_map,
)
