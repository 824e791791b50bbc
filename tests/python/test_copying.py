# SPDX-License-Identifier: Apache-2.0
"""`copy.copy` gives the map itself; `copy.deepcopy` does so when nothing in it can
change.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from conftest import Entries, MapType, check
from pyhamt import PersistentMap


def test_copy_is_the_map(Map: MapType, entries: Entries) -> None:
    m = Map(entries).set("list", [])
    assert copy.copy(m) is m


def test_deep_copy_of_atomic_content_is_the_map(Map: MapType, entries: Entries) -> None:
    # A deep copy of a frozenset is another one.
    atomic = {key: entries[key] for key in entries if type(key) is not frozenset}
    m = Map(atomic).set("inner", Map(atomic)).set("tuple", (1, (2, "3")))
    assert copy.deepcopy(m) is m


def test_deep_copy_copies_values_that_can_change(
    Map: MapType, entries: Entries
) -> None:
    value = ["list"]
    m = Map(entries).set("a", value).set("b", value).set("c", (value,))
    copied = copy.deepcopy(m)
    check(copied)
    assert type(copied) is Map
    assert len(copied) == len(m)
    assert copied["a"] == value
    assert copied["a"] is not value
    assert copied["b"] is copied["c"][0] is copied["a"]
    assert m["a"] is value


def test_deep_copy_copies_keys(Map: MapType) -> None:
    class Key:
        pass

    key = Key()
    copied = copy.deepcopy(Map({key: key}))
    check(copied)
    ((copied_key, copied_value),) = copied.items()
    assert copied_key is copied_value
    assert copied_key is not key


def test_deep_copy_goes_into_maps_in_maps(Map: MapType, entries: Entries) -> None:
    value = ["list"]
    m = Map(entries).set("inner", Map(entries).set("list", value))
    copied = copy.deepcopy(m)
    check(copied)
    assert copied["inner"]["list"] == value
    assert copied["inner"]["list"] is not value


def test_deep_copy_of_one_map_twice_is_one_copy(Map: MapType) -> None:
    m = Map(a=[])
    one, other = copy.deepcopy([m, m])
    assert one is other
    assert one is not m


def test_deep_copy_of_a_map_in_its_own_value_is_such_a_map(
    Map: MapType, entries: Entries
) -> None:
    value: list[Any] = []
    m = Map(entries).set("self", value)
    value.append(m)
    copied = copy.deepcopy(m)
    check(copied)
    assert copied is not m
    assert copied["self"][0] is copied
    assert len(copied) == len(m)


def test_deep_copy_of_a_map_in_a_tuple_of_its_own_value_is_such_a_map(
    Map: MapType,
) -> None:
    value: list[Any] = []
    m = Map(self=(value,))
    value.append(m)
    copied = copy.deepcopy(m)
    assert copied["self"][0][0] is copied


def test_exception_of_a_deep_copy_passes_through(
    Map: MapType, entries: Entries
) -> None:
    class Raising:
        def __deepcopy__(self, memo: Any) -> Any:
            raise ZeroDivisionError

    m = Map(entries).set("raising", Raising())
    with pytest.raises(ZeroDivisionError):
        copy.deepcopy(m)
    check(m)


class NoMemo(dict[Any, Any]):
    """Knows no copy, and cannot tell."""

    def __getitem__(self, key: Any) -> Any:
        raise ZeroDivisionError


def test_exception_of_the_memo_passes_through() -> None:
    m = PersistentMap(a=1)
    with pytest.raises(ZeroDivisionError):
        m.__deepcopy__(NoMemo())
    m._check()


def test_deep_copy_to_an_unhashable_key_raises_type_error(Map: MapType) -> None:
    class Key:
        def __deepcopy__(self, memo: Any) -> Any:
            return []

    m = Map({Key(): 1})
    with pytest.raises(TypeError, match="unhashable"):
        copy.deepcopy(m)
    check(m)


def test_deep_copies_that_become_equal_keys_are_one_entry(Map: MapType) -> None:
    class Key:
        def __deepcopy__(self, memo: Any) -> Any:
            return "key"

    assert dict(copy.deepcopy(Map({Key(): 1, Key(): 1}))) == {"key": 1}
