# SPDX-License-Identifier: Apache-2.0
"""docs/performance.md, from the JSON of a run of the full suite.

    python -m benchmarks.document benchmarks/results/full.json > docs/performance.md

All figures of the page are the run's; the sentences around them name none.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.contenders import BASELINE, RIVAL, SUBJECT
from benchmarks.operations import OPERATIONS
from benchmarks.units import quantity, three_digits

_SIZES = (8, 1_000, 100_000)
_DATASET = "str"
_RIVALS = ("rpds-py", "pyrsistent", "pypersistent", "frozendict")
_CHIEF = (
    "lookup_hit",
    "get_hit",
    "set_new",
    "set_existing",
    "delete",
    "build",
    "iterate_items",
    "equal",
    "one_change_away",
    "merge_half",
    "merge_1",
    "merge3_1",
    "diff_1",
    "hash_1",
    "pickle",
    "unpickle",
    "keep_100_versions",
    "bytes_per_entry",
)

_HEAD = """# Performance

Written by `python -m benchmarks.document` from one run of `make bench`, in which the
contenders of a case took turns and every answer was checked.

{python} on {cpu}, {kernel}, commit {commit}.

Ratios are of pyhamt's median by another's; below 1 pyhamt is ahead. The machine is
shared, so figures within a tenth of each other count as equal. What a ratio does not
say: keys come in random order and are other objects than the stored ones, results are
dropped at once, and no figure includes the objects that are stored.

## Against dict and other persistent maps

Keys are strings. A dict is copied before it is set or deleted from, so that the old
version stays; a rival without an operation is given what its users would write.

"""

_TARGETS = """
## Targets

What pyhamt means to reach (`benchmarks/targets.py`), the worst case that was measured,
and how many of the cases hold. [Targets that are missed](design/targets.md) says what
bounds those, and what was tried.

| target | limit | worst | at | holds |
|---|---|---|---|---|
"""


def document(run: dict[str, Any]) -> str:
    """The page for a run."""
    medians = {each["name"]: each["median"] for each in run["results"]}
    wrong = "".join(f"* {sentence}\n" for sentence in run["wrong"])
    return "".join(
        [
            _HEAD.format(**run["machine"]),
            *_chief_rows(medians),
            _TARGETS,
            *_target_rows(run["targets"]),
            f"\n## Wrong answers\n\nLeft out of their rows:\n\n{wrong}"
            if wrong
            else "",
        ]
    )


def _chief_rows(medians: dict[str, float]) -> Iterator[str]:
    names = (BASELINE, RIVAL, *_RIVALS)
    yield f"| | entries | pyhamt | {' | '.join(f'by {name}' for name in names)} |\n"
    yield "|---" * (3 + len(names)) + "|\n"
    for operation in OPERATIONS:
        if operation.name not in _CHIEF:
            continue
        for size in _SIZES:
            case = f"{operation.name}/{_DATASET}/{size}"
            ours = medians.get(f"{case}/{SUBJECT}")
            if ours is None:
                continue
            theirs = [medians.get(f"{case}/{name}") for name in names]
            ratios = [three_digits(ours / cost) if cost else "" for cost in theirs]
            figures = " | ".join([quantity(ours, operation.unit), *ratios])
            yield f"| {operation.title} | {size:,} | {figures} |\n"


def _target_rows(targets: Sequence[dict[str, Any]]) -> Iterator[str]:
    for each in targets:
        text = each["target"].replace("|", "\\|")
        if each["holds"] is None:
            yield f"| {text} | {each['limit']} | | | not measured |\n"
            continue
        held = "all" if each["holds"] else f"{each['held']} of {each['cases']}"
        cells = (text, each["limit"], each["shown"], each["at"], held)
        yield f"| {' | '.join(cells)} |\n"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.document",
        description="Write the page on performance from the JSON of a run.",
    )
    parser.add_argument("run", type=Path, help="such as benchmarks/results/full.json")
    print(document(json.loads(parser.parse_args(arguments).run.read_text())), end="")


if __name__ == "__main__":
    main()
