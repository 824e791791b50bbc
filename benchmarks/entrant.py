# SPDX-License-Identifier: Apache-2.0
"""A contender in a case: its compiled statement, its keys, and whether it is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import Any

from benchmarks.checks import same_entries
from benchmarks.contender import Contender
from benchmarks.contenders import SUBJECT
from benchmarks.operation import Operation
from benchmarks.timing import Batches, FreshBatches, KeyBatches
from benchmarks.workload import Loop, Workload, compile_loop, names_in

# Some answers are whole maps; what is looked at grows with the keys and the entries.
_MOST_KEYS_CHECKED = 20
_ENTRIES_CHECKED = 200_000

# What a statement that makes a fresh object calls the key that it makes it from.
_MADE_FROM = "keys"

# What statements may use of the keys beside `m` and what their operation binds.
_FIELDS = ("source", "pairs", "value", "words", "steps")


def spell(contender: Contender, operation: Operation) -> str | None:
    """The contender's statement, if the operation is for it."""
    if operation.alone and contender.name != SUBJECT:
        return None
    if contender.floor and operation.unit != "ns":
        return None
    return contender.spell(operation.statement)


@dataclass(frozen=True)
class Entrant:
    """A contender that is ready to be timed.

    `first_runs` are the ns of the runs whose answers were checked.
    """

    operation: Operation
    workload: Workload
    loop: Loop
    batches: Batches
    keys: Sequence[Any]
    first_runs: list[int] = field(default_factory=list)

    @property
    def contender(self) -> Contender:
        return self.workload.contender

    def complaint(self) -> str | None:
        """What is wrong with its answers, if anything.

        Raises what the contender raises.
        """
        workload = self.workload
        checked = max(1, min(_MOST_KEYS_CHECKED, _ENTRIES_CHECKED // workload.size))
        for key in self.keys[:checked]:
            batch = self.batches.take(1, 0) if self.batches.fresh else [key]
            start = perf_counter_ns()
            answer = self.loop(batch)
            self.first_runs.append(perf_counter_ns() - start)
            if not self.contender.floor and not self._is_right(key, answer):
                named = isinstance(self.operation.keys, str)
                return "wrong answer" + (f" for {key!a}" if named else "")
        if self.contender.floor or same_entries(workload.m, workload.keys.source):
            return None
        return "the map is not what it was built from"

    def _is_right(self, key: Any, answer: Any) -> bool:
        return self.operation.right(self.workload, key, answer)


def prepare(operation: Operation, workload: Workload, statement: str) -> Entrant:
    """Compile the statement, and make what it needs beside the map."""
    contender = workload.contender
    keys: Sequence[Any] = [None]
    if callable(operation.keys):
        keys = operation.keys(workload)
    elif operation.keys:
        keys = getattr(workload.keys, operation.keys)
    names = _operands(operation, workload, statement, operation.variable)
    loop = compile_loop(contender.setup, statement, names, operation.variable)
    if operation.warm:
        workload.run(operation.warm, m=workload.m)
    if not operation.fresh:
        return Entrant(operation, workload, loop, KeyBatches(keys), keys)
    statement = contender.spell(operation.fresh) or ""
    names = _operands(operation, workload, statement, _MADE_FROM)
    make = compile_loop(contender.setup, statement, names, _MADE_FROM)
    is_whole = contender.copies or "{build}" in operation.fresh
    batches = FreshBatches(make, keys, workload.size if is_whole else 1)
    return Entrant(operation, workload, loop, batches, keys)


def _operands(
    operation: Operation, workload: Workload, statement: str, variable: str
) -> dict[str, Any]:
    """The names that the statement uses, with what they stand for."""
    operands = {}
    for name in sorted(names_in(statement) - set(variable.split(", "))):
        if name in operation.binds:
            operands[name] = operation.binds[name](workload)
        elif name == "m":
            operands[name] = workload.m
        elif name in _FIELDS:
            operands[name] = getattr(workload.keys, name)
    return operands
