# SPDX-License-Identifier: Apache-2.0
"""The page: targets, ratios, charts and every figure in one HTML file.

It holds all that it shows: no font, script or style comes from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from benchmarks.contenders import BASELINE, RIVAL, SUBJECT
from benchmarks.drawing import Line, chart, legend
from benchmarks.operation import Operation
from benchmarks.palette import Look, looks
from benchmarks.report import LEGEND, Report
from benchmarks.results import Result, Row, panels
from benchmarks.targets import Verdict
from benchmarks.units import quantity, three_digits

_STYLE = Path(__file__).with_suffix(".css")
_SCRIPT = Path(__file__).with_suffix(".js")

# Operation and data set, and their rows.
Chapter: TypeAlias = Sequence[tuple[tuple[Operation, str], list[Row]]]

# A chart of one size would be a row of dots.
_FEWEST_SIZES = 2


def write_page(path: Path, report: Report) -> None:
    """Write the page of a report."""
    path.write_text(page(report), encoding="utf-8")


def page(report: Report) -> str:
    style = _STYLE.read_text(encoding="utf-8")
    script = _SCRIPT.read_text(encoding="utf-8")
    about = report.machine
    return "\n".join(
        (
            "<!DOCTYPE html>",
            '<html lang="en"><head><meta charset="utf-8">',
            "<title>pyhamt: benchmarks</title>",
            f"<style>{style}</style></head><body>",
            "<h1>What a mapping costs</h1>",
            f"<p>{_text(report.title)}. {_text(about['python'])}, "
            f"{_text(about['cpu'])}. Medians; lower is better.</p>",
            *_navigation(report),
            *_targets(report.verdicts),
            *_ratios(report),
            *_figures(report),
            *_conditions(report),
            f"<script>{script}</script></body></html>",
            "",
        )
    )


def _navigation(report: Report) -> Iterator[str]:
    groups = dict.fromkeys(row.operation.group for row in report.rows)
    chapters = [
        "targets",
        "ratios",
        *groups,
        "conditions",
    ]
    links = (f'<a href="#{_text(name)}">{_text(name)}</a>' for name in chapters)
    yield f"<nav>{' '.join(links)}</nav>"


def _targets(verdicts: Sequence[Verdict]) -> Iterator[str]:
    measured = [verdict for verdict in verdicts if verdict.measured]
    held = sum(verdict.holds is True for verdict in measured)
    yield '<h2 id="targets">targets</h2>'
    yield (
        f"<p>{held} of {len(measured)} hold in all cases that were measured; "
        f"{len(verdicts) - len(measured)} were not measured.</p>"
    )
    names = ("target", "limit", "worst case", "measured", "cases held", "holds")
    yield from _table(names, map(_target, verdicts))


def _target(verdict: Verdict) -> str:
    worst = verdict.worst
    marks = {True: ("held", "yes"), False: ("lost", "no"), None: ("", "not measured")}
    kind, mark = marks[verdict.holds]
    held = sum(each.holds for each in verdict.measured)
    return _row(
        kind,
        _cell(verdict.target.text),
        _cell(verdict.show(verdict.target.most), verdict.target.most),
        _cell(worst.row.label if worst else "-"),
        _cell(verdict.show(worst.value), worst.value) if worst else _cell("-"),
        _cell(f"{held} of {len(verdict.measured)}", held),
        _cell(mark),
    )


def _ratios(report: Report) -> Iterator[str]:
    """pyhamt beside dict, immutables and the best persistent map, all rows."""
    yield '<h2 id="ratios">ratios</h2>'
    yield (
        "<p>pyhamt's median by another's: under 1 pyhamt is ahead. In "
        f'{len(report.lost):,} of {len(report.rows):,} rows <span class="lost">a '
        f"persistent map is ahead</span>, and in {len(report.behind):,} <span "
        'class="behind">dict or a dict inside a rival</span>. Click on a heading to '
        "sort.</p>"
    )
    yield (
        '<p><label>operation or keys <input id="words" type="search"></label> '
        '<label><input id="losing" type="checkbox"> only rows in which a persistent '
        "map is ahead</label></p>"
    )
    names = (
        *("operation", "keys", "entries", SUBJECT, BASELINE, f"by {BASELINE}"),
        *(RIVAL, f"by {RIVAL}", "best persistent", "its median", "by it"),
    )
    yield from _table(names, (_ratio_row(report, row) for row in report.rows), "rows")


def _ratio_row(report: Report, row: Row) -> str:
    cost = _cost(report, row)
    rival = row.best(report.persistent)
    return _row(
        _kind(report, row),
        _cell(row.operation.name),
        _cell(row.dataset),
        _cell(f"{row.size:,}", row.size),
        cost(SUBJECT),
        cost(BASELINE),
        _ratio(row.ratio(BASELINE), "behind"),
        cost(RIVAL),
        _ratio(row.ratio(RIVAL), "lost"),
        _cell(rival or "-"),
        cost(rival or ""),
        _ratio(row.ratio(rival) if rival else None, "lost"),
    )


def _kind(report: Report, row: Row) -> str:
    """The mark of a row in which pyhamt is not ahead."""
    if row.winner(report.persistent):
        return "lost"
    return "behind" if row.winner(report.copied) else ""


class _cost:  # noqa: N801, it is used as a function
    """The cell with a contender's median in a row."""

    def __init__(self, report: Report, row: Row) -> None:
        self._report = report
        self._row = row

    def __call__(self, name: str) -> str:
        result = self._row.results.get(name)
        if result is None:
            return _cell("-")
        return _figure(self._report, result)


def _figure(report: Report, result: Result) -> str:
    unit = result.operation.unit
    mark = "*" if report.is_by_hand(result.operation, result.contender) else ""
    runs = len(result.samples)
    least, most = (quantity(pick(result.samples), unit) for pick in (min, max))
    spread = f"{least} to {most}, {runs} {'run' if runs == 1 else 'runs'}"
    text = quantity(result.median, unit) + mark
    sort = f'data-sort="{result.median:.6g}" title="{_text(spread)}"'
    return f"<td {sort}>{_text(text)}</td>"


def _ratio(ratio: float | None, kind: str) -> str:
    if ratio is None:
        return _cell("-")
    marked = f' class="{kind}"' if ratio > 1 else ""
    return f'<td data-sort="{ratio:.6g}"{marked}>{three_digits(ratio)}</td>'


def _figures(report: Report) -> Iterator[str]:
    """For each operation, its charts and the medians of all contenders."""
    grouped = groupby(panels(report.rows).items(), lambda each: each[0][0].group)
    for group, each in grouped:
        chapter = list(each)
        yield f'<h2 id="{_text(group)}">{_text(group)}</h2>'
        yield f"<p>{legend(_looks(report, chapter))}</p>"
        for operation, found in groupby(chapter, lambda each: each[0][0]):
            yield f"<h3>{_text(operation.title)} <code>{operation.name}</code></h3>"
            sets = [(name, list(rows)) for (_, name), rows in found]
            yield '<div class="charts">'
            for name, rows in sets:
                yield from _chart(report, operation, name, rows)
            yield "</div><details><summary>figures</summary>"
            yield from _medians(report, [row for _, rows in sets for row in rows])
            yield "</details>"


def _looks(report: Report, chapter: Chapter) -> dict[str, Look]:
    """Those of the contenders that have a line in a chapter."""
    every = looks()
    present = {name for _, found in chapter for row in found for name in row.results}
    names = [each.name for each in report.contenders if each.name in present]
    return {name: every[name] for name in names}


def _chart(
    report: Report, operation: Operation, dataset: str, found: Sequence[Row]
) -> Iterator[str]:
    if len(found) < _FEWEST_SIZES:
        return
    every = looks()
    lines = [
        Line(each.name, every[each.name], points)
        for each in report.contenders
        if (points := _points(found, each.name))
    ]
    yield f"<figure>{chart(lines, operation.unit)}"
    caption = f"{_text(dataset)}, by the number of entries"
    yield f"<figcaption>{caption}</figcaption></figure>"


def _points(found: Sequence[Row], contender: str) -> list[tuple[int, float]]:
    medians = ((row.size, row.median(contender)) for row in found)
    return [(size, median) for size, median in medians if median]


def _medians(report: Report, found: Sequence[Row]) -> Iterator[str]:
    names = [each.name for each in report.contenders]
    present = [name for name in names if any(name in row.results for row in found)]
    rows = (
        _row(
            _kind(report, row),
            _cell(row.dataset),
            _cell(f"{row.size:,}", row.size),
            *map(_cost(report, row), present),
        )
        for row in found
    )
    yield from _table(("keys", "entries", *present), rows)


def _conditions(report: Report) -> Iterator[str]:
    yield '<h2 id="conditions">conditions</h2>'
    about = {
        **report.machine,
        "time": f"about {report.budget_s:,.0f} s",
        **{name: str(each) for name, each in report.datasets.items()},
    }
    known = ((name, value) for name, value in about.items() if value)
    rows = (_row("", _cell(name), _cell(value)) for name, value in known)
    yield from _table(("what", "is"), rows)
    yield "<ul>"
    for note in (*LEGEND, *report.notes):
        yield f"<li>{_text(note)}</li>"
    yield "</ul>"


def _table(names: Sequence[str], rows: Iterable[str], name: str = "") -> Iterator[str]:
    identity = f' id="{name}"' if name else ""
    headings = "".join(f"<th>{_text(each)}</th>" for each in names)
    yield f'<div class="wide"><table{identity}>'
    yield f"<thead><tr>{headings}</tr></thead><tbody>"
    yield from rows
    yield "</tbody></table></div>"


def _row(kind: str, *cells: str) -> str:
    return f'<tr class="{kind}">{"".join(cells)}</tr>'


def _cell(text: str, value: float | None = None) -> str:
    sort = "" if value is None else f' data-sort="{value:.6g}"'
    return f"<td{sort}>{_text(text)}</td>"


def _text(text: object) -> str:
    return escape(str(text).replace("`", ""))
