# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin: a test that fails for want of an absent package is skipped by name.

The variable ABSENT lists modules of packages that cannot be installed for an
interpreter. Where one of them is missed, whether by a test, by a file of tests or by a
child process, the report becomes a skip that says so. All other reports stay.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

ABSENT = os.environ.get("ABSENT", "").split()

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def excused(report: Report, path: str) -> Report:
    """The report as a skip if what failed is the import of an absent package."""
    said = str(report.longrepr)
    for module in ABSENT if report.failed else ():
        if f"No module named '{module}" in said:
            report.outcome = "skipped"
            report.longrepr = (path, 0, f"needs {module}, which has no wheel here")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return excused((yield), str(item.path))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return excused((yield), str(getattr(collector, "path", "")))
