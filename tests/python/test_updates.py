# SPDX-License-Identifier: Apache-2.0
"""New versions of a map: `set`, `delete`, `discard`, `update` and `|`.

The old version stays as it was, and is the result when nothing changes.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict, UserDict
from collections.abc import Callable
from functools import partial
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ARRAY_LIMIT, AnyMap, Entries, MapType, check, entries_of
from pyhamt import PersistentMap


def assert_holds(m: AnyMap, entries: Entries) -> None:
    """The map has the very keys and values of the dict."""
    check(m)
    assert dict(m.items()) == entries
    assert {id(key) for key in m} == {id(key) for key in entries}


# set


def test_set_of_new_key_adds_it(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    assert_holds(m.set("new", 1), {**entries, "new": 1})
    assert_holds(m, entries)


def test_set_of_known_key_replaces_its_value(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    for key in list(entries)[::50]:
        assert_holds(m.set(key, "new"), {**entries, key: "new"})
    assert_holds(m, entries)


def test_set_of_the_very_value_gives_the_same_map(
    Map: MapType, entries: Entries
) -> None:
    m = Map(entries)
    assert all(m.set(key, value) is m for key, value in entries.items())


def test_set_of_an_equal_value_replaces_it(Map: MapType, size: int) -> None:
    m = Map(entries_of("str", size)).set("key", 1)
    changed = m.set("key", 1.0)
    assert changed is not m
    assert type(changed["key"]) is float
    assert type(m["key"]) is int


@pytest.mark.parametrize("second", [1.0, True])
def test_set_keeps_the_first_of_two_equal_keys(
    Map: MapType, size: int, second: Any
) -> None:
    m = Map(entries_of("str", size)).set(1, "first")
    assert m.set(second, m[1]) is m
    changed = m.set(second, "second")
    check(changed)
    assert changed[1] == "second"
    assert [type(key) for key in changed if key == 1] == [int]


def test_every_version_on_the_way_up_and_down_is_kept(Map: MapType, kind: str) -> None:
    entries: Entries = {}
    version = Map()
    kept = [(version, {})]
    for key, value in entries_of(kind, 100).items():
        version = version.set(key, value)
        entries[key] = value
        kept.append((version, dict(entries)))
    for key in list(entries)[::-2] + list(entries)[::2]:
        version = version.discard(key)
        entries.pop(key, None)
        kept.append((version, dict(entries)))
    for version, expected in kept:
        assert_holds(version, expected)


def test_small_map_keeps_the_order_of_its_updates(Map: MapType) -> None:
    m = Map()
    for key in reversed(range(ARRAY_LIMIT)):
        m = m.set(key, None)
    assert list(m) == list(reversed(range(ARRAY_LIMIT)))
    assert list(m.set(3, "new")) == list(m)
    assert list(m.delete(3)) == [key for key in m if key != 3]


# delete and discard


@pytest.mark.parametrize("method", ["delete", "discard"])
def test_removal_leaves_the_others(Map: MapType, entries: Entries, method: str) -> None:
    m = Map(entries)
    for gone in list(entries)[::50]:
        others = {key: value for key, value in entries.items() if key is not gone}
        assert_holds(getattr(m, method)(gone), others)
    assert_holds(m, entries)


@pytest.mark.parametrize("method", ["delete", "discard"])
def test_removal_of_every_key_leaves_an_empty_map(
    Map: MapType, entries: Entries, method: str
) -> None:
    m = Map(entries)
    for key in entries:
        m = getattr(m, method)(key)
    assert_holds(m, {})
    assert m == Map()


@pytest.mark.parametrize("method", ["delete", "discard"])
@pytest.mark.parametrize("equal", [1, 1.0, True])
def test_removal_takes_an_equal_key(Map: MapType, method: str, equal: Any) -> None:
    assert getattr(Map({1: "a", 2: "b"}), method)(equal) == {2: "b"}


def test_delete_of_absent_key_raises_key_error_with_the_key(
    Map: MapType, entries: Entries
) -> None:
    m = Map(entries)
    for key in ("absent", (1, 2), ((1, 2),), (), None, float("nan")):
        with pytest.raises(KeyError) as caught:
            m.delete(key)
        assert len(caught.value.args) == 1
        assert caught.value.args[0] is key
    assert_holds(m, entries)


def test_discard_of_absent_key_gives_the_same_map(
    Map: MapType, entries: Entries
) -> None:
    m = Map(entries)
    assert m.discard("absent") is m
    assert m.discard(float("nan")) is m


# update and |


def changes_of(entries: Entries) -> Entries:
    """Entries of which half the keys are known, each with another value."""
    known = dict.fromkeys(list(entries)[::2], "changed")
    return {**known, **{f"added-{i}": i for i in range(len(known))}}


def test_update_takes_the_right_side(
    Map: MapType, size: int, make_mapping: Callable[[Entries], Any]
) -> None:
    entries = entries_of("mixed", size)
    m = Map(entries)
    changes = changes_of(entries)
    assert_holds(m.update(make_mapping(changes)), {**entries, **changes})
    assert_holds(m, entries)


def test_update_takes_pairs(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    changes = changes_of(entries)
    assert_holds(m.update(changes.items()), {**entries, **changes})
    assert_holds(m.update(iter(changes.items())), {**entries, **changes})


def test_update_takes_many_arguments_and_the_last_wins(Map: MapType) -> None:
    m = Map(a=1, b=1, c=1, d=1)
    changed = m.update({"b": 2, "c": 2, "d": 2}, [("c", 3), ("d", 3)], Map(e=3), d=4)
    check(changed)
    assert changed == {"a": 1, "b": 2, "c": 3, "d": 4, "e": 3}
    assert m == {"a": 1, "b": 1, "c": 1, "d": 1}


@pytest.mark.parametrize("name", ["self", "mapping_or_pairs", "mappings_or_pairs"])
def test_update_keyword_has_any_name(Map: MapType, name: str) -> None:
    assert Map(a=1).update(**{name: 2}) == {"a": 1, name: 2}


def test_update_without_change_gives_the_same_map(
    Map: MapType, size: int, make_mapping: Callable[[Entries], Any]
) -> None:
    entries = entries_of("mixed", size)
    m = Map(entries)
    half = dict(list(entries.items())[::2])
    assert m.update() is m
    assert m.update({}, (), Map()) is m
    assert m.update(m) is m
    assert m.update(make_mapping(entries)) is m
    assert m.update(make_mapping(half), half.items()) is m


def test_update_keeps_the_first_of_two_equal_keys(
    Map: MapType, size: int, make_mapping: Callable[[Entries], Any]
) -> None:
    m = Map(entries_of("str", size)).set(1, "first")
    same = m.update(make_mapping({1.0: m[1]}))
    changed = m.update(make_mapping({True: "second"}))
    check(changed)
    assert same is m
    assert [(type(key), m[1]) for key in m if key == 1] == [(int, "first")]
    assert [(type(key), changed[1]) for key in changed if key == 1] == [(int, "second")]


def test_or_takes_the_right_side(
    Map: MapType, size: int, make_mapping: Callable[[Entries], Any]
) -> None:
    entries = entries_of("mixed", size)
    m = Map(entries)
    changes = changes_of(entries)
    result = m | make_mapping(changes)
    assert type(result) is Map
    assert_holds(result, {**entries, **changes})
    assert_holds(m, entries)


@pytest.mark.parametrize("make_left", [dict, OrderedDict, UserDict, MappingProxyType])
def test_or_of_another_mapping_and_a_map_is_a_map(
    Map: MapType, size: int, make_left: Callable[[Entries], Any]
) -> None:
    entries = entries_of("mixed", size)
    m = Map(entries)
    changes = changes_of(entries)
    result = make_left(changes) | m
    assert type(result) is Map
    assert_holds(result, {**changes, **entries})
    assert_holds(m, entries)


def test_or_without_change_gives_the_same_map(
    Map: MapType, size: int, make_mapping: Callable[[Entries], Any]
) -> None:
    entries = entries_of("mixed", size)
    m = Map(entries)
    assert (m | make_mapping(entries)) is m
    assert (m | make_mapping({})) is m
    assert ({} | m) is m
    assert (m | m) is m


def test_augmented_or_binds_a_new_map(Map: MapType) -> None:
    m = old = Map(a=1)
    m |= {"b": 2}
    assert m == {"a": 1, "b": 2}
    assert old == {"a": 1}


# Among them types of two other extensions.
@pytest.mark.parametrize(
    "other", [None, 1, "ab", [("a", 1)], {"a"}, object(), partial(int), array("b")]
)
def test_or_with_no_mapping_is_not_implemented(Map: MapType, other: Any) -> None:
    m = Map(a=1)
    assert m.__or__(other) is NotImplemented
    assert m.__ror__(other) is NotImplemented
    with pytest.raises(TypeError, match="unsupported operand"):
        m | other
    with pytest.raises(TypeError, match="unsupported operand"):
        other | m


def test_or_of_a_mutation_and_a_map_is_a_map(Map: MapType) -> None:
    m = Map(a=1, b=2)
    result = Map(b=3, c=4).mutate() | m
    assert type(result) is Map
    assert_holds(result, {"a": 1, "b": 2, "c": 4})
    assert (Map().mutate() | m) is m


def test_or_of_values_and_a_map_raises_type_error(Map: MapType) -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        Map(a=1).values() | Map(b=2)


def test_or_asks_the_right_operand_when_it_is_no_mapping(Map: MapType) -> None:
    class Right:
        def __ror__(self, left: Any) -> Any:
            return ("right", left)

    m = Map(a=1)
    assert (m | Right()) == ("right", m)


SMALL_KEYS = st.one_of(st.integers(-20, 20), st.sampled_from([1.0, True, "a", (1, 2)]))
DICTS = st.dictionaries(SMALL_KEYS, st.integers(0, 2), max_size=40)


@given(left=DICTS, right=DICTS)
def test_or_of_any_two_maps_is_that_of_dicts(left: Entries, right: Entries) -> None:
    m, other = PersistentMap(left), PersistentMap(right)
    for merged in (m | other, m | right, left | other, m.update(right.items())):
        check(merged)
        assert sorted(map(repr, merged.items())) == sorted(
            map(repr, (left | right).items())
        )
    assert_holds(m, left)
    assert_holds(other, right)
