# SPDX-License-Identifier: Apache-2.0
"""What is timed, and what the right answer is: each operation registered once.

The statement of an operation sees the fields of a `Workload`, and as `key` one of the
keys that `keys` names. `{set}` and the like are phrases of the contender.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.workload import Workload


@dataclass(frozen=True)
class Operation:
    """One operation.

    `keys` names the field of the workload that `key` runs over; an operation on whole
    maps has none. `right` says whether an answer is right, given the key. An operation
    on the `whole_text` runs at one size, that of the full input. `keeps` is the number
    of maps it holds at a time. What it costs is counted in `unit`: "ns", or "bytes" for
    the size of the map it makes, divided by the number of entries.
    """

    name: str
    title: str
    statement: str
    right: Callable[[Workload, Any, Any], bool]
    keys: str | None = None
    whole_text: bool = False
    keeps: int = 1
    unit: str = "ns"


def _entries(m: Any) -> dict[Any, Any]:
    return dict(m.items())


def _counts(w: Workload) -> dict[Any, int]:
    return {w.stand_in(word): count for word, count in Counter(w.words).items()}


def _without(w: Workload, key: Any) -> dict[Any, int]:
    return {k: v for k, v in w.source.items() if k != key}


def _versions_are_right(w: Workload, _: Any, versions: list[Any]) -> bool:
    """Each version has one more change than the one before."""
    expected = dict(w.source)
    for step, version in zip(w.steps, versions, strict=True):
        expected[step] = w.value
        if version[step] != w.value or len(version) != len(expected):
            return False
    return _entries(versions[-1]) == expected


OPERATIONS = (
    Operation(
        name="count",
        title="count the words of the text",
        statement="{count}",
        whole_text=True,
        right=lambda w, _, answer: _entries(answer) == _counts(w),
    ),
    Operation(
        name="build",
        title="build from a dict",
        statement="{build}",
        right=lambda w, _, answer: _entries(answer) == w.source,
    ),
    Operation(
        name="lookup_hit",
        title="look up a key, m[k]",
        statement="answer = m[key]",
        keys="present",
        right=lambda w, key, answer: answer == w.source[key],
    ),
    Operation(
        name="lookup_miss",
        title="look up an absent key, m.get(k)",
        statement="answer = m.get(key)",
        keys="absent",
        right=lambda w, _, answer: answer is None,
    ),
    Operation(
        name="contains",
        title="k in m, every other key absent",
        statement="answer = key in m",
        keys="either",
        right=lambda w, key, answer: answer is (key in w.source),
    ),
    Operation(
        name="set_new",
        title="set a new key",
        statement="{set}",
        keys="absent",
        right=lambda w, key, answer: _entries(answer) == w.source | {key: w.value},
    ),
    Operation(
        name="set_existing",
        title="set an existing key",
        statement="{set}",
        keys="present",
        right=lambda w, key, answer: _entries(answer) == w.source | {key: w.value},
    ),
    Operation(
        name="delete",
        title="delete a key",
        statement="{delete}",
        keys="present",
        right=lambda w, key, answer: _entries(answer) == _without(w, key),
    ),
    Operation(
        name="iterate_items",
        title="iterate over the items",
        statement="for answer in m.items(): pass",
        right=lambda w, _, answer: [*w.m.items()][-1] == answer,
    ),
    Operation(
        name="equal",
        title="compare: equal maps",
        statement="answer = m == equal",
        right=lambda w, _, answer: answer is True,
    ),
    Operation(
        name="one_change_away",
        title="compare: maps one change apart",
        statement="answer = m == changed",
        right=lambda w, _, answer: answer is False,
    ),
    Operation(
        name="keep_100_versions",
        title="keep 100 versions",
        statement=(
            "first, versions = m, []\n"
            "for key in steps:\n"
            "    {set}\n"
            "    m = answer\n"
            "    versions.append(m)\n"
            "m, answer = first, versions"
        ),
        keeps=100,
        right=_versions_are_right,
    ),
    Operation(
        name="bytes_per_entry",
        title="bytes per entry",
        statement="{build}",
        unit="bytes",
        right=lambda w, _, answer: _entries(answer) == w.source,
    ),
)
