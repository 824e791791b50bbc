# SPDX-License-Identifier: Apache-2.0
"""Every operation gives back each reference that it takes, and one that fails leaves
the map and the operand as they were.

The n-th `__hash__` or `__eq__` of an operation raises, for every n until the operation
succeeds. The counts of all keys, values and types are compared exactly each time.
"""

from __future__ import annotations

import gc
import sys
from itertools import count

from hostile import KINDS, Nth, Refused, hooked, keys_of
from operations import OPERATIONS
from pyhamt import PersistentMap


def items_of(thing: object) -> list[object]:
    """What a map, or the operand of an operation, consists of."""
    if hasattr(thing, "items"):
        return [part for pair in thing.items() for part in pair]
    if isinstance(thing, list):
        return [
            part
            for item in thing
            for part in (item if isinstance(item, tuple) else [item])
        ]
    return []


def identities(things: list[object]) -> list[int]:
    return [id(thing) for thing in things]


def counts(things: list[object]) -> list[int]:
    # The interpreter itself uses None all the time. What it never frees has a count
    # that means nothing: from 3.12 on, some strings and ints.
    every = [sys.getrefcount(thing) for thing in things if thing is not None]
    return [count for count in every if count < 2**31]


def types_of_this_module() -> list[type]:
    source = PersistentMap(a=1)
    things = [source, source.keys(), source.values(), source.items(), iter(source)]
    things += [iter(source.values()), iter(source.items())]
    tracked = PersistentMap(a=[])
    things += [
        thing for thing in gc.get_referents(tracked) if thing is not type(tracked)
    ]
    return [type(thing) for thing in things]


def check_operation(kind: str, name: str, *, tracked: bool) -> int:
    """Let each callback of an operation fail; the number of its callbacks."""
    source = PersistentMap(
        [(key, [i] if tracked else f"value {i}") for i, key in enumerate(keys_of(kind))]
    )
    key = keys_of(kind)[1]
    for n in count(1):
        operation = OPERATIONS[name]
        operand = operation.operand(source, key)
        parts = items_of(source), items_of(operand)
        watched = [source, operand, key, *parts[0], *parts[1], *types_of_this_module()]
        contents = identities(parts[0]), identities(parts[1])
        del parts
        before = counts(watched)
        hook = Nth(n)
        failed = False
        with hooked(hook):
            try:
                operation.run(lambda source=source: source, key, operand)
            except Refused:
                failed = True
            except (KeyError, TypeError):
                assert name == "delete absent" or tracked, name
        where = kind, name, tracked, n
        assert counts(watched) == before, where
        assert failed == hook.has_raised, where
        assert (identities(items_of(source)), identities(items_of(operand))) == contents
        source._check()
        if not failed:
            return n - 1
    raise AssertionError("unreachable")


def main() -> None:
    gc.disable()  # References that only the collector would give back count as leaks.
    for kind in KINDS:
        for tracked in (False, True):
            for name in OPERATIONS:
                assert check_operation(kind, name, tracked=tracked) > 0, name


if __name__ == "__main__":
    main()
