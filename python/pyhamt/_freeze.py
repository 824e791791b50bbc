# SPDX-License-Identifier: Apache-2.0
"""Nested plain containers to immutable ones and back."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, TypeVar, overload

from pyhamt._hamt import PersistentMap

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


# What values and members become is not known; the container itself is.
@overload
def freeze(obj: PersistentMap[K, Any] | dict[K, Any]) -> PersistentMap[K, Any]: ...
@overload
def freeze(obj: list[Any] | tuple[Any, ...]) -> tuple[Any, ...]: ...
@overload
def freeze(obj: set[Any]) -> frozenset[Any]: ...
@overload
def freeze(obj: object) -> Any: ...
def freeze(obj: Any) -> Any:
    """Return *obj* with dict, list and set, however nested, made PersistentMap,
    tuple and frozenset.

    What is frozen already is the same object. Complexity: O(n).
    Raises TypeError for a set with an unhashable member, RecursionError for a
    container in itself.

    >>> freeze({"a": [1, {2}]})
    PersistentMap({'a': (1, frozenset({2}))})
    """
    if isinstance(obj, PersistentMap):
        return obj.map_values(freeze)
    if isinstance(obj, dict):
        return PersistentMap({key: freeze(value) for key, value in _items(obj)})
    if isinstance(obj, list):
        return tuple(map(freeze, obj))
    if type(obj) is tuple:
        frozen = tuple(map(freeze, obj))
        unchanged = all(a is b for a, b in zip(obj, frozen, strict=True))
        return obj if unchanged else frozen
    if isinstance(obj, set):
        return frozenset(map(freeze, obj))
    return obj


def _items(obj: PersistentMap[K, V] | dict[K, V]) -> Iterable[tuple[K, V]]:
    """The items; of a copy of a dict, which another thread may edit meanwhile."""
    return dict(obj).items() if isinstance(obj, dict) else obj.items()


@overload
def thaw(obj: PersistentMap[K, Any] | dict[K, Any]) -> dict[K, Any]: ...
@overload
def thaw(obj: list[Any]) -> list[Any]: ...
@overload
def thaw(obj: frozenset[K] | set[K]) -> set[K]: ...
@overload
def thaw(obj: object) -> Any: ...
def thaw(obj: Any) -> Any:
    """Return *obj* with PersistentMap, tuple and frozenset, however nested, made
    dict, list and set.

    Keys and the members of a set stay frozen, as they have to be hashable.
    Complexity: O(n).

    >>> thaw(freeze({"a": [1, {2}]}))
    {'a': [1, {2}]}
    """
    if isinstance(obj, (PersistentMap, dict)):
        return {key: thaw(value) for key, value in _items(obj)}
    if isinstance(obj, list) or type(obj) is tuple:
        return list(map(thaw, obj))
    if isinstance(obj, frozenset):
        return set(obj)
    return obj
