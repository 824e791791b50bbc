# SPDX-License-Identifier: Apache-2.0
"""A progress bar on a terminal; nothing elsewhere."""

from __future__ import annotations

import shutil
import sys
from types import TracebackType

_CELLS = 30


class Progress:
    """Draws on stderr; the line is cleared at the end.

    The bar is drawn again only when it says something else: `show` may be called for
    each line of a file.
    """

    def __init__(self, total: int) -> None:
        self._total = max(1, total)
        self._done = 0
        self._line = ""
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
        self.show(self._done, label)
        self._done += 1

    def show(self, done: int, label: str) -> None:
        """Say what is being done, and how much of the total is behind."""
        if self._shown:
            share = min(1.0, done / self._total)
            full = "#" * round(_CELLS * share)
            self._draw(f"[{full:-<{_CELLS}}] {share:4.0%} {label}")

    def _draw(self, line: str) -> None:
        if self._shown and line != self._line:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\x1b[K{line[:width]}", end="", file=sys.stderr, flush=True)
            self._line = line
