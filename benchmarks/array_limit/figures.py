# SPDX-License-Identifier: Apache-2.0
"""The figures: one process measures one variant, and the variants take turns.

Within a process all runs share an address layout, and the hashes of str, on which the
shape of a small trie depends. So each round has its own seed, which is that of the keys
and of the hashes, and which the processes of all variants have. A row's figure is the
median over the rounds, and variants are compared round by round.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.array_limit.variants import ROOT, VARIANTS, Variant
from benchmarks.compare import Change
from benchmarks.contenders import CONTENDERS, SUBJECT
from benchmarks.dataset import Dataset
from benchmarks.datasets import DATASETS
from benchmarks.operations import OPERATIONS
from benchmarks.plan import Part, cases
from benchmarks.progress import Progress
from benchmarks.results import sentences
from benchmarks.run import run

SIZES = tuple(range(1, 17))
KEYS = ("str", "int", "tuple")

# The titles of the rows. `lookup_equal` is `lookup_hit` with keys that are equal to the
# stored ones and other objects; small ints have no such keys.
TITLES = {
    "build": "build from a dict",
    "set_existing": "set an existing key",
    "set_new": "set a new key",
    "delete": "delete a key",
    "lookup_hit": "look up the very key",
    "lookup_equal": "look up an equal key",
    "iterate_items": "iterate over the items",
}
_LOOKUP, _EQUAL, _TWIN = "lookup_hit", "lookup_equal", "_twin"
_WITH_TWINS = ("str", "tuple")

# Rows by name, such as "build/str/8", with their medians in ns.
Medians = dict[str, float]


class WrongVariantError(Exception):
    """A process has another build than it should, or one that answers wrong."""


def row(operation: str, keys: str, size: int) -> str:
    return f"{operation}/{keys}/{size}"


def measure(variant: Variant, sizes: Sequence[int], budget_s: float) -> Medians:
    """The rows of the pyhamt that this process imports, which is to be the variant.

    Raises WrongVariantError if it is not, or if an answer is wrong.
    """
    seed = int(os.environ.get("PYTHONHASHSEED", "0").replace("random", "0"))
    datasets = dict(_datasets(max(sizes), seed))
    for name, dataset in datasets.items():
        for size in sizes:
            _check_kind(variant, name, dataset, size)
    every = [each for each in OPERATIONS if each.name in TITLES]
    lookup = [each for each in every if each.name == _LOOKUP]
    twins = [f"{name}{_TWIN}" for name in _WITH_TWINS]
    parts = [Part(KEYS, every, sizes), Part(twins, lookup, sizes)]
    subject = [each for each in CONTENDERS if each.name == SUBJECT]
    outcome = run(datasets, subject, cases(parts, datasets), round(budget_s * 10**9))
    if outcome.failed or outcome.left_out:
        wrong = [*sentences(outcome.failed), *outcome.left_out]
        raise WrongVariantError(f"{variant.name}: {'; '.join(wrong)}")
    medians = {}
    for result in outcome.results:
        operation, keys = result.operation.name, result.dataset
        if keys.endswith(_TWIN):
            operation, keys = _EQUAL, keys.removesuffix(_TWIN)
        medians[row(operation, keys, result.size)] = result.median
    return medians


def _datasets(count: int, seed: int) -> Iterator[tuple[str, Dataset]]:
    """Keys that are looked up by the very objects, and by their twins."""
    for name in KEYS:
        made = DATASETS[name](count, seed)
        yield name, replace(made, name=name, twins=False)
        if name in _WITH_TWINS:
            twin = f"{name}{_TWIN}"
            yield twin, replace(made, name=twin, twins=True)


def _check_kind(variant: Variant, name: str, dataset: Dataset, size: int) -> None:
    from pyhamt import PersistentMap

    found = PersistentMap(dict.fromkeys(dataset.keys[:size])).stats().kind
    if found != variant.kind(size):
        raise WrongVariantError(
            f"{variant.name}: {size} entries of {name} are of the kind {found}"
        )


@dataclass(frozen=True)
class Figures:
    """For each limit, the rows of each round."""

    rounds: Mapping[int, Sequence[Medians]]

    def cost(self, variant: Variant, name: str) -> float | None:
        """The ns of a row; None if it was not measured."""
        samples = [each[name] for each in self.rounds[variant.limit] if name in each]
        return median(samples) if samples else None

    def change(self, base: Variant, head: Variant, name: str) -> Change | None:
        """A row of *head* by that of *base*, round by round."""
        both = zip(self.rounds[base.limit], self.rounds[head.limit], strict=True)
        ratios = [b[name] / a[name] for a, b in both if name in a and name in b]
        return Change(name, [1.0] * len(ratios), ratios) if ratios else None

    def as_json(self) -> dict[str, Any]:
        """The least, the median and the greatest of each row, and all rounds."""
        return {
            "results": [
                {
                    "name": f"{name}/{variant.name}",
                    "unit": "ns",
                    "min": min(samples),
                    "median": median(samples),
                    "max": max(samples),
                    "rounds": samples,
                }
                for variant in VARIANTS
                for name in self.rounds[variant.limit][0]
                for samples in [[each[name] for each in self.rounds[variant.limit]]]
            ]
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Figures:
        limits = {variant.name: variant.limit for variant in VARIANTS}
        rounds: dict[int, list[Medians]] = {limit: [] for limit in limits.values()}
        for result in written["results"]:
            name, _, variant = result["name"].rpartition("/")
            found = rounds[limits[variant]]
            for i, cost in enumerate(result["rounds"]):
                if i == len(found):
                    found.append({})
                found[i][name] = cost
        return cls(rounds)


def take_turns(
    sites: Mapping[Variant, Path], rounds: int, sizes: Sequence[int], budget_s: float
) -> Figures:
    """Measure all variants in turn; another one begins each round."""
    found: dict[int, list[Medians]] = {variant.limit: [] for variant in sites}
    order = list(sites)
    with Progress(rounds * len(sites)) as progress:
        for done in range(rounds):
            first = done % len(order)
            for variant in order[first:] + order[:first]:
                progress.step(f"{variant.name}, process {done + 1} of {rounds}")
                medians = _measured_apart(
                    sites[variant], variant, sizes, budget_s, done
                )
                found[variant.limit].append(medians)
    return Figures(found)


def _measured_apart(
    site: Path, variant: Variant, sizes: Sequence[int], budget_s: float, seed: int
) -> Medians:
    """What `measure` says in a new process, of the pyhamt that lies in *site*.

    Raises WrongVariantError with the last thing that the process said, if it fails.
    """
    paths = [str(site), *filter(None, [os.environ.get("PYTHONPATH")])]
    question = {"limit": variant.limit, "sizes": [*sizes], "budget_s": budget_s}
    done = subprocess.run(
        [sys.executable, "-m", __name__, json.dumps(question)],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONHASHSEED": str(seed),
        },
        capture_output=True,
        text=True,
    )
    if done.returncode:
        complaint = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
        raise WrongVariantError(complaint[-1])
    medians: Medians = json.loads(done.stdout)
    return medians


def main(argument: str) -> None:
    question = json.loads(argument)
    [variant] = [each for each in VARIANTS if each.limit == question["limit"]]
    print(json.dumps(measure(variant, question["sizes"], question["budget_s"])))


if __name__ == "__main__":
    main(sys.argv[1])
