# SPDX-License-Identifier: Apache-2.0
"""Run the tests of Python on every interpreter, on all but one from one wheel.

    python tools/run_tests.py [NAME ...] [-- PYTEST_OPTION ...]

Interpreters with a GIL get the wheel that `make wheel` left in dist, the free-threaded
one a build of its own. Each has an environment, which is kept beside the interpreters
(interpreters.py says where). The tests run in a copy of the tree that has nothing built
in it, so that the package they import is the installed one. The end is a table; the
exit status is 1 if a test failed, if the tests ended early or if an interpreter is
missing.

Where a package that the tests use has no wheel of its version for an interpreter, the
newest version that has one takes its place. If there is none it is left out, and
absent_packages.py turns the tests that miss it into skips. The table names both.
"""

from __future__ import annotations

import email
import json
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import interpreters
import wheel as wheels
from interpreters import Interpreter, MissingError

ROOT = Path(__file__).resolve().parents[1]

# Packages whose modules have other names.
MODULES = {"ipython": "IPython", "rpds-py": "rpds"}

# What a copy of the tree leaves out.
BUILT = shutil.ignore_patterns(
    *(".git", ".build", ".venv*", "build", "dist", "results", "*.egg-info"),
    *("__pycache__", ".*_cache", ".hypothesis", "*.so"),
)

# Says whether the GIL is on after the import of pyhamt.
GIL = "import sys, pyhamt; print(getattr(sys, '_is_gil_enabled', lambda: True)())"

HEADER = "python    passed  failed  skipped  seconds"


@dataclass
class Outcome:
    """What became of the tests on one interpreter: a row of the table."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0
    is_good: bool = False
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = f"{self.passed:8}{self.failed:8}{self.skipped:9}{self.seconds:9.0f}"
        verdict = "ok" if self.is_good else "FAILED"
        return f"{self.name:8}{counts}  {'; '.join([verdict, *self.notes])}"


class Environment:
    """A virtual environment of an interpreter, with what the tests need."""

    def __init__(self, interpreter: Interpreter, requirements: list[str]) -> None:
        self.interpreter = interpreter
        base = interpreter.root or interpreters.cache()
        folder = base / "environments" / interpreter.name
        self.python = interpreter.path(folder / "bin" / "python")
        # What has no wheel here, and what has one of another version.
        self.absent: list[str] = []
        self.replaced: list[str] = []
        made_for = [interpreter.python, *requirements]
        done = folder / "packages.json"
        if done.exists():
            known = json.loads(done.read_text())
            if known[0] == made_for:
                _, self.absent, self.replaced = known
                return
        venv = [interpreter.python, "-m", "venv", "--clear", interpreter.path(folder)]
        self._called(venv, "venv")
        self._install(requirements)
        done.write_text(json.dumps([made_for, self.absent, self.replaced]))

    def _install(self, requirements: list[str]) -> None:
        """Install what has a wheel here."""
        if not self._has_no_wheel(requirements):
            return
        for each in requirements:
            name = re.split(r"[=;<>~! ]", each)[0]
            if self._has_no_wheel([each]):
                without = self.absent if self._has_no_wheel([name]) else self.replaced
                without.append(name)

    def _has_no_wheel(self, requirements: list[str]) -> bool:
        pip = [self.python, "-m", "pip", "install", "--quiet"]
        done = self.call([*pip, "--only-binary=:all:", *requirements])
        if "No matching distribution found" in done.stderr:
            return True
        if done.returncode:
            raise MissingError(f"pip: {done.stderr.strip()[-400:]}")
        return False

    def _called(self, command: list[str], what: str) -> None:
        done = self.call(command)
        if done.returncode:
            raise MissingError(f"{what}: {(done.stdout + done.stderr).strip()[-400:]}")

    def install_wheel(self, wheel: Path) -> None:
        """Put the wheel in the place of an earlier one."""
        pip = [self.python, "-m", "pip", "install", "--quiet", "--force-reinstall"]
        place = self.interpreter.path(wheel)
        self._called([*pip, "--no-deps", "--no-index", place], "pip")

    def call(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a program where the interpreter is, and keep what it says."""
        return subprocess.run(
            self.interpreter.command(*command),
            env=self.interpreter.environment(),
            capture_output=True,
            text=True,
        )

    def run_tests(self, tree: Path, options: list[str]) -> Outcome:
        """Run the tests of the tree, which is where the interpreter is."""
        report = tree / "report.xml"
        started = time.monotonic()
        command = [self.python, "-m", "pytest", "-rfEs", "-p", "tools.absent_packages"]
        command.append(f"--junitxml={self.interpreter.path(report)}")
        modules = " ".join(MODULES.get(name, name) for name in self.absent)
        done = subprocess.run(
            self.interpreter.command(
                *("env", f"--chdir={self.interpreter.path(tree)}", *command, *options)
            ),
            env=self.interpreter.environment(
                ABSENT=modules, TMPDIR=self.interpreter.path(tree.parent)
            ),
        )
        outcome = Outcome(self.interpreter.name)
        outcome.seconds = time.monotonic() - started
        if report.exists():
            count_tests(report, outcome)
        else:
            outcome.notes.append("the tests ended early")
        outcome.is_good = done.returncode == 0 and outcome.passed > 0
        if done.returncode < 0:
            outcome.notes.append(f"died of {signal.Signals(-done.returncode).name}")
        if self.absent:
            outcome.notes.append(f"no wheel of {', '.join(self.absent)}")
        if self.replaced:
            outcome.notes.append(f"another version of {', '.join(self.replaced)}")
        return outcome


def count_tests(report: Path, outcome: Outcome) -> None:
    """Take the counts out of pytest's report."""
    total = 0
    for suite in ElementTree.parse(report).iter("testsuite"):
        total += int(suite.get("tests", 0))
        outcome.failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        outcome.skipped += int(suite.get("skipped", 0))
    outcome.passed = total - outcome.failed - outcome.skipped


def requirements_of(wheel: Path) -> list[str]:
    """What the extras `test` and `bench` of the wheel ask for."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    condition = re.compile(r"""\s*(?:;|and)\s*extra == ["'](?:test|bench)["']""")
    found = (
        condition.subn("", text) for text in metadata.get_all("Requires-Dist") or ()
    )
    return [requirement for requirement, count in found if count]


def tested(name: str, wheel: Path, options: list[str]) -> Outcome:
    """Run the tests on one interpreter, which is made first where that is needed."""
    print(f"\n==== {name}", flush=True)
    try:
        interpreter = interpreters.interpreter(name)
        environment = Environment(interpreter, requirements_of(wheel))
        place = interpreter.root and interpreter.root / "tmp"
        with TemporaryDirectory(dir=place) as scratch:
            tree = Path(scratch, "tree")
            shutil.copytree(ROOT, tree, ignore=BUILT)
            if name.endswith("t"):
                python = environment.python
                wheel = wheels.build(Path(scratch), python=python, limited_api=False)
            else:
                wheel = Path(shutil.copy(wheel, scratch))
            environment.install_wheel(wheel)
            outcome = environment.run_tests(tree, options)
            gil = environment.call([environment.python, "-W", "ignore", "-c", GIL])
    except (MissingError, subprocess.CalledProcessError) as reason:
        return Outcome(name, notes=[f"missing: {reason}"])
    if name.endswith("t") and gil.stdout.strip() != "False":
        outcome.notes.append("pyhamt turns the GIL on")
        outcome.is_good = False
    return outcome


def main() -> int:
    """Test and print the table; 1 if not all is well."""
    arguments = sys.argv[1:]
    options: list[str] = []
    if "--" in arguments:
        options = arguments[arguments.index("--") + 1 :]
        arguments = arguments[: arguments.index("--")]
    unknown = [name for name in arguments if name not in interpreters.NAMES]
    if unknown:
        print(f"not one of {', '.join(interpreters.NAMES)}: {', '.join(unknown)}")
        return 2
    found = list(ROOT.glob("dist/pyhamt-*-abi3-*.whl"))
    if len(found) != 1:
        print("`make wheel` leaves the one wheel for these tests in dist")
        return 2
    names = arguments or interpreters.NAMES
    outcomes = [tested(name, found[0], options) for name in names]
    print(f"\n{HEADER}", *outcomes, sep="\n")
    return 0 if all(outcome.is_good for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
