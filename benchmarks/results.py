# SPDX-License-Identifier: Apache-2.0
"""What a run of the benchmarks found, and how it is grouped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.contender import Contender, itself
from benchmarks.contenders import BASELINE, SUBJECT
from benchmarks.operation import Operation


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
class Rejection:
    """Why a contender is not in the row of a case, or in none with such maps."""

    contender: str
    operation: str
    dataset: str
    size: int
    complaint: str


@dataclass(frozen=True)
class Outcome:
    """The results, and what is not among them.

    `left_out` has sentences about cases that were not run, `wrong` the rivals that gave
    no right answer, and `failed` the same of pyhamt.
    """

    results: list[Result] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    wrong: list[Rejection] = field(default_factory=list)
    failed: list[Rejection] = field(default_factory=list)


def sentences(rejections: Iterable[Rejection]) -> Iterator[str]:
    """What is wrong, once for each contender and operation, and then where."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for each in rejections:
        about = each.contender, each.operation, each.complaint
        places.setdefault(about, []).append(place(each.dataset, each.size))
    for (contender, operation, complaint), found in places.items():
        yield f"{contender}, {operation}: {complaint} ({'; '.join(found)})"


def place(dataset: str, size: int) -> str:
    """Where a case was: the size and the data set, if it has any."""
    if not size:
        return "no map"
    return f"{size:,} {'entry' if size == 1 else 'entries'} of {dataset}"


@dataclass(frozen=True)
class Row:
    """One operation at one size of one data set: the results by contender."""

    operation: Operation
    dataset: str
    size: int
    results: dict[str, Result]

    def median(self, contender: str) -> float | None:
        result = self.results.get(contender)
        return None if result is None else result.median

    def ratio(self, contender: str) -> float | None:
        """pyhamt's median by that of the contender."""
        ours, theirs = self.median(SUBJECT), self.median(contender)
        return None if ours is None or not theirs else ours / theirs

    def best(self, contenders: Iterable[str]) -> str | None:
        """The one of these that costs least, of those in the row."""
        present = [name for name in contenders if name in self.results]
        return min(present, key=lambda name: self.results[name].median, default=None)

    def winner(self, contenders: Iterable[str]) -> str | None:
        """The best of these if it is ahead of pyhamt."""
        best = self.best(contenders)
        ratio = self.ratio(best) if best else None
        return best if ratio is not None and ratio > 1 else None

    @property
    def label(self) -> str:
        return f"{self.operation.name}, {place(self.dataset, self.size)}"


def rows(results: Sequence[Result]) -> list[Row]:
    """The results side by side, in the order of the operations, data sets and sizes."""
    found: dict[tuple[Operation, str, int], Row] = {}
    for result in results:
        case = result.operation, result.dataset, result.size
        row = found.setdefault(case, Row(*case, {}))
        row.results[result.contender] = result
    return list(found.values())


def panels(found: Sequence[Row]) -> dict[tuple[Operation, str], list[Row]]:
    """The rows by operation and data set."""
    grouped: dict[tuple[Operation, str], list[Row]] = {}
    for row in found:
        grouped.setdefault((row.operation, row.dataset), []).append(row)
    return grouped


def rivals(contenders: Sequence[Contender]) -> list[Contender]:
    """The immutable mappings that pyhamt is held against.

    dict is none, nor are floors, nor is a mapping that finds keys of its own in place
    of those of the data set.
    """
    return [
        each
        for each in contenders
        if not each.floor
        and each.key is itself
        and each.name not in (BASELINE, SUBJECT)
    ]
