# SPDX-License-Identifier: Apache-2.0
"""What the ways to pydantic, cattrs and msgspec share: the types that a map type gives
to its keys and values, and maps of entries that were converted to these.
"""

from __future__ import annotations

from operator import is_
from typing import Any, TypeVar, get_args, get_origin

from pyhamt._hamt import PersistentMap

M = TypeVar("M", bound=PersistentMap[Any, Any])


def map_class(annotation: Any) -> Any:
    """The class of a map type, which has arguments or none."""
    return get_origin(annotation) or annotation


def is_map_type(annotation: Any) -> bool:
    """Whether it is PersistentMap or a subclass, with arguments or without."""
    cls = map_class(annotation)
    return isinstance(cls, type) and issubclass(cls, PersistentMap)


def entry_types(annotation: Any) -> tuple[Any, Any]:
    """The types of keys and values, Any where none is given.

    A subclass may fix them, or have parameters of its own for them.
    """
    cls, arguments = map_class(annotation), get_args(annotation)
    if cls is PersistentMap:
        key, value = (*arguments, Any, Any)[:2]
        return key, value
    bases = vars(cls).get("__orig_bases__", cls.__bases__)
    base = next(filter(is_map_type, bases))
    if get_origin(base) is None:
        return entry_types(base[arguments] if arguments else base)
    parameters = getattr(cls, "__parameters__", base.__parameters__)
    given = dict(zip(parameters, arguments, strict=False))
    if base.__parameters__:
        base = base[tuple(given.get(name, Any) for name in base.__parameters__)]
    return entry_types(base)


def with_entries(m: M, entries: dict[Any, Any]) -> M:
    """The map of these entries, which has the class of *m*.

    It shares the nodes of *m* if the keys are the same objects in the same order, and
    is *m* itself if the values are the same as well.
    """
    # A key that is equal and yet another would be lost in an update.
    if len(entries) != len(m) or not all(map(is_, entries, m)):
        draft = m.mutate()
        draft.clear()
        m = draft.finish()
    updated: M = m.update(entries)
    return updated


def of_entries(cls: type[M], source: object, entries: dict[Any, Any]) -> M:
    """The instance of *cls* that has the entries of *source*, as they were converted.

    An instance of a subclass stays one.
    """
    if not isinstance(source, PersistentMap):
        return cls(entries)
    m = with_entries(source, entries)
    return m if isinstance(m, cls) else cls(m)
