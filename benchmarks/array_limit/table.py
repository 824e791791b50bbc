# SPDX-License-Identifier: Apache-2.0
"""The tables: the array against the trie, up to the limit, and on to twice that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.array_limit.figures import KEYS, TITLES, Figures, row
from benchmarks.array_limit.variants import CHOSEN, DOUBLE, HAMT_ONLY, Variant
from benchmarks.units import three_digits

_UP_TO_LIMIT, _BEYOND = range(1, 9), range(9, 17)
_SHOWN, _SHOWN_BEYOND = (1, 2, 4, 6, 8), (9, 12, 16)


def tables(figures: Figures) -> Iterator[str]:
    """The lines of both tables, in Markdown."""
    yield "Up to 8 entries: the array in ns, and in brackets its ratio to the trie."
    yield ""
    yield from _table(figures, HAMT_ONLY, CHOSEN, _UP_TO_LIMIT, _SHOWN)
    yield ""
    yield "From 9: the array of limit 16 in ns, and its ratio to the trie of limit 8."
    yield ""
    yield from _table(figures, CHOSEN, DOUBLE, _BEYOND, _SHOWN_BEYOND)


def _table(
    figures: Figures,
    trie: Variant,
    array: Variant,
    sizes: Sequence[int],
    shown: Sequence[int],
) -> Iterator[str]:
    columns = [*map(str, shown), "ahead at", "behind at"]
    yield f"| | keys | {' | '.join(columns)} |"
    yield "|---" * (2 + len(columns)) + "|"
    for operation, title in TITLES.items():
        for keys in KEYS:
            cells = [
                _cell(figures, trie, array, row(operation, keys, size))
                for size in shown
            ]
            if any(cells):
                cells += [
                    spans(where(figures, trie, array, operation, keys, sizes, verdict))
                    for verdict in ("faster", "slower")
                ]
                yield f"| {title} | {keys} | {' | '.join(cells)} |"


def _cell(figures: Figures, trie: Variant, array: Variant, name: str) -> str:
    cost, change = figures.cost(array, name), figures.change(trie, array, name)
    if cost is None or change is None:
        return ""
    return f"{three_digits(cost)} ({change.ratio:.2f})"


def where(
    figures: Figures,
    trie: Variant,
    array: Variant,
    operation: str,
    keys: str,
    sizes: Sequence[int],
    verdict: str,
) -> list[int]:
    """The sizes at which the array is faster, slower or the same, beyond the noise."""
    changes = {
        size: figures.change(trie, array, row(operation, keys, size)) for size in sizes
    }
    return [size for size, each in changes.items() if each and each.verdict == verdict]


def spans(sizes: Sequence[int]) -> str:
    """Sizes as a reader wants them, such as "1-3, 5"."""
    runs: list[list[int]] = []
    for size in sizes:
        if runs and size == runs[-1][-1] + 1:
            runs[-1].append(size)
        else:
            runs.append([size])
    return ", ".join(
        f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs
    )
