# SPDX-License-Identifier: Apache-2.0
"""Every operation at every size with every contender, checked before it is timed."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from time import perf_counter_ns
from typing import Any

from benchmarks.contenders import Contender
from benchmarks.datasets import Dataset
from benchmarks.operations import Operation
from benchmarks.progress import Progress
from benchmarks.timing import measure
from benchmarks.workload import Loop, Workload, compile_loop, prepare

# Some answers are whole maps; what is looked at grows with the keys and the entries.
_MOST_KEYS_CHECKED = 20
_ENTRIES_CHECKED = 200_000
_LEAST_BUDGET_NS = 10_000_000
_MOST_BYTES_KEPT = 1 << 30


@dataclass(frozen=True)
class Result:
    """What one operation costs one contender at one size, in the operation's unit."""

    operation: Operation
    dataset: str
    size: int
    contender: str
    samples: list[float]
    total_ns: int = 0

    @property
    def name(self) -> str:
        return f"{self.operation.name}/{self.dataset}/{self.size}/{self.contender}"

    @property
    def median(self) -> float:
        return median(self.samples)


@dataclass(frozen=True)
class Outcome:
    """The results, and sentences: cases that were left out, and wrong answers."""

    results: list[Result] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Entrant:
    """A contender in a case."""

    contender: Contender
    workload: Workload
    loop: Loop
    keys: Sequence[Any]


def run(
    dataset: Dataset,
    contenders: Sequence[Contender],
    operations: Sequence[Operation],
    sizes: Sequence[int],
    budget_ns: int,
) -> Outcome:
    """Check and time every case; each gets an even share of the time that is left.

    The largest size goes first: what making and checking its maps takes is known when
    the many cases of small maps share the rest. The garbage collector runs before each
    size and is off during it, as in timeit.
    """
    outcome = Outcome()
    plan = list(_plan(dataset, operations, sizes, outcome))
    cases_left = sum(len(selected) for _, selected in plan)
    deadline = perf_counter_ns() + budget_ns
    with Progress(cases_left) as progress, _collector_off():
        for size, selected in plan:
            gc.collect()
            workloads = _prepare(contenders, dataset, size, outcome)
            for operation in selected:
                progress.step(f"{operation.title}, {size:,} entries")
                share = (deadline - perf_counter_ns()) // cases_left
                budget = max(_LEAST_BUDGET_NS, share)
                entrants = list(_admit(operation, size, workloads, outcome))
                if operation.unit == "bytes":
                    results = _weigh(operation, dataset, size, entrants)
                else:
                    results = _time(operation, dataset, size, entrants, budget)
                outcome.results.extend(results)
                cases_left -= 1
    order = {operation.name: i for i, operation in enumerate(operations)}
    outcome.results.sort(key=lambda each: (order[each.operation.name], each.size))
    return outcome


@contextmanager
def _collector_off() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _plan(
    dataset: Dataset,
    operations: Sequence[Operation],
    sizes: Sequence[int],
    outcome: Outcome,
) -> Iterator[tuple[int, list[Operation]]]:
    """The sizes that the data set has keys for, and the operations at each."""
    full, most = dataset.full, len(dataset.keys)
    if too_large := [f"{size:,}" for size in sorted(set(sizes)) if size > most]:
        outcome.left_out.append(
            f"{'; '.join(too_large)} entries: the data set has {most:,} distinct keys"
        )
    for size in sorted({size for size in (*sizes, full) if size <= most}, reverse=True):
        selected = [
            operation
            for operation in operations
            if (size == full if operation.whole_text else size in sizes)
        ]
        if selected:
            yield size, selected


def _prepare(
    contenders: Sequence[Contender], dataset: Dataset, size: int, outcome: Outcome
) -> list[tuple[Contender, Workload]]:
    workloads = []
    for contender in contenders:
        try:
            workloads.append((contender, prepare(contender, dataset, size)))
        except Exception as error:
            outcome.wrong.append(
                f"{contender.name}, {size:,} entries: making it raises {error!a}"
            )
    return workloads


def _admit(
    operation: Operation,
    size: int,
    workloads: Sequence[tuple[Contender, Workload]],
    outcome: Outcome,
) -> Iterator[_Entrant]:
    """The contenders that can do the operation, and whose answers are right."""
    for contender, workload in workloads:
        statement = contender.spell(operation.statement)
        if statement is None:
            continue
        case = f"{contender.name}, {operation.name}, {size:,} entries"
        kept = operation.keeps * sys.getsizeof(workload.m) if contender.copies else 0
        if kept > _MOST_BYTES_KEPT:
            outcome.left_out.append(f"{case}: the copies take {kept >> 20:,} MiB")
            continue
        loop = compile_loop(contender.setup, statement, vars(workload))
        keys = getattr(workload, operation.keys) if operation.keys else [None]
        entrant = _Entrant(contender, workload, loop, keys)
        if complaint := _complaint(operation, entrant):
            outcome.wrong.append(f"{case}: {complaint}")
        else:
            yield entrant


def _complaint(operation: Operation, entrant: _Entrant) -> str | None:
    """What is wrong with the answers, if anything."""
    workload = entrant.workload
    keys_checked = max(1, min(_MOST_KEYS_CHECKED, _ENTRIES_CHECKED // len(workload.m)))
    for key in entrant.keys[:keys_checked]:
        about = "" if operation.keys is None else f" for {key!a}"
        try:
            right = operation.right(workload, key, entrant.loop([key]))
        except Exception as error:
            return f"raises {error!a}{about}"
        if not right:
            return f"wrong answer{about}"
    if dict(workload.m.items()) != workload.source:
        return "the map is not what it was built from"
    return None


def _weigh(
    operation: Operation, dataset: Dataset, size: int, entrants: Sequence[_Entrant]
) -> Iterator[Result]:
    for entrant in entrants:
        total = entrant.contender.size(
            entrant.workload.m, partial(entrant.loop, [None])
        )
        yield Result(
            operation, dataset.name, size, entrant.contender.name, [total / size]
        )


def _time(
    operation: Operation,
    dataset: Dataset,
    size: int,
    entrants: Sequence[_Entrant],
    budget_ns: int,
) -> Iterator[Result]:
    loops = {entrant.contender.name: entrant.loop for entrant in entrants}
    keys = {entrant.contender.name: entrant.keys for entrant in entrants}
    for name, timing in measure(loops, keys, budget_ns).items():
        yield Result(
            operation, dataset.name, size, name, timing.samples, timing.total_ns
        )
