# SPDX-License-Identifier: Apache-2.0
"""`pyhamt.testing.persistent_maps`: sizes, entries, pasts, and what examples shrink to.

Hypothesis is run as users run it; `find` gives the example that it shrinks to.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conftest import ARRAY_LIMIT
from keys import HashPathKey
from pyhamt import PersistentMap
from pyhamt.testing import _DETOURS, persistent_maps

integers = st.integers()
collisions = st.integers(0, 30).map(lambda number: HashPathKey("42", number))
any_key = st.one_of(
    integers, st.booleans(), st.floats(), st.text(), collisions, st.tuples(integers)
)

SAME_EACH_TIME = settings(derandomize=True, database=None, max_examples=300)


def kind_of(m: PersistentMap) -> str:
    return m.stats().kind


def smallest(condition: Any) -> PersistentMap:
    """What the strategy shrinks to for maps of integers that meet a condition."""
    return find(persistent_maps(integers, integers), condition, settings=SAME_EACH_TIME)


# ---- What is drawn -------------------------------------------------------------------


@given(persistent_maps(any_key, integers))
def test_maps_are_whole(m: PersistentMap) -> None:
    assert type(m) is PersistentMap
    m._check()
    assert PersistentMap(dict(m)) == m
    # A key that is no number is not equal to itself, and is still found.
    assert all(key in m for key in m)


@given(st.data(), st.integers(0, 20), st.none() | st.integers(0, 5))
def test_size_is_as_promised(
    data: st.DataObject, min_size: int, more: int | None
) -> None:
    max_size = None if more is None else min_size + more
    m = data.draw(
        persistent_maps(integers, integers, min_size=min_size, max_size=max_size)
    )
    assert min_size <= len(m)
    assert max_size is None or len(m) <= max_size


@given(persistent_maps(st.booleans(), st.none(), min_size=2))
def test_all_keys_that_there_are(m: PersistentMap) -> None:
    assert m == {True: None, False: None}


@given(
    persistent_maps(
        st.text(min_size=1, max_size=2), st.integers(1, 9), min_size=1, max_size=3
    )
)
def test_keys_and_values_are_of_their_strategies(m: PersistentMap) -> None:
    for key, value in m.items():
        assert type(key) is str
        assert 1 <= len(key) <= 2
        assert type(value) is int
        assert 1 <= value <= 9


@given(persistent_maps(st.text(), persistent_maps(st.text(), integers, max_size=2)))
def test_maps_of_maps(m: PersistentMap) -> None:
    assert all(type(inner) is PersistentMap for inner in m.values())


@pytest.mark.parametrize("detour", _DETOURS)
@given(st.dictionaries(any_key, integers), st.lists(any_key, max_size=20))
def test_detour_comes_back(
    detour: Any, entries: dict[Any, int], others: list[Any]
) -> None:
    m = PersistentMap(entries)
    again = detour(m, [*others, *list(m)[::3]])
    again._check()
    assert again == m
    assert len(again) == len(m)
    assert all(again[key] is m[key] for key in entries)


# ---- Pasts ---------------------------------------------------------------------------


def test_small_maps_are_drawn_in_both_forms() -> None:
    drawn: Counter[tuple[bool, str]] = Counter()

    @SAME_EACH_TIME
    @given(persistent_maps(integers, integers))
    def draw(m: PersistentMap) -> None:
        drawn[len(m) <= ARRAY_LIMIT, kind_of(m)] += 1

    draw()
    assert min(drawn[True, "array"], drawn[True, "hamt"], drawn[False, "hamt"]) > 10
    assert drawn[False, "array"] == 0


# ---- Shrinking -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "entries"),
    [
        (lambda m: True, {}),
        (bool, {0: 0}),
        (lambda m: any(value > 100 for value in m.values()), {0: 101}),
    ],
    ids=["any", "one", "a value"],
)
def test_examples_shrink_to_simple_entries_without_a_past(
    condition: Any, entries: dict[int, int]
) -> None:
    m = smallest(condition)
    assert list(m.items()) == list(entries.items())
    assert kind_of(m) == "array"


# ---- As a strategy -------------------------------------------------------------------


def test_repr_shows_the_arguments() -> None:
    assert repr(persistent_maps(integers, st.text(), max_size=3)) == (
        "persistent_maps(keys=integers(), values=text(), max_size=3)"
    )


@pytest.mark.parametrize(
    "strategy",
    [
        persistent_maps(int, integers),  # type: ignore[arg-type]
        persistent_maps(integers, 0),  # type: ignore[arg-type]
        persistent_maps(integers, integers, min_size=2, max_size=1),
        persistent_maps(integers, integers, min_size=-1),
        persistent_maps(integers, integers, max_size=math.pi),  # type: ignore[arg-type]
    ],
)
def test_what_dictionaries_refuses_is_refused(strategy: Any) -> None:
    @settings(database=None)
    @given(strategy)
    def draw(m: PersistentMap) -> None:
        raise AssertionError("drawn")

    with pytest.raises(InvalidArgument):
        draw()


def test_sizes_are_keywords() -> None:
    with pytest.raises(TypeError):
        persistent_maps(integers, integers, 1)  # type: ignore[call-arg]


@settings(
    SAME_EACH_TIME,
    max_examples=50,
    suppress_health_check=[HealthCheck.filter_too_much],
)
@given(persistent_maps(st.text().filter(str.isalpha), integers, min_size=3))
def test_keys_that_a_filter_often_rejects(m: PersistentMap) -> None:
    assert all(map(str.isalpha, m))
