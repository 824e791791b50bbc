# SPDX-License-Identifier: Apache-2.0
"""Runs the scripts of `leaks/`, each in a fresh process. What they check, they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from child import HERE, run_script

SCRIPTS = sorted((HERE / "leaks").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_nothing_leaks_in(script: Path) -> None:
    run_script(script)
