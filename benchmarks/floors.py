# SPDX-License-Identifier: Apache-2.0
"""Costs that no mapping can go below, to hold the figures of the mappings against."""

from __future__ import annotations

from random import Random


class Cell:
    """A place in memory that says where the next one is."""

    __slots__ = ("next",)

    next: Cell


def ring(size: int) -> list[Cell]:
    """A cell of a ring of so many, in random order, in a list to step it along.

    To step on, a program waits for the memory of the cell that it is at: with more
    cells than the caches hold, that is one cache miss, and the next step depends on it.
    """
    cells = [Cell() for _ in range(size)]
    Random(size).shuffle(cells)
    for cell, following in zip(cells, [*cells[1:], cells[0]], strict=True):
        cell.next = following
    return [cells[0]]
