# SPDX-License-Identifier: Apache-2.0
"""A thread with little stack, for programs of child processes that nest deeply."""

from __future__ import annotations

import threading
from collections.abc import Callable


def run_on_small_stack(function: Callable[[], object]) -> None:
    """Call it in a thread with 256 KiB of stack, and raise if it raises."""
    failures: list[object] = []
    threading.excepthook = failures.append
    threading.stack_size(256 * 1024)
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()
    assert not failures, failures
