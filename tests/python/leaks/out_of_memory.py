# SPDX-License-Identifier: Apache-2.0
"""The n-th allocation of an operation fails, for every n until the operation succeeds:
MemoryError is all that comes out, no map changes and no reference is lost.

Keys and operations are native, so that what fails is an allocation of the map's. `repr`
is left out: without memory, the interpreter's list of the objects whose `repr` runs
keeps them (Py_ReprLeave). Needs `_testcapi`, which CPython has for its own tests.
"""

from __future__ import annotations

import _testcapi
import gc
import importlib.util
import operator
import pickle
import sys
from collections.abc import Callable
from itertools import count

import pyhamt

# Ints that differ by this have one hash.
HASH_MODULUS = sys.hash_info.modulus

# Keys of each kind of map: ints that the interpreter does not use itself.
KEYS = {
    "array": range(10_000, 10_005),
    "full array": range(10_000, 10_008),
    "trie": range(10_000, 10_060),
    "colliding": range(HASH_MODULUS + 10_000, 11 * HASH_MODULUS, HASH_MODULUS),
}

# An allocation whose failure an operation survives does not end its test; this many
# successes one after another do.
SUCCESSES = 4


class World:
    """A map and operands, of an extension module of their own: its pool of freed nodes
    is empty, so every node is an allocation that can fail."""

    def __init__(self, keys: range, *, tracked: bool) -> None:
        spec = importlib.util.find_spec("pyhamt._hamt")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.type = module.PersistentMap
        # Where pickle looks for the function that makes a map.
        pyhamt._hamt._restore = module._restore
        self.entries: dict[object, object] = {
            key: [key] if tracked else f"value {key}" for key in keys
        }
        self.map = self.type.from_dict(self.entries)
        self.present = next(iter(keys))
        self.absent = 40 * HASH_MODULUS + 10_000
        self.new = {self.absent: "new", self.present: "newer", "a": ["newest"]}
        self.small = self.type.from_dict(self.new)
        self.large = self.type.from_dict(dict.fromkeys(range(10_003, 10_090), "x"))
        self.parts = [part for item in self.entries.items() for part in item]

    def contents(self) -> list[tuple[int, int]]:
        return [(id(key), id(value)) for key, value in self.map.items()]

    def counts(self) -> list[int]:
        return [sys.getrefcount(part) for part in self.parts]


Call = tuple[object, ...]

# A function and its arguments.
CALLS: dict[str, Callable[[World], Call]] = {
    "set": lambda w: (w.map.set, w.present, "new"),
    "set tracked": lambda w: (w.map.set, w.present, []),
    "set absent": lambda w: (w.map.set, w.absent, "new"),
    "set absent tracked": lambda w: (w.map.set, w.absent, []),
    "delete": lambda w: (w.map.delete, w.present),
    "discard": lambda w: (w.map.discard, w.present),
    "update from dict": lambda w: (w.map.update, w.new),
    "update from pairs": lambda w: (w.map.update, list(w.new.items())),
    "update in place": lambda w: (w.map.update, w.small, w.large, w.new, w.entries),
    "map | dict": lambda w: (operator.or_, w.map, w.new),
    "dict | map": lambda w: (operator.or_, w.new, w.map),
    "map | small": lambda w: (operator.or_, w.map, w.small),
    "small | map": lambda w: (operator.or_, w.small, w.map),
    "map | large": lambda w: (operator.or_, w.map, w.large),
    "large | map": lambda w: (operator.or_, w.large, w.map),
    "from dict": lambda w: (w.type, w.entries),
    "from pairs": lambda w: (w.type, list(w.entries.items())),
    "from_dict": lambda w: (w.type.from_dict, w.entries),
    "fromkeys": lambda w: (w.type.fromkeys, list(w.entries), []),
    "m[k]": lambda w: (operator.getitem, w.map, w.present),
    "m[absent]": lambda w: (operator.getitem, w.map, w.absent),
    "get": lambda w: (w.map.get, w.absent, None),
    "equal": lambda w: (operator.eq, w.map, w.type(list(w.entries.items()))),
    "equal to dict": lambda w: (operator.eq, w.map, w.entries),
    "hash": lambda w: (hash, w.map),
    "iterate": lambda w: (list, w.map),
    "keys": lambda w: (list, w.map.keys()),
    "items": lambda w: (list, w.map.items()),
    "values": lambda w: (list, w.map.values()),
    "make keys": lambda w: (w.map.keys,),
    "make items iterator": lambda w: (iter, w.map.items()),
    "keys & keys": lambda w: (operator.and_, w.map.keys(), w.new.keys()),
    "isdisjoint": lambda w: (w.map.keys().isdisjoint, [1, w.absent]),
    "pickle 0": lambda w: (pickle.dumps, w.map, 0),
    "pickle 2": lambda w: (pickle.dumps, w.map, 2),
    "pickle 5": lambda w: (pickle.dumps, w.map, 5),
    "unpickle": lambda w: (pickle.loads, pickle.dumps(w.map)),
    "copy": lambda w: (w.map.__copy__,),
    "getsizeof": lambda w: (sys.getsizeof, w.map),
    "stats": lambda w: (w.map._figures,),
    "dump": lambda w: (w.map._dump,),
    "unhashable key": lambda w: (w.map.set, [], 1),
    "wrong argument": lambda w: (w.type, 5),
    "wrong pair": lambda w: (w.type, [(1, 2), (3,)]),
}

# What a call raises when there is memory.
ERRORS: dict[str, type[Exception]] = {
    "hash": TypeError,
    "m[absent]": KeyError,
    "unhashable key": TypeError,
    "wrong argument": TypeError,
    "wrong pair": ValueError,
}


def is_out_of_memory(call: Call, error: type[Exception] | None, n: int) -> bool:
    """Whether a call runs out of memory when its allocation number n fails."""
    function, *arguments = call
    assert callable(function)
    try:
        _testcapi.set_nomemory(n, n + 1)
        try:
            function(*arguments)
        finally:
            _testcapi.remove_mem_hooks()
    except (MemoryError, pickle.PicklingError):
        # The second is what pickle makes of the first when it looks for a type.
        return True
    except (TypeError, ValueError, KeyError) as raised:
        if type(raised) is not error:
            raise
    return False


def main() -> None:
    gc.disable()
    for kind, keys in KEYS.items():
        for tracked in (False, True):
            for name, prepare in CALLS.items():
                successes = 0
                for n in count():
                    world = World(keys, tracked=tracked)
                    call = prepare(world)
                    before = world.contents(), world.counts()
                    failed = is_out_of_memory(call, ERRORS.get(name), n)
                    where = kind, tracked, name, n
                    assert (world.contents(), world.counts()) == before, where
                    world.map._check()
                    successes = 0 if failed else successes + 1
                    if successes == SUCCESSES:
                        break
                del world, call
                gc.collect()  # the modules


if __name__ == "__main__":
    main()
