# SPDX-License-Identifier: Apache-2.0
"""Measure what the tests reach: HamtCore, the C shim and the Python package.

    python tools/coverage.py             everything, in a few minutes
    python tools/coverage.py --strict    fail if a branch is neither taken nor explained
    python tools/coverage.py --read      the page anew, from the last measurement

    what                how                                     run by
    Sources/HamtCore    llvm-cov, an ordinary Swift build       the Swift tests
    Sources/CPyHamt/    llvm-cov, an extension whose C files    pytest
      Shim, and inline    are instrumented, in a private copy
      functions of C      of the tree
    python/pyhamt       coverage.py, pytest's own process       pytest

The page is .build/coverage/coverage.md. It has the figures of each file and every
branch of HamtCore and of the C files that no test takes. Swift counts regions, so a
branch of HamtCore is a region that never runs. Those that no test can take are
explained in tools/coverage-explained.txt, one to a line:

    file | function | source line | why

where the line is the text at which the branch begins, without what is around it.

Exit status: 0; 1 if a test fails or, with `--strict`, a branch is not explained or an
explanation is of none; 2 if nothing could be measured.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import toolchain
from suite import NOT_OF_THE_CODE

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / ".build" / "coverage"
TREE = BUILD / "tree"
PAGE = BUILD / "coverage.md"
EXPLAINED = ROOT / "tools" / "coverage-explained.txt"

_COVERAGE_PY = "coverage==7.17.3"
_EXTRAS = "[test,bench,types]"

# Text of the build, and the text that takes its place in the copy: the C files are
# instrumented, and what measures them is linked in and kept.
_C_FLAGS = '["-I", pythonInclude] + cFlags'
_INSTRUMENT = '["-fprofile-instr-generate", "-fcoverage-mapping"]'
_PATCHES = {
    "Package.swift": [
        (
            f"cSettings: [CSetting] = [.unsafeFlags({_C_FLAGS})]",
            f"cSettings: [CSetting] = [.unsafeFlags({_C_FLAGS} + {_INSTRUMENT})]",
        )
    ],
    "setup.py": [
        ('"-shared",', '"-shared", "-fprofile-instr-generate",'),
        ('"-Wl,--gc-sections",', ""),
        ('"-Wl,--strip-debug" if KEEP_SYMBOLS else "-Wl,--strip-all",', ""),
    ],
}

# Processes that tests start are not measured by coverage.py: they are there for the
# collector, memory and other interpreters, all of which it disturbs.
_RCFILE = """\
[run]
branch = true
parallel = true
source = pyhamt
data_file = {data}
"""


# What an explanation names: the file, the function, the side, and the line's text.
Key = tuple[str, str, str, str]


class CoverageError(Exception):
    """What could not be measured; the message says why."""


@dataclass(frozen=True)
class Figures:
    """What is reached of one file, and what there is."""

    path: str
    lines: tuple[int, int]
    branches: tuple[int, int]


@dataclass(frozen=True, order=True)
class Gap:
    """A branch that no test takes."""

    path: str
    line: int
    column: int
    side: str
    function: str
    text: str

    @property
    def key(self) -> Key:
        return self.path, self.function, self.side, self.text


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure what the tests reach.")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--read", action="store_true")
    options = parser.parse_args(arguments)
    try:
        status = 0 if options.read else measure()
        unexplained, stale = write_page()
    except (CoverageError, FileNotFoundError) as error:
        print(f"coverage: {error}", file=sys.stderr)
        return 2
    print(f"coverage: {PAGE}")
    print(f"coverage: {unexplained} branches neither reached nor explained")
    if stale:
        print(f"coverage: {stale} explanations of branches that are reached or gone")
    return 1 if options.strict and (unexplained or stale) else status


# Measuring


def measure() -> int:
    """Run the tests; 1 if one fails. Raises CoverageError."""
    BUILD.mkdir(parents=True, exist_ok=True)
    for old in BUILD.glob("*.json"):
        old.unlink()
    swift = measure_swift()
    return measure_python() or swift


def measure_swift() -> int:
    flags = ["--package-path", str(ROOT), "--scratch-path", str(BUILD / "swift")]
    # The counters are plain words: threads lose counts of each other, and a region
    # whose count is a difference of such would now and then have none.
    test = ["swift", "test", *flags, "--no-parallel"]
    test += ["--disable-xctest", "--enable-code-coverage"]
    products = Path(_output(["swift", "build", *flags, "--show-bin-path"]).strip())
    profiles = products / "codecov"
    shutil.rmtree(profiles, ignore_errors=True)
    status = _status(test)
    # SwiftPM does this too, unless a test fails.
    profile = _merge(profiles, BUILD / "swift.profdata")
    _export(products / "pyhamtPackageTests.xctest", profile, BUILD / "swift.json")
    return status


def measure_python() -> int:
    copy_tree()
    python = prepare_environment()
    profiles, data = BUILD / "profiles", BUILD / "data"
    for directory in (profiles, data):
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
    rcfile = BUILD / "coveragerc"
    rcfile.write_text(_RCFILE.format(data=data / "coverage"))
    environment = {
        **os.environ,
        # One file for a few processes at once, which add to it.
        "LLVM_PROFILE_FILE": str(profiles / "%4m.profraw"),
    }
    coverage = [str(python), "-m", "coverage"]
    skipped = [f"--ignore-glob=*/{pattern}" for pattern in NOT_OF_THE_CODE]
    status = _status(
        [*coverage, "run", f"--rcfile={rcfile}", "-m", "pytest", *skipped],
        cwd=TREE,
        env=environment,
    )
    _run([*coverage, "combine", "--quiet", f"--rcfile={rcfile}"], cwd=TREE)
    report = ["json", "--quiet", f"--rcfile={rcfile}", "-o", str(BUILD / "python.json")]
    _run([*coverage, *report], cwd=TREE)
    profile = _merge(profiles, BUILD / "c.profdata")
    module = "import pyhamt._hamt as m; print(m.__file__)"
    extension = _output([str(python), "-c", module]).strip()
    _export(Path(extension), profile, BUILD / "c.json")
    return status


def copy_tree() -> None:
    """Copy the tree, with a build that measures. Raises CoverageError."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        raise CoverageError("the tree to copy is not a clone")
    TREE.mkdir(parents=True, exist_ok=True)
    for old in TREE.iterdir():
        if old.name == ".build":
            continue  # What the last build made need not be made again.
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink()
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, TREE / name)
    for name, patches in _PATCHES.items():
        text = (TREE / name).read_text(encoding="utf-8")
        for before, after in patches:
            if text.count(before) != 1:
                raise CoverageError(f"{name} no longer has one {before}")
            text = text.replace(before, after)
        (TREE / name).write_text(text, encoding="utf-8")


def prepare_environment() -> Path:
    """The interpreter of an environment that has the instrumented pyhamt."""
    python = BUILD / "venv" / "bin" / "python"
    if not python.exists():
        _run([sys.executable, "-m", "venv", str(BUILD / "venv")])
    install = [str(python), "-m", "pip", "install", "--quiet", _COVERAGE_PY]
    _run([*install, f"{TREE}{_EXTRAS}"])
    return python


def _merge(directory: Path, target: Path) -> Path:
    written = sorted(map(str, directory.glob("*.profraw")))
    if not written:
        raise CoverageError(f"the tests left no profile in {directory}")
    # Other tools may not read the profiles of these compilers.
    merge = [str(toolchain.program("llvm-profdata")), "merge", "-sparse"]
    _run([*merge, *written, "-o", str(target)])
    return target


def _export(binary: Path, profile: Path, target: Path) -> None:
    export = [str(toolchain.program("llvm-cov")), "export", "-format=text"]
    target.write_text(_output([*export, str(binary), f"-instr-profile={profile}"]))


def _status(command: list[str], **options: Any) -> int:
    return 1 if subprocess.run(command, **options).returncode else 0


def _run(command: list[str], **options: Any) -> None:
    if subprocess.run(command, **options).returncode:
        raise CoverageError(f"{' '.join(command)} failed")


def _output(command: list[str]) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise CoverageError(f"{' '.join(command)} failed")
    return done.stdout


# Reading what was measured


def exported(name: str, root: Path) -> dict[str, dict[str, Any]]:
    """The files of an export of llvm-cov that lie in a tree, by their path there."""
    path = BUILD / name
    if not path.exists():
        raise CoverageError(f"{path} is not there: measure first")
    files = json.loads(path.read_text())["data"][0]["files"]
    return {
        Path(file["filename"]).relative_to(root).as_posix(): file
        for file in files
        if Path(file["filename"]).is_relative_to(root / "Sources")
    }


def figures(path: str, file: dict[str, Any], branches: str) -> Figures:
    lines, other = file["summary"]["lines"], file["summary"][branches]
    return Figures(
        path,
        (lines["covered"], lines["count"]),
        (other["covered"], other["count"]),
    )


def swift_gaps(path: str, file: dict[str, Any]) -> Iterator[Gap]:
    """Regions that begin with a count of zero: line, column, count, has one, begins."""
    source = _source(path)
    for line, column, count, has_count, begins, is_gap in file["segments"]:
        if has_count and begins and not is_gap and count == 0:
            yield _gap(path, source, line, column, "never runs")


def c_gaps(path: str, file: dict[str, Any]) -> Iterator[Gap]:
    """Conditions that are never true or never false, over all copies of a function."""
    counts: dict[tuple[int, int], list[int]] = {}
    for line, column, _, _, true, false, *_ in file["branches"]:
        count = counts.setdefault((line, column), [0, 0])
        count[0] += true
        count[1] += false
    source = _source(path)
    for (line, column), (true, false) in counts.items():
        if source[line - 1].startswith("#define"):
            continue  # A constant of this build.
        if not true and not false:
            yield _gap(path, source, line, column, "never asked")
        elif not true:
            yield _gap(path, source, line, column, "never true")
        elif not false:
            yield _gap(path, source, line, column, "never false")


def _source(path: str) -> list[str]:
    return (ROOT / path).read_text(encoding="utf-8").splitlines()


# The name of a function opens a line in C; in Swift it follows its keyword.
_OPENING = re.compile(
    r"^(?P<c>\w+)\([^;]*$|\bfunc (?P<func>[\w=]+)|\b(?P<init>init)\b[?(<]"
    r"|\bvar (?P<var>\w+)[^=]*\{"
)


def _gap(path: str, source: list[str], line: int, column: int, side: str) -> Gap:
    function = ""
    for text in reversed(source[:line]):
        match = _OPENING.search(text)
        if match:
            function = match[match.lastgroup or 0]
            break
    return Gap(path, line, column, side, function, source[line - 1].strip())


def explanations() -> dict[Key, str]:
    found: dict[Key, str] = {}
    if not EXPLAINED.exists():
        return found
    for row in EXPLAINED.read_text(encoding="utf-8").splitlines():
        if not row or row.startswith("#"):
            continue
        path, function, side, rest = row.split(" | ", 3)
        text, why = rest.rsplit(" | ", 1)
        found[path, function, side, text] = why
    return found


# The page


def write_page() -> tuple[int, int]:
    """Write the page; the number of unexplained branches and of stale explanations."""
    swift = exported("swift.json", ROOT)
    shim = exported("c.json", TREE)
    core = {path: file for path, file in swift.items() if path.endswith(".swift")}
    gaps = [gap for path in core for gap in swift_gaps(path, core[path])]
    gaps += [gap for path in shim for gap in c_gaps(path, shim[path])]
    why = explanations()
    unexplained = sorted(gap for gap in gaps if gap.key not in why)
    explained = sorted(gap for gap in gaps if gap.key in why)
    stale = sorted(why.keys() - {gap.key for gap in gaps})
    page = ["# What the tests reach", ""]
    page += _table(
        "HamtCore, by the Swift tests",
        "regions",
        (figures(path, core[path], "regions") for path in sorted(core)),
    )
    page += _table(
        "C, by pytest",
        "branches",
        (figures(path, shim[path], "branches") for path in sorted(shim)),
    )
    page += _table("Python, by pytest", "branches", python_figures())
    page += [*python_gaps(), ""]
    page += _listing("Branches that no test takes", unexplained, {})
    page += _listing("Branches that no test can take", explained, why)
    if stale:
        page += ["## Explanations of branches that are reached or gone", ""]
        page += [f"* {' | '.join(key)}" for key in stale]
    PAGE.write_text("\n".join(page) + "\n", encoding="utf-8")
    return len(unexplained), len(stale)


def python_files() -> dict[str, dict[str, Any]]:
    path = BUILD / "python.json"
    if not path.exists():
        raise CoverageError(f"{path} is not there: measure first")
    files = json.loads(path.read_text())["files"]
    return {f"python/pyhamt/{Path(name).name}": files[name] for name in sorted(files)}


def python_figures() -> Iterator[Figures]:
    for path, file in python_files().items():
        summary = file["summary"]
        yield Figures(
            path,
            (summary["covered_lines"], summary["num_statements"]),
            (summary["covered_branches"], summary["num_branches"]),
        )


def python_gaps() -> Iterator[str]:
    """For each file the lines that never run, and the steps that are never taken."""
    for path, file in python_files().items():
        gaps = [str(line) for line in file["missing_lines"]]
        gaps += [
            f"{before} to {after if after > 0 else 'the end'}"
            for before, after in file["missing_branches"]
        ]
        if gaps:
            yield f"* {path}: {', '.join(gaps)}"


def _table(title: str, branches: str, rows: Iterable[Figures]) -> list[str]:
    rows = list(rows)
    total = Figures(
        "**all**",
        (sum(row.lines[0] for row in rows), sum(row.lines[1] for row in rows)),
        (sum(row.branches[0] for row in rows), sum(row.branches[1] for row in rows)),
    )
    lines = [f"## {title}", "", f"| file | lines | {branches} |", "|---|---:|---:|"]
    for row in [*rows, total]:
        lines.append(f"| {row.path} | {_share(row.lines)} | {_share(row.branches)} |")
    return [*lines, ""]


def _share(counts: tuple[int, int]) -> str:
    reached, all_of_them = counts
    if not all_of_them:
        return "-"
    return f"{reached}/{all_of_them} {100 * reached / all_of_them:.1f}%"


def _listing(title: str, gaps: list[Gap], why: dict[Key, str]) -> list[str]:
    lines = [f"## {title}", ""]
    path = ""
    for gap in gaps:
        if gap.path != path:
            path = gap.path
            lines += ["", f"### {path}", ""]
        reason = f": {why[gap.key]}" if gap.key in why else ""
        lines.append(
            f"* {gap.line}:{gap.column} `{gap.function}` {gap.side}: "
            f"`{gap.text}`{reason}"
        )
    return [*lines, "" if gaps else "None.", ""]


if __name__ == "__main__":
    sys.exit(main())
