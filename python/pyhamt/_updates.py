# SPDX-License-Identifier: Apache-2.0
"""Updates of one version: by a function, along a path of keys, of many entries."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pyhamt._hamt import MapMutation, PersistentMap
from pyhamt._missing import MISSING, Missing

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
W = TypeVar("W")


def alter(
    m: PersistentMap[K, V],
    key: K,
    fn: Callable[[V], V],
    /,
    default: V | Missing = MISSING,
) -> PersistentMap[K, V]:
    """PersistentMap.alter."""
    value = m.get(key, default)
    if value is MISSING:
        raise KeyError(key)
    return m.set(key, fn(value))


# ---- Paths ----


def _steps(path: Sequence[Hashable], at_least: int) -> tuple[Hashable, ...]:
    if isinstance(path, (str, bytes)):
        raise TypeError(f"a path is a sequence of keys, not {type(path).__name__!r}")
    steps = tuple(path)
    if len(steps) < at_least:
        raise ValueError("the path is empty")
    return steps


def _not_a_mapping(path: tuple[Hashable, ...], depth: int, met: object) -> TypeError:
    where = f"after {path[:depth]!r} " if depth else ""
    return TypeError(
        f"cannot take step {path[depth]!r} {where}into {type(met).__name__!r}: "
        "it is no PersistentMap"
    )


def get_in(
    m: PersistentMap[K, Any], path: Sequence[Hashable], /, default: Any = None
) -> Any:
    """PersistentMap.get_in."""
    steps = _steps(path, at_least=0)
    met: Any = m
    for depth, step in enumerate(steps):
        if not isinstance(met, Mapping):
            raise _not_a_mapping(steps, depth, met)
        met = met.get(step, MISSING)
        if met is MISSING:
            return default
    return met


def _edit_in(
    met: Any, steps: tuple[Hashable, ...], depth: int, edit: Callable[[Any, Any], Any]
) -> Any:
    """Replace what lies at the end of the path by what edit(map, key) gives."""
    if met is MISSING:
        met = PersistentMap()
    if not isinstance(met, PersistentMap):
        raise _not_a_mapping(steps, depth, met)
    step = steps[depth]
    if depth == len(steps) - 1:
        return edit(met, step)
    inner = _edit_in(met.get(step, MISSING), steps, depth + 1, edit)
    return met.set(step, inner)


def set_in(
    m: PersistentMap[K, Any], path: Sequence[Hashable], value: Any, /
) -> PersistentMap[K, Any]:
    """PersistentMap.set_in."""
    steps = _steps(path, at_least=1)
    result: PersistentMap[K, Any] = _edit_in(
        m, steps, 0, lambda met, key: met.set(key, value)
    )
    return result


def alter_in(
    m: PersistentMap[K, Any],
    path: Sequence[Hashable],
    fn: Callable[[Any], Any],
    /,
    default: Any = MISSING,
) -> PersistentMap[K, Any]:
    """PersistentMap.alter_in."""
    steps = _steps(path, at_least=1)
    if default is MISSING:
        _require(m, steps)
    result: PersistentMap[K, Any] = _edit_in(
        m, steps, 0, lambda met, key: alter(met, key, fn, default=default)
    )
    return result


def delete_in(
    m: PersistentMap[K, Any], path: Sequence[Hashable], /
) -> PersistentMap[K, Any]:
    """PersistentMap.delete_in."""
    steps = _steps(path, at_least=1)
    _require(m, steps)
    result: PersistentMap[K, Any] = _edit_in(
        m, steps, 0, lambda met, key: met.delete(key)
    )
    return result


def _require(m: PersistentMap[K, Any], steps: tuple[Hashable, ...]) -> None:
    """Raise KeyError with the first absent step."""
    met: Any = m
    for depth, step in enumerate(steps):
        if not isinstance(met, PersistentMap):
            raise _not_a_mapping(steps, depth, met)
        met = met[step]


# ---- Many entries ----


def filter(
    m: PersistentMap[K, V], fn: Callable[[K, V], object], /
) -> PersistentMap[K, V]:
    """PersistentMap.filter."""
    kept = m.mutate()
    for key, value in m.items():
        if not fn(key, value):
            del kept[key]
    return kept.finish()


def map_values(m: PersistentMap[K, V], fn: Callable[[V], W], /) -> PersistentMap[K, W]:
    """PersistentMap.map_values."""
    mapped: MapMutation[K, Any] = m.mutate()
    for key, value in m.items():
        mapped[key] = fn(value)
    return mapped.finish()


def select(m: PersistentMap[K, V], keys: Iterable[K], /) -> PersistentMap[K, V]:
    """PersistentMap.select."""
    selected = m.mutate()
    selected.clear()
    for key in keys:
        entry = m._entry(key)
        if entry is not None:
            selected[entry[0]] = entry[1]
    return m if len(selected) == len(m) else selected.finish()


def omit(m: PersistentMap[K, V], keys: Iterable[K], /) -> PersistentMap[K, V]:
    """PersistentMap.omit."""
    rest = m.mutate()
    for key in keys:
        rest.discard(key)
    return rest.finish()
