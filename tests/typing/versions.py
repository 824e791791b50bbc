# SPDX-License-Identifier: Apache-2.0
"""Several versions of a map, and a look inside one. Checked by mypy, never run."""

from collections.abc import Hashable
from typing import Any, Literal

from typing_extensions import assert_type

from pyhamt import (
    MISSING,
    ConflictError,
    MapDiff,
    MapStats,
    PersistentMap,
    SharedNodes,
    dump_versions,
    load_versions,
    merge3,
    to_builtins,
)
from pyhamt._missing import Missing

Numbers = PersistentMap[str, int]
Texts = PersistentMap[str, str]
Both = PersistentMap[str, int | str]


def merge(m: Numbers, texts: Texts, by_number: PersistentMap[int, float]) -> None:
    assert_type(m.merge(), Numbers)
    assert_type(m.merge(m, {"a": 1}, [("b", 2)]), Numbers)
    assert_type(m.merge(texts), Both)
    assert_type(m.merge([("a", "x")]), Both)
    assert_type(m.merge(by_number), PersistentMap[str | int, int | float])


def merge_with_resolver(m: Numbers, texts: Texts) -> None:
    assert_type(m.merge(m, resolve=lambda key, mine, theirs: mine + theirs), Numbers)
    assert_type(m.merge(m, m, resolve=lambda key, mine, theirs: mine), Numbers)
    assert_type(m.merge(m, resolve=lambda key, mine, theirs: key), Both)
    assert_type(
        m.merge(texts, resolve=lambda key, mine, theirs: mine + len(theirs)), Both
    )
    assert_type(
        m.merge(texts, resolve=lambda key, mine, theirs: key.encode()),
        PersistentMap[str, int | str | bytes],
    )
    assert_type(m.merge(texts, texts, resolve=lambda key, mine, theirs: mine), Both)
    assert_type(m.merge([("a", "x")], resolve=lambda key, mine, theirs: mine), Both)


def diff_and_apply(m: Numbers, texts: Texts) -> None:
    diff = m.diff(m)
    assert_type(diff, MapDiff[str, int])
    assert_type(diff.added, Numbers)
    assert_type(diff.removed, Numbers)
    assert_type(diff.changed, PersistentMap[str, tuple[int, int]])
    assert_type(diff.inverse(), MapDiff[str, int])
    assert_type(bool(diff), bool)
    assert_type(m.apply(diff), Numbers)
    assert_type(m.diff(texts), MapDiff[str, int | str])
    assert_type(m.apply(m.diff(texts)), Both)
    assert_type(MapDiff(m, m, PersistentMap(a=(1, 2))), MapDiff[str, int])


def values_of_a_diff_are_covariant(diff: MapDiff[str, bool]) -> MapDiff[str, int]:
    return diff


def three_ways(base: Numbers, ours: Texts, theirs: PersistentMap[str, bytes]) -> None:
    assert_type(merge3(base, base, base), Numbers)
    assert_type(merge3(base, ours, ours), Texts)
    assert_type(merge3(base, ours, theirs), PersistentMap[str, str | bytes])


def three_ways_with_resolver(base: Numbers, ours: Numbers, theirs: Texts) -> None:
    def resolve(
        key: str, base: int | Missing, ours: int | Missing, theirs: int | Missing
    ) -> int | Missing:
        if ours is MISSING or theirs is MISSING:
            return MISSING
        assert_type(ours, int)
        assert_type(theirs, int)
        return max(ours, theirs)

    assert_type(merge3(base, ours, ours, resolve), Numbers)
    assert_type(merge3(base, ours, ours, lambda key, *versions: MISSING), Numbers)
    assert_type(merge3(base, ours, theirs, lambda key, *versions: MISSING), Both)
    assert_type(
        merge3(base, ours, ours, resolve=lambda key, base, ours, theirs: key), Both
    )


def conflicts(base: Numbers, theirs: Numbers) -> None:
    try:
        merge3(base, base, theirs)
    except ConflictError as error:
        assert_type(error.keys, tuple[Hashable, ...])


def history(m: Numbers) -> None:
    assert_type(dump_versions([m, m.set("a", 1)]), bytes)
    assert_type(load_versions(b""), list[PersistentMap[Any, Any]])
    restored: list[Numbers] = load_versions(b"")
    print(restored)


def look_inside(m: Numbers, texts: Texts) -> None:
    stats = m.stats()
    assert_type(stats, MapStats)
    assert_type(stats.kind, Literal["array", "hamt"])
    assert_type(stats.nodes, dict[str, int])
    assert_type(stats.bytes_per_entry, float)
    assert_type(m.shared_with(texts), SharedNodes)
    nodes, size = m.shared_with(m)
    assert_type(nodes, int)
    assert_type(size, int)
    assert_type(m.to_dot(texts, m), str)
    assert_type(to_builtins(m), Any)
