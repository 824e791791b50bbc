# SPDX-License-Identifier: Apache-2.0
"""A progress bar on a terminal; nothing elsewhere."""

from __future__ import annotations

import shutil
import sys
from types import TracebackType

_CELLS = 30


class Progress:
    """Draws on stderr; the line is cleared at the end."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._done = 0
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._draw("")

    def step(self, label: str) -> None:
        """Say what is done next, and that what was said before is done."""
        share = self._done / self._steps
        self._done += 1
        full = "#" * round(_CELLS * share)
        self._draw(f"[{full:-<{_CELLS}}] {share:4.0%} {label}")

    def _draw(self, line: str) -> None:
        if self._shown:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\x1b[K{line[:width]}", end="", file=sys.stderr, flush=True)
