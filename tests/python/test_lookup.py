# SPDX-License-Identifier: Apache-2.0
"""Reading a map: `m[k]`, `get`, `in`, `len`, `bool` and `iter`."""

from __future__ import annotations

from typing import Any

import pytest

from conftest import AnyMap, Entries, MapType, check, entries_of

ABSENT = [None, "absent", -1, 0.25, b"absent", (), (1, 2), ((1, 2),), float("nan")]


def test_getitem_gives_the_very_value(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    check(m)
    assert all(m[key] is value for key, value in entries.items())


@pytest.mark.parametrize("kind", ["str", "int", "tuple"])
def test_getitem_finds_by_an_equal_key(Map: MapType, size: int, kind: str) -> None:
    m = Map(entries_of(kind, size))
    assert all(m[key] is m[equal_key(key)] for key in m)


def equal_key(key: Any) -> Any:
    """An equal key that is, unless it is a number, another object."""
    if isinstance(key, str):
        return "".join(list(key))
    return tuple(map(equal_key, key)) if isinstance(key, tuple) else float(key)


def test_getitem_of_absent_key_raises_key_error_with_the_key(
    Map: MapType, entries: Entries
) -> None:
    m = Map(entries)
    for key in ABSENT:
        with pytest.raises(KeyError) as caught:
            m[key]
        assert len(caught.value.args) == 1
        assert caught.value.args[0] is key


def test_get_gives_the_very_value(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    default = object()
    for key, value in entries.items():
        assert m.get(key) is value
        assert m.get(key, default) is value
        assert m.get(key, default=default) is value


def test_get_of_absent_key_gives_the_default(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    default = object()
    for key in ABSENT:
        assert m.get(key) is None
        assert m.get(key, default) is default
        assert m.get(key, default=default) is default


def test_none_is_a_value(Map: MapType) -> None:
    m = Map(a=None)
    assert "a" in m
    assert m["a"] is None
    assert m.get("a", "default") is None


def test_contains_tells_keys_from_others(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    assert all(key in m for key in entries)
    assert not any(key in m for key in ABSENT)
    assert not any(value in m for value in entries.values())


def test_len_and_bool_count_entries(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    assert len(m) == len(entries)
    assert bool(m) is bool(entries)


def test_iter_gives_each_key_once(Map: MapType, entries: Entries) -> None:
    keys = list(Map(entries))
    assert len(keys) == len(entries)
    assert {id(key) for key in keys} == {id(key) for key in entries}


def test_two_walks_give_one_order(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    assert list(m) == list(m) == list(m.keys())
    assert list(zip(m.keys(), m.values(), strict=True)) == list(m.items())


def test_iterator_outlives_the_name_of_its_map(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    order = list(m)
    iterator = iter(m)
    del m
    assert list(iterator) == order


@pytest.mark.parametrize("one", [1, 1.0, True, 1 + 0j])
@pytest.mark.parametrize("other", [1, 1.0, True, 1 + 0j])
def test_equal_numbers_are_one_key(
    Map: MapType, size: int, one: Any, other: Any
) -> None:
    m = Map(entries_of("str", size)).set(one, "value")
    check(m)
    assert m[other] == "value"
    assert m.get(other) == "value"
    assert other in m


def test_nan_finds_itself_alone(Map: MapType, size: int) -> None:
    nan = float("nan")
    m = Map(entries_of("str", size)).set(nan, "value")
    assert m[nan] == "value"
    assert nan in m
    assert float("nan") not in m


def test_minus_one_and_minus_two_differ(Map: MapType) -> None:
    """Their hashes are equal: CPython keeps -1 for errors."""
    m: AnyMap = Map({-1: "one", -2: "two"})
    assert hash(-1) == hash(-2)
    assert (m[-1], m[-2]) == ("one", "two")
