# SPDX-License-Identifier: Apache-2.0
"""`merge3`: every case of what two sides did to one key, and conflicts between them."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Entries
from hostile import Refused
from pyhamt import MISSING, ConflictError, PersistentMap, merge3
from versions import KEY_MAKERS, assert_holds, edited, version_of

# 1 and 1.0 are equal and not identical, as are 2 and 2.0.
VALUES = (MISSING, None, 1, 1.0, 2, 2.0, 3)
CASES = list(product(VALUES, repeat=3))


def is_conflict(base: Any, ours: Any, theirs: Any) -> bool:
    """Both sides changed it, and not alike. MISSING is equal to itself alone."""
    return base != ours and base != theirs and ours != theirs


def merged(base: Any, ours: Any, theirs: Any) -> Any:
    """The value that a key without conflict gets."""
    return theirs if base == ours else ours


def map_of(entries: Entries, rest: PersistentMap) -> PersistentMap:
    """The rest and these entries, without those that are MISSING."""
    return rest.update(
        {key: value for key, value in entries.items() if value is not MISSING}
    )


def case_maps(rest: PersistentMap) -> tuple[PersistentMap, ...]:
    """Three maps with a key for each case, which is the case itself."""
    return tuple(
        map_of({(case, i): case[side] for i, case in enumerate(CASES)}, rest)
        for side in range(3)
    )


@pytest.mark.parametrize("more", [0, 8, 100])
def test_each_case_alone(more: int) -> None:
    rest = PersistentMap.fromkeys(range(more))
    for case in CASES:
        base, ours, theirs = (map_of({"key": value}, rest) for value in case)
        if is_conflict(*case):
            with pytest.raises(ConflictError) as caught:
                merge3(base, ours, theirs)
            assert caught.value.keys == ("key",)
        else:
            result = merge3(base, ours, theirs)
            result._check()
            assert result == map_of({"key": merged(*case)}, rest)
        assert merge3(base, ours, theirs, resolve=lambda *call: call) == map_of(
            {"key": ("key", *case) if is_conflict(*case) else merged(*case)}, rest
        )
        assert [base, ours, theirs] == [map_of({"key": v}, rest) for v in case]


@pytest.mark.parametrize("deleted", [False, True])
def test_all_cases_at_once(deleted: bool) -> None:
    calls = []

    def resolve(*call: Any) -> Any:
        calls.append(call)
        return MISSING if deleted else call[1:]

    rest = PersistentMap.fromkeys(range(1000))
    result = merge3(*case_maps(rest), resolve)
    result._check()
    conflicts = [(case, i) for i, case in enumerate(CASES) if is_conflict(*case)]
    # repr tells equal values apart.
    assert sorted(map(repr, calls)) == sorted(repr((key, *key[0])) for key in conflicts)
    expected = {
        (case, i): (MISSING if deleted else case)
        if is_conflict(*case)
        else merged(*case)
        for i, case in enumerate(CASES)
    }
    assert result == map_of(expected, rest)


def test_conflict_error_lists_all_keys() -> None:
    rest = PersistentMap.fromkeys(range(1000))
    maps = case_maps(rest)
    before = [dict(m) for m in maps]
    with pytest.raises(ConflictError) as caught:
        merge3(*maps)
    assert isinstance(caught.value, ValueError)
    assert type(caught.value.keys) is tuple
    conflicts = {(case, i) for i, case in enumerate(CASES) if is_conflict(*case)}
    assert len(caught.value.keys) == len(conflicts)
    assert set(caught.value.keys) == conflicts
    for m, entries in zip(maps, before, strict=True):
        assert_holds(m, entries)


def test_resolver_is_asked_for_the_conflict_alone() -> None:
    base = PersistentMap(a=1, b=1, c=1)
    result = merge3(
        base,
        base.update(a=2, b=2),
        base.update(b=3, c=3),
        resolve=lambda key, base, ours, theirs: (key, base, ours, theirs),
    )
    assert result == {"a": 2, "b": ("b", 1, 2, 3), "c": 3}


def test_the_very_nan_is_no_change() -> None:
    nan = float("nan")
    base = PersistentMap(a=nan)
    assert merge3(base, PersistentMap(a=nan), PersistentMap(a=1)) == {"a": 1}
    assert merge3(base, PersistentMap(a=1), PersistentMap(a=nan)) == {"a": 1}
    assert merge3(PersistentMap(a=1), base, PersistentMap(a=nan)) == base
    with pytest.raises(ConflictError):
        merge3(PersistentMap(a=1), base, PersistentMap(a=float("nan")))


# The result


def assert_merges(
    entries: tuple[Entries, Entries, Entries], maps: tuple[PersistentMap, ...]
) -> None:
    """The maps, of these entries, merge as the cases of their keys say."""
    cases = {
        key: tuple(side.get(key, MISSING) for side in entries)
        for key in {**entries[0], **entries[1], **entries[2]}
    }
    expected = {key: merged(*case) for key, case in cases.items()}
    conflicts = {key: case for key, case in cases.items() if is_conflict(*case)}
    result = merge3(*maps, resolve=lambda key, *case: case)
    result._check()
    assert result == map_of({**expected, **conflicts}, PersistentMap())
    if conflicts:
        with pytest.raises(ConflictError) as caught:
            merge3(*maps)
        assert len(caught.value.keys) == len(conflicts)
        assert set(caught.value.keys) == set(conflicts)
    else:
        assert merge3(*maps) == result
    for m, side in zip(maps, entries, strict=True):
        assert_holds(m, side)


@pytest.mark.parametrize("key_kind", KEY_MAKERS)
def test_merge_of_versions_of_one_map(key_kind: str, size: int) -> None:
    base = {KEY_MAKERS[key_kind](i): i for i in range(size)}
    m = PersistentMap(base)
    for seed in range(3):
        ours, theirs = edited(base, seed), edited(base, -seed - 1)
        theirs[KEY_MAKERS[key_kind](size)] = "added"
        versions = (m, version_of(m, ours), version_of(m, theirs))
        assert_merges((base, ours, theirs), versions)
        assert_merges((ours, base, theirs), (versions[1], m, versions[2]))
        assert_merges((base, theirs, ours), (m, versions[2], versions[1]))
        assert_merges((base, ours, theirs), tuple(map(PersistentMap, versions)))


@given(st.data(), st.sampled_from(list(KEY_MAKERS)))
def test_random_merges(data: st.DataObject, key_kind: str) -> None:
    numbers = st.dictionaries(st.integers(0, 40), st.integers(0, 2), max_size=40)
    base, ours, theirs = (
        {KEY_MAKERS[key_kind](i): value for i, value in data.draw(numbers).items()}
        for _ in range(3)
    )
    maps = tuple(map(PersistentMap, (base, ours, theirs)))
    assert_merges((base, ours, theirs), maps)


def test_merge_of_unchanged_sides_gives_the_changed_one(size: int) -> None:
    base = PersistentMap.fromkeys(range(size))
    ours = base.set("key", 1)
    assert merge3(base, base, base) is base
    assert merge3(base, ours, base) is ours
    assert merge3(base, ours, ours) is ours
    assert merge3(base, base, ours) == ours


def test_resolver_that_keeps_ours_gives_the_same_map() -> None:
    base = PersistentMap.fromkeys(range(100))
    ours, theirs = base.set(1, "ours").delete(2), base.set(1, "theirs").set(2, "theirs")
    assert merge3(base, ours, theirs, lambda key, base, ours, theirs: ours) is ours
    theirs_kept = merge3(base, ours, theirs, lambda key, base, ours, theirs: theirs)
    assert theirs_kept == theirs


# Failures


@pytest.mark.parametrize("nth", [1, 2, 50])
def test_resolver_that_raises_leaves_all_as_they_were(nth: int) -> None:
    base, ours, theirs = ({(i,): (side, i) for i in range(50)} for side in range(3))
    maps = tuple(map(PersistentMap, (base, ours, theirs)))
    calls = []

    def resolve(*call: Any) -> Any:
        calls.append(call)
        if len(calls) == nth:
            raise Refused
        return MISSING

    with pytest.raises(Refused):
        merge3(*maps, resolve)
    for m, entries in zip(maps, (base, ours, theirs), strict=True):
        assert_holds(m, entries)


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("wrong", [None, 1, [], {}, {"a": 1}])
def test_merge_of_what_is_no_map_raises_type_error(position: int, wrong: Any) -> None:
    maps = [PersistentMap(a=1)] * 3
    maps[position] = wrong
    with pytest.raises(TypeError):
        merge3(*maps)


def test_missing_names_itself() -> None:
    assert repr(MISSING) == "MISSING"
