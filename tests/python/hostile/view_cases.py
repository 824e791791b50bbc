# SPDX-License-Identifier: Apache-2.0
"""The methods of views and iterators."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from cases import Methods, case, ended, on, quiet, with_operands
from doors import Pairs
from operands import changed, rebuilt
from worlds import World

from pyhamt import PersistentMap

_BINARY = {
    "and": operator.and_,
    "or": operator.or_,
    "sub": operator.sub,
    "xor": operator.xor,
}
_COMPARISONS = {
    f"__{name}__": getattr(operator, name)
    for name in ("eq", "ne", "lt", "le", "gt", "ge")
}


def set_view(
    make: Callable[[PersistentMap], Any], others: Callable[[World], list]
) -> Methods:
    """The methods of a view that is a set, whose operands are sets, iterables of items,
    and views of its own kind."""

    def as_set(w: World) -> set[Any]:
        return set(others(w))

    def as_larger_set(w: World) -> set[Any]:
        return {*make(rebuilt(w)), 1, 2}

    def as_smaller_set(w: World) -> set[Any]:
        return set(list(make(rebuilt(w)))[:3])

    def as_equal_set(w: World) -> set[Any]:
        return set(make(rebuilt(w)))

    def as_items(w: World) -> Pairs:
        return Pairs(others(w))

    def as_view(w: World) -> Any:
        return make(changed(w))

    result: Methods = {}
    for name, function in _BINARY.items():
        result[f"__{name}__"] = with_operands(
            lambda w, function=function: function(w.it, w.operand),
            *(as_set, as_items, as_view),
        )
        result[f"__r{name}__"] = with_operands(
            lambda w, function=function: function(w.operand, w.it), as_set, as_items
        )
    for name, function in _COMPARISONS.items():
        result[name] = with_operands(
            lambda w, function=function: function(w.it, w.operand),
            *(as_equal_set, as_larger_set, as_smaller_set, as_view),
        )
    result["isdisjoint"] = with_operands(
        lambda w: w.it.isdisjoint(w.operand), as_set, as_items, as_view
    )
    result["__contains__"] = with_operands(
        lambda w: w.operand in w.it, lambda w: others(w)[0], lambda w: others(w)[-1]
    )
    return result


def any_view(make: Callable[[PersistentMap], Any]) -> Methods:
    return {
        "__iter__": quiet(lambda w: list(w.it)),
        "__len__": quiet(lambda w: len(w.it)),
        "__repr__": (case(lambda w: repr(w.it), is_once=True),),
        "mapping": quiet(lambda w: w.it.mapping),
        "(end)": ended(make),
    }


UNHASHABLE = {"__hash__": quiet(lambda w: hash(w.it))}


def iterator(make: Callable[[PersistentMap], Any]) -> Methods:
    return {
        "__iter__": quiet(lambda w: iter(w.it)),
        "__next__": (
            # The map lives in its iterator alone, and dies at the end of it.
            case(lambda w: sum(1 for _ in w.it), keeps_base=False, is_once=True),
            case(lambda w: len(list(w.it)), is_once=True, is_quiet=True),
        ),
        "__length_hint__": quiet(lambda w: operator.length_hint(w.it)),
        "(end)": ended(make),
    }


def view_methods(make: Callable[[PersistentMap], Any], methods: Methods) -> Methods:
    return on(make, {**any_view(make), **methods})
