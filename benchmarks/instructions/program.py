# SPDX-License-Identifier: Apache-2.0
"""The operations that are counted; run by itself, it does each of them once.

A *mark* is a call of `os.getppid`, a function that nothing else here calls: callgrind
begins a new profile when it is entered. Each row has a mark before and behind it, so
that the profiles of even number hold one row each, in order, and nothing of its
preparation.

A row is run once before it counts, on inputs of its own, so that kept blocks are where
they are in use. The program prints the names of the rows and how many operations each
one counts.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pyhamt import PersistentMap

Loop = Callable[[], int]

# A map that is an array, a trie of two or three levels, one of four or five.
SMALL, MIDDLE, LARGE = 8, 1_000, 100_000

# Operations of a loop over keys, and of one that costs a walk down two tries each.
_MANY, _FEW = 1_000, 100


def _key(kind: str, number: int) -> Any:
    """A new object for each call; int keys are scattered, as hashes of str are."""
    return f"key {number}" if kind == "str" else number * 0x9E37_79B1 % (1 << 31) + 1024


@dataclass
class Sample:
    """A map, what it was built from, and the keys that a loop takes."""

    kind: str
    size: int
    source: dict[Any, int] = field(init=False)
    map: PersistentMap[Any, Any] = field(init=False)
    present: list[Any] = field(init=False)
    twins: list[Any] = field(init=False)
    absent: list[Any] = field(init=False)

    def __post_init__(self) -> None:
        numbers = [number * 97 % self.size for number in range(_MANY)]
        keys = [_key(self.kind, number) for number in range(self.size)]
        self.source = dict(zip(keys, range(1_000, 1_000 + self.size), strict=True))
        self.map = PersistentMap(self.source)
        self.present = [keys[number] for number in numbers]
        self.twins = [_key(self.kind, number) for number in numbers]
        self.absent = [_key(self.kind, self.size + number) for number in range(_MANY)]
        # A str keeps its hash: no row is the first to ask for it.
        for key in self.twins + self.absent:
            hash(key)

    def edited(self) -> list[PersistentMap[Any, Any]]:
        """Versions that are one value away from the map."""
        return [self.map.set(key, "another") for key in self.present[:_FEW]]


# The operations. Each prepares what it needs and returns a loop, which returns the
# number of operations that it has done.


def lookup_hit(sample: Sample) -> Loop:
    return _lookups(sample.map, sample.present)


def lookup_equal_key(sample: Sample) -> Loop:
    return _lookups(sample.map, sample.twins)


def _lookups(m: PersistentMap[Any, Any], keys: list[Any]) -> Loop:
    def loop() -> int:
        for key in keys:
            _ = m[key]
        return len(keys)

    return loop


def contains_hit(sample: Sample) -> Loop:
    return _containments(sample.map, sample.twins)


def contains_miss(sample: Sample) -> Loop:
    return _containments(sample.map, sample.absent)


def _containments(m: PersistentMap[Any, Any], keys: list[Any]) -> Loop:
    def loop() -> int:
        for key in keys:
            _ = key in m
        return len(keys)

    return loop


def get_hit(sample: Sample) -> Loop:
    return _gets(sample.map, sample.twins)


def get_miss(sample: Sample) -> Loop:
    return _gets(sample.map, sample.absent)


def _gets(m: PersistentMap[Any, Any], keys: list[Any]) -> Loop:
    def loop() -> int:
        for key in keys:
            m.get(key)
        return len(keys)

    return loop


def set_new(sample: Sample) -> Loop:
    return _sets(sample.map, sample.absent)


def set_existing(sample: Sample) -> Loop:
    return _sets(sample.map, sample.twins)


def _sets(m: PersistentMap[Any, Any], keys: list[Any]) -> Loop:
    def loop() -> int:
        for key in keys:
            m.set(key, None)
        return len(keys)

    return loop


def delete(sample: Sample) -> Loop:
    m, keys = sample.map, sample.twins

    def loop() -> int:
        for key in keys:
            m.delete(key)
        return len(keys)

    return loop


def mutate(sample: Sample) -> Loop:
    """Set a thousand new keys in place, the making and the finishing included."""
    m, keys = sample.map, sample.absent

    def loop() -> int:
        draft = m.mutate()
        for key in keys:
            draft[key] = None
        draft.finish()
        return len(keys)

    return loop


def build(sample: Sample) -> Loop:
    """Per entry."""
    source = sample.source
    times = max(1, _MANY // sample.size)

    def loop() -> int:
        for _ in range(times):
            PersistentMap(source)
        return times * len(source)

    return loop


def iterate_items(sample: Sample) -> Loop:
    """Per entry."""
    m = sample.map
    times = max(1, _MANY // sample.size)

    def loop() -> int:
        for _ in range(times):
            for _item in m.items():
                pass
        return times * len(m)

    return loop


def equal_built_apart(sample: Sample) -> Loop:
    """Per entry, from the same objects in another order."""
    m = sample.map
    other = PersistentMap(reversed(sample.source.items()))
    times = max(1, _MANY // sample.size)

    def loop() -> int:
        for _ in range(times):
            _ = m == other
        return times * len(m)

    return loop


def equal_one_edit(sample: Sample) -> Loop:
    m, versions = sample.map, sample.edited()

    def loop() -> int:
        for version in versions:
            _ = m == version
        return len(versions)

    return loop


def diff_one_edit(sample: Sample) -> Loop:
    m, versions = sample.map, sample.edited()

    def loop() -> int:
        for version in versions:
            m.diff(version)
        return len(versions)

    return loop


def merge_one_edit(sample: Sample) -> Loop:
    m, versions = sample.map, sample.edited()

    def loop() -> int:
        for version in versions:
            m.merge(version)
        return len(versions)

    return loop


def hash_one_edit(sample: Sample) -> Loop:
    hash(sample.map)
    versions = sample.edited()

    def loop() -> int:
        for version in versions:
            hash(version)
        return len(versions)

    return loop


Prepare = Callable[[Sample], Loop]

# What is counted: each operation with its kinds of keys and its sizes.
_BOTH, _STR = ("str", "int"), ("str",)
_ALL_SIZES = (SMALL, MIDDLE, LARGE)
OPERATIONS: list[tuple[Prepare, tuple[str, ...], tuple[int, ...]]] = [
    (lookup_hit, _BOTH, _ALL_SIZES),
    (lookup_equal_key, _BOTH, _ALL_SIZES),
    (contains_hit, _STR, _ALL_SIZES),
    (contains_miss, _BOTH, _ALL_SIZES),
    (get_hit, _STR, _ALL_SIZES),
    (get_miss, _STR, _ALL_SIZES),
    (set_new, _BOTH, _ALL_SIZES),
    (set_existing, _BOTH, _ALL_SIZES),
    (delete, _BOTH, _ALL_SIZES),
    (mutate, _STR, (MIDDLE, LARGE)),
    (build, _BOTH, _ALL_SIZES),
    (iterate_items, _BOTH, _ALL_SIZES),
    (equal_built_apart, _STR, _ALL_SIZES),
    (equal_one_edit, _STR, (MIDDLE, LARGE)),
    (diff_one_edit, _STR, (MIDDLE, LARGE)),
    (merge_one_edit, _STR, (MIDDLE, LARGE)),
    (hash_one_edit, _STR, (MIDDLE, LARGE)),
]


def rows() -> Iterator[tuple[str, Prepare, str, int]]:
    """The name of each row, its operation, its kind of keys and its size."""
    for kind in _BOTH:
        for size in _ALL_SIZES:
            for prepare, kinds, sizes in OPERATIONS:
                if kind in kinds and size in sizes:
                    yield f"{prepare.__name__}/{kind}/{size}", prepare, kind, size


def run(mark: Callable[[], object], largest: int = LARGE) -> Iterator[tuple[str, int]]:
    """Do every row between two marks; yield its name and its number of operations."""
    sample = None
    for name, prepare, kind, size in rows():
        if size > largest:
            continue
        if sample is None or (sample.kind, sample.size) != (kind, size):
            sample = Sample(kind, size)
        prepare(sample)()
        loop = prepare(sample)
        mark()
        count = loop()
        mark()
        yield name, count


if __name__ == "__main__":
    # A collection would walk over maps at a moment that depends on everything else.
    gc.disable()
    print(json.dumps(list(run(os.getppid))))
