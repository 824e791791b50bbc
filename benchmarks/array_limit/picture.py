# SPDX-License-Identifier: Apache-2.0
"""The chart, as SVG: a row of panels for an operation, a column for a kind of keys.

It brings its own paper, which is light or dark as the reader has it, since a page that
shows a picture does not lend it its colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import floor, log10

from benchmarks.array_limit.figures import KEYS, SIZES, TITLES, Figures, row
from benchmarks.array_limit.variants import CHOSEN, DOUBLE, HAMT_ONLY, Variant
from benchmarks.units import three_digits

_PANEL_WIDTH, _PANEL_HEIGHT = 290, 132
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 14, 30, 22
_HEADER, _FOOTER = 92, 26
_WIDTH = len(KEYS) * _PANEL_WIDTH + 10

# The limit that was chosen is a broad line below the others, which show through where
# they are the same. The colours are those of Okabe and Ito, brighter on dark paper.
_LINES = (
    (CHOSEN, "chosen", "limit 8, as built"),
    (HAMT_ONLY, "none", "HAMT only"),
    (DOUBLE, "double", "limit 16"),
)
_STYLE = """
.paper { fill: #ffffff; } text { fill: #333333; font: 11px sans-serif; }
.title { font-size: 17px; font-weight: bold; } .panel { font-weight: bold; }
.faint { fill: #666666; } .x { text-anchor: middle; } .y { text-anchor: end; }
.grid { stroke: #e3e3e3; } .limit { stroke: #9a9a9a; stroke-dasharray: 2 3; }
.line { fill: none; stroke-linejoin: round; stroke-linecap: round; }
.chosen { stroke: #8cc4ea; stroke-width: 6; }
.none { stroke: #c24a00; stroke-width: 2; }
.double { stroke: #006b4f; stroke-width: 2; stroke-dasharray: 6 4; }
@media (prefers-color-scheme: dark) {
.paper { fill: #14181d; } text { fill: #e0e0e0; } .faint { fill: #a5a5a5; }
.grid { stroke: #343a41; } .limit { stroke: #808080; }
.chosen { stroke: #1f6496; } .none { stroke: #ff9147; } .double { stroke: #4fd6ae; }
}
"""


def picture(figures: Figures, about: str) -> str:
    """The chart as a document; *about* says where the figures are from."""
    height = _HEADER + len(TITLES) * _PANEL_HEIGHT + _FOOTER
    parts = [*_header(about)]
    for line, operation in enumerate(TITLES):
        for column, keys in enumerate(KEYS):
            left, top = 5 + column * _PANEL_WIDTH, _HEADER + line * _PANEL_HEIGHT
            inside = "\n".join(_panel(figures, operation, keys))
            parts.append(f'<g transform="translate({left} {top})">\n{inside}\n</g>')
    parts.append(
        f'<text class="x faint" x="{_WIDTH / 2:g}" y="{height - 10}">entries</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img">\n'
        "<title>What small maps cost, by the limit of the array</title>\n"
        f"<style>{_STYLE}</style>\n"
        f'<rect class="paper" width="{_WIDTH}" height="{height}" rx="6"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _header(about: str) -> Iterator[str]:
    yield (
        '<text class="title" x="16" y="30">'
        "What small maps cost, by the limit of the array</text>"
    )
    yield f'<text class="faint" x="16" y="50">{escape(about)}</text>'
    left = 16
    for _, look, label in _LINES:
        yield f'<path class="line {look}" d="M{left + 3} 72h30"/>'
        yield f'<text x="{left + 42}" y="76">{escape(label)}</text>'
        left += 160


def _panel(figures: Figures, operation: str, keys: str) -> Iterator[str]:
    lines = [
        (variant, look, label, _points(figures, variant, operation, keys))
        for variant, look, label in _LINES
    ]
    costs = [cost for *_, points in lines for _, cost in points]
    title = f"{TITLES[operation]}, {keys}"
    if not costs:
        return
    yield f'<text class="panel" x="{_LEFT}" y="18">{escape(title)}</text>'
    ticks = _ticks(max(costs))
    for tick in ticks:
        at = _height(tick, ticks[-1])
        yield f'<path class="grid" d="M{_LEFT} {at:.1f}H{_PANEL_WIDTH - _RIGHT}"/>'
        yield f'<text class="y faint" x="{_LEFT - 5}" y="{at + 4:.1f}">{tick:g}</text>'
        if tick == ticks[-1]:
            yield f'<text class="faint" x="4" y="{at - 8:.1f}">ns</text>'
    for size in (1, 4, 8, 12, 16):
        at, foot = _across(size), _PANEL_HEIGHT - _BOTTOM
        yield f'<text class="x faint" x="{at:.1f}" y="{foot + 14}">{size}</text>'
    edge = _across(CHOSEN.limit + 0.5)
    yield f'<path class="limit" d="M{edge:.1f} {_TOP}V{_PANEL_HEIGHT - _BOTTOM}"/>'
    for _, look, label, points in lines:
        places = [(_across(size), _height(cost, ticks[-1])) for size, cost in points]
        if places:
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            said = ", ".join(f"{size}: {three_digits(cost)}" for size, cost in points)
            told = f"{title}, {label}, ns by entries: {said}"
            yield (
                f'<path class="line {look}" d="M{path}"><title>{escape(told)}</title>'
                "</path>"
            )


def _points(
    figures: Figures, variant: Variant, operation: str, keys: str
) -> list[tuple[int, float]]:
    found = (
        (size, figures.cost(variant, row(operation, keys, size))) for size in SIZES
    )
    return [(size, cost) for size, cost in found if cost is not None]


def _across(size: float) -> float:
    share = (size - SIZES[0]) / (SIZES[-1] - SIZES[0])
    return _LEFT + 6 + share * (_PANEL_WIDTH - _LEFT - _RIGHT - 12)


def _height(cost: float, top: float) -> float:
    return _PANEL_HEIGHT - _BOTTOM - cost / top * (_PANEL_HEIGHT - _TOP - _BOTTOM)


def _ticks(most: float) -> Sequence[float]:
    """Three to five round numbers from 0, of which the last is above all values."""
    power = 10.0 ** floor(log10(most))
    for step in (power / 5, power / 2, power, 2 * power, 5 * power):
        count = floor(most / step) + 1
        if count <= 4:
            return [step * i for i in range(count + 1)]
    return [0, 10 * power]
