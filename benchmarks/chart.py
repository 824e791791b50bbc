# SPDX-License-Identifier: Apache-2.0
"""The chart: a panel for each operation, cost against size, both logarithmic."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from benchmarks.contenders import SUBJECT
from benchmarks.operation import Operation
from benchmarks.palette import looks
from benchmarks.report import Report
from benchmarks.results import Row, panels
from benchmarks.units import scaled

_COLUMNS = 4
_FEWEST_SIZES = 3
_PANEL_INCHES = (3.3, 2.5)
_LEAST_WIDTH_INCHES = 7.5
_HEADER_INCHES = 1.2
# Characters of a title that fit above a panel, and names of a legend above all.
_TITLE_LENGTH = 31
_LEGEND_COLUMNS = 7
_MARGIN_INCHES = 0.15
_GREY = "#555555"


def drawable(report: Report) -> list[str]:
    """The data sets with enough sizes for a curve; a lone one is drawn in any case."""
    found = {
        dataset
        for (operation, dataset), rows in panels(report.rows).items()
        if not operation.whole_text
        if len(rows) >= _FEWEST_SIZES or len(report.datasets) == 1
    }
    return [dataset for dataset in report.datasets if dataset in found]


def draw(paths: Sequence[Path], report: Report, dataset: str) -> None:
    """Draw what was measured on a data set, in the format of each path's suffix."""
    found = {
        operation: rows
        for (operation, name), rows in panels(report.rows).items()
        if name == dataset and not operation.whole_text
    }
    names = [each.name for each in report.contenders]
    columns = min(_COLUMNS, len(found))
    rows = ceil(len(found) / columns)
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
    for axes, (operation, sizes) in zip(grid, found.items(), strict=False):
        _draw_panel(axes, operation, sizes, names)
    for axes in grid[len(found) :]:
        axes.set_axis_off()
    figure.supxlabel("number of entries", fontsize=9, color=_GREY)
    figure.supylabel("cost of one operation", fontsize=9, color=_GREY)
    left, line = _MARGIN_INCHES / width, _HEADER_INCHES / height / 4
    about = report.machine
    title = "What a mapping costs, by its number of entries"
    subtitle = (
        f"{report.datasets[dataset]}. Medians; lower is better. "
        f"{about['python']}, {about['cpu']}"
    )
    figure.text(left, 1 - 0.45 * line, title, fontsize=15, fontweight="bold", va="top")
    figure.text(left, 1 - 1.45 * line, subtitle, fontsize=9, color=_GREY, va="top")
    figure.legend(
        *grid[0].get_legend_handles_labels(),
        loc="center left",
        bbox_to_anchor=(left, 1 - 3 * line),
        borderaxespad=0,
        borderpad=0,
        columnspacing=1.2,
        fontsize=9,
        ncols=min(len(names), _LEGEND_COLUMNS),
        frameon=False,
    )
    for path in paths:
        figure.savefig(path, dpi=150)


def _draw_panel(
    axes: Axes, operation: Operation, rows: Sequence[Row], contenders: Sequence[str]
) -> None:
    every = looks()
    for name in contenders:
        medians = [(row.size, row.median(name)) for row in rows]
        points = [(size, median) for size, median in medians if median]
        look = every[name]
        axes.plot(
            [size for size, _ in points],
            [cost for _, cost in points],
            label=name,
            color=look.colour,
            marker=look.marker,
            markersize=4,
            linewidth=look.width,
            linestyle="--" if look.dashed else "-",
            zorder=4 if name == SUBJECT else 3,
        )
    costs = [result.median for row in rows for result in row.results.values()]
    span = max(costs) / min(costs)
    ticks = (1, 1.5, 2, 3, 5, 7) if span < 10 else (1, 2, 5) if span < 100 else (1,)
    title = fill(operation.title, _TITLE_LENGTH)
    axes.set_title(title, loc="left", fontsize=10, fontweight="bold")
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
