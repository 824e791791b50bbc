# SPDX-License-Identifier: Apache-2.0
"""What a data set is: distinct keys, as many absent ones, and perhaps a text."""

from __future__ import annotations

import pickle
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Key: TypeAlias = Hashable


class DatasetError(Exception):
    """The data cannot be had; the message says what to do."""


@dataclass(frozen=True)
class Dataset:
    """Distinct keys, and as many keys of the same kind that are not in them.

    The first `full` keys are those of the input; what follows is for maps beyond it.
    `twins` is true if keys are looked up by equal ones that are other objects, as when
    a text is read again. `occurrences` is the text whose words are counted, if there is
    one; `values` are those of the keys, counted from 0 unless the input has its own.
    """

    name: str
    keys: list[Key]
    absent: list[Key]
    seed: int
    full: int
    twins: bool = True
    occurrences: list[Key] = field(default_factory=list)
    values: list[Any] | None = None

    def __str__(self) -> str:
        words, more = len(self.occurrences), len(self.keys) - self.full
        counted = f"{words:,} words, " if words else ""
        pairs = f", and {more:,} pairs of neighbours for larger maps" if more else ""
        return f"{self.name}: {counted}{self.full:,} distinct keys{pairs}"

    def sought(self, size: int) -> list[Key]:
        """The first keys as lookups bring them."""
        keys = self.keys[:size]
        return twins(keys) if self.twins else keys

    def entries(self, size: int) -> list[Any]:
        """The values of the first keys."""
        return list(range(size)) if self.values is None else self.values[:size]


def twins(keys: list[Key]) -> list[Key]:
    """Return equal keys that are objects of their own, as if read a second time."""
    copies: list[Key] = pickle.loads(pickle.dumps(keys))
    return copies
