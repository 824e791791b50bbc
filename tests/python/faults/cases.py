# SPDX-License-Identifier: Apache-2.0
"""Calls of every method of the native types, for attempts that are made to fail.

A case makes a function and its arguments from a world. What fails is then the work of
the function alone, and none of a function of the test's.
"""

from __future__ import annotations

import copy
import operator
import pickle
import sys
from collections.abc import Callable
from functools import partial
from types import MappingProxyType
from typing import Any

from faults.worlds import World
from pyhamt import ConflictError

# A function and its arguments.
Call = tuple[Any, ...]
Prepare = Callable[[World], Call]

# By what a method is called with, and by the name of the method.
Cases = dict[str, dict[str, Prepare]]


def again(first: Any, second: Any, third: Any) -> Any:
    """A resolver of a merge."""
    return second


def advanced(iterator: Any, steps: int) -> Any:
    for _ in range(steps):
        next(iterator)
    return iterator


def exhausted(iterator: Any) -> Any:
    list(iterator)
    return iterator


# The slots of a subclass: that of the attribute, and one that is not set.
SLOTS = ("attribute", "unset", "__dict__")

# What lets a subclass have no `__getstate__`, as none has before Python 3.11.
OLD = {"__getstate__": property(operator.attrgetter("absent"))}


class Text:
    """As much of IPython's printer as `_repr_pretty_` uses."""

    max_seq_length = 3

    def __init__(self) -> None:
        self.pieces: list[object] = []
        self.text = self.pretty = self.pieces.append

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        pass

    def breakable(self) -> None:
        pass

    def group(self, *arguments: object) -> Text:
        return self


def comparisons(
    a: Callable[[World], Any], b: Callable[[World], Any], *names: str
) -> Cases:
    """The comparisons of two things, by the names of their methods."""

    def prepare(name: str) -> Prepare:
        return lambda w: (getattr(operator, name), a(w), b(w))

    return {f"__{name}__": {"": prepare(name)} for name in names}


PERSISTENT_MAP: Cases = {
    "__new__": {
        "dict": lambda w: (w.type, w.entries),
        "pairs": lambda w: (w.type, w.pairs()),
        "lists": lambda w: (w.type, [list(pair) for pair in w.pairs()]),
        "mapping": lambda w: (w.type, MappingProxyType(w.entries)),
        "map": lambda w: (w.type, w.map),
        "map and keywords": lambda w: (partial(w.type, w.map, a=1, b=2),),
        "subclass": lambda w: (w.subclass(), w.pairs()),
        "wrong argument": lambda w: (w.type, 5),
        "wrong pair": lambda w: (w.type, [(1, 2), (3,)]),
        "wrong key": lambda w: (w.type, [(1, 2), ([], 3)]),
    },
    "__repr__": {
        "": lambda w: (repr, w.map),
        "of a subclass": lambda w: (repr, w.subclassed()),
    },
    "__hash__": {"": lambda w: (hash, w.map)},
    "__eq__": {
        "equal": lambda w: (operator.eq, w.map, w.equal),
        "older": lambda w: (operator.eq, w.map, w.older),
        "edited elsewhere": lambda w: (operator.eq, w.map, w.equal.discard(w.present)),
        "dict": lambda w: (operator.eq, w.map, dict(w.elements.twins)),
        "mapping": lambda w: (operator.eq, w.map, MappingProxyType(w.elements.twins)),
        "other": lambda w: (operator.eq, w.map, 5),
    },
    "__ne__": {"": lambda w: (operator.ne, w.map, w.equal)},
    **comparisons(lambda w: w.map, lambda w: w.equal, "lt", "le", "gt", "ge"),
    "__iter__": {
        "": lambda w: (iter, w.map),
        "to the end": lambda w: (list, w.map),
    },
    "__or__": {
        "dict": lambda w: (operator.or_, w.map, w.new),
        "small": lambda w: (operator.or_, w.map, w.small),
        "large": lambda w: (operator.or_, w.map, w.large),
        "equal": lambda w: (operator.or_, w.map, w.equal),
        "older": lambda w: (operator.or_, w.map, w.older),
        "list": lambda w: (operator.or_, w.map, [(1, 2)]),
    },
    "__ror__": {
        "dict": lambda w: (operator.or_, w.new, w.map),
        "small": lambda w: (operator.or_, w.small, w.map),
        "large": lambda w: (operator.or_, w.large, w.map),
    },
    "__len__": {"": lambda w: (len, w.map)},
    "__getitem__": {
        "present": lambda w: (operator.getitem, w.map, w.present),
        "absent": lambda w: (operator.getitem, w.map, w.absent),
        "wrong key": lambda w: (operator.getitem, w.map, []),
    },
    "__contains__": {
        "present": lambda w: (operator.contains, w.map, w.present),
        "absent": lambda w: (operator.contains, w.map, w.absent),
    },
    "get": {
        "present": lambda w: (w.map.get, w.present),
        "absent": lambda w: (w.map.get, w.absent, w.value),
        "keyword": lambda w: (partial(w.map.get, w.absent, default=w.value),),
        "wrong keyword": lambda w: (partial(w.map.get, w.absent, wrong=w.value),),
    },
    "get_many": {
        "list": lambda w: (w.map.get_many, w.keys(), w.value),
        "set": lambda w: (w.map.get_many, frozenset(w.keys())),
    },
    "set": {
        "present": lambda w: (w.map.set, w.present, w.value),
        "present, tracked": lambda w: (w.map.set, w.present, []),
        "the same": lambda w: (w.map.set, w.present, w.map[w.present]),
        "absent": lambda w: (w.map.set, w.absent, w.value),
        "absent, tracked": lambda w: (w.map.set, w.absent, []),
        "into nothing": lambda w: (w.type().set, w.absent, w.value),
        "of a subclass": lambda w: (w.subclassed().set, w.absent, w.value),
        "wrong key": lambda w: (w.map.set, [], 1),
    },
    "delete": {
        "present": lambda w: (w.map.delete, w.present),
        "absent": lambda w: (w.map.delete, w.absent),
        "the last": lambda w: (w.type(a=[]).delete, "a"),
    },
    "discard": {
        "present": lambda w: (w.map.discard, w.present),
        "absent": lambda w: (w.map.discard, w.absent),
    },
    "update": {
        "dict": lambda w: (w.map.update, w.new),
        "pairs": lambda w: (w.map.update, list(w.new.items())),
        "mapping": lambda w: (w.map.update, MappingProxyType(w.new)),
        "map": lambda w: (w.map.update, w.large),
        "mutation": lambda w: (w.map.update, w.mutation(edited=True)),
        "many": lambda w: (w.map.update, w.small, w.large, w.new, w.entries),
        "keywords": lambda w: (partial(w.map.update, w.new, a=1, b=[]),),
    },
    "merge": {
        "map": lambda w: (w.map.merge, w.large),
        "dict and map": lambda w: (w.map.merge, w.new, w.large),
        "resolved": lambda w: (partial(w.map.merge, w.large, w.new, resolve=again),),
        "resolved to new": lambda w: (
            partial(w.map.merge, w.equal, resolve=lambda key, mine, theirs: {0: mine}),
        ),
        "small": lambda w: (partial(w.map.merge, w.small, resolve=again),),
    },
    "diff": {
        "older": lambda w: (w.map.diff, w.older),
        "large": lambda w: (w.map.diff, w.large),
    },
    "apply": {"": lambda w: (w.map.apply, w.map.diff(w.large))},
    "alter": {
        "present": lambda w: (w.map.alter, w.present, type),
        "absent": lambda w: (partial(w.map.alter, w.absent, type, default=1),),
    },
    "get_in": {"": lambda w: (w.map.get_in, [w.present])},
    "set_in": {"": lambda w: (w.map.set_in, [w.absent, w.absent], w.value)},
    "alter_in": {"": lambda w: (w.map.alter_in, [w.present], type)},
    "delete_in": {"": lambda w: (w.map.delete_in, [w.present])},
    "filter": {"": lambda w: (w.map.filter, operator.is_not)},
    "map_values": {"": lambda w: (w.map.map_values, type)},
    "select": {"": lambda w: (w.map.select, w.keys())},
    "omit": {"": lambda w: (w.map.omit, [w.present, w.absent])},
    "stats": {"": lambda w: (w.map.stats,)},
    "shared_with": {"": lambda w: (w.map.shared_with, w.older)},
    "to_dot": {"": lambda w: (w.map.to_dot, w.older)},
    "_repr_pretty_": {"": lambda w: (w.map._repr_pretty_, Text(), False)},
    "__rich_repr__": {"": lambda w: (list, w.map.__rich_repr__())},
    "_repr_svg_": {"": lambda w: (getattr, w.map, "_repr_svg_", None)},
    "_entry": {
        "present": lambda w: (w.map._entry, w.present),
        "absent": lambda w: (w.map._entry, w.absent),
    },
    "_differences": {
        "older": lambda w: (w.map._differences, w.older, None),
        "large": lambda w: (w.map._differences, w.large, None),
        "equal": lambda w: (w.map._differences, w.equal, None),
    },
    "mutate": {"": lambda w: (w.map.mutate,)},
    "keys": {"": lambda w: (w.map.keys,)},
    "values": {"": lambda w: (w.map.values,)},
    "items": {"": lambda w: (w.map.items,)},
    "from_dict": {
        "": lambda w: (w.type.from_dict, w.entries),
        "subclass": lambda w: (w.subclass().from_dict, w.entries),
        "wrong argument": lambda w: (w.type.from_dict, 5),
    },
    "fromkeys": {
        "": lambda w: (w.type.fromkeys, w.keys(), w.value),
        "subclass": lambda w: (w.subclass().fromkeys, w.keys(), w.value),
        "wrong argument": lambda w: (w.type.fromkeys, 5),
    },
    "__class_getitem__": {"": lambda w: (operator.getitem, w.type, int)},
    "__copy__": {
        "": lambda w: (w.map.__copy__,),
        "of a subclass": lambda w: (w.subclassed().__copy__,),
        "of one with slots": lambda w: (w.subclassed(__slots__=SLOTS).__copy__,),
        "of an old one": lambda w: (w.subclassed(**OLD).__copy__,),
        "of an old one with slots": lambda w: (
            w.subclassed(__slots__=SLOTS, **OLD).__copy__,
        ),
        "of one with __setstate__": lambda w: (
            w.subclassed(__setstate__={}.update).__copy__,
        ),
    },
    "__deepcopy__": {
        "": lambda w: (w.map.__deepcopy__, {}),
        "of a subclass": lambda w: (w.subclassed().__deepcopy__, {}),
        "of an old one with slots": lambda w: (
            w.subclassed(__slots__=SLOTS, **OLD).__deepcopy__,
            {},
        ),
        "by copy": lambda w: (copy.deepcopy, w.map),
    },
    "__reduce__": {
        "": lambda w: (w.map.__reduce__,),
        "of a subclass": lambda w: (w.subclassed().__reduce__,),
        "of an old one with slots": lambda w: (
            w.subclassed(__slots__=SLOTS, **OLD).__reduce__,
        ),
        "of one with __getstate__": lambda w: (
            w.subclassed(__getstate__=dict).__reduce__,
        ),
        "pickle 0": lambda w: (pickle.dumps, w.map, 0),
        "pickle 2": lambda w: (pickle.dumps, w.map, 2),
        "pickle 5": lambda w: (pickle.dumps, w.map, 5),
    },
    "__sizeof__": {"": lambda w: (sys.getsizeof, w.map)},
    "_check": {"": lambda w: (w.map._check,)},
    "_dump": {"": lambda w: (w.map._dump,)},
    "_figures": {"": lambda w: (w.map._figures,)},
    "_shared": {"": lambda w: (w.map._shared, w.older)},
    "_nodes": {"": lambda w: (w.map._nodes,)},
}

# Each of these edits is made of a mutation that begins, and of one that owns nodes.
EDITS: dict[str, dict[str, Callable[[World, Any], Call]]] = {
    "__setitem__": {
        "present": lambda w, m: (operator.setitem, m, w.present, w.value),
        "present, tracked": lambda w, m: (operator.setitem, m, w.present, []),
        "absent": lambda w, m: (operator.setitem, m, w.absent, w.value),
        "absent, tracked": lambda w, m: (operator.setitem, m, w.absent, []),
        "wrong key": lambda w, m: (operator.setitem, m, [], 1),
    },
    "__delitem__": {
        "present": lambda w, m: (operator.delitem, m, w.present),
        "absent": lambda w, m: (operator.delitem, m, w.absent),
    },
    "set": {"": lambda w, m: (m.set, w.absent, w.value)},
    "delete": {
        "present": lambda w, m: (m.delete, w.present),
        "absent": lambda w, m: (m.delete, w.absent),
    },
    "discard": {
        "present": lambda w, m: (m.discard, w.present),
        "absent": lambda w, m: (m.discard, w.absent),
    },
    "pop": {
        "present": lambda w, m: (m.pop, w.present),
        "absent": lambda w, m: (m.pop, w.absent),
        "default": lambda w, m: (m.pop, w.absent, w.value),
    },
    "popitem": {"": lambda w, m: (m.popitem,)},
    "setdefault": {
        "present": lambda w, m: (m.setdefault, w.present, w.value),
        "absent": lambda w, m: (m.setdefault, w.absent, w.value),
    },
    "update": {
        "dict": lambda w, m: (m.update, w.new),
        "pairs": lambda w, m: (m.update, list(w.new.items())),
        "maps": lambda w, m: (m.update, w.small, w.large),
        "keywords": lambda w, m: (partial(m.update, w.new, a=1, b=[]),),
    },
    "clear": {"": lambda w, m: (m.clear,)},
    "finish": {"": lambda w, m: (m.finish,)},
    "__enter__": {"": lambda w, m: (m.__enter__,)},
    "__exit__": {"": lambda w, m: (m.__exit__, None, None, None)},
    "__repr__": {"": lambda w, m: (repr, m)},
    "__eq__": {
        "mutation": lambda w, m: (operator.eq, m, w.equal.mutate()),
        "map": lambda w, m: (operator.eq, m, w.map),
        "dict": lambda w, m: (operator.eq, m, dict(w.elements.twins)),
    },
    "__ne__": {"": lambda w, m: (operator.ne, m, w.equal.mutate())},
    "__iter__": {
        "": lambda w, m: (iter, m),
        "to the end": lambda w, m: (list, m),
    },
    "__len__": {"": lambda w, m: (len, m)},
    "__getitem__": {
        "present": lambda w, m: (operator.getitem, m, w.present),
        "absent": lambda w, m: (operator.getitem, m, w.absent),
    },
    "__contains__": {
        "present": lambda w, m: (operator.contains, m, w.present),
        "absent": lambda w, m: (operator.contains, m, w.absent),
    },
    "get": {
        "present": lambda w, m: (m.get, w.present),
        "absent": lambda w, m: (m.get, w.absent, w.value),
    },
    "keys": {"": lambda w, m: (m.keys,)},
    "values": {"": lambda w, m: (m.values,)},
    "items": {"": lambda w, m: (m.items,)},
    "__reduce__": {"": lambda w, m: (m.__reduce__,)},
}

MAP_MUTATION: Cases = {
    name: {
        f"{case}{' in place' if edited else ''}": (
            lambda w, prepare=prepare, edited=edited: prepare(
                w, w.mutation(edited=edited)
            )
        )
        for case, prepare in some.items()
        for edited in (False, True)
    }
    for name, some in EDITS.items()
} | {
    **comparisons(
        lambda w: w.mutation(), lambda w: w.equal.mutate(), "lt", "le", "gt", "ge"
    ),
    "__class_getitem__": {
        "": lambda w: (operator.getitem, w.native.MapMutation, int),
    },
}


def view(part: str, add: Cases) -> Cases:
    """What all views have, and what this one has besides."""
    take = operator.methodcaller(part)
    return {
        "__repr__": {"": lambda w: (repr, take(w.map))},
        "__iter__": {
            "": lambda w: (iter, take(w.map)),
            "to the end": lambda w: (list, take(w.map)),
        },
        "__len__": {"": lambda w: (len, take(w.map))},
        "mapping": {"": lambda w: (getattr, take(w.map), "mapping")},
        **add,
    }


def set_view(part: str, present: Callable[[World], Any]) -> Cases:
    """What a view has that is a set, with something that is in it."""
    take = operator.methodcaller(part)
    names = ("lt", "le", "eq", "ne", "gt", "ge")
    add = comparisons(lambda w: take(w.map), lambda w: take(w.equal), *names)
    # The other way, CPython crashes in the iterator of a dict without memory.
    add["__le__"]["dict"] = lambda w: (operator.le, take(w.map), take(w.entries))
    for name in ("sub", "and_", "xor", "or_"):
        operate = getattr(operator, name)
        name = name.rstrip("_")
        add[f"__{name}__"] = {
            "view": lambda w, operate=operate: (operate, take(w.map), take(w.small)),
            "list": lambda w, operate=operate: (operate, take(w.map), [*take(w.new)]),
        }
        add[f"__r{name}__"] = {
            "": lambda w, operate=operate: (operate, [*take(w.new)], take(w.map)),
        }
    return view(
        part,
        add
        | {
            "__contains__": {
                "present": lambda w: (operator.contains, take(w.map), present(w)),
                "absent": lambda w: (
                    operator.contains,
                    take(w.map),
                    next(iter(take(w.small))),
                ),
            },
            "isdisjoint": {
                "view": lambda w: (take(w.map).isdisjoint, take(w.small)),
                "list": lambda w: (take(w.map).isdisjoint, [*take(w.new)]),
            },
        },
    )


def iterator(part: str) -> Cases:
    def take(w: World) -> Any:
        return iter(getattr(w.map, part)())

    def take_of_mutation(w: World) -> Any:
        return iter(w.mutation())

    return {
        "__iter__": {"": lambda w: (iter, take(w))},
        "__next__": {
            "first": lambda w: (next, take(w)),
            "second": lambda w: (next, advanced(take(w), 1)),
            "at the end": lambda w: (next, exhausted(take(w))),
            "of a mutation": lambda w: (next, take_of_mutation(w)),
        },
        "__length_hint__": {"": lambda w: (operator.length_hint, take(w))},
    }


def qualified(kind: str, some: Cases) -> Cases:
    return {f"{kind}.{name}": cases for name, cases in some.items()}


# By the method's name, with that of its type, and by what it is called with.
CASES: Cases = {
    **qualified("PersistentMap", PERSISTENT_MAP),
    **qualified("MapMutation", MAP_MUTATION),
    **qualified("KeysView", set_view("keys", lambda w: w.present)),
    **qualified("ValuesView", view("values", {})),
    **qualified(
        "ItemsView",
        set_view("items", lambda w: (w.present, w.elements.twins[w.present])),
    ),
    **qualified("KeysIterator", iterator("keys")),
    **qualified("ValuesIterator", iterator("values")),
    **qualified("ItemsIterator", iterator("items")),
    "_hamt._restore": {
        "": lambda w: (w.native._restore, list(w.entries), list(w.entries.values())),
        "equal keys": lambda w: (
            w.native._restore,
            [*w.entries, w.present],
            [*w.entries.values(), 1],
        ),
        "wrong arguments": lambda w: (w.native._restore, [1], []),
        "wrong key": lambda w: (w.native._restore, [1, []], [2, 3]),
        "pickle": lambda w: (pickle.loads, pickle.dumps(w.map)),
    },
}

# What is not tried, and why.
UNTRIED = {
    "PersistentMap.__get_pydantic_core_schema__": "asks pydantic, and reads no map",
    "_hamt._use_methods": "is for the package alone, which calls it once",
}

# What a case raises when nothing fails; all cases of a method without a case's name.
ALWAYS_RAISES: dict[str, type[Exception]] = {
    **{f"PersistentMap.__{name}__": TypeError for name in ("lt", "le", "gt", "ge")},
    **{f"MapMutation.__{name}__": TypeError for name in ("lt", "le", "gt", "ge")},
    "PersistentMap.__new__ wrong argument": TypeError,
    "PersistentMap.__new__ wrong pair": ValueError,
    "PersistentMap.__new__ wrong key": TypeError,
    "PersistentMap.__or__ list": TypeError,
    "PersistentMap.__getitem__ absent": KeyError,
    "PersistentMap.__getitem__ wrong key": TypeError,
    "PersistentMap.get wrong keyword": TypeError,
    "PersistentMap.set wrong key": TypeError,
    "PersistentMap.delete absent": KeyError,
    "PersistentMap.from_dict wrong argument": TypeError,
    "PersistentMap.fromkeys wrong argument": TypeError,
    "MapMutation.__setitem__ wrong key": TypeError,
    "MapMutation.__setitem__ wrong key in place": TypeError,
    "MapMutation.__delitem__ absent": KeyError,
    "MapMutation.__delitem__ absent in place": KeyError,
    "MapMutation.delete absent": KeyError,
    "MapMutation.delete absent in place": KeyError,
    "MapMutation.pop absent": KeyError,
    "MapMutation.pop absent in place": KeyError,
    "MapMutation.__getitem__ absent": KeyError,
    "MapMutation.__getitem__ absent in place": KeyError,
    "MapMutation.__reduce__": TypeError,
    **{
        f"{part}Iterator.__next__ at the end": StopIteration
        for part in ("Keys", "Values", "Items")
    },
    "merge3 conflicts": ConflictError,
    "map.apply conflicts": ConflictError,
    "_hamt._restore wrong arguments": TypeError,
    "_hamt._restore wrong key": TypeError,
}

# What may raise TypeError where values are lists, which have no hash.
MAY_RAISE_WHEN_TRACKED = {
    "PersistentMap.__hash__",
    *(
        f"ItemsView.__{name}__"
        for name in ("sub", "rsub", "and", "rand", "xor", "rxor", "or", "ror")
    ),
    "ItemsView.isdisjoint",
}

# A mutation that these leave undone has some of the entries, as a dict would have.
PARTIAL = {"MapMutation.update"}

# Methods that are written in Python: those of the extension call them.
FORWARDED = {
    f"PersistentMap.{name}"
    for name in (
        *("diff", "apply", "alter", "get_in", "set_in", "alter_in", "delete_in"),
        *("filter", "map_values", "select", "omit", "stats", "shared_with"),
        *("to_dot", "_repr_pretty_", "__rich_repr__", "_repr_svg_"),
    )
}

# What is written in Python, and calls what is native.
MIXED = {"PersistentMap.__deepcopy__ by copy"}

# The pickler and the unpickler make other exceptions of a MemoryError.
PICKLE = {
    "PersistentMap.__reduce__ pickle 0",
    "PersistentMap.__reduce__ pickle 2",
    "PersistentMap.__reduce__ pickle 5",
    "_hamt._restore pickle",
}

# What neither hashes nor compares a key or a value.
SILENT = {
    *(
        f"{part}Iterator.__{name}__"
        for part in ("Keys", "Values", "Items")
        for name in ("iter", "next", "length_hint")
    ),
    *(
        f"{part}View.{name}"
        for part in ("Keys", "Values", "Items")
        for name in ("__iter__", "__len__", "__repr__", "mapping")
    ),
    # A view with fewer entries cannot hold the other.
    *(f"{part}View.__{name}__" for part in ("Keys", "Items") for name in ("lt", "gt")),
    *(
        f"{kind}.{name}"
        for kind in ("PersistentMap", "MapMutation")
        for name in (
            *("__class_getitem__", "__iter__", "__len__", "__reduce__", "__repr__"),
            *("__lt__", "__le__", "__gt__", "__ge__", "keys", "values", "items"),
        )
    ),
    *(f"MapMutation.{name}" for name in ("__enter__", "__exit__", "clear", "finish")),
    *(
        f"PersistentMap.{name}"
        for name in (
            *("__copy__", "__sizeof__", "_dump", "_figures", "_nodes", "_shared"),
            *("_repr_pretty_", "_repr_svg_", "filter", "mutate", "shared_with"),
            *("stats", "to_dot"),
        )
    ),
}

# What these give is made of addresses.
ADDRESSES = {"PersistentMap._nodes"}


def of(table: Any, name: str, case: str) -> Any:
    """What a table says of a case, or of its method as a whole."""
    label = f"{name} {case}".rstrip()
    if isinstance(table, dict):
        return table.get(label, table.get(name))
    return label in table or name in table
