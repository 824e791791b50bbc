# SPDX-License-Identifier: Apache-2.0
"""A plugin of pytest that runs tests in a hostile mode, with the processes they start.

    PYTHONPATH=tests/python/hostile python -m pytest -p modes --mode=collect

--mode=collect  the collector runs at each allocation: gc.set_threshold(1)
--mode=switch   threads take turns all the time: sys.setswitchinterval(1e-6)

A mode is entered anew for each test, since tests change both settings; what is left at
the end of a test is what was there before. That tests and processes are in the mode is
checked: all of them pass where it does nothing.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

STARTUP = str(Path(__file__).parent / "startup")
sys.path.insert(0, STARTUP)

from hostile_mode import collections, enter, is_entered  # noqa: E402

# What a process that is in a mode says, after it has made some lists.
PROBE = """
import sys
from hostile_mode import collections, is_entered
before = collections()
kept = [[] for _ in range(1000)]
print(is_entered(sys.argv[1]), sys.argv[1] == "switch" or collections() > before)
"""

# The collections during the tests themselves, and the tests.
_counts = {"collections": 0, "tests": 0}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mode", choices=("collect", "switch"), default="collect")


def pytest_configure(config: pytest.Config) -> None:
    # Some tests make the path of a process of sys.path, others leave it as it is.
    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [STARTUP, before]))
    os.environ["PYHAMT_MODE"] = mode = config.getoption("mode")
    said = subprocess.check_output([sys.executable, "-c", PROBE, mode], text=True)
    if said.split() != ["True", "True"]:
        raise pytest.UsageError(f"a process is not in the mode {mode}: {said}")


def pytest_collection_finish(session: pytest.Session) -> None:
    # Collections are to look at what tests make, not at pytest and its plugins.
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    threshold, interval = gc.get_threshold(), sys.getswitchinterval()
    mode = item.config.getoption("mode")
    enter(mode)
    assert is_entered(mode), f"the test would not run in the mode {mode}"
    before = collections()
    try:
        return (yield)
    finally:
        _counts["collections"] += collections() - before
        _counts["tests"] += 1
        gc.set_threshold(*threshold)
        sys.setswitchinterval(interval)


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    if _has_done_nothing(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return (yield)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    said = ", ".join(f"{count} {what}" for what, count in _counts.items())
    verdict = "; the mode DID NOTHING" if _has_done_nothing(config) else ""
    terminalreporter.write_line(f"mode: {config.getoption('mode')}; {said}{verdict}")


def _has_done_nothing(config: pytest.Config) -> bool:
    """Whether there are fewer collections than tests, of which each allocates."""
    return config.getoption("mode") == "collect" and (
        _counts["collections"] < _counts["tests"]
    )
