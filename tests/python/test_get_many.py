# SPDX-License-Identifier: Apache-2.0
"""get_many: what get gives for each key, whatever the keys do meanwhile."""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator

import pytest

from conftest import Entries, MapType
from keys import TREES, HashPathKey, path_keys
from pyhamt import PersistentMap
from versions import KEY_MAKERS

# Around the number of searches that are made at a time, and many times it.
COUNTS = (0, 1, 15, 16, 17, 33, 500)


def test_values_are_those_of_get(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    absent = [object() for _ in range(10)]
    keys = [*entries, *absent] * 2
    random.Random(1).shuffle(keys)
    default = object()
    values = m.get_many(keys, default)
    assert len(values) == len(keys)
    for key, value in zip(keys, values, strict=True):
        assert value is m.get(key, default)


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("kind", KEY_MAKERS)
def test_groups_of_every_length(kind: str, count: int) -> None:
    key_of = KEY_MAKERS[kind]
    m = PersistentMap({key_of(i): i for i in range(400)})
    numbers = random.Random(count).choices(range(800), k=count)
    found = m.get_many([key_of(i) for i in numbers], -1)
    assert found == [i if i < 400 else -1 for i in numbers]


@pytest.mark.parametrize("name", TREES)
def test_every_key_of_a_tree_is_found_and_no_other(name: str) -> None:
    keys = path_keys(TREES[name])
    m = PersistentMap({key: key for key in keys})
    twins = path_keys(TREES[name])
    strangers = [HashPathKey(key.digits, 99) for key in keys]
    assert m.get_many(twins) == keys
    assert m.get_many(strangers) == [None] * len(keys)
    assert all(a is b for a, b in zip(m.get_many(twins), keys, strict=True))


def test_any_iterable_of_keys_is_taken(Map: MapType) -> None:
    m = Map(a=1, b=2)
    assert m.get_many("abc") == [1, 2, None]
    assert m.get_many({"b": 0}) == [2]
    assert m.get_many(iter(["a"]), default=0) == [1]
    assert m.get_many([]) == []


def test_unhashable_key_raises_type_error(Map: MapType) -> None:
    m = Map.fromkeys(range(100))
    with pytest.raises(TypeError, match="unhashable"):
        m.get_many([1, 2, [], 3])


def test_keys_that_are_no_iterable_raise_type_error(Map: MapType) -> None:
    with pytest.raises(TypeError, match="not iterable"):
        Map(a=1).get_many(1)  # type: ignore[arg-type]


def test_what_the_iterable_raises_is_raised(Map: MapType) -> None:
    def keys() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Map(a=1).get_many(keys())


class Failing:
    """A key whose n-th comparison, counted over all of them, raises."""

    remaining = 0

    def __init__(self, number: int) -> None:
        self.number = number

    def __hash__(self) -> int:
        return hash((self.number,))

    def __eq__(self, other: object) -> bool:
        Failing.remaining -= 1
        if Failing.remaining == 0:
            raise ZeroDivisionError
        return isinstance(other, Failing) and self.number == other.number


def test_every_comparison_may_raise() -> None:
    Failing.remaining = 0
    m = PersistentMap({Failing(i): i for i in range(40)})
    twins = [Failing(i) for i in range(40)]
    failures = 0
    while True:
        Failing.remaining = failures + 1
        try:
            assert m.get_many(twins) == list(range(40))
            break
        except ZeroDivisionError:
            failures += 1
    assert failures == 40
    m._check()


def test_result_that_is_found_and_emptied_meanwhile_raises_index_error() -> None:
    """The collector shows the list before it is done."""

    class Emptying:
        def __hash__(self) -> int:
            for found in gc.get_objects():
                if isinstance(found, list) and len(found) == 1234:
                    found.clear()
            return 1

    keys = (*range(1233), Emptying())
    with pytest.raises(IndexError):
        PersistentMap(a=1).get_many(keys)
