# SPDX-License-Identifier: Apache-2.0
"""Runs the program under callgrind and reads what it counted.

A profile lists, for each function of each object file, its instructions by line, and
what its calls cost. Only the former are added up, and only for the extension: what its
functions execute themselves, the inlined code of the headers of CPython included.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]

_EXTENSION = re.compile(r"_hamt\..*so")


class CountingError(Exception):
    """The program could not be run or its profiles do not fit it."""


def count() -> dict[str, float]:
    """Instructions per operation for each row of the program."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise CountingError("there is no valgrind on PATH (valgrind on Debian)")
    with tempfile.TemporaryDirectory() as directory:
        profile = Path(directory, "profile")
        command = [
            valgrind,
            "--quiet",
            "--tool=callgrind",
            f"--callgrind-out-file={profile}",
            "--dump-before=getppid",
            # Names in full and lines as they are.
            "--compress-strings=no",
            "--compress-pos=no",
            sys.executable,
            "-m",
            "benchmarks.instructions.program",
        ]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=_environment(),
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise CountingError(f"the program stopped:\n{done.stderr}")
        return per_operation(json.loads(done.stdout), profile)


def _environment() -> dict[str, str]:
    """A fixed hash seed, and what it takes to find things.

    Each further variable would move what lies in memory behind it.
    """
    kept = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")
    found = {name: os.environ[name] for name in kept if name in os.environ}
    return {**found, "PYTHONHASHSEED": "0"}


def per_operation(rows: Iterable[tuple[str, int]], profile: Path) -> dict[str, float]:
    """What the profiles beside `profile` say of the rows, which are (name, count).

    Of the two marks of a row, the first ends the profile of what came before it.
    """
    counted = {}
    for number, (name, operations) in enumerate(rows, 1):
        path = profile.with_name(f"{profile.name}.{2 * number}")
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                instructions = own_instructions(file)
        except OSError as error:
            raise CountingError(f"no profile of {name}: {error}") from None
        if instructions == 0:
            raise CountingError(f"{name} never enters the extension")
        counted[name] = round(instructions / operations, 2)
    return counted


def own_instructions(profile: Iterable[str]) -> int:
    """The instructions that the extension's functions execute themselves."""
    total = 0
    inside = after_call = False
    for line in profile:
        if line.startswith("ob="):
            name = PurePosixPath(line.removeprefix("ob=").strip()).name
            inside = _EXTENSION.fullmatch(name) is not None
        elif line.startswith("calls="):
            after_call = True
        elif line[:1].isdigit():
            # The line after a call has what the callee costs.
            if inside and not after_call:
                total += int(line.split()[1])
            after_call = False
    return total
