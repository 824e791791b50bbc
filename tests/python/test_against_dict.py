# SPDX-License-Identifier: Apache-2.0
"""PersistentMap beside dict, under random programs.

Three kinds: long runs of `set` and `delete` over keys from bad neighbourhoods, compared
after every step; a state machine that uses the whole API; and unions of maps of all
sizes and overlaps. A dict keeps the first of two equal keys, as a PersistentMap does,
so the objects themselves are compared, keys and values.

The long runs and the unions print their seed when they fail, and PYHAMT_SEED gives it
back to them. Hashes of str differ from process to process: PYTHONHASHSEED fixes those.
PYHAMT_LONG_TESTS=1 makes the runs ten times as long, and the programs as many.
"""

from __future__ import annotations

import copy
import operator
import os
import pickle
import random
import sys
from collections import UserDict
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

from conftest import LONG_TESTS, SHORT_TESTS
from keys import DIGITS, LEVELS, HashPathKey, hash_of_path, path_keys
from pyhamt import PersistentMap

# How many random steps each kind of keys takes.
STEPS = 2_000_000 if LONG_TESTS else 10_000 if SHORT_TESTS else 200_000

MISSING = object()


@pytest.fixture
def rng() -> random.Random:
    """A source of numbers that can be had again, as a failure says."""
    seed = int(os.environ.get("PYHAMT_SEED") or random.randrange(2**32))
    hash_seed = os.environ.get("PYTHONHASHSEED", "random")
    print(f"To run this again: PYHAMT_SEED={seed} (PYTHONHASHSEED is {hash_seed})")
    return random.Random(seed)


def objects(mapping: Any) -> set[tuple[int, int]]:
    """The keys and values of a mapping, each by its identity."""
    return {(id(key), id(value)) for key, value in mapping.items()}


def check_against(checked: PersistentMap, model: dict[Any, Any]) -> None:
    """The map is whole, and holds and finds what the dict does."""
    checked._check()
    assert len(checked) == len(model)
    assert len(list(checked.items())) == len(model)
    assert objects(checked) == objects(model)
    for key, value in model.items():
        assert checked[key] is value


# ---- Long runs of set and delete -----------------------------------------------------


class FourHashes(int):
    """An int that has one of four hashes, two of which part on the last level only.

    Its `==` is that of int, and fast.
    """

    __slots__ = ()

    HASHES = tuple(hash_of_path(path) for path in ("", "0000000000001", "01", "V"))

    def __hash__(self) -> int:
        return self.HASHES[self & 3]


def keys_of_four_hashes(rng: random.Random) -> list[Any]:
    """Five hundred keys, half of them with an equal one that is another object."""
    return [FourHashes(number) for number in [*range(500), *range(250)]]


def keys_with_common_prefixes(rng: random.Random) -> list[Any]:
    """Keys that leave a few paths at every level, some of them colliding."""
    keys = []
    for _ in range(4):
        path = "".join(rng.choices(DIGITS, k=LEVELS - 1)) + rng.choice(DIGITS[:15])
        for level in range(LEVELS):
            for digit in rng.sample(DIGITS[:15], 4):
                keys += path_keys(f"{path[:level]}{digit}*{rng.choice((1, 1, 1, 3))}")
        keys += path_keys(f"{path}*3")
    return keys


def extreme_keys(rng: random.Random) -> list[Any]:
    """Numbers whose hashes meet, wrap around or differ in few bits, some equal."""
    modulus = sys.hash_info.modulus
    ints = [
        near + step
        for near in (0, modulus, -modulus, 2**63)
        for step in (-2, -1, 0, 1, 2)
    ]
    ints += [2**62, -(2**63), 2**64, 2**128 - 1]
    ints += [number << shift for shift in range(0, 64, 5) for number in range(1, 8)]
    floats = [number + 0.5 for number in range(-20, 20)]
    floats += [number / 2**30 for number in range(20)]
    floats += [float(number) for number in ints]
    floats += [1e300, 1.7e308, 5e-324, -0.0]
    floats += [float("inf"), float("-inf"), float("nan"), float("nan")]
    return [*ints, *floats, False, True, None, (), (0,), (-1,), (-2,)]


def good_keys(rng: random.Random) -> list[Any]:
    """Random ints, and strings: some are equal to others, and are other objects."""
    ints = [rng.randrange(-(2**60), 2**60) for _ in range(800)]
    texts = [f"key-{rng.randrange(1000)}" for _ in range(1200)]
    return ints + texts + [number + 0 for number in ints]


@pytest.mark.parametrize(
    "make_keys",
    [keys_of_four_hashes, keys_with_common_prefixes, extreme_keys, good_keys],
)
def test_random_sets_and_deletes_agree_with_dict_at_every_step(
    make_keys: Callable[[random.Random], list[Any]], rng: random.Random
) -> None:
    keys = make_keys(rng)
    current = PersistentMap()
    model: dict[Any, Any] = {}
    versions = []
    set_share = 1.0
    for step in range(STEPS):
        if step % 1000 == 500:
            # The size of the map wanders between next to nothing and nearly all keys.
            set_share = rng.choice((0.01, 0.2, 0.5, 0.8, 0.99))
        key = rng.choice(keys)
        old, old_value, old_length = current, model.get(key, MISSING), len(model)
        if rng.random() < set_share:
            value = step if step % 8 or old_value is MISSING else old_value
            model[key] = value
            current = old.set(key, value)
            assert current[key] is value
            assert (current is old) is (value is old_value)
        elif old_value is MISSING:
            assert old.discard(key) is old
        else:
            del model[key]
            current = old.delete(key)
            assert key not in current
        assert len(current) == len(model)
        assert old.get(key, MISSING) is old_value
        assert len(old) == old_length
        if step % 500 == 0:
            check_against(current, model)
            assert current == model
        if step % (STEPS // 200) == STEPS // 200 - 1:
            versions.append((current, dict(model)))
    for version, model in versions:
        check_against(version, model)


# ---- The whole API, by a state machine -----------------------------------------------

# Good hashes, keys equal to others of another type, collisions above and below, and
# keys that leave the path of zeros, which small numbers share, at every level.
PROGRAM_KEYS = [
    *range(-3, 12),
    *(1.0, 2.0, True, 0.5, -0.5, 2**61 - 1, 2**61, 2.0**70, float("inf")),
    *("a", "b", "c", "key", ("a", 1), b"a", None, frozenset({1})),
    *path_keys("*3 1*3 31*2 31A 31B*2"),
    *(HashPathKey("0" * level + digit) for level in range(LEVELS) for digit in "1F"),
    *path_keys("0000000000001*3 00000000*2"),
]

some_key = st.sampled_from(PROGRAM_KEYS)
some_value = st.sampled_from([0, 1, 1.0, True, None, "value", (1, 2)])
some_entries = st.lists(st.tuples(some_key, some_value), max_size=25)


SET_OPERATIONS = [
    *(operator.and_, operator.or_, operator.sub, operator.xor),
    *(operator.le, operator.lt, operator.ge, operator.gt, operator.eq, operator.ne),
]

# A map and a dict of the same entries; neither ever changes.
Version = tuple[PersistentMap, dict[Any, Any]]


class MapProgram(RuleBasedStateMachine):
    """Maps and dicts that go through one program.

    A rule goes on from any version made so far, checks what it makes and adds it. In
    the end all versions are checked once more.
    """

    versions = Bundle("versions")

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Version] = []

    def keep(self, new: PersistentMap, model: dict[Any, Any]) -> Version:
        check_against(new, model)
        self.kept.append((new, model))
        return new, model

    def teardown(self) -> None:
        for version, model in self.kept:
            check_against(version, model)

    @initialize(target=versions, entries=some_entries)
    def construct(self, entries: list[tuple[Any, Any]]) -> Version:
        return self.keep(PersistentMap(entries), dict(entries))

    @rule(target=versions, version=versions, key=some_key, value=some_value)
    def set(self, version: Version, key: Any, value: Any) -> Version:
        old, model = version
        new = old.set(key, value)
        assert (new is old) is (model.get(key, MISSING) is value)
        return self.keep(new, {**model, key: value})

    @rule(target=versions, version=versions, key=some_key)
    def delete(self, version: Version, key: Any) -> Version:
        old, model = version
        if key not in model:
            with pytest.raises(KeyError) as caught:
                old.delete(key)
            assert caught.value.args[0] is key
            return version
        model = dict(model)
        del model[key]
        return self.keep(old.delete(key), model)

    @rule(target=versions, version=versions, keys=st.lists(some_key, max_size=25))
    def discard_some(self, version: Version, keys: list[Any]) -> Version:
        new, model = version
        model = dict(model)
        for key in keys:
            old = new
            new = old.discard(key)
            assert (new is old) is (model.pop(key, MISSING) is MISSING)
        return self.keep(new, model)

    @rule(
        target=versions,
        version=versions,
        entries=some_entries,
        form=st.sampled_from([dict, list, iter, UserDict, PersistentMap]),
    )
    def update(
        self, version: Version, entries: list[tuple[Any, Any]], form: Callable
    ) -> Version:
        old, model = version
        source = entries if form in (list, iter) else dict(entries)
        return self.keep(
            old.update(form(source), name="value"),
            {**model, **dict(entries), "name": "value"},
        )

    @rule(target=versions, version=versions, other=versions)
    def merge(self, version: Version, other: Version) -> Version:
        (left, left_model), (right, right_model) = version, other
        model = left_model | right_model
        union = left | right
        assert left.update(right) == union
        if objects(model) == objects(left_model):
            assert union is left
            assert left.update(right_model) is left
        check_against(left | right_model, model)
        check_against(left_model | right, model)
        return self.keep(union, model)

    @rule(version=versions, other=versions)
    def compare(self, version: Version, other: Version) -> None:
        (left, left_model), (right, right_model) = version, other
        equal = left_model == right_model
        assert (
            (left == right) is (left == right_model) is (left_model == right) is equal
        )
        assert (left != right) is (left != right_model) is (left_model != right)
        assert (left != right) is not equal

    @rule(version=versions)
    def take_hash(self, version: Version) -> None:
        hashed, model = version
        assert hash(hashed) == hash(frozenset(model.items()))
        assert hash(hashed) == hash(hashed)

    @rule(
        target=versions,
        version=versions,
        protocol=st.integers(0, pickle.HIGHEST_PROTOCOL),
    )
    def pickle_and_back(self, version: Version, protocol: int) -> Version:
        original, model = version
        restored = pickle.loads(pickle.dumps(original, protocol))
        assert restored == model
        return self.keep(restored, dict(restored))

    @rule(target=versions, version=versions)
    def take_copies(self, version: Version) -> Version:
        original, model = version
        assert copy.copy(original) is original
        deep = copy.deepcopy(original)
        assert deep == model
        return self.keep(deep, dict(deep))

    @rule(version=versions, other=versions)
    def combine_views(self, version: Version, other: Version) -> None:
        (left, left_model), (right, right_model) = version, other
        for view in (dict.keys, dict.items):
            ours = getattr(left, view.__name__)()
            theirs = getattr(right, view.__name__)()
            our_set, their_set = set(view(left_model)), set(view(right_model))
            assert set(ours) == our_set
            for operation in SET_OPERATIONS:
                expected = operation(our_set, their_set)
                assert operation(ours, theirs) == expected
                assert operation(ours, their_set) == expected
                assert operation(our_set, theirs) == expected
            assert ours.isdisjoint(theirs) is our_set.isdisjoint(their_set)


TestMapProgram = MapProgram.TestCase
TestMapProgram.settings = settings(
    deadline=None,
    print_blob=True,
    max_examples=STEPS // 1000,
    stateful_step_count=40,
)


# ---- Unions --------------------------------------------------------------------------


class FourOfAHash(int):
    """An int that shares its hash with three others."""

    __slots__ = ()

    def __hash__(self) -> int:
        return hash(self >> 2)


SIZES = (
    *(1, 2, 3, 5, 7, 8, 9, 12, 16, 31, 32, 33, 64, 100, 300),
    *((1000,) if SHORT_TESTS else (1000, 2000, 5000, 10_000, 20_000)),
)


def entries_of(
    numbers: Iterable[int], make_key: Callable[[int], Any], values: list[Any]
) -> dict[Any, Any]:
    """A key of its own for each number, and the value that the number has in a list."""
    return {make_key(number): values[number] for number in numbers}


def overlapping(size: int, rng: random.Random) -> list[Iterable[int]]:
    """Numbers that share none, one, half, some or all with the first `size` ones."""
    half = size // 2
    other_size = rng.choice([each for each in SIZES if each <= size])
    return [
        range(size, 2 * size),
        range(size - 1, 2 * size - 1),
        range(half, half + size),
        range(size - 1, size - 1 + other_size),
        rng.sample(range(size), other_size),
        range(size),
    ]


def check_union(left_model: dict[Any, Any], right_model: dict[Any, Any]) -> None:
    left, right = PersistentMap(left_model), PersistentMap(right_model)
    union = left | right
    model = left_model | right_model
    check_against(union, model)
    assert union._figures() == PersistentMap(model)._figures()
    assert (union is left) is (objects(model) == objects(left_model))
    assert (union | right) is union
    assert objects(left) == objects(left_model)
    assert objects(right) == objects(right_model)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("make_key", ["key-{}".format, FourOfAHash])
def test_union_is_that_of_dicts_and_keeps_the_first_keys(
    size: int, make_key: Callable[[int], Any], rng: random.Random
) -> None:
    ours = [object() for _ in range(2 * size)]
    theirs = [object() for _ in range(2 * size)]
    left = entries_of(range(size), make_key, ours)
    for numbers in overlapping(size, rng):
        right = entries_of(numbers, make_key, rng.choice((ours, theirs)))
        check_union(left, right)
        check_union(right, left)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("make_key", ["key-{}".format, FourOfAHash])
def test_union_of_versions_is_that_of_dicts(
    size: int, make_key: Callable[[int], Any], rng: random.Random
) -> None:
    model = entries_of(range(size), make_key, list(range(size)))
    base = PersistentMap(model)
    versions = []
    for _ in range(3):
        version, version_model = base, dict(model)
        for _ in range(rng.choice((1, 3, 20))):
            key = make_key(rng.randrange(2 * size))
            if rng.random() < 0.5:
                version, version_model[key] = version.set(key, MISSING), MISSING
            else:
                version = version.discard(key)
                version_model.pop(key, None)
        versions.append((version, version_model))
    for left, left_model in versions:
        for right, right_model in versions:
            check_against(left | right, left_model | right_model)


@pytest.mark.parametrize("size", SIZES)
def test_union_that_changes_nothing_is_the_same_object(size: int) -> None:
    model = {f"key-{number}": number for number in range(size)}
    whole = PersistentMap(model)
    part = dict(list(model.items())[::2])
    empty = PersistentMap()
    for other in (whole, model, part, PersistentMap(part), empty, {}):
        assert (whole | other) is whole
        assert whole.update(other) is whole
    assert (empty | whole) is whole
    assert ({} | whole) is whole
