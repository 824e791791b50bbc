# SPDX-License-Identifier: Apache-2.0
"""What each Python process of the suite does under a sanitizer, beside its work.

Python imports this module as it starts, in every process that has the directory on its
path.

At the end it looks for leaked memory. LeakSanitizer's own check comes when the
interpreter has been torn down and has left memory behind that nothing leads to. Here it
is still alive and leads to all that is its own. Memory that nothing leads to then is a
leak, whoever asked for it: the extension, or the interpreter for an object that the
extension has not given back. What the collector tracks is in its lists, so this finds
no leaked tracked object; `exercise.py` and the scripts of `tests/python/leaks` count
those. A process that has made allocations fail, by `_testcapi`, is not looked at: the
interpreter's own pickle leaks then.

A limit of the address space is ignored: a sanitizer has terabytes of it, nearly all
without memory, and refuses large requests by itself.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import resource
import sys

# The status of a process with a leak, that of LeakSanitizer itself.
STATUS = 23


def check() -> None:
    if "_testcapi" in sys.modules:
        return
    if ctypes.CDLL(None).__lsan_do_recoverable_leak_check():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(STATUS)


def limit(kind: int, limits: tuple[int, int]) -> None:
    if kind != resource.RLIMIT_AS:
        set_limit(kind, limits)


set_limit = resource.setrlimit
if "LD_PRELOAD" in os.environ:
    resource.setrlimit = limit

if "detect_leaks=1" in os.environ.get("ASAN_OPTIONS", ""):
    # What is registered first runs last.
    atexit.register(check)
