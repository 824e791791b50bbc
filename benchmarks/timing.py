# SPDX-License-Identifier: Apache-2.0
"""The clock: contenders in turn, as often as the budget allows.

A *run* times one contender's loop over a batch of keys. One round gives each contender
one run, so that what disturbs the machine for a while disturbs all of them, and the
median over the rounds drops it. The cost of the loop itself, some nanoseconds per
operation, is in all figures alike, as is the time to free each answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from time import perf_counter_ns
from typing import Any

from benchmarks.workload import Loop

# Not measured: enough for a median, and no more than it needs.
_FEWEST_ROUNDS, _MOST_ROUNDS = 3, 31

# A batch for a small map stays within the second-level cache; a larger map is swept
# whole, so that its keys come from where they would in use. Not measured.
_BATCH = 16_384


@dataclass(frozen=True)
class Timing:
    """The runs of one contender: ns per operation in each, and their sum in ns."""

    samples: list[float]
    total_ns: int


def measure(
    loops: Mapping[str, Loop], keys: Mapping[str, Sequence[Any]], budget_ns: int
) -> dict[str, Timing]:
    """Time the loop of each contender over its keys.

    A contender that spends its share of the budget on one operation is run once.
    """
    share = budget_ns // max(1, len(loops))
    deadline = perf_counter_ns() + budget_ns
    batches: dict[str, list[Any]] = {}
    runs: dict[str, list[int]] = {name: [] for name in loops}
    for name, loop in loops.items():
        batches[name], elapsed = _calibrate(loop, keys[name], share // _MOST_ROUNDS)
        if elapsed > share:
            runs[name].append(elapsed)
    in_turn = [name for name in loops if not runs[name]]
    for done in range(_MOST_ROUNDS if in_turn else 0):
        if done >= _FEWEST_ROUNDS and perf_counter_ns() > deadline:
            break
        for name in in_turn:
            runs[name].append(_time(loops[name], batches[name]))
    return {
        name: Timing([ns / len(batches[name]) for ns in runs[name]], sum(runs[name]))
        for name in loops
    }


def _calibrate(
    loop: Loop, keys: Sequence[Any], target_ns: int
) -> tuple[list[Any], int]:
    """Return a batch whose run takes about the target, and how long that took."""
    longest = max(_BATCH, len(keys))
    count = 1
    while True:
        batch = list(islice(cycle(keys), count))
        elapsed = _time(loop, batch)
        if elapsed >= target_ns // 2 or count == longest:
            return batch, elapsed
        wanted = count * target_ns // max(1, elapsed)
        count = min(longest, max(2 * count, wanted))


def _time(loop: Loop, batch: list[Any]) -> int:
    start = perf_counter_ns()
    loop(batch)
    return perf_counter_ns() - start
