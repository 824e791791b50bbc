# SPDX-License-Identifier: Apache-2.0
"""What a contender is: a mapping, and how it spells the operations.

A contender gives Python statements, its *phrases*, as timeit takes them. A statement
costs no call of its own, and each contender runs in a code object of its own, so that
the interpreter's inline caches see one type. In a phrase,

    m       is the map at hand, which stays as it is
    source  is the dict to build from, and pairs its items as a list
    key     and value are the entry to set, or the key to find or to delete
    keys    are those of a lookup of many
    other   is a second map to compare m with, or to merge into it
    ours    and theirs are two versions of m that are to be merged
    data    is the pickled map
    words   is the text to count
    answer  takes the result

A phrase that is lacking is an operation that the contender cannot do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import Any

from benchmarks.dataset import Key
from benchmarks.memory import traced_size

# What statements may use beside the contender's own names.
SHARED_SETUP = """\
from pickle import dumps, loads
from benchmarks.by_hand import differences, their_changes
"""


def itself(key: Key) -> Key:
    """A contender that has no keys of its own takes those of the data set."""
    return key


@dataclass(frozen=True, eq=False)
class Contender:
    """A mapping, and how it spells the operations.

    `setup` imports what the phrases use, and `module` is what a program imports to have
    it. `by_hand` names the phrases for which it has no method: they are what its users
    would write. `key` makes the contender's own key for a key. `size` measures a map,
    given it and a function that builds another; None if only the process shows it.
    `copies` is true if a version of the map is a copy of all of it.

    `slow_above` names phrases that are left out above a size, because they would take
    the time of all others; with "build" the contender has no larger map at all. Where
    it ends the process, its answers cannot even be checked: `crashes_above` names such
    phrases, and `crashes_on` data sets.

    A `floor` is no mapping to beat but a cost that none can go below; its answers are
    not checked. `note` says what a reader of the figures has to know.
    """

    name: str
    setup: str
    phrases: dict[str, str]
    note: str
    distribution: str | None = None
    module: str | None = None
    by_hand: frozenset[str] = frozenset()
    key: Callable[[Key], Any] = itself
    size: Callable[[Any, Callable[[], Any]], float] | None = traced_size
    copies: bool = False
    slow_above: dict[str, int] = field(default_factory=dict)
    crashes_above: dict[str, int] = field(default_factory=dict)
    crashes_on: frozenset[str] = frozenset()
    floor: bool = False

    def obstacle(self) -> str | None:
        """Why it cannot take part, if it cannot."""
        try:
            exec(self.setup, {})
        except ImportError as error:
            return f"{self.name}: {error}"
        return None

    def spell(self, statement: str) -> str | None:
        """Fill in the phrases that a statement names; None if one is lacking."""
        phrases = (
            self.phrases | {"module": self.module} if self.module else self.phrases
        )
        try:
            return statement.format_map(phrases)
        except KeyError:
            return None

    def is_slow(self, statement: str, size: int) -> bool:
        """Whether the statement of an operation would take too long."""
        return _is_above(self.slow_above, statement, size)

    def crashes(self, statement: str, dataset: str, size: int) -> bool:
        """Whether the statement of an operation would end the process."""
        is_above = _is_above(self.crashes_above, statement, size)
        return is_above or dataset in self.crashes_on

    def version(self) -> str:
        """The version of the distribution, or of the Python it is part of."""
        if self.distribution is None:
            return python_version()
        try:
            return version(self.distribution)
        except PackageNotFoundError:
            return "of unknown version"


def _is_above(sizes: dict[str, int], statement: str, size: int) -> bool:
    return any(
        f"{{{phrase}}}" in statement and size > most for phrase, most in sizes.items()
    )
