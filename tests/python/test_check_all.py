# SPDX-License-Identifier: Apache-2.0
"""What runs every check says of each how it went, and fails if one does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# As many lines as the command needs, with a target for each of its steps.
MAKEFILE = """\
%:
	@echo 'made $@$(ARGS)'
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A tree whose every target is made at once."""
    (tmp_path / "tools").mkdir()
    for name in ("check_all.py", "interpreters.py", "toolchain.py"):
        shutil.copy(ROOT / "tools" / name, tmp_path / "tools")
    (tmp_path / "Makefile").write_text(MAKEFILE)
    return tmp_path


def checked(project: Path, *names: str) -> tuple[int, list[str]]:
    """The exit status and the lines of the command, started by a make of its own."""
    done = subprocess.run(
        [sys.executable, "tools/check_all.py", *names],
        cwd=project,
        env={**os.environ, "MAKEFLAGS": "n", "MAKELEVEL": "1", "ARGS": "lint"},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_every_step_passes(project: Path) -> None:
    status, lines = checked(project)
    assert status == 0
    steps = [line for line in lines if line.endswith("s)")]
    assert lines[-1] == f"{len(steps)} passed, 0 failed"
    assert len(steps) > 20
    assert (project / ".build/check-all/fuzz.log").read_text() == "made fuzz\n"


def test_step_that_fails_is_shown_with_what_waits_for_it(project: Path) -> None:
    (project / "Makefile").write_text(
        f"{MAKEFILE}\ninterpreters:\n\t@echo 'no network'; exit 3\n"
    )
    status, lines = checked(project, "test-3.10", "lint")
    assert status == 1
    assert "no network" in lines
    assert any(line.startswith("interpreters: FAILED") for line in lines)
    assert "test-3.10: FAILED, as interpreters did" in lines
    assert lines[-1] == "2 passed, 2 failed"


def test_targets_of_the_steps_are_in_the_makefile(project: Path) -> None:
    """make would find no rule for one that is gone, an hour after the start."""
    shutil.copy(ROOT / "Makefile", project)
    listing = checked(project, "--list")[1]
    targets = {line.split()[3] for line in listing}
    helped = subprocess.run(
        ["make", "--question", "--print-data-base", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout
    rules = {line.partition(":")[0] for line in helped.splitlines()}
    assert targets <= rules


def test_unknown_step_is_refused(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "tools/check_all.py", "fuz"],
        cwd=project,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "no step 'fuz'" in done.stderr
