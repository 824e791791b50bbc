# SPDX-License-Identifier: Apache-2.0
"""Measurements that need a process of their own, and the program of that process.

What a process did before decides how many objects its cycle collector looks at, which
memory it has already, and what it has imported. So one fresh process makes the keys,
and from it each contender gets a copy of its own, one after another:

    python -m benchmarks.isolated '{"dataset": "str", "size": 100000, ...}'

prints the samples as JSON.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from benchmarks.contender import Contender
from benchmarks.contenders import CONTENDERS
from benchmarks.datasets import DATASETS
from benchmarks.keys import VERSIONS
from benchmarks.memory import resident_bytes
from benchmarks.workload import compile_loop

_COLLECTIONS = 9

# Histories that are kept at a time have so many entries, to take more than some pages.
_HISTORIES_ENTRIES = 200_000

ROOT = Path(__file__).resolve().parents[1]

Source = dict[Any, Any]


@dataclass(frozen=True)
class Question:
    """Which probes are wanted, of which contenders each, on which keys."""

    dataset: str
    size: int
    seed: int
    wanted: Mapping[str, Sequence[str]]

    def ask(self) -> list[tuple[str, str, list[float] | str]]:
        """Probe, contender, and samples; or what went wrong instead of them.

        Raises RuntimeError if the process fails as a whole.
        """
        command = [sys.executable, "-m", __name__, json.dumps(asdict(self))]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            complaint = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
            raise RuntimeError(complaint[-1])
        return [tuple(answer) for answer in json.loads(done.stdout)]


def time_import(module: str) -> float:
    """The ns that a new process takes to import a module."""
    program = (
        "from time import perf_counter_ns as now\n"
        f"start = now(); import {module}; print(now() - start)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True
    )
    return float(done.stdout)


def _maker(contender: Contender, statement: str, **names: Any) -> Callable[..., Any]:
    """What runs a statement of the contender for the keys of a batch."""
    spelled = contender.spell(statement)
    if spelled is None:
        raise LookupError(f"{contender.name} has no phrase for {statement}")
    return compile_loop(contender.setup, spelled, names)


def gc_collect(contender: Contender, source: Source) -> list[float]:
    """The ns of a full collection while a map is alive, and nothing else is new."""
    hold = _maker(contender, "{hold}", source=source)
    gc.collect()
    gc.freeze()
    m = hold([None])
    gc.collect()
    samples = []
    for _ in range(_COLLECTIONS):
        start = perf_counter_ns()
        gc.collect()
        samples.append(float(perf_counter_ns() - start))
    del m
    return samples


def resident_bytes_per_entry(contender: Contender, source: Source) -> list[float]:
    """What the process grows by when a map is built, per entry.

    A first map fills the gaps that were left in memory.
    """
    hold = _maker(contender, "{hold}", source=source)
    maps = [hold([None])]
    before = resident_bytes()
    maps.append(hold([None]))
    return [(resident_bytes() - before) / len(source)]


def bytes_per_version(contender: Contender, source: Source) -> list[float]:
    """What the process grows by for each version of a history, beyond the first.

    There are several histories, each from the same map, and as many before them that
    fill the gaps that were left in memory.
    """
    m = _maker(contender, "{hold}", source=source)([None])
    edit = _maker(
        contender,
        "{set}\nm = answer\nversions.append(m)",
        m=m,
        value=len(source),
        versions=None,
    )
    count = 1 if contender.copies else max(1, _HISTORIES_ENTRIES // len(source))
    keys = cycle(source)
    steps = [list(islice(keys, VERSIONS)) for _ in range(2 * count)]
    histories: list[list[Any]] = [[] for _ in steps]
    before = 0
    for i, (history, versions) in enumerate(zip(steps, histories, strict=True)):
        if i == count:
            before = resident_bytes()
        edit(history, versions=versions)
    return [(resident_bytes() - before) / (count * VERSIONS)]


PROBES: dict[str, Callable[[Contender, Source], list[float]]] = {
    "gc_collect": gc_collect,
    "resident_bytes_per_entry": resident_bytes_per_entry,
    "bytes_per_version": bytes_per_version,
}


def _in_a_copy(probe: str, contender: Contender, source: Source) -> list[float] | str:
    """The samples of a probe that runs in a copy of this process."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            own = {contender.key(key): value for key, value in source.items()}
            answer: list[float] | str = PROBES[probe](contender, own)
        except BaseException as error:
            answer = f"raises {error!a}"
        with open(writer, "w", encoding="ascii") as pipe:
            json.dump(answer, pipe)
        os._exit(0)
    os.close(writer)
    with open(reader, encoding="ascii") as pipe:
        written = pipe.read()
    _, status = os.waitpid(child, 0)
    if not written:
        return f"ends its process with status {os.waitstatus_to_exitcode(status)}"
    samples: list[float] | str = json.loads(written)
    return samples


def main(argument: str) -> None:
    question = Question(**json.loads(argument))
    dataset = DATASETS[question.dataset](question.size, question.seed)
    keys = dataset.keys[: question.size]
    source = dict(zip(keys, dataset.entries(question.size), strict=True))
    del dataset, keys
    gc.collect()
    answers = [
        (probe, contender.name, _in_a_copy(probe, contender, source))
        for probe, names in question.wanted.items()
        for contender in CONTENDERS
        if contender.name in names
    ]
    print(json.dumps(answers))


if __name__ == "__main__":
    main(sys.argv[1])
