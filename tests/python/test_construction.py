# SPDX-License-Identifier: Apache-2.0
"""Making a map from what dict can be made from: the same entries result."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conftest import ARRAY_LIMIT, MAPPINGS, Entries, MapType, check, entries_of


class KeysAndGetitem:
    """The least that dict takes for a mapping."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    def keys(self) -> list[Any]:
        return list(self._entries)

    def __getitem__(self, key: Any) -> Any:
        return self._entries[key]


class DictWithOwnGetitem(dict[Any, Any]):
    """dict copies such an object without a call of this method."""

    def __getitem__(self, key: Any) -> Any:
        raise AssertionError(key)


class DictWithOwnIter(dict[Any, Any]):
    """dict asks such an object for its keys."""

    def __iter__(self) -> Iterator[Any]:
        raise AssertionError

    def keys(self) -> list[Any]:
        return list(super().keys())[::2]


class OldSequence:
    """An iterable of the days before `__iter__`."""

    def __init__(self, entries: Entries) -> None:
        self._pairs = list(entries.items())

    def __getitem__(self, index: int) -> Any:
        return self._pairs[index]


SOURCES: dict[str, Callable[[Entries], Any]] = {
    **MAPPINGS,
    "pairs": lambda entries: list(entries.items()),
    "iterator": lambda entries: iter(entries.items()),
    "lists": lambda entries: [[key, value] for key, value in entries.items()],
    "items view": lambda entries: entries.items(),
    "old sequence": OldSequence,
    "keys and getitem": KeysAndGetitem,
    "own getitem": DictWithOwnGetitem,
    "own iter": DictWithOwnIter,
}


@pytest.fixture(params=SOURCES)
def make_source(request: pytest.FixtureRequest) -> Callable[[Entries], Any]:
    return SOURCES[request.param]


def test_map_of_a_source_has_what_a_dict_of_it_has(
    Map: MapType, size: int, make_source: Callable[[Entries], Any]
) -> None:
    entries = entries_of("mixed", size)
    m = Map(make_source(entries))
    check(m)
    assert dict(m.items()) == dict(make_source(entries))


def test_map_without_arguments_is_empty(Map: MapType) -> None:
    m = Map()
    check(m)
    assert len(m) == 0
    assert list(m.items()) == []


def test_source_and_keywords_make_one_map(Map: MapType, size: int) -> None:
    entries = {f"key-{i}": i for i in range(size)}
    m = Map(entries, **{"key-0": "new", "more": None})
    check(m)
    assert m == {**entries, "key-0": "new", "more": None}


@pytest.mark.parametrize(
    "name", ["self", "cls", "type", "mapping_or_pairs", "iterable", "kwargs", "ü", ""]
)
def test_keyword_has_any_name(Map: MapType, name: str) -> None:
    assert Map(**{name: 1}) == {name: 1}
    assert Map({"a": 2}, **{name: 1}) == {"a": 2, name: 1}


def test_pair_is_any_iterable_of_two(Map: MapType) -> None:
    assert Map(["ab", ("c", "d"), iter("ef")]) == {"a": "b", "c": "d", "e": "f"}


def test_last_of_equal_keys_gives_the_value_and_the_first_stays(Map: MapType) -> None:
    m = Map([(1, "int"), (1.0, "float"), (True, "bool")])
    check(m)
    assert repr(list(m.items())) == "[(1, 'bool')]"


def test_each_nan_is_a_key(Map: MapType, size: int) -> None:
    nans = [float("nan") for _ in range(size)]
    m = Map((nan, i) for i, nan in enumerate(nans * 2))
    check(m)
    assert len(m) == size
    assert [m[nan] for nan in nans] == list(range(size, 2 * size))


def test_map_of_a_map_is_that_map(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    assert Map(m) is m


def test_map_of_a_map_and_keywords_is_another(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    more = Map(m, more=1)
    check(more)
    assert more == {**entries, "more": 1}
    assert m == entries


def test_change_of_the_source_does_not_show(Map: MapType, entries: Entries) -> None:
    source = dict(entries)
    m = Map(source)
    source.clear()
    assert m == entries


def test_init_does_not_change_a_map(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    m.__init__({"more": 1})
    check(m)
    assert m == entries


def test_small_map_keeps_the_order_of_its_source(Map: MapType) -> None:
    entries = dict.fromkeys(reversed(range(ARRAY_LIMIT)))
    assert list(Map(entries)) == list(entries)
    assert list(Map(entries.items())) == list(entries)
    assert list(Map.fromkeys(entries)) == list(entries)


def test_from_dict_has_items_of_the_dict(Map: MapType, entries: Entries) -> None:
    m = Map.from_dict(entries)
    check(m)
    assert type(m) is Map
    assert dict(m.items()) == entries


def test_from_dict_takes_a_subclass_of_dict(Map: MapType) -> None:
    assert Map.from_dict(OrderedDict(a=1)) == {"a": 1}


def test_fromkeys_gives_each_key_the_value(Map: MapType, entries: Entries) -> None:
    value = object()
    m = Map.fromkeys(iter(entries), value)
    check(m)
    assert type(m) is Map
    assert dict(m.items()) == dict.fromkeys(entries, value)


def test_fromkeys_takes_an_old_sequence(Map: MapType, entries: Entries) -> None:
    pairs = OldSequence(entries)
    m = Map.fromkeys(pairs)
    check(m)
    assert dict(m) == dict.fromkeys(entries.items())


def test_fromkeys_gives_none_by_default(Map: MapType) -> None:
    assert Map.fromkeys("aba") == {"a": None, "b": None}


def test_class_methods_do_not_look_at_the_instance(Map: MapType) -> None:
    assert Map(a=1).fromkeys("b", 2) == {"b": 2}
    assert Map(a=1).from_dict({"b": 2}) == {"b": 2}
