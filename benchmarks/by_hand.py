# SPDX-License-Identifier: Apache-2.0
"""What users of a mapping write when it has no diff and no three-way merge.

Both look at every entry: a mapping that does not show what two versions share leaves no
other way.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

_ABSENT = object()

Entries = dict[Hashable, Any]


def differences(old: Any, new: Any) -> tuple[Entries, Entries, Entries]:
    """What was added, removed and changed; the latter as pairs of values."""
    added = {key: value for key, value in new.items() if key not in old}
    removed, changed = {}, {}
    for key, value in old.items():
        other = new.get(key, _ABSENT)
        if other is _ABSENT:
            removed[key] = value
        elif other is not value and other != value:
            changed[key] = value, other
    return added, removed, changed


def their_changes(base: Any, ours: Any, theirs: Any) -> tuple[Entries, list[Hashable]]:
    """What to set and what to delete in *ours* so that it has the edits of *theirs*.

    Raises ValueError if both sides changed a key, each in its own way.
    """
    added, removed, changed = differences(base, theirs)
    wanted = added | {key: new for key, (_, new) in changed.items()}
    for key in (*wanted, *removed):
        mine = ours.get(key, _ABSENT)
        if mine != base.get(key, _ABSENT) and mine != wanted.get(key, _ABSENT):
            raise ValueError(f"both sides changed {key!r}")
    return wanted, list(removed)
