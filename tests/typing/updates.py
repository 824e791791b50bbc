# SPDX-License-Identifier: Apache-2.0
"""Updates of one version: what keeps the types of a map, and what widens them. Checked
by mypy, never run.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from typing_extensions import assert_type

from pyhamt import PersistentMap, freeze, thaw

Numbers = PersistentMap[str, int]
Lists = PersistentMap[str, list[int]]
Pairs = PersistentMap[tuple[int, int], str]
Nested = PersistentMap[str, Numbers]


def length(value: int | None) -> str:
    return "" if value is None else str(value)


def set_keeps_or_widens(m: Numbers, lists: Lists, flag: bool) -> None:
    assert_type(m.set("a", 1), Numbers)
    assert_type(m.set("a", flag), Numbers)
    assert_type(m.set("a", "x"), PersistentMap[str, int | str])
    assert_type(m.set("a", None), PersistentMap[str, int | None])
    assert_type(m.set("a", "x").set("b", 1), PersistentMap[str, int | str])
    assert_type(m.set("a", 2.5), PersistentMap[str, int | float])
    assert_type(lists.set("a", []), Lists)
    wanted: PersistentMap[str, float | None] = m.set("a", None)
    print(wanted)


def remove(m: Numbers) -> None:
    assert_type(m.delete("a"), Numbers)
    assert_type(m.discard("a"), Numbers)
    assert_type(m.omit(["a", "b"]), Numbers)
    assert_type(m.select({"a", "b"}), Numbers)
    assert_type(m.select(m.keys()), Numbers)
    assert_type(m.filter(lambda key, value: key and value > 1), Numbers)


def alter(m: Numbers, lists: Lists) -> None:
    assert_type(m.alter("a", lambda value: value + 1), Numbers)
    assert_type(m.alter("a", lambda value: value + 1, default=0), Numbers)
    assert_type(m.alter("a", str), PersistentMap[str, int | str])
    assert_type(m.alter("a", length, default=None), PersistentMap[str, int | str])
    assert_type(lists.alter("a", sorted, default=[]), Lists)


def update_keeps_or_widens(
    m: Numbers, texts: Mapping[str, str], pairs: Iterable[tuple[str, bytes]]
) -> None:
    assert_type(m.update(), Numbers)
    assert_type(m.update({}), Numbers)
    assert_type(m.update(m, {"a": 1}, [("b", 2)], c=3), Numbers)
    assert_type(m.update(a=1), Numbers)
    assert_type(m.update(texts), PersistentMap[str, int | str])
    assert_type(m.update(pairs), PersistentMap[str, int | bytes])
    assert_type(m.update(a="x"), PersistentMap[str, int | str])
    assert_type(m.update(texts, a="x"), PersistentMap[str, int | str])
    assert_type(m.update({1: 2}), PersistentMap[str | int, int])
    assert_type(m.update({1: "x"}), PersistentMap[str | int, int | str])
    assert_type(PersistentMap({1: "x"}).update(a="y"), PersistentMap[int | str, str])


def update_of_keys_that_are_pairs(
    m: Pairs, numbers: PersistentMap[tuple[int, int], int]
) -> None:
    assert_type(m.update(m), Pairs)
    assert_type(m.update([((1, 2), "x")]), Pairs)
    wide = m.update(numbers)
    assert_type(wide, PersistentMap[tuple[int, int], str | int])
    assert_type(m.merge(numbers), PersistentMap[tuple[int, int], str | int])
    assert_type(m | numbers, PersistentMap[tuple[int, int], str | int])


def union_operator(m: Numbers, plain: dict[str, int], texts: dict[int, str]) -> None:
    assert_type(m | m, Numbers)
    assert_type(m | plain, Numbers)
    assert_type(plain | m, Numbers)
    assert_type(m | texts, PersistentMap[str | int, int | str])
    assert_type(texts | m, PersistentMap[str | int, int | str])
    m |= plain
    assert_type(m, Numbers)


def map_values(m: Numbers) -> None:
    assert_type(m.map_values(str), PersistentMap[str, str])
    assert_type(m.map_values(lambda value: [value]), Lists)
    assert_type(m.map_values(float), PersistentMap[str, float])


def paths(m: Nested) -> None:
    """What lies at their end is Any; the map stays what it is."""
    assert_type(m.get_in(["a", "b"]), Any)
    assert_type(m.get_in(("a", "b"), 0), Any)
    assert_type(m.set_in(["a", "b"], 1), Nested)
    assert_type(m.alter_in(["a", "b"], lambda value: value + 1), Nested)
    assert_type(m.alter_in(["a", "b"], str, default=None), Nested)
    assert_type(m.delete_in(["a"]), Nested)


def freeze_and_thaw(entries: dict[str, list[int]], m: Lists, anything: object) -> None:
    assert_type(freeze(entries), PersistentMap[str, Any])
    assert_type(freeze(m), PersistentMap[str, Any])
    assert_type(freeze([1, [2]]), tuple[Any, ...])
    assert_type(freeze({1, 2}), frozenset[Any])
    assert_type(freeze(anything), Any)
    assert_type(thaw(m), dict[str, Any])
    assert_type(thaw([m]), list[Any])
    assert_type(thaw(frozenset({1})), set[int])
    assert_type(thaw(anything), Any)
