# SPDX-License-Identifier: Apache-2.0
"""Interpreters with locks of their own, for programs of child processes: how one is
made, runs code and ends is another way in each version of Python.
"""

from __future__ import annotations

import sys
from typing import Any

# What lets an interpreter import what this one can.
PATH = f"import sys; sys.path[:] = {sys.path!r}\n"

if sys.version_info >= (3, 14):
    from concurrent import interpreters

    create: Any = interpreters.create

    def run(interpreter: Any, source: str) -> None:
        interpreter.exec(source)

    def end(interpreter: Any) -> None:
        interpreter.close()

elif sys.version_info >= (3, 13):
    import _interpreters as interpreters

    def create() -> Any:
        return interpreters.create("isolated")

    def run(interpreter: Any, source: str) -> None:
        failure = interpreters.exec(interpreter, source)
        assert failure is None, failure

    end = interpreters.destroy

else:
    import _xxsubinterpreters as interpreters

    def create() -> Any:
        return interpreters.create(isolated=True)

    run = interpreters.run_string
    end = interpreters.destroy
