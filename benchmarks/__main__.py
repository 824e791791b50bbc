# SPDX-License-Identifier: Apache-2.0
"""The command line: reads the options, runs the benchmark, writes the report.

Exit status: 0; 1 if an answer was wrong or pyhamt cannot be imported; 2 if the options
or the data will not do.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import datasets
from benchmarks.contenders import CONTENDERS, SUBJECT, Contender
from benchmarks.datasets import Dataset, DatasetError
from benchmarks.operations import OPERATIONS, Operation
from benchmarks.report import machine, table, write_csv, write_json
from benchmarks.run import Outcome, run

_SIZES = (1, 4, 8, 16, 32, 100, 1_000, 10_000, 100_000)
BUDGET_S, QUICK_BUDGET_S = 100, 8

# Among the sizes of the command line: the full input.
_FULL = 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    obstacles = {each.name: each.obstacle() for each in CONTENDERS}
    if obstacles[SUBJECT]:
        parser.exit(1, f"{parser.prog}: {obstacles[SUBJECT]}\n")
    contenders = [each for each in CONTENDERS if not obstacles[each.name]]
    try:
        options.output_dir.mkdir(parents=True, exist_ok=True)
        dataset = _dataset(options)
    except (DatasetError, OSError) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")

    sizes = [size or dataset.full for size in options.sizes]
    budget_s = QUICK_BUDGET_S if options.quick else BUDGET_S
    outcome = run(dataset, contenders, options.operations, sizes, budget_s * 10**9)
    outcome.left_out.extend(filter(None, obstacles.values()))

    print(*table(dataset, contenders, outcome), "", sep="\n")
    base = options.output_dir / (options.name or dataset.name)
    for path in _write(base, dataset, contenders, outcome):
        print(f"written: {path}")
    return 1 if outcome.wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Time pyhamt beside dict, contextvars and immutables.",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--input",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="text files, also .gz: words, one document or one key per line",
    )
    source.add_argument(
        "--dataset",
        choices=[*datasets.READ, *datasets.MAKE],
        default="identifiers",
        help="identifiers of the standard library (default), the machine's word list, "
        "or made integers",
    )
    parser.add_argument(
        "--sizes",
        type=_sizes,
        default=[*_SIZES, _FULL],
        help=f"such as 1,100,full; the default is {','.join(map(str, _SIZES))},full",
    )
    parser.add_argument(
        "--operations",
        type=_operations,
        default=OPERATIONS,
        help=f"some of {','.join(each.name for each in OPERATIONS)}",
    )
    parser.add_argument("--seed", type=int, default=1, help="of what is random")
    parser.add_argument(
        "--quick", action="store_true", help="seconds instead of minutes, more noise"
    )
    parser.add_argument(
        "--output-dir", type=Path, default=Path(__file__).parent / "results"
    )
    parser.add_argument(
        "--name", type=_name, help="of the files written; the default is the data set's"
    )
    return parser


def _sizes(text: str) -> list[int]:
    sizes = []
    for part in text.split(","):
        if part == "full":
            sizes.append(_FULL)
        elif part.isdecimal() and int(part) > 0:
            sizes.append(int(part))
        else:
            raise argparse.ArgumentTypeError(
                f"{part!r} is no size: a positive integer or full"
            )
    return sizes


def _operations(text: str) -> list[Operation]:
    known = {each.name: each for each in OPERATIONS}
    chosen = text.split(",")
    for name in chosen:
        if name not in known:
            raise argparse.ArgumentTypeError(
                f"no operation {name!r}; there are {', '.join(known)}"
            )
    return [each for each in OPERATIONS if each.name in chosen]


def _name(text: str) -> str:
    if Path(text).name != text:
        raise argparse.ArgumentTypeError(f"{text!r} is no file name")
    return text


def _dataset(options: argparse.Namespace) -> Dataset:
    if options.input:
        return datasets.read_files(options.input, options.seed)
    if read := datasets.READ.get(options.dataset):
        return read(options.seed)
    # The full input of a made set is its largest map.
    count = max(options.sizes) or max(_SIZES)
    return datasets.MAKE[options.dataset](count, options.seed)


def _write(
    base: Path, dataset: Dataset, contenders: Sequence[Contender], outcome: Outcome
) -> Iterator[Path]:
    """Write the files of the report and yield their paths."""

    def path(suffix: str) -> Path:
        return base.with_name(base.name + suffix)

    write_csv(path(".csv"), outcome.results)
    yield path(".csv")
    write_json(path(".json"), dataset, contenders, outcome)
    yield path(".json")
    results = [each for each in outcome.results if not each.operation.whole_text]
    if not results:
        return
    try:
        from benchmarks import chart
    except ImportError as error:
        print(f"no chart: {error}")
        return
    names = [each.name for each in contenders]
    about = machine()
    title = "What a mapping costs, by its number of entries"
    subtitle = f"{dataset}. Medians; lower is better. {about['python']}, {about['cpu']}"
    chart.draw([path(".png"), path(".svg")], title, subtitle, names, results)
    yield path(".png")
    yield path(".svg")


if __name__ == "__main__":
    sys.exit(main())
