# SPDX-License-Identifier: Apache-2.0
"""What operations on two versions of a large map visit: the paths that differ, counted
in calls of `__eq__` and `__hash__`.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable
from typing import Any

import pytest

from pyhamt import PersistentMap, merge3

SIZE = 100_000

# Calls for each edit, however large the map; a walk over all makes 100,000 and more.
CALLS = 12

# A new version copies and then hashes one path: four nodes of up to 32 entries, each
# with a key and a value. A node just below may hold as many.
REHASH_CALLS = 5 * 32 * 2


class Counted:
    """A key or a value that counts what is asked of all of its kind."""

    calls = 0

    __slots__ = ("_hash", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self._hash = hash((number,))

    def __hash__(self) -> int:
        Counted.calls += 1
        return self._hash

    def __eq__(self, other: object) -> bool:
        Counted.calls += 1
        return isinstance(other, Counted) and self.number == other.number


def calls_of(operation: Callable[[], object]) -> int:
    """How often an operation asks a key or a value."""
    before = Counted.calls
    operation()
    return Counted.calls - before


@pytest.fixture(scope="module")
def large() -> PersistentMap:
    return PersistentMap((Counted(i), Counted(-i)) for i in range(SIZE))


def value_changed(m: PersistentMap, i: int) -> PersistentMap:
    return m.set(Counted(i), Counted(1))


def value_replaced_by_equal(m: PersistentMap, i: int) -> PersistentMap:
    return m.set(Counted(i), Counted(-i))


def key_added(m: PersistentMap, i: int) -> PersistentMap:
    return m.set(Counted(SIZE + i), Counted(1))


def key_deleted(m: PersistentMap, i: int) -> PersistentMap:
    return m.delete(Counted(i))


EDITS = (value_changed, value_replaced_by_equal, key_added, key_deleted)

OPERATIONS: dict[str, Callable[[PersistentMap, PersistentMap], Any]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "diff": lambda a, b: a.diff(b),
    "apply": lambda a, b: a.apply(a.diff(b)),
    "merge": lambda a, b: a.merge(b),
    "merge-resolve": lambda a, b: a.merge(b, resolve=lambda key, mine, theirs: theirs),
    "|": lambda a, b: a | b,
    "merge3-ours": lambda a, b: merge3(a, b, a),
    "merge3-theirs": lambda a, b: merge3(a, a, b),
    "merge3-both": lambda a, b: merge3(a, b, b),
    "keys -": lambda a, b: a.keys() - b.keys(),
    "keys ^": lambda a, b: a.keys() ^ b.keys(),
    "keys <=": lambda a, b: a.keys() <= b.keys(),
    "keys ==": lambda a, b: a.keys() == b.keys(),
    "keys isdisjoint": lambda a, b: a.keys().isdisjoint(b.keys()),
    "items -": lambda a, b: a.items() - b.items(),
    "items ^": lambda a, b: a.items() ^ b.items(),
    "items <=": lambda a, b: a.items() <= b.items(),
    "items ==": lambda a, b: a.items() == b.items(),
    "items isdisjoint": lambda a, b: a.items().isdisjoint(b.items()),
}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("edit", EDITS)
def test_one_edit_apart_visits_one_path(
    large: PersistentMap, edit: Callable[..., PersistentMap], name: str
) -> None:
    operation = OPERATIONS[name]
    for i in (0, 777, SIZE - 1):
        version = edit(large, i)
        assert calls_of(lambda: operation(large, version)) <= CALLS  # noqa: B023
        assert calls_of(lambda: operation(version, large)) <= CALLS  # noqa: B023


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("edits", [10, 1000])
def test_calls_are_linear_in_the_edits(
    large: PersistentMap, edits: int, name: str
) -> None:
    version = large
    for i in range(edits):
        version = EDITS[i % len(EDITS)](version, i)
    operation = OPERATIONS[name]
    assert calls_of(lambda: operation(large, version)) <= CALLS * edits
    assert calls_of(lambda: operation(version, large)) <= CALLS * edits


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_same_map_is_asked_nothing(large: PersistentMap, name: str) -> None:
    assert calls_of(lambda: OPERATIONS[name](large, large)) == 0


@pytest.mark.parametrize("name", OPERATIONS)
def test_one_edit_apart_takes_less_than_200_microseconds(
    large: PersistentMap, name: str
) -> None:
    operation = OPERATIONS[name]
    for edit in EDITS:
        version = edit(large, 777)
        for a, b in ((large, version), (version, large)):
            times = timeit.repeat(
                lambda: operation(a, b),  # noqa: B023
                number=1,
                repeat=10,
            )
            assert min(times) < 200e-6


@pytest.mark.parametrize("edit", EDITS)
def test_hash_after_one_change_visits_one_path(
    large: PersistentMap, edit: Callable[..., PersistentMap]
) -> None:
    hash(large)
    for i in range(0, SIZE, 5000):
        version = edit(large, i)
        assert calls_of(lambda: hash(version)) <= REHASH_CALLS  # noqa: B023
        assert calls_of(lambda: hash(version)) == 0  # noqa: B023


def test_hash_after_one_change_is_the_hash_of_the_entries(large: PersistentMap) -> None:
    hash(large)
    for edit in EDITS:
        version = edit(large, 777)
        assert hash(version) == hash(PersistentMap(list(version.items())))
    assert hash(value_replaced_by_equal(large, 777)) == hash(large)


def test_hash_after_one_change_takes_less_than_200_microseconds(
    large: PersistentMap,
) -> None:
    hash(large)
    times = [
        timeit.timeit(lambda: hash(version), number=1)  # noqa: B023
        for version in (edit(large, i) for i in range(5) for edit in EDITS)
    ]
    assert min(times) < 200e-6


@pytest.mark.parametrize("edit", EDITS)
def test_merge_with_a_version_shares_its_nodes(
    large: PersistentMap, edit: Callable[..., PersistentMap]
) -> None:
    merged = edit(large, 1) | edit(large, 777)
    assert calls_of(lambda: merged.diff(large)) <= 2 * CALLS
