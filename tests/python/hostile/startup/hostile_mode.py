# SPDX-License-Identifier: Apache-2.0
"""The hostile modes of an interpreter. `modes.py` says what they are for."""

from __future__ import annotations

import gc
import sys


def enter(mode: str) -> None:
    """Collect at each allocation, or let threads take turns all the time."""
    if mode == "collect":
        gc.set_threshold(1)
        gc.enable()
    elif mode == "switch":
        sys.setswitchinterval(1e-6)
