# SPDX-License-Identifier: Apache-2.0
"""The committed figures, and what may become of them.

`baseline.json` has a table for each *platform*: processor, minor version of CPython and
version of Swift, on which the machine code depends. A platform without a table has
nothing to be compared with.
"""

from __future__ import annotations

import json
import platform
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).with_name("baseline.json")

# How much a row may grow, as a share of its baseline.
LIMIT = 0.05

Table = Mapping[str, float]


@dataclass(frozen=True)
class Row:
    """A row with its figure in the baseline and the one counted now, if any."""

    name: str
    before: float | None
    now: float | None

    @property
    def growth(self) -> float:
        """The change as a share of the baseline; zero if one figure is missing."""
        if self.before is None or self.now is None:
            return 0
        return self.now / self.before - 1

    @property
    def failure(self) -> str | None:
        """Why the comparison fails for this row, if it does."""
        if self.now is None:
            return "is in the baseline and was not counted"
        if self.before is None:
            return "is not in the baseline"
        if self.now > self.before * (1 + LIMIT):
            return f"grew by {self.growth:.1%}"
        return None

    def __str__(self) -> str:
        figures = "".join(
            f"{'-' if figure is None else f'{figure:,.2f}':>14}"
            for figure in (self.before, self.now)
        )
        known = self.before is not None and self.now is not None
        change = f"{self.growth:+.1%}" if known else "-"
        return f"{self.name:<32}{figures}{change:>9}"


def compare(before: Table, now: Table) -> Iterator[Row]:
    """Every row of either table, those of the count first."""
    for name in [*now, *(name for name in before if name not in now)]:
        yield Row(name, before.get(name), now.get(name))


def platform_name() -> str:
    """The platform of this process and of the Swift on PATH."""
    try:
        done = subprocess.run(["swift", "--version"], capture_output=True, text=True)
        version = re.search(r"Swift version (\S+)", done.stdout)
    except OSError:
        version = None
    swift = version[1] if version else "of unknown version"
    major, minor, _ = platform.python_version_tuple()
    implementation = platform.python_implementation()
    return f"{platform.machine()}, {implementation} {major}.{minor}, Swift {swift}"


def read(path: Path) -> dict[str, dict[str, float]]:
    """The tables by platform; none if there is no file yet."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    tables: dict[str, dict[str, float]] = json.loads(text)
    return tables


def renew(path: Path, name: str, table: Table) -> None:
    """Put a table in the place of the one for its platform; keep the others."""
    tables = {**read(path), name: dict(table)}
    text = json.dumps(dict(sorted(tables.items())), indent=1)
    path.write_text(text + "\n", encoding="utf-8")
