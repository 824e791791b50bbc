# SPDX-License-Identifier: Apache-2.0
"""The API of PersistentMap over a dict that nobody changes.

Tests run against both, so a test that asks for something else than a dict's own rules
fails here too. Every update copies the dict. Messages and speed are not modelled.
"""

from __future__ import annotations

import copy
import reprlib
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any


class ReferenceMap(Mapping[Any, Any]):
    """An immutable mapping whose updates return new maps."""

    __slots__ = ("__weakref__", "_entries")

    _entries: dict[Any, Any]

    def __new__(cls, mapping_or_pairs: Any = (), /, **kwargs: Any) -> ReferenceMap:
        if type(mapping_or_pairs) is cls and not kwargs:
            return mapping_or_pairs
        return cls._wrap(dict(mapping_or_pairs, **kwargs))

    @classmethod
    def _wrap(cls, entries: dict[Any, Any]) -> ReferenceMap:
        self = object.__new__(cls)
        self._entries = entries
        return self

    @classmethod
    def from_dict(cls, source: dict[Any, Any], /) -> ReferenceMap:
        if not isinstance(source, dict):
            raise TypeError("expected a dict")
        return cls(source)

    @classmethod
    def fromkeys(cls, iterable: Iterable[Any], value: Any = None, /) -> ReferenceMap:
        return cls._wrap(dict.fromkeys(iterable, value))

    def __getitem__(self, key: Any) -> Any:
        return self._entries[key]

    def __contains__(self, key: Any) -> bool:
        return key in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._entries)

    def get(self, key: Any, /, default: Any = None) -> Any:
        return self._entries.get(key, default)

    def get_many(self, keys: Iterable[Any], /, default: Any = None) -> list[Any]:
        return [self._entries.get(key, default) for key in keys]

    def merge(self, /, *others: Any, resolve: Any = None) -> ReferenceMap:
        merged = self
        for other in others:
            entries = dict(other)
            if resolve is not None:
                for key, theirs in entries.items():
                    mine = merged.get(key, theirs)
                    if mine is not theirs:
                        entries[key] = resolve(key, mine, theirs)
            merged = merged.update(entries)
        return merged

    def mutate(self, /) -> ReferenceMutation:
        return ReferenceMutation(self)

    def keys(self, /) -> KeysView[Any]:
        return self._entries.keys()

    def values(self, /) -> ValuesView[Any]:
        return self._entries.values()

    def items(self, /) -> ItemsView[Any, Any]:
        return self._entries.items()

    def set(self, key: Any, value: Any, /) -> ReferenceMap:
        return self._self_or({**self._entries, key: value})

    def delete(self, key: Any, /) -> ReferenceMap:
        entries = dict(self._entries)
        del entries[key]
        return self._wrap(entries)

    def discard(self, key: Any, /) -> ReferenceMap:
        return self.delete(key) if key in self else self

    def update(self, /, *mappings_or_pairs: Any, **kwargs: Any) -> ReferenceMap:
        entries = dict(self._entries)
        for each in (*mappings_or_pairs, kwargs):
            entries.update(each)
        return self._self_or(entries)

    def _self_or(self, entries: dict[Any, Any]) -> ReferenceMap:
        """A map of what an update made of the entries: this map when they are as
        they were. An update removes no key and keeps the first of two equal ones.
        """
        same = len(entries) == len(self) and all(
            entries[key] is value for key, value in self.items()
        )
        return self if same else self._wrap(entries)

    def __or__(self, other: Any) -> ReferenceMap:
        return self.update(other) if isinstance(other, Mapping) else NotImplemented

    def __ror__(self, other: Any) -> ReferenceMap:
        if not isinstance(other, Mapping):
            return NotImplemented
        return type(self)(other).update(self) if other else self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return self._entries == dict(other.items())

    def __hash__(self) -> int:
        return hash(frozenset(self.items()))

    @reprlib.recursive_repr("ReferenceMap(...)")
    def __repr__(self) -> str:
        return f"ReferenceMap({self._entries!r})"

    def __copy__(self) -> ReferenceMap:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> ReferenceMap:
        copies = copy.deepcopy(list(self.items()), memo)
        if id(self) in memo:
            return memo[id(self)]
        same = all(
            one is other
            for pair, copied in zip(self.items(), copies, strict=True)
            for one, other in zip(pair, copied, strict=True)
        )
        return self if same else type(self)(copies)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


class ReferenceMutation(dict[Any, Any]):
    """A dict that ends as a map."""

    def __init__(self, origin: ReferenceMap) -> None:
        super().__init__(origin)
        self._result: ReferenceMap | None = None

    set = dict.__setitem__
    delete = dict.__delitem__

    def discard(self, key: Any, /) -> None:
        self.pop(key, None)

    def finish(self) -> ReferenceMap:
        if self._result is None:
            self._result = ReferenceMap(self)
        return self._result
