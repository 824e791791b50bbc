# SPDX-License-Identifier: Apache-2.0
"""The clock: contenders in turn, until their medians are steady or the time is up.

A *run* times one contender's loop over a batch. One round gives each contender one run,
so that what disturbs the machine for a while disturbs all of them, and the median over
the rounds drops it; another contender begins each round. The cost of the loop itself,
some nanoseconds per operation, is in all figures alike, as is the time to free each
answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import median
from time import perf_counter_ns
from typing import Any, Protocol, TypeVar

from benchmarks.workload import Loop

# Not measured: enough for a median, and no more than it needs.
_STEADY_ROUNDS, _MOST_ROUNDS = 9, 31

# A median is steady when it is known to about this share.
_STEADY = 0.005

# A batch for a small map stays within the second-level cache. Not measured.
_BATCH = 16_384

# In a first run that takes so long, what is only done once does not count.
_LONG_NS = 100_000_000

# Objects that are made anew for each run wait in memory until it is their turn.
_FRESH, _FRESH_ENTRIES = 256, 200_000


Name = TypeVar("Name")


class Batches(Protocol):
    """Where the batches of a contender come from."""

    longest: int
    fresh: bool

    def take(self, count: int, turn: int) -> Sequence[Any]:
        """The batch of so many for the given turn."""


class KeyBatches:
    """Keys that are used again and again, or None for operations on whole maps.

    With more keys than a batch has, each turn takes the next of them: a large map is
    swept, so that its keys come from where they would in use. The batches are laid out
    before the first of them runs, since to copy keys is to touch them.
    """

    fresh = False

    def __init__(self, keys: Sequence[Any]) -> None:
        self._keys = keys
        self._laid_out: list[list[Any]] = [[]]
        self.longest = max(_BATCH, len(keys))

    def take(self, count: int, turn: int) -> Sequence[Any]:
        if len(self._laid_out[0]) != count:
            batches = min(_MOST_ROUNDS, max(1, len(self._keys) // count))
            every = cycle(self._keys)
            self._laid_out = [list(islice(every, count)) for _ in range(batches)]
        return self._laid_out[turn % len(self._laid_out)]


class FreshBatches:
    """Objects that serve one run: *make* makes one of a key, with so many entries."""

    fresh = True

    def __init__(self, make: Loop, keys: Sequence[Any], entries: int) -> None:
        self._make = make
        self._keys = cycle(keys)
        self.longest = max(1, min(_FRESH, _FRESH_ENTRIES // entries))

    def take(self, count: int, _: int) -> Sequence[Any]:
        return [self._make([key]) for key in islice(self._keys, count)]


@dataclass(frozen=True)
class Timing:
    """The runs of one contender: ns per operation in each, and their sum in ns."""

    samples: list[float]
    total_ns: int


@dataclass
class _Runner:
    """A contender's loop, and its runs so far."""

    loop: Loop
    batches: Batches
    share_ns: int
    count: int = 1
    turn: int = 0
    spent_ns: int = 0
    is_done: bool = False

    def __post_init__(self) -> None:
        self.runs: list[int] = []

    def calibrate(self, first_ns: int) -> None:
        """Find a batch whose run takes its part of the share.

        One operation that takes the whole share is run once: that was it.
        """
        if first_ns > max(self.share_ns, _LONG_NS):
            self.runs.append(first_ns)
            self.is_done = True
            return
        target = self.share_ns // _MOST_ROUNDS
        while True:
            self.runs.clear()
            cost = self.run()
            if cost >= target // 2 or self.count == self.batches.longest:
                return
            wanted = self.count * target // max(1, cost)
            self.count = min(self.batches.longest, max(2 * self.count, wanted))

    def run(self) -> int:
        """Run a batch; return what it cost, with making it if it was made for this."""
        making = perf_counter_ns()
        batch = self.batches.take(self.count, self.turn)
        start = perf_counter_ns()
        self.loop(batch)
        end = perf_counter_ns()
        self.runs.append(end - start)
        self.turn += 1
        cost = end - (making if self.batches.fresh else start)
        self.spent_ns += cost
        self.is_done = self.spent_ns > self.share_ns
        return cost

    def is_steady(self) -> bool:
        middle = median(self.runs)
        spread = median(abs(run - middle) for run in self.runs)
        return bool(spread <= _STEADY * middle * len(self.runs) ** 0.5)

    def timing(self, parts: int) -> Timing:
        operations = self.count * parts
        return Timing([ns / operations for ns in self.runs], sum(self.runs))


def measure(
    loops: Mapping[Name, Loop],
    batches: Mapping[Name, Batches],
    first_ns: Mapping[Name, int],
    budget_ns: int,
    parts: int = 1,
) -> dict[Name, Timing]:
    """Time the loop of each contender, each of whose runs counts as so many parts.

    Each contender has an even share of the budget. One that spends it on a single
    operation is run once, or not again if its first run told so.
    """
    share = budget_ns // len(loops)
    runners = {
        name: _Runner(loop, batches[name], share) for name, loop in loops.items()
    }
    for name, runner in runners.items():
        runner.calibrate(first_ns[name])
    for done in range(1, _MOST_ROUNDS):
        in_turn = [each for each in runners.values() if not each.is_done]
        if done >= _STEADY_ROUNDS and all(each.is_steady() for each in in_turn):
            break
        first = done % max(1, len(in_turn))
        for runner in in_turn[first:] + in_turn[:first]:
            runner.run()
    return {name: runner.timing(parts) for name, runner in runners.items()}
