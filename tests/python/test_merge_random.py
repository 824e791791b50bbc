# SPDX-License-Identifier: Apache-2.0
"""Random merges of maps of 1 to 100,000 entries, beside dict's: no entry is lost, every
value is that of the right side or the resolver, every key is the first side's object,
and the resolver is called once for each conflict.

A failure prints its seed, and PYHAMT_SEED gives it back. Hashes of str differ from
process to process: PYTHONHASHSEED fixes those. PYHAMT_LONG_TESTS=1 runs the kinds of
keys that take longer at the largest sizes, too.
"""

from __future__ import annotations

import operator
import os
import random
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pytest

from conftest import ARRAY_LIMIT, LONG_TESTS, SHORT_TESTS, Entries
from keys import unfolded
from pyhamt import PersistentMap

LARGEST = 20_000 if SHORT_TESTS else 100_000

# Twenty, each 1.8 times the last; and where the shape of a map changes.
STEPS = [round(LARGEST ** (step / 19)) for step in range(20)]
SIZES = sorted({*STEPS, ARRAY_LIMIT - 1, ARRAY_LIMIT, ARRAY_LIMIT + 1, 32, 33})


@pytest.fixture
def rng() -> random.Random:
    """A source of numbers that can be had again, as a failure says."""
    seed = int(os.environ.get("PYHAMT_SEED") or random.randrange(2**32))
    hash_seed = os.environ.get("PYTHONHASHSEED", "random")
    print(f"To run this again: PYHAMT_SEED={seed} (PYTHONHASHSEED is {hash_seed})")
    return random.Random(seed)


# ---- Keys ----------------------------------------------------------------------------

# Python's hash of an int is the int itself modulo this number.
MODULUS = sys.hash_info.modulus


def int_of_path(bits: int, number: int) -> int:
    """An int whose hash has the path, which has twelve digits at most; it is equal to
    no other of the path. Its hash and its `==` run no Python code.
    """
    assert bits < 2**60
    return unfolded(bits) + MODULUS * (number + 1)


def prefix_int(i: int) -> int:
    """One of nine keys that part after as many digits V, then have another digit."""
    shift = 5 * (i % 9)
    digits = i // 9 % 31 | i // 9 // 31 << 5
    return int_of_path(2**shift - 1 | digits << shift, 0)


# Each call gives a new object, equal to the others of the number.
KEY_MAKERS: dict[str, Callable[[int], Any]] = {
    "good": lambda i: f"key-{i}",
    "five-to-a-hash": lambda i: int_of_path(i // 5, i % 5),
    "prefix-colliding": prefix_int,
    "one-hash": lambda i: int_of_path(7, i),
}

# A look-up among colliding keys goes through all of them.
LARGEST_OF_KIND = {
    "good": LARGEST,
    "five-to-a-hash": LARGEST if LONG_TESTS else LARGEST // 5,
    "prefix-colliding": LARGEST if LONG_TESTS else LARGEST // 5,
    "one-hash": 1500 if LONG_TESTS else 250,
}


@cache
def keys_of(kind: str, side: str) -> Sequence[Any]:
    """The keys of a side by their numbers: enough for both to have none in common."""
    return [KEY_MAKERS[kind](i) for i in range(2 * LARGEST_OF_KIND[kind])]


@cache
def values_of(side: str) -> Sequence[str]:
    """The values of a side by the numbers of their keys."""
    return [f"{side} {i}" for i in range(2 * LARGEST)]


def test_keys_have_the_hashes_that_they_are_made_for() -> None:
    assert len(STEPS) == len(set(STEPS)) == 20
    assert len({hash(key) for key in keys_of("one-hash", "mine")}) == 1
    for kind in KEY_MAKERS:
        mine, theirs = keys_of(kind, "mine")[:500], keys_of(kind, "theirs")[:500]
        assert mine == theirs
        assert len(set(mine)) == 500
        assert not any(map(operator.is_, mine, theirs))
    fives = keys_of("five-to-a-hash", "mine")[:500]
    assert len({hash(key) for key in fives}) == 100
    deep = PersistentMap.fromkeys(keys_of("prefix-colliding", "mine")[:500])
    assert deep.stats().depth_max == 9


# ---- Two sides -----------------------------------------------------------------------

# From the size of the first side, how many of its keys the other has, and how many of
# its own.
OVERLAPS: dict[str, Callable[[int], tuple[int, int]]] = {
    "none": lambda size: (0, size),
    "one": lambda size: (1, size - 1),
    "a-tenth-of-it": lambda size: (-(-size // 10), 0),
    "half": lambda size: (size // 2, size - size // 2),
    "all-but-one": lambda size: (size - 1, 1),
    "all": lambda size: (size, 0),
}

# Of the values on both sides, how many are one object.
IDENTICAL = (0, 1 / 3, 1)


def both_sides(
    kind: str, size: int, overlap: str, identical: float, rng: random.Random
) -> tuple[Entries, Entries]:
    """Two dicts with no key object in common."""
    common, own = OVERLAPS[overlap](size)
    shared = rng.sample(range(size), common)
    added = rng.sample(range(size, 2 * size), own)
    keys, values = keys_of(kind, "theirs"), values_of("theirs")
    mine = dict(zip(keys_of(kind, "mine")[:size], values_of("mine"), strict=False))
    theirs = {keys[i]: values[i] for i in shared + added}
    for i in shared[: round(common * identical)]:
        theirs[keys[i]] = values_of("mine")[i]
    return mine, theirs


def assert_holds(m: PersistentMap, entries: Entries) -> None:
    """The map has and finds the very keys and values of the dict, and no others."""
    m._check()
    assert len(m) == len(entries)
    assert m == entries
    # Both have equal keys and values. Sums find any of them that is another object: it
    # would need a second error that makes up for it.
    assert sum(map(id, m)) == sum(map(id, entries))
    assert sum(map(id, m.values())) == sum(map(id, entries.values()))


def assert_asks(calls: list[tuple[Any, ...]], mine: Entries, theirs: Entries) -> None:
    """These are the calls of a resolver: one for each conflict, with the first side's
    key and both values.
    """
    others = map(theirs.get, mine, mine.values())
    conflicts = sum(map(operator.is_not, others, mine.values()))
    assert len(calls) == conflicts
    if not calls:
        return
    keys, my_values, their_values = zip(*calls, strict=True)
    asked = set(map(id, keys))
    assert len(asked) == conflicts
    assert asked <= set(map(id, mine))
    assert all(map(operator.is_, my_values, map(mine.get, keys)))
    assert all(map(operator.is_, their_values, map(theirs.get, keys)))
    assert not any(map(operator.is_, my_values, their_values))


def assert_merges(
    mine: Entries, theirs: Entries, m: PersistentMap, other: PersistentMap
) -> None:
    """The maps, of these entries, merge as the dicts do, with and without resolver."""
    calls: list[tuple[Any, ...]] = []

    def resolve(*call: Any) -> tuple[Any, ...]:
        calls.append(call)
        return call

    # A dict that is updated keeps its keys, too.
    model = {**mine, **theirs}
    merged, united = m.merge(other), m | other
    assert_holds(merged, model)
    assert united == merged
    is_same = len(model) == len(mine) and all(
        map(operator.is_, mine.values(), map(model.get, mine))
    )
    assert (merged is m) is (united is m) is is_same
    resolved = m.merge(other, resolve=resolve)
    assert_asks(calls, mine, theirs)
    model.update((call[0], call) for call in calls)
    assert_holds(resolved, model)
    assert (resolved is m) is is_same


def assert_merges_both_ways(
    mine: Entries, theirs: Entries, m: PersistentMap, other: PersistentMap
) -> None:
    assert_merges(mine, theirs, m, other)
    assert_merges(theirs, mine, other, m)
    for unchanged, entries in ((m, mine), (other, theirs)):
        unchanged._check()
        assert unchanged == entries


# ---- The merges ----------------------------------------------------------------------

CASES = [
    pytest.param(kind, size, id=f"{kind}-{size}")
    for kind in KEY_MAKERS
    for size in SIZES
    if size <= LARGEST_OF_KIND[kind]
]


@pytest.mark.parametrize("overlap", OVERLAPS)
@pytest.mark.parametrize(("kind", "merged_size"), CASES)
def test_merge_of_maps_that_share_nothing(
    kind: str, merged_size: int, overlap: str, rng: random.Random
) -> None:
    # Each share goes with each size, and with each overlap.
    number = SIZES.index(merged_size) + list(OVERLAPS).index(overlap)
    identical = IDENTICAL[number % len(IDENTICAL)]
    mine, theirs = both_sides(kind, merged_size, overlap, identical, rng)
    assert_merges_both_ways(mine, theirs, PersistentMap(mine), PersistentMap(theirs))


@pytest.mark.parametrize(("kind", "merged_size"), CASES)
def test_merge_of_two_edits_of_one_map(
    kind: str, merged_size: int, rng: random.Random
) -> None:
    base = both_sides(kind, merged_size, "none", 0, rng)[0]
    m = PersistentMap(base)
    entries, maps = [], []
    for side in ("mine", "theirs"):
        model, edited = dict(base), m.mutate()
        count = rng.choice((1, 10, merged_size // 10 + 1))
        for i in rng.sample(range(2 * merged_size), min(count, 2 * merged_size)):
            key = keys_of(kind, side)[i]
            if i < merged_size and rng.random() < 0.3:
                del model[key], edited[key]
            else:
                model[key] = edited[key] = f"edited by {side}: {i}"
        entries.append(model)
        maps.append(edited.finish())
    assert_merges_both_ways(*entries, *maps)
    assert m == base
