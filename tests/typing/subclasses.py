# SPDX-License-Identifier: Apache-2.0
"""Subclasses: an update that keeps the types of the values keeps the class. Checked by
mypy, never run.
"""

from __future__ import annotations

import copy
import pickle
from typing import Any, TypeVar

from typing_extensions import assert_type

from pyhamt import MapMutation, PersistentMap

V = TypeVar("V")


class Config(PersistentMap[str, Any]):
    def level(self) -> int:
        return int(self.get("level", 0))


class Flags(PersistentMap[str, bool]):
    """Has values of one type."""


class Named(PersistentMap[str, V]):
    """Has values of any one type."""


class Point(PersistentMap[str, int]):
    def __new__(cls, x: int, y: int) -> Point:
        return super().__new__(cls, x=x, y=y)


def both(key: str, mine: bool, theirs: bool) -> bool:
    return mine and theirs


def make(entries: dict[str, bool]) -> None:
    assert_type(Config(), Config)
    assert_type(Config(entries), Config)
    assert_type(Config(a=1, b="x"), Config)
    assert_type(Config({"a": 1}, b="x"), Config)
    assert_type(Config.from_dict(entries), Config)
    assert_type(Flags(entries, a=True), Flags)
    assert_type(Named(entries), Named[bool])
    assert_type(Named(a=1), Named[int])
    assert_type(Point(1, 2), Point)


def updates_keep_the_class(m: Flags, flag: bool) -> None:
    assert_type(m.set("a", flag), Flags)
    assert_type(m.delete("a"), Flags)
    assert_type(m.discard("a"), Flags)
    assert_type(m.update({"a": True}, b=False), Flags)
    assert_type(m.update(m), Flags)
    assert_type(m.merge(m, {"a": True}), Flags)
    assert_type(m.merge(m, {"a": True}, resolve=both), Flags)
    assert_type(m | m, Flags)
    assert_type(m | {"a": True}, Flags)
    assert_type({"a": True} | m, Flags)
    assert_type(m.alter("a", lambda value: not value), Flags)
    assert_type(m.filter(lambda key, value: value), Flags)
    assert_type(m.select(["a"]), Flags)
    assert_type(m.omit(["a"]), Flags)
    assert_type(m.set_in(["a"], flag), Flags)
    assert_type(m.apply(m.diff(m)), Flags)
    assert_type(copy.copy(m), Flags)
    assert_type(copy.deepcopy(m), Flags)
    assert_type(pickle.loads(pickle.dumps(m)), Any)


def values_of_any_type_keep_the_class(m: Config, entries: dict[str, int]) -> None:
    assert_type(m.set("a", 1).set("b", "x").level(), int)
    assert_type(m.update(entries, a="x").level(), int)
    assert_type((m | entries).level(), int)
    assert_type(m.alter("a", lambda value: value + 1).level(), int)


def mutation_keeps_the_class(m: Config) -> Config:
    with m.mutate() as draft:
        draft["level"] = 1
    assert_type(draft, MapMutation[str, Any, Config])
    assert_type(draft.finish().level(), int)
    return draft.finish()


def wider_values_do_not(m: Flags) -> None:
    """The instance is still one at run time, and its type says less."""
    assert_type(m.set("a", 2), PersistentMap[str, bool | int])
    assert_type(m.update(a=2), PersistentMap[str, bool | int])
    assert_type(m | {"a": 2}, PersistentMap[str, bool | int])
    assert_type(m.map_values(str), PersistentMap[str, str])


def generic_subclass(m: Named[V], value: V) -> Named[V]:
    return m.set("a", value).update({"b": value})


def subclass_is_a_map(m: Flags) -> PersistentMap[str, int]:
    return m
