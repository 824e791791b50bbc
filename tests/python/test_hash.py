# SPDX-License-Identifier: Apache-2.0
"""`hash`: that of the frozenset of the items, worked out once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Entries, MapType, check
from pyhamt import PersistentMap

UNHASHABLE = [[], {}, set(), bytearray()]


class Counted:
    """A value that counts how often it is hashed."""

    def __init__(self) -> None:
        self.hashed = 0

    def __hash__(self) -> int:
        self.hashed += 1
        return 1


def test_hash_is_that_of_the_frozenset_of_items(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    assert hash(m) == hash(frozenset(entries.items()))
    assert hash(m) == hash(m)


def test_hash_does_not_depend_on_the_way(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    for other in (
        Map(reversed(entries.items())),
        m.set("new", 1).delete("new"),
        Map().update(m),
    ):
        assert hash(other) == hash(m)


def test_hash_of_a_new_version_is_that_of_its_items(
    Map: MapType, entries: Entries
) -> None:
    m = Map(entries)
    before = hash(m)
    changed = m.set("new", 1)
    fewer = m.discard(next(iter(m), None))
    assert hash(changed) == hash(frozenset(changed.items()))
    assert hash(fewer) == hash(frozenset(fewer.items()))
    assert hash(m) == before
    check(m)


def test_keys_and_values_are_hashed_as_pairs(Map: MapType) -> None:
    assert hash(Map({1: 2})) != hash(Map({2: 1}))


def test_equal_numbers_hash_alike(Map: MapType) -> None:
    assert len({hash(Map({one: one})) for one in (1, 1.0, True)}) == 1


def test_map_is_a_key_and_a_member_of_sets(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    assert Map({m: "value"})[Map(entries)] == "value"
    assert {m, Map(entries)} == {m}
    assert hash(Map(inner=m)) == hash(frozenset([("inner", m)]))


@pytest.mark.parametrize("value", UNHASHABLE)
def test_hash_names_the_type_of_an_unhashable_value(
    Map: MapType, entries: Entries, value: Any
) -> None:
    m = Map(entries).set("bad", value)
    for _ in range(2):
        with pytest.raises(TypeError, match=f"'{type(value).__name__}'"):
            hash(m)
    check(m)


def test_exception_of_a_hash_passes_through(Map: MapType, entries: Entries) -> None:
    class Raising:
        def __hash__(self) -> int:
            raise ZeroDivisionError

    m = Map(entries).set("raising", Raising())
    with pytest.raises(ZeroDivisionError):
        hash(m)
    assert hash(m.delete("raising")) == hash(frozenset(entries.items()))


def test_hash_is_cached(entries: Entries) -> None:
    value = Counted()
    m = PersistentMap(entries).set("counted", value)
    assert value.hashed == 0
    assert hash(m) == hash(m)
    assert value.hashed == 1


KEYS = st.one_of(st.integers(), st.text(max_size=3), st.floats(), st.none())
VALUES = st.one_of(KEYS, st.tuples(KEYS), st.frozensets(KEYS, max_size=3))


@given(entries=st.dictionaries(KEYS, VALUES, max_size=30))
def test_hash_of_any_map_is_that_of_the_frozenset_of_items(entries: Entries) -> None:
    assert hash(PersistentMap(entries)) == hash(frozenset(entries.items()))
