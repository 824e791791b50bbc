# SPDX-License-Identifier: Apache-2.0
"""What prepares the interpreters names one that is missing, and what runs the tests on
them makes skips of those that miss a package, and of no others.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools" / "interpreters.py"

FREE = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
MINOR = sys.version_info.minor
OTHER = "3.11" if MINOR == 10 else "3.10"


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine that has no interpreter yet."""
    (tmp_path / "bin").mkdir()
    return {
        **os.environ,
        "PATH": str(tmp_path / "bin"),
        "PYENV_ROOT": str(tmp_path / "pyenv"),
        "PYHAMT_INTERPRETERS": str(tmp_path / "made"),
    }


def listed(machine: dict[str, str], *names: str) -> tuple[int, list[str]]:
    """The exit status of the script and its lines."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *names], env=machine, capture_output=True
    )
    assert done.stderr == b""
    return done.returncode, done.stdout.decode().splitlines()


def test_missing_interpreter_is_named_with_the_reason(machine: dict[str, str]) -> None:
    assert listed(machine, "3.10", "3.9") == (
        1,
        [
            "3.10   missing: neither on PATH nor under PYENV_ROOT",
            "3.9    missing: the tests know 3.10, 3.11, 3.12, 3.13, 3.14, 3.15, 3.13t",
        ],
    )


def test_interpreter_of_pyenv_is_found(machine: dict[str, str]) -> None:
    directory = Path(machine["PYENV_ROOT"], "versions", f"3.{MINOR}.0{FREE}", "bin")
    directory.mkdir(parents=True)
    (directory / "python3").symlink_to(sys.executable)
    status, lines = listed(machine, f"3.{MINOR}{FREE}")
    assert (status, len(lines)) == (0, 1)
    assert "missing" not in lines[0]


def test_interpreter_of_another_version_is_not_taken(machine: dict[str, str]) -> None:
    Path(machine["PATH"], f"python{OTHER}").symlink_to(sys.executable)
    status, (line,) = listed(machine, OTHER)
    assert status == 1
    assert line.startswith(f"{OTHER}   missing: ")


def test_interpreter_without_the_sanitizer_is_not_taken(
    machine: dict[str, str],
) -> None:
    Path(machine["PATH"], "python3.13t-tsan").symlink_to(sys.executable)
    assert listed(machine, "3.13t-tsan") == (
        1,
        [
            "3.13t-tsan missing: the Swift toolchain is not on PATH, "
            "whose clang compiles it"
        ],
    )


def test_what_was_made_and_does_not_serve_is_named(machine: dict[str, str]) -> None:
    directory = Path(machine["PYHAMT_INTERPRETERS"], "3.13t-tsan", "bin")
    directory.mkdir(parents=True)
    (directory / "python3.13t").symlink_to(sys.executable)
    status, (line,) = listed(machine, "3.13t-tsan")
    assert status == 1
    assert line.endswith("does not run, or lacks a module; remove its folder")


def test_only_tests_that_miss_an_absent_package_are_skipped(tmp_path: Path) -> None:
    tests = {
        "test_file": "import absent_one.part\ndef test_a(): pass\n",
        "test_inside": "def test_b(): import absent_two\n",
        "test_other": "def test_c(): import absent_three\n",
        "test_sound": "def test_d(): pass\n",
    }
    for name, text in tests.items():
        (tmp_path / f"{name}.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "tools.absent_packages", "-rs"]
    done = subprocess.run(
        [*command, "-c", os.devnull, "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "ABSENT": "absent_one absent_two"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "1 failed, 1 passed, 2 skipped" in done.stdout
    for name in ("absent_one", "absent_two"):
        assert f"needs {name}, which has no wheel here" in done.stdout
