# SPDX-License-Identifier: Apache-2.0
"""Maps as they are made and read. Checked by mypy, never run."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

from typing_extensions import assert_type

from pyhamt import PersistentMap

Numbers = PersistentMap[str, int]


class Colour(str, Enum):
    RED = "red"


def make_as_dict_does(
    mapping: Mapping[str, int], pairs: Iterable[tuple[str, int]], lines: list[str]
) -> None:
    assert_type(PersistentMap(mapping), Numbers)
    assert_type(PersistentMap(PersistentMap(mapping)), Numbers)
    assert_type(PersistentMap(pairs), Numbers)
    assert_type(PersistentMap({"a": 1}), Numbers)
    assert_type(PersistentMap([("a", 1), ("b", 2)]), Numbers)
    assert_type(PersistentMap(a=1, b=2), Numbers)
    assert_type(PersistentMap(mapping, a=1), Numbers)
    assert_type(PersistentMap(pairs, a=1.5), PersistentMap[str, float])
    assert_type(PersistentMap(zip(lines, range(9), strict=False)), Numbers)
    assert_type(
        PersistentMap(line.split("=") for line in lines), PersistentMap[str, str]
    )
    assert_type(
        PersistentMap({key: (key, 1) for key in range(9)}),
        PersistentMap[int, tuple[int, int]],
    )
    assert_type(PersistentMap[str, int](), Numbers)


def make_of_keys_that_are_pairs(
    mapping: Mapping[tuple[str, int], bool],
) -> PersistentMap[tuple[str, int], bool]:
    """An iterable of such keys would do as pairs of entries."""
    assert_type(PersistentMap(mapping), PersistentMap[tuple[str, int], bool])
    return PersistentMap(mapping)


def make_what_is_wanted() -> None:
    empty: Numbers = PersistentMap()
    wide: PersistentMap[str, object] = PersistentMap(a=1)
    lists: PersistentMap[str, list[int]] = PersistentMap({"a": []})
    mixed: PersistentMap[str | int, float] = PersistentMap({"a": 1, 2: 2.5})
    print(empty, wide, lists, mixed)


def make_by_class_methods(entries: dict[str, int], keys: Iterable[str]) -> None:
    assert_type(PersistentMap.from_dict(entries), Numbers)
    assert_type(PersistentMap.fromkeys(keys), PersistentMap[str, None])
    assert_type(PersistentMap.fromkeys(keys, 0), Numbers)


def read(m: Numbers, anything: object) -> None:
    assert_type(m["a"], int)
    assert_type(len(m), int)
    assert_type(anything in m, bool)
    assert_type(m == anything, bool)
    assert_type(hash(m), int)
    assert_type(iter(m), Iterator[str])
    assert_type(list(m), list[str])
    assert_type({**m}, dict[str, int])
    assert_type(dict(m), dict[str, int])
    assert_type(m[Colour.RED], int)


def get_with_and_without_default(m: Numbers, text: str | None) -> None:
    assert_type(m.get("a"), int | None)
    assert_type(m.get("a", None), int | None)
    assert_type(m.get("a", 0), int)
    assert_type(m.get("a", "none"), int | str)
    assert_type(m.get("a", text), int | str | None)
    assert_type(m.get("a", default=0), int)
    assert_type(m.get("a", default="none"), int | str)


def get_many_with_and_without_default(m: Numbers, keys: Iterable[str]) -> None:
    assert_type(m.get_many(keys), list[int | None])
    assert_type(m.get_many(["a", "b"], 0), list[int])
    assert_type(m.get_many(keys, "none"), list[int | str])
    assert_type(m.get_many(keys, default=None), list[int | None])


def views(m: Numbers, other: PersistentMap[int, int]) -> None:
    assert_type(list(m.keys()), list[str])
    assert_type(list(m.values()), list[int])
    assert_type(list(m.items()), list[tuple[str, int]])
    assert_type(m.keys() & other.keys(), set[str])
    assert_type(m.keys() | other.keys(), set[str | int])
    assert_type(m.keys() - other.keys(), set[str])
    assert_type(m.keys() ^ other.keys(), set[str | int])
    assert_type(m.items() - m.items(), set[tuple[str, int]])
    assert_type(m.items() & m.items(), set[tuple[str, int]])
    assert_type(m.keys() <= m.keys(), bool)
    assert_type(m.keys().isdisjoint(["a"]), bool)
    assert_type(m.items().isdisjoint(m.items()), bool)
    assert_type(m.keys().mapping, Numbers)
    assert_type(m.values().mapping, Numbers)
    assert_type(m.items().mapping, Numbers)


def matched(m: PersistentMap[str, int | str]) -> int:
    match m:
        case {"port": int(port)}:
            return port
    return 0


def values_are_covariant(m: PersistentMap[str, bool]) -> PersistentMap[str, object]:
    numbers: Numbers = m
    mapping: Mapping[str, int] = m
    print(numbers, mapping)
    return m


def sum_of(numbers: Numbers) -> int:
    return sum(numbers.values())


def pass_covariant(flags: PersistentMap[str, bool], anything: Any) -> None:
    assert_type(sum_of(flags), int)
    assert_type(sum_of(anything), int)
