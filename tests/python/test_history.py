# SPDX-License-Identifier: Apache-2.0
"""dump_versions and load_versions: every version comes back, and the sharing too."""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from conftest import ARRAY_LIMIT, check
from keys import HashPathKey
from pyhamt import PersistentMap, dump_versions, load_versions
from versions import KEY_MAKERS, edited, version_of

PLAIN_KEYS: dict[str, Callable[[int], Any]] = {
    "int": lambda i: i,
    "str": lambda i: f"key-{i}",
    "tuple": lambda i: (i,),
}


class Config(PersistentMap):
    """A subclass whose __init__ counts; it must not run."""

    made = 0

    def __init__(self, *args: object) -> None:
        Config.made += 1


class Slotted(PersistentMap):
    __slots__ = ("note",)


class Rewritten(PersistentMap):
    """A subclass with a pickle of its own."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Rewritten, ({**dict(self), "rewritten": True},)


def chain_of(
    first: PersistentMap, length: int, key_of: Callable[[int], Any]
) -> list[PersistentMap]:
    """Versions, each with one random change: mostly a key set, at times deleted."""
    rng = random.Random(1)
    history = [first]
    while len(history) < length:
        key = key_of(rng.randrange(2 * len(first)))
        last = history[-1]
        change = last.discard(key) if rng.random() < 0.25 else last.set(key, object)
        if change is not last:
            history.append(change)
    return history


def assert_same_versions(
    loaded: list[PersistentMap], history: list[PersistentMap]
) -> None:
    assert len(loaded) == len(history)
    for one, other in zip(loaded, history, strict=True):
        check(one)
        assert type(one) is type(other)
        assert one == other
        assert one.__reduce__()[2:] == other.__reduce__()[2:]


@pytest.mark.parametrize("kind", PLAIN_KEYS)
def test_100_versions_take_little_more_than_one(kind: str) -> None:
    key_of = PLAIN_KEYS[kind]
    history = [PersistentMap({key_of(i): i for i in range(1000)})]
    for i in range(99):
        history.append(history[-1].set(key_of(i * 7 % 1000), 1000 + i))
    data = dump_versions(history)
    one = pickle.dumps(history[0], protocol=5)
    assert len(data) < 1.3 * len(one)
    assert_same_versions(load_versions(data), history)


@pytest.mark.parametrize("kind", KEY_MAKERS)
def test_loaded_versions_share_their_nodes(kind: str) -> None:
    key_of = KEY_MAKERS[kind]
    first = PersistentMap({key_of(i): i for i in range(1000)})
    loaded = load_versions(dump_versions(chain_of(first, 100, key_of)))
    for before, after in pairwise(loaded):
        own = sum(after.stats().nodes.values()) - before.shared_with(after).nodes
        # One path is new; a deletion may fold a collision node into it.
        assert own <= after.stats().depth_max + 2


@pytest.mark.parametrize("kind", KEY_MAKERS)
@pytest.mark.parametrize("size", [0, 1, ARRAY_LIMIT, ARRAY_LIMIT + 1, 300])
def test_versions_of_every_size_come_back(kind: str, size: int) -> None:
    entries = {KEY_MAKERS[kind](i): (i,) for i in range(size)}
    first = PersistentMap(entries)
    history = [first]
    for seed in range(5):
        history.append(version_of(history[-1], edited(entries, seed)))
    random.Random(1).shuffle(history)
    assert_same_versions(load_versions(dump_versions(history)), history)


def test_any_iterable_is_taken() -> None:
    history = [PersistentMap.fromkeys(range(n)) for n in range(0, 100, 10)]
    assert load_versions(dump_versions(iter(history))) == history
    assert load_versions(dump_versions([])) == []


def test_unrelated_maps_come_back() -> None:
    history = [PersistentMap({(n, i): n for i in range(100)}) for n in range(5)]
    assert_same_versions(load_versions(dump_versions(history)), history)


def test_version_that_occurs_twice_is_one_object() -> None:
    old = PersistentMap.fromkeys(range(100))
    new = old.set("new", 1)
    loaded = load_versions(dump_versions([old, new, old, new]))
    assert loaded == [old, new, old, new]
    assert loaded[0] is loaded[2]
    assert loaded[1] is loaded[3]


def test_small_maps_keep_their_order() -> None:
    history = [PersistentMap(a=1, b=2, c=3), PersistentMap(c=3, b=2, a=1)]
    loaded = load_versions(dump_versions(history))
    assert [list(m) for m in loaded] == [["a", "b", "c"], ["c", "b", "a"]]


def test_maps_within_a_map_are_shared_too() -> None:
    inner = PersistentMap.fromkeys(range(1000))
    history = [PersistentMap({"inner": inner, **dict.fromkeys(range(100))})]
    for i in range(100):
        history.append(history[-1].set_in(["inner", i], i))
    one, all_of_them = (dump_versions(part) for part in (history[:1], history))
    assert len(all_of_them) < 1.7 * len(one)
    loaded = load_versions(all_of_them)
    assert_same_versions(loaded, history)
    first, last = loaded[0]["inner"], loaded[1]["inner"]
    assert first.shared_with(last).nodes > 0.9 * sum(first.stats().nodes.values())


def test_values_that_are_one_object_stay_one() -> None:
    shared: list[int] = [1]
    old = PersistentMap.fromkeys(range(100)).set("a", shared)
    one, other = load_versions(dump_versions([old, old.set("b", shared)]))
    assert one["a"] is other["a"] is other["b"]


def test_cycles_through_a_version_come_back() -> None:
    values: list[Any] = []
    old = PersistentMap.fromkeys(range(100)).set("values", values)
    new = old.set(7, "seven")
    values += [old, new]
    one, other = load_versions(dump_versions([old, new]))
    assert one["values"] is other["values"]
    assert one["values"][0] is one
    assert one["values"][1] is other


def test_subclasses_keep_class_and_attributes() -> None:
    old = Config(dict.fromkeys(range(100)))
    old.name = "old"
    new = old.set(7, "seven")
    new.name = "new"
    renamed = Config(new)
    renamed.name = "renamed"
    plain = PersistentMap(new)
    made = Config.made
    history = [old, new, renamed, plain, old.delete(3)]
    loaded = load_versions(dump_versions(history))
    assert Config.made == made
    assert_same_versions(loaded, history)
    assert [m.__dict__ for m in (*loaded[:3], loaded[4])] == [
        {"name": "old"},
        {"name": "new"},
        {"name": "renamed"},
        {},
    ]


def test_slots_of_subclasses_are_kept() -> None:
    old = Slotted(dict.fromkeys(range(100)))
    old.note = "old"
    new = old.set(7, "seven")
    new.note = "new"
    loaded = load_versions(dump_versions([old, new]))
    assert loaded == [old, new]
    assert [m.note for m in loaded] == ["old", "new"]


def test_subclass_with_its_own_pickle_is_asked() -> None:
    old = Rewritten(dict.fromkeys(range(100)))
    loaded = load_versions(dump_versions([old, old.set(7, "seven")]))
    assert [m["rewritten"] for m in loaded] == [True, True]


def test_bytes_are_a_pickle_of_the_list() -> None:
    history = chain_of(PersistentMap.fromkeys(range(100)), 5, lambda i: i)
    assert pickle.loads(dump_versions(history)) == history


@pytest.mark.parametrize(
    "versions", [[{}], [PersistentMap(), None], PersistentMap(a=1)], ids=repr
)
def test_dumping_something_else_raises_type_error(versions: Any) -> None:
    with pytest.raises(TypeError, match="dump_versions expected PersistentMaps, got"):
        dump_versions(versions)


@pytest.mark.parametrize("data", [{}, PersistentMap(), [PersistentMap(), 1]], ids=repr)
def test_loading_something_else_raises_value_error(data: Any) -> None:
    with pytest.raises(ValueError, match="expected"):
        load_versions(pickle.dumps(data))


def test_loading_cut_off_bytes_raises() -> None:
    data = dump_versions(chain_of(PersistentMap.fromkeys(range(100)), 5, lambda i: i))
    for length in range(len(data)):
        with pytest.raises((pickle.UnpicklingError, EOFError)):
            load_versions(data[:length])


def test_value_that_cannot_be_pickled_raises_and_changes_nothing() -> None:
    old = PersistentMap.fromkeys(range(100))
    new = old.set(7, lambda: None)
    with pytest.raises((pickle.PicklingError, AttributeError)):
        dump_versions([old, new])
    check(new)
    assert load_versions(dump_versions([old, new.set(7, 7)]))[1][7] == 7


def test_keys_that_collide_deeper_in_the_next_version_come_back() -> None:
    """A new key pushes a collision node down, which both versions share."""
    old = PersistentMap.fromkeys(
        [HashPathKey("31", i) for i in range(5)] + [HashPathKey(d) for d in "0124567"]
    )
    new = old.set(HashPathKey("312"), None)
    history = [old, new, old]
    loaded = load_versions(dump_versions(history))
    assert_same_versions(loaded, history)
    assert loaded[0].shared_with(loaded[1]).nodes == 1
