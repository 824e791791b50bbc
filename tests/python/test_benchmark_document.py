# SPDX-License-Identifier: Apache-2.0
"""The page on performance says what is in the run that it is given, and no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.document import document, main


def run() -> dict[str, Any]:
    medians = {
        "lookup_hit/str/8/pyhamt": 30.0,
        "lookup_hit/str/8/python-dict": 20.0,
        "lookup_hit/str/8/immutables": 60.0,
        "lookup_hit/int/8/pyhamt": 77.0,
    }
    target = {"limit": "1.15x", "cases": 3}
    return {
        "machine": {"python": "P", "cpu": "C", "kernel": "K", "commit": "abc"},
        "results": [{"name": name, "median": cost} for name, cost in medians.items()],
        "targets": [
            target | {"target": "a | b", "holds": None},
            target
            | {
                "target": "c",
                "holds": False,
                "held": 2,
                "shown": "1.5x",
                "at": "there",
            },
            target
            | {"target": "d", "holds": True, "held": 3, "shown": "1.1x", "at": "here"},
        ],
        "wrong": ["rival, merge: wrong answer"],
    }


def test_rows_have_the_medians_and_ratios_of_the_run() -> None:
    page = document(run())
    assert "| look up a key, m[k] | 8 | 30.0 ns | 1.50 | 0.50 |  |  |  |  |" in page
    assert "77" not in page
    assert "P on C, K, commit abc." in page


def test_targets_say_how_many_cases_hold() -> None:
    page = document(run())
    assert "| a \\| b | 1.15x | | | not measured |" in page
    assert "| c | 1.15x | 1.5x | there | 2 of 3 |" in page
    assert "| d | 1.15x | 1.1x | here | all |" in page


def test_wrong_answers_are_named() -> None:
    assert "* rival, merge: wrong answer\n" in document(run())
    assert "Wrong answers" not in document(run() | {"wrong": []})


def test_command_prints_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(run()))
    main([str(path)])
    assert capsys.readouterr().out == document(run())
