# SPDX-License-Identifier: Apache-2.0
"""The hostile modes of an interpreter. `modes.py` says what they are for."""

from __future__ import annotations

import gc
import sys

THRESHOLD = 1
INTERVAL_S = 1e-6


def enter(mode: str) -> None:
    """Collect at each allocation, or let threads take turns all the time."""
    if mode == "collect":
        gc.set_threshold(THRESHOLD)
        gc.enable()
    elif mode == "switch":
        sys.setswitchinterval(INTERVAL_S)


def is_entered(mode: str) -> bool:
    """Whether the interpreter is in the mode."""
    if mode == "collect":
        return gc.isenabled() and gc.get_threshold()[0] == THRESHOLD
    return mode == "switch" and abs(sys.getswitchinterval() - INTERVAL_S) < 1e-9


def collections() -> int:
    """How many collections there have been."""
    return sum(generation["collections"] for generation in gc.get_stats())
