# SPDX-License-Identifier: Apache-2.0
"""The instruction counts: reading profiles, comparing with the baseline, renewing it.

Nothing here runs valgrind.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from benchmarks.instructions import __main__ as command
from benchmarks.instructions import baseline, callgrind, program

PLATFORM = "x86_64, CPython 3.11, Swift 6.3.1"
OTHER = "aarch64, CPython 3.13, Swift 6.3.1"

PROFILE = """\
# callgrind format
part: {part}
events: Ir
summary: 100000

ob=/usr/lib/libpython3.11.so.1.0
fl=???
fn=PyObject_GetItem
10 5000
cob=/site-packages/pyhamt/_hamt.cpython-311-x86_64-linux-gnu.so
cfn=map_mp_subscript
calls=1000 0
10 70000

ob=/site-packages/pyhamt/_hamt.cpython-311-x86_64-linux-gnu.so
fl=map.c
fn=map_mp_subscript
0 {first}
fi=/include/object.h
120 {second}
cob=/usr/lib/libc.so.6
cfn=memcpy
calls=1000 0
0 20000
0 7

ob=/usr/lib/libc.so.6
fn=memcpy
0 20000
"""


def write_profile(path: Path, first: int, second: int) -> None:
    part = path.suffix.removeprefix(".")
    path.write_text(PROFILE.format(part=part, first=first, second=second))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A baseline of two rows, and a table of another platform."""
    path = tmp_path / "baseline.json"
    baseline.renew(path, OTHER, {"find/str/8": 1.0})
    baseline.renew(path, PLATFORM, {"find/str/8": 100.0, "set/str/8": 2000.0})
    return path


@pytest.fixture(autouse=True)
def platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "platform_name", lambda: PLATFORM)


def run_command(
    monkeypatch: pytest.MonkeyPatch, now: dict[str, float], *arguments: str
) -> int:
    monkeypatch.setattr(callgrind, "count", lambda: now)
    return command.main(arguments)


def test_own_instructions_leave_out_calls_and_other_objects() -> None:
    text = PROFILE.format(part=2, first=1000, second=300)
    assert callgrind.own_instructions(text.splitlines(keepends=True)) == 1307


def test_own_instructions_of_a_profile_without_the_extension_are_none() -> None:
    text = PROFILE.format(part=2, first=1000, second=300).replace("_hamt.", "_other.")
    assert callgrind.own_instructions(text.splitlines()) == 0


def test_each_row_is_the_profile_between_its_two_marks(tmp_path: Path) -> None:
    for number, first in enumerate((9_000, 1_000, 8_000, 4_000), 1):
        write_profile(tmp_path / f"profile.{number}", first, 0)
    rows = [("find", 10), ("set", 3)]
    assert callgrind.per_operation(rows, tmp_path / "profile") == {
        "find": 100.7,
        "set": 1335.67,
    }


def test_row_without_a_profile_is_an_error_that_names_it(tmp_path: Path) -> None:
    write_profile(tmp_path / "profile.2", 1, 1)
    with pytest.raises(callgrind.CountingError, match="no profile of set"):
        callgrind.per_operation([("find", 1), ("set", 1)], tmp_path / "profile")


def test_row_that_never_enters_the_extension_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "profile.2").write_text("ob=/usr/lib/libc.so.6\nfn=memcpy\n0 20000\n")
    with pytest.raises(callgrind.CountingError, match="find never enters"):
        callgrind.per_operation([("find", 1)], tmp_path / "profile")


@pytest.mark.parametrize(
    ("now", "failure"),
    [
        (100.0, None),
        (105.0, None),
        (105.1, "grew by 5.1%"),
        (120.0, "grew by 20.0%"),
        (50.0, None),
        (None, "is in the baseline and was not counted"),
    ],
)
def test_row_fails_beyond_five_percent_or_if_it_is_missing(
    now: float | None, failure: str | None
) -> None:
    table = {} if now is None else {"find": now}
    (row,) = baseline.compare({"find": 100.0}, table)
    assert row.failure == failure


def test_row_that_the_baseline_lacks_fails() -> None:
    rows = list(baseline.compare({"find": 1.0}, {"set": 1.0, "find": 1.0}))
    assert [(row.name, row.failure) for row in rows] == [
        ("set", "is not in the baseline"),
        ("find", None),
    ]


def test_command_passes_when_no_row_grew(
    saved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = saved.read_text()
    now = {"find/str/8": 104.0, "set/str/8": 1000.0}
    assert run_command(monkeypatch, now, "--baseline", str(saved)) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[1].split() == ["find/str/8", "100.00", "104.00", "+4.0%"]
    assert printed[2].split() == ["set/str/8", "2,000.00", "1,000.00", "-50.0%"]
    assert printed[-2:] == [
        "1 row shrank by more than 5%; --renew keeps the gain",
        "instructions: no row grew by more than 5%",
    ]
    assert saved.read_text() == before


def test_command_fails_and_names_the_rows_that_grew(
    saved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = {"find/str/8": 110.0, "get/str/8": 10.0}
    assert run_command(monkeypatch, now, "--baseline", str(saved)) == 1
    assert capsys.readouterr().out.splitlines()[-4:] == [
        "find/str/8 grew by 10.0%",
        "get/str/8 is not in the baseline",
        "set/str/8 is in the baseline and was not counted",
        "instructions: 3 rows fail; --renew accepts the figures",
    ]


def test_renewing_replaces_the_table_of_this_platform_alone(
    saved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = {"find/str/8": 300.0}
    assert run_command(monkeypatch, now, "--baseline", str(saved), "--renew") == 0
    assert f"the baseline of {PLATFORM} is renewed" in capsys.readouterr().out
    assert json.loads(saved.read_text()) == {
        PLATFORM: {"find/str/8": 300.0},
        OTHER: {"find/str/8": 1.0},
    }
    assert run_command(monkeypatch, now, "--baseline", str(saved)) == 0


def test_platform_without_a_baseline_is_named_and_passes(
    saved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(baseline, "platform_name", lambda: "another")
    now = {"find/str/8": 900.0}
    assert run_command(monkeypatch, now, "--baseline", str(saved)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        "instructions: no baseline for another; nothing is compared"
    )


def test_baseline_that_does_not_exist_has_no_tables(tmp_path: Path) -> None:
    assert baseline.read(tmp_path / "none.json") == {}


def test_missing_valgrind_stops_with_status_2(
    saved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert command.main(["--baseline", str(saved)]) == 2
    assert "there is no valgrind on PATH" in capsys.readouterr().err


def test_program_that_stops_ends_with_status_2_and_its_message(
    saved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "ImportError: pyhamt\n")

    monkeypatch.setattr(shutil, "which", lambda name: "valgrind")
    monkeypatch.setattr(subprocess, "run", stop)
    assert command.main(["--baseline", str(saved)]) == 2
    assert "the program stopped:\nImportError: pyhamt\n" in capsys.readouterr().err


def test_every_row_of_the_program_has_two_marks_and_a_name_of_its_own() -> None:
    marks = 0

    def mark() -> None:
        nonlocal marks
        marks += 1

    done = list(program.run(mark, largest=program.MIDDLE))
    names = [name for name, _, _, size in program.rows() if size <= program.MIDDLE]
    assert [name for name, _ in done] == names
    assert len(set(names)) == len(names)
    assert marks == 2 * len(done)
    assert all(operations >= 100 for _, operations in done)


def test_committed_baseline_has_the_rows_of_the_program() -> None:
    tables = baseline.read(baseline.PATH)
    names = {name for name, *_ in program.rows()}
    assert tables
    assert all(table.keys() == names for table in tables.values())
