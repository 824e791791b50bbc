# SPDX-License-Identifier: Apache-2.0
"""Build the one wheel for every CPython with a GIL, or faster ones for a version each.

    python tools/wheel.py [NAME ...]

Without a name it is the wheel for all. A name is that of an interpreter, as
interpreters.py knows it: 3.11, or 3.13t. auditwheel says which systems a wheel suits.
Each goes into dist in the place of an earlier one, and its path is printed. Needs the
Swift toolchain on PATH, and what wheel-requirements.txt lists.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import interpreters
from interpreters import MissingError

ROOT = Path(__file__).resolve().parents[1]

# Whose headers the wheel for all versions is compiled with: the first that is there.
# Those of 3.12 and later do not count None, which would free it on 3.10 and 3.11.
HEADERS = ("3.10", "3.11")


def build(directory: Path, *, python: str, limited_api: bool) -> Path:
    """Build a wheel into the directory: for all versions, or for that of *python*.

    What is compiled on the way stays in .build. What is packed does not stay in build,
    where setuptools would find files that are gone from the sources.
    """
    with TemporaryDirectory() as scratch:
        settings = Path(scratch, "build.cfg")
        settings.write_text(f"[build]\nbuild_base = {scratch}/build\n")
        command = [python, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        subprocess.run(
            [*command, f"--wheel-dir={scratch}", str(ROOT)],
            env={
                **os.environ,
                "DIST_EXTRA_CONFIG": str(settings),
                "PYHAMT_LIMITED_API": str(int(limited_api)),
            },
            check=True,
        )
        return moved(Path(scratch), directory)


def repair(wheel: Path, directory: Path) -> Path:
    """Write the wheel into the directory, under the tag of the systems that it suits.

    Nothing in it is changed, and the extension must need nothing beyond the C library:
    without a patcher, auditwheel fails where it would have to copy a library in.
    """
    with TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "auditwheel", "repair", "--patcher=none"]
        subprocess.run([*command, f"--wheel-dir={scratch}", str(wheel)], check=True)
        return moved(Path(scratch), directory)


def moved(scratch: Path, directory: Path) -> Path:
    """The one wheel of the scratch directory, in the other directory."""
    (wheel,) = scratch.glob("*.whl")
    directory.mkdir(parents=True, exist_ok=True)
    return Path(shutil.move(wheel, directory / wheel.name))


def main() -> None:
    """Leave the wheels in dist."""
    dist = ROOT / "dist"
    for name in sys.argv[1:] or [""]:
        python = interpreter_outside_a_root(name) if name else early_interpreter()
        with TemporaryDirectory() as scratch:
            built = build(Path(scratch), python=python, limited_api=name == "")
            same = built.name.rpartition("-")[0]
            for earlier in dist.glob(f"{same}-*.whl"):
                earlier.unlink()
            print(repair(built, dist))


def interpreter_outside_a_root(name: str) -> str:
    """The path of the interpreter of the name; a root has no Swift."""
    found = interpreters.interpreter(name)
    if found.root is not None:
        raise MissingError(f"{found} has no Swift to build with")
    return found.python


def early_interpreter() -> str:
    """The path of the interpreter whose headers the wheel for all versions needs."""
    for name in HEADERS:
        try:
            return interpreter_outside_a_root(name)
        except MissingError:
            continue
    raise MissingError(f"it takes the headers of Python {' or '.join(HEADERS)}")


if __name__ == "__main__":
    try:
        main()
    except MissingError as reason:
        sys.exit(f"no wheel: {reason}")
