# SPDX-License-Identifier: Apache-2.0
"""Which cases a run takes: the operations and sizes for each kind of keys.

The whole cross product would take hours. All operations meet str and int at all sizes;
the other kinds of keys show where a map depends on them, so they meet the chief
operations at some sizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.contenders import BASELINE, CONTENDERS, RIVAL, SUBJECT
from benchmarks.dataset import Dataset
from benchmarks.operation import Operation
from benchmarks.operations import IMPORT, OPERATIONS

SIZES = (1, 2, 4, 8, 16, 32, 100, 1_000, 10_000, 100_000, 1_000_000)

# Among the sizes of a part: the full input.
FULL = 0

# The data sets of files that the user names, and of an operation that has no keys.
INPUT, NO_KEYS = "input", "-"


@dataclass(frozen=True)
class Part:
    """Operations at some sizes of some data sets."""

    datasets: Sequence[str]
    operations: Sequence[Operation]
    sizes: Sequence[int]


@dataclass(frozen=True)
class Case:
    """One operation at one size of one data set."""

    dataset: str
    size: int
    operation: Operation

    @property
    def weight(self) -> int:
        """Its part of the time: a run on a large map takes long, and one is too few."""
        return 24 if self.size > 100_000 else 6 if self.size > 10_000 else 1

    @property
    def is_put_off(self) -> bool:
        """Whether it comes last: another case shows nearly the same in less time."""
        return self.size > 10_000 and self.operation.extra


@dataclass(frozen=True)
class Plan:
    """A run that takes about so many seconds."""

    name: str
    title: str
    budget_s: float
    parts: Sequence[Part]
    contenders: Sequence[str] = tuple(each.name for each in CONTENDERS)

    def joined(self, dataset: str) -> Plan:
        """With one more data set, whose words are counted too."""
        part = Part((dataset,), chief(), (1_000, FULL))
        return replace(self, parts=(*self.parts, part))

    def restricted(
        self,
        sizes: Sequence[int] | None,
        operations: Sequence[str] | None,
        contenders: Sequence[str] | None,
        budget_s: float | None,
    ) -> Plan:
        """With other sizes, operations, contenders or another time, if they are given.

        Operations and sizes are the same for all data sets then.
        """
        named = [each for each in OPERATIONS if each.name in (operations or ())]
        parts = [
            Part(
                part.datasets,
                part.operations if operations is None else named,
                part.sizes if sizes is None else sizes,
            )
            for part in self.parts
        ]
        return replace(
            self,
            parts=parts,
            contenders=self.contenders if contenders is None else contenders,
            budget_s=self.budget_s if budget_s is None else budget_s,
        )


def chief(*more: str) -> list[Operation]:
    """The chief operations, and those that are named."""
    return [each for each in OPERATIONS if each.chief or each.name in more]


def look(dataset: str, quick: bool) -> Plan:
    """One data set, and the mappings that a newcomer knows."""
    sizes = (*(size for size in SIZES if size <= 100_000), FULL)
    return Plan(
        "look",
        "the chief operations",
        8 if quick else 100,
        (Part((dataset,), chief(), sizes),),
        (BASELINE, SUBJECT, "python-contextvar", RIVAL),
    )


PLANS = {
    plan.name: plan
    for plan in (
        Plan(
            "full",
            "every operation at every size for str and int, the chief ones for other "
            "keys",
            570,
            (
                Part(("str", "int"), OPERATIONS, SIZES),
                Part(
                    ("random_int",),
                    chief("get_hit", "get_many", "iterate_keys"),
                    (8, 1_000, 100_000, 1_000_000),
                ),
                Part(("str_twin", "tuple", "object"), chief(), (8, 1_000, 100_000)),
                Part(("colliding",), chief(), (8, 32, 1_000)),
                Part(("identifiers", "words", "manual"), chief(), (1_000, FULL)),
            ),
        ),
        Plan(
            "quick",
            "the chief operations at three sizes",
            50,
            (
                Part(
                    ("str", "int"),
                    chief("get_hit", "iterate_keys", "diff_10", "diff_100", "import"),
                    (8, 1_000, 100_000),
                ),
                Part(("tuple", "object", "colliding"), chief(), (32,)),
                Part(("manual",), chief(), (FULL,)),
            ),
        ),
    )
}


def cases(parts: Sequence[Part], datasets: Mapping[str, Dataset]) -> list[Case]:
    """The cases of the data sets that are there, the smallest sizes first.

    Those that are put off come at the end.
    """
    found: dict[tuple[str, int, Operation], Case] = {}
    for part in parts:
        for name in part.datasets:
            for case in _expand(part, datasets.get(name)):
                found.setdefault((case.dataset, case.size, case.operation), case)
    order = list(datasets)
    return sorted(
        found.values(),
        key=lambda case: (
            case.is_put_off,
            case.size,
            order.index(case.dataset) if case.size else 0,
        ),
    )


def _expand(part: Part, dataset: Dataset | None) -> Iterator[Case]:
    if dataset is None:
        return
    sizes = {size or dataset.full for size in part.sizes}
    for operation in part.operations:
        if operation.whole_text:
            if dataset.occurrences:
                yield Case(dataset.name, dataset.full, operation)
        elif operation is IMPORT:
            yield Case(NO_KEYS, 0, operation)
        else:
            for size in sizes:
                most = min(operation.most or size, len(dataset.keys))
                if operation.least <= size <= most:
                    yield Case(dataset.name, size, operation)


def largest(parts: Sequence[Part]) -> dict[str, int]:
    """The size of the largest map that each data set is wanted for."""
    wanted: dict[str, int] = {}
    for part in parts:
        for name in part.datasets:
            wanted[name] = max(wanted.get(name, 1), *part.sizes)
    return wanted
