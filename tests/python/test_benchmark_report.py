# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks tell of their figures: targets, tables, page, charts, changes.

The figures are made up here, so that what is told of them is known.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import compare, plan
from benchmarks.compare import Change, changes
from benchmarks.contenders import BASELINE, CONTENDERS, RIVAL, SUBJECT
from benchmarks.dataset import Dataset
from benchmarks.drawing import Line, chart
from benchmarks.machine import machine
from benchmarks.operations import OPERATIONS
from benchmarks.page import page
from benchmarks.palette import looks
from benchmarks.plan import PLANS, cases
from benchmarks.report import Report, summary, table, write_csv, write_json
from benchmarks.results import Outcome, Rejection, Result, Row, rivals, rows, sentences
from benchmarks.targets import RIVALS, TARGETS, Target, Verdict, judge
from benchmarks.units import quantity, three_digits

OPERATION = {each.name: each for each in OPERATIONS}
RIVAL_NAMES = [each.name for each in rivals(CONTENDERS)]
SVG = "{http://www.w3.org/2000/svg}"


def results(
    operation: str, size: int, dataset: str = "str", **medians: float | Sequence[float]
) -> list[Result]:
    """Results by contender, whose dashes are underscores here."""
    return [
        Result(
            OPERATION[operation],
            dataset,
            size,
            name.replace("_", "-"),
            list(samples) if isinstance(samples, Sequence) else [samples],
            1_000,
        )
        for name, samples in medians.items()
    ]


def report(found: Sequence[Result], **about: object) -> Report:
    """A report of these results; dict and pypersistent lack some of them."""
    outcome = Outcome(list(found), ["words: no list"])
    outcome.wrong.extend(
        Rejection("pypersistent", "merge_half", "str", size, "wrong answer")
        for size in (100, 8)
    )
    names = {result.dataset for result in found}
    datasets = {name: Dataset(name, ["a"], ["b"], 1, 1) for name in sorted(names)}
    made = Report("a title", 60, datasets, CONTENDERS, outcome)
    return replace(made, **about)  # type: ignore[arg-type]


FOUND = [
    *results("lookup_hit", 8, pyhamt=(20, 22, 30), python_dict=20, immutables=25),
    *results("lookup_hit", 1_000, pyhamt=30, python_dict=40, immutables=20),
    *results("lookup_hit", 8, "int", pyhamt=10, immutables=11, frozendict=9),
    *results("diff_1", 8, pyhamt=1_500, python_dict=900, immutables=2_000),
    *results("bytes_per_entry", 8, pyhamt=27.5, python_dict=33),
]


# Targets.


def verdict(target: Target, found: Sequence[Result]) -> Verdict:
    return judge(rows(found), RIVAL_NAMES, [target])[0]


@pytest.mark.parametrize(
    ("median", "most", "strictly", "holds"),
    [
        (57, 0.6, False, True),
        (60, 0.6, False, True),
        (61, 0.6, False, False),
        (100, 1.0, False, True),
        (100, 1.0, True, False),
        (99, 1.0, True, True),
    ],
)
def test_ratio_to_a_contender_is_limited(
    median: float, most: float, strictly: bool, holds: bool
) -> None:
    target = Target("t", ("build",), (8,), most, RIVAL, strictly=strictly)
    judged = verdict(target, results("build", 8, pyhamt=median, immutables=100))
    assert judged.holds is holds
    assert [each.value for each in judged.measured] == [median / 100]


def test_target_holds_only_if_it_holds_in_every_case_that_was_measured() -> None:
    target = Target("t", ("build", "equal"), (8, 16), 0.5, RIVAL)
    found = [
        *results("build", 8, pyhamt=40, immutables=100),
        *results("build", 16, "int", pyhamt=60, immutables=100),
        *results("equal", 8, pyhamt=45, immutables=100),
        *results("build", 32, pyhamt=90, immutables=100),
        *results("build", 8, "tuple", pyhamt=90, immutables=100),
    ]
    judged = verdict(target, found)
    assert sorted(each.value for each in judged.measured) == [0.4, 0.45, 0.6]
    assert judged.holds is False
    assert judged.worst is not None
    assert judged.worst.row.label == "build, 16 entries of int"
    assert judged.show(judged.worst.value) == "0.60x"


@pytest.mark.parametrize(
    "found",
    [
        [],
        results("build", 8, immutables=100),
        results("build", 8, pyhamt=100, python_dict=100),
        results("build", 16, pyhamt=100, immutables=100),
    ],
)
def test_target_without_a_case_neither_holds_nor_fails(found: list[Result]) -> None:
    judged = verdict(Target("t", ("build",), (8,), 0.5, RIVAL), found)
    assert (judged.holds, judged.worst) == (None, None)


def test_median_itself_is_limited() -> None:
    target = Target("t", ("diff_1",), (100_000,), 5_000)
    judged = verdict(target, results("diff_1", 100_000, pyhamt=(1, 4_000, 9_000)))
    assert judged.holds is True
    assert judged.show(4_000) == "4.00 us"
    target = Target("t", ("bytes_per_entry",), (8,), 28)
    judged = verdict(target, results("bytes_per_entry", 8, pyhamt=28.5))
    assert judged.holds is False
    assert judged.show(28.5) == "28.5 B"


def test_larger_size_is_held_against_a_smaller_one() -> None:
    target = Target("t", ("diff_1",), (1_000_000,), 2.0, size=100_000)
    found = [
        *results("diff_1", 100_000, pyhamt=1_000),
        *results("diff_1", 1_000_000, pyhamt=2_500),
    ]
    judged = verdict(target, found)
    assert [each.value for each in judged.measured] == [2.5]
    assert judged.holds is False
    assert verdict(target, found[1:]).holds is None


def test_more_edits_are_held_against_fewer() -> None:
    target = Target("t", ("diff_100",), (1_000,), 12.0, operation="diff_10")
    found = [
        *results("diff_10", 1_000, pyhamt=3_000),
        *results("diff_100", 1_000, pyhamt=30_000),
    ]
    judged = verdict(target, found)
    assert [(each.value, each.holds) for each in judged.measured] == [(10, True)]


def test_fastest_rival_is_the_one_to_beat() -> None:
    target = Target("t", ("equal",), (8,), 0.01, RIVALS)
    found = results(
        "equal",
        8,
        pyhamt=1,
        immutables=300,
        rpds_py=150,
        python_dict=2,
        python_contextvar=3,
        empty_call=1,
    )
    assert [each.value for each in verdict(target, found).measured] == [1 / 150]


@pytest.mark.parametrize(("least", "holds"), [(210, True), (300, True), (301, False)])
def test_noise_is_the_longest_sample_of_the_other(least: float, holds: bool) -> None:
    target = Target("t", ("gc_collect",), (8,), 1.0, "nothing", noise=True)
    found = results("gc_collect", 8, pyhamt=(least, 900, 999), nothing=(200, 300))
    assert verdict(target, found).holds is holds


def test_every_target_names_what_there_is() -> None:
    contenders = {each.name for each in CONTENDERS} | {RIVALS, None}
    for target in TARGETS:
        assert {*target.operations, target.operation or "build"} <= OPERATION.keys()
        assert target.against in contenders
        assert sum(map(bool, (target.against, target.size, target.operation))) <= 1
    assert len({target.text for target in TARGETS}) == len(TARGETS)


def test_full_plan_measures_every_case_of_every_target() -> None:
    parts = PLANS["full"].parts
    datasets = {
        name: Dataset(name, range(size), [], 1, size)  # type: ignore[arg-type]
        for name, size in plan.largest(parts).items()
    }
    planned = {
        (case.operation.name, case.dataset, case.size)
        for case in cases(parts, datasets)
    }
    for target in TARGETS:
        for name in target.operations:
            for dataset in target.datasets:
                wanted = {
                    (name, dataset, size)
                    for size in target.sizes
                    if size >= OPERATION[name].least
                }
                assert wanted
                assert wanted <= planned, target.text


# Rows.


def test_rows_put_contenders_side_by_side() -> None:
    found = rows(FOUND)
    assert [row.label for row in found] == [
        "lookup_hit, 8 entries of str",
        "lookup_hit, 1,000 entries of str",
        "lookup_hit, 8 entries of int",
        "diff_1, 8 entries of str",
        "bytes_per_entry, 8 entries of str",
    ]
    first = found[0]
    assert first.median(SUBJECT) == 22
    assert first.ratio(BASELINE) == 1.1
    assert first.ratio("rpds-py") is None
    assert first.best(RIVAL_NAMES) == RIVAL
    assert first.winner(RIVAL_NAMES) is None
    assert found[1].winner(RIVAL_NAMES) == RIVAL


def test_rivals_are_neither_dict_nor_floors_nor_have_they_keys_of_their_own() -> None:
    assert RIVAL in RIVAL_NAMES
    assert not {BASELINE, SUBJECT, "python-contextvar"} & set(RIVAL_NAMES)
    assert not {each.name for each in CONTENDERS if each.floor} & set(RIVAL_NAMES)


def test_losses_to_persistent_maps_and_to_copied_dicts_are_told_apart() -> None:
    made = report(FOUND)
    assert [row.label for row in made.lost] == ["lookup_hit, 1,000 entries of str"]
    assert [row.label for row in made.behind] == [
        "lookup_hit, 8 entries of str",
        "lookup_hit, 8 entries of int",
        "diff_1, 8 entries of str",
    ]


def test_row_without_pyhamt_is_no_loss() -> None:
    [row] = rows(results("build", 8, immutables=1, python_dict=1))
    assert row.winner([RIVAL]) is None
    assert row.ratio(RIVAL) is None


def test_complaints_of_one_kind_make_one_sentence() -> None:
    operation = "merge_half"
    found = [
        Rejection("a", operation, "str", 1, "wrong answer"),
        Rejection("b", operation, "str", 8, "wrong answer"),
        Rejection("a", operation, "int", 1_000, "wrong answer"),
        Rejection("a", operation, "-", 0, "raises X"),
    ]
    assert list(sentences(found)) == [
        "a, merge_half: wrong answer (1 entry of str; 1,000 entries of int)",
        "b, merge_half: wrong answer (8 entries of str)",
        "a, merge_half: raises X (no map)",
    ]


# Text and files.


def test_table_has_medians_ratios_and_marks() -> None:
    lines = "\n".join(table(report(FOUND)))
    assert re.search(r"look up a key, m\[k\], str\n +entries +python-dict ", lines)
    assert re.search(r"\n +8 +20\.0 ns +22\.0 ns +1\.10x +- +25\.0 ns +1\.25x ", lines)
    assert re.search(r"\n +8 +900 ns\* +1\.50 us +1\.67x ", lines)
    assert "left out: words: no list" in lines
    assert (
        "WRONG: pypersistent, merge_half: wrong answer "
        "(100 entries of str; 8 entries of str)" in lines
    )
    assert "and all others agree" in lines


def test_summary_has_every_target_and_every_loss() -> None:
    lines = list(summary(report(FOUND)))
    held = "    MISSED  `m[k]` hit and `in`, under immutables at every size: at most "
    [line] = [line for line in lines if line.startswith(held)]
    assert line.endswith("1.50x for lookup_hit, 1,000 entries of str; 2 of 3 cases")
    assert sum("not measured" in line for line in lines) > 10
    at = lines.index("a persistent map is ahead in 1 rows:")
    assert lines[at + 1] == "  lookup_hit, 1,000 entries of str: 1.50x immutables"
    assert lines[at - 1] == "dict or a copied one is ahead in 3 of 5 rows"


def test_csv_has_what_was_timed(tmp_path: Path) -> None:
    write_csv(tmp_path / "it.csv", report(FOUND))
    with open(tmp_path / "it.csv", newline="") as file:
        written = list(csv.DictReader(file))
    assert len(written) == len(FOUND) - 2
    assert written[0] == {
        "method": "pyhamt",
        "dataset_type": "str",
        "operation": "lookup_hit",
        "size": "8",
        "total_time_ns": "1000",
        "ops_per_sec": "45454545.455",
        "ns_per_op": "22.000",
    }


def test_json_has_the_spread_and_the_targets(tmp_path: Path) -> None:
    write_json(tmp_path / "it.json", report(FOUND))
    written = json.loads((tmp_path / "it.json").read_text())
    assert written["results"][0] == {
        "name": "lookup_hit/str/8/pyhamt",
        "unit": "ns",
        "by_hand": False,
        "runs": 3,
        "min": 20,
        "median": 22,
        "max": 30,
    }
    by_hand = [each["name"] for each in written["results"] if each["by_hand"]]
    assert by_hand == ["diff_1/str/8/python-dict", "diff_1/str/8/immutables"]
    assert [each["target"] for each in written["targets"]] == [
        target.text for target in TARGETS
    ]
    assert written["wrong"] == [
        "pypersistent, merge_half: wrong answer (100 entries of str; 8 entries of str)"
    ]
    assert written["machine"] == machine()


def test_machine_names_what_figures_depend_on() -> None:
    about = machine()
    assert about["cpu"]
    assert about["python"] == f"CPython {sys.version.split()[0]}"
    assert (about["extension"] or "").startswith("_hamt.")
    assert all(value is None or value for value in about.values())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567, "1.23 ms"),
        (999, "999 ns"),
        (5e9, "5.00 s"),
        (25.25, "25.2 ns"),
        (1e12, "1,000 s"),
    ],
)
def test_quantities_have_three_digits_and_a_unit(value: float, text: str) -> None:
    assert quantity(value, "ns") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0000643, "0.000064"),
        (0.094, "0.094"),
        (0.0951, "0.10"),
        (0, "0"),
        (99.5, "100"),
    ],
)
def test_small_ratios_are_written_out(value: float, text: str) -> None:
    assert three_digits(value) == text


# The page.


class _Page(HTMLParser):
    """The elements of a page: cells and classes of the rows, links, and drawings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[tuple[str, list[str]]]] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.attributes += [(tag, name, value) for name, value in given.items()]
        if tag not in {"meta", "input"}:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append((given.get("class", ""), []))
        elif tag in {"td", "th"}:
            self.tables[-1][-1][1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"td", "th"}:
            self.tables[-1][-1][1][-1] += data


def test_page_is_whole_and_needs_nothing_from_elsewhere() -> None:
    text = page(report(FOUND))
    parsed = _Page(text)
    assert parsed.open == []
    assert not {tag for tag, _, _ in parsed.attributes} & {"link", "img", "iframe"}
    links = [value for _, name, value in parsed.attributes if name in {"href", "src"}]
    assert links
    assert all(value.startswith("#") for value in links)
    ids = [value for _, name, value in parsed.attributes if name == "id"]
    assert len(set(ids)) == len(ids)
    assert {link[1:] for link in links} <= set(ids)
    assert "http" not in text.replace("http-equiv", "")


def test_page_has_a_row_of_ratios_for_each_case_and_marks_losses() -> None:
    parsed = _Page(page(report(FOUND)))
    [ratios] = [each for each in parsed.tables if each[0][1][0] == "operation"]
    assert [(kind, cells[:3]) for kind, cells in ratios[1:]] == [
        ("behind", ["lookup_hit", "str", "8"]),
        ("lost", ["lookup_hit", "str", "1,000"]),
        ("behind", ["lookup_hit", "int", "8"]),
        ("behind", ["diff_1", "str", "8"]),
        ("", ["bytes_per_entry", "str", "8"]),
    ]
    assert ratios[2][1][3:] == [
        *("30.0 ns", "40.0 ns", "0.75", "20.0 ns", "1.50"),
        *("immutables", "20.0 ns", "1.50"),
    ]
    assert ratios[4][1][4] == "900 ns*"


def test_page_has_every_target_with_its_verdict() -> None:
    parsed = _Page(page(report(FOUND)))
    [targets] = [each for each in parsed.tables if each[0][1][0] == "target"]
    assert len(targets) == len(TARGETS) + 1
    by_text = {cells[0]: (kind, *cells[1:]) for kind, cells in targets}
    assert by_text["m[k] hit and in, under immutables at every size"] == (
        *("lost", "1.00x", "lookup_hit, 1,000 entries of str", "1.50x", "2 of 3", "no"),
    )
    assert by_text["build from a dict"][-1] == "not measured"


def test_page_has_min_and_max_of_every_figure_and_the_conditions() -> None:
    text = page(report(FOUND))
    assert 'title="20.0 ns to 30.0 ns, 3 runs">22.0 ns</td>' in text
    assert "pypersistent, merge_half: wrong answer" in text
    for name in (*machine(), "str", "int"):
        assert f"<td>{name}</td>" in text or machine()[name] is None


def test_page_escapes_what_it_shows() -> None:
    text = page(report(FOUND, title="<b> & co"))
    assert "&lt;b&gt; &amp; co" in text
    assert "<b>" not in text


def test_page_draws_operations_of_several_sizes() -> None:
    text = page(report(FOUND))
    drawn = re.findall(r'<svg class="chart".*?</svg>', text)
    assert len(drawn) == 1
    assert "immutables, 1,000: 20.0 ns" in drawn[0]


def test_chart_has_a_line_and_a_point_for_each_figure() -> None:
    every = looks()
    lines = [
        Line(SUBJECT, every[SUBJECT], [(1, 20.0), (1_000, 45.0), (10**6, 300.0)]),
        Line("nothing", every["nothing"], [(1, 10.0), (10**6, 10.0)]),
    ]
    text = chart(lines, "ns").replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1)
    drawn = ElementTree.fromstring(text)
    points = [
        (float(point.get("cx", 0)), float(point.get("cy", 0)))
        for point in drawn.iter(f"{SVG}circle")
    ]
    assert len(points) == 5
    width, height = map(float, drawn.get("viewBox", "").split()[2:])
    assert all(0 < x < width and 0 < y < height for x, y in points)
    # pyhamt comes last, on top, and from left to right it goes up.
    assert points[2:] == sorted(points[2:], key=lambda point: -point[1])
    assert points[2:] == sorted(points[2:])
    dashed = [each for each in drawn.iter(f"{SVG}path") if each.get("stroke-dasharray")]
    assert len(dashed) == 1
    labels = [each.text for each in drawn.iter(f"{SVG}text")]
    assert {"1", "1,000", "1,000,000", "10 ns", "100 ns", "1 µs"} <= set(labels)


def test_flat_chart_is_drawn() -> None:
    text = chart([Line(SUBJECT, looks()[SUBJECT], [(8, 100.0), (16, 100.0)])], "ns")
    assert text.count("<circle") == 2


def test_contenders_look_different_and_floors_are_dashed() -> None:
    every = looks()
    assert every.keys() == {each.name for each in CONTENDERS}
    assert len({each.colour for each in every.values()}) == len(every)
    assert {name for name, each in every.items() if each.dashed} == {
        each.name for each in CONTENDERS if each.floor
    }


# Two commits.


def samples(*figures: float) -> list[dict[str, float]]:
    return [{"build/str/8": each, "equal/str/8": 100.0} for each in figures]


@pytest.mark.parametrize(
    ("base", "head", "verdict"),
    [
        ((100, 101, 99, 100), (90, 91, 89, 90), "faster"),
        ((100, 101, 99, 100), (110, 111, 109, 110), "slower"),
        ((100, 101, 99, 100), (101, 102, 100, 101), "same"),
        ((100, 130, 70, 100), (110, 140, 80, 110), "same"),
        ((100, 100, 100, 900), (101, 101, 101, 101), "same"),
    ],
)
def test_change_counts_beyond_the_noise(
    base: Sequence[float], head: Sequence[float], verdict: str
) -> None:
    found = {each.row: each for each in changes(samples(*base), samples(*head))}
    assert found["build/str/8"].verdict == verdict
    assert found["equal/str/8"].verdict == "same"


def test_rows_that_one_commit_lacks_are_not_compared() -> None:
    base = [{"build/str/8": 1.0}, {"build/str/8": 1.0}]
    head = [{"build/str/8": 2.0, "diff_1/str/8": 5.0}] * 2
    assert [each.row for each in changes(base, head)] == ["build/str/8"]


def test_report_of_changes_has_those_that_count_the_largest_first() -> None:
    found = changes(
        [{"build/str/8": 100.0, "equal/int/8": 100.0, "bytes_per_entry/int/8": 30.0}],
        [{"build/str/8": 150.0, "equal/int/8": 101.0, "bytes_per_entry/int/8": 10.0}],
    )
    assert [each.split() for each in compare.report(found)] == [
        ["row", "base", "head", "ratio", "noise"],
        ["bytes_per_entry/int/8", "30.0", "B", "10.0", "B", "0.33", "0.0%", "faster"],
        ["build/str/8", "100", "ns", "150", "ns", "1.50", "0.0%", "slower"],
        ["1", "of", "3", "rows:", "no", "change", "beyond", "noise"],
    ]


def test_noise_is_three_standard_errors_of_both_medians() -> None:
    change = Change("build/str/8", [90, 100, 110, 100], [190, 200, 210, 200])
    errors = [1.2533 * 1.4826 * 5 / 2 / 100, 1.2533 * 1.4826 * 5 / 2 / 200]
    assert change.noise == pytest.approx(3 * sum(each**2 for each in errors) ** 0.5)


def test_process_of_a_comparison_measures_the_chief_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compare, "_SIZES", (8,))
    found = compare.measure(0)
    assert found.keys() == {
        f"{each.name}/{dataset}/8"
        for each in OPERATIONS
        for dataset in ("str", "int")
        if each.chief and not each.whole_text and each.least <= 8
    }
    assert all(0 < median < 10**9 for median in found.values())


def test_comparison_takes_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def measured(site: Path | None, _: float) -> dict[str, float]:
        asked.append(site)
        return {"build/str/8": float(len(asked))}

    monkeypatch.setattr(compare, "_measured_apart", measured)
    site = Path("site")
    base, head = compare._take_turns(site, 3, 1.0)
    assert asked == [site, None, None, site, site, None]
    assert [each["build/str/8"] for each in base] == [1, 4, 5]
    assert [each["build/str/8"] for each in head] == [2, 3, 6]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [([], 2, "which commit is the BASE?"), (["no-such-commit"], 1, "git")],
)
def test_comparison_without_a_base_stops(
    arguments: list[str],
    status: int,
    message: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stop:
        compare.main(arguments)
    assert stop.value.code == status
    assert message in capfd.readouterr().err


def test_configuration_of_asv_is_where_it_says(tmp_path: Path) -> None:
    root = Path(compare.__file__).parent
    text = (root / "asv.conf.json").read_text()
    written = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    assert (root / written["benchmark_dir"] / "chief.py").exists()
    assert (root / written["repo"] / "pyproject.toml").exists()
    for name in ("env_dir", "results_dir", "html_dir"):
        assert written[name].startswith("results/")


def test_rows_of_asv_are_measured() -> None:
    program = (
        "from benchmarks.asv import chief\n"
        "time, memory = chief.Time(), chief.Memory()\n"
        "time.setup('lookup_hit', 'int', 8)\n"
        "assert 0 < time.track_median('lookup_hit', 'int', 8) < 1e6\n"
        "memory.setup('bytes_per_entry', 'str', 8)\n"
        "assert 0 < memory.track_bytes('bytes_per_entry', 'str', 8) < 1e3\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(compare.__file__).parents[1],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_row_keeps_its_results_by_contender() -> None:
    row = Row(OPERATION["build"], "str", 1, {})
    assert row.label == "build, 1 entry of str"
    assert row.best([RIVAL]) is None
