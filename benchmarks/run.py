# SPDX-License-Identifier: Apache-2.0
"""Every case with every contender, checked before it is timed."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import groupby
from time import perf_counter_ns

from benchmarks.contender import Contender
from benchmarks.contenders import SUBJECT
from benchmarks.dataset import Dataset
from benchmarks.datasets import DATASETS
from benchmarks.entrant import Entrant, prepare, spell
from benchmarks.isolated import Question, time_import
from benchmarks.keys import Keys
from benchmarks.operations import IMPORT, OPERATIONS
from benchmarks.plan import Case
from benchmarks.progress import Progress
from benchmarks.results import Outcome, Rejection, Result, place
from benchmarks.timing import measure
from benchmarks.workload import Workload

_LEAST_BUDGET_NS = 10_000_000
_MOST_BYTES_KEPT = 1 << 30
_IMPORTS = 7

# What is left out if a contender has no map of a data set and size.
_ALL_MAPS = "maps"

# Past its time a run goes on with the least budget, and for no longer than this.
_OVERTIME_NS = 60 * 10**9


def run(
    datasets: Mapping[str, Dataset],
    contenders: Sequence[Contender],
    cases: Sequence[Case],
    budget_ns: int,
) -> Outcome:
    """Check and time every case, each for its share of the time that is left.

    The smallest size goes first: should the time not do, the cases that cost most are
    left out. The garbage collector runs before each size and is off during it, as in
    timeit.
    """
    return _Run(datasets, contenders, cases, budget_ns).outcome


@contextmanager
def _collector_off() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _label(case: Case) -> str:
    return f"{case.operation.name}, {place(case.dataset, case.size)}"


class _Run:
    """A run: what it found, and the time that is left."""

    def __init__(
        self,
        datasets: Mapping[str, Dataset],
        contenders: Sequence[Contender],
        cases: Sequence[Case],
        budget_ns: int,
    ) -> None:
        self._datasets = datasets
        self._contenders = contenders
        self._deadline = perf_counter_ns() + budget_ns
        self._weight_left = sum(case.weight for case in cases)
        self._late = 0
        self.outcome = Outcome()
        with Progress(len(cases)) as self._progress, _collector_off():
            for _, group in groupby(
                cases, lambda case: (case.is_put_off, case.size, case.dataset)
            ):
                gc.collect()
                self._take(list(group))
        if self._late:
            self._leave_out(f"{self._late:,} cases: the time was up")
        self._sort()

    def _take(self, cases: Sequence[Case]) -> None:
        """The cases of one size of one data set."""
        results = self.outcome.results
        if here := [case for case in cases if not case.operation.probe]:
            workloads = list(self._workloads(here[0]))
            for _, chapter in groupby(here, lambda case: case.operation.group):
                for case in chapter:
                    results.extend(self._time(case, workloads))
                for workload in workloads:
                    workload.release()
            del workloads
        if outside := [case for case in cases if case.operation.probe]:
            results.extend(self._probe(outside))

    def _budget(self, case: Case) -> int | None:
        """The share of a case in the time that is left; None past the overtime."""
        self._progress.step(_label(case))
        left = self._deadline - perf_counter_ns()
        share = left * case.weight // self._weight_left
        self._weight_left -= case.weight
        if left < -_OVERTIME_NS:
            self._late += 1
            return None
        return max(_LEAST_BUDGET_NS, share)

    def _leave_out(self, sentence: str) -> None:
        if sentence not in self.outcome.left_out:
            self.outcome.left_out.append(sentence)

    def _reject(
        self, contender: Contender, case: Case, complaint: str, what: str = ""
    ) -> None:
        """Name a contender that cannot be in the row of a case."""
        is_ours = contender.name == SUBJECT
        rejections = self.outcome.failed if is_ours else self.outcome.wrong
        operation = what or case.operation.name
        where = case.dataset, case.size
        rejection = Rejection(contender.name, operation, *where, complaint)
        if rejection not in rejections:
            rejections.append(rejection)

    def _sort(self) -> None:
        """Into the order of the operations, the data sets and the sizes."""
        operations = {each: i for i, each in enumerate(OPERATIONS)}
        names = {name: i for i, name in enumerate(self._datasets)}
        self.outcome.results.sort(
            key=lambda result: (
                operations[result.operation],
                names.get(result.dataset, -1),
                result.size,
            )
        )

    # Who takes part.

    def _can_take(
        self, contender: Contender, case: Case, statement: str = "{build}"
    ) -> bool:
        """Whether a contender can be asked at all; says why not."""
        what = _ALL_MAPS if statement == "{build}" else case.operation.name
        if contender.is_slow(statement, case.size):
            self._leave_out(
                f"{contender.name}, {what}: {case.size:,} entries would take too long"
            )
            return False
        if contender.crashes(statement, case.dataset, case.size):
            self._reject(contender, case, "it ends the process", what)
            return False
        return True

    def _workloads(self, case: Case) -> Iterator[Workload]:
        dataset = self._datasets[case.dataset]
        keys = cache(lambda stand_in: Keys(dataset, case.size, stand_in))
        for contender in self._contenders:
            if self._can_take(contender, case):
                try:
                    yield Workload(contender, keys(contender.key))
                except Exception as error:
                    self._reject(contender, case, f"raises {error!a}", _ALL_MAPS)

    def _admit(self, case: Case, workloads: Sequence[Workload]) -> Iterator[Entrant]:
        """The contenders that can do the operation, and whose answers are right."""
        operation = case.operation
        for workload in workloads:
            contender = workload.contender
            statement = spell(contender, operation)
            if statement is None or not self._can_take(
                contender, case, operation.statement
            ):
                continue
            about = f"{contender.name}, {_label(case)}"
            kept = operation.keeps * sys.getsizeof(workload.m) * contender.copies
            if kept > _MOST_BYTES_KEPT:
                self._leave_out(f"{about}: the copies take {kept >> 20:,} MiB")
                continue
            try:
                admitted = prepare(operation, workload, statement)
                complaint = admitted.complaint()
            except Exception as error:
                lacking = getattr(error, "name", None)
                if isinstance(error, AttributeError) and f".{lacking}(" in statement:
                    name = f"{contender.name}, {operation.name}"
                    self._leave_out(f"{name}: it has no {lacking}")
                else:
                    self._reject(contender, case, f"raises {error!a}")
                continue
            if complaint:
                self._reject(contender, case, complaint)
            else:
                yield admitted

    # In this process.

    def _time(self, case: Case, workloads: Sequence[Workload]) -> Iterator[Result]:
        budget = self._budget(case)
        if budget is None:
            return
        operation = case.operation
        entrants = {each.contender: each for each in self._admit(case, workloads)}
        if operation.weigh:
            for contender, each in entrants.items():
                size = operation.weigh(contender, each.workload, each.loop)
                if size is None:
                    name = f"{contender.name}, {operation.name}"
                    self._leave_out(f"{name}: only the process shows it")
                else:
                    yield _result(case, contender, [size])
        elif entrants:
            loops = {contender: each.loop for contender, each in entrants.items()}
            batches = {contender: each.batches for contender, each in entrants.items()}
            first = {name: max(each.first_runs) for name, each in entrants.items()}
            timings = measure(loops, batches, first, budget, operation.parts)
            for contender, timing in timings.items():
                yield _result(case, contender, timing.samples, timing.total_ns)

    # In processes of their own.

    def _probe(self, cases: Sequence[Case]) -> Iterator[Result]:
        """The cases of one data set and size."""
        asked = {
            case.operation.probe: case
            for case in cases
            if self._budget(case) is not None
        }
        if not asked:
            return
        if imports := asked.pop(IMPORT.probe, None):
            takers = [each for each in self._contenders if spell(each, IMPORT)]
            for contender, samples in _time_imports(takers).items():
                yield _result(imports, contender, samples, round(sum(samples)))
        if asked and cases[0].dataset not in DATASETS:
            names = ", ".join(case.operation.name for case in asked.values())
            self._leave_out(f"{names} of {cases[0].dataset}: the data set has no name")
        elif asked:
            yield from self._ask(asked)

    def _ask(self, cases: Mapping[str | None, Case]) -> Iterator[Result]:
        case = next(iter(cases.values()))
        takers = {
            each.name: each for each in self._contenders if self._can_take(each, case)
        }
        wanted = {
            probe: [
                name for name, each in takers.items() if spell(each, case.operation)
            ]
            for probe, case in cases.items()
            if probe
        }
        seed = self._datasets[case.dataset].seed
        try:
            answers = Question(case.dataset, case.size, seed, wanted).ask()
        except RuntimeError as error:
            self._leave_out(f"{', '.join(wanted)}: {error}")
            return
        for probe, name, samples in answers:
            case, contender = cases[probe], takers[name]
            if isinstance(samples, str):
                self._reject(contender, case, samples)
            else:
                is_time = case.operation.unit == "ns"
                total_ns = round(sum(samples)) if is_time else 0
                yield _result(case, contender, samples, total_ns)


def _time_imports(takers: Sequence[Contender]) -> dict[Contender, list[float]]:
    samples: dict[Contender, list[float]] = {contender: [] for contender in takers}
    for _ in range(_IMPORTS):
        for contender in takers:
            samples[contender].append(time_import(contender.module or ""))
    return samples


def _result(
    case: Case, contender: Contender, samples: list[float], total_ns: int = 0
) -> Result:
    return Result(
        case.operation, case.dataset, case.size, contender.name, samples, total_ns
    )
