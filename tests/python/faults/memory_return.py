# SPDX-License-Identifier: Apache-2.0
"""The resident size falls back to within 10% of the start when 1,000,000 entries are
dropped, however they were put in:

    python memory_return.py WAY

At the start, a dict of as many entries has been made and dropped: what that leaves is
the interpreter's. The C library, which has the blocks of more than 512 bytes, is asked
to give back what it keeps for itself; the interpreter gives memory back in arenas of
1 MiB, of which an object that outlives the map may hold one. In Python 3.10 two stay,
in a build that keeps no freed nodes as well.

The allocator of free-threaded Python keeps most of what lists of its own objects leave.
There the blocks in use are counted in place of the KiB.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from pyhamt import PersistentMap

LARGE = 1_000_000

ARENAS_KIB = 1024 * (2 if sys.version_info < (3, 11) else 1)

COUNTS_BLOCKS = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
UNIT = "blocks" if COUNTS_BLOCKS else "KiB"


def from_dict(size: int) -> object:
    return PersistentMap(dict.fromkeys(range(size)))


def tracked(size: int) -> object:
    return PersistentMap((i, [i]) for i in range(size))


def edited(size: int) -> object:
    with PersistentMap().mutate() as mutation:
        for i in range(size):
            mutation[i] = str(i)
        for i in range(0, size, 3):
            del mutation[i]
    return mutation.finish()


def versions(size: int) -> object:
    """Many versions, each of which owns the nodes of one way."""
    kept = [PersistentMap(dict.fromkeys(range(1000)))]
    for i in range(size // 50):
        kept.append(kept[-1].set(i % 1000, i))
    return kept


def small_maps(size: int) -> object:
    return [PersistentMap({i: i, "a": i}) for i in range(size // 5)]


WAYS: dict[str, Callable[[int], object]] = {
    way.__name__: way for way in (from_dict, tracked, edited, versions, small_maps)
}


def resident_kib() -> int:
    """The resident size when what is free has gone back to the system."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS in /proc/self/status")


def in_use() -> int:
    if COUNTS_BLOCKS:
        gc.collect()
        return sys.getallocatedblocks()
    return resident_kib()


def main(name: str) -> None:
    gc.disable()  # It is asked for a collection when there is something to collect.
    make = WAYS[name]
    make(1000)
    dict.fromkeys(map(str, range(LARGE)))
    before = in_use()
    thing = make(LARGE)
    grown = in_use()
    del thing
    after = in_use()
    print(before, grown, after)
    assert grown > 2 * before, f"{name}: grows from {before} {UNIT} to {grown} only"
    allowed = 1.1 * before + ARENAS_KIB
    assert after <= allowed, f"{name}: {before} {UNIT}, then {after}"


if __name__ == "__main__":
    main(*sys.argv[1:])
