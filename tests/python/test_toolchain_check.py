# SPDX-License-Identifier: Apache-2.0
"""`tools/check_toolchain.sh` names what a build lacks, one absence at a time.

Each test lays out a machine of its own: a directory that is the whole PATH, with a
stand-in for the Swift toolchain, and a Python that a `sitecustomize` module alters.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "check_toolchain.sh"
COMMANDS = ("sh", "dirname", "mktemp", "readlink", "rm", "sed")


class Machine:
    """A PATH with the commands of the script and a toolchain that says it works."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "bin"
        self.site = directory / "site"
        self.path.mkdir()
        self.site.mkdir()
        self.python = sys.executable
        for command in COMMANDS:
            (self.path / command).symlink_to(shutil.which(command) or command)
        self.install("swift", "echo 'Swift version 6.3.1 (swift-6.3.1-RELEASE)'")
        self.install("clang", "exit 0")

    def install(self, name: str, script: str) -> None:
        file = self.path / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def alter_python(self, code: str) -> None:
        (self.site / "sitecustomize.py").write_text(code)

    def check(self) -> tuple[int, str]:
        """The exit status of the script and what it says."""
        run = subprocess.run(
            [self.path / "sh", SCRIPT, self.python],
            env={**os.environ, "PATH": str(self.path), "PYTHONPATH": str(self.site)},
            capture_output=True,
            check=False,
            text=True,
        )
        assert run.stdout == ""
        return run.returncode, run.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def assert_missing(machine: Machine, what: str, package: str) -> None:
    """The script stops with status 1 and one sentence that has both words in it."""
    status, message = machine.check()
    assert status == 1
    assert message.count("\n") == 1
    assert message.endswith(".\n")
    assert what in message
    assert package in message


def test_complete_machine_passes(machine: Machine) -> None:
    assert machine.check() == (0, "")


@pytest.mark.parametrize("version", ["6.4", "7.0", "10.1.2"])
def test_newer_swift_passes(machine: Machine, version: str) -> None:
    machine.install("swift", f"echo 'Swift version {version} (swift-RELEASE)'")
    assert machine.check() == (0, "")


def test_absent_python_is_named(machine: Machine) -> None:
    machine.python = "python-of-nobody"
    assert_missing(machine, "python-of-nobody is not found", "python3")


@pytest.mark.parametrize("version", [(2, 7), (3, 9)])
def test_old_python_is_named(machine: Machine, version: tuple[int, int]) -> None:
    machine.alter_python(f"import sys; sys.version_info = {version}")
    assert_missing(machine, "not Python 3.10 or newer", "PYTHON=")


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_absent_venv_names_python3_venv(machine: Machine, module: str) -> None:
    machine.alter_python(f"import sys; sys.modules['{module}'] = None")
    assert_missing(machine, "venv", "python3-venv")


def test_absent_header_names_python3_dev(machine: Machine) -> None:
    include = repr(str(machine.site))
    machine.alter_python(f"import sysconfig; sysconfig.get_path = lambda _: {include}")
    assert_missing(machine, "Python.h", "python3-dev")


def test_absent_swift_names_its_site(machine: Machine) -> None:
    (machine.path / "swift").unlink()
    assert_missing(machine, "swift is not found", "swift.org")


@pytest.mark.parametrize(
    "script", ["echo 'Swift version 6.2.4 (swift-6.2.4-RELEASE)'", "exit 127"]
)
def test_unfit_swift_names_its_site(machine: Machine, script: str) -> None:
    machine.install("swift", script)
    assert_missing(machine, "not Swift 6.3 or newer", "swift.org")


def test_absent_clang_names_the_toolchain(machine: Machine) -> None:
    (machine.path / "clang").unlink()
    assert_missing(machine, "clang is not found", "swift.org")


def test_clang_is_looked_for_where_swift_links_to(
    machine: Machine, tmp_path: Path
) -> None:
    toolchain = tmp_path / "toolchain"
    toolchain.mkdir()
    for name in ("swift", "clang"):
        (machine.path / name).rename(toolchain / name)
    (machine.path / "swift").symlink_to(toolchain / "swift")
    assert machine.check() == (0, "")


def test_absent_c_library_names_build_essential(machine: Machine) -> None:
    machine.install(
        "clang", "echo \"fatal error: 'stdlib.h' file not found\" >&2; exit 1"
    )
    assert_missing(machine, "C library", "build-essential")
