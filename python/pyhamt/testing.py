# SPDX-License-Identifier: Apache-2.0
"""A strategy of Hypothesis for maps, for the tests of code that takes or keeps them.

Needs Hypothesis, which pyhamt does not install.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, TypeVar

from pyhamt._hamt import PersistentMap

try:
    from hypothesis import strategies as st
except ImportError as _error:
    raise ImportError("pyhamt.testing needs hypothesis, which is not there") from _error

__all__ = ["persistent_maps"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


# Detours. Each returns a map that is equal to *m*, with another past: *others* are keys
# that came and went, some of which may be keys of *m*. Where they were many, a small
# map is one that was large.


def _one_by_one(
    m: PersistentMap[Any, Any], others: list[Any]
) -> PersistentMap[Any, Any]:
    detour = m
    for key in others:
        detour = detour.set(key, None)
    for key in others:
        detour = detour.set(key, m[key]) if key in m else detour.discard(key)
    return detour


def _in_place(m: PersistentMap[Any, Any], others: list[Any]) -> PersistentMap[Any, Any]:
    with m.mutate() as draft:
        draft.update(dict.fromkeys(others))
        for key in others:
            draft.discard(key)
        draft.update(m)
    return draft.finish()


def _merged(m: PersistentMap[Any, Any], others: list[Any]) -> PersistentMap[Any, Any]:
    detour = PersistentMap.fromkeys(others).merge(m)
    return detour.omit(key for key in others if key not in m)


def _taken_apart(
    m: PersistentMap[Any, Any], others: list[Any]
) -> PersistentMap[Any, Any]:
    half = list(m)[::2]
    return m.omit(half).merge(m.select(half))


_DETOURS = (_taken_apart, _one_by_one, _in_place, _merged)


@st.composite
def persistent_maps(
    draw: st.DrawFn,
    keys: st.SearchStrategy[K],
    values: st.SearchStrategy[V],
    *,
    min_size: int = 0,
    max_size: int | None = None,
) -> PersistentMap[K, V]:
    """Return a strategy for maps of *min_size* to *max_size* entries.

    Takes what `dictionaries` of Hypothesis takes, and draws as maps what that draws as
    dicts. Some maps have a past: entries that came and went, merges, edits in place.
    Equal maps with different pasts can lie differently in memory, and iterate in
    different orders. Examples shrink to few and simple entries, without a past.

    Complexity: O(n) for each map, and for each draw from *keys* and *values* what
    it costs.
    Raises InvalidArgument, when the first map is drawn, for what `dictionaries` does
    not take. Without Hypothesis, the import of this module raises ImportError.

    >>> from hypothesis import given, strategies as st
    >>> @given(persistent_maps(st.text(), st.integers()))
    ... def test_update_leaves_the_old_map(m):
    ...     before = dict(m)
    ...     m.set("key", 0)
    ...     assert m == before
    >>> test_update_leaves_the_old_map()
    """
    m: PersistentMap[Any, Any] = PersistentMap(
        draw(st.dictionaries(keys, values, min_size=min_size, max_size=max_size))
    )
    detours = draw(st.lists(st.sampled_from(_DETOURS), max_size=3))
    if detours:
        # Unique, since lists of unique elements do without those that a filter rejects.
        # Two lists, as one would seldom be longer than a small map.
        lists = st.lists(keys, unique=True)
        others = [*draw(lists), *draw(lists)]
        for detour in detours:
            m = detour(m, others)
    return m
