# SPDX-License-Identifier: Apache-2.0
"""Maps as the builtin types that serialisers know."""

from __future__ import annotations

from collections.abc import ItemsView, KeysView, ValuesView
from typing import Any

from pyhamt._hamt import MapMutation, PersistentMap
from pyhamt._versions import MapDiff


def to_builtins(obj: Any) -> Any:
    """Return the dict or list that stands for *obj*, for `json.dumps(default=...)`.

    PersistentMap and MapMutation become a dict with the same keys and values, MapDiff
    a dict of its three parts, frozenset and views a list. What is inside stays as it
    is: json asks again for each thing that it does not know. It takes str, numbers and
    None as keys, and no others.

    Complexity: O(n).
    Raises TypeError for any other object, as json does by itself.

    >>> import json
    >>> from pyhamt import PersistentMap, to_builtins
    >>> json.dumps(PersistentMap(a=PersistentMap(b=1)), default=to_builtins)
    '{"a": {"b": 1}}'
    """
    if isinstance(obj, (PersistentMap, MapMutation)):
        return dict(obj.items())
    if isinstance(obj, MapDiff):
        return {"added": obj.added, "removed": obj.removed, "changed": obj.changed}
    if isinstance(obj, (frozenset, KeysView, ValuesView, ItemsView)):
        return list(obj)
    raise TypeError(f"Object of type {type(obj).__name__} is not JSON serializable")
