# SPDX-License-Identifier: Apache-2.0
"""The chart: a panel for each operation, cost against size, both logarithmic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from math import ceil
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from benchmarks.contenders import SUBJECT
from benchmarks.operations import Operation
from benchmarks.report import by_operation, scaled
from benchmarks.run import Result

_COLUMNS = 4
_PANEL_INCHES = (3.3, 2.5)
_LEAST_WIDTH_INCHES = 7.5
_HEADER_INCHES = 0.95
_MARGIN_INCHES = 0.15

# The palette of Okabe and Ito, whose colours colour-blind readers tell apart.
_COLOURS = ("#000000", "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_MARKERS = "sovD^P*"
_GREY = "#555555"


def draw(
    paths: Sequence[Path],
    title: str,
    subtitle: str,
    contenders: Sequence[str],
    results: Sequence[Result],
) -> None:
    """Draw the results into a file for each path, in the format of its suffix."""
    panels = by_operation(results)
    columns = min(_COLUMNS, len(panels))
    rows = ceil(len(panels) / columns)
    width = max(_LEAST_WIDTH_INCHES, columns * _PANEL_INCHES[0])
    height = rows * _PANEL_INCHES[1] + _HEADER_INCHES
    figure = Figure(figsize=(width, height))
    figure.set_layout_engine(
        "constrained",
        rect=(0, 0, 1, 1 - _HEADER_INCHES / height),
        w_pad=_MARGIN_INCHES,
        h_pad=_MARGIN_INCHES / 2,
    )
    grid = figure.subplots(rows, columns, squeeze=False).flatten()
    for axes, (operation, sizes) in zip(grid, panels.items(), strict=False):
        _draw_panel(axes, operation, sizes, contenders)
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    figure.supxlabel("number of entries", fontsize=9, color=_GREY)
    figure.supylabel("cost of one operation", fontsize=9, color=_GREY)
    left, line = _MARGIN_INCHES / width, _HEADER_INCHES / height / 3
    figure.text(left, 1 - 0.45 * line, title, fontsize=15, fontweight="bold", va="top")
    figure.text(left, 1 - 1.45 * line, subtitle, fontsize=9, color=_GREY, va="top")
    figure.legend(
        *grid[0].get_legend_handles_labels(),
        loc="center left",
        bbox_to_anchor=(left, 1 - 2.5 * line),
        borderaxespad=0,
        borderpad=0,
        ncols=len(contenders),
        frameon=False,
    )
    for path in paths:
        figure.savefig(path, dpi=150)


def _draw_panel(
    axes: Axes,
    operation: Operation,
    sizes: Mapping[int, Mapping[str, Result]],
    contenders: Sequence[str],
) -> None:
    for name, colour, marker in zip(
        contenders, cycle(_COLOURS), cycle(_MARKERS), strict=False
    ):
        points = [
            (size, row[name].median) for size, row in sizes.items() if name in row
        ]
        axes.plot(
            [size for size, _ in points],
            [cost for _, cost in points],
            label=name,
            color=colour,
            marker=marker,
            markersize=4,
            linewidth=2.4 if name == SUBJECT else 1.2,
            zorder=4 if name == SUBJECT else 3,
        )
    costs = [result.median for row in sizes.values() for result in row.values()]
    span = max(costs) / min(costs)
    ticks = (1, 1.5, 2, 3, 5, 7) if span < 10 else (1, 2, 5) if span < 100 else (1,)
    axes.set_title(operation.title, loc="left", fontsize=10, fontweight="bold")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(LogLocator(numticks=20))
    axes.yaxis.set_major_locator(LogLocator(subs=ticks, numticks=20))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{size:,.0f}"))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda cost, _: _label(cost, operation.unit))
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())
    axes.tick_params(labelsize=8, labelcolor=_GREY, length=0)
    axes.grid(color="#E5E5E5", linewidth=0.8)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _label(cost: float, unit: str) -> str:
    value, name = scaled(cost, unit)
    return f"{value:g} {name.replace('us', 'µs')}"
