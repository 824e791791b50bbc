# SPDX-License-Identifier: Apache-2.0
"""A plugin of pytest that runs tests in a hostile mode, with the processes they start.

    PYTHONPATH=tests/python/hostile python -m pytest -p modes --mode=collect

--mode=collect  the collector runs at each allocation: gc.set_threshold(1)
--mode=switch   threads take turns all the time: sys.setswitchinterval(1e-6)

A mode is entered anew for each test, since tests change both settings; what is left at
the end of a test is what was there before.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

STARTUP = str(Path(__file__).parent / "startup")
sys.path.insert(0, STARTUP)

from hostile_mode import enter  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mode", choices=("collect", "switch"), default="collect")


def pytest_configure(config: pytest.Config) -> None:
    # Some tests make the path of a process of sys.path, others leave it as it is.
    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [STARTUP, before]))
    os.environ["PYHAMT_MODE"] = config.getoption("mode")


def pytest_collection_finish(session: pytest.Session) -> None:
    # Collections are to look at what tests make, not at pytest and its plugins.
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    threshold, interval = gc.get_threshold(), sys.getswitchinterval()
    enter(os.environ["PYHAMT_MODE"])
    try:
        return (yield)
    finally:
        gc.set_threshold(*threshold)
        sys.setswitchinterval(interval)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    count = sum(generation["collections"] for generation in gc.get_stats())
    terminalreporter.write_line(
        f"mode: {config.getoption('mode')}; collections: {count}"
    )
