# SPDX-License-Identifier: Apache-2.0
"""What every rule of the stateful test has: the versions of its program, and a way to
pick versions, keys and values by numbers.
"""

from __future__ import annotations

import functools
import inspect
import operator
from collections import Counter, UserDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hypothesis import currently_in_test_context, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from conftest import ARRAY_LIMIT, Entries
from pyhamt import MISSING, PersistentMap
from stateful_model import (
    HASHABLE,
    KEY_LISTS,
    VALUES,
    Config,
    Store,
    Version,
    alike,
    twin,
)

NUMBER = st.integers(0, 4095)

# Entries that one step brings; and those that make a map of another shape.
COUNTS = (0, 1, 2, 3, 4, 6, 8, 9, 12, 20)
SIZES = (7, 8, 9, 10, 15, 16, 17, 31, 32, 33, 34, 60, 64, 65, 100, 300)

SOURCES: tuple[Callable[[Any], Any], ...] = (dict, list, iter, UserDict, PersistentMap)

KINDS = ("keys", "values", "items")

Pairs = list[tuple[Any, Any]]
Step = Callable[..., None]

# The rules by name, and how often each was run.
RULES: dict[str, Step] = {}
RUNS: Counter[str] = Counter()


def step(function: Step) -> Step:
    """A rule whose arguments are numbers, and whose runs are counted."""
    names = list(inspect.signature(function).parameters)[1:]

    @functools.wraps(function)
    def run(self: ProgramState, **arguments: int) -> None:
        RUNS[function.__name__] += 1
        made = Config.made
        self.configs_made = 0
        with self.explained():
            function(self, **arguments)
            # No update calls the `__init__` of a subclass.
            assert Config.made - made == self.configs_made

    RULES[function.__name__] = run
    return rule(**dict.fromkeys(names, NUMBER))(run)


def outcome(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a call gives, or the type of its exception."""
    try:
        return function(*arguments)
    except (KeyError, TypeError) as error:
        return type(error)


# ---- Views and iterators -------------------------------------------------------------


def identities(kind: str, items: Iterable[Any]) -> list[Any]:
    """The identity of each item of a view of a kind; a pair has two."""
    if kind == "items":
        return [tuple(map(id, item)) for item in items]
    return list(map(id, items))


@dataclass(eq=False)
class Looking:
    """A view of a version, which may be all that holds it, and what it must show."""

    kind: str
    view: Any
    items: list[Any]

    def check(self) -> None:
        assert len(self.view) == len(self.items)
        assert identities(self.kind, self.view) == identities(self.kind, self.items)


@dataclass(eq=False)
class Reading:
    """An iterator over a version, what it must give, and how much of that it gave."""

    kind: str
    iterator: Iterator[Any]
    items: list[Any]
    given: int = 0

    def advance(self, count: int) -> None:
        for item in self.items[self.given : self.given + count]:
            assert operator.length_hint(self.iterator) == len(self.items) - self.given
            found = next(self.iterator)
            assert identities(self.kind, [found]) == identities(self.kind, [item])
            self.given += 1

    def finish(self) -> None:
        self.advance(len(self.items))
        assert operator.length_hint(self.iterator) == 0
        assert next(self.iterator, MISSING) is MISSING


# ---- The program ---------------------------------------------------------------------


class ProgramState(RuleBasedStateMachine):
    """Versions, and what else lives as long as the program."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store()
        self.keys: list[Any] = []
        self.values: tuple[Any, ...] = ()
        self.views: list[Looking] = []
        self.readings: list[Reading] = []
        # How often the step that is under way may call the `__init__` of Config.
        self.configs_made = 0
        self.has_failed = False

    @initialize(kind=NUMBER, hashable=NUMBER, number=NUMBER)
    def begin(self, kind: int, hashable: int, number: int) -> None:
        self.keys = list(KEY_LISTS.values())[kind % len(KEY_LISTS)]
        self.values = HASHABLE if hashable % 3 == 0 else VALUES
        self.make_large(number)

    def teardown(self) -> None:
        if not self.has_failed:
            with self.explained():
                self.check_everything()

    def check_everything(self) -> None:
        """Check whatever the program made, from its first step on."""
        self.store.check()
        for view in self.views:
            view.check()
        for reading in self.readings:
            reading.finish()

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Say what the numbers of a failing program pick from."""
        try:
            yield
        except BaseException:
            self.has_failed = True
            if currently_in_test_context():
                for number, version in enumerate(reversed(self.store.versions)):
                    note(f"version {number}: {version.map!r:.400}")
            raise

    # ---- What a number picks

    def version(self, number: int) -> Version:
        """A version; 0 is the newest."""
        versions = self.store.versions
        return versions[-1 - number % len(versions)]

    def key(self, number: int, owner: Any) -> Any:
        """Any key, or one that a version or mutation has, or an equal one."""
        which, number = number % 4, number // 4
        keys = owner.keys if which > 1 else []
        if not keys:
            return self.keys[number % len(self.keys)]
        key = keys[number % len(keys)]
        return key if which == 2 else twin(key, number)

    def value(self, number: int) -> Any:
        """A value, sometimes a map."""
        which = number % (len(self.values) + 2)
        if which < len(self.values):
            return self.values[which]
        light = self.store.light
        return light[-1 - number % len(light)].map if light else which

    def pairs(self, start: int, count: int, counts: tuple[int, ...] = COUNTS) -> Pairs:
        """Keys, near each other in their list or not, with values."""
        stride = (1, 1, 7)[start % 3]
        return [
            (self.keys[(start + i * stride) % len(self.keys)], self.value(start + i))
            for i in range(counts[count % len(counts)])
        ]

    def source(self, number: int, pairs: Pairs) -> tuple[Any, Pairs]:
        """Something to make a map of, and what it gives, in order."""
        make = SOURCES[number % len(SOURCES)]
        if make in (list, iter):
            return make(pairs), pairs
        return make(dict(pairs)), list(dict(pairs).items())

    def some_keys(self, version: Version, start: int, count: int) -> list[Any]:
        """Keys that the version has, or equal ones, and others."""
        size = COUNTS[count % len(COUNTS)]
        return [self.key(start * (i + 1) + i, version) for i in range(size)]

    # ---- What a step makes

    def make_large(self, number: int) -> None:
        """Keep a new map of many entries."""
        source, pairs = self.source(number, self.pairs(number // 16, number, SIZES))
        self.keep_new(PersistentMap(source), dict(pairs))

    def keep(
        self,
        m: PersistentMap,
        model: Entries,
        origin: Version,
        *,
        in_order: bool = True,
    ) -> Version:
        """Keep a map made from a version; one of few entries keeps their order."""
        is_array = origin.is_array and len(model) <= ARRAY_LIMIT
        return self.store.keep(m, model, origin.cls, in_order=in_order and is_array)

    def keep_new(self, m: PersistentMap, model: Entries) -> None:
        """Keep a map of entries that came in the order of the dict."""
        self.store.keep(m, model, in_order=len(model) <= ARRAY_LIMIT)

    def keep_copy(self, m: PersistentMap, origin: Version) -> Version:
        """Keep a map that is a copy of a version, down to its keys and values."""
        assert type(m) is origin.cls
        assert alike(m, origin.map)
        if origin.cls is Config:
            assert vars(m) == origin.attributes
        return self.store.version_of(m)
