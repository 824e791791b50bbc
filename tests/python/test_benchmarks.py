# SPDX-License-Identifier: Apache-2.0
"""The benchmark program: that every contender is right, and what the program says.

Every operation meets every contender on maps of a few entries, and its answer is
checked; that there are figures is tested, not what they are.
"""

from __future__ import annotations

import builtins
import csv
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

import benchmarks
from benchmarks import __main__ as program
from benchmarks import isolated, plan, run, texts
from benchmarks.by_hand import differences, their_changes
from benchmarks.checks import same_entries
from benchmarks.contender import Contender
from benchmarks.contenders import CONTENDERS, SUBJECT
from benchmarks.dataset import Dataset
from benchmarks.datasets import DATASETS
from benchmarks.entrant import prepare, spell
from benchmarks.floors import ring
from benchmarks.isolated import Question
from benchmarks.keys import Keys
from benchmarks.memory import resident_bytes, traced_size
from benchmarks.operation import Operation
from benchmarks.operations import EDITS, OPERATIONS
from benchmarks.plan import NO_KEYS, PLANS, SIZES, Case, Part, cases
from benchmarks.texts import read_files
from benchmarks.timing import FreshBatches, KeyBatches, measure
from benchmarks.workload import Workload

ROOT = Path(__file__).parents[2]
TEXT = "the map the key\nand the value\n"

PRESENT = [each for each in CONTENDERS if each.obstacle() is None]
BY_NAME = {each.name: each for each in CONTENDERS}
OPERATION = {each.name: each for each in OPERATIONS}

RunProgram = Callable[..., int]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return path


@pytest.fixture
def run_program(
    tmp_path: Path, text: Path, monkeypatch: pytest.MonkeyPatch
) -> RunProgram:
    """Run the program here: on TEXT, with the least budget, without matplotlib."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.delitem(sys.modules, "benchmarks.chart", raising=False)
    monkeypatch.delattr(benchmarks, "chart", raising=False)
    always = ["--budget", "0", "--output-dir", str(tmp_path), "--name", "it"]

    def run_program(
        *arguments: str, data: Sequence[str] = ("--input", str(text))
    ) -> int:
        return program.main([*data, *always, *arguments])

    return run_program


def read_rows(tmp_path: Path) -> list[dict[str, str]]:
    with open(tmp_path / "it.csv", newline="") as file:
        return list(csv.DictReader(file))


def with_phrases(name: str, **phrases: str) -> tuple[Contender, ...]:
    """The contenders, one of which spells some of its phrases otherwise."""
    return tuple(
        replace(each, phrases=each.phrases | phrases) if each.name == name else each
        for each in CONTENDERS
    )


@cache
def workload(name: str, dataset: str, size: int) -> Workload:
    contender = BY_NAME[name]
    return Workload(contender, Keys(DATASETS[dataset](size, 1), size, contender.key))


def complaints(name: str, dataset: str, size: int) -> Iterator[tuple[str, str]]:
    """The operations that a contender can do and does not do right."""
    for operation in OPERATIONS:
        statement = spell(BY_NAME[name], operation)
        if statement is None or operation.probe or operation.whole_text:
            continue
        if operation.least <= size:
            entrant = prepare(operation, workload(name, dataset, size), statement)
            if complaint := entrant.complaint():
                yield operation.name, complaint


# Every operation and contender.


@pytest.mark.parametrize("contender", PRESENT, ids=lambda each: each.name)
@pytest.mark.parametrize(
    ("dataset", "size"),
    [
        *(("str", size) for size in (1, 2, 8, 20)),
        *(("int", size) for size in (1, 9, 20)),
        *((name, 12) for name in ("str_twin", "random_int", "tuple", "object")),
        ("colliding", 12),
    ],
)
def test_contender_does_every_operation_right(
    contender: Contender, dataset: str, size: int
) -> None:
    if contender.crashes("", dataset, size):
        pytest.skip("it ends the process")
    assert list(complaints(contender.name, dataset, size)) == []


@pytest.mark.parametrize("dataset", ["str", "int", "tuple", "object", "colliding"])
def test_pyhamt_does_every_operation_right_on_larger_maps(dataset: str) -> None:
    size = 2 * max(EDITS)
    assert all(each.least <= size or each.probe for each in OPERATIONS)
    assert list(complaints(SUBJECT, dataset, size)) == []


def test_phrases_of_the_built_in_frozendict_are_right_before_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    package = pytest.importorskip("frozendict")
    monkeypatch.setattr(builtins, "frozendict", package.frozendict, raising=False)
    assert BY_NAME["python-frozendict"].obstacle() is None
    assert list(complaints("python-frozendict", "str", 12)) == []


def test_pyhamt_does_every_operation() -> None:
    assert all(spell(BY_NAME[SUBJECT], each) for each in OPERATIONS)


@pytest.mark.parametrize(
    ("name", "lacking"),
    [
        ("python-dict", {"import"}),
        ("immutables", {"union_half", "union_disjoint", "union_1"}),
        ("pypersistent", {"build_mutation", "get_many"}),
        ("frozendict", {"build_mutation", "get_many", "count"}),
        ("pyrsistent", {"get_many"}),
        (
            "rpds-py",
            {"union_half", "union_disjoint", "union_1", "build_mutation", "get_many"},
        ),
    ],
)
def test_contender_does_all_but_what_it_lacks(name: str, lacking: set[str]) -> None:
    contender = BY_NAME[name]
    beside = {each.name for each in OPERATIONS if not each.alone}
    able = {each.name for each in OPERATIONS if spell(contender, each)}
    assert beside - able == lacking


@pytest.mark.parametrize("contender", CONTENDERS, ids=lambda each: each.name)
def test_phrases_by_hand_are_phrases_of_the_contender(contender: Contender) -> None:
    optional = {"many"}
    assert contender.by_hand - optional <= contender.phrases.keys()
    assert contender.note.startswith("floor: ") == contender.floor


def test_floors_are_timed_and_neither_weighed_nor_asked_for_more() -> None:
    taken = {
        each.name: {one.name for one in OPERATIONS if spell(each, one)}
        for each in CONTENDERS
        if each.floor
    }
    assert taken["mappingproxy"] == {"lookup_hit", "get_hit", "lookup_miss", "contains"}
    assert taken["cache-miss"] == {"lookup_hit"}
    assert taken["nothing"] == {"gc_collect"}
    assert {"build", "set_new", "delete"} <= taken["empty-call"]
    assert not {"bytes_per_entry", "bytes_per_version"} & taken["empty-call"]


def test_ring_visits_every_cell() -> None:
    [first] = ring(50)
    cell, seen = first.next, [first]
    while cell is not first:
        seen.append(cell)
        cell = cell.next
    assert len(set(seen)) == 50


def test_edits_are_at_places_of_their_own() -> None:
    it = workload(SUBJECT, "str", 100)
    first = next(iter(it.m))
    lists = it.edits_apart(10)
    assert [len(keys) for keys in lists] == [10] * 5
    assert len({first, *(key for keys in lists for key in keys)}) == 51
    for keys, other in zip(lists, it.edited_apart(10), strict=True):
        assert set(it.m.diff(other).changed) == set(keys)
    assert list(it.m.diff(it.ours).changed) == [first]
    assert list(it.m.diff(it.edited).changed) == it.edits != [first]
    assert it.shared == it.m
    assert it.shared is not it.m


def test_differences_by_hand_find_every_kind() -> None:
    old, new = {"a": 1, "b": 2, "c": 3}, {"b": 2, "c": 4, "d": 5}
    assert differences(old, new) == ({"d": 5}, {"a": 1}, {"c": (3, 4)})
    assert their_changes(old, {**old, "b": 9}, new) == ({"d": 5, "c": 4}, ["a"])
    with pytest.raises(ValueError, match="both sides changed 'c'"):
        their_changes(old, {**old, "c": 9}, new)


@pytest.mark.parametrize(
    ("m", "changes", "is_same"),
    [
        ({"a": 1, "b": 2}, {}, True),
        ({"a": 1}, {}, False),
        ({"a": 1, "c": 2}, {}, False),
        ({"a": 1, "b": None}, {}, False),
        ({"a": 1, "b": 2, "c": 3}, {}, False),
        ({"a": 1, "b": 3, "c": 4}, {"b": 3, "c": 4}, True),
        ({"a": 1, "b": 2, "c": 4}, {"b": 3, "c": 4}, False),
        ({"a": 1, "b": 3}, {"b": 3, "c": 4}, False),
    ],
)
@pytest.mark.parametrize("compared_whole", [0, 10])
def test_entries_are_compared(
    m: dict[str, int], changes: dict[str, int], is_same: bool, compared_whole: int
) -> None:
    assert same_entries(m, {"a": 1, "b": 2}, changes, compared_whole) == is_same


# The program.


def test_command_prints_a_table_and_writes_csv_json_page_and_charts(
    tmp_path: Path, text: Path
) -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--input", str(text)]
    command += ["--sizes", "1,full", "--operations", "lookup_hit,set_new"]
    command += ["--output-dir", str(tmp_path / "new" / "results"), "--name", "it"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "input: 7 words, 5 distinct keys" in done.stdout
    assert "set a new key" in done.stdout
    assert "all agree" in done.stdout

    base = tmp_path / "new" / "results" / "it"
    header, *rows = base.with_suffix(".csv").read_text().splitlines()
    assert header == (
        "method,dataset_type,operation,size,total_time_ns,ops_per_sec,ns_per_op"
    )
    assert rows[0].startswith("python-dict,input,lookup_hit,1,")
    assert base.with_suffix(".html").read_text().startswith("<!DOCTYPE html>")
    if importlib.util.find_spec("matplotlib"):
        assert base.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
        assert "</svg>" in base.with_suffix(".svg").read_text()
    else:
        assert "no chart: No module named 'matplotlib'" in done.stdout
    report = json.loads(base.with_suffix(".json").read_text())
    assert report["contenders"]["pyhamt"]
    about = report["machine"]
    assert {"cpu", "kernel", "governor", "python", "commit", "extension"} <= set(about)
    for result in report["results"]:
        assert 0 < result["min"] <= result["median"] <= result["max"]
        assert result["name"].split("/")[1:3] in (["input", "1"], ["input", "5"])


def test_look_has_a_row_for_each_method_operation_and_size(
    tmp_path: Path, run_program: RunProgram
) -> None:
    assert run_program("--sizes", "1,4,full") == 0
    rows = read_rows(tmp_path)
    look = plan.look("input", quick=False)
    expected = {
        (name, operation.name, size)
        for name in look.contenders
        if BY_NAME[name] in PRESENT
        for operation in OPERATIONS
        for size in (["5"] if operation.whole_text else ["1", "4", "5"])
        if operation.chief and operation.unit == "ns"
        if int(size) >= operation.least and spell(BY_NAME[name], operation)
    }
    assert {(row["method"], row["operation"], row["size"]) for row in rows} == expected
    assert ("python-contextvar", "delete", "1") not in expected
    for row in rows:
        per_op, per_second = float(row["ns_per_op"]), float(row["ops_per_sec"])
        assert per_op * per_second == pytest.approx(1e9, rel=0.01)
        assert int(row["total_time_ns"]) > 0


def test_suite_tells_targets_losses_and_what_was_left_out(
    tmp_path: Path,
    text: Path,
    run_program: RunProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(texts, "WORD_LIST", tmp_path / "words")
    text.write_text(" ".join(f"word{i % 150}" for i in range(300)))
    for name in ("identifiers", "manual"):
        read = partial(read_files, [text], 1, name=name)
        monkeypatch.setitem(DATASETS, name, lambda *_, read=read: read())
    chosen = ["--operations", "build,merge_half,count,import", "--sizes", "8,100"]
    assert run_program("--suite", "full", *chosen, data=()) == 0
    printed = capsys.readouterr().out
    if BY_NAME["immutables"] in PRESENT:
        assert "build from a dict: at most 0.40x, " in printed
    assert "a persistent map is ahead in " in printed
    assert "left out: words: no " in printed
    if BY_NAME["pypersistent"] in PRESENT:
        assert "WRONG: pypersistent, merge_half: wrong answer (100 entries" in printed
        assert "WRONG: pypersistent, maps: it ends the process (8 entries" in printed

    rows = read_rows(tmp_path)
    kinds = {row["dataset_type"] for row in rows if row["operation"] == "build"}
    assert kinds == DATASETS.keys() - {"words"}
    counted = {row["dataset_type"] for row in rows if row["operation"] == "count"}
    assert counted == {"identifiers", "manual"}
    imported = {row["method"] for row in rows if row["dataset_type"] == NO_KEYS}
    assert {"pyhamt", "python-contextvar"} <= imported
    report = json.loads((tmp_path / "it.json").read_text())
    assert {each["holds"] for each in report["targets"]} <= {True, False, None}
    assert len(report["datasets"]) == len(DATASETS) - 1


def test_file_of_the_user_joins_a_suite(
    tmp_path: Path, run_program: RunProgram, text: Path
) -> None:
    text.write_text("a=1\nb=2\nc=3\n")
    chosen = ["--operations", "lookup_hit", "--sizes", "2", "--form", "pairs"]
    assert run_program("--suite", "quick", *chosen) == 0
    assert "input" in {row["dataset_type"] for row in read_rows(tmp_path)}


def test_bytes_per_entry_of_a_dict_is_its_size(
    tmp_path: Path, run_program: RunProgram
) -> None:
    assert run_program("--sizes", "4", "--operations", "bytes_per_entry") == 0
    results = json.loads((tmp_path / "it.json").read_text())["results"]
    medians = {result["name"].split("/")[3]: result["median"] for result in results}
    assert medians["python-dict"] == sys.getsizeof(dict.fromkeys("abcd")) / 4
    assert all(0 < median < 1_000 for median in medians.values())
    assert read_rows(tmp_path) == []


@pytest.mark.parametrize(
    ("operation", "phrases", "complaint"),
    [
        ("build", {"build": "answer = dict.fromkeys(source)"}, "wrong answer"),
        ("set_new", {"set": "answer = {**m, key: None}"}, "wrong answer for "),
        ("set_existing", {"set": "answer = m"}, "wrong answer for "),
        ("set_same", {"set": "answer = {**m, key: 0.5}"}, "wrong answer for "),
        ("set_new", {"set": "answer = m; m[key] = value"}, "wrong answer for "),
        ("delete", {"delete": "answer = m"}, "wrong answer for "),
        ("delete", {"delete": "answer = m / key"}, "raises TypeError("),
        ("get_hit", {"get": "answer = m.get(key, 1) + 1"}, "wrong answer for "),
        ("iterate_keys", {"keys": "for answer in [*m][1:-1]: pass"}, "wrong answer"),
        ("equal", {"equal": "answer = 1"}, "wrong answer"),
        ("equal_shared", {"equal": "answer = m is other"}, "wrong answer"),
        ("one_change_away", {"equal": "answer = True"}, "wrong answer"),
        ("merge_half", {"merge": "answer = other | m"}, "wrong answer"),
        ("merge_disjoint", {"merge": "answer = other"}, "wrong answer"),
        ("merge3_1", {"merge3": "answer = theirs"}, "wrong answer"),
        ("diff_1", {"diff": "answer = {}, {}, {}"}, "wrong answer"),
        ("diff_1", {"diff": "answer = differences(other, m)"}, "wrong answer"),
        ("hash_again", {"hash": "answer = id(m)"}, "wrong answer"),
        ("hash_1", {"hash": "answer = id(m)"}, "wrong answer"),
        ("pickle", {"dumps": "answer = dumps({})"}, "wrong answer"),
        ("unpickle", {"loads": "answer = m | {'x': 1}"}, "wrong answer"),
        ("mixed_50_50", {"lookup": "answer = 0.5"}, "wrong answer"),
        ("mixed_95_5", {"set": "answer = dict(m)"}, "wrong answer"),
        ("keep_100_versions", {"set": "answer = dict(m)"}, "wrong answer"),
        ("count", {"count": "answer = dict.fromkeys(words, 1)"}, "wrong answer"),
        (
            "count",
            {
                "count": "answer = {each: words.count(each) for each in words}\n"
                "m.clear()"
            },
            "the map is not what it was built from",
        ),
    ],
)
def test_rival_with_a_wrong_answer_is_named_and_left_out_of_the_row(
    operation: str,
    phrases: dict[str, str],
    complaint: str,
    tmp_path: Path,
    run_program: RunProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrong = with_phrases("python-dict", **phrases)
    monkeypatch.setattr(program, "CONTENDERS", wrong)
    names = ["--contenders", "python-dict,pyhamt"]
    assert run_program("--sizes", "full", "--operations", operation, *names) == 0
    printed = capsys.readouterr().out
    assert f"WRONG: python-dict, {operation}: {complaint}" in printed
    assert "(5 entries of input)" in printed
    assert "and all agree" not in printed
    assert {row["method"] for row in read_rows(tmp_path)} == {"pyhamt"}


def test_wrong_answer_of_pyhamt_fails_the_run(
    run_program: RunProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = with_phrases(SUBJECT, set="answer = m")
    monkeypatch.setattr(program, "CONTENDERS", wrong)
    assert run_program("--sizes", "4", "--operations", "set_new") == 1


def test_method_that_a_version_does_not_have_is_named(
    run_program: RunProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    older = with_phrases(SUBJECT, diff="answer = m.deviation(other)")
    monkeypatch.setattr(program, "CONTENDERS", older)
    assert run_program("--sizes", "4", "--operations", "diff_1") == 0
    printed = capsys.readouterr().out
    assert "left out: pyhamt, diff_1: it has no deviation" in printed


def test_contender_that_cannot_build_is_named(
    run_program: RunProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = with_phrases("python-contextvar", build="answer = Context().missing")
    monkeypatch.setattr(program, "CONTENDERS", broken)
    assert run_program("--sizes", "4", "--operations", "contains") == 0
    printed = capsys.readouterr().out
    assert "WRONG: python-contextvar, maps: raises AttributeError(" in printed


def test_contender_that_is_not_installed_is_named_and_the_rest_runs(
    tmp_path: Path,
    run_program: RunProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "immutables", None)
    assert run_program("--sizes", "4", "--operations", "contains") == 0
    assert "left out: immutables: " in capsys.readouterr().out
    methods = [row["method"] for row in read_rows(tmp_path)]
    assert methods == ["python-dict", "pyhamt", "python-contextvar"]


def test_contender_without_metadata_has_no_version() -> None:
    contender = replace(CONTENDERS[0], distribution="no-such-distribution")
    assert contender.version() == "of unknown version"


def test_missing_pyhamt_stops_the_program(
    run_program: RunProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "pyhamt", None)
    with pytest.raises(SystemExit) as stop:
        run_program()
    assert stop.value.code == 1
    assert capsys.readouterr().err.startswith("python -m benchmarks: pyhamt: ")


def test_missing_matplotlib_costs_the_chart_only(
    tmp_path: Path, run_program: RunProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_program("--sizes", "4", "--operations", "contains") == 0
    assert "no chart: " in capsys.readouterr().out
    written = {path.name for path in tmp_path.glob("it.*")}
    assert written == {"it.csv", "it.json", "it.html"}


def test_size_beyond_the_distinct_keys_is_left_out(
    tmp_path: Path, run_program: RunProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_program("--sizes", "4,1000,10", "--operations", "contains") == 0
    printed = capsys.readouterr().out
    assert "left out: maps of 1,000 entries: input has 5 distinct keys" in printed
    assert {row["size"] for row in read_rows(tmp_path)} == {"4"}


def test_contender_is_left_out_above_the_size_where_it_is_slow(
    tmp_path: Path,
    run_program: RunProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = "python-contextvar"
    small = [
        replace(each, slow_above={"build": 4}) if each.name == name else each
        for each in CONTENDERS
    ]
    monkeypatch.setattr(program, "CONTENDERS", small)
    assert run_program("--sizes", "4,5", "--operations", "contains") == 0
    assert f"left out: {name}, maps: 5 entries would " in capsys.readouterr().out
    found = {row["size"] for row in read_rows(tmp_path) if row["method"] == name}
    assert found == {"4"}


def test_statement_that_would_end_the_process_is_not_run(
    run_program: RunProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fatal = [
        replace(each, crashes_above={"lookup": 4})
        if each.name == "python-dict"
        else each
        for each in with_phrases("python-dict", lookup="import os; os._exit(3)")
    ]
    monkeypatch.setattr(program, "CONTENDERS", fatal)
    assert run_program("--sizes", "5", "--operations", "lookup_hit") == 0
    printed = capsys.readouterr().out
    assert "WRONG: python-dict, lookup_hit: it ends the process (5 entries" in printed


def test_copies_that_do_not_fit_in_memory_are_left_out(
    tmp_path: Path,
    run_program: RunProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(run, "_MOST_BYTES_KEPT", 1_000)
    assert run_program("--sizes", "4", "--operations", "keep_100_versions,build") == 0
    assert "left out: python-dict, keep_100_versions, 4 entries of input: " in (
        capsys.readouterr().out
    )
    rows = read_rows(tmp_path)
    assert [row["operation"] for row in rows if row["method"] == "python-dict"] == [
        "build"
    ]


def test_cases_past_the_overtime_are_left_out(
    tmp_path: Path,
    run_program: RunProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(run, "_OVERTIME_NS", -(10**12))
    assert run_program("--sizes", "4,5", "--operations", "build,contains") == 0
    assert "left out: 4 cases: the time was up" in capsys.readouterr().out
    assert read_rows(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--operations", "build,fly"], "'fly' is none of the operations: build, "),
        (["--contenders", "list"], "'list' is none of the contenders: python-dict"),
        (["--sizes", "1,0"], "'0' is no size"),
        (["--sizes", "many"], "'many' is no size"),
        (["--sizes", ""], "'' is no size"),
        (["--name", "a/b"], "'a/b' is no file name"),
        (["--dataset", "cats"], "invalid choice: 'cats'"),
        (["--suite", "quick", "--dataset", "int"], "--dataset is not for it"),
        (["--input", "absent.txt"], "cannot read absent.txt: "),
        (["--input", os.devnull], "no keys in the data set 'input'"),
        (["--input", ".", "--output-dir", os.devnull], os.devnull),
    ],
)
def test_bad_option_stops_with_a_message_and_status_2(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stop:
        program.main(["--output-dir", str(tmp_path), *arguments])
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


# Plans.


def datasets_of(sizes: dict[str, int]) -> dict[str, Dataset]:
    """Data sets that say how many keys they have, and have none."""
    return {
        name: Dataset(name, range(size), [], 1, size)  # type: ignore[arg-type]
        for name, size in sizes.items()
    }


def test_full_plan_takes_every_operation_at_every_size_for_str_and_int() -> None:
    parts = PLANS["full"].parts
    found = cases(parts, datasets_of(plan.largest(parts)))
    for dataset in ("str", "int"):
        taken = {
            (case.operation, case.size) for case in found if case.dataset == dataset
        }
        assert taken == {
            (operation, size)
            for operation in OPERATIONS
            for size in SIZES
            if operation.least <= size <= (operation.most or size)
            if not operation.whole_text and operation.name != "import"
        }
    assert [case.operation.name for case in found if case.dataset == NO_KEYS] == [
        "import"
    ]


def test_small_maps_come_first_and_what_another_case_shows_last() -> None:
    parts = [Part(("str", "int"), OPERATIONS, (8, 1_000_000, 100))]
    found = cases(parts, datasets_of({"int": 1_000_000, "str": 1_000_000}))
    put_off = [case.is_put_off for case in found]
    assert put_off == sorted(put_off)
    for some in (found[: put_off.index(True)], found[put_off.index(True) :]):
        sizes = [case.size for case in some]
        assert sizes == sorted(sizes)
    assert found[-1] == Case("str", 1_000_000, found[-1].operation)


def test_size_of_the_input_stands_for_full_and_is_taken_once() -> None:
    parts = [Part(("input",), [OPERATION["build"]], (5, plan.FULL))]
    assert cases(parts, datasets_of({"input": 5})) == [
        Case("input", 5, OPERATION["build"])
    ]


# The clock.


def measured(
    loops: dict[str, Callable[[Any], Any]], first_ns: int = 0, budget_ns: int = 10**6
) -> dict[str, list[float]]:
    batches = {name: KeyBatches([0]) for name in loops}
    first = dict.fromkeys(loops, first_ns)
    timings = measure(loops, batches, first, budget_ns)
    return {name: timing.samples for name, timing in timings.items()}


def test_slow_contender_is_run_once_and_the_others_several_times() -> None:
    def slow(batch: list[Any]) -> None:
        time.sleep(0.01 * len(batch))

    samples = measured({"slow": slow, "fast": len})
    assert len(samples["slow"]) == 1
    assert samples["slow"][0] >= 10**7
    assert len(samples["fast"]) >= 3


def test_contender_whose_checked_run_took_long_is_not_run_again() -> None:
    def never(_: Any) -> None:
        raise AssertionError

    assert measured({"slow": never}, first_ns=10**9) == {"slow": [10**9]}


def test_parts_share_the_time_of_their_statement() -> None:
    def slow(_: Any) -> None:
        time.sleep(0.01)

    timing = measure({0: slow}, {0: KeyBatches([0])}, {0: 0}, 10**6, parts=100)[0]
    assert timing.samples[0] * 100 == pytest.approx(timing.total_ns)
    assert timing.total_ns >= 10**7


def test_batches_of_a_large_map_sweep_its_keys() -> None:
    batches = KeyBatches(range(100))
    taken = [list(batches.take(30, turn)) for turn in range(4)]
    assert taken[:3] == [list(range(at, at + 30)) for at in (0, 30, 60)]
    assert taken[3] == taken[0]
    assert list(KeyBatches([1, 2]).take(5, 7)) == [1, 2, 1, 2, 1]


def test_fresh_batches_are_made_for_each_turn() -> None:
    made = iter("abcdef")
    batches = FreshBatches(lambda batch: (next(made), *batch), [1, 2], entries=1)
    assert batches.take(3, 0) == [("a", 1), ("b", 2), ("c", 1)]
    assert batches.take(2, 1) == [("d", 2), ("e", 1)]
    assert FreshBatches(len, [1], entries=10**9).longest == 1


# Memory and processes of their own.


def test_traced_size_is_what_was_allocated() -> None:
    size = traced_size([None] * 100, lambda: bytearray(5_000))
    assert 5_000 <= size < 5_200


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc")
def test_resident_bytes_grow_with_the_process() -> None:
    before = resident_bytes()
    kept = b"x" * 20_000_000
    assert 19_000_000 < resident_bytes() - before < 30_000_000
    del kept


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc")
def test_probes_measure_in_processes_of_their_own() -> None:
    names = ["python-dict", "pyhamt"]
    wanted = {
        "gc_collect": [*names, "nothing"],
        "bytes_per_version": names,
        "resident_bytes_per_entry": names,
    }
    answers = Question("int", 2_000, 1, wanted).ask()
    assert [answer[:2] for answer in answers] == [
        (probe, name)
        for probe, asked in wanted.items()
        for name in ("python-dict", "pyhamt", "nothing")
        if name in asked
    ]
    found = {answer[:2]: answer[2] for answer in answers}
    assert all(isinstance(samples, list) for samples in found.values()), found
    assert all(sample > 0 for sample in found["gc_collect", "pyhamt"])
    # A version of a dict is a copy of its 2,000 entries.
    assert found["bytes_per_version", "python-dict"][0] > 30_000
    assert found["bytes_per_version", "pyhamt"][0] < 3_000


def test_every_probe_is_that_of_an_operation() -> None:
    wanted = {each.probe for each in OPERATIONS if each.probe}
    assert wanted == {"import", *isolated.PROBES}


def test_question_about_what_there_is_not_fails_as_a_whole() -> None:
    with pytest.raises(RuntimeError, match="KeyError: 'cats'"):
        Question("cats", 1, 1, {}).ask()


@pytest.mark.parametrize(
    ("program", "complaint"),
    [
        (lambda *_: os.kill(os.getpid(), signal.SIGKILL), "ends its process with "),
        (lambda *_: 1 / 0, "raises ZeroDivisionError('division by zero')"),
    ],
)
def test_probe_that_fails_says_how(
    program: Callable[..., Any], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(isolated.PROBES, "gc_collect", program)
    answer = isolated._in_a_copy("gc_collect", CONTENDERS[0], {})
    assert isinstance(answer, str)
    assert answer.startswith(complaint)


def test_import_is_timed_in_a_new_process() -> None:
    assert 0 < isolated.time_import("sys") < isolated.time_import("decimal")


def test_operations_have_names_of_their_own() -> None:
    assert len(OPERATION) == len(OPERATIONS)
    assert all(isinstance(each, Operation) for each in OPERATIONS)
