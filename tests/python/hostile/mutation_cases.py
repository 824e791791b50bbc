# SPDX-License-Identifier: Apache-2.0
"""The methods of MapMutation."""

from __future__ import annotations

import operator

from cases import (
    Methods,
    case,
    draft,
    edits,
    ended,
    on_drafts,
    quiet,
    quiet_on_drafts,
    shared_draft,
)
from map_cases import ORDER
from operands import SOURCES, as_new_objects, equal_table, rebuilt, stranger
from worlds import Submap

from pyhamt import MapMutation

MUTATION: Methods = {
    **{name: on_drafts(cases[0].run, is_quiet=True) for name, cases in ORDER.items()},
    "finish": (
        *edits(lambda w: w.it.finish()),
        case(
            lambda w: w.it.finish(),
            subject=lambda base: edited(Submap(base).mutate()),
            is_once=True,
        ),
    ),
    "get": on_drafts(lambda w: w.it.get(w.present))
    + on_drafts(lambda w: w.it.get(w.absent, 1)),
    "set": edits(lambda w: w.it.set(w.present, w.value))
    + edits(lambda w: w.it.set(w.absent, [])),
    "delete": edits(lambda w: w.it.delete(w.present)),
    "discard": edits(lambda w: w.it.discard(w.present))
    + edits(lambda w: w.it.discard(w.absent)),
    "pop": edits(lambda w: w.it.pop(w.present))
    + edits(lambda w: w.it.pop(w.absent, 1))
    + edits(lambda w: w.it.pop(w.absent)),
    "popitem": edits(lambda w: w.it.popitem()),
    "setdefault": edits(lambda w: w.it.setdefault(w.present, 1))
    + edits(lambda w: w.it.setdefault(w.absent, w.value)),
    "update": edits(lambda w: w.it.update(w.operand), *SOURCES, is_partial=True)
    + edits(
        lambda w: w.it.update({}, w.operand, a=w.value),
        as_new_objects,
        is_partial=True,
    )
    + edits(lambda w: w.it.update(w.it), is_partial=True),
    "clear": edits(lambda w: w.it.clear()),
    "keys": on_drafts(lambda w: w.present in w.it.keys()),  # noqa: SIM118
    "values": on_drafts(lambda w: list(w.it.values())),
    "items": on_drafts(lambda w: (w.present, w.value) in w.it.items()),
    "__enter__": quiet_on_drafts(lambda w: w.it.__enter__()),
    "__exit__": on_drafts(
        lambda w: w.it.__exit__(None, None, None), is_once=True, is_quiet=True
    ),
    "__reduce__": quiet_on_drafts(lambda w: w.it.__reduce__()),
    "__class_getitem__": quiet(lambda w: str(MapMutation[int, w.operand]), stranger),
    "__iter__": quiet_on_drafts(lambda w: list(w.it)),
    "__repr__": on_drafts(lambda w: repr(w.it), is_once=True),
    "__hash__": quiet_on_drafts(lambda w: hash(w.it)),
    "__eq__": on_drafts(lambda w: w.it == w.operand, rebuilt)
    + on_drafts(lambda w: w.it == w.operand, lambda w: draft(rebuilt(w)))
    + on_drafts(lambda w: w.it == w.operand, equal_table)
    + on_drafts(lambda w: w.it == w.operand, stranger),
    "__ne__": on_drafts(lambda w: w.it != w.operand, rebuilt),
    "__len__": quiet_on_drafts(lambda w: len(w.it)),
    "__getitem__": on_drafts(lambda w: w.it[w.present])
    + on_drafts(lambda w: w.it[w.absent]),
    "__setitem__": edits(lambda w: operator.setitem(w.it, w.present, w.value))
    + edits(lambda w: operator.setitem(w.it, w.absent, w.value)),
    "__delitem__": edits(lambda w: operator.delitem(w.it, w.present))
    + edits(lambda w: operator.delitem(w.it, w.absent)),
    "__contains__": on_drafts(lambda w: w.absent in w.it),
    "(end)": ended(draft) + ended(shared_draft),
}


def edited(mutation: MapMutation) -> MapMutation:
    mutation["edited"] = [1]
    return mutation
