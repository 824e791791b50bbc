# SPDX-License-Identifier: Apache-2.0
"""The results as text to read, and as CSV and JSON files."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.contender import Contender
from benchmarks.contenders import BASELINE
from benchmarks.dataset import Dataset
from benchmarks.machine import machine
from benchmarks.operation import Operation
from benchmarks.results import Outcome, Row, panels, rivals, rows, sentences
from benchmarks.targets import Verdict, judge
from benchmarks.units import quantity, three_digits

_COLUMNS = (
    "method",
    "dataset_type",
    "operation",
    "size",
    "total_time_ns",
    "ops_per_sec",
    "ns_per_op",
)
LEGEND = (
    "-: the contender cannot do it, or it is left out below",
    "*: it has no method for it; what its users would write was timed",
    "the keys of str are looked up by the very objects, all others by equal keys that "
    "are other objects; a str knows its hash",
    "the garbage collector is off, except in its own row; the time includes freeing "
    "the answer",
    "bytes per entry: without key and value objects; by sys.getsizeof or tracemalloc",
    "one process: another, its code at other addresses, may differ by some ns",
)


@dataclass(frozen=True)
class Report:
    """All that the files and the page tell about a run."""

    title: str
    budget_s: float
    datasets: Mapping[str, Dataset]
    contenders: Sequence[Contender]
    outcome: Outcome

    @cached_property
    def rows(self) -> list[Row]:
        return rows(self.outcome.results)

    @cached_property
    def persistent(self) -> list[str]:
        """The rivals that are persistent maps, and not dicts that are copied."""
        return [each.name for each in rivals(self.contenders) if not each.copies]

    @cached_property
    def copied(self) -> list[str]:
        """dict, and the rivals that are dicts inside."""
        return [each.name for each in self.contenders if each.copies]

    @cached_property
    def verdicts(self) -> list[Verdict]:
        names = [each.name for each in rivals(self.contenders)]
        return judge(self.rows, names)

    @cached_property
    def machine(self) -> dict[str, str | None]:
        return machine()

    @cached_property
    def lost(self) -> list[Row]:
        """The rows in which a persistent map is ahead of pyhamt."""
        return [row for row in self.rows if row.winner(self.persistent)]

    @cached_property
    def behind(self) -> list[Row]:
        """The rows in which dict, or a dict inside a rival, is ahead of pyhamt."""
        return [row for row in self.rows if row.winner(self.copied)]

    def is_by_hand(self, operation: Operation, contender: str) -> bool:
        """Whether the contender has no method for it."""
        named = next(each for each in self.contenders if each.name == contender)
        return any(f"{{{phrase}}}" in operation.statement for phrase in named.by_hand)

    @cached_property
    def notes(self) -> list[str]:
        """What a reader of the figures has to know."""
        outcome = self.outcome
        return [
            *(f"{each.name} {each.version()}: {each.note}" for each in self.contenders),
            *(f"left out: {sentence}" for sentence in outcome.left_out),
            *(f"WRONG: {said}" for said in sentences(outcome.wrong + outcome.failed)),
            "every answer was checked before it was timed, and all others agree"
            if outcome.wrong or outcome.failed
            else "every answer was checked before it was timed, and all agree",
        ]


def table(report: Report) -> Iterator[str]:
    """The lines of the table: medians, and their ratios to dict's."""
    names = [contender.name for contender in report.contenders]
    yield from map(str, report.datasets.values())
    yield f"median cost of one operation, and its ratio to {BASELINE}"
    for (operation, dataset), found in panels(report.rows).items():
        yield ""
        about = f", {dataset}" if len(report.datasets) > 1 else ""
        yield operation.title + about
        yield f"{'entries':>12}" + "".join(f"{name:>20}" for name in names)
        for row in found:
            cells = (_cell(report, row, name) for name in names)
            yield f"{row.size:>12,}" + "".join(f"{cell:>20}" for cell in cells)
    yield ""
    yield from LEGEND
    yield from report.notes


def summary(report: Report) -> Iterator[str]:
    """The lines that a long run ends with: targets, losses and notes."""
    yield f"{report.title}; about {report.budget_s:,.0f} s"
    yield ""
    yield "target: limit, worst case, whether it holds in all cases that were measured"
    for verdict in report.verdicts:
        yield f"  {_verdict(verdict):>8}  {verdict.target.text}: {_measured(verdict)}"
    yield ""
    every = len(report.rows)
    yield f"dict or a copied one is ahead in {len(report.behind):,} of {every:,} rows"
    yield f"a persistent map is ahead in {len(report.lost):,} rows:"
    for row in report.lost:
        winner = row.winner(report.persistent) or ""
        yield f"  {row.label}: {three_digits(row.ratio(winner) or 0)}x {winner}"
    yield ""
    yield from report.notes


def write_csv(path: Path, report: Report) -> None:
    """The timed results: medians per operation, and the total time of the runs."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for result in report.outcome.results:
            if result.operation.unit == "ns":
                writer.writerow(
                    (
                        result.contender,
                        result.dataset,
                        result.operation.name,
                        result.size,
                        result.total_ns,
                        f"{1e9 / result.median:.3f}",
                        f"{result.median:.3f}",
                    )
                )


def write_json(path: Path, report: Report) -> None:
    """All results, and what they were measured on."""
    outcome = report.outcome
    written = {
        "title": report.title,
        "budget_s": report.budget_s,
        "machine": report.machine,
        "contenders": {each.name: each.version() for each in report.contenders},
        "datasets": [
            {
                "name": dataset.name,
                "words": len(dataset.occurrences),
                "distinct": dataset.full,
                "keys": len(dataset.keys),
                "twins": dataset.twins,
                "seed": dataset.seed,
            }
            for dataset in report.datasets.values()
        ],
        "results": [
            {
                "name": result.name,
                "unit": result.operation.unit,
                "by_hand": report.is_by_hand(result.operation, result.contender),
                "runs": len(result.samples),
                "min": min(result.samples),
                "median": result.median,
                "max": max(result.samples),
            }
            for result in outcome.results
        ],
        "targets": [
            {
                "target": verdict.target.text,
                "most": verdict.target.most,
                "limit": verdict.show(verdict.target.most),
                "cases": len(verdict.measured),
                "held": sum(each.holds for each in verdict.measured),
                "worst": verdict.worst.value if verdict.worst else None,
                "shown": verdict.show(verdict.worst.value) if verdict.worst else None,
                "at": verdict.worst.row.label if verdict.worst else None,
                "holds": verdict.holds,
            }
            for verdict in report.verdicts
        ],
        "left_out": outcome.left_out,
        "wrong": list(sentences(outcome.wrong)),
        "failed": list(sentences(outcome.failed)),
    }
    path.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


def _cell(report: Report, row: Row, name: str) -> str:
    median = row.median(name)
    if median is None:
        return "-"
    mark = "*" if report.is_by_hand(row.operation, name) else ""
    cost = f"{quantity(median, row.operation.unit)}{mark}"
    base = row.median(BASELINE)
    if name == BASELINE or not base:
        return cost
    return f"{cost} {three_digits(median / base):>6}x"


def _verdict(verdict: Verdict) -> str:
    return {True: "holds", False: "MISSED", None: "-"}[verdict.holds]


def _measured(verdict: Verdict) -> str:
    most = f"at most {verdict.show(verdict.target.most)}"
    worst = verdict.worst
    if worst is None:
        return f"{most}; not measured"
    held = sum(each.holds for each in verdict.measured)
    return (
        f"{most}, {verdict.show(worst.value)} for {worst.row.label}; "
        f"{held} of {len(verdict.measured)} cases"
    )
