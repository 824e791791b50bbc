# SPDX-License-Identifier: Apache-2.0
"""The shape of trees: what `_figures()` counts, `_dump()` draws and `_check()` accepts.

The trees are those of `keys.py`. Each is described here node by node, and the figures,
bytes included, are worked out from the layouts that `Node.swift` draws. The shape of a
trie follows from its keys alone: no order of insertion and no key that came and went
leaves a trace.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

import pytest

from keys import (
    DIGITS,
    LEVELS,
    TREES,
    HashPathKey,
    folded,
    hash_of_path,
    path_keys,
    unfolded,
)
from pyhamt import PersistentMap

# Bytes of the header that every node shares with Python's objects.
HEADER = object.__basicsize__


class Node(NamedTuple):
    """A node of an expected tree."""

    kind: str
    level: int
    entries: int
    children: int = 0

    def byte_count(self) -> int:
        if self.kind == "array":
            return HEADER + 32 + 24 * self.entries
        if self.kind == "collision":
            return HEADER + 32 + 16 * self.entries
        # A branch with children keeps count and hash, one of many entries its hash.
        kept = 16 if self.children else 8 if self.entries > 8 else 0
        return HEADER + 8 + 8 * self.children + 16 * self.entries + kept


def array(entries: int) -> Node:
    return Node("array", 0, entries)


def branch(level: int, entries: int, children: int = 0) -> Node:
    return Node("branch", level, entries, children)


def collision(level: int, entries: int) -> Node:
    return Node("collision", level, entries)


NODES = {
    "single": [array(1)],
    "array-of-eight": [array(8)],
    "nine-in-one-branch": [branch(0, 9)],
    "full-node-of-32": [branch(0, 32)],
    "everything-on-level-2": [
        branch(0, 0, 2),
        *[branch(1, 0, 2)] * 2,
        *[branch(2, 3)] * 4,
    ],
    "chain-left": [*(branch(level, 1, 1) for level in range(12)), branch(12, 2)],
    "collision-alone": [branch(0, 0, 1), collision(1, 9)],
    "collision-at-level-1": [branch(0, 7, 1), collision(1, 2)],
    "collision-beside-entry": [branch(0, 6, 1), branch(1, 1, 1), collision(2, 2)],
    "collision-below-chain-of-12": [
        *(branch(level, 0, 1) for level in range(12)),
        branch(12, 1, 1),
        collision(13, 8),
    ],
    "two-collisions": [branch(0, 0, 1), branch(1, 0, 2), *[collision(2, 5)] * 2],
}

TRIES = [name for name, nodes in NODES.items() if nodes[0].kind == "branch"]


def figures(nodes: list[Node]) -> dict[str, object]:
    """What `_figures()` says of a tree whose keys the cycle collector tracks."""
    entries = sum(node.entries for node in nodes)
    branches = [node for node in nodes if node.kind == "branch"]
    collisions = [node for node in nodes if node.kind == "collision"]
    used = sum(node.entries + node.children for node in branches)
    size = sum(node.byte_count() for node in nodes)
    return {
        "entries": entries,
        "kind": "hamt" if branches else "array",
        "array_nodes": len(nodes) - len(branches) - len(collisions),
        "branch_nodes": len(branches),
        "collision_nodes": len(collisions),
        "tracked_nodes": len(nodes),
        "depth_mean": sum(node.level * node.entries for node in nodes) / entries,
        "depth_max": max(node.level for node in nodes if node.entries),
        "bitmap_utilisation": used / (32 * len(branches)) if branches else 0.0,
        "collision_entries": sum(node.entries for node in collisions),
        "bytes": size,
        "bytes_per_entry": size / entries,
    }


def map_of(keys: Iterable[object]) -> PersistentMap:
    """A map of these keys, set one after the other, each step checked."""
    result = PersistentMap()
    for key in keys:
        result = result.set(key, None)
        result._check()
    return result


def without(original: PersistentMap, keys: Iterable[object]) -> PersistentMap:
    """The map after deleting these keys one after the other, each step checked."""
    for key in keys:
        original = original.delete(key)
        original._check()
    return original


def tree(name: str) -> PersistentMap:
    return map_of(path_keys(TREES[name]))


def drawing(drawn: PersistentMap) -> str:
    """The drawing of a trie, with colliding keys, which have no order, sorted."""
    lines = []
    groups = groupby(
        drawn._dump().splitlines(), lambda line: line.lstrip().startswith("key ")
    )
    for is_collision, group in groups:
        lines += sorted(group) if is_collision else group
    return "\n".join(lines)


def drawn(text: str) -> str:
    """An expected drawing: the words of one line, a slash for each line."""
    return "\n".join(line.strip(" ").replace(">", "  ") for line in text.split("/"))


def neighbours_of(keys: list[HashPathKey], rng: random.Random) -> list[HashPathKey]:
    """Keys that leave the paths of these at every level, and keys that share them."""
    others = set()
    for key in keys:
        path = key.digits.ljust(LEVELS, "0")
        level = rng.randrange(LEVELS)
        others.add(HashPathKey(path[:level] + rng.choice(DIGITS[1:16])))
        others.add(HashPathKey(key.digits, rng.randrange(100, 103)))
    return sorted(others - set(keys), key=repr)


# ---- The keys themselves -------------------------------------------------------------


def test_every_tree_of_the_key_module_is_described_here() -> None:
    assert NODES.keys() == TREES.keys()


def test_unfolding_is_the_inverse_of_folding() -> None:
    rng = random.Random(1)
    words = [0, 1, 2**63, 2**64 - 1, *(rng.getrandbits(64) for _ in range(1000))]
    assert [folded(unfolded(word)) for word in words] == words
    assert [unfolded(folded(word)) for word in words] == words


def test_key_has_the_hash_that_its_path_asks_for() -> None:
    assert hash(HashPathKey("31A")) == hash_of_path("31A")
    assert folded(hash_of_path("31A") % 2**64) == 3 | 1 << 5 | 10 << 10


def test_star_gives_different_keys_of_one_hash() -> None:
    keys = path_keys("42*5")
    assert len(set(keys)) == 5
    assert len({hash(key) for key in keys}) == 1


@pytest.mark.parametrize("digits", ["0" * 14, "000000000000G", "W", "-"])
def test_path_that_no_hash_has_is_refused(digits: str) -> None:
    with pytest.raises(ValueError, match=r"longer than|substring not found"):
        HashPathKey(digits)


def test_path_of_the_hash_minus_one_is_refused() -> None:
    path = folded(2**64 - 1)
    digits = "".join(DIGITS[path >> 5 * level & 31] for level in range(LEVELS))
    with pytest.raises(ValueError, match="never -1"):
        HashPathKey(digits)


# ---- Figures -------------------------------------------------------------------------


@pytest.mark.parametrize("name", TREES)
def test_figures_are_those_of_the_nodes(name: str) -> None:
    assert tree(name)._figures() == pytest.approx(figures(NODES[name]))


@pytest.mark.parametrize("name", TREES)
def test_size_is_that_of_the_map_object_and_its_nodes(name: str) -> None:
    nodes = sum(node.byte_count() for node in NODES[name])
    assert sys.getsizeof(tree(name)) == sys.getsizeof(PersistentMap()) + nodes


def test_figures_of_the_empty_map_are_zero() -> None:
    stats = PersistentMap()._figures()
    assert stats.pop("kind") == "array"
    assert stats.keys() == figures([array(1)]).keys() - {"kind"}
    assert set(stats.values()) == {0}


@pytest.mark.parametrize("count", [1, 8, 9, 32])
def test_nodes_of_untracked_keys_are_untracked(count: int) -> None:
    nodes = [array(count) if count <= 8 else branch(0, count)]
    expected = figures(nodes) | {"tracked_nodes": 0}
    assert map_of(range(count))._figures() == pytest.approx(expected)


# ---- Drawings ------------------------------------------------------------------------


def test_empty_map_is_drawn_as_a_word() -> None:
    assert PersistentMap()._dump() == "empty\n"


def test_array_is_drawn_in_order_of_insertion() -> None:
    dump = map_of(path_keys("5 31A 0*2"))._dump()
    assert dump == "array 4\n  key 5\n  key 31A\n  key 0\n  key 0#1\n"


def test_key_lies_on_the_path_that_it_is_given_by() -> None:
    keys = path_keys("31A 31B 32 4 5 6 7 8 9")
    assert drawing(map_of(keys)) == drawn(
        "branch 9"
        "/>3: branch 3"
        "/>>1: branch 2"
        "/>>>A: key 31A/>>>B: key 31B"
        "/>>2: key 32"
        "/>4: key 4/>5: key 5/>6: key 6/>7: key 7/>8: key 8/>9: key 9"
    )


DRAWINGS = {
    "nine-in-one-branch": drawn(
        "branch 9"
        "/>0: key 0/>1: key 1/>2: key 2/>3: key 3/>4: key 4"
        "/>5: key 5/>6: key 6/>7: key 7/>8: key 8"
    ),
    "everything-on-level-2": drawn(
        "branch 12"
        "/>0: branch 6"
        "/>>0: branch 3/>>>0: key 000/>>>1: key 001/>>>2: key 002"
        "/>>1: branch 3/>>>0: key 010/>>>1: key 011/>>>2: key 012"
        "/>1: branch 6"
        "/>>0: branch 3/>>>0: key 100/>>>1: key 101/>>>2: key 102"
        "/>>1: branch 3/>>>0: key 110/>>>1: key 111/>>>2: key 112"
    ),
    "collision-at-level-1": drawn(
        "branch 9"
        "/>0: key 0/>1: key 1/>2: key 2/>3: key 3/>4: key 4/>5: key 5/>6: key 6"
        "/>7: collision 2/>>key 7/>>key 7#1"
    ),
    "collision-beside-entry": drawn(
        "branch 9"
        "/>0: key 0"
        "/>1: branch 3"
        "/>>1: key 11"
        "/>>2: collision 2/>>>key 12/>>>key 12#1"
        "/>3: key 3/>4: key 4/>5: key 5/>6: key 6/>7: key 7"
    ),
    "two-collisions": drawn(
        "branch 10"
        "/>3: branch 10"
        "/>>1: collision 5"
        "/>>>key 31/>>>key 31#1/>>>key 31#2/>>>key 31#3/>>>key 31#4"
        "/>>2: collision 5"
        "/>>>key 32/>>>key 32#1/>>>key 32#2/>>>key 32#3/>>>key 32#4"
    ),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_drawing_shows_the_tree(name: str) -> None:
    assert drawing(tree(name)) == DRAWINGS[name]


def test_chain_is_drawn_down_to_the_last_level() -> None:
    lines = tree("collision-below-chain-of-12")._dump().splitlines()
    assert lines[0] == "branch 9"
    for level in range(1, 13):
        assert lines[level] == "  " * level + "0: branch 9"
    assert lines[13] == "  " * 13 + "0: collision 8"
    assert lines[-1] == "  " * 13 + "1: key 0000000000001"


# ---- One set of keys, one shape ------------------------------------------------------


@pytest.mark.parametrize("name", TRIES)
def test_order_of_insertion_leaves_no_trace(name: str) -> None:
    keys = path_keys(TREES[name])
    rng = random.Random(name)
    for _ in range(10):
        expected = drawing(map_of(keys))
        rng.shuffle(keys)
        assert drawing(map_of(keys)) == expected


@pytest.mark.parametrize("name", TRIES)
def test_way_of_making_a_map_leaves_no_trace(name: str) -> None:
    keys = path_keys(TREES[name])
    expected = drawing(map_of(keys))
    first, second = map_of(keys[::2]), map_of(keys[1::2])
    made = [
        PersistentMap(dict.fromkeys(keys)),
        PersistentMap((key, None) for key in keys),
        PersistentMap.fromkeys(keys),
        first | second,
        second | first,
        PersistentMap().update(first, dict.fromkeys(keys)),
    ]
    for each in made:
        each._check()
        assert drawing(each) == expected


@pytest.mark.parametrize("name", TRIES)
def test_keys_that_came_and_went_leave_no_trace(name: str) -> None:
    keys = path_keys(TREES[name])
    rng = random.Random(name)
    original = map_of(keys)
    for _ in range(10):
        others = neighbours_of(keys, rng)
        mixed = keys + others
        rng.shuffle(mixed)
        rng.shuffle(others)
        assert drawing(without(map_of(mixed), others)) == drawing(original)


# ---- Folding -------------------------------------------------------------------------


def test_lone_entry_folds_up_a_whole_chain() -> None:
    first, second, *others = path_keys("0000000000001 0000000000002 1 2 3 4 5 6 7")
    deep = map_of([first, second, *others])
    assert deep._figures()["depth_max"] == 12
    folded_up = without(deep, [second])
    assert folded_up._figures() == pytest.approx(figures([branch(0, 8)]))


def test_collision_left_alone_folds_up_to_the_root() -> None:
    deep = tree("collision-below-chain-of-12")
    folded_up = without(deep, path_keys("0000000000001"))
    nodes = [branch(0, 0, 1), collision(1, 8)]
    assert folded_up._figures() == pytest.approx(figures(nodes))


def test_collision_left_alone_stops_beside_an_entry() -> None:
    others = path_keys("012 1 2 3 4 5 6")
    deep = map_of([*path_keys("0110000000001*2 0110000000002"), *others])
    assert deep._figures()["depth_max"] == 13
    folded_up = without(deep, path_keys("0110000000002"))
    nodes = [branch(0, 6, 1), branch(1, 0, 1), branch(2, 1, 1), collision(3, 2)]
    assert folded_up._figures() == pytest.approx(figures(nodes))


def test_last_of_colliding_keys_becomes_an_entry_of_the_branch_above() -> None:
    beside = tree("collision-beside-entry")
    second = path_keys("12*2")[1]
    nodes = [branch(0, 6, 1), branch(1, 2)]
    assert without(beside, [second])._figures() == pytest.approx(figures(nodes))


def test_last_of_colliding_keys_folds_up_a_whole_chain() -> None:
    deep = tree("collision-below-chain-of-12")
    first, *others = path_keys("0*8")
    nodes = [*(branch(level, 0, 1) for level in range(12)), branch(12, 2)]
    assert without(deep, others)._figures() == pytest.approx(figures(nodes))
    alone = without(deep, [*others, *path_keys("0000000000001")])
    assert alone._dump() == f"branch 1\n  0: key {first}\n"


def test_chain_grows_shorter_by_one_node_with_each_of_its_keys() -> None:
    chain = tree("chain-left")
    for last in range(11, -1, -1):
        chain = without(chain, path_keys("0" * (last + 1) + "1"))
        nodes = [*(branch(level, 1, 1) for level in range(last)), branch(last, 2)]
        assert chain._figures() == pytest.approx(figures(nodes))


@pytest.mark.parametrize("name", TRIES)
def test_trie_does_not_become_an_array_by_deletion(name: str) -> None:
    first, *others = path_keys(TREES[name])
    one = without(tree(name), others)
    assert one._dump() == f"branch 1\n  {first.digits[0]}: key {first}\n"
    empty = without(one, [first])
    assert empty._dump() == "empty\n"
    assert map_of([first])._figures()["kind"] == "array"


def test_array_stays_an_array_down_to_its_last_entry() -> None:
    shrinking = tree("array-of-eight")
    for count, key in zip(range(7, 0, -1), path_keys("0 7 3 4 1 6 2"), strict=True):
        shrinking = without(shrinking, [key])
        assert shrinking._figures() == pytest.approx(figures([array(count)]))
    assert shrinking._dump() == "array 1\n  key 5\n"
