# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin that runs each test again and again and looks at the interpreter's
total of references, which must not grow: for a debug build of Python.

    python -m pytest -p faults.repeating tests/python

A test runs `REPETITIONS` times. The first runs may fill caches; it has leaked if the
total grew in each of the last `JUDGED`, as CPython's own hunt for leaks has it
(`python -m test -R`). A test that starts a process is skipped: its references are not
those of this process.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

REPETITIONS = 5
JUDGED = 3

_wrong: dict[str, str] = {}
_counts = {"judged": 0, "with a process": 0, "not judged": 0}

# Extensions that were built for a release of Python count no references, so the total
# drifts where they take part. Tests of files that import them run without a verdict.
RELEASE_BUILDS = {"pydantic", "pydantic_core", "msgspec", "immutables", "rpds"}

EXPLAINED = {
    # Nodes are counted as plain words, so the total misses it when a map lets go of a
    # node before other code does: a test that gets hold of nodes adds to it.
    "test_map_reports_its_type_and_its_root_and_nothing_else",
    # Hypothesis keeps what a state machine with a bundle draws from: one whose rules do
    # nothing grows as well.
    "runTest",
    "test_programs_do_what_dicts_do",
    # As it does with what an example of the documentation draws from.
    "test_example_runs[testing.persistent_maps]",
}


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("subprocess.Popen", "os.fork", "os.posix_spawn"):
        _counts["with a process"] += 1
        pytest.skip("starts a process")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(sys, "gettotalrefcount"):
        raise pytest.UsageError(
            "this Python is no debug build: it counts no references"
        )


def pytest_sessionstart(session: pytest.Session) -> None:
    """Make Hypothesis run the same few examples each time, and keep none."""
    from hypothesis import settings

    settings.register_profile(
        "repeating",
        deadline=None,
        derandomize=True,
        database=None,
        max_examples=10,
        print_blob=False,
    )
    settings.load_profile("repeating")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep what is there by now out of the many collections to come, and watch."""
    gc.collect()
    gc.freeze()
    sys.addaudithook(_watch)


def _total() -> int:
    """The total of references when all garbage is gone."""
    gc.collect()
    sys._clear_type_cache()
    return sys.gettotalrefcount()


def _is_judged(item: pytest.Function) -> bool:
    """Not without native code of this project, nor with that of others."""
    if {item.originalname, item.name} & EXPLAINED:
        return False
    # An empty test with a directory of its own grows as well, by 30.
    if "tmp_path" in item.fixturenames:
        return False
    if "reference" in item.name.partition("[")[2].split("-"):
        return False
    names = {
        getattr(value, "__module__", None) or getattr(value, "__name__", "")
        for value in vars(item.module).values()
    }
    return not any(str(name).partition(".")[0] in RELEASE_BUILDS for name in names)


def _passes(
    item: pytest.Item, nextitem: pytest.Item | None, *, log: bool = False
) -> bool:
    """Run a test once more, with fixtures of its own; whether it passed."""
    item._report_sections.clear()  # What it printed, which pytest keeps.
    reports = runtestprotocol(item, nextitem=nextitem, log=log)
    return all(report.passed for report in reports)


def _repeat(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Run a test that has passed again, and note what is wrong then."""
    # Filled ahead: a list that grew would be growth.
    totals = [_total()] * REPETITIONS
    for i in range(1, REPETITIONS):
        if not _passes(item, nextitem):
            _wrong[item.nodeid] = f"fails in run {i + 1}"
            return
        totals[i] = _total()
    _counts["judged"] += 1
    growth = [after - before for before, after in pairwise(totals)]
    if all(grown > 0 for grown in growth[-JUDGED:]):
        _wrong[item.nodeid] = f"grows: {growth}"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run the test as pytest does, which reports it, and then again."""
    names = {"nodeid": item.nodeid, "location": item.location}
    item.ihook.pytest_runtest_logstart(**names)
    has_passed = _passes(item, nextitem, log=True)
    if not _is_judged(item):
        _counts["not judged"] += 1
    elif has_passed:
        _repeat(item, nextitem)
    item.ihook.pytest_runtest_logfinish(**names)
    # What pytest keeps of each test would make every collection slower than the last.
    gc.collect()
    gc.freeze()
    if item.nodeid in _wrong:
        reporter = item.config.pluginmanager.get_plugin("terminalreporter")
        reporter.write_line(f"\n{item.nodeid} {_wrong[item.nodeid]}")
    return True


@pytest.hookimpl(hookwrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    yield
    if (_wrong or not _counts["judged"]) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    terminalreporter.section("references")
    said = ", ".join(f"{count} {what}" for what, count in _counts.items())
    terminalreporter.line(f"tests: {said}; wrong: {len(_wrong)}")
    for name, what in _wrong.items():
        terminalreporter.line(f"{name} {what}")
