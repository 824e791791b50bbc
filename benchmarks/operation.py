# SPDX-License-Identifier: Apache-2.0
"""What an operation is: a statement to time, and a check of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.contender import Contender
from benchmarks.workload import Workload

# Gives an operand of a statement its value.
Binding = Callable[[Workload], Any]


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation.

    `statement` sees `m` and fields of the keys, and `{set}` and the like are phrases of
    the contender. It runs for each object of `keys`, which is the name of a field of
    the keys or takes objects from the workload, and calls it `variable`; an operation
    on whole maps has none. `binds` says what operands such as `other` are.

    With `fresh`, that statement makes the objects anew for each run, untimed, each from
    one of `keys`. `warm` is run once before. `right` says whether an answer is right,
    given the key.

    `group` is the chapter of the report. A `chief` row is one that a quick look and
    comparisons of commits show. `parts` is the number of operations in a statement.
    `least` and `most` are the sizes of the smallest and the largest map for it. An
    `extra` one, beside another that shows nearly the same, comes last on large maps, if
    there is time. One on the `whole_text` runs at one
    size, that of the full input. With `alone`, only pyhamt does it, for how its cost
    grows. `keeps` is the number of maps it holds at a time.

    What it costs is counted in `unit`: "ns", or "bytes", which `weigh` finds from the
    answer. A `probe` of the module `isolated` measures it in a process of its own.
    """

    name: str
    group: str
    title: str
    statement: str
    right: Callable[[Workload, Any, Any], bool]
    keys: str | Binding | None = None
    variable: str = "key"
    binds: Mapping[str, Binding] = field(default_factory=dict)
    fresh: str | None = None
    warm: str | None = None
    chief: bool = False
    parts: int = 1
    least: int = 1
    most: int | None = None
    extra: bool = False
    whole_text: bool = False
    alone: bool = False
    keeps: int = 1
    unit: str = "ns"
    weigh: Callable[[Contender, Workload, Any], float | None] | None = None
    probe: str | None = None
