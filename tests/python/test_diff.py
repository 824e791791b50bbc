# SPDX-License-Identifier: Apache-2.0
"""`diff` and `apply`: what leads from one version to another, and back."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Entries
from keys import HashPathKey
from pyhamt import ConflictError, MapDiff, PersistentMap
from versions import KEY_MAKERS, assert_holds, edited, version_of

EMPTY = PersistentMap()


def expected_parts(old: Entries, new: Entries) -> tuple[Entries, Entries, Entries]:
    """What was added, removed and changed."""
    return (
        {key: new[key] for key in new if key not in old},
        {key: old[key] for key in old if key not in new},
        {
            key: (old[key], new[key])
            for key in old
            if key in new and old[key] is not new[key] and old[key] != new[key]
        },
    )


def parts(diff: MapDiff) -> tuple[PersistentMap, PersistentMap, PersistentMap]:
    return diff.added, diff.removed, diff.changed


def assert_leads(old: Entries, new: Entries, m: Any, other: Any) -> None:
    """The diff of the maps, of these entries, is that of the dicts, and applies."""
    diff = m.diff(other)
    assert isinstance(diff, MapDiff)
    for part, expected in zip(parts(diff), expected_parts(old, new), strict=True):
        assert type(part) is PersistentMap
        part._check()
        assert dict(part) == expected
    assert bool(diff) is (old != new)
    applied = m.apply(diff)
    applied._check()
    assert applied == other
    assert dict(applied) == new
    back = diff.inverse()
    assert back == other.diff(m)
    assert back.inverse() == diff
    assert other.apply(back) == m
    assert_holds(m, old)
    assert_holds(other, new)


@pytest.mark.parametrize("key_kind", KEY_MAKERS)
def test_diff_of_maps_that_share_nothing(key_kind: str, size: int) -> None:
    make_key = KEY_MAKERS[key_kind]
    old = {make_key(i): f"value {i}" for i in range(size)}
    for start in (0, size // 2, size):
        # A third of the values changed, the others equal and not identical.
        numbers = range(start, start + size)
        new = {make_key(i): f"value {i if i % 3 else -i}" for i in numbers}
        assert_leads(old, new, PersistentMap(old), PersistentMap(new))
        assert_leads(new, old, PersistentMap(new), PersistentMap(old))


@pytest.mark.parametrize("key_kind", KEY_MAKERS)
def test_diff_of_versions_of_one_map(key_kind: str, size: int) -> None:
    base = {KEY_MAKERS[key_kind](i): f"value {i}" for i in range(size)}
    m = PersistentMap(base)
    old, new = edited(base, seed=1), edited(base, seed=2)
    assert_leads(old, new, version_of(m, old), version_of(m, new))
    assert_leads(base, new, m, version_of(m, new))
    assert_leads(new, base, version_of(m, new), m)
    assert_leads(base, {}, m, EMPTY)
    assert_leads({}, base, EMPTY, m)


def test_diff_of_keys_of_one_hash() -> None:
    base = {HashPathKey("3", i): i for i in range(30)}
    m = PersistentMap(base)
    for seed in range(10):
        new = edited(base, seed)
        assert_leads(base, new, m, version_of(m, new))
        assert_leads(base, new, m, PersistentMap(new))


@given(st.data(), st.sampled_from(list(KEY_MAKERS)))
def test_random_diffs(data: st.DataObject, key_kind: str) -> None:
    numbers = st.dictionaries(st.integers(0, 60), st.integers(0, 3), max_size=60)
    old, new = (
        {KEY_MAKERS[key_kind](i): value for i, value in data.draw(numbers).items()}
        for _ in range(2)
    )
    assert_leads(old, new, PersistentMap(old), PersistentMap(new))


# Values that did not change


class OnlyEqual:
    """Equal to all of its kind; `!=` must not be asked."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OnlyEqual)

    def __ne__(self, other: object) -> bool:
        raise ZeroDivisionError

    __hash__ = None


@pytest.mark.parametrize("more", [0, 100])
def test_equal_value_is_no_change(more: int) -> None:
    m = PersistentMap({i: i for i in range(more)})
    assert not m.set("key", 1).diff(m.set("key", 1.0))
    assert not m.set("key", [1]).diff(m.set("key", [1]))


def test_diff_compares_values_by_eq_alone() -> None:
    assert not PersistentMap(a=OnlyEqual()).diff(PersistentMap(a=OnlyEqual()))


@pytest.mark.parametrize("more", [0, 100])
def test_the_very_value_is_no_change(more: int) -> None:
    nan = float("nan")
    entries = {**dict.fromkeys(range(more)), "key": nan}
    m = PersistentMap(entries)
    assert not m.diff(m)
    assert not m.diff(PersistentMap(entries))
    changed = m.diff(m.set("key", float("nan"))).changed
    assert list(changed) == ["key"]


def test_value_that_cannot_be_compared_raises() -> None:
    class Raising:
        def __eq__(self, other: object) -> bool:
            raise ZeroDivisionError

        __hash__ = None

    old, new = PersistentMap(a=Raising()), PersistentMap(a=Raising())
    with pytest.raises(ZeroDivisionError):
        old.diff(new)
    assert not old.diff(PersistentMap(old.items()))


def test_none_is_a_value_like_others() -> None:
    old, new = PersistentMap(a=None, b=1), PersistentMap(b=None, c=None)
    diff = old.diff(new)
    assert parts(diff) == ({"c": None}, {"a": None}, {"b": (1, None)})
    assert old.apply(diff) == new


# MapDiff


def example() -> MapDiff:
    return PersistentMap(a=1, b=2).diff(PersistentMap(b=3, c=4))


def test_diff_is_falsy_when_empty() -> None:
    assert not EMPTY.diff(EMPTY)
    assert EMPTY.diff(PersistentMap(a=None))
    assert PersistentMap(a=None).diff(EMPTY)
    assert PersistentMap(a=None).diff(PersistentMap(a=0))


def test_apply_of_nothing_gives_the_same_map(size: int) -> None:
    m = PersistentMap.fromkeys(range(size))
    assert m.apply(m.diff(m)) is m


def test_inverse_leads_back() -> None:
    back = example().inverse()
    assert parts(back) == ({"a": 1}, {"c": 4}, {"b": (3, 2)})


def test_diff_shows_its_parts() -> None:
    assert repr(example()) == (
        "MapDiff(added={'c': 4}, removed={'a': 1}, changed={'b': (2, 3)})"
    )


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_diff_pickles(protocol: int) -> None:
    loaded = pickle.loads(pickle.dumps(example(), protocol))
    assert type(loaded) is MapDiff
    assert loaded == example()
    assert repr(loaded) == repr(example())
    assert all(type(part) is PersistentMap for part in parts(loaded))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_diff_copies(copied: Any) -> None:
    assert copied(example()) == example()


@pytest.mark.parametrize("name", ["added", "removed", "changed", "other"])
def test_diff_does_not_change(name: str) -> None:
    diff = example()
    with pytest.raises(AttributeError):
        setattr(diff, name, EMPTY)
    with pytest.raises(AttributeError):
        delattr(diff, name)
    assert diff == example()


def test_equal_diffs_are_equal_and_hash_alike() -> None:
    assert example() == example()
    assert (example() != example()) is False
    assert hash(example()) == hash(example())
    others = [
        MapDiff(EMPTY, example().removed, example().changed),
        MapDiff(example().added, EMPTY, example().changed),
        MapDiff(example().added, example().removed, EMPTY),
        example().inverse(),
        None,
        EMPTY,
    ]
    assert all(example() != other for other in others)


def test_diff_of_unhashable_values_has_no_hash() -> None:
    with pytest.raises(TypeError):
        hash(EMPTY.diff(PersistentMap(a=[])))


# Conflicts


def assert_conflicts(m: PersistentMap, diff: MapDiff, keys: set[Any]) -> None:
    before = dict(m)
    with pytest.raises(ConflictError) as caught:
        m.apply(diff)
    assert isinstance(caught.value, ValueError)
    assert type(caught.value.keys) is tuple
    assert len(caught.value.keys) == len(keys)
    assert set(caught.value.keys) == keys
    assert all(repr(key) in str(caught.value) for key in keys)
    assert_holds(m, before)


@pytest.mark.parametrize("more", [0, 100])
def test_apply_to_a_map_that_does_not_fit_names_the_keys(more: int) -> None:
    rest = PersistentMap.fromkeys(range(more))
    old = rest.update(removed=1, changed=2, kept=3)
    diff = old.diff(old.delete("removed").set("changed", 4).set("added", 5))
    assert_conflicts(old.set("added", 6), diff, {"added"})
    assert_conflicts(old.set("removed", 6), diff, {"removed"})
    assert_conflicts(old.delete("removed"), diff, {"removed"})
    assert_conflicts(old.set("changed", 6), diff, {"changed"})
    assert_conflicts(old.delete("changed"), diff, {"changed"})
    assert_conflicts(old.apply(diff), diff, {"added", "removed", "changed"})
    assert_conflicts(rest.set("added", 5), diff, {"added", "removed", "changed"})


def test_apply_lists_all_keys_that_do_not_fit() -> None:
    old = PersistentMap({(i,): i for i in range(1000)})
    diff = old.diff(old.map_values(lambda value: value + 1))
    other = old.map_values(lambda value: -value)
    assert_conflicts(other, diff, {(i,) for i in range(1, 1000)})


def test_apply_takes_other_entries_and_equal_values_for_fitting() -> None:
    diff = PersistentMap(a=1, b=1).diff(PersistentMap(b=2, c=3))
    assert PersistentMap(a=1.0, b=True, z=9).apply(diff) == {"b": 2, "c": 3, "z": 9}


def test_apply_takes_the_very_value_for_fitting() -> None:
    m = PersistentMap(a=float("nan"), b=float("nan"))
    new = PersistentMap(b=1)
    assert m.apply(m.diff(new)) == new
    assert_conflicts(PersistentMap(a=float("nan"), b=m["b"]), m.diff(new), {"a"})


def test_conflict_error_pickles() -> None:
    loaded = pickle.loads(pickle.dumps(ConflictError(["a", (1, 2)])))
    assert type(loaded) is ConflictError
    assert loaded.keys == ("a", (1, 2))


# Wrong types


@pytest.mark.parametrize("other", [None, 1, {}, {"a": 1}, [], "a"])
def test_diff_with_what_is_no_map_raises_type_error(other: Any) -> None:
    with pytest.raises(TypeError):
        PersistentMap(a=1).diff(other)


@pytest.mark.parametrize("arguments", [(), (EMPTY,), (EMPTY, None, None)])
def test_wrong_count_of_arguments_of_the_walk_raises_type_error(arguments: Any) -> None:
    with pytest.raises(TypeError, match=r"_differences expected 2 arguments"):
        PersistentMap(a=1)._differences(*arguments)


@pytest.mark.parametrize("diff", [None, 1, {}, EMPTY, ({}, {}, {})])
def test_apply_of_what_is_no_diff_raises_type_error(diff: Any) -> None:
    with pytest.raises(TypeError, match="MapDiff"):
        PersistentMap(a=1).apply(diff)
