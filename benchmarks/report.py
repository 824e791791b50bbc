# SPDX-License-Identifier: Apache-2.0
"""The results as a table to read, and as CSV and JSON files."""

from __future__ import annotations

import csv
import json
import platform
import subprocess
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.contenders import BASELINE, Contender
from benchmarks.datasets import Dataset
from benchmarks.operations import Operation
from benchmarks.run import Outcome, Result

_COLUMNS = (
    "method",
    "dataset_type",
    "operation",
    "size",
    "total_time_ns",
    "ops_per_sec",
    "ns_per_op",
)
_LEGEND = (
    "-: the contender cannot do it, or it is left out below",
    "lookups use equal keys that are other objects, their hashes known",
    "the garbage collector is off; the time includes freeing the answer",
    "bytes: without key and value objects; by sys.getsizeof or else tracemalloc",
    "one process: another, its code at other addresses, may differ by some ns",
)
_UNITS: dict[str, list[tuple[float, str]]] = {
    "ns": [(1e9, "s"), (1e6, "ms"), (1e3, "us"), (1, "ns")],
    "bytes": [(1, "B")],
}


def table(
    dataset: Dataset, contenders: Sequence[Contender], outcome: Outcome
) -> Iterator[str]:
    """The lines of the table: medians, and their ratios to dict's."""
    names = [contender.name for contender in contenders]
    yield str(dataset)
    yield f"median cost of one operation, and its ratio to {BASELINE}"
    for operation, rows in by_operation(outcome.results).items():
        yield ""
        yield operation.title
        yield f"{'entries':>12}" + "".join(f"{name:>20}" for name in names)
        for size, row in rows.items():
            cells = (_cell(row, name) for name in names)
            yield f"{size:>12,}" + "".join(f"{cell:>20}" for cell in cells)
    yield ""
    yield from _LEGEND
    for contender in contenders:
        yield f"{contender.name} {contender.version()}: {contender.note}"
    for sentence in outcome.left_out:
        yield f"left out: {sentence}"
    for sentence in outcome.wrong:
        yield f"WRONG: {sentence}"
    if not outcome.wrong:
        yield "every answer was checked before it was timed, and all agree"


def write_csv(path: Path, results: Sequence[Result]) -> None:
    """The timed results: medians per operation, and the total time of the runs."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for result in results:
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


def write_json(
    path: Path, dataset: Dataset, contenders: Sequence[Contender], outcome: Outcome
) -> None:
    """All results, and what they were measured on."""
    report = {
        "machine": machine(),
        "contenders": {each.name: each.version() for each in contenders},
        "dataset": {
            "name": dataset.name,
            "words": len(dataset.occurrences),
            "distinct": dataset.full,
            "keys": len(dataset.keys),
            "seed": dataset.seed,
        },
        "results": [
            {
                "name": result.name,
                "unit": result.operation.unit,
                "runs": len(result.samples),
                "min": min(result.samples),
                "median": result.median,
                "max": max(result.samples),
            }
            for result in outcome.results
        ],
        "left_out": outcome.left_out,
        "wrong": outcome.wrong,
    }
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def machine() -> dict[str, str | None]:
    """What the figures depend on."""
    return {
        "cpu": _cpu(),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "python_build_flags": sysconfig.get_config_var("OPT"),
        "commit": _commit(),
    }


def by_operation(
    results: Sequence[Result],
) -> dict[Operation, dict[int, dict[str, Result]]]:
    """The results by operation, size and contender, in the order of the list."""
    rows: dict[Operation, dict[int, dict[str, Result]]] = {}
    for result in results:
        sizes = rows.setdefault(result.operation, {})
        sizes.setdefault(result.size, {})[result.contender] = result
    return rows


def _cell(row: dict[str, Result], name: str) -> str:
    result = row.get(name)
    if result is None:
        return "-"
    value, unit = scaled(result.median, result.operation.unit)
    cost = f"{_three_digits(value)} {unit}"
    if name == BASELINE or BASELINE not in row:
        return cost
    ratio = result.median / row[BASELINE].median
    return f"{cost} {_three_digits(ratio):>6}x"


def scaled(value: float, unit: str) -> tuple[float, str]:
    """The value in the largest unit of which it is at least one, and that unit."""
    return next(
        (value / scale, name)
        for scale, name in _UNITS[unit]
        if value >= scale or scale == 1
    )


def _three_digits(value: float) -> str:
    decimals = 0 if value >= 99.5 else 1 if value >= 9.95 else 2
    return f"{value:,.{decimals}f}" if value >= 0.095 else f"{value:.2g}"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if "model name" in line)
    return next(models, platform.processor() or platform.machine())


def _commit() -> str | None:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(
            command,
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
