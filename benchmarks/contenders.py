# SPDX-License-Identifier: Apache-2.0
"""The mappings that are compared, each registered once.

A contender gives Python statements, its *phrases*, as timeit takes them. A statement
costs no call of its own, and each contender runs in a code object of its own, so that
the interpreter's inline caches see one type. In a phrase,

    m       is the map at hand, which stays as it is
    source  is the dict to build from
    key     and value are the entry to set or the key to delete
    words   is the text to count
    answer  takes the result

A phrase fits on one line, save `count`; one that is lacking is an operation that the
contender cannot do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import Any

from benchmarks.datasets import Key
from benchmarks.memory import reported_size, traced_size

# The contender that the others are divided by, and the one that must be there.
BASELINE = "python-dict"
SUBJECT = "pyhamt"


class _Variables(dict[Key, "ContextVar[int]"]):
    """The ContextVar that stands for a key; made on first use."""

    def __missing__(self, key: Key) -> ContextVar[int]:
        variable = self[key] = ContextVar(str(key))
        return variable


_variables = _Variables()


def fill_context(source: Mapping[ContextVar[int], int]) -> None:
    for variable, value in source.items():
        variable.set(value)


def count_in_context(words: list[Key]) -> None:
    for word in words:
        variable = _variables[word]
        variable.set(variable.get(0) + 1)


@dataclass(frozen=True)
class Contender:
    """A mapping, and how it spells the operations.

    `setup` imports what the phrases use. `key` makes the contender's own key for a key.
    `size` measures a map, given it and a function that builds another. `copies` is true
    if a version of the map is a copy of all of it. `note` says what a reader of the
    figures has to know.
    """

    name: str
    setup: str
    phrases: Mapping[str, str]
    note: str
    distribution: str | None = None
    key: Callable[[Key], Any] = lambda key: key
    size: Callable[[Any, Callable[[], Any]], float] = traced_size
    copies: bool = False

    def obstacle(self) -> str | None:
        """Why it cannot take part, if it cannot."""
        try:
            exec(self.setup, {})
        except ImportError as error:
            return f"{self.name}: {error}"
        return None

    def spell(self, statement: str) -> str | None:
        """Fill in the phrases that a statement names; None if one is lacking."""
        try:
            return statement.format_map(self.phrases)
        except KeyError:
            return None

    def version(self) -> str:
        """The version of the distribution, or of the Python it is part of."""
        if self.distribution is None:
            return python_version()
        try:
            return version(self.distribution)
        except PackageNotFoundError:
            return "of unknown version"


CONTENDERS = (
    Contender(
        name=BASELINE,
        setup="",
        phrases={
            "build": "answer = dict(source)",
            "set": "answer = m.copy(); answer[key] = value",
            "delete": "answer = m.copy(); del answer[key]",
            "count": (
                "answer = {}\n"
                "for word in words:\n"
                "    answer[word] = answer.get(word, 0) + 1"
            ),
        },
        size=reported_size,
        copies=True,
        note="set and delete copy the dict first, so that the old version stays; "
        "building clones the table of the source; counting is in place",
    ),
    Contender(
        name=SUBJECT,
        distribution="pyhamt",
        setup="from pyhamt import PersistentMap",
        phrases={
            "build": "answer = PersistentMap(source)",
            "set": "answer = m.set(key, value)",
            "delete": "answer = m.delete(key)",
            "count": (
                "answer = PersistentMap()\n"
                "for word in words:\n"
                "    answer = answer.set(word, answer.get(word, 0) + 1)"
            ),
        },
        size=reported_size,
        note="counting makes a new map for each word",
    ),
    Contender(
        name="python-contextvar",
        setup="from contextvars import Context\n"
        "from benchmarks.contenders import count_in_context, fill_context",
        phrases={
            "build": "answer = Context(); answer.run(fill_context, source)",
            "set": "answer = m.copy(); answer.run(key.set, value)",
            "count": "answer = Context(); answer.run(count_in_context, words)",
        },
        key=_variables.__getitem__,
        note="its keys are ContextVar objects, one for each key, found by identity; "
        "set includes copy(), run() and the Token it makes; counting looks up the "
        "variable of each word in a dict; a Context cannot delete",
    ),
    Contender(
        name="immutables",
        distribution="immutables",
        setup="from immutables import Map",
        phrases={
            "build": "answer = Map(source)",
            "set": "answer = m.set(key, value)",
            "delete": "answer = m.delete(key)",
            "count": (
                "answer = Map()\n"
                "for word in words:\n"
                "    answer = answer.set(word, answer.get(word, 0) + 1)"
            ),
        },
        note="counting makes a new map for each word",
    ),
)
