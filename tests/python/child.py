# SPDX-License-Identifier: Apache-2.0
"""Python programs in a process of their own.

A test that can crash the interpreter runs its program here, so that a crash fails
one test and says what happened. The program finds the modules of this directory.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

HERE = Path(__file__).parent

# For a child that hangs: under a sanitizer, on a busy machine, some take a minute.
TIMEOUT_S = 300


def run_child(source: str, *arguments: str, timeout_s: float = TIMEOUT_S) -> str:
    """Run the text of a program and return what it prints.

    The program must end with status 0 and write nothing to stderr, where Python
    reports the errors that it ignores, those of destructors among them.
    """
    return _run("-c", textwrap.dedent(source), *arguments, timeout_s=timeout_s)


def run_script(script: Path, *arguments: str, timeout_s: float = TIMEOUT_S) -> str:
    """Run a file as `run_child` runs a text."""
    return _run(str(script), *arguments, timeout_s=timeout_s)


def _run(*command: str, timeout_s: float) -> str:
    path = os.pathsep.join([str(HERE), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", *command],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        env={**os.environ, "PYTHONPATH": path},
    )
    said = f"{done.stdout}{done.stderr}"[-4000:]
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        raise AssertionError(f"the child died of {name}:\n{said}")
    assert done.returncode == 0, f"the child ended with {done.returncode}:\n{said}"
    assert not done.stderr, f"the child complained:\n{said}"
    return done.stdout
