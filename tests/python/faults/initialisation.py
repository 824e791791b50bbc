# SPDX-License-Identifier: Apache-2.0
"""The n-th allocation of the native module's initialisation fails, alone or with all
that follow, for every n until the module is there: MemoryError is all that comes out,
nothing of the module is left, and the next one is whole.

    python initialisation.py alone|lasting

The import is done up to the initialisation: without memory, CPython's own part of it is
not what is tried. Needs `_testcapi`, which CPython has for its own tests.
"""

from __future__ import annotations

import _imp
import gc
import sys
from collections.abc import Mapping
from itertools import count
from types import ModuleType

import pyhamt
from faults.allocations import Counting, NoMemory
from faults.attempts import Fault

SPEC = pyhamt._hamt.__spec__


def module_of(kind: type) -> str:
    """The name of a type's module; that of ours for a type that is not finished."""
    return getattr(kind, "__module__", "pyhamt")


def types_left() -> list[str]:
    """The types of modules that should be gone."""
    gc.collect()
    return [
        each.__name__
        for each in gc.get_objects()
        if isinstance(each, type) and module_of(each).partition(".")[0] == "pyhamt"
    ]


def check_whole(module: ModuleType) -> None:
    m = module.PersistentMap(a=[1])
    assert isinstance(m, Mapping)
    assert m.set("b", 2).mutate().finish() == {"a": [1], "b": 2}
    assert [*m, *m.keys(), *m.values(), *m.items()] == ["a", "a", [1], ("a", [1])]
    m._check()


def initialised(fault: Fault | None) -> bool:
    """Whether a new module was initialised, or there was no memory."""
    module = _imp.create_dynamic(SPEC)
    try:
        if fault is not None:
            fault.arm()
        try:
            _imp.exec_dynamic(module)
        finally:
            if fault is not None:
                fault.disarm()
    except MemoryError:
        # The collector looks at what there is.
        gc.collect()
        return False
    check_whole(module)
    return True


def main(extent: str) -> None:
    assert initialised(None)
    gc.disable()
    gc.collect()
    gc.freeze()
    counting = Counting()
    assert initialised(counting)
    failed = 0
    done = False
    for n in count():
        if n > counting.count and done:
            break
        end = 0 if extent == "lasting" else n + 1
        done = initialised(NoMemory(n, end, accept_any=False))
        if not done:
            failed += 1
            assert initialised(None)
        assert types_left() == [], n
    print(failed)


if __name__ == "__main__":
    main(*sys.argv[1:])
