# SPDX-License-Identifier: Apache-2.0
"""The command line: counts, compares with the baseline, or renews it.

Exit status: 0; 1 if a row grew by more than 5% or the rows are not those of the
baseline; 2 if nothing could be counted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.instructions import baseline, callgrind


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.instructions",
        description="Count the extension's instructions per operation.",
    )
    parser.add_argument(
        "--renew", action="store_true", help="make the figures the baseline"
    )
    parser.add_argument("--baseline", type=Path, default=baseline.PATH, metavar="PATH")
    options = parser.parse_args(arguments)

    name = baseline.platform_name()
    try:
        now = callgrind.count()
    except callgrind.CountingError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    before = baseline.read(options.baseline).get(name, {})
    rows = list(baseline.compare(before, now))
    print(f"{'instructions per operation':<32}{'baseline':>14}{'now':>14}{'change':>9}")
    print(*rows, sep="\n")
    print()
    if options.renew:
        baseline.renew(options.baseline, name, now)
        print(f"instructions: the baseline of {name} is renewed")
        return 0
    if not before:
        print(f"instructions: no baseline for {name}; nothing is compared")
        return 0
    failures = [row for row in rows if row.failure]
    for row in failures:
        print(f"{row.name} {row.failure}")
    if failures:
        rows_fail = "row fails" if len(failures) == 1 else "rows fail"
        print(f"instructions: {len(failures)} {rows_fail}; --renew accepts the figures")
        return 1
    shrunk = sum(row.growth < -baseline.LIMIT for row in rows)
    if shrunk:
        rows_shrank = "row shrank" if shrunk == 1 else "rows shrank"
        print(f"{shrunk} {rows_shrank} by more than 5%; --renew keeps the gain")
    print("instructions: no row grew by more than 5%")
    return 0


if __name__ == "__main__":
    sys.exit(main())
