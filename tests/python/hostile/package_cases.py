# SPDX-License-Identifier: Apache-2.0
"""What is written in Python: Atom, MapDiff, ConflictError, and the functions."""

from __future__ import annotations

import importlib.util
import pickle
from types import SimpleNamespace
from typing import Any

from cases import Methods, case, quiet, with_operands
from doors import Claimant, Function, Key, Pairs, door
from map_cases import named
from operands import changed, claims, function, keys, neighbour, rebuilt
from worlds import Case, World

from pyhamt import (
    Atom,
    ConflictError,
    MapDiff,
    PersistentMap,
    _hamt,
    dump_versions,
    freeze,
    hooks,
    load_versions,
    merge3,
    thaw,
    to_builtins,
)


def new_diff(base: PersistentMap) -> MapDiff[Any, Any]:
    first = next(iter(base))
    other = base.discard(first).set(Key(1 << 70), 1)
    return base.diff(other.map_values(lambda value: (value, Key(3))))


def new_atom(base: PersistentMap) -> Atom[Any]:
    atom = Atom(base)
    atom.watch(Function(lambda old, new: None))
    return atom


ATOM: Methods = {
    "__init__": quiet(lambda w: Atom(w.it)),
    "value": quiet(lambda w: w.it.value),
    "swap": with_operands(
        lambda w: w.it.swap(w.operand, 1),
        lambda w: Function(lambda m, number: m.set(w.absent, number)),
        is_once=True,
    ),
    "compare_and_set": (
        case(lambda w: w.it.compare_and_set(w.it.value, 1), is_once=True),
    ),
    "reset": (case(lambda w: w.it.reset(2), is_once=True),),
    "watch": (
        *quiet(lambda w: w.it.watch(w.operand)(), function(1)),
        case(
            lambda w: (w.it.watch(w.operand), w.it.reset(1)), function(1), is_once=True
        ),
    ),
    "_tell": (case(lambda w: w.it._tell(1, 2)),),
    "__repr__": (case(lambda w: repr(w.it), is_once=True),),
    "(end)": (Case(lambda w: w.parts.clear(), keeps_base=False, is_once=True),),
}

DIFF: Methods = {
    "__init__": quiet(lambda w: MapDiff(w.operand, w.operand, w.operand), rebuilt),
    "inverse": (case(lambda w: w.it.inverse()),),
    "__setattr__": quiet(lambda w: setattr(w.it, "added", w.it.removed)),
    "__delattr__": quiet(lambda w: delattr(w.it, "added")),
    "_parts": quiet(lambda w: w.it._parts()),
    "__bool__": quiet(lambda w: bool(w.it)),
    "__eq__": with_operands(
        lambda w: w.it == w.operand,
        lambda w: new_diff(rebuilt(w)),
        claims(MapDiff),
    ),
    "__hash__": (case(lambda w: hash(w.it)),),
    "__reduce__": (case(lambda w: pickle.dumps(w.it)),),
    "__repr__": (case(lambda w: repr(w.it), is_once=True),),
    "(end)": (Case(lambda w: w.parts.clear(), keeps_base=False, is_once=True),),
}


CONFLICT: Methods = {
    "__init__": quiet(lambda w: ConflictError([w.present])),
    "__str__": (case(lambda w: str(w.it)),),
    "(end)": (Case(lambda w: w.parts.clear(), keeps_base=False, is_once=True),),
}


# ---- Functions -----------------------------------------------------------------------


class _Checking(type):
    """The class of a class that is asked what its instances are."""

    def __instancecheck__(cls, instance: object) -> bool:
        door("__instancecheck__")
        return False


class Checked(PersistentMap, metaclass=_Checking):
    """A subclass of which nothing is an instance."""


def loader(w: World) -> Function:
    return Function(lambda: SimpleNamespace(stats=Function(lambda m: len(m))))


def ask_for_methods(load: Function) -> Any:
    """Call a method in Python of a module that has not loaded any."""
    spec = importlib.util.find_spec("pyhamt._hamt")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module._use_methods(load)
    return module.PersistentMap(a=1).stats()


_NO_MSGSPEC = importlib.util.find_spec("msgspec") is None

FUNCTIONS: Methods = {
    "merge3": with_operands(
        lambda w: merge3(w.it, *w.operand, resolve=w.function),
        lambda w: (changed(w), neighbour(w)),
        lambda w: (neighbour(w), w.it.set(w.present, 3)),
        lambda w: (Claimant(PersistentMap), w.it),
        function=lambda w: Function(lambda key, base, mine, theirs: theirs),
    ),
    "freeze": with_operands(
        lambda w: freeze(w.operand),
        lambda w: {"a": [w.it, {1: {Key(2)}}]},
        claims(PersistentMap),
    ),
    "thaw": with_operands(
        lambda w: thaw(w.operand), lambda w: [w.it, (w.it,)], claims(PersistentMap)
    ),
    "to_builtins": with_operands(
        lambda w: to_builtins(w.operand),
        lambda w: rebuilt(w),
        lambda w: rebuilt(w).keys(),
        claims(PersistentMap),
    ),
    "dump_versions": with_operands(
        lambda w: dump_versions(w.operand),
        lambda w: Pairs([named(w), named(w).set(Key(1), Key(2))]),
        lambda w: [Claimant(PersistentMap)],
    ),
    "load_versions": with_operands(
        lambda w: load_versions(w.operand),
        lambda w: dump_versions([named(w), named(w).set(Key(1), Key(2))]),
    ),
    "_restore": with_operands(
        lambda w: _hamt._restore(*w.operand),
        lambda w: [keys(w), [1] * 5],
        lambda w: [[*keys(w), *keys(w)], [Key(i) for i in range(10)]],
    ),
    "_use_methods": with_operands(lambda w: ask_for_methods(w.operand), loader),
    "msgspec_enc_hook": with_operands(
        lambda w: hooks.msgspec_enc_hook(w.operand), rebuilt, claims(PersistentMap)
    ),
    "msgspec_dec_hook": with_operands(
        lambda w: hooks.msgspec_dec_hook(PersistentMap, w.operand),
        lambda w: {"a": 1},
        rebuilt,
        is_import=_NO_MSGSPEC,
    )
    + with_operands(
        lambda w: hooks.msgspec_dec_hook(Checked, w.operand),
        rebuilt,
        is_import=_NO_MSGSPEC,
    ),
}
