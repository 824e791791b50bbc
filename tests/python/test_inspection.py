# SPDX-License-Identifier: Apache-2.0
"""stats, shared_with, to_dot, and the forms for notebooks, IPython and rich.

`test_statistics.py` holds the figures to the layouts; here they are put together.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import FrozenInstanceError
from typing import Any
from xml.etree import ElementTree

import pytest
from IPython.lib.pretty import pretty
from rich.console import Console

from keys import TREES, HashPathKey, path_keys
from pyhamt import MapStats, PersistentMap, SharedNodes
from versions import KEY_MAKERS, edited, version_of


class Config(PersistentMap):
    pass


def trie(name: str) -> PersistentMap:
    return PersistentMap.fromkeys(path_keys(TREES[name]), 0)


def dot(text: str, form: str) -> str:
    """What Graphviz makes of a drawing; it fails where it cannot read one."""
    result = subprocess.run(
        ["dot", f"-T{form}"], input=text, capture_output=True, text=True, check=True
    )
    assert result.stderr == ""
    return result.stdout


# ---- stats ----


def test_stats_of_a_small_map() -> None:
    size = 80 + object.__basicsize__
    assert PersistentMap(a=1, b=2).stats() == MapStats(
        entries=2,
        kind="array",
        nodes={"array": 1, "branch": 0, "collision": 0},
        tracked_nodes=0,
        depth_mean=0.0,
        depth_max=0,
        bitmap_utilisation=0.0,
        collision_entries=0,
        bytes=size,
        bytes_per_entry=size / 2,
    )


def test_stats_of_a_trie() -> None:
    stats = trie("collision-beside-entry").stats()
    assert stats.kind == "hamt"
    assert stats.nodes == {"array": 0, "branch": 2, "collision": 1}
    assert stats.tracked_nodes == 3
    assert stats.collision_entries == 2
    assert stats.depth_max == 2
    assert stats.depth_mean == pytest.approx((0 * 6 + 1 + 2 * 2) / 9)
    assert stats.bitmap_utilisation == pytest.approx((7 + 2) / 64)
    assert stats.bytes_per_entry == pytest.approx(stats.bytes / 9)


def test_stats_of_the_empty_map() -> None:
    stats = PersistentMap().stats()
    assert (stats.entries, stats.kind, stats.bytes) == (0, "array", 0)
    assert stats.bytes_per_entry == 0.0
    assert set(stats.nodes.values()) == {0}


def test_stats_do_not_change_and_are_hashable() -> None:
    stats = trie("chain-left").stats()
    with pytest.raises(FrozenInstanceError):
        stats.entries = 0  # type: ignore[misc]
    assert hash(stats) == hash(trie("chain-left").stats())


# ---- shared_with ----


def nodes_of(m: PersistentMap) -> set[int]:
    return {address for address, *_ in m._nodes()}


@pytest.mark.parametrize("kind", KEY_MAKERS)
@pytest.mark.parametrize("size", [0, 5, 9, 40, 1000])
def test_shared_nodes_are_those_that_both_reach(kind: str, size: int) -> None:
    entries = {KEY_MAKERS[kind](i): i for i in range(size)}
    m = PersistentMap(entries)
    few = m
    for key in list(entries)[::50]:
        few = few.set(key, "changed")
    for other in (m, few, version_of(m, edited(entries, 1)), PersistentMap(entries)):
        both = nodes_of(m) & nodes_of(other)
        shared = m.shared_with(other)
        assert isinstance(shared, SharedNodes)
        assert shared.nodes == len(both)
        assert other.shared_with(m) == shared
    whole = m.shared_with(m)
    assert whole == (sum(m.stats().nodes.values()), m.stats().bytes)


def test_one_change_leaves_nearly_all_shared() -> None:
    m = PersistentMap.fromkeys(range(10_000))
    shared = m.shared_with(m.set(7, "seven"))
    assert shared.bytes > 0.9 * m.stats().bytes
    assert sum(m.stats().nodes.values()) - shared.nodes <= m.stats().depth_max + 1


@pytest.mark.parametrize("other", [{}, None, PersistentMap().mutate()], ids=repr)
def test_sharing_with_something_else_raises_type_error(other: Any) -> None:
    with pytest.raises(TypeError, match="expected a PersistentMap, not"):
        PersistentMap(a=1).shared_with(other)


# ---- to_dot ----


@pytest.mark.parametrize("name", TREES)
def test_drawing_shows_every_node_entry_and_child(name: str) -> None:
    m = trie(name)
    text = m.to_dot()
    count = sum(m.stats().nodes.values())
    lines = dot(text, "plain").splitlines()
    assert sum(line.startswith("node ") for line in lines) == count + 1
    assert sum(line.startswith("edge ") for line in lines) == count
    for key in m:
        assert f"{key!r}: 0</td>" in text


def test_node_that_versions_share_is_drawn_once_and_coloured() -> None:
    old = trie("everything-on-level-2")
    new = old.set(HashPathKey("000"), 1)
    text = old.to_dot(new)
    tables = re.findall(r'node\d+ \[label=<<table [^>]*bgcolor="(#\w+)"', text)
    shared = old.shared_with(new).nodes
    total = sum(sum(m.stats().nodes.values()) for m in (old, new))
    assert len(tables) == total - shared
    assert len(set(tables)) == 2
    assert sorted(map(tables.count, set(tables))) == sorted(
        (shared, total - 2 * shared)
    )
    assert re.findall(r"version (\d): (\d+) entries", text) == [
        ("1", "12"),
        ("2", "12"),
    ]
    dot(text, "svg")


def test_versions_of_one_root_point_to_it() -> None:
    m = trie("nine-in-one-branch")
    text = m.to_dot(m, m)
    assert text.count("-> node0") == 3
    assert text.count("label=<<table") == 1


def test_drawing_is_the_same_for_the_same_map() -> None:
    assert trie("two-collisions").to_dot() == trie("two-collisions").to_dot()


def test_drawing_of_empty_maps() -> None:
    text = PersistentMap().to_dot(PersistentMap(a=1))
    assert "version 1: 0 entries" in text
    assert "version 2: 1 entry" in text
    dot(text, "svg")


def test_texts_are_escaped_and_shortened() -> None:
    m = PersistentMap({'<b>&"': "x" * 1000, "\\n\n{|}": ["]]>"] * 100})
    svg = dot(m.to_dot(), "svg")
    texts = "".join(ElementTree.fromstring(svg).itertext())
    assert """'<b>&"'""" in texts
    assert "x" * 10 not in texts


def test_drawing_with_something_else_raises_type_error() -> None:
    with pytest.raises(TypeError, match="expected a PersistentMap, not 'dict'"):
        PersistentMap().to_dot({})


def test_what_a_repr_raises_is_raised() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        PersistentMap(a=Broken()).to_dot()


# ---- Notebooks ----


def test_notebook_shows_small_maps() -> None:
    svg = PersistentMap(a=1)._repr_svg_()
    assert ElementTree.fromstring(svg).tag.endswith("svg")


def test_notebook_does_not_draw_large_maps() -> None:
    assert PersistentMap.fromkeys(range(1000))._repr_svg_() is None


def test_drawing_is_absent_without_graphviz(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    assert shutil.which("dot"), "the tests need Graphviz"
    m = PersistentMap(a=1)
    assert hasattr(m, "_repr_svg_")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not hasattr(m, "_repr_svg_")
    with pytest.raises(AttributeError, match="Graphviz"):
        m._repr_svg_  # noqa: B018


# ---- IPython and rich ----


def printed(obj: object) -> str:
    console = Console(width=88, color_system=None)
    with console.capture() as capture:
        console.print(obj)
    return capture.get()


def test_ipython_prints_small_maps_whole() -> None:
    nested = PersistentMap(a=1, b=PersistentMap(c=["x"]))
    assert pretty(nested) == repr(nested)
    assert pretty(PersistentMap()) == "PersistentMap({})"
    assert pretty(Config(a=1)) == "Config({'a': 1})"


def test_ipython_breaks_lines_and_shortens_at_its_own_limit() -> None:
    m = PersistentMap.fromkeys(range(1000), "a value")
    lines = pretty(m, max_seq_length=10).splitlines()
    assert len(lines) == 11
    assert lines[1].startswith(" " * len("PersistentMap({"))
    assert lines[-1].strip() == "... 990 more})"


def test_ipython_prints_cycles() -> None:
    values: list[Any] = []
    m = PersistentMap(a=values)
    values.append(m)
    assert pretty(m) == "PersistentMap({'a': [PersistentMap(...)]})"


def test_rich_prints_small_maps_whole() -> None:
    assert printed(PersistentMap(a=1)) == "PersistentMap({'a': 1})\n"
    assert printed(Config(a=PersistentMap())) == "Config({'a': PersistentMap({})})\n"


def test_rich_shortens_large_maps() -> None:
    lines = printed(PersistentMap.fromkeys(range(1234))).splitlines()
    assert len(lines) == 1 + 1 + 100 + 1 + 1 + 1
    assert lines[-2].strip() == "... 1,134 more"
