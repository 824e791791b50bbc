# SPDX-License-Identifier: Apache-2.0
"""Many versions of a map as bytes that share what the versions share.

Hashes differ from process to process, so nodes cannot be written. Written is a pickle
in which a version is the one before it and the entries to edit:

    versions   a map     as its type called with a dict
               the next  _edited(the one before, key, value, key, value, ...)

A value of MISSING deletes its key. Reading makes the edits, and so the sharing, anew.
A map within a version is written by its edits, too, where the version before has a map
at the same key.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterable
from itertools import chain, pairwise
from typing import Any, TypeVar

from pyhamt._hamt import _ARRAY_LIMIT, PersistentMap
from pyhamt._missing import MISSING

M = TypeVar("M", bound=PersistentMap[Any, Any])


def dump_versions(versions: Iterable[PersistentMap[Any, Any]], /) -> bytes:
    """Pickle versions of a map with what they share, for load_versions.

    The versions are best in the order of their making: each is written as its
    differences from the one before it. Keys and values must be picklable.

    Complexity: O(n + d) time and bytes for n entries in the first version and d
    differences between neighbours. Raises TypeError for anything but PersistentMaps,
    and what pickling a key or value raises.

    >>> from pyhamt import PersistentMap, dump_versions, load_versions
    >>> old = PersistentMap.fromkeys(range(1000), "a value")
    >>> new = old.set(7, "another")
    >>> data = dump_versions([old, new])
    >>> load_versions(data) == [old, new]
    True
    >>> len(data) < 1.05 * len(dump_versions([old]))
    True
    """
    history = list(versions)
    for version in history:
        _require_map(version, TypeError, "dump_versions expected PersistentMaps, got")
    target = io.BytesIO()
    pickler = _VersionPickler(target)
    for before, after in pairwise(history):
        pickler.derive(after, before)
    pickler.dump(history)
    return target.getvalue()


def load_versions(data: bytes, /) -> list[PersistentMap[Any, Any]]:
    """Return the list of versions that dump_versions wrote, which share memory again.

    Loading runs what the pickle says, as `pickle.loads` does: only load what you
    trust. Complexity: O(n + d log n), as for dump_versions. Raises ValueError for a
    pickle of something else, and what unpickling raises.

    >>> from pyhamt import PersistentMap, dump_versions, load_versions
    >>> old = PersistentMap.fromkeys(range(1000))
    >>> loaded = load_versions(dump_versions([old, old.delete(7)]))
    >>> loaded[0].diff(loaded[1]).removed
    PersistentMap({7: None})
    """
    history = pickle.loads(data)
    if not isinstance(history, list):
        raise ValueError("expected the bytes of dump_versions")
    for version in history:
        _require_map(version, ValueError, "expected versions of a map, found")
    return history


def _require_map(version: object, error: type[Exception], message: str) -> None:
    if not isinstance(version, PersistentMap):
        raise error(f"{message} {type(version).__name__!r}")


def _edited(base: M, /, *edits: Any) -> M:
    """The map with keys and values set as they follow each other. Pickles name it."""
    version = base.mutate()
    for key, value in zip(edits[::2], edits[1::2], strict=True):
        if value is MISSING:
            version.discard(key)
        else:
            version[key] = value
    return version.finish()


class _VersionPickler(pickle.Pickler):
    """Writes a map whose base is known as the edits that lead there.

    A base is written before what is derived from it: as an element of the list, or
    within one, and in any case as the argument of `_edited`.
    """

    def __init__(self, target: io.BytesIO) -> None:
        super().__init__(target, protocol=5)
        # By address. The list that is being written keeps all of them alive.
        self._bases: dict[int, PersistentMap[Any, Any]] = {}

    def derive(
        self, version: PersistentMap[Any, Any], base: PersistentMap[Any, Any]
    ) -> None:
        """Tell of a version that it was likely made from another.

        Small maps share nothing, and edits would not tell the order of their entries.
        """
        if (
            version is not base
            and type(version) is type(base)
            and _is_pickled_as_map(type(version))
            and min(len(version), len(base)) > _ARRAY_LIMIT
        ):
            self._bases.setdefault(id(version), base)

    def reducer_override(self, obj: object) -> Any:
        base = self._bases.pop(id(obj), None)
        if base is None or not isinstance(obj, PersistentMap):
            return NotImplemented
        differences = base._differences(obj, MISSING)
        if 2 * len(differences) > len(obj) or (
            not differences and type(obj) is not PersistentMap
        ):
            return NotImplemented
        for _, before, after in differences:
            if isinstance(before, PersistentMap) and isinstance(after, PersistentMap):
                self.derive(after, before)
        edits = chain.from_iterable((key, value) for key, _, value in differences)
        return _edited, (base, *edits), _state(obj)


def _is_pickled_as_map(cls: type[PersistentMap[Any, Any]]) -> bool:
    """Whether a subclass leaves it to PersistentMap how its objects are pickled."""
    return (
        cls.__reduce__ is PersistentMap.__reduce__
        and cls.__reduce_ex__ is PersistentMap.__reduce_ex__
        and cls.mutate is PersistentMap.mutate
    )


def _state(obj: PersistentMap[Any, Any]) -> Any:
    """What pickle sets on a copy of the entries: the attributes of a subclass."""
    if type(obj) is PersistentMap:
        return None
    if hasattr(obj, "__getstate__"):
        return obj.__getstate__()
    return obj.__reduce__()[2]  # object has __getstate__ since Python 3.11
