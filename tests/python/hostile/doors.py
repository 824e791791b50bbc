# SPDX-License-Identifier: Apache-2.0
"""Keys, values and arguments whose every method is a door for hostile code.

A method calls `door` with its name. Nothing happens then, unless a `Gate` listens: it
notes the names, and at one of them lets an action in. Objects that live are counted.

What has a method in Python is tracked by the collector, and so is a node that holds it.
Hostile code meets the other nodes when such a key is looked up, and when a value dies
that is watched: `plain_value` makes one.
"""

from __future__ import annotations

import weakref
from collections import Counter, UserDict
from collections.abc import Callable, Iterator
from threading import get_ident
from types import CodeType
from typing import Any

Action = Callable[[], object]

# How many of the objects below live, by class.
live: Counter[str] = Counter()

_gates: dict[int, Gate] = {}


class Refused(Exception):  # noqa: N818
    """What hostile code raises."""


class Gate:
    """Listens at the doors that its thread passes, and lets an action in at one: when
    the door of a name opens for the n-th time, or at the first one of all."""

    def __init__(
        self, action: Action | None = None, name: str | None = None, n: int = 1
    ) -> None:
        self.action = action
        self.name = name
        self.n = n
        # How often each door has opened.
        self.times: Counter[str] = Counter()
        self.is_inside = False

    def __enter__(self) -> Gate:
        _gates[get_ident()] = self
        return self

    def __exit__(self, *args: object) -> None:
        del _gates[get_ident()]

    def passed(self, name: str) -> None:
        if self.is_inside:
            return
        self.times[name] += 1
        action = self.action
        if action is None or self.name not in (None, name):
            return
        if self.name is None or self.times[name] == self.n:
            self.action = None
            self.is_inside = True
            try:
                action()
            finally:
                self.is_inside = False


def door(name: str) -> None:
    """Where hostile code comes in."""
    gate = _gates.get(get_ident())
    if gate is not None:
        gate.passed(name)


class Verdict:
    """What a comparison gives: something with a truth value."""

    __slots__ = ("truth",)

    def __init__(self, truth: bool) -> None:
        self.truth = truth

    def __bool__(self) -> bool:
        door("__bool__")
        return self.truth


# ---- Keys and values -----------------------------------------------------------------


class Key:
    """A key or a value, equal to the int of its number and to what else has it."""

    __slots__ = ("__weakref__", "number")

    def __init__(self, number: int) -> None:
        live[type(self).__name__] += 1
        self.number = number

    def __hash__(self) -> int:
        door("__hash__")
        return hash(self.number)

    def __eq__(self, other: object) -> Any:
        door("__eq__")
        if type(other) not in (int, Key):
            return NotImplemented
        return Verdict(self.number == getattr(other, "number", other))

    def __repr__(self) -> str:
        door("__repr__")
        return str(self.number)

    def __reduce__(self) -> tuple[Any, ...]:
        door("__reduce__")
        return type(self), (self.number,)

    def __deepcopy__(self, memo: dict[int, Any]) -> Key:
        door("__deepcopy__")
        return Key(self.number)

    def __del__(self) -> None:
        live[type(self).__name__] -= 1
        door("__del__")

    @property
    def __class__(self) -> type:
        door("__class__")
        return type(self)


_CODE = compile("None", "", "eval")


class _Watch(weakref.ref):  # type: ignore[type-arg]
    """A weak reference to a plain value, which counts its death."""

    __slots__ = ("address",)


_watches: dict[int, _Watch] = {}


def _count_death(watch: _Watch) -> None:
    del _watches[watch.address]
    live["plain value"] -= 1


def plain_value(number: int) -> CodeType:
    """A value that the collector does not track and that weak references can watch."""
    value = _CODE.replace(co_firstlineno=number)
    live["plain value"] += 1
    watch = _Watch(value, _count_death)
    watch.address = id(value)
    _watches[watch.address] = watch
    return value


# ---- Arguments -----------------------------------------------------------------------


class Pairs:
    """An iterable of pairs, or of keys, whose methods are doors.

    With `make`, each item is made when it is asked for, so that nothing else holds it.
    """

    def __init__(
        self, items: list[Any], make: Callable[[Any], Any] | None = None
    ) -> None:
        self.items = items
        self.make = make

    def __iter__(self) -> Reader:
        door("__iter__")
        return Reader(self.items, self.make)

    def clear(self) -> None:
        self.items.clear()


class Reader:
    """The iterator of `Pairs`."""

    def __init__(self, items: list[Any], make: Callable[[Any], Any] | None) -> None:
        self.items = items
        self.make = make
        self.given = 0

    def __iter__(self) -> Reader:
        return self

    def __length_hint__(self) -> int:
        door("__length_hint__")
        return 3

    def __next__(self) -> Any:
        door("__next__")
        if self.given >= len(self.items):
            raise StopIteration
        self.given += 1
        item = self.items[self.given - 1]
        return item if self.make is None else self.make(item)


class Table:
    """A mapping that is one by its `__class__` alone, and whose methods are doors."""

    def __init__(self, items: list[Any]) -> None:
        self.pairs = items

    @property
    def __class__(self) -> type:
        door("__class__")
        return UserDict

    def keys(self) -> Pairs:
        door("keys")
        return Pairs([key for key, _ in self.pairs])

    def items(self) -> Pairs:
        door("items")
        return Pairs(list(self.pairs))

    def __iter__(self) -> Reader:
        return iter(self.keys())

    def __len__(self) -> int:
        door("__len__")
        return len(self.pairs)

    def __getitem__(self, key: Any) -> Any:
        door("__getitem__")
        for mine, value in self.pairs:
            if mine is key:
                return value
        raise KeyError(key)

    def clear(self) -> None:
        self.pairs.clear()


class Function:
    """A function that is called through a door."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        door("__call__")
        return self.function(*args, **kwargs)


class Claimant:
    """Something that claims by its `__class__` to be of some type, and is not."""

    def __init__(self, claimed: type) -> None:
        self.claimed = claimed

    @property
    def __class__(self) -> type:
        door("__class__")
        return self.claimed


class Ring:
    """Something that only the collector frees, with what it holds."""

    def __init__(self, held: object = None) -> None:
        self.ring = self
        self.held = held

    def __del__(self) -> None:
        door("__del__ of garbage")


def read(items: list[Any]) -> Iterator[Any]:
    """A generator over a list, which runs as long as the list has more."""
    for item in items:
        door("__next__")
        yield item
