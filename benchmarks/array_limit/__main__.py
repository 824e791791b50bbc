# SPDX-License-Identifier: Apache-2.0
"""The command line: builds, measures in turn, writes JSON and the chart, prints tables.

Exit status: 0; 1 if a build fails, is not what it should be or answers wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.array_limit.figures import (
    SIZES,
    Figures,
    WrongVariantError,
    take_turns,
)
from benchmarks.array_limit.picture import picture
from benchmarks.array_limit.table import tables
from benchmarks.array_limit.variants import (
    ROOT,
    VARIANTS,
    BuildError,
    copy_tree,
)
from benchmarks.machine import machine

_RESULTS = ROOT / "benchmarks" / "results"
_CHART = ROOT / "docs" / "design" / "array-limit.svg"

# Less than three minutes after the builds. Many short rounds: what disturbs the machine
# for seconds is then in few of them, and the shapes of many tries are. With seven of
# seven seconds, on a machine with other work, ratios were known to a tenth at best.
_ROUNDS, _BUDGET_S = 25, 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        written = _read(options.read) if options.read else _measured(options)
    except (BuildError, WrongVariantError, OSError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    figures = Figures.from_json(written)
    print(*tables(figures), "", sep="\n")
    options.chart.parent.mkdir(parents=True, exist_ok=True)
    options.chart.write_text(picture(figures, _about(written)), encoding="utf-8")
    print(f"written: {options.chart}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.array_limit",
        description="Measure small maps with other limits of the array map.",
    )
    parser.add_argument(
        "--rounds", type=_positive, default=_ROUNDS, help="processes of each build"
    )
    parser.add_argument(
        "--budget", type=float, default=_BUDGET_S, help="seconds for each process"
    )
    parser.add_argument("--output-dir", type=Path, default=_RESULTS)
    parser.add_argument("--name", default="array-limit", help="of the JSON written")
    parser.add_argument("--chart", type=Path, default=_CHART, metavar="PATH")
    parser.add_argument(
        "--read", type=Path, metavar="PATH", help="show an earlier run, from its JSON"
    )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive integer")
    return int(text)


def _read(path: Path) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return written


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    """Build and measure; what is written to the JSON."""
    options.output_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="array-limit-") as scratch:
        tree, sites = copy_tree(Path(scratch)), {}
        for variant in VARIANTS:
            print(f"building: {variant.name}", flush=True)
            sites[variant] = variant.build(tree, Path(scratch))
        figures = take_turns(sites, options.rounds, SIZES, options.budget)
    about = machine() | {"extension": None, "hash_seed": "that of the round"}
    written = {
        "title": "small maps, by the limit of the array",
        "rounds": options.rounds,
        "budget_s": options.budget,
        "machine": about,
        **figures.as_json(),
    }
    path = options.output_dir / f"{options.name}.json"
    path.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    print(f"written: {path}")
    return written


def _about(written: dict[str, Any]) -> str:
    about = written["machine"]
    return (
        f"Medians of {written['rounds']} rounds, the loop of the benchmark included; "
        f"lower is better. {about['python']}, {about['cpu']}"
    )


if __name__ == "__main__":
    sys.exit(main())
