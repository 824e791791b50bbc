# SPDX-License-Identifier: Apache-2.0
"""The command line: reads the options, runs the benchmark, writes the report.

Exit status: 0; 1 if an answer of pyhamt was wrong or it cannot be imported; 2 if the
options or the data will not do.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.contenders import CONTENDERS, SUBJECT
from benchmarks.dataset import Dataset, DatasetError
from benchmarks.datasets import DATASETS
from benchmarks.operations import OPERATIONS
from benchmarks.page import write_page
from benchmarks.plan import FULL, INPUT, PLANS, Plan, cases, largest, look
from benchmarks.report import Report, summary, table, write_csv, write_json
from benchmarks.run import run
from benchmarks.texts import FORMS, read_files


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.suite and options.dataset:
        parser.error("a suite has its own data sets: --dataset is not for it")
    obstacles = {each.name: each.obstacle() for each in CONTENDERS}
    if obstacles[SUBJECT]:
        parser.exit(1, f"{parser.prog}: {obstacles[SUBJECT]}\n")

    plan = _plan(options)
    wanted = largest(plan.parts)
    try:
        options.output_dir.mkdir(parents=True, exist_ok=True)
        datasets, left_out = _datasets(options, wanted)
    except (DatasetError, OSError) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    left_out.extend(
        f"maps of {wanted[name]:,} entries: {name} has {len(each.keys):,} distinct keys"
        for name, each in datasets.items()
        if len(each.keys) < wanted[name]
    )
    named = [each for each in CONTENDERS if each.name in plan.contenders]
    left_out.extend(filter(None, (obstacles[each.name] for each in named)))

    contenders = [each for each in named if not obstacles[each.name]]
    budget_ns = round(plan.budget_s * 10**9)
    outcome = run(datasets, contenders, cases(plan.parts, datasets), budget_ns)
    outcome.left_out.extend(left_out)
    report = Report(plan.title, plan.budget_s, datasets, contenders, outcome)
    print(*(summary if options.suite else table)(report), "", sep="\n")
    base = options.output_dir / (options.name or options.suite or next(iter(datasets)))
    for path in _write(base, report):
        print(f"written: {path}")
    return 1 if outcome.failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Time pyhamt beside the other mappings of Python.",
    )
    parser.add_argument(
        "--suite",
        choices=PLANS,
        help="all kinds of keys and all contenders: "
        + "; ".join(f"{plan.name}, {plan.title}" for plan in PLANS.values()),
    )
    parser.add_argument(
        "--dataset",
        choices=DATASETS,
        help="the keys of a look without --suite; the default is identifiers",
    )
    parser.add_argument(
        "--input",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="files, also .gz, in place of the data set, or beside those of the suite",
    )
    parser.add_argument(
        "--form",
        choices=FORMS,
        default="words",
        help="what is a key in the files: each word (default), each line, or the first "
        "part of a line, up to a tab, =, : or comma, of which the rest is the value",
    )
    parser.add_argument(
        "--sizes", type=_sizes, help="such as 1,100,full; the default is the plan's"
    )
    for option, known in (("operations", OPERATIONS), ("contenders", CONTENDERS)):
        names = [each.name for each in known]
        parser.add_argument(
            f"--{option}",
            type=_some(option, names),
            help=f"all, or some of {', '.join(names)}; the default is the plan's",
        )
    parser.add_argument("--seed", type=int, default=1, help="of what is random")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a look in seconds instead of minutes, with more noise",
    )
    parser.add_argument(
        "--budget", type=float, metavar="SECONDS", help="how long to take, about"
    )
    parser.add_argument(
        "--output-dir", type=Path, default=Path(__file__).parent / "results"
    )
    parser.add_argument(
        "--name",
        type=_name,
        help="of the files written; the default is the suite's or the data set's",
    )
    return parser


def _sizes(text: str) -> list[int]:
    sizes = []
    for part in text.split(","):
        if part == "full":
            sizes.append(FULL)
        elif part.isdecimal() and int(part) > 0:
            sizes.append(int(part))
        else:
            raise argparse.ArgumentTypeError(
                f"{part!r} is no size: a positive integer or full"
            )
    return sizes


class _some:  # noqa: N801, it is used as a function
    """Reads names, separated by commas; "all" is all of them."""

    def __init__(self, option: str, known: Sequence[str]) -> None:
        self._option = option
        self._known = known

    def __call__(self, text: str) -> list[str]:
        chosen = self._known if text == "all" else text.split(",")
        for name in chosen:
            if name not in self._known:
                known = ", ".join(self._known)
                raise argparse.ArgumentTypeError(
                    f"{name!r} is none of the {self._option}: {known}"
                )
        return list(chosen)


def _name(text: str) -> str:
    if Path(text).name != text:
        raise argparse.ArgumentTypeError(f"{text!r} is no file name")
    return text


def _plan(options: argparse.Namespace) -> Plan:
    """The plan that the options name, cut down to what they name."""
    if options.suite:
        plan = PLANS[options.suite]
        if options.input:
            plan = plan.joined(INPUT)
    else:
        name = INPUT if options.input else options.dataset or "identifiers"
        plan = look(name, options.quick)
    return plan.restricted(
        options.sizes, options.operations, options.contenders, options.budget
    )


def _datasets(
    options: argparse.Namespace, wanted: Mapping[str, int]
) -> tuple[dict[str, Dataset], list[str]]:
    """The data sets, and which of a suite cannot be had."""
    datasets, absent = {}, []
    for name, size in wanted.items():
        try:
            if name == INPUT:
                datasets[name] = read_files(options.input, options.seed, options.form)
            else:
                datasets[name] = DATASETS[name](size, options.seed)
        except DatasetError as error:
            if name == INPUT or not options.suite:
                raise
            absent.append(f"{name}: {error}")
    return datasets, absent


def _write(base: Path, report: Report) -> Iterator[Path]:
    """Write the files of the report and yield their paths."""

    def path(suffix: str) -> Path:
        return base.with_name(base.name + suffix)

    write_csv(path(".csv"), report)
    yield path(".csv")
    write_json(path(".json"), report)
    yield path(".json")
    write_page(path(".html"), report)
    yield path(".html")
    try:
        from benchmarks import chart
    except ImportError as error:
        print(f"no chart: {error}")
        return
    for dataset in chart.drawable(report):
        part = f"-{dataset}" if len(report.datasets) > 1 else ""
        paths = [path(f"{part}.png"), path(f"{part}.svg")]
        chart.draw(paths, report, dataset)
        yield from paths


if __name__ == "__main__":
    sys.exit(main())
