# SPDX-License-Identifier: Apache-2.0
"""Keys that are read: words, lines and key-value lines of files, identifiers, a manual.

Files are read as streams, a line at a time, with a progress bar on a terminal.
"""

from __future__ import annotations

import gzip
import importlib
import io
import keyword
import re
import sysconfig
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.dataset import Dataset, DatasetError, Key
from benchmarks.progress import Progress

WORD_LIST = Path("/usr/share/dict/words")

# Directories beside the standard library that are not part of it, and its own tests,
# which many installations leave out.
_NOT_THE_LIBRARY = {"site-packages", "dist-packages", "test", "tests"}

# Comments, strings and numbers are matched so as to step over them: only a name fills
# the group.
_NAME = re.compile(
    r"""
      \#[^\n]*
    | [a-zA-Z]{0,2}(?:
          \"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}
        | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
        | "(?:[^"\\\n]|\\.)*"
        | '(?:[^'\\\n]|\\.)*'
      )
    | \d\w*
    | ([^\W\d]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)

# What parts the key of a key-value line from its value: the first of these in the line.
_SEPARATOR = re.compile(r"\t|=|:\s|,")

# The largest size of the default run. The standard library has fewer distinct names.
_PAIRED_UP_TO = 100_000


def read_files(
    paths: Sequence[Path], seed: int, form: str = "words", name: str = "input"
) -> Dataset:
    """The keys in files of one of the `FORMS`, also packed with gzip."""
    return FORMS[form](name, stream(paths), seed)


def stream(paths: Sequence[Path]) -> Iterator[str]:
    """The lines of the files, with the share of the bytes that are read on a bar."""
    for path in paths:
        try:
            with (
                Progress(path.stat().st_size) as progress,
                open(path, "rb") as file,
                _unpacked(file, path) as lines,
            ):
                for line in lines:
                    progress.show(file.tell(), f"reading {path}")
                    yield line
        except (OSError, EOFError, zlib.error) as error:
            raise DatasetError(f"cannot read {path}: {error}") from error


def _unpacked(file: io.BufferedReader, path: Path) -> io.TextIOWrapper:
    binary = gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file
    return io.TextIOWrapper(binary, encoding="utf-8", errors="replace")


def read_word_list(_: int, seed: int) -> Dataset:
    """The machine's list of English words."""
    if not WORD_LIST.exists():
        raise DatasetError(
            f"no {WORD_LIST} on this machine; Debian's package wamerican gives it"
        )
    return read_files([WORD_LIST], seed, name="words")


def read_manual(_: int, seed: int) -> Dataset:
    """The words of Python's manual, as far as help() has it."""
    topics = importlib.import_module("pydoc_data.topics").topics
    return _from_words("manual", topics.values(), seed)


def read_identifiers(_: int, seed: int) -> Dataset:
    """Every identifier in the sources of the running Python's standard library."""
    library = Path(sysconfig.get_path("stdlib"))
    names: list[Key] = []
    for path in sorted(library.rglob("*.py")):
        if _NOT_THE_LIBRARY.isdisjoint(path.relative_to(library).parts):
            source = path.read_text(encoding="utf-8", errors="replace")
            names.extend(identifiers(source))
    return _from_text("identifiers", names, seed, _PAIRED_UP_TO)


def identifiers(source: str) -> Iterator[str]:
    """The names in Python source, without keywords, comments and strings."""
    reserved = frozenset(keyword.kwlist)
    return (name for name in _NAME.findall(source) if name and name not in reserved)


def _from_words(name: str, lines: Iterable[str], seed: int) -> Dataset:
    """What stands between blanks and line ends."""
    return _from_text(name, [word for line in lines for word in line.split()], seed)


def _from_lines(name: str, lines: Iterable[str], seed: int) -> Dataset:
    """Whole lines, such as the titles of pages."""
    titles = (line.strip() for line in lines)
    return _from_text(name, [title for title in titles if title], seed)


def _from_pairs(name: str, lines: Iterable[str], seed: int) -> Dataset:
    """Lines of a key and a value; of equal keys, the last one counts."""
    entries: dict[str, Any] = {}
    for line in lines:
        key, *value = _SEPARATOR.split(line.rstrip("\n"), maxsplit=1)
        if value and key.strip():
            entries[key.strip()] = value[0].strip()
    pairs = list(entries.items())
    Random(seed).shuffle(pairs)
    keys: list[Key] = [key for key, _ in pairs]
    values = [value for _, value in pairs]
    return _dataset(name, [], keys, seed, len(keys), values)


def _from_text(name: str, words: list[Any], seed: int, least_keys: int = 0) -> Dataset:
    """Short of *least_keys*, pairs of words that stand side by side are keys too."""
    keys = list(dict.fromkeys(words))
    full = len(keys)
    Random(seed).shuffle(keys)
    if full < least_keys:
        # No word holds a blank, so a pair is no word.
        pairs = dict.fromkeys(f"{a} {b}" for a, b in pairwise(words))
        keys.extend(islice(pairs, least_keys - full))
    return _dataset(name, words, keys, seed, full, None)


def _dataset(
    name: str,
    words: list[Key],
    keys: list[Key],
    seed: int,
    full: int,
    values: list[Any] | None,
) -> Dataset:
    if not keys:
        raise DatasetError(f"no keys in the data set {name!r}")
    # No key ends in a blank.
    absent: list[Key] = [f"{key} " for key in keys]
    return Dataset(name, keys, absent, seed, full, True, words, values)


FORMS: dict[str, Callable[[str, Iterable[str], int], Dataset]] = {
    "words": _from_words,
    "lines": _from_lines,
    "pairs": _from_pairs,
}
