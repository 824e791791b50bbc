# SPDX-License-Identifier: Apache-2.0
"""The frozendict that Python has built in from 3.15 on: a PersistentMap of the same
entries equals it, has its hash, is united with it, and is made from it, and the other
way round.
"""

from __future__ import annotations

import builtins
import copy
import pickle
from typing import Any

import pytest

from conftest import Entries, check
from pyhamt import PersistentMap

frozendict: Any = getattr(builtins, "frozendict", None)

if frozendict is None:
    pytest.skip("Python has no frozendict before 3.15", allow_module_level=True)


def both(entries: Entries) -> tuple[PersistentMap[Any, Any], Any]:
    return PersistentMap(entries), frozendict(entries)


def others(entries: Entries) -> Entries:
    """Every third entry with another value, and one more."""
    changed = {key: "changed" for i, key in enumerate(entries) if i % 3 == 0}
    return {**changed, "another key": None}


def test_the_two_are_equal(entries: Entries) -> None:
    m, frozen = both(entries)
    assert m == frozen
    assert frozen == m
    assert (m != frozen, frozen != m) == (False, False)


def test_the_two_differ_in_a_value_and_in_a_key(entries: Entries) -> None:
    m, frozen = both(entries)
    other = frozendict({**entries, "another key": None})
    assert m != other
    assert other != m
    for key in list(entries)[:1]:
        other = frozendict({**entries, key: "another value"})
        assert m != other
        assert other != m
        renamed = frozendict(
            {"another key" if k == key else k: v for k, v in m.items()}
        )
        assert m != renamed
        assert renamed != m
    assert m == frozen


def test_the_two_have_one_hash(entries: Entries) -> None:
    m, frozen = both(entries)
    assert hash(m) == hash(frozen)
    assert len({m, frozen}) == 1
    assert {frozen: "found"}[m] == "found"
    changed = {**entries, **others(entries)}
    assert hash(PersistentMap(changed)) == hash(frozendict(changed))


def test_neither_has_a_hash_with_a_value_that_has_none() -> None:
    for thing in both({"key": []}):
        with pytest.raises(TypeError, match="unhashable"):
            hash(thing)


def test_union_in_both_orders(entries: Entries) -> None:
    m, frozen = both(entries)
    other = others(entries)
    for union, expected in (
        (m | frozendict(other), {**entries, **other}),
        (frozendict(other) | m, {**other, **entries}),
        (PersistentMap(other) | frozen, {**other, **entries}),
        (frozen | PersistentMap(other), {**entries, **other}),
    ):
        assert type(union) is PersistentMap
        check(union)
        assert union == expected
        assert list(union.items()) == list(PersistentMap(expected).items())


def test_each_is_made_from_the_other(entries: Entries) -> None:
    m, frozen = both(entries)
    for made in (PersistentMap(frozen), PersistentMap().update(frozen)):
        check(made)
        assert made == m
        assert list(made) == list(m)
    again = frozendict(m)
    assert type(again) is frozendict
    assert again == frozen
    assert list(again) == list(m)


def test_updates_take_a_frozendict(entries: Entries) -> None:
    m = PersistentMap(entries)
    other = others(entries)
    expected = {**entries, **other}
    assert m.update(frozendict(other)) == expected
    assert m.merge(frozendict(other)) == expected
    with m.mutate() as mutation:
        mutation.update(frozendict(other))
    assert mutation.finish() == expected


def test_update_that_changes_nothing_gives_the_map_itself(entries: Entries) -> None:
    m, frozen = both(entries)
    assert m.update(frozen) is m
    assert m | frozen is m


def test_each_holds_the_other() -> None:
    m = PersistentMap(inner=frozendict(a=1))
    frozen = frozendict(inner=PersistentMap(a=1))
    assert m == frozen
    assert hash(m) == hash(frozen)
    assert copy.deepcopy(m) == frozen
    assert pickle.loads(pickle.dumps(frozen)) == m
