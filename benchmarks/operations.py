# SPDX-License-Identifier: Apache-2.0
"""What is timed: each operation registered once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from operator import attrgetter, methodcaller
from typing import Any

from benchmarks import checks
from benchmarks.contender import Contender
from benchmarks.keys import MIXED_STEPS, VERSIONS
from benchmarks.operation import Operation
from benchmarks.workload import Workload

# Numbers of edits between two versions, beside one.
EDITS = (10, 100, 1_000)

# Makes the map of which the hash is asked for: `m` with edits at the `keys`.
_EDIT = "first = m\nfor key in keys:\n    {set}\n    m = answer\nm = first"


def _by_size(contender: Contender, w: Workload, build: Any) -> float | None:
    if contender.size is None:
        return None
    return contender.size(w.m, partial(build, [None])) / w.size


def _by_answer(_: Contender, w: Workload, loop: Any) -> float | None:
    return float(loop([None])) / w.size


def _build() -> Iterator[Operation]:
    """Making a map."""
    for name, title, chief in (
        ("build", "build from a dict", True),
        ("build_pairs", "build from a list of pairs", False),
        ("build_mutation", "build in place, key by key", False),
    ):
        yield Operation(
            name,
            "build",
            title,
            f"{{{name}}}",
            right=checks.is_source,
            chief=chief,
            extra=not chief,
        )
    yield Operation(
        name="count",
        group="build",
        title="count the words of the text",
        statement="{count}",
        whole_text=True,
        chief=True,
        right=checks.is_count,
    )


def _lookup() -> Iterator[Operation]:
    """Finding a key."""
    yield Operation(
        name="lookup_hit",
        group="lookup",
        title="look up a key, m[k]",
        statement="{lookup}",
        keys="present",
        chief=True,
        right=checks.is_value,
    )
    yield Operation(
        name="get_hit",
        group="lookup",
        title="look up a key, m.get(k)",
        statement="{get}",
        keys="present",
        right=checks.is_value,
    )
    yield Operation(
        name="lookup_miss",
        group="lookup",
        title="look up an absent key, m.get(k)",
        statement="{get}",
        keys="absent",
        chief=True,
        right=lambda w, _, answer: answer is None,
    )
    yield Operation(
        name="contains",
        group="lookup",
        title="k in m, every other key absent",
        statement="{contains}",
        keys="either",
        chief=True,
        right=lambda w, key, answer: answer is (key in w.keys.source),
    )
    yield Operation(
        name="get_many",
        group="lookup",
        title="look up every key in random order, in one statement",
        statement="{many}",
        binds={"keys": attrgetter("keys.present")},
        right=lambda w, _, answer: answer == w.keys.present_values,
    )


def _update() -> Iterator[Operation]:
    """Changing one entry."""
    for name, title, keys, right in (
        ("set_new", "set a new key", "absent", checks.is_set),
        ("set_existing", "set an existing key", "present", checks.is_set),
    ):
        yield Operation(
            name, "update", title, "{set}", keys=keys, right=right, chief=True
        )
    yield Operation(
        name="set_same",
        group="update",
        title="set a key to the value that it has",
        statement="{set}",
        keys="entries",
        variable="key, value",
        right=checks.is_source,
    )
    yield Operation(
        name="delete",
        group="update",
        title="delete a key",
        statement="{delete}",
        keys="present",
        chief=True,
        right=checks.is_deleted,
    )


def _iterate() -> Iterator[Operation]:
    """Going over all entries."""
    for name in ("keys", "values", "items"):
        yield Operation(
            name=f"iterate_{name}",
            group="iterate",
            title=f"iterate over the {name}",
            statement=f"{{{name}}}",
            chief=name == "items",
            extra=name == "values",
            right=partial(checks.is_last, name),
        )


def _compare() -> Iterator[Operation]:
    """Two maps: equal or not."""
    yield Operation(
        name="equal",
        group="compare",
        title="compare: equal maps, built apart",
        statement="{equal}",
        binds={"other": attrgetter("equal")},
        chief=True,
        right=lambda w, _, answer: answer is True,
    )
    yield Operation(
        name="one_change_away",
        group="compare",
        title="compare: maps one change apart",
        statement="{equal}",
        binds={"other": attrgetter("edited")},
        chief=True,
        right=lambda w, _, answer: answer is False,
    )
    yield Operation(
        name="equal_shared",
        group="compare",
        title="compare: equal maps, one changed and changed back",
        statement="{equal}",
        binds={"other": attrgetter("shared")},
        extra=True,
        right=lambda w, _, answer: answer is True,
    )


def _merge() -> Iterator[Operation]:
    """Two maps into one."""
    for name, title in (("merge", "merge"), ("union", "m | other")):
        for other, overlap in (
            ("half", "half of the keys in common"),
            ("disjoint", "no key in common"),
        ):
            yield Operation(
                name=f"{name}_{other}",
                group="merge",
                title=f"{title}: {overlap}",
                statement=f"{{{name}}}",
                binds={"other": attrgetter(other)},
                chief=name == "merge",
                extra=name == "union",
                right=partial(checks.is_merged, f"{other}_source"),
            )
        yield Operation(
            name=f"{name}_1",
            group="merge",
            title=f"{title}: one edit apart",
            statement=f"{{{name}}}",
            binds={"other": attrgetter("edited")},
            chief=name == "merge",
            right=checks.is_theirs,
        )
    yield Operation(
        name="merge3_1",
        group="merge",
        title="three-way merge: one edit apart",
        statement="{merge3}",
        binds={"ours": attrgetter("ours"), "theirs": attrgetter("edited")},
        least=2,
        chief=True,
        right=checks.is_theirs_and_ours,
    )


def _diff() -> Iterator[Operation]:
    """What two maps do not share."""
    yield Operation(
        name="diff_1",
        group="diff",
        title="diff: one edit apart",
        statement="{diff}",
        binds={"other": attrgetter("edited")},
        chief=True,
        right=checks.is_diff,
    )


def _hash() -> Iterator[Operation]:
    """The hash of a map."""
    yield Operation(
        name="hash_first",
        group="hash",
        title="hash, for the first time",
        statement="{hash}",
        variable="m",
        fresh="{build}",
        extra=True,
        right=checks.is_hash,
    )
    yield Operation(
        name="hash_again",
        group="hash",
        title="hash, again",
        statement="{hash}",
        warm="{hash}",
        right=checks.is_hash,
    )
    yield Operation(
        name="hash_1",
        group="hash",
        title="hash: one edit apart from a map whose hash is known",
        statement="{hash}",
        keys=lambda w: [w.edits],
        variable="m",
        fresh=_EDIT,
        warm="{hash}",
        chief=True,
        right=checks.is_hash,
    )


def _many_edits() -> Iterator[Operation]:
    """How the cost of what depends on the edits grows with their number.

    There are several maps with so many edits, at other places, and all numbers of edits
    come to as many places: else the few would be in the caches, and the many not.
    """
    for count in EDITS:
        maps = methodcaller("edited_apart", count)
        apart = f"{count:,} edits apart"
        ours = {"ours": attrgetter("ours")}
        for name, variable, binds, right in (
            ("merge", "other", {}, checks.is_theirs),
            ("merge3", "theirs", ours, checks.is_theirs_and_ours),
            ("diff", "other", {}, checks.is_diff),
        ):
            yield Operation(
                name=f"{name}_{count}",
                group="edits",
                title=f"{name}: {apart}",
                statement=f"{{{name}}}",
                keys=maps,
                variable=variable,
                binds=binds,
                least=2 * count,
                alone=True,
                right=right,
            )
        yield Operation(
            name=f"hash_{count}",
            group="edits",
            title=f"hash: {apart} from a map whose hash is known",
            statement="{hash}",
            keys=methodcaller("edits_apart", count),
            variable="m",
            fresh=_EDIT,
            warm="{hash}",
            least=2 * count,
            alone=True,
            right=checks.is_hash,
        )


def _pickle() -> Iterator[Operation]:
    """To bytes and back."""
    yield Operation(
        name="pickle",
        group="pickle",
        title="pickle.dumps",
        statement="{dumps}",
        right=checks.is_pickle,
    )
    yield Operation(
        name="unpickle",
        group="pickle",
        title="pickle.loads",
        statement="{loads}",
        binds={"data": attrgetter("data")},
        right=checks.is_source,
    )
    yield Operation(
        name="pickle_size",
        group="pickle",
        title="bytes of a pickle per entry",
        statement="{dumps}\nanswer = len(answer)",
        unit="bytes",
        weigh=_by_answer,
        right=checks.is_size_of_pickle,
    )


def _versions() -> Iterator[Operation]:
    """Many versions of a map."""
    yield Operation(
        name="keep_100_versions",
        group="versions",
        title=f"keep {VERSIONS} versions",
        statement=(
            "first, versions = m, []\n"
            "for key in steps:\n"
            "    {set}\n"
            "    m = answer\n"
            "    versions.append(m)\n"
            "m, answer = first, versions"
        ),
        chief=True,
        keeps=VERSIONS,
        right=checks.are_versions,
    )
    for name, share in (("mixed_95_5", 0.05), ("mixed_50_50", 0.5)):
        yield Operation(
            name=name,
            group="versions",
            title=f"{1 - share:.0%} reads, {share:.0%} writes, over the versions made",
            statement=(
                "versions = [m]\n"
                "for at, key in mix:\n"
                "    if at < 0:\n"
                "        m = versions[-1]\n"
                "        {set}\n"
                "        versions.append(answer)\n"
                "    else:\n"
                "        m = versions[at]\n"
                "        {lookup}\n"
                "        read = answer\n"
                "m, answer = versions[0], (versions[-1], read)"
            ),
            binds={"mix": partial(_mix, share)},
            parts=MIXED_STEPS,
            extra=True,
            keeps=int(MIXED_STEPS * share),
            right=partial(checks.is_mix, share),
        )
    yield Operation(
        name="bytes_per_version",
        group="versions",
        title=f"bytes of the process for each of {VERSIONS} versions",
        statement="{set}",
        unit="bytes",
        probe="bytes_per_version",
        least=1_000,
        most=10_000,
        right=lambda w, _, answer: len(answer) == w.size,
    )


def _memory() -> Iterator[Operation]:
    """Memory, the cycle collector, and what it takes to begin."""
    yield Operation(
        name="bytes_per_entry",
        group="memory",
        title="bytes per entry, without keys and values",
        statement="{build}",
        unit="bytes",
        weigh=_by_size,
        chief=True,
        right=checks.is_source,
    )
    yield Operation(
        name="resident_bytes_per_entry",
        group="memory",
        title="bytes of the process per entry, without keys and values",
        statement="{build}",
        unit="bytes",
        probe="resident_bytes_per_entry",
        least=100_000,
        right=checks.is_source,
    )
    yield Operation(
        name="gc_collect",
        group="memory",
        title="gc.collect() with the map alive",
        statement="{hold}",
        probe="gc_collect",
        least=1_000,
        right=checks.is_source,
    )


def _mix(share: float, w: Workload) -> list[tuple[int, Any]]:
    return w.keys.mixes(share)


IMPORT = Operation(
    name="import",
    group="memory",
    title="import, in a new process",
    statement="import {module}",
    probe="import",
    right=lambda w, _, answer: True,
)

OPERATIONS = (
    *_build(),
    *_lookup(),
    *_update(),
    *_iterate(),
    *_compare(),
    *_merge(),
    *_diff(),
    *_hash(),
    *_many_edits(),
    *_pickle(),
    *_versions(),
    *_memory(),
    IMPORT,
)
