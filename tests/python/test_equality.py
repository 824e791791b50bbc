# SPDX-License-Identifier: Apache-2.0
"""`==` and `!=`: with every mapping, in any order, values compared identity first."""

from __future__ import annotations

import operator
import timeit
from collections import UserDict
from collections.abc import Callable
from typing import Any, NoReturn
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Entries, MapType, check, entries_of
from pyhamt import PersistentMap


class Raising:
    """A value that cannot be compared."""

    def __eq__(self, other: object) -> bool:
        raise ZeroDivisionError

    __hash__ = None


def assert_equal(one: Any, other: Any) -> None:
    for left, right in ((one, other), (other, one)):
        assert (left == right) is True
        assert (left != right) is False


def assert_unequal(one: Any, other: Any) -> None:
    for left, right in ((one, other), (other, one)):
        assert (left == right) is False
        assert (left != right) is True


def test_equal_entries_are_equal_in_any_order(
    Map: MapType, size: int, make_mapping: Callable[[Entries], Any]
) -> None:
    entries = entries_of("mixed", size)
    m = Map(entries)
    assert_equal(m, make_mapping(entries))
    assert_equal(m, make_mapping(dict(reversed(entries.items()))))


def test_equal_values_need_not_be_one_object(Map: MapType, size: int) -> None:
    m = Map({i: str(i) for i in range(size)})
    assert_equal(m, Map({float(i): str(i) for i in range(size)}))


def test_other_entries_are_unequal(
    Map: MapType, size: int, make_mapping: Callable[[Entries], Any]
) -> None:
    entries = entries_of("mixed", size)
    m = Map(entries)
    assert_unequal(m, make_mapping({**entries, "more": 1}))
    for key, value in list(entries.items())[::200]:
        fewer = {other: entries[other] for other in entries if other is not key}
        assert_unequal(m, make_mapping(fewer))
        assert_unequal(m, make_mapping({**fewer, "other": value}))
        assert_unequal(m, make_mapping({**entries, key: "other"}))


def test_version_that_came_back_is_equal(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    back = m.set("new", 1).delete("new")
    check(back)
    assert_equal(m, back)
    for key, value in list(entries.items())[::200]:
        assert_equal(m, m.set(key, "other").set(key, value))
        assert_equal(m, m.delete(key).set(key, value))


def test_values_are_compared_identity_first(
    Map: MapType, size: int, make_mapping: Callable[[Entries], Any]
) -> None:
    nan, raising = float("nan"), Raising()
    entries = {**entries_of("str", size), "nan": nan, "raising": raising}
    assert_equal(Map(entries), make_mapping(entries))
    assert_unequal(Map(entries), make_mapping({**entries, "nan": float("nan")}))


@pytest.mark.parametrize("one", [0, 5, -5, 2**29, 2**30, -(2**30), 2**70])
@pytest.mark.parametrize("other", [0, 5, -5, 2**29, 2**30, -(2**30), 2**70])
def test_ints_of_every_size_are_compared(Map: MapType, one: int, other: int) -> None:
    other = int(str(other))
    m = Map(a=one, b=[])
    assert (m == Map(a=other, b=[])) is (one == other)
    assert (m == {"a": other, "b": []}) is (one == other)
    assert (("a", other) in m.items()) is (one == other)
    assert m.items().isdisjoint([("a", other)]) is (one != other)
    assert (m.values().mapping == Map(b=[], a=other)) is (one == other)


def test_exception_of_a_value_passes_through(
    Map: MapType, size: int, make_mapping: Callable[[Entries], Any]
) -> None:
    m = Map(entries_of("str", size)).set("raising", Raising())
    other = make_mapping({**entries_of("str", size), "raising": Raising()})
    for compare in (operator.eq, operator.ne):
        with pytest.raises(ZeroDivisionError):
            compare(m, other)
    check(m)


def test_exception_of_a_mapping_passes_through(Map: MapType) -> None:
    class Silent(UserDict):
        def __getitem__(self, key: object) -> NoReturn:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        assert Map(a=1) == Silent(a=1)


def test_result_of_a_comparison_is_asked_for_its_truth(Map: MapType) -> None:
    class Vague:
        def __eq__(self, other: object) -> Any:
            return truths

        __hash__ = None

    truths = ["not empty"]
    assert_equal(Map(a=Vague()), Map(a=Vague()))
    truths.clear()
    assert_unequal(Map(a=Vague()), Map(a=Vague()))


@pytest.mark.parametrize("other", [None, 0, "", (), [], set(), object()])
def test_map_is_unequal_to_what_is_no_mapping(Map: MapType, other: Any) -> None:
    assert_unequal(Map(), other)
    assert_unequal(Map(a=1), [("a", 1)])
    assert Map().__eq__(other) is NotImplemented
    assert Map().__ne__(other) is NotImplemented


def test_other_operand_is_asked_when_it_is_no_mapping(Map: MapType) -> None:
    assert_equal(Map(a=1), mock.ANY)


@pytest.mark.parametrize(
    "compare", [operator.lt, operator.le, operator.gt, operator.ge]
)
def test_maps_have_no_order(Map: MapType, compare: Callable[[Any, Any], Any]) -> None:
    with pytest.raises(TypeError, match="not supported between instances"):
        compare(Map(a=1), Map(a=2))
    with pytest.raises(TypeError, match="not supported between instances"):
        compare(Map(a=1), {"a": 2})


def test_maps_in_maps_are_compared(Map: MapType, entries: Entries) -> None:
    nested = Map(inner=Map(entries))
    assert_equal(nested, Map(inner=Map(entries)))
    assert_equal(nested, {"inner": dict(entries)})
    assert_unequal(nested, Map(inner=Map(entries).set("more", 1)))


KEYS = st.one_of(st.integers(0, 3), st.sampled_from([1.0, True, "a"]))
DICTS = st.dictionaries(KEYS, st.sampled_from([0, 0.0, 1, True]), max_size=3)


@given(left=DICTS, right=DICTS)
def test_any_two_maps_are_equal_as_their_dicts_are(
    left: Entries, right: Entries
) -> None:
    expected = left == right
    for other in (right, PersistentMap(right)):
        assert (PersistentMap(left) == other) is expected
        assert (PersistentMap(left) != other) is not expected


def test_comparison_with_a_near_version_skips_what_is_shared() -> None:
    m = PersistentMap.fromkeys(range(100_000), 1)
    near = m.set(5, 1.0)
    far = PersistentMap.fromkeys(range(100_000), 1)
    assert near is not m
    near_s = min(timeit.repeat(lambda: m == near, number=1, repeat=5))
    far_s = min(timeit.repeat(lambda: m == far, number=1, repeat=5))
    assert near_s * 20 < far_s
