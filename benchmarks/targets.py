# SPDX-License-Identifier: Apache-2.0
"""How fast pyhamt means to be, as data, and whether a run shows it.

A target holds when it holds in every case that the run measured: each operation, size
and kind of keys that it names. What a run did not measure is not held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from benchmarks.contenders import BASELINE, RIVAL, SUBJECT
from benchmarks.operations import EDITS
from benchmarks.plan import SIZES
from benchmarks.results import Row
from benchmarks.units import quantity, three_digits

_LARGE = (100_000, 1_000_000)
_CHANGES = ("set_new", "set_existing", "delete")
_ONE_EDIT = ("one_change_away", "diff_1", "merge_1", "hash_1")
_ONE_EDIT_MORE = (*_ONE_EDIT, "merge3_1", "union_1")

Case = tuple[str, str, int]
Rows = Mapping[Case, Row]


@dataclass(frozen=True)
class Target:
    """A limit for pyhamt's median in some cases: operations x data sets x sizes.

    It is a limit for the ratio to something else, or for the median itself:

    against   the contender to divide by; RIVALS is the fastest persistent map
    size      the size of pyhamt's own case to divide by
    operation pyhamt's own operation to divide by
    noise     the longest sample of `against` is compared with the shortest of pyhamt
    """

    text: str
    operations: Sequence[str]
    sizes: Sequence[int]
    most: float
    against: str | None = None
    size: int | None = None
    operation: str | None = None
    noise: bool = False
    datasets: Sequence[str] = ("str", "int")
    strictly: bool = False


RIVALS = "every rival"


@dataclass(frozen=True)
class Measured:
    """What a case of a target came to."""

    row: Row
    value: float
    holds: bool


@dataclass(frozen=True)
class Verdict:
    """A target and all its cases that were measured."""

    target: Target
    measured: Sequence[Measured]

    @property
    def holds(self) -> bool | None:
        """None if no case was measured."""
        if not self.measured:
            return None
        return all(each.holds for each in self.measured)

    @property
    def worst(self) -> Measured | None:
        return max(self.measured, key=lambda each: each.value, default=None)

    def show(self, value: float) -> str:
        """A value of the target as text: a ratio, or a quantity in its unit."""
        if _is_ratio(self.target):
            return f"{three_digits(value)}x"
        unit = "bytes" if "bytes" in self.target.operations[0] else "ns"
        return quantity(value, unit)


def _up_to(most: int, least: int = 1) -> tuple[int, ...]:
    return tuple(size for size in SIZES if least <= size <= most)


def _linear() -> Iterator[Target]:
    """Ten times the edits take ten times the time, or a fifth more."""
    for name in ("diff", "merge", "merge3", "hash"):
        for fewer, more in pairwise(EDITS):
            yield Target(
                f"{name} with {more:,} edits, against {fewer:,}: linear",
                (f"{name}_{more}",),
                _LARGE,
                12.0,
                operation=f"{name}_{fewer}",
            )


TARGETS: tuple[Target, ...] = (
    Target(
        "`m[k]` hit and `in`, up to 1,000 entries",
        ("lookup_hit", "contains"),
        _up_to(1_000),
        1.15,
        BASELINE,
    ),
    Target(
        "`m[k]` hit and `in`, under immutables at every size",
        ("lookup_hit", "contains"),
        SIZES,
        1.0,
        RIVAL,
        strictly=True,
    ),
    Target("`get(k)`, up to 1,000 entries", ("get_hit",), _up_to(1_000), 1.2, BASELINE),
    Target(
        "`m[k]` hit, `in` and `get(k)`, from 100,000",
        ("lookup_hit", "contains", "get_hit"),
        _LARGE,
        1.25,
        BASELINE,
    ),
    Target(
        "`m[k]` hit, `in` and `get(k)`, from 100,000, against immutables",
        ("lookup_hit", "contains", "get_hit"),
        _LARGE,
        0.8,
        RIVAL,
    ),
    Target("set and delete, up to 16 entries", _CHANGES, _up_to(16), 0.5, RIVAL),
    Target(
        "set and delete, up to 10,000", _CHANGES, _up_to(10_000, least=32), 0.6, RIVAL
    ),
    Target("set and delete, from 100,000", _CHANGES, _LARGE, 0.7, RIVAL),
    Target("build from a dict", ("build",), SIZES, 0.4, RIVAL),
    Target("build 8 entries from a dict", ("build",), (8,), 6.0, "empty-call"),
    Target(
        "iterate over items and keys, up to 100,000",
        ("iterate_items", "iterate_keys"),
        _up_to(100_000),
        1.1,
        BASELINE,
    ),
    Target(
        "iterate over items and keys, 1,000,000",
        ("iterate_items", "iterate_keys"),
        (1_000_000,),
        0.6,
        RIVAL,
    ),
    Target("equality of equal maps built apart", ("equal",), SIZES, 1.0, BASELINE),
    Target(
        "equality, diff, merge, re-hash after one change, 100,000 entries",
        _ONE_EDIT,
        (100_000,),
        5_000,
    ),
    Target(
        "equality, diff, merge, merge3, `|`, re-hash after one change, 100,000 entries",
        _ONE_EDIT_MORE,
        (100_000,),
        10_000,
    ),
    Target(
        "after one change at 1,000,000, against 100,000",
        _ONE_EDIT_MORE,
        (1_000_000,),
        2.0,
        size=100_000,
    ),
    Target(
        "equality, diff, merge, re-hash after one change, against the rivals",
        _ONE_EDIT,
        _LARGE,
        0.01,
        RIVALS,
    ),
    *_linear(),
    Target("merge half-overlapping", ("merge_half",), SIZES, 0.6, RIVAL),
    Target(
        "merge with no key in common",
        ("merge_disjoint", "union_disjoint"),
        SIZES,
        1.5,
        BASELINE,
    ),
    Target(
        "pickle dumps and loads, from 1,000 entries",
        ("pickle", "unpickle"),
        _up_to(1_000_000, least=1_000),
        1.2,
        BASELINE,
    ),
    Target(
        "time of 100 versions of 10,000 entries",
        ("keep_100_versions",),
        (10_000,),
        0.5,
        RIVAL,
    ),
    Target(
        "memory of 100 versions of 10,000 entries",
        ("bytes_per_version",),
        (10_000,),
        0.8,
        RIVAL,
    ),
    Target(
        "`gc.collect()` with 1,000,000 atomic entries alive, within noise of none",
        ("gc_collect",),
        (1_000_000,),
        1.0,
        "nothing",
        noise=True,
    ),
    Target(
        "bytes per entry, 1,000,000 random str",
        ("bytes_per_entry",),
        (1_000_000,),
        28,
        datasets=("str",),
    ),
    Target(
        "bytes per entry, 1,000,000 dense ints",
        ("bytes_per_entry",),
        (1_000_000,),
        24,
        datasets=("int",),
    ),
    Target(
        "build and set up to 8 entries, against pypersistent's HAMT",
        ("build", "set_new", "set_existing"),
        _up_to(8),
        0.2,
        "pypersistent",
    ),
    Target(
        "look up and iterate up to 8 entries, against pypersistent's HAMT",
        ("lookup_hit", "contains", "get_hit", "iterate_items", "iterate_keys"),
        _up_to(8),
        0.4,
        "pypersistent",
    ),
    Target(
        "`get_many` of 1,000,000 random keys, against a loop over dict",
        ("get_many",),
        (1_000_000,),
        0.5,
        BASELINE,
        datasets=("str", "random_int"),
    ),
)


def judge(
    found: Sequence[Row], rivals: Sequence[str], targets: Sequence[Target] = TARGETS
) -> list[Verdict]:
    """What the rows say of each target."""
    by_case = {(row.operation.name, row.dataset, row.size): row for row in found}
    return [
        Verdict(target, list(_measure(target, by_case, rivals))) for target in targets
    ]


def _measure(target: Target, found: Rows, rivals: Sequence[str]) -> Iterator[Measured]:
    for case in product(target.operations, target.datasets, target.sizes):
        row = found.get(case)
        value = _value(target, found, row, rivals) if row else None
        if row is not None and value is not None:
            is_at = value == target.most and not target.strictly
            yield Measured(row, value, value < target.most or is_at)


def _value(
    target: Target, found: Rows, row: Row, rivals: Sequence[str]
) -> float | None:
    """The median or the ratio that the target limits; None if it was not measured."""
    ours = row.results.get(SUBJECT)
    if ours is None:
        return None
    if target.noise:
        other = row.results.get(target.against or "")
        return min(ours.samples) / max(other.samples) if other else None
    if target.against is not None:
        name = row.best(rivals) if target.against == RIVALS else target.against
        return row.ratio(name) if name else None
    if not _is_ratio(target):
        return ours.median
    name = target.operation or row.operation.name
    base = found.get((name, row.dataset, target.size or row.size))
    theirs = base.median(SUBJECT) if base else None
    return ours.median / theirs if theirs else None


def _is_ratio(target: Target) -> bool:
    return bool(target.against or target.size or target.operation)
