# SPDX-License-Identifier: Apache-2.0
"""The bytes that a map takes, without its key and value objects."""

from __future__ import annotations

import gc
import os
import sys
import tracemalloc
from collections.abc import Callable, Sized
from pathlib import Path

_ENTRIES = 10_000
_STATM = Path("/proc/self/statm")


def reported_size(m: Sized, _: Callable[[], object]) -> float:
    """For maps whose `sys.getsizeof` counts all that they hold."""
    return sys.getsizeof(m)


def traced_size(m: Sized, build: Callable[[], object]) -> float:
    """For maps whose `sys.getsizeof` leaves out their nodes: what tracemalloc sees.

    Returns the mean of many maps if they are small, since Python reuses some objects
    that were made before.
    """
    maps: list[object] = [None] * max(1, _ENTRIES // len(m))
    gc.collect()
    tracemalloc.start()
    try:
        for i in range(len(maps)):
            maps[i] = build()
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return size / len(maps)


def resident_bytes() -> int:
    """The memory of this process that is in RAM, however it was allocated.

    Raises OSError where there is no /proc.
    """
    pages = int(_STATM.read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
