# SPDX-License-Identifier: Apache-2.0
"""Every type of the package, and its methods with ways to call them.

The types and their methods are asked for, so a new one is missing here until it has a
case: `missing` names it. A case is said to be quiet when it runs no Python code, which
the run of the cases holds it to.
"""

from __future__ import annotations

from types import BuiltinFunctionType, FunctionType, MemberDescriptorType
from typing import Any

from cases import Methods, begun, on
from map_cases import MAP
from mutation_cases import MUTATION
from operands import items, keys
from package_cases import ATOM, CONFLICT, DIFF, FUNCTIONS, new_atom, new_diff
from view_cases import UNHASHABLE, iterator, set_view, view_methods
from worlds import ITEMS_VIEW, ITERATORS, KEYS_VIEW, VALUES_VIEW

import pyhamt
import pyhamt._inspection
from pyhamt import (
    Atom,
    ConflictError,
    MapDiff,
    MapMutation,
    PersistentMap,
    _hamt,
    hooks,
)

ENTRIES: dict[Any, Methods] = {
    PersistentMap: MAP,
    MapMutation: MUTATION,
    KEYS_VIEW: view_methods(
        PersistentMap.keys, {**set_view(PersistentMap.keys, keys), **UNHASHABLE}
    ),
    ITEMS_VIEW: view_methods(
        PersistentMap.items, {**set_view(PersistentMap.items, items), **UNHASHABLE}
    ),
    VALUES_VIEW: view_methods(PersistentMap.values, {}),
    **{
        cls: on(begun(make), iterator(begun(make)))
        for cls, make in zip(
            ITERATORS,
            (PersistentMap.keys, PersistentMap.items, PersistentMap.values),
            strict=True,
        )
    },
    Atom: on(new_atom, ATOM),
    MapDiff: on(new_diff, DIFF),
    ConflictError: on(lambda base: ConflictError(list(base)), CONFLICT),
    pyhamt: FUNCTIONS,
}

# Types whose objects hold numbers and names alone.
HARMLESS = {"MISSING", "MapStats", "SharedNodes"}

# Tested with the library that calls it.
ELSEWHERE = {"register_cattrs"}

# What Python itself gives a type, some of it when it is first asked for.
GIVEN = {
    "__annotations__",
    "__dict__",
    "__doc__",
    "__firstlineno__",
    "__module__",
    "__orig_bases__",
    "__parameters__",
    "__slots__",
    "__static_attributes__",
    "__weakref__",
}


def methods_of(owner: Any) -> set[str]:
    """The names that need a case: the methods of a class and the end of its objects,
    or the functions of the package."""
    if isinstance(owner, type):
        data = MemberDescriptorType
        names = {n for n, each in vars(owner).items() if not isinstance(each, data)}
        return names - GIVEN | {"(end)"}
    members = [
        *(getattr(owner, name) for name in owner.__all__),
        *(getattr(hooks, name) for name in hooks.__all__),
        *vars(_hamt).values(),
    ]
    kinds = (FunctionType, BuiltinFunctionType)
    return {each.__name__ for each in members if isinstance(each, kinds)} - ELSEWHERE


def missing(owner: Any, methods: Methods) -> list[str]:
    """The methods without a case, and the cases without a method."""
    return [
        f"{owner.__name__}.{name}"
        for name in sorted(methods_of(owner) ^ {n for n in methods if methods[n]})
    ]


def missing_types() -> list[str]:
    """The types of the package that are not in the table."""
    return [
        name
        for name in pyhamt.__all__
        if isinstance(getattr(pyhamt, name), type)
        and getattr(pyhamt, name) not in ENTRIES
        and name not in HARMLESS
    ]
