# SPDX-License-Identifier: Apache-2.0
"""Fuzz HamtCore: libFuzzer makes up operation strings, `tests/fuzz` runs them.

    python tools/fuzz.py                     ten minutes
    python tools/fuzz.py --seconds 60        less
    python tools/fuzz.py --seconds 60 --keep and renew tests/fuzz/corpus
    python tools/fuzz.py --replay FILE...    run kept programs, or a finding

The core is built as ordinary Swift, optimised across modules, with the address
sanitizer, into .build/fuzz. What a run discovers stays in .build/fuzz/corpus and is
where the next one starts; `--keep` reduces it to the programs that between them reach
all that it reaches.

Exit status: 0; 1 if a program finds a problem, which is left in .build/fuzz; 2 if the
fuzzer cannot be built or the corpus cannot be kept.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import toolchain

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / ".build" / "fuzz"
FUZZER = BUILD / "fuzzer"
FOUND = BUILD / "corpus"
KEPT = ROOT / "tests" / "fuzz" / "corpus"

_FLAGS = (
    *("-O", "-wmo", "-g", "-parse-as-library", "-swift-version", "6"),
    *("-cross-module-optimization", "-sanitize=fuzzer,address"),
)
_MODULE_MAP = 'module CSystem { header "%s" export * }\n'

# Longer programs find nothing that these do not, in more time.
_LONGEST_PROGRAM = 256
# What the repository takes in.
_KEPT_FILES, _KEPT_BYTES = 300, 300_000


class FuzzError(Exception):
    """What could not be done; the message says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        build()
        if options.replay:
            return run(*(str(path.resolve()) for path in options.replay))
        status = fuzz(options.seconds, options.jobs)
        if status == 0 and options.keep:
            keep()
        return status
    except (FuzzError, FileNotFoundError) as error:
        print(f"fuzz: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Fuzz HamtCore.")
    parser.add_argument("--seconds", type=int, default=600, help="how long (600)")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once (1)")
    parser.add_argument("--keep", action="store_true", help="renew the kept corpus")
    parser.add_argument("--replay", nargs="+", type=Path, metavar="FILE")
    return parser


def build() -> None:
    """Build the fuzzer anew. Raises FuzzError."""
    BUILD.mkdir(parents=True, exist_ok=True)
    header = ROOT / "Sources" / "CSystem" / "include" / "csystem.h"
    modules = BUILD / "modules"
    modules.mkdir(exist_ok=True)
    (modules / "module.modulemap").write_text(_MODULE_MAP % header)
    core = BUILD / "HamtCore.o"
    _compile(
        _swift_files("Sources/HamtCore"),
        *("-module-name", "HamtCore", "-emit-module", "-emit-module-path"),
        *(str(modules / "HamtCore.swiftmodule"), "-emit-object", "-o", str(core)),
    )
    _compile(
        _swift_files("tests/fuzz/Sources"),
        *("-module-name", "HamtCoreFuzzer", str(core), "-o", str(FUZZER)),
    )


def _swift_files(directory: str) -> list[str]:
    return sorted(map(str, (ROOT / directory).rglob("*.swift")))


def _compile(sources: list[str], *flags: str) -> None:
    # popcount counts the buckets of a bitmap, as in the extension.
    target = ["-Xcc", "-march=x86-64-v2"] if os.uname().machine == "x86_64" else []
    swiftc = str(toolchain.program("swiftc"))
    command = [swiftc, *_FLAGS, *target, "-I", str(BUILD / "modules"), *flags, *sources]
    if subprocess.run(command, cwd=BUILD).returncode:
        raise FuzzError("the fuzzer was not built")


def run(*arguments: str) -> int:
    """Run the fuzzer; 1 if it found a problem."""
    command = [str(FUZZER), f"-artifact_prefix={BUILD}/", *arguments]
    symbolizer = {"ASAN_SYMBOLIZER_PATH": str(toolchain.program("llvm-symbolizer"))}
    done = subprocess.run(command, cwd=BUILD, env={**os.environ, **symbolizer})
    return 1 if done.returncode else 0


def fuzz(seconds: int, jobs: int) -> int:
    FOUND.mkdir(exist_ok=True)
    flags = [
        f"-max_total_time={seconds}",
        f"-max_len={_LONGEST_PROGRAM}",
        "-len_control=0",
        "-timeout=20",
        "-print_final_stats=1",
    ]
    if jobs > 1:
        flags.append(f"-fork={jobs}")
    KEPT.mkdir(parents=True, exist_ok=True)
    status = run(*flags, str(FOUND), str(KEPT))
    print("fuzz: a problem" if status else f"fuzz: {seconds} s without a problem")
    return status


def keep() -> None:
    """Renew the kept corpus. Raises FuzzError if it would be too large."""
    with tempfile.TemporaryDirectory(dir=BUILD) as scratch:
        found = [str(KEPT), str(FOUND)]
        # What is reached, not how often: that keeps a program for every branch.
        if run("-set_cover_merge=1", "-use_counters=0", scratch, *found):
            raise FuzzError("the corpus was not reduced")
        programs = sorted(Path(scratch).iterdir())
        size = sum(program.stat().st_size for program in programs)
        print(f"fuzz: {len(programs)} programs, {size} bytes")
        if not programs or len(programs) > _KEPT_FILES or size > _KEPT_BYTES:
            raise FuzzError("the reduced corpus is empty or too large to be kept")
        for old in KEPT.iterdir():
            old.unlink()
        for program in programs:
            shutil.copyfile(program, KEPT / program.name)


if __name__ == "__main__":
    sys.exit(main())
