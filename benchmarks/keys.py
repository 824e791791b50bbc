# SPDX-License-Identifier: Apache-2.0
"""The keys and entries that contenders meet at one size of a data set."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from itertools import cycle, islice
from random import Random
from typing import Any

from benchmarks.dataset import Dataset, Key

VERSIONS = 100
MIXED_STEPS = 100


class Keys:
    """Keys, and what is made of them without any map of a contender.

    Everything is made when it is first asked for, from the seed, and is the same for
    all contenders, save one that has keys of its own, for which *stand_in* makes them.
    Lookups bring their keys in random order; the hashes of str are known, since a str
    keeps its own.
    """

    def __init__(
        self, dataset: Dataset, size: int, stand_in: Callable[[Key], Any]
    ) -> None:
        self.dataset = dataset
        self.size = size
        self.stand_in = stand_in
        self.words = dataset.occurrences
        # No map has it, so that to set it is a change.
        self.value = size
        keys = self._stand_ins(dataset.keys[:size])
        self.source = dict(zip(keys, dataset.entries(size), strict=True))

    @cached_property
    def pairs(self) -> list[tuple[Any, Any]]:
        return list(self.source.items())

    @cached_property
    def sought(self) -> list[Any]:
        """Keys that are equal to those of `source`, as lookups bring them."""
        return self._stand_ins(self.dataset.sought(self.size))

    @cached_property
    def present(self) -> list[Any]:
        """The same in random order."""
        return self._shuffled(self.sought)

    @cached_property
    def absent(self) -> list[Any]:
        """As many keys that are not in `source`."""
        return self._stand_ins(self.dataset.absent[: self.size])

    @cached_property
    def either(self) -> list[Any]:
        """Present and absent keys."""
        return self._shuffled([*self.present, *self.absent])

    @cached_property
    def entries(self) -> list[tuple[Any, Any]]:
        """The present keys with the very values that they have."""
        return [(key, self.source[key]) for key in self.present]

    @cached_property
    def present_values(self) -> list[Any]:
        return [self.source[key] for key in self.present]

    @cached_property
    def equal_source(self) -> dict[Any, Any]:
        """The same entries, of other keys where keys have twins."""
        return dict(zip(self.sought, self.source.values(), strict=True))

    @cached_property
    def half_source(self) -> dict[Any, Any]:
        """Half of the keys, with other values, and as many keys that are new."""
        kept = list(self.source)[: self.size // 2]
        new = self.absent[: self.size - len(kept)]
        return dict.fromkeys([*kept, *new], self.value)

    @cached_property
    def disjoint_source(self) -> dict[Any, Any]:
        return dict.fromkeys(self.absent, self.value)

    @cached_property
    def steps(self) -> list[Any]:
        """Keys to change, one after the other."""
        return list(islice(cycle(self.present), VERSIONS))

    @cached_property
    def mixes(self) -> Callable[[float], list[tuple[int, Any]]]:
        """For a share of writes, steps: (-1, key) writes, (i, key) reads version i."""
        return cache(self._mix)

    def _mix(self, share: float) -> list[tuple[int, Any]]:
        random = Random(self.dataset.seed)
        steps = []
        versions = 1
        for step, key in enumerate(islice(cycle(self.present), MIXED_STEPS)):
            if int((step + 1) * share) > int(step * share):
                steps.append((-1, key))
                versions += 1
            else:
                steps.append((random.randrange(versions), key))
        return steps

    def _stand_ins(self, keys: list[Key]) -> list[Any]:
        return [*map(self.stand_in, keys)]

    def _shuffled(self, keys: list[Any]) -> list[Any]:
        shuffled = [*keys]
        Random(self.dataset.seed).shuffle(shuffled)
        return shuffled
