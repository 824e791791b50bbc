# SPDX-License-Identifier: Apache-2.0
"""Looking inside a map: figures, drawings, and the forms that other tools print."""

from __future__ import annotations

import html
import reprlib
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal, NamedTuple

from pyhamt._hamt import PersistentMap


@dataclass(frozen=True)
class MapStats:
    """What a map is made of.

    `nodes` counts by kind: "array", the one node of a small map; "branch" and
    "collision", those of a trie. A depth is the number of nodes above an entry's own.
    `bitmap_utilisation` is the share of the branches' buckets that are used, 0 to 1.
    `tracked_nodes` are those that the cycle collector visits. `bytes` is the size of
    all nodes, those included that other maps share.
    """

    entries: int
    kind: Literal["array", "hamt"]
    nodes: dict[str, int] = field(hash=False)
    tracked_nodes: int
    depth_mean: float
    depth_max: int
    bitmap_utilisation: float
    collision_entries: int
    bytes: int
    bytes_per_entry: float


class SharedNodes(NamedTuple):
    """What two maps share: the number of nodes, and their size in bytes."""

    nodes: int
    bytes: int


def stats(m: PersistentMap[Any, Any], /) -> MapStats:
    """PersistentMap.stats."""
    figures = m._figures()
    kinds = ("array", "branch", "collision")
    nodes = {kind: figures.pop(f"{kind}_nodes") for kind in kinds}
    return MapStats(nodes=nodes, **figures)


def shared_with(
    m: PersistentMap[Any, Any], other: PersistentMap[Any, Any], /
) -> SharedNodes:
    """PersistentMap.shared_with."""
    return SharedNodes(*m._shared(other))


# ---- Graphviz ----

_OWN_COLOUR = "#ffffff"
_SHARED_COLOUR = "#ffe0a3"

_TABLE = '<table border="0" cellborder="1" cellspacing="0"{}>{}</table>'

# Entries of the largest map that a notebook draws; more are hard to read.
_DRAWN = 100

_short = reprlib.Repr()
_short.maxstring = _short.maxlong = _short.maxother = 20


def to_dot(m: PersistentMap[Any, Any], /, *others: PersistentMap[Any, Any]) -> str:
    """PersistentMap.to_dot."""
    for other in others:
        if not isinstance(other, PersistentMap):
            raise TypeError(f"expected a PersistentMap, not {type(other).__name__!r}")
    versions = [(version, version._nodes()) for version in (m, *others)]
    # By address, in the order of the first visit.
    nodes = {node[0]: node for _, found in versions for node in found}
    owners = Counter(node[0] for _, found in versions for node in found)
    names = {address: f"node{i}" for i, address in enumerate(nodes)}
    lines = []
    for number, (version, found) in enumerate(versions, 1):
        label = f"version {number}: " if others else ""
        label += "1 entry" if len(version) == 1 else f"{len(version):,} entries"
        lines.append(f'version{number} [label="{label}" shape=oval]')
        lines.extend(f"version{number} -> {names[root[0]]}" for root in found[:1])
    for address, kind, entries, children in nodes.values():
        colour = _SHARED_COLOUR if owners[address] > 1 else _OWN_COLOUR
        lines.append(
            f"{names[address]} [label=<{_table(kind, entries, children, colour)}>]"
        )
        lines.extend(
            f"{names[address]}:bucket{bucket} -> {names[child]}"
            for bucket, child in children
        )
    text = "".join(f"  {line}\n" for line in lines)
    style = '  node [shape=plain fontname="Helvetica" fontsize=10]\n'
    return f"digraph {{\n{style}{text}}}\n"


def _table(
    kind: str,
    entries: list[tuple[int | None, Any, Any]],
    children: list[tuple[int, int]],
    colour: str,
) -> str:
    """A node in Graphviz's HTML: its kind, a row for each entry, one for all children.

    An entry or child of a branch is marked with its bucket, 0 to 31.
    """
    rows = [f"<td>{kind}</td>"]
    for bucket, key, value in entries:
        mark = "" if bucket is None else f"<b>{bucket}</b> "
        text = html.escape(f"{_short.repr(key)}: {_short.repr(value)}")
        rows.append(f'<td align="left">{mark}{text}</td>')
    if children:
        cells = "".join(f'<td port="bucket{i}"><b>{i}</b></td>' for i, _ in children)
        rows.append(
            f'<td cellpadding="0">{_TABLE.format("", f"<tr>{cells}</tr>")}</td>'
        )
    text = "".join(f"<tr>{row}</tr>" for row in rows)
    return _TABLE.format(f' bgcolor="{colour}"', text)


def notebook_drawing(m: PersistentMap[Any, Any], /) -> Callable[[], str | None]:
    """PersistentMap._repr_svg_: a function, if the notebook can have one."""
    dot = shutil.which("dot")
    if dot is None:
        raise AttributeError("_repr_svg_ needs Graphviz, and there is no 'dot' on PATH")

    def draw() -> str | None:
        """Return the map as SVG, or None when it is too large to be read."""
        if len(m) > _DRAWN:
            return None
        result = subprocess.run(
            [dot, "-Tsvg"], input=to_dot(m).encode(), stdout=subprocess.PIPE, check=True
        )
        return result.stdout.decode()

    return draw


# ---- Printed forms ----

# Entries that rich prints of a large map, which has no limit of its own.
_PRINTED = 100


def ipython_repr(m: PersistentMap[Any, Any], p: Any, cycle: bool, /) -> None:
    """PersistentMap._repr_pretty_: at most as many entries as IPython's own limit."""
    name = type(m).__name__
    if cycle:
        p.text(f"{name}(...)")
        return
    with p.group(len(name) + 2, f"{name}({{", "})"):
        limit = p.max_seq_length or len(m)
        for i, (key, value) in enumerate(islice(m.items(), limit)):
            if i > 0:
                p.text(",")
                p.breakable()
            p.pretty(key)
            p.text(": ")
            p.pretty(value)
        if len(m) > limit:
            p.text(",")
            p.breakable()
            p.text(repr(_More(len(m) - limit)))


def rich_repr(m: PersistentMap[Any, Any], /) -> Iterator[Any]:
    """PersistentMap.__rich_repr__."""
    yield dict(islice(m.items(), _PRINTED))
    if len(m) > _PRINTED:
        yield _More(len(m) - _PRINTED)


class _More:
    """Stands for entries that are not printed."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __repr__(self) -> str:
        return f"... {self.count:,} more"
