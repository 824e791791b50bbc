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
import operator
import pickle
import sys
from collections.abc import Callable, Iterator
from itertools import count

from pyhamt import PersistentMap

# Ints that differ by this have one hash.
HASH_MODULUS = sys.hash_info.modulus

# An allocation whose failure an operation survives does not end its test; this many
# successes one after another do.
SUCCESSES = 4

Call = tuple[Callable[..., object], tuple[object, ...]]


def sources() -> dict[str, PersistentMap]:
    """Maps of each kind, of things that are tracked and of others."""
    # Ints of their own, as the interpreter uses small ones itself.
    keys = {
        "array": range(1000, 1005),
        "full array": range(1000, 1008),
        "trie": range(1000, 1060),
        "colliding": range(HASH_MODULUS + 1000, 11 * HASH_MODULUS, HASH_MODULUS),
    }
    made = {}
    for kind, some in keys.items():
        made[kind] = PersistentMap([(key, f"value {key}") for key in some])
        made[f"tracked {kind}"] = PersistentMap([(key, [key]) for key in some])
    return made


def calls(source: PersistentMap) -> Iterator[tuple[str, Call]]:
    present = next(iter(source))
    absent = 40 * HASH_MODULUS + 1000
    new: dict[object, object] = {absent: "new", present: "newer", "a": ["newest"]}
    small, large = PersistentMap(new), PersistentMap.fromkeys(range(1003, 1090), "x")
    yield "set", (source.set, (present, "new"))
    yield "set tracked", (source.set, (present, []))
    yield "set absent", (source.set, (absent, "new"))
    yield "set absent, tracked", (source.set, (absent, []))
    yield "delete", (source.delete, (present,))
    yield "discard", (source.discard, (present,))
    yield "update from dict", (source.update, (new,))
    yield "update from pairs", (source.update, (list(new.items()),))
    yield "update twice", (source.update, (small, large, new))
    yield "or dict", (operator.or_, (source, new))
    yield "dict or", (operator.or_, (new, source))
    yield "or small map", (operator.or_, (source, small))
    yield "small map or", (operator.or_, (small, source))
    yield "or large map", (operator.or_, (source, large))
    yield "large map or", (operator.or_, (large, source))
    yield "from dict", (PersistentMap, (dict(source),))
    yield "from pairs", (PersistentMap, (list(source.items()),))
    yield "from_dict", (PersistentMap.from_dict, (dict(source),))
    yield "fromkeys", (PersistentMap.fromkeys, (list(source), []))
    yield "m[k]", (operator.getitem, (source, present))
    yield "m[absent]", (operator.getitem, (source, absent))
    yield "get", (source.get, (absent, None))
    yield "equal", (operator.eq, (source, PersistentMap(list(source.items()))))
    yield "equal to dict", (operator.eq, (source, dict(source)))
    yield "hash", (hash, (source.set("new", 1),))
    yield "iterate", (list, (source,))
    yield "keys", (list, (source.keys(),))
    yield "items", (list, (source.items(),))
    yield "values", (list, (source.values(),))
    yield "and", (operator.and_, (source.keys(), new.keys()))
    yield "isdisjoint", (source.keys().isdisjoint, ([1, absent],))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        yield f"pickle {protocol}", (pickle.dumps, (source, protocol))
    yield "unpickle", (pickle.loads, (pickle.dumps(source),))
    yield "copy", (source.__copy__, ())
    yield "getsizeof", (sys.getsizeof, (source,))
    yield "stats", (source._stats, ())
    yield "dump", (source._dump, ())
    yield "unhashable key", (source.set, ([], 1))
    yield "wrong argument", (PersistentMap, (5,))
    yield "wrong pair", (PersistentMap, ([(1, 2), (3,)],))


# What a call raises when there is memory.
ERRORS = {
    "hash": TypeError,
    "m[absent]": KeyError,
    "unhashable key": TypeError,
    "wrong argument": TypeError,
    "wrong pair": ValueError,
}


def fails(call: Call, error: type[Exception] | None, n: int) -> bool:
    """Whether a call raises MemoryError when the n-th allocation in it fails."""
    function, arguments = call
    try:
        _testcapi.set_nomemory(n, n + 1)
        try:
            function(*arguments)
        finally:
            _testcapi.remove_mem_hooks()
    except MemoryError:
        return True
    except (TypeError, ValueError, KeyError) as raised:
        if type(raised) is not error:
            raise
    return False


def contents(source: PersistentMap) -> list[tuple[int, int]]:
    return [(id(key), id(value)) for key, value in source.items()]


def main() -> None:
    gc.disable()
    for kind, source in sources().items():
        before = contents(source)
        parts = [part for item in source.items() for part in item]
        for name, call in calls(source):
            counts = [sys.getrefcount(part) for part in parts]
            failures = successes = 0
            for n in count():
                if fails(call, ERRORS.get(name), n):
                    failures += 1
                    successes = 0
                else:
                    successes += 1
                where = kind, name, n
                assert [sys.getrefcount(part) for part in parts] == counts, where
                if successes == SUCCESSES:
                    break
            print(kind, name, failures, sep="\t")
        assert contents(source) == before, kind
        source._check()


if __name__ == "__main__":
    main()
