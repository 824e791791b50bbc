# SPDX-License-Identifier: Apache-2.0
"""The benchmark of the array's limit: measuring, comparing, drawing, not building."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.array_limit import __main__ as program
from benchmarks.array_limit import figures as figures_module
from benchmarks.array_limit.figures import (
    KEYS,
    SIZES,
    TITLES,
    Figures,
    WrongVariantError,
    measure,
    row,
    take_turns,
)
from benchmarks.array_limit.picture import picture
from benchmarks.array_limit.table import spans, tables, where
from benchmarks.array_limit.variants import (
    CHOSEN,
    DOUBLE,
    HAMT_ONLY,
    VARIANTS,
    BuildError,
    Variant,
    copy_tree,
)
from pyhamt import _hamt

INSTALLED = replace(CHOSEN, limit=_hamt._ARRAY_LIMIT)


def made_up(cost: Any = None) -> Figures:
    """Three rounds; by default arrays cost 10 ns for each entry, tries twice that."""

    def cost_by_kind(variant: Variant, operation: str, size: int) -> float:
        return size * (10.0 if variant.kind(size) == "array" else 20.0)

    cost = cost or cost_by_kind
    medians = {
        variant.limit: {
            row(operation, keys, size): cost(variant, operation, size)
            for operation in TITLES
            for keys in KEYS
            if (operation, keys) != ("lookup_equal", "int")
            for size in SIZES
        }
        for variant in VARIANTS
    }
    return Figures({limit: [each] * 3 for limit, each in medians.items()})


def written() -> dict[str, Any]:
    about = {"python": "P", "cpu": "C & D"}
    return {"rounds": 3, "machine": about, **made_up().as_json()}


# Measuring.


def test_every_row_is_measured() -> None:
    medians = measure(INSTALLED, (1, 9), 0.0)
    expected = {
        row(operation, keys, size)
        for operation in TITLES
        for keys in KEYS
        if (operation, keys) != ("lookup_equal", "int")
        for size in (1, 9)
    }
    assert medians.keys() == expected
    assert all(cost > 0 for cost in medians.values())


@pytest.mark.parametrize(
    ("limit", "size"), [(INSTALLED.limit - 1, INSTALLED.limit), (16, 9)]
)
def test_other_build_than_named_is_refused(limit: int, size: int) -> None:
    with pytest.raises(WrongVariantError, match=f"limit {limit}: {size} entries"):
        measure(Variant(limit), (size,), 0.0)


def test_wrong_answer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [
        replace(each, right=lambda *_: False) for each in figures_module.OPERATIONS
    ]
    monkeypatch.setattr(figures_module, "OPERATIONS", wrong)
    with pytest.raises(WrongVariantError, match="wrong answer"):
        measure(INSTALLED, (2,), 0.0)


def test_variants_take_turns_with_one_seed_a_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = []

    def measured(
        site: Path, variant: Variant, sizes: object, budget: object, seed: int
    ) -> dict[str, float]:
        taken.append((site.name, variant.limit, seed))
        return {"build/str/1": float(len(taken))}

    monkeypatch.setattr(figures_module, "_measured_apart", measured)
    sites = {variant: Path(str(variant.limit)) for variant in VARIANTS}
    figures = take_turns(sites, 2, SIZES, 0.0)
    assert [seed for *_, seed in taken] == [0, 0, 0, 1, 1, 1]
    assert [limit for _, limit, _ in taken] == [0, 8, 16, 8, 16, 0]
    assert all(site == str(limit) for site, limit, _ in taken)
    assert figures.cost(HAMT_ONLY, "build/str/1") == (1 + 6) / 2


def test_complaint_of_a_process_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "pyhamt.py").write_text("raise ImportError('a stranger')")
    with pytest.raises(WrongVariantError, match="a stranger"):
        take_turns({CHOSEN: tmp_path}, 1, (1,), 0.0)


# Building.


def test_copy_of_the_tree_has_no_build(tmp_path: Path) -> None:
    tree = copy_tree(tmp_path)
    source = (tree / "Sources/HamtCore/Node/Node.swift").read_text()
    for variant in VARIANTS:
        assert variant.condition is None or f"if {variant.condition}" in source
    assert (tree / "python/pyhamt/__init__.py").exists()
    assert not [*tree.rglob("*.so"), *tree.rglob("__pycache__")]


def test_failing_build_says_why(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "setup.py").write_text("raise SystemExit('no compiler today')")
    (tree / "pyproject.toml").write_text(
        "[build-system]\nrequires = []\nbuild-backend = 'absent'\n"
    )
    with pytest.raises(BuildError, match=r"limit 16 was not built:\n(.*\n)*.*absent"):
        DOUBLE.build(tree, tmp_path)


def test_program_ends_with_the_complaint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def build(variant: Variant, tree: Path, directory: Path) -> Path:
        raise BuildError(f"{variant.name} was not built")

    monkeypatch.setattr(Variant, "build", build)
    chart = tmp_path / "chart.svg"
    assert program.main(["--output-dir", str(tmp_path), "--chart", str(chart)]) == 1
    assert "HAMT only was not built" in capsys.readouterr().err
    assert not chart.exists()


# Telling.


def test_json_keeps_the_figures() -> None:
    figures = made_up()
    assert Figures.from_json(json.loads(json.dumps(figures.as_json()))) == figures


def test_table_has_cost_ratio_and_sizes() -> None:
    lines = [*tables(made_up())]
    first = "10.0 (0.50) | 20.0 (0.50) | 40.0 (0.50) | 60.0 (0.50) | 80.0 (0.50)"
    assert f"| build from a dict | str | {first} | 1-8 |  |" in lines
    beyond = "90.0 (0.50) | 120 (0.50) | 160 (0.50)"
    assert f"| delete a key | tuple | {beyond} | 9-16 |  |" in lines
    assert not any("equal key | int" in line for line in lines)
    assert {line.count("|") for line in lines} <= {0, 7 + 3, 5 + 3}


def test_array_that_is_slower_is_named_so() -> None:
    def cost(variant: Variant, operation: str, size: int) -> float:
        is_slow = variant is CHOSEN and size in (2, 3, 5)
        return 15.0 if is_slow else 10.0

    figures = made_up(cost)
    case = figures, HAMT_ONLY, CHOSEN, "build", "str", SIZES
    assert where(*case, "slower") == [2, 3, 5]
    assert where(*case, "faster") == []
    assert any(line.endswith("|  | 2-3, 5 |") for line in tables(figures))


@pytest.mark.parametrize(
    ("sizes", "text"), [([], ""), ([4], "4"), ([1, 2, 3], "1-3"), ([1, 3, 4], "1, 3-4")]
)
def test_sizes_are_told_as_spans(sizes: list[int], text: str) -> None:
    assert spans(sizes) == text


def test_chart_has_a_panel_for_each_operation_and_a_line_for_each_limit() -> None:
    svg = picture(made_up(), "A & B")
    root = ET.fromstring(svg)
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    panels = [text for text in texts if text and text.endswith(KEYS)]
    assert len(panels) == len(TITLES) * len(KEYS) - 1
    assert {text.rpartition(", ")[0] for text in panels} == {*TITLES.values()}
    assert "A & B" in texts
    for look in ("chosen", "none", "double"):
        # One in each panel, and one in the legend.
        assert svg.count(f'class="line {look}"') == len(panels) + 1
    assert "prefers-color-scheme: dark" in svg


def test_lines_of_the_chart_stay_in_their_panels() -> None:
    for path in re.findall(r'd="M([\d. L-]+)"><title>', picture(made_up(), "")):
        points = [tuple(map(float, point.split())) for point in path.split("L")]
        assert len(points) == len(SIZES)
        assert all(0 < x < 290 and 0 < y < 132 for x, y in points)


def test_earlier_run_is_shown_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, chart = tmp_path / "run.json", tmp_path / "a" / "chart.svg"
    run.write_text(json.dumps(written()))
    assert program.main(["--read", str(run), "--chart", str(chart)]) == 0
    assert "| build from a dict | str | 10.0 (0.50)" in capsys.readouterr().out
    assert "C &amp; D" in chart.read_text(encoding="utf-8")


@pytest.mark.parametrize("rounds", ["0", "-1", "few"])
def test_rounds_are_a_positive_number(rounds: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        program.main(["--rounds", rounds])
