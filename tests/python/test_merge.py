# SPDX-License-Identifier: Apache-2.0
"""`merge` and `|`: every entry of both sides, with the first side's key, and with the
right side's value or the resolver's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import MAPPINGS, Entries
from hostile import Refused
from keys import HashPathKey
from pyhamt import PersistentMap
from versions import KEY_MAKERS, assert_holds, edited, version_of

# The ends of an array map, then in steps of about 1.7; `test_merge_random.py` has more.
SIZES = (1, 2, 3, 5, 7, 8, 9, 10, 16, 25, 50, 85, 145, 250, 420, 720, 1200, 2000)

# From the size of the first side, the range of the other: as numbers of keys.
OVERLAPS: dict[str, Callable[[int], range]] = {
    "none": lambda size: range(size, 2 * size),
    "half": lambda size: range(size // 2, size // 2 + size),
    "all": range,
}


def both_sides(kind: str, size: int, overlap: str) -> tuple[Entries, Entries]:
    """Two dicts with no key object in common; a third of the keys on both sides have
    one value object on both.
    """
    make_key = KEY_MAKERS[kind]
    mine = {make_key(i): f"mine {i}" for i in range(size)}
    values = list(mine.values())
    theirs = {
        make_key(i): values[i] if i < size and i % 3 == 0 else f"theirs {i}"
        for i in OVERLAPS[overlap](size)
    }
    return mine, theirs


def expected_calls(mine: Entries, theirs: Entries) -> list[tuple[Any, Any, Any]]:
    """What a resolver is called with, in the order of the first side."""
    return [
        (key, value, theirs[key])
        for key, value in mine.items()
        if key in theirs and theirs[key] is not value
    ]


def ids(calls: list[tuple[Any, Any, Any]]) -> list[tuple[int, ...]]:
    return sorted(tuple(map(id, call)) for call in calls)


def assert_merges(mine: Entries, theirs: Entries, m: Any, other: Any) -> None:
    """Both maps, of these entries, merge as the dicts do."""
    # A dict that is updated keeps its keys too.
    assert_holds(m.merge(other), {**mine, **theirs})
    assert_holds(m | other, {**mine, **theirs})

    calls = []
    results = []

    def resolve(key: Any, mine: Any, theirs: Any) -> Any:
        calls.append((key, mine, theirs))
        results.append([mine, theirs])
        return results[-1]

    resolved = m.merge(other, resolve=resolve)
    assert ids(calls) == ids(expected_calls(mine, theirs))
    chosen = {key: result for (key, _, _), result in zip(calls, results, strict=True)}
    assert_holds(resolved, {**mine, **theirs, **chosen})
    assert_holds(m, mine)
    assert_holds(other, theirs)


@pytest.mark.parametrize("kind", KEY_MAKERS)
@pytest.mark.parametrize("merged_size", SIZES)
def test_merge_of_versions_of_one_map(kind: str, merged_size: int) -> None:
    base = both_sides(kind, merged_size, "none")[0]
    mine, theirs = edited(base, seed=1), edited(base, seed=2)
    m = PersistentMap(base)
    assert_merges(mine, theirs, version_of(m, mine), version_of(m, theirs))
    assert_merges(base, theirs, m, version_of(m, theirs))
    assert_merges(theirs, base, version_of(m, theirs), m)


NUMBERS = st.dictionaries(st.integers(0, 60), st.sampled_from("abc"), max_size=60)


@given(NUMBERS, NUMBERS, st.sampled_from(list(KEY_MAKERS)))
def test_random_merges(
    mine_by_number: dict[int, str], theirs_by_number: dict[int, str], kind: str
) -> None:
    mine, theirs = (
        {KEY_MAKERS[kind](i): value for i, value in numbers.items()}
        for numbers in (mine_by_number, theirs_by_number)
    )
    assert_merges(mine, theirs, PersistentMap(mine), PersistentMap(theirs))


@pytest.mark.parametrize("merged_size", [1, 8, 9, 30])
def test_merge_of_keys_of_one_hash(merged_size: int) -> None:
    mine, theirs = (
        {HashPathKey("3", i): object() for i in numbers}
        for numbers in (range(merged_size), OVERLAPS["half"](merged_size))
    )
    assert_merges(mine, theirs, PersistentMap(mine), PersistentMap(theirs))


# Values that are not replaced


def test_resolver_is_not_called_for_the_very_value() -> None:
    def resolve(key: Any, mine: Any, theirs: Any) -> Any:
        raise Refused

    nan = float("nan")
    m = PersistentMap.fromkeys(range(50), nan)
    assert m.merge(PersistentMap(m.items()), resolve=resolve) is m
    assert m.merge(m, resolve=resolve) is m
    with pytest.raises(Refused):
        m.merge({7: float("nan")}, resolve=resolve)


def test_resolver_is_called_for_an_equal_value() -> None:
    m = PersistentMap(a=1)
    assert repr(m.merge({"a": 1.0}, resolve=lambda *call: call)["a"]) == (
        "('a', 1, 1.0)"
    )


@pytest.mark.parametrize("kind", KEY_MAKERS)
def test_merge_that_changes_nothing_gives_the_same_map(kind: str, size: int) -> None:
    mine = {KEY_MAKERS[kind](i): [i] for i in range(size)}
    other = {KEY_MAKERS[kind](i): [i] for i in range(size)}
    m = PersistentMap(mine)
    assert m.merge() is m
    for nothing in ({}, [], PersistentMap()):
        assert m.merge(nothing) is m
        assert m.merge(nothing, resolve=lambda *call: call) is m
    for very_values in (mine, PersistentMap(mine), mine.items()):
        assert m.merge(very_values) is m
    for others in (other, PersistentMap(other), other.items(), m.set("key", 1)):
        keeps_mine = m.merge(others, resolve=lambda key, mine, theirs: mine)
        assert keeps_mine.omit(["key"]) == m
        assert (keeps_mine is m) == ("key" not in keeps_mine)


def test_resolver_may_return_none() -> None:
    m = PersistentMap(a=1, b=2)
    assert m.merge(PersistentMap(a=3), resolve=lambda *call: None) == {
        "a": None,
        "b": 2,
    }


# Failures


@pytest.mark.parametrize("nth", [1, 2, 30, 50])
@pytest.mark.parametrize("make", [dict, PersistentMap])
@pytest.mark.parametrize("kind", KEY_MAKERS)
def test_resolver_that_raises_leaves_both_as_they_were(
    kind: str, make: Callable[[Entries], Any], nth: int
) -> None:
    mine, theirs = both_sides(kind, 100, "all")
    m, other = PersistentMap(mine), make(theirs)
    calls = 0

    def resolve(key: Any, mine: Any, theirs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise Refused
        return theirs

    with pytest.raises(Refused):
        m.merge(other, resolve=resolve)
    assert calls == nth
    assert_holds(m, mine)
    assert_holds(PersistentMap(other), theirs)


def test_unknown_keyword_raises_type_error() -> None:
    with pytest.raises(TypeError, match=r"PersistentMap\.merge\b.*'resolver'"):
        PersistentMap().merge({}, resolver=None)


@pytest.mark.parametrize("other", [1, None, [1], [(1, 2, 3)], [([], 1)], {1: 2}.keys()])
def test_merge_with_what_holds_no_entries_raises(other: Any) -> None:
    m = PersistentMap(a=1)
    with pytest.raises((TypeError, ValueError)):
        m.merge({"a": 2}, other)
    assert m == {"a": 1}


def test_resolver_that_is_not_callable_raises_type_error() -> None:
    with pytest.raises(TypeError):
        PersistentMap(a=1).merge({"a": 2}, resolve=1)


# What merges


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_merge_with_every_mapping(mapping: str) -> None:
    mine, theirs = both_sides("good", 40, "half")
    m = PersistentMap(mine)
    other = MAPPINGS[mapping](theirs)
    assert_holds(m.merge(other), {**mine, **theirs})
    resolved = m.merge(other, resolve=lambda key, mine, theirs: key)
    chosen = {key: key for key, _, _ in expected_calls(mine, theirs)}
    assert_holds(resolved, {**mine, **theirs, **chosen})


def test_merge_with_pairs() -> None:
    mine, theirs = both_sides("good", 40, "half")
    m = PersistentMap(mine)
    assert_holds(m.merge(list(theirs.items())), {**mine, **theirs})
    assert_holds(m.merge(iter(theirs.items())), {**mine, **theirs})


def test_merge_with_several_goes_from_left_to_right() -> None:
    m = PersistentMap(a="1", b="1")
    others = ({"a": "2", "c": "2"}, PersistentMap(a="3"), [("c", "4"), ("d", "4")])
    assert m.merge(*others) == {"a": "3", "b": "1", "c": "4", "d": "4"}
    joined = m.merge(*others, resolve=lambda key, mine, theirs: mine + theirs)
    assert joined == {"a": "123", "b": "1", "c": "24", "d": "4"}
