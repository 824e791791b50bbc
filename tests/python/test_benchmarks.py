# SPDX-License-Identifier: Apache-2.0
"""The benchmark program: its data sets, its check of answers, its files and messages.

The program runs on maps of a few entries; that there are figures is tested, not what
they are.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import benchmarks
from benchmarks import __main__ as program
from benchmarks import datasets, run
from benchmarks.contenders import CONTENDERS, Contender
from benchmarks.memory import traced_size
from benchmarks.operations import OPERATIONS
from benchmarks.progress import Progress
from benchmarks.timing import measure

ROOT = Path(__file__).parents[2]
TEXT = "the map the key\nand the value\n"

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
    monkeypatch.setattr(program, "BUDGET_S", 0)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.delitem(sys.modules, "benchmarks.chart", raising=False)
    monkeypatch.delattr(benchmarks, "chart", raising=False)
    output = ["--output-dir", str(tmp_path), "--name", "it"]

    def run_program(
        *arguments: str, data: Sequence[str] = ("--input", str(text))
    ) -> int:
        return program.main([*data, *output, *arguments])

    return run_program


def read_rows(tmp_path: Path) -> list[dict[str, str]]:
    with open(tmp_path / "it.csv", newline="") as file:
        return list(csv.DictReader(file))


def replace_phrases(name: str, **phrases: str) -> tuple[Contender, ...]:
    """The contenders, one of which spells some of its phrases otherwise."""
    return tuple(
        replace(each, phrases={**each.phrases, **phrases})
        if each.name == name
        else each
        for each in CONTENDERS
    )


def test_command_prints_a_table_and_writes_csv_json_png_and_svg(
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
    assert base.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    assert "</svg>" in base.with_suffix(".svg").read_text()
    report = json.loads(base.with_suffix(".json").read_text())
    assert report["contenders"]["pyhamt"]
    assert {"cpu", "kernel", "python", "commit"} <= report["machine"].keys()
    for result in report["results"]:
        assert 0 < result["min"] <= result["median"] <= result["max"]
        assert result["name"].split("/")[1:3] in (["input", "1"], ["input", "5"])


def test_every_timed_operation_has_a_row_for_each_method_and_size(
    tmp_path: Path, run_program: RunProgram
) -> None:
    assert run_program("--sizes", "1,4,full") == 0
    rows = read_rows(tmp_path)
    expected = {
        (contender.name, operation.name, size)
        for contender in CONTENDERS
        for operation in OPERATIONS
        for size in (["5"] if operation.whole_text else ["1", "4", "5"])
        if operation.unit == "ns" and contender.spell(operation.statement)
    }
    assert {(row["method"], row["operation"], row["size"]) for row in rows} == expected
    assert ("python-contextvar", "delete", "1") not in expected
    for row in rows:
        per_op, per_second = float(row["ns_per_op"]), float(row["ops_per_sec"])
        assert per_op * per_second == pytest.approx(1e9, rel=0.01)
        assert int(row["total_time_ns"]) > 0


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
        ("set_new", {"set": "answer = m; m[key] = value"}, "wrong answer for "),
        ("delete", {"delete": "answer = m"}, "wrong answer for "),
        ("delete", {"delete": "answer = m / key"}, "raises TypeError("),
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
def test_contender_with_a_wrong_answer_is_named_and_left_out_of_the_row(
    operation: str,
    phrases: dict[str, str],
    complaint: str,
    tmp_path: Path,
    run_program: RunProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrong = replace_phrases("python-dict", **phrases)
    monkeypatch.setattr(program, "CONTENDERS", wrong)
    assert run_program("--sizes", "full", "--operations", operation) == 1
    printed = capsys.readouterr().out
    assert f"WRONG: python-dict, {operation}, 5 entries: {complaint}" in printed
    assert "all agree" not in printed
    methods = {row["method"] for row in read_rows(tmp_path)}
    assert methods == {
        each.name
        for each in CONTENDERS
        if operation in each.phrases or operation not in phrases
    } - {"python-dict"}


def test_contender_that_cannot_build_is_named(
    run_program: RunProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = replace_phrases("immutables", build="answer = Map(source).missing")
    monkeypatch.setattr(program, "CONTENDERS", broken)
    assert run_program("--sizes", "4", "--operations", "contains") == 1
    assert "WRONG: immutables, 4 entries: making it raises AttributeError(" in (
        capsys.readouterr().out
    )


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
    assert {path.name for path in tmp_path.glob("it.*")} == {"it.csv", "it.json"}


def test_size_beyond_the_distinct_keys_is_left_out(
    tmp_path: Path, run_program: RunProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_program("--sizes", "4,1000,10", "--operations", "contains") == 0
    assert "left out: 10; 1,000 entries: the data set has 5 distinct keys" in (
        capsys.readouterr().out
    )
    assert {row["size"] for row in read_rows(tmp_path)} == {"4"}


def test_copies_that_do_not_fit_in_memory_are_left_out(
    tmp_path: Path,
    run_program: RunProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(run, "_MOST_BYTES_KEPT", 1_000)
    assert run_program("--sizes", "4", "--operations", "keep_100_versions,build") == 0
    assert "left out: python-dict, keep_100_versions, 4 entries: " in (
        capsys.readouterr().out
    )
    rows = read_rows(tmp_path)
    assert [row["operation"] for row in rows if row["method"] == "python-dict"] == [
        "build"
    ]
    assert len(rows) == 2 * len(CONTENDERS) - 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--operations", "build,fly"], "no operation 'fly'; there are count, build, "),
        (["--sizes", "1,0"], "'0' is no size"),
        (["--sizes", "many"], "'many' is no size"),
        (["--sizes", ""], "'' is no size"),
        (["--name", "a/b"], "'a/b' is no file name"),
        (["--dataset", "cats"], "invalid choice: 'cats'"),
        (["--dataset", "words", "--input", "x"], "not allowed with argument"),
        (["--input", "absent.txt"], "cannot read absent.txt: "),
        (["--input", os.devnull], "no words in the data set 'input'"),
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


def test_missing_word_list_stops_and_names_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(datasets, "WORD_LIST", tmp_path / "words")
    with pytest.raises(SystemExit) as stop:
        program.main(["--dataset", "words", "--output-dir", str(tmp_path)])
    assert stop.value.code == 2
    assert "wamerican" in capsys.readouterr().err


def test_word_list_gives_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "WORD_LIST", tmp_path / "words")
    (tmp_path / "words").write_text("apple\nApple's\n")
    words = datasets.read_word_list(seed=1)
    assert (words.name, set(words.keys)) == ("words", {"Apple's", "apple"})


def test_gzip_and_several_files_are_read(tmp_path: Path, text: Path) -> None:
    packed = tmp_path / "text.gz"
    packed.write_bytes(gzip.compress(TEXT.encode()))
    both = datasets.read_files([text, packed], seed=1)
    assert both.occurrences == TEXT.split() * 2
    assert set(both.keys) == {"and", "key", "map", "the", "value"}
    assert len(both.keys) == 5
    assert not set(both.absent) & set(both.keys)
    assert len(both.absent) == len(both.keys)


@pytest.mark.parametrize("damage", [slice(0, -4), slice(4, None), slice(0, 12)])
def test_damaged_gzip_is_an_error_that_names_the_file(
    damage: slice, tmp_path: Path
) -> None:
    packed = tmp_path / "text.gz"
    packed.write_bytes(gzip.compress(TEXT.encode())[damage])
    with pytest.raises(datasets.DatasetError, match=r"cannot read .*text\.gz"):
        datasets.read_files([packed], seed=1)


def test_bytes_that_are_no_text_are_read(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"caf\xe9 th\xe9")
    assert len(datasets.read_files([tmp_path / "latin"], seed=1).keys) == 2


def test_identifiers_are_names_outside_comments_strings_and_numbers() -> None:
    source = r'''
import os  # a comment
def größe(x1, _y):
    """Text with "quotes" and \""" an escape."""
    hidden = r'\\' + b"it's" + f"{name}" + 'a\'b' + ''
    return os.path if 0x1F + 1e5j + 1_000 else not_keyword
'''
    assert list(datasets.identifiers(source)) == [
        *("os", "größe", "x1", "_y", "hidden", "os", "path", "not_keyword")
    ]


def test_default_data_are_the_identifiers_of_the_standard_library() -> None:
    identifiers = datasets.read_identifiers(seed=1)
    assert len(identifiers.occurrences) > 200_000
    assert 10_000 < identifiers.full < 100_000
    assert len(set(identifiers.keys)) == len(identifiers.keys) == 100_000
    assert set(identifiers.keys[: identifiers.full]) == set(identifiers.occurrences)
    assert {"OrderedDict", "self", "argparse"} <= set(identifiers.keys)
    assert not {"def", "while"} & set(identifiers.keys)


@pytest.mark.parametrize("name", datasets.MAKE)
def test_made_keys_are_distinct_and_follow_the_seed(name: str) -> None:
    make = datasets.MAKE[name]
    made = make(1_000, 1)
    assert len(set(made.keys)) == len(set(made.absent)) == 1_000
    assert not set(made.keys) & set(made.absent)
    assert set(made.occurrences) <= set(made.keys)
    assert make(1_000, 1) == made
    assert make(1_000, 2) != made


def test_four_colliding_keys_have_one_hash_and_absent_keys_have_it_too() -> None:
    made = datasets.make_collisions(1_000, seed=1)
    hashes = [hash(key) for key in made.keys]
    assert all(hashes.count(each) == 4 for each in hashes)
    assert {hash(key) for key in made.absent} == set(hashes)


def test_full_input_of_made_data_is_the_largest_size(
    tmp_path: Path, run_program: RunProgram
) -> None:
    data = ["--dataset", "collisions"]
    assert (
        run_program("--sizes", "2,50,full", "--operations", "contains", data=data) == 0
    )
    rows = read_rows(tmp_path)
    assert {row["size"] for row in rows} == {"2", "50"}
    assert {row["dataset_type"] for row in rows} == {"collisions"}


def test_twins_are_equal_and_not_identical() -> None:
    keys: list[datasets.Key] = ["some word", 1 << 40]
    copies = datasets.twins(keys)
    assert copies == keys
    assert not any(copy is key for copy, key in zip(copies, keys, strict=True))


def test_traced_size_is_what_was_allocated() -> None:
    size = traced_size([None] * 100, lambda: bytearray(5_000))
    assert 5_000 <= size < 5_200


def test_slow_contender_is_run_once_and_the_others_several_times() -> None:
    def slow(batch: list[Any]) -> None:
        time.sleep(0.01 * len(batch))

    timings = measure({"slow": slow, "fast": len}, {"slow": [0], "fast": [0]}, 10**6)
    assert len(timings["slow"].samples) == 1
    assert timings["slow"].samples[0] >= 10**7
    assert len(timings["fast"].samples) >= 3


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_drawn_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = {}
    for stream in (_Terminal(), io.StringIO()):
        monkeypatch.setattr(sys, "stderr", stream)
        with Progress(2) as progress:
            progress.step("build")
            progress.step("delete")
        drawn[type(stream)] = stream.getvalue()
    assert drawn[io.StringIO] == ""
    assert [" 0% build" in drawn[_Terminal], "50% delete" in drawn[_Terminal]] == [
        True,
        True,
    ]
    assert drawn[_Terminal].endswith("\r\x1b[K")
