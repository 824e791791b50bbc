# SPDX-License-Identifier: Apache-2.0
"""A chart for the page: cost against size, both logarithmic, as SVG text.

The page opens without matplotlib and without a network, so it draws its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from benchmarks.palette import Look
from benchmarks.units import quantity

_WIDTH, _HEIGHT = 460, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 30, 10, 30

# Ticks that are nearer than this run into each other.
_TICK_GAP = 16


@dataclass(frozen=True)
class Line:
    """The points of a contender: sizes and costs."""

    name: str
    look: Look
    points: Sequence[tuple[int, float]]


@dataclass(frozen=True)
class _Axis:
    """A logarithmic scale from the powers of ten around the values to pixels."""

    first: int
    last: int
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (log10(value) - self.first) / (self.last - self.first)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Powers of ten, or those that have room; between two of them, some more."""
        powers = [10.0**power for power in range(self.first, self.last + 1)]
        length = abs(self.end - self.start)
        step = ceil(_TICK_GAP * len(powers) / length)
        if len(powers) > 2:
            return powers[::step]
        more = [factor * powers[0] for factor in (2, 5)]
        return sorted(powers + more)


def chart(lines: Sequence[Line], unit: str) -> str:
    """The SVG element of a chart; under the pointer a point says what it is."""
    sizes = [size for line in lines for size, _ in line.points]
    costs = [cost for line in lines for _, cost in line.points]
    x = _axis(sizes, _LEFT, _WIDTH - _RIGHT)
    y = _axis(costs, _HEIGHT - _BOTTOM, _TOP)
    parts = [*_grid(x, y, unit)]
    # pyhamt's line, the widest, lies above the others.
    for line in sorted(lines, key=lambda each: each.look.width):
        parts.extend(_line(line, x, y, unit))
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
        f"{''.join(parts)}</svg>"
    )


def legend(looks: Mapping[str, Look]) -> str:
    """The lines and names of the contenders, in one row that wraps."""
    return "".join(
        '<span class="key"><svg width="28" height="10">'
        f'<line x1="0" y1="5" x2="28" y2="5" {_stroke(look)}/></svg>'
        f"{escape(name)}</span>"
        for name, look in looks.items()
    )


def _axis(values: Sequence[float], start: float, end: float) -> _Axis:
    first = floor(log10(min(values)) + 1e-9)
    last = max(first + 1, ceil(log10(max(values)) - 1e-9))
    return _Axis(first, last, start, end)


def _grid(x: _Axis, y: _Axis, unit: str) -> Iterator[str]:
    for tick in x.ticks():
        at = x.at(tick)
        yield f'<path class="grid" d="M{at:.1f} {_TOP}V{_HEIGHT - _BOTTOM}"/>'
        yield f'<text x="{at:.1f}" y="{_HEIGHT - 12}" class="x">{tick:,.0f}</text>'
    for tick in y.ticks():
        at = y.at(tick)
        yield f'<path class="grid" d="M{_LEFT} {at:.1f}H{_WIDTH - _RIGHT}"/>'
        label = _tick(tick, unit)
        yield f'<text x="{_LEFT - 6}" y="{at + 3:.1f}" class="y">{label}</text>'


def _tick(value: float, unit: str) -> str:
    amount, _, name = quantity(value, unit).partition(" ")
    return f"{float(amount.replace(',', '')):g} {name.replace('us', 'µs')}"


def _line(line: Line, x: _Axis, y: _Axis, unit: str) -> Iterator[str]:
    places = [(x.at(size), y.at(cost)) for size, cost in line.points]
    path = "L".join(f"{left:.1f} {top:.1f}" for left, top in places)
    yield f'<path d="M{path}" fill="none" {_stroke(line.look)}/>'
    for (left, top), (size, cost) in zip(places, line.points, strict=True):
        said = f"{line.name}, {size:,}: {quantity(cost, unit)}"
        yield (
            f'<circle cx="{left:.1f}" cy="{top:.1f}" r="{line.look.width + 0.8:.1f}" '
            f'fill="{line.look.colour}"><title>{escape(said)}</title></circle>'
        )


def _stroke(look: Look) -> str:
    dashes = ' stroke-dasharray="5 3"' if look.dashed else ""
    return f'stroke="{look.colour}" stroke-width="{look.width}"{dashes}'
