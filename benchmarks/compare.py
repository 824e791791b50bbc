# SPDX-License-Identifier: Apache-2.0
"""Two commits in one sitting: what became faster or slower, beyond the noise.

    python -m benchmarks.compare BASE

builds the commit BASE into a directory of its own and measures the chief rows of both,
BASE and the pyhamt that is installed, in fresh processes that take turns. Within a
process all runs share an address layout and a mood of the machine, so a row has one
figure for each process, and the noise is what these differ by.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot
from pathlib import Path
from statistics import median

from benchmarks.contenders import CONTENDERS, SUBJECT
from benchmarks.datasets import DATASETS
from benchmarks.operations import OPERATIONS
from benchmarks.plan import Part, cases
from benchmarks.progress import Progress
from benchmarks.run import run
from benchmarks.units import quantity, three_digits

ROOT = Path(__file__).resolve().parents[1]
BUILDS = ROOT / ".build" / "compare"

_DATASETS = ("str", "int")
_SIZES = (8, 1_000, 100_000)
_ROUNDS, _BUDGET_S = 7, 6.0

# A change is more than this share, and more than so many standard errors.
_LEAST_CHANGE, _STANDARD_ERRORS = 0.02, 3

# From the median absolute deviation to the standard deviation, and from that of the
# samples to that of their median, were they from a normal distribution.
_DEVIATION, _OF_MEDIAN = 1.4826, 1.2533

# The median of each row, in ns or in bytes.
Medians = dict[str, float]


@dataclass(frozen=True)
class Change:
    """A row of both commits: the figures of the processes."""

    row: str
    base: Sequence[float]
    head: Sequence[float]

    @property
    def ratio(self) -> float:
        return float(median(self.head) / median(self.base))

    @property
    def noise(self) -> float:
        """The share by which the ratio may be off."""
        errors = [_relative_error(samples) for samples in (self.base, self.head)]
        return _STANDARD_ERRORS * hypot(*errors)

    @property
    def verdict(self) -> str:
        share = self.ratio - 1
        if abs(share) <= max(_LEAST_CHANGE, self.noise):
            return "same"
        return "slower" if share > 0 else "faster"


def _relative_error(samples: Sequence[float]) -> float:
    """The standard error of the median, as a share of it."""
    middle = median(samples)
    deviation = _DEVIATION * median(abs(sample - middle) for sample in samples)
    return float(_OF_MEDIAN * deviation / len(samples) ** 0.5 / middle)


def changes(base: Sequence[Medians], head: Sequence[Medians]) -> list[Change]:
    """The rows that all processes have, those that changed most first."""
    rows = set.intersection(*(set(medians) for medians in (*base, *head)))
    found = [
        Change(row, [each[row] for each in base], [each[row] for each in head])
        for row in rows
    ]
    return sorted(found, key=lambda each: (-abs(each.ratio - 1), each.row))


def measure(budget_s: float) -> Medians:
    """The chief rows of the pyhamt that this process imports."""
    operations = [each for each in OPERATIONS if each.chief and not each.probe]
    parts = [Part(_DATASETS, operations, _SIZES)]
    datasets = {name: DATASETS[name](max(_SIZES), 1) for name in _DATASETS}
    subject = [each for each in CONTENDERS if each.name == SUBJECT]
    outcome = run(datasets, subject, cases(parts, datasets), round(budget_s * 10**9))
    if outcome.failed:
        wrong = ", ".join(sorted({each.operation for each in outcome.failed}))
        print(f"wrong or failing, and left out: {wrong}", file=sys.stderr)
    return {
        result.name.removesuffix(f"/{SUBJECT}"): result.median
        for result in outcome.results
    }


def build(revision: str) -> Path:
    """Build a commit, unless that was done before; return where it is installed."""
    commit = _git("rev-parse", "--verify", f"{revision}^{{commit}}").decode().strip()
    target = BUILDS / f"{commit[:12]}-{sys.implementation.cache_tag}"
    if target.exists():
        return target
    BUILDS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILDS) as scratch:
        source, site = Path(scratch, "source"), Path(scratch, "site")
        source.mkdir()
        subprocess.run(
            ["tar", "-x", "-C", str(source)], input=_git("archive", commit), check=True
        )
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*command, "--target", str(site), str(source)], check=True)
        site.rename(target)
    return target


def _git(*arguments: str) -> bytes:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    return done.stdout


def _measured_apart(site: Path | None, budget_s: float) -> Medians:
    """What `measure` says in a new process, of the pyhamt in the directory if any."""
    paths = [str(site)] if site else []
    paths += filter(None, [os.environ.get("PYTHONPATH")])
    done = subprocess.run(
        [sys.executable, "-m", __spec__.name, "--measure", str(budget_s)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    medians: Medians = json.loads(done.stdout)
    return medians


def report(found: Sequence[Change]) -> Iterator[str]:
    """The lines to print: the rows that changed, and how many did not."""
    units = {each.name: each.unit for each in OPERATIONS}
    moved = [each for each in found if each.verdict != "same"]
    yield f"{'row':<40}{'base':>12}{'head':>12}{'ratio':>8}{'noise':>8}"
    for each in moved:
        unit = units[each.row.split("/")[0]]
        base, head = (quantity(median(side), unit) for side in (each.base, each.head))
        yield (
            f"{each.row:<40}{base:>12}{head:>12}{three_digits(each.ratio):>8}"
            f"{each.noise:>8.1%}  {each.verdict}"
        )
    yield f"{len(found) - len(moved):,} of {len(found):,} rows: no change beyond noise"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("base", nargs="?", metavar="BASE", help="the older commit")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="processes of each")
    parser.add_argument(
        "--budget", type=float, default=_BUDGET_S, help="seconds for each process"
    )
    parser.add_argument("--measure", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure is not None:
        print(json.dumps(measure(options.measure)))
        return 0
    if options.base is None:
        parser.error("which commit is the BASE?")
    try:
        site = build(options.base)
        found = changes(*_take_turns(site, options.rounds, options.budget))
    except (OSError, subprocess.CalledProcessError) as error:
        parser.exit(1, f"{parser.prog}: {error}\n")
    print(f"{options.base} against what is installed, {options.rounds} processes each")
    print(*report(found), sep="\n")
    return 0


def _take_turns(
    site: Path, rounds: int, budget_s: float
) -> tuple[list[Medians], list[Medians]]:
    """The figures of both; the one that goes first goes second the next time."""
    sides: list[tuple[Path | None, list[Medians]]] = [(site, []), (None, [])]
    with Progress(2 * rounds) as progress:
        for done in range(rounds):
            for place, taken in sides if done % 2 == 0 else reversed(sides):
                name = "base" if place else "head"
                progress.step(f"{name}, process {done + 1} of {rounds}")
                taken.append(_measured_apart(place, budget_s))
    return sides[0][1], sides[1][1]


if __name__ == "__main__":
    sys.exit(main())
