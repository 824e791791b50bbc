# SPDX-License-Identifier: Apache-2.0
"""The views that `keys()`, `values()` and `items()` give: what dict's views do."""

from __future__ import annotations

import operator
from collections import abc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import AnyMap, Entries, MapType, check, entries_of
from pyhamt import PersistentMap

VIEWS = ["keys", "values", "items"]
SET_LIKE_VIEWS = ["keys", "items"]

OPERATORS = [operator.and_, operator.or_, operator.sub, operator.xor]
COMPARISONS = [
    operator.eq,
    operator.ne,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
]


class OwnSet(abc.Set[Any]):
    """A Set of which nothing is known but that it is one."""

    def __init__(self, items: Any) -> None:
        self._items = list(items)

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


# From the items of a view, an operand that has some of them and some of its own.
OPERANDS: dict[str, Callable[[list[Any]], Any]] = {
    "empty set": lambda items: set(),
    "same set": set,
    "smaller set": lambda items: set(items[1:]),
    "larger set": lambda items: {*items, "other"},
    "overlapping set": lambda items: {*items[1:], "other", ("other", 1)},
    "disjoint set": lambda items: {"other", ("other", 1)},
    "frozenset": lambda items: frozenset({*items[::2], "other"}),
    "list": lambda items: [*items[::2], "other", "other"],
    "tuple": lambda items: (*items[::2], ("other", 1)),
    "iterator": lambda items: iter(items[::2]),
    "dict": lambda items: dict.fromkeys(items[::2]),
    "dict keys": lambda items: dict.fromkeys([*items[::2], "other"]).keys(),
    "dict items": lambda items: dict(pair_of(item) for item in items).items(),
    "map": lambda items: PersistentMap.fromkeys(items[::2]),
    "map keys": lambda items: PersistentMap.fromkeys([*items[::2], "other"]).keys(),
    "map items": lambda items: PersistentMap(pair_of(item) for item in items).items(),
    "own set": lambda items: OwnSet({*items[::2], "other"}),
    "string": lambda items: "text",
    "no iterable": lambda items: 5,
    "None": lambda items: None,
    "unhashable items": lambda items: [*items[::2], []],
}


def pair_of(item: Any) -> tuple[Any, Any]:
    """The item of an items view itself, or a pair with a key."""
    return item if isinstance(item, tuple) else (item, None)


def outcome(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a call gives: its result with its type, or the type of its exception."""
    try:
        result = function(*arguments)
    except Exception as error:
        return type(error)
    return type(result), result


@pytest.mark.parametrize("view", SET_LIKE_VIEWS)
@pytest.mark.parametrize("operate", [*OPERATORS, *COMPARISONS])
def test_operators_give_what_dict_views_give(
    Map: MapType,
    size: int,
    view: str,
    operate: Callable[[Any, Any], Any],
) -> None:
    entries = entries_of("str", size)
    ours, theirs = getattr(Map(entries), view)(), getattr(entries, view)()
    items = list(theirs)
    for name, make in OPERANDS.items():
        left = outcome(operate, ours, make(items))
        right = outcome(operate, make(items), ours)
        assert left == outcome(operate, theirs, make(items)), name
        assert right == outcome(operate, make(items), theirs), name


@pytest.mark.parametrize("view", SET_LIKE_VIEWS)
def test_isdisjoint_tells_what_dict_views_tell(
    Map: MapType, size: int, view: str
) -> None:
    entries = entries_of("str", size)
    ours, theirs = getattr(Map(entries), view)(), getattr(entries, view)()
    items = list(theirs)
    for name, make in OPERANDS.items():
        told = outcome(ours.isdisjoint, make(items))
        assert told == outcome(theirs.isdisjoint, make(items)), name


@pytest.mark.parametrize("view", SET_LIKE_VIEWS)
def test_isdisjoint_is_false_of_the_view_itself_unless_empty(
    Map: MapType, entries: Entries, view: str
) -> None:
    ours = getattr(Map(entries), view)()
    assert ours.isdisjoint(ours) is (not entries)


KEYS = st.one_of(st.integers(-9, 9), st.sampled_from([1.0, True, "a", (1, 2)]))
DICTS = st.dictionaries(KEYS, st.integers(0, 1), max_size=30)


@given(left=DICTS, right=DICTS)
def test_operators_on_any_two_maps_give_what_dict_views_give(
    left: Entries, right: Entries
) -> None:
    for view in SET_LIKE_VIEWS:
        of_maps = [getattr(PersistentMap(each), view)() for each in (left, right)]
        of_dicts = [getattr(each, view)() for each in (left, right)]
        for operate in (*OPERATORS, *COMPARISONS):
            assert operate(*of_maps) == operate(*of_dicts)


@pytest.mark.parametrize("operate", OPERATORS)
def test_items_with_unhashable_values_do_as_those_of_dicts(
    Map: MapType, operate: Callable[[Any, Any], Any]
) -> None:
    entries: Entries = {"a": [], "b": 1}
    items = Map(entries).items()
    for other in ({("b", 1)}, {("c", 1)}, [("a", [])]):
        expected = outcome(operate, entries.items(), other)
        assert outcome(operate, items, other) == expected, other
    expected = outcome(operate, entries.items(), entries.items())
    if Map is PersistentMap and operate is operator.sub:
        expected = (set, set())  # Of two maps, only what the result holds is hashed.
    assert outcome(operate, items, Map(entries).items()) == expected


@pytest.mark.parametrize("compare", COMPARISONS)
def test_items_with_unhashable_values_compare(
    Map: MapType, compare: Callable[[Any, Any], Any]
) -> None:
    entries: Entries = {"a": [], "b": 1}
    items = Map(entries).items()
    for other in ({"a": [], "b": 1}, {"a": [1], "b": 1}, {"b": 1}, {}):
        expected = compare(entries.items(), other.items())
        assert compare(items, other.items()) == expected
        assert compare(items, Map(other).items()) == expected


@pytest.mark.parametrize("operate", [*OPERATORS, *COMPARISONS])
def test_operand_that_raises_passes_its_exception_on(
    Map: MapType, size: int, operate: Callable[[Any, Any], Any]
) -> None:
    class Raising(OwnSet):
        def __contains__(self, item: object) -> bool:
            raise ZeroDivisionError

        def __iter__(self) -> Iterator[Any]:
            raise ZeroDivisionError

        def __len__(self) -> int:
            raise ZeroDivisionError

    m = Map(entries_of("int", size))
    for view in (m.keys(), m.items()):
        with pytest.raises(ZeroDivisionError):
            operate(view, Raising(()))
        with pytest.raises(ZeroDivisionError):
            view.isdisjoint(Raising(()))
    check(m)


@pytest.mark.parametrize("compare", COMPARISONS)
def test_comparison_with_a_set_that_has_no_length_passes_its_exception_on(
    Map: MapType, compare: Callable[[Any, Any], Any]
) -> None:
    class Raising(set[Any]):
        def __len__(self) -> int:
            raise ZeroDivisionError

    m = Map(a=1)
    for view in (m.keys(), m.items()):
        with pytest.raises(ZeroDivisionError):
            compare(view, Raising())


@pytest.mark.parametrize("view", VIEWS)
def test_values_views_have_no_set_operators(Map: MapType, view: str) -> None:
    m = Map(a=1)
    assert (m.values() == getattr(m, view)()) is False
    for operate in OPERATORS:
        assert outcome(operate, m.values(), [1]) is TypeError


@pytest.mark.parametrize("view", SET_LIKE_VIEWS)
def test_results_are_sets_of_their_own(Map: MapType, view: str) -> None:
    m = Map(a=1, b=2)
    result = getattr(m, view)() | set()
    result.clear()
    assert m == {"a": 1, "b": 2}


def test_views_have_the_very_objects(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    assert set(map(id, m.keys())) == set(map(id, entries))
    assert set(map(id, m.values())) == set(map(id, entries.values()))
    assert {id(key): id(value) for key, value in m.items()} == {
        id(key): id(value) for key, value in entries.items()
    }


@pytest.mark.parametrize("view", VIEWS)
def test_view_can_be_walked_again(Map: MapType, entries: Entries, view: str) -> None:
    ours = getattr(Map(entries), view)()
    first = list(ours)
    assert len(ours) == len(first) == len(entries)
    assert list(ours) == first


@pytest.mark.parametrize("view", VIEWS)
def test_two_walks_over_a_view_do_not_meet(Map: MapType, size: int, view: str) -> None:
    ours = getattr(Map(entries_of("int", size)), view)()
    assert list(zip(ours, ours, strict=True)) == [(item, item) for item in ours]


@pytest.mark.parametrize("view", VIEWS)
def test_view_shows_its_version(Map: MapType, entries: Entries, view: str) -> None:
    m = Map(entries)
    before = list(getattr(m, view)())
    ours = getattr(m, view)()
    m = m.set("new", 1).discard(next(iter(m), None))
    assert list(ours) == before
    assert len(ours) == len(entries)


@pytest.mark.parametrize("view", VIEWS)
def test_view_outlives_the_name_of_its_map(
    Map: MapType, entries: Entries, view: str
) -> None:
    ours = getattr(Map(entries), view)()
    assert len(list(ours)) == len(entries)


def test_keys_view_contains_keys(Map: MapType, entries: Entries) -> None:
    keys = Map(entries).keys()
    assert all(key in keys for key in entries)
    assert not any(each in keys for each in ("absent", None, *entries.values()))


def test_values_view_contains_values(Map: MapType, size: int) -> None:
    entries = entries_of("int", size)
    values = Map(entries).values()
    assert all(value in values for value in entries.values())
    assert not any(each in values for each in ("absent", None, *entries))


def test_items_view_contains_pairs(Map: MapType, entries: Entries) -> None:
    items = Map(entries).items()
    assert all(item in items for item in entries.items())
    assert not any((key, "other") in items for key in entries)
    assert not any([key, value] in items for key, value in entries.items())
    assert not any(each in items for each in ((), ("key-0",), ("key-0", 1, 2), None))


def test_items_view_compares_values_identity_first(Map: MapType, size: int) -> None:
    nan = float("nan")
    items = Map(entries_of("str", size)).set("nan", nan).items()
    assert ("nan", nan) in items
    assert ("nan", float("nan")) not in items


@pytest.mark.parametrize("view", VIEWS)
def test_length_hint_counts_what_is_left(
    Map: MapType, entries: Entries, view: str
) -> None:
    iterator = iter(getattr(Map(entries), view)())
    for left in reversed(range(len(entries))):
        assert operator.length_hint(iterator, -1) == left + 1
        next(iterator)
    assert operator.length_hint(iterator, -1) == 0
    assert list(iterator) == []
    assert operator.length_hint(iterator, -1) == 0


@pytest.mark.parametrize("view", VIEWS)
def test_iterator_is_its_own(Map: MapType, view: str) -> None:
    iterator = iter(getattr(Map(a=1), view)())
    assert iter(iterator) is iterator
    assert isinstance(iterator, abc.Iterator)


@pytest.mark.parametrize(
    ("view", "base"),
    [
        ("keys", abc.KeysView),
        ("keys", abc.Set),
        ("values", abc.ValuesView),
        ("values", abc.Collection),
        ("items", abc.ItemsView),
        ("items", abc.Set),
    ],
)
def test_view_is_what_collections_abc_calls_it(
    Map: MapType, view: str, base: type
) -> None:
    assert isinstance(getattr(Map(a=1), view)(), base)


@pytest.mark.parametrize("view", VIEWS)
def test_mapping_of_a_view_is_its_map(entries: Entries, view: str) -> None:
    m: AnyMap = PersistentMap(entries)
    assert getattr(m, view)().mapping is m


@pytest.mark.parametrize("view", SET_LIKE_VIEWS)
def test_set_like_view_is_unhashable(Map: MapType, view: str) -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(getattr(Map(a=1), view)())
