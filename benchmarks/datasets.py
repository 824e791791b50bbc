# SPDX-License-Identifier: Apache-2.0
"""The keys: identifiers of the standard library, the words of files, synthetic sets.

A dataset is a text, whose words are counted, and distinct keys, of which the maps of
every size are made. What is random comes from the seed.
"""

from __future__ import annotations

import gzip
import keyword
import pickle
import re
import sys
import sysconfig
import zlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from random import Random
from typing import TypeAlias

Key: TypeAlias = Hashable

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

_OCCURRENCES_PER_KEY = 4

# The largest size of the default run. The standard library has fewer distinct names.
_PAIRED_UP_TO = 100_000


class DatasetError(Exception):
    """The data cannot be had; the message says what to do."""


@dataclass(frozen=True)
class Dataset:
    """A text, distinct keys, and as many keys of the same kind that are not in them.

    The first `full` keys are the text's; what follows is for maps beyond the text.
    """

    name: str
    occurrences: list[Key]
    keys: list[Key]
    absent: list[Key]
    seed: int
    full: int

    def __str__(self) -> str:
        words, more = len(self.occurrences), len(self.keys) - self.full
        pairs = f", and {more:,} pairs of neighbours for larger maps" if more else ""
        return f"{self.name}: {words:,} words, {self.full:,} distinct keys{pairs}"


def twins(keys: list[Key]) -> list[Key]:
    """Return equal keys that are objects of their own, as if read a second time."""
    copies: list[Key] = pickle.loads(pickle.dumps(keys))
    return copies


def read_files(paths: Iterable[Path], seed: int, name: str = "input") -> Dataset:
    """The words of text files: what stands between blanks and line ends."""
    words: list[Key] = []
    for path in paths:
        words.extend(_words(path))
    return _from_text(name, words, seed)


def read_word_list(seed: int) -> Dataset:
    """The machine's list of English words."""
    if not WORD_LIST.exists():
        raise DatasetError(
            f"no {WORD_LIST} on this machine; Debian's package wamerican gives it"
        )
    return read_files([WORD_LIST], seed, "words")


def read_identifiers(seed: int) -> Dataset:
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


def make_sequential(count: int, seed: int) -> Dataset:
    """The integers from 0."""
    return _from_keys("sequential", range(count), range(count, 2 * count), seed)


def make_random(count: int, seed: int) -> Dataset:
    """Integers of 60 random bits."""
    random = Random(seed)
    keys: dict[Key, None] = {}
    while len(keys) < 2 * count:
        keys[random.getrandbits(60)] = None
    both = list(keys)
    return _from_keys("random", both[:count], both[count:], seed)


def make_collisions(count: int, seed: int) -> Dataset:
    """Integers of which four have one hash, and four absent ones have it too.

    `hash(n)` is n modulo a prime, so n and n plus that prime collide.
    """
    prime = sys.hash_info.modulus
    keys = [n // 4 + n % 4 * prime for n in range(count)]
    return _from_keys("collisions", keys, [n + 4 * prime for n in keys], seed)


READ: dict[str, Callable[[int], Dataset]] = {
    "identifiers": read_identifiers,
    "words": read_word_list,
}
MAKE: dict[str, Callable[[int, int], Dataset]] = {
    "sequential": make_sequential,
    "random": make_random,
    "collisions": make_collisions,
}


def _words(path: Path) -> Iterator[str]:
    open_text = gzip.open if path.suffix == ".gz" else open
    try:
        with open_text(path, "rt", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                yield from line.split()
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"cannot read {path}: {error}") from error


def _from_text(name: str, words: list[Key], seed: int, least_keys: int = 0) -> Dataset:
    """Short of *least_keys*, pairs of words that stand side by side are keys too."""
    if not words:
        raise DatasetError(f"no words in the data set {name!r}")
    keys = list(dict.fromkeys(words))
    full = len(keys)
    Random(seed).shuffle(keys)
    # No word holds a blank, so a pair is no word, and neither with a blank behind it.
    pairs = dict.fromkeys(f"{a} {b}" for a, b in pairwise(words))
    keys.extend(islice(pairs, max(0, least_keys - full)))
    return Dataset(name, words, keys, [f"{key} " for key in keys], seed, full)


def _from_keys(
    name: str, keys: Sequence[Key], absent: Sequence[Key], seed: int
) -> Dataset:
    """The text draws from the keys by Zipf's law."""
    random = Random(seed)
    draws = [
        keys[int(len(keys) ** random.random()) - 1]
        for _ in range(_OCCURRENCES_PER_KEY * len(keys))
    ]
    return Dataset(name, twins(draws), list(keys), list(absent), seed, len(keys))
