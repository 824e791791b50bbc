# SPDX-License-Identifier: Apache-2.0
"""The methods of PersistentMap."""

from __future__ import annotations

import copy
import pickle
from importlib.util import find_spec
from typing import Any

from cases import Methods, case, ended, quiet, with_operands
from doors import Function, Key, Pairs, door
from operands import (
    SOURCES,
    as_dict,
    as_large_map,
    as_map,
    as_new_objects,
    as_ordered_dict,
    as_table,
    changed,
    chooser,
    claims,
    equal_dict,
    equal_mutation,
    equal_table,
    function,
    key_generator,
    key_iterable,
    keys,
    neighbour,
    pairs,
    rebuilt,
    stranger,
    truth,
    update_with_two,
)
from worlds import LazySubmap, Submap, World

from pyhamt import MISSING, MapDiff, PersistentMap

ORDER = {
    f"__{name}__": quiet(lambda w, name=name: getattr(w.it, f"__{name}__")(w.it))
    for name in ("lt", "le", "gt", "ge")
}

_EQUALS = (
    rebuilt,
    changed,
    equal_dict,
    equal_table,
    equal_mutation,
    as_table,
    stranger,
)

MAP: Methods = {
    **ORDER,
    "__new__": (
        *with_operands(lambda w: PersistentMap(w.operand), *SOURCES),
        *with_operands(lambda w: PersistentMap(w.operand, a=1), pairs, as_table),
        *with_operands(lambda w: Submap(w.operand), pairs, as_map),
    ),
    "__repr__": (case(lambda w: repr(w.it), is_once=True),),
    "__hash__": (case(lambda w: hash(w.it.set(w.absent, 1))),),
    "__eq__": with_operands(lambda w: w.it == w.operand, *_EQUALS),
    "__ne__": with_operands(lambda w: w.it != w.operand, *_EQUALS),
    "__iter__": quiet(lambda w: list(w.it)),
    "__len__": quiet(lambda w: len(w.it)),
    "__getitem__": (
        case(lambda w: w.it[w.present]),
        case(lambda w: w.it[w.absent]),
    ),
    "__contains__": (
        case(lambda w: w.present in w.it),
        case(lambda w: w.absent in w.it),
    ),
    "__or__": with_operands(
        lambda w: w.it | w.operand,
        *(as_dict, as_table, as_map, as_large_map, neighbour, rebuilt, stranger),
    ),
    "__ror__": with_operands(lambda w: w.operand | w.it, as_dict, as_table, stranger),
    "get": (
        case(lambda w: w.it.get(w.present)),
        case(lambda w: w.it.get(w.absent, w.value)),
    ),
    "get_many": with_operands(
        lambda w: w.it.get_many(w.operand, 1), keys, key_iterable
    ),
    "set": (
        case(lambda w: w.it.set(w.present, w.value)),
        case(lambda w: w.it.set(w.absent, w.value)),
        case(lambda w: w.it.set(w.absent, [])),
        case(lambda w: w.it.set(w.absent, w.value), base=Submap),
    ),
    "delete": (
        case(lambda w: w.it.delete(w.present)),
        case(lambda w: w.it.delete(w.absent)),
    ),
    "discard": (
        case(lambda w: w.it.discard(w.present)),
        case(lambda w: w.it.discard(w.absent)),
    ),
    "update": (
        *with_operands(lambda w: w.it.update(w.operand), *SOURCES, neighbour),
        *with_operands(update_with_two, as_new_objects, as_table),
        *with_operands(lambda w: w.it.update(w.operand), pairs, base=Submap),
    ),
    "merge": (
        *with_operands(lambda w: w.it.merge(w.operand), as_map, as_table, neighbour),
        *with_operands(
            lambda w: w.it.merge(w.operand, resolve=w.function),
            *(as_dict, as_map, as_large_map, changed, neighbour),
            function=chooser,
        ),
    ),
    "diff": with_operands(
        lambda w: w.it.diff(w.operand),
        *(rebuilt, changed, neighbour, as_map, claims(PersistentMap)),
    ),
    "apply": with_operands(
        lambda w: w.it.apply(w.operand),
        lambda w: w.it.diff(changed(w)),
        lambda w: w.it.diff(neighbour(w)),
        lambda w: rebuilt(w).diff(changed(w)),
        claims(MapDiff),
    ),
    "alter": with_operands(
        lambda w: w.it.alter(w.present, w.operand), function(1), chooser
    )
    + with_operands(lambda w: w.it.alter(w.absent, w.operand, default=2), chooser),
    "get_in": (
        case(lambda w: w.it.get_in([w.present])),
        case(lambda w: w.it.get_in(w.operand, 1), lambda w: Pairs([w.present])),
        case(lambda w: w.it.get_in([w.absent, w.operand]), claims(str)),
    ),
    "set_in": (
        case(lambda w: w.it.set_in([w.absent, w.present], w.value)),
        case(lambda w: w.it.set_in(w.operand, 1), lambda w: Pairs([w.present])),
    ),
    "alter_in": with_operands(
        lambda w: w.it.alter_in([w.present], w.operand), function(1), chooser
    ),
    "delete_in": (
        case(lambda w: w.it.delete_in([w.present])),
        case(lambda w: w.it.delete_in([w.absent])),
    ),
    "filter": with_operands(lambda w: w.it.filter(w.operand), truth, function(0)),
    "map_values": with_operands(
        lambda w: w.it.map_values(w.operand), function(1), chooser
    ),
    "select": with_operands(lambda w: w.it.select(w.operand), keys, key_iterable),
    "omit": with_operands(lambda w: w.it.omit(w.operand), keys, key_iterable),
    "stats": quiet(lambda w: w.it.stats().entries),
    "shared_with": (
        *quiet(lambda w: tuple(w.it.shared_with(w.operand)), neighbour),
        *quiet(lambda w: w.it.shared_with(w.operand), claims(PersistentMap)),
    ),
    "to_dot": (
        # reprlib, which makes the texts short, does without those that raise.
        case(
            lambda w: len(w.it.to_dot().splitlines()), swallows=frozenset({"__repr__"})
        ),
        case(lambda w: w.it.to_dot(w.operand), claims(PersistentMap)),
    ),
    "_repr_pretty_": (
        case(lambda w: w.it._repr_pretty_(w.operand, False), lambda w: Printer()),
    ),
    "__rich_repr__": (case(lambda w: list(w.it.__rich_repr__())),),
    "_repr_svg_": quiet(lambda w: callable(getattr(w.it, "_repr_svg_", None))),
    "__get_pydantic_core_schema__": (
        case(
            lambda w: type(
                PersistentMap.__get_pydantic_core_schema__(
                    PersistentMap[str, int], w.operand
                )
            ),
            lambda w: SchemaHandler(),
            is_import=find_spec("pydantic_core") is None,
        ),
    ),
    "_entry": (case(lambda w: w.it._entry(w.present)),),
    "_differences": with_operands(
        lambda w: w.it._differences(w.operand, MISSING), changed, neighbour, as_map
    ),
    "mutate": quiet(lambda w: w.it.mutate()),
    "keys": quiet(lambda w: w.it.keys()),
    "values": quiet(lambda w: len(w.it.values())),
    "items": quiet(lambda w: list(w.it.items())),
    "from_dict": (
        *with_operands(lambda w: PersistentMap.from_dict(w.operand), as_dict),
        *with_operands(lambda w: Submap.from_dict(w.operand), as_ordered_dict),
        case(lambda w: PersistentMap.from_dict(w.operand), claims(dict), is_quiet=True),
    ),
    "fromkeys": (
        *with_operands(
            lambda w: PersistentMap.fromkeys(w.operand, w.value), keys, key_iterable
        ),
        *with_operands(lambda w: Submap.fromkeys(w.operand), key_iterable),
        *with_operands(
            lambda w: PersistentMap.fromkeys(w.operand), key_generator, is_once=True
        ),
    ),
    "__class_getitem__": quiet(lambda w: str(PersistentMap[int, w.operand]), stranger),
    "__copy__": (
        case(lambda w: copy.copy(w.it), is_quiet=True),
        case(lambda w: copy.copy(w.it), base=Submap),
        case(lambda w: copy.copy(w.it), base=LazySubmap),
    ),
    "__deepcopy__": (
        case(lambda w: copy.deepcopy(w.it)),
        case(lambda w: copy.deepcopy(w.it), base=Submap),
        case(lambda w: copy.deepcopy(w.it), base=LazySubmap),
        case(lambda w: w.it.__deepcopy__(w.operand), lambda w: Memo(), is_once=True),
    ),
    "__reduce__": (
        case(lambda w: w.it.__reduce__()[1], is_quiet=True),
        case(lambda w: pickle.dumps(w.it)),
        case(lambda w: pickle.dumps(w.it), base=Submap),
        case(lambda w: w.it.__reduce__()[2], base=LazySubmap),
        case(lambda w: pickle.loads(w.operand), lambda w: pickle.dumps(named(w))),
        case(
            lambda w: pickle.loads(w.operand),
            lambda w: pickle.dumps(Submap(named(w))),
        ),
    ),
    "__sizeof__": quiet(lambda w: w.it.__sizeof__()),
    "_check": (case(lambda w: w.it._check()),),
    "_dump": (case(lambda w: len(w.it._dump())),),
    "_figures": quiet(lambda w: w.it._figures()["entries"]),
    "_shared": quiet(lambda w: w.it._shared(w.operand), neighbour),
    "_nodes": quiet(lambda w: len(w.it._nodes())),
    "(end)": (
        *ended(lambda base: base),
        *ended(Submap),
        *ended(lambda base: PersistentMap(a=PersistentMap(b=[base]))),
    ),
}


def named(w: World) -> PersistentMap:
    """A map of the keys, with values that can be pickled."""
    return PersistentMap([(Key(n), Key(n + 1)) for n in w.content.numbers])


class Memo(dict[int, Any]):
    """What deepcopy remembers, with doors."""

    def __getitem__(self, key: int) -> Any:
        door("__getitem__")
        return super().__getitem__(key)

    def __setitem__(self, key: int, value: object) -> None:
        door("__setitem__")
        super().__setitem__(key, value)

    def get(self, key: int, default: Any = None) -> Any:
        door("get")
        return super().get(key, default)


class Printer:
    """As much of IPython's printer as a map asks for."""

    max_seq_length = 1000

    def text(self, text: str) -> None:
        door("text")

    breakable = Function(lambda: None)

    def pretty(self, thing: object) -> None:
        door("pretty")

    def group(self, *args: object) -> Printer:
        door("group")
        return self

    def __enter__(self) -> None:
        door("__enter__")

    def __exit__(self, *args: object) -> None:
        door("__exit__")


class SchemaHandler:
    """As much of pydantic's handler as a map asks for."""

    def generate_schema(self, source: object) -> Any:
        door("generate_schema")
        return {"type": "any"}
