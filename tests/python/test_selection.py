# SPDX-License-Identifier: Apache-2.0
"""`filter`, `map_values`, `select` and `omit`: new maps of a part of the entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from conftest import Entries, entries_of
from hostile import Refused
from pyhamt import PersistentMap
from versions import KEY_MAKERS, assert_holds


@pytest.fixture(params=KEY_MAKERS)
def made(request: pytest.FixtureRequest, size: int) -> Entries:
    """Entries with keys of each neighbourhood and of each size in turn."""
    return {KEY_MAKERS[request.param](i): [i] for i in range(size)}


# One-shot and other iterables of keys.
ITERABLES: dict[str, Callable[[Iterable[Any]], Any]] = {
    "list": list,
    "tuple": tuple,
    "iterator": lambda keys: iter(list(keys)),
    "set": set,
    "dict": dict.fromkeys,
    "PersistentMap": PersistentMap.fromkeys,
    "keys": lambda keys: PersistentMap.fromkeys(keys).keys(),
    "repeated": lambda keys: [*keys] * 2,
}


# filter


def test_filter_keeps_the_entries_for_which_the_function_is_true(made: Entries) -> None:
    m = PersistentMap(made)
    keys = list(made)
    for wanted in (set(keys[::2]), set(keys[:1]), set()):
        expected = {key: made[key] for key in keys if key in wanted}
        assert_holds(m.filter(lambda key, _: key in wanted), expected)  # noqa: B023
    assert_holds(m.filter(lambda _, value: value[0] % 3), entries_mod_3(made))
    assert_holds(m, made)


def entries_mod_3(entries: Entries) -> Entries:
    return {key: value for key, value in entries.items() if value[0] % 3}


def test_filter_calls_the_function_once_for_each_entry(entries: Entries) -> None:
    calls = []
    PersistentMap(entries).filter(lambda *call: calls.append(call))
    assert len(calls) == len(entries)
    assert dict(calls) == entries


def test_filter_that_keeps_all_gives_the_same_map(entries: Entries) -> None:
    m = PersistentMap(entries)
    assert m.filter(lambda key, value: True) is m
    assert m.filter(lambda key, value: "yes") is m


def test_filter_that_keeps_nothing_gives_an_empty_map(entries: Entries) -> None:
    assert_holds(PersistentMap(entries).filter(lambda key, value: None), {})


def raise_at(nth: int) -> Callable[..., Any]:
    """A function that keeps nothing and raises on its n-th call."""
    calls = []

    def fn(*call: Any) -> Any:
        calls.append(call)
        if len(calls) == nth:
            raise Refused
        return None

    return fn


@pytest.mark.parametrize("nth", [1, 2, 50, 100])
def test_function_that_raises_leaves_the_map_as_it_was(kind: str, nth: int) -> None:
    entries = entries_of(kind, 100)
    m = PersistentMap(entries)
    for method in (m.filter, m.map_values):
        with pytest.raises(Refused):
            method(raise_at(nth))
        assert_holds(m, entries)


# map_values


def test_map_values_replaces_each_value(made: Entries) -> None:
    m = PersistentMap(made)
    mapped = m.map_values(lambda value: value[0] + 1)
    mapped._check()
    assert dict(mapped) == {key: value[0] + 1 for key, value in made.items()}
    assert {id(key) for key in mapped} == {id(key) for key in made}
    assert_holds(m, made)


def test_map_values_to_the_very_values_gives_the_same_map(entries: Entries) -> None:
    m = PersistentMap(entries)
    assert m.map_values(lambda value: value) is m


def test_map_values_takes_an_equal_value_for_a_change() -> None:
    m = PersistentMap.fromkeys(range(20), 1)
    mapped = m.map_values(float)
    assert mapped is not m
    assert all(type(value) is float for value in mapped.values())


def test_map_values_calls_the_function_once_for_each_value(entries: Entries) -> None:
    calls = []
    PersistentMap(entries).map_values(calls.append)
    assert sorted(calls) == sorted(entries.values())


# select and omit


@pytest.mark.parametrize("make", ITERABLES.values(), ids=ITERABLES)
def test_select_and_omit_part_the_map(made: Entries, make: Callable[..., Any]) -> None:
    m = PersistentMap(made)
    keys = list(made)
    for wanted in ([], keys[:1], keys[::2], keys[1:], keys):
        selected = {key: made[key] for key in wanted}
        rest = {key: made[key] for key in keys if key not in selected}
        assert_holds(m.select(make(wanted)), selected)
        assert_holds(m.omit(make(wanted)), rest)
    assert_holds(m, made)


def test_absent_keys_are_ignored(made: Entries) -> None:
    m = PersistentMap(made)
    some = list(made)[::2]
    absent = [None, "absent", 1.5, *map(str, range(10))]
    assert_holds(m.select([*absent, *some]), {key: made[key] for key in some})
    assert_holds(m.omit([*absent, *some]), {key: made[key] for key in list(made)[1::2]})
    assert m.omit(absent) is m
    assert_holds(m.select(absent), {})


def test_select_and_omit_that_change_nothing_give_the_same_map(made: Entries) -> None:
    m = PersistentMap(made)
    assert m.select(made) is m
    assert m.select([*made, "absent"]) is m
    assert m.select(m) is m
    assert m.omit([]) is m
    assert m.omit(["absent"]) is m


@pytest.mark.parametrize("more", [0, 100])
@pytest.mark.parametrize("wanted", [[True], [True, 1.0], [True, "absent", None]])
def test_select_keeps_the_keys_of_the_map(more: int, wanted: list[Any]) -> None:
    m = PersistentMap({1: "one", 2: "two"}).update({f"key {i}": i for i in range(more)})
    selected = m.select(wanted)
    assert selected == {1: "one"}
    assert [type(key) for key in selected] == [int]


def test_select_keeps_none_as_a_value() -> None:
    m = PersistentMap.fromkeys("abcdefghij")
    assert m.select("ab") == {"a": None, "b": None}


@pytest.mark.parametrize("method", ["select", "omit"])
@pytest.mark.parametrize("keys", [[[]], ["key-1", {}], None, 1])
def test_keys_that_are_none_raise_type_error(method: str, keys: Any) -> None:
    entries = entries_of("str", 20)
    m = PersistentMap(entries)
    with pytest.raises(TypeError):
        getattr(m, method)(keys)
    assert_holds(m, entries)


@pytest.mark.parametrize("method", ["filter", "map_values"])
def test_function_that_is_not_callable_raises_type_error(method: str) -> None:
    with pytest.raises(TypeError):
        getattr(PersistentMap(a=1), method)(1)
