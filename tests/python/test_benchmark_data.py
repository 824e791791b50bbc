# SPDX-License-Identifier: Apache-2.0
"""The keys of the benchmarks: what is read, what is made, and what follows of them."""

from __future__ import annotations

import gzip
import io
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import texts
from benchmarks.dataset import Dataset, DatasetError, Key, twins
from benchmarks.datasets import DATASETS
from benchmarks.keys import MIXED_STEPS, VERSIONS, Keys
from benchmarks.made import Pair, make_collisions, make_strings
from benchmarks.progress import Progress
from benchmarks.texts import read_files

TEXT = "the map the key\nand the value\n"
MADE = ("int", "random_int", "str", "str_twin", "tuple", "object", "colliding")


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return path


def itself(key: Key) -> Any:
    return key


# What is read.


def test_gzip_and_several_files_are_read(tmp_path: Path, text: Path) -> None:
    packed = tmp_path / "text.gz"
    packed.write_bytes(gzip.compress(TEXT.encode()))
    both = read_files([text, packed], seed=1)
    assert both.occurrences == TEXT.split() * 2
    assert set(both.keys) == {"and", "key", "map", "the", "value"}
    assert len(both.keys) == both.full == 5
    assert not set(both.absent) & set(both.keys)
    assert len(both.absent) == len(both.keys)


def test_lines_are_keys_without_the_blanks_around_them(text: Path) -> None:
    text.write_text("A title\n\n  Another (title) \r\nA title\n")
    titles = read_files([text], seed=1, form="lines")
    assert set(titles.keys) == {"A title", "Another (title)"}
    assert titles.occurrences == ["A title", "Another (title)", "A title"]


def test_key_value_lines_give_keys_with_their_last_values(text: Path) -> None:
    text.write_text("host: a:80\nport = 80\nnothing\n= 1\nx\ty=z\nq,1,2\nport=81\n")
    pairs = read_files([text], seed=1, form="pairs")
    assert dict(zip(pairs.keys, pairs.entries(4), strict=True)) == {
        "host": "a:80",
        "port": "81",
        "x": "y=z",
        "q": "1,2",
    }
    assert Keys(pairs, 2, itself).source == dict(
        zip(pairs.keys[:2], pairs.entries(2), strict=True)
    )
    assert pairs.occurrences == []


@pytest.mark.parametrize("damage", [slice(0, -4), slice(4, None), slice(0, 12)])
def test_damaged_gzip_is_an_error_that_names_the_file(
    damage: slice, tmp_path: Path
) -> None:
    packed = tmp_path / "text.gz"
    packed.write_bytes(gzip.compress(TEXT.encode())[damage])
    with pytest.raises(DatasetError, match=r"cannot read .*text\.gz"):
        read_files([packed], seed=1)


def test_missing_file_is_an_error_that_names_it(tmp_path: Path, text: Path) -> None:
    with pytest.raises(DatasetError, match=r"cannot read .*absent\.txt"):
        read_files([text, tmp_path / "absent.txt"], seed=1)


@pytest.mark.parametrize("form", texts.FORMS)
def test_file_without_keys_is_an_error(form: str, text: Path) -> None:
    text.write_text(" \n\n")
    with pytest.raises(DatasetError, match="no keys in the data set 'input'"):
        read_files([text], seed=1, form=form)


def test_bytes_that_are_no_text_are_read(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"caf\xe9 th\xe9")
    assert len(read_files([tmp_path / "latin"], seed=1).keys) == 2


def test_word_list_gives_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "WORD_LIST", tmp_path / "words")
    with pytest.raises(DatasetError, match="wamerican"):
        DATASETS["words"](1, 1)
    (tmp_path / "words").write_text("apple\nApple's\n")
    words = DATASETS["words"](1, 1)
    assert (words.name, set(words.keys)) == ("words", {"Apple's", "apple"})


def test_identifiers_are_names_outside_comments_strings_and_numbers() -> None:
    source = r'''
import os  # a comment
def größe(x1, _y):
    """Text with "quotes" and \""" an escape."""
    hidden = r'\\' + b"it's" + f"{name}" + 'a\'b' + ''
    return os.path if 0x1F + 1e5j + 1_000 else not_keyword
'''
    assert list(texts.identifiers(source)) == [
        *("os", "größe", "x1", "_y", "hidden", "os", "path", "not_keyword")
    ]


def test_default_data_are_the_identifiers_of_the_standard_library() -> None:
    identifiers = DATASETS["identifiers"](1, 1)
    assert len(identifiers.occurrences) > 200_000
    assert 10_000 < identifiers.full < 100_000
    assert len(set(identifiers.keys)) == len(identifiers.keys) == 100_000
    assert set(identifiers.keys[: identifiers.full]) == set(identifiers.occurrences)
    assert {"OrderedDict", "self", "argparse"} <= set(identifiers.keys)
    assert not {"def", "while"} & set(identifiers.keys)


def test_manual_is_a_text_of_many_words() -> None:
    manual = DATASETS["manual"](1, 1)
    assert len(manual.occurrences) > 3 * manual.full > 10_000
    assert {"the", "dictionary"} <= set(manual.keys)


# What is made.


@pytest.mark.parametrize("name", MADE)
def test_made_keys_are_distinct_and_follow_the_seed(name: str) -> None:
    make = DATASETS[name]
    made = make(1_000, 1)
    assert (made.name, made.full) == (name, 1_000)
    assert len(set(made.keys)) == len(set(made.absent)) == 1_000
    assert not set(made.keys) & set(made.absent)
    assert make(1_000, 1) == made
    assert name in {"int", "colliding"} or make(1_000, 2).keys != made.keys


def test_every_data_set_has_its_own_name() -> None:
    assert {"identifiers", "manual", "words", *MADE} == DATASETS.keys()


def test_four_colliding_keys_have_one_hash_and_absent_keys_have_it_too() -> None:
    made = make_collisions(1_000, seed=1)
    hashes = [hash(key) for key in made.keys]
    assert all(hashes.count(each) == 4 for each in hashes)
    assert {hash(key) for key in made.absent} == set(hashes)


def test_objects_are_equal_by_their_parts() -> None:
    assert Pair(1, 2) == Pair(1, 2) != Pair(2, 1)
    assert Pair(1, 2) != (1, 2)
    assert hash(Pair(1, 2)) == hash(Pair(1, 2))
    assert pickle.loads(pickle.dumps(Pair(1, 2))) == Pair(1, 2)


@pytest.mark.parametrize("keys", [["some word", 1 << 40], [Pair(1, 2), (1, "x" * 9)]])
def test_twins_are_equal_and_not_identical(keys: list[Key]) -> None:
    copies = twins(keys)
    assert copies == keys
    assert not any(copy is key for copy, key in zip(copies, keys, strict=True))


@pytest.mark.parametrize(("name", "identical"), [("str", True), ("str_twin", False)])
def test_strings_are_looked_up_by_themselves_or_by_twins(
    name: str, identical: bool
) -> None:
    keys = Keys(DATASETS[name](50, 1), 50, itself)
    stored = {key: key for key in keys.source}
    assert all((stored[key] is key) == identical for key in keys.present)


# What follows from the keys.


def test_merges_have_half_of_the_keys_in_common_or_none() -> None:
    keys = Keys(make_strings(10, seed=1), 10, itself)
    assert len(keys.half_source) == len(keys.disjoint_source) == 10
    assert len(keys.half_source.keys() & keys.source.keys()) == 5
    assert not keys.disjoint_source.keys() & keys.source.keys()
    assert keys.value not in keys.source.values()


def test_present_keys_come_in_another_order_and_either_has_both_kinds() -> None:
    keys = Keys(make_strings(100, seed=1), 100, itself)
    assert keys.present != list(keys.source)
    assert sorted(keys.present) == sorted(keys.source)
    assert sorted(keys.either) == sorted([*keys.source, *keys.absent])
    assert all(keys.source[key] == value for key, value in keys.entries)


@pytest.mark.parametrize(("share", "writes"), [(0.05, 5), (0.5, 50)])
def test_mix_reads_only_versions_that_were_written(share: float, writes: int) -> None:
    steps = Keys(make_strings(7, seed=1), 7, itself).mixes(share)
    assert len(steps) == MIXED_STEPS
    assert sum(at < 0 for at, _ in steps) == writes
    versions = 1
    for at, _ in steps:
        assert at < versions
        versions += at < 0


def test_steps_begin_again_when_there_are_fewer_keys() -> None:
    keys = Keys(make_strings(3, seed=1), 3, itself)
    assert len(keys.steps) == VERSIONS
    assert keys.steps[:6] == keys.present * 2


def test_stand_ins_replace_every_key() -> None:
    keys = Keys(Dataset("a", ["x", "y"], ["z", "w"], 1, 2), 2, lambda key: (key,))
    assert keys.source == {("x",): 0, ("y",): 1}
    assert keys.absent == [("z",), ("w",)]
    assert set(keys.present) == {("x",), ("y",)}


# The progress bar.


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


def test_reading_a_file_draws_the_share_of_its_bytes(
    text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", _Terminal())
    text.write_text("some words of a line\n" * 20_000)
    read_files([text], seed=1)
    drawn = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert f"100% reading {text}"[:20] in drawn
    # The bar is drawn when it changes, not for each line.
    assert 10 < drawn.count("% reading") < 200
