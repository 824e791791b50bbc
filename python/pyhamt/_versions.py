# SPDX-License-Identifier: Apache-2.0
"""Two and three versions of a map: differences, and the three-way merge.

All rests on one walk over what two maps do not share, `PersistentMap._differences`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Generic, TypeVar

from pyhamt._hamt import MapMutation, PersistentMap
from pyhamt._missing import MISSING, Missing

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)

# What the versions of a three-way merge hold, and what its resolver adds.
Base = TypeVar("Base")
Ours = TypeVar("Ours")
Theirs = TypeVar("Theirs")
Resolved = TypeVar("Resolved")


class ConflictError(ValueError):
    """Versions do not fit; `keys` is a tuple of the keys where they do not.

    >>> from pyhamt import PersistentMap, merge3
    >>> base = PersistentMap(a=1)
    >>> merge3(base, base.set("a", 2), base.delete("a"))
    Traceback (most recent call last):
        ...
    pyhamt._versions.ConflictError: conflicting keys: 'a'
    """

    def __init__(self, keys: Iterable[Hashable]) -> None:
        self.keys = tuple(keys)
        super().__init__(self.keys)

    def __str__(self) -> str:
        return f"conflicting keys: {', '.join(map(repr, self.keys))}"


class MapDiff(Generic[K, V_co]):
    """What leads from one map to another; falsy when there is nothing.

    `added` and `removed` map keys to values, `changed` maps keys to (old, new).

    >>> from pyhamt import PersistentMap
    >>> diff = PersistentMap(a=1, b=2).diff(PersistentMap(a=1, b=3, c=4))
    >>> diff
    MapDiff(added={'c': 4}, removed={}, changed={'b': (2, 3)})
    >>> diff.inverse().removed
    PersistentMap({'c': 4})
    """

    __slots__ = ("added", "changed", "removed")

    added: PersistentMap[K, V_co]
    removed: PersistentMap[K, V_co]
    changed: PersistentMap[K, tuple[V_co, V_co]]

    def __init__(
        self,
        added: PersistentMap[K, V_co],
        removed: PersistentMap[K, V_co],
        changed: PersistentMap[K, tuple[V_co, V_co]],
    ) -> None:
        parts = {"added": added, "removed": removed, "changed": changed}
        for name, part in parts.items():
            object.__setattr__(self, name, part)

    def inverse(self) -> MapDiff[K, V_co]:
        """Return the diff that leads back.

        Complexity: O(c) for c changed entries.

        >>> from pyhamt import PersistentMap
        >>> old, new = PersistentMap(a=1), PersistentMap(a=2)
        >>> old.diff(new).inverse() == new.diff(old)
        True
        """
        changed = self.changed.map_values(lambda pair: (pair[1], pair[0]))
        return MapDiff(self.removed, self.added, changed)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a MapDiff does not change; cannot set {name!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a MapDiff does not change; cannot delete {name!r}")

    def _parts(self) -> tuple[PersistentMap[K, Any], ...]:
        return self.added, self.removed, self.changed

    def __bool__(self) -> bool:
        return any(self._parts())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MapDiff):
            return NotImplemented
        return self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def __reduce__(self) -> tuple[Any, ...]:
        return MapDiff, self._parts()

    def __repr__(self) -> str:
        added, removed, changed = map(dict, self._parts())
        return f"MapDiff({added=}, {removed=}, {changed=})"


_EMPTY: PersistentMap[Any, Any] = PersistentMap()


def _same(a: object, b: object) -> bool:
    """Identity first: a value that is not equal to itself has not changed."""
    if a is b:
        return True
    return a is not MISSING and b is not MISSING and bool(a == b)


def diff(old: PersistentMap[K, V], new: PersistentMap[K, V], /) -> MapDiff[K, V]:
    """PersistentMap.diff."""
    added: MapMutation[K, V] = _EMPTY.mutate()
    removed: MapMutation[K, V] = _EMPTY.mutate()
    changed: MapMutation[K, tuple[V, V]] = _EMPTY.mutate()
    for key, before, after in old._differences(new, MISSING):
        if before is MISSING:
            added[key] = after
        elif after is MISSING:
            removed[key] = before
        elif not _same(before, after):
            changed[key] = (before, after)
    return MapDiff(added.finish(), removed.finish(), changed.finish())


def apply(old: PersistentMap[K, V], diff: MapDiff[K, V], /) -> PersistentMap[K, V]:
    """PersistentMap.apply."""
    if not isinstance(diff, MapDiff):
        raise TypeError(f"expected a MapDiff, not {type(diff).__name__!r}")
    conflicts = []
    new = old.mutate()
    for key, value in diff.removed.items():
        if _same(old.get(key, MISSING), value):
            del new[key]
        else:
            conflicts.append(key)
    for key, (before, after) in diff.changed.items():
        if _same(old.get(key, MISSING), before):
            new[key] = after
        else:
            conflicts.append(key)
    for key, value in diff.added.items():
        if key in old:
            conflicts.append(key)
        else:
            new[key] = value
    if conflicts:
        raise ConflictError(conflicts)
    return new.finish()


def merge3(
    base: PersistentMap[K, Base],
    ours: PersistentMap[K, Ours],
    theirs: PersistentMap[K, Theirs],
    resolve: Callable[
        [K, Base | Missing, Ours | Missing, Theirs | Missing], Resolved | Missing
    ]
    | None = None,
) -> PersistentMap[K, Ours | Theirs | Resolved]:
    """Merge two maps that were both made from *base*, as version control does.

    A key that one side changed is taken from there. Where both changed it, and not
    alike, *resolve(key, base, ours, theirs)* gives the value, with MISSING for none,
    and may give MISSING to delete. Without it, ConflictError has all such keys.

    Complexity: O(d log n) for d entries in which *base* and *theirs* differ.

    >>> from pyhamt import PersistentMap, merge3
    >>> base = PersistentMap(a=1, b=2)
    >>> merge3(base, base.set("a", 10), base.delete("b"))
    PersistentMap({'a': 10})
    """
    for version in (base, ours, theirs):
        if not isinstance(version, PersistentMap):
            raise TypeError(
                f"merge3 expected a PersistentMap, not {type(version).__name__!r}"
            )
    conflicts = []
    merged = ours.mutate()
    for key, before, after in base._differences(theirs, MISSING):
        mine = ours.get(key, MISSING)
        if _same(before, after) or _same(mine, after):
            continue
        value = after
        if not _same(mine, before):
            if resolve is None:
                conflicts.append(key)
                continue
            value = resolve(key, before, mine, after)
        if value is MISSING:
            merged.discard(key)
        else:
            merged[key] = value
    if conflicts:
        raise ConflictError(conflicts)
    return merged.finish()
