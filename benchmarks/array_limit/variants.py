# SPDX-License-Identifier: Apache-2.0
"""The builds that are compared: one tree, three limits of the array map."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What a build reads, and what an earlier build may have left among it.
_INPUTS = (
    *("Package.swift", "setup.py", "pyproject.toml", "README.md", "LICENSE"),
    *("Sources", "python"),
)
_LEFT_OVER = shutil.ignore_patterns("*.so", "*.egg-info", "__pycache__", ".*_cache")

# Lines of a failed build that say why it failed.
_COMPLAINT_LINES = 20


class BuildError(Exception):
    """A variant cannot be built; the message ends with what the build said."""


@dataclass(frozen=True)
class Variant:
    """A build in which maps of up to `limit` entries are arrays.

    The conditions are in `Sources/HamtCore/Node/Node.swift`.
    """

    limit: int
    condition: str | None = None

    @property
    def name(self) -> str:
        return f"limit {self.limit}" if self.limit else "HAMT only"

    def kind(self, size: int) -> str:
        """What `stats().kind` is to say of a map built with so many entries."""
        return "array" if size <= self.limit else "hamt"

    def build(self, tree: Path, directory: Path) -> Path:
        """Build a copy of the tree; return where in the directory it is installed.

        Raises BuildError.
        """
        source = directory / f"source-{self.limit}"
        site = directory / f"site-{self.limit}"
        shutil.copytree(tree, source)
        flags = [os.environ.get("PYHAMT_SWIFT_FLAGS", "")]
        flags += [f"-Xswiftc -D{self.condition}"] if self.condition else []
        command = [sys.executable, "-m", "pip", "install", "--no-deps"]
        done = subprocess.run(
            [*command, "--target", str(site), str(source)],
            env={
                **os.environ,
                "PYHAMT_SWIFT_FLAGS": " ".join(flags).strip(),
                # SwiftPM leaves its locks there.
                "TMPDIR": str(directory),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode or not any(site.glob("pyhamt/_hamt*.so")):
            said = "\n".join(done.stdout.splitlines()[-_COMPLAINT_LINES:])
            raise BuildError(f"{self.name} was not built:\n{said}")
        shutil.rmtree(source)
        return site


def copy_tree(directory: Path) -> Path:
    """Copy what a build reads, so that all variants are of one state of this tree."""
    tree = directory / "tree"
    tree.mkdir()
    for name in _INPUTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=_LEFT_OVER)
        else:
            shutil.copy2(ROOT / name, tree / name)
    return tree


HAMT_ONLY = Variant(0, "HAMT_ARRAY_LIMIT_0")
CHOSEN = Variant(8)
DOUBLE = Variant(16, "HAMT_ARRAY_LIMIT_16")
VARIANTS = (HAMT_ONLY, CHOSEN, DOUBLE)
