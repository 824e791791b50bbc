# SPDX-License-Identifier: Apache-2.0
"""MapMutation: edits beside a dict's, what finishing gives, and code that runs in the
middle of an edit.

What could crash the interpreter runs in a child process.
"""

from __future__ import annotations

import copy
import gc
import operator
import pickle
import random
import weakref
from collections.abc import (
    Callable,
    ItemsView,
    Iterator,
    KeysView,
    MutableMapping,
    ValuesView,
)
from threading import Thread
from typing import Any

import pytest

from child import run_child
from conftest import Entries, entries_of
from hostile import KINDS, Key, hooked, keys_of, map_of
from keys import TREES, HashPathKey
from pyhamt import MapMutation, PersistentMap

FINISHED = r"^this mutation is finished$"
BUSY = r"^this mutation is being edited already$"


def whole(m: PersistentMap) -> PersistentMap:
    """The map, its invariants checked."""
    m._check()
    return m


# ---- Random programs -----------------------------------------------------------------

# An edit, or a read, of a target with two keys and two values.
Act = Callable[[Any, Any, Any, Any, Any], object]


def same(act: Act) -> tuple[Act, Act]:
    """What is written alike for a mutation and for a dict."""
    return act, act


def popped_item(mutation: MapMutation, model: Entries) -> None:
    """A mutation gives some item, a dict the last."""
    if model:
        key, value = mutation.popitem()
        assert model.pop(key) is value
    else:
        with pytest.raises(KeyError):
            mutation.popitem()


def drop(target: Entries, key: Any) -> None:
    target.pop(key, None)


ACTS: dict[str, tuple[Act, Act]] = {
    "[]=": same(lambda t, k, v, k2, v2: operator.setitem(t, k, v)),
    "del": same(lambda t, k, v, k2, v2: operator.delitem(t, k)),
    "set": (
        lambda t, k, v, k2, v2: t.set(k, v),
        lambda t, k, v, k2, v2: operator.setitem(t, k, v),
    ),
    "delete": (
        lambda t, k, v, k2, v2: t.delete(k),
        lambda t, k, v, k2, v2: operator.delitem(t, k),
    ),
    "discard": (
        lambda t, k, v, k2, v2: t.discard(k),
        lambda t, k, v, k2, v2: drop(t, k),
    ),
    "pop": same(lambda t, k, v, k2, v2: t.pop(k)),
    "pop or": same(lambda t, k, v, k2, v2: t.pop(k, v)),
    "setdefault": same(lambda t, k, v, k2, v2: t.setdefault(k, v)),
    "setdefault None": same(lambda t, k, v, k2, v2: t.setdefault(k)),
    "update mapping": same(lambda t, k, v, k2, v2: t.update({k: v, k2: v2}, name=v)),
    "update pairs": same(lambda t, k, v, k2, v2: t.update([(k, v), (k2, v2)])),
    "update map": same(lambda t, k, v, k2, v2: t.update(PersistentMap({k: v, k2: v2}))),
    "[]": same(lambda t, k, v, k2, v2: t[k]),
    "get": same(lambda t, k, v, k2, v2: t.get(k)),
    "get or": same(lambda t, k, v, k2, v2: t.get(k, v)),
    "in": same(lambda t, k, v, k2, v2: k in t),
    "in keys": same(lambda t, k, v, k2, v2: k in t.keys()),  # noqa: SIM118
    "in items": same(lambda t, k, v, k2, v2: (k, v) in t.items()),
    "in values": same(lambda t, k, v, k2, v2: v in t.values()),
}

POOL = [
    *("0", "1", "2", "3", "4", "5", "V", "01", "011", "0111"),
    *TREES["chain-left"].split()[6:],
]

POOLS: dict[str, Callable[[int], Any]] = {
    "int": lambda number: number,
    # A new object each time, equal to the last of its number; six to a hash.
    "colliding": lambda number: HashPathKey("012"[number % 3], number % 18),
    "deep": lambda number: HashPathKey(POOL[number % len(POOL)], number // len(POOL)),
}

# Few, so that edits often set what is there; the list makes nodes tracked.
VALUES = ("one", 2, ("three", 3), ["four"])


def outcome(act: Act, target: Any, *arguments: Any) -> tuple[Any, ...]:
    try:
        return ("gave", act(target, *arguments))
    except KeyError as error:
        return (KeyError, *error.args)


def identities(mapping: Any) -> set[tuple[int, int]]:
    """The keys and values of a mapping, each by its identity."""
    return {(id(key), id(value)) for key, value in mapping.items()}


class Edited:
    """A mutation, and a dict that is edited alike."""

    def __init__(self, origin: PersistentMap, entries: Entries) -> None:
        self.origin = origin
        self.mutation = origin.mutate()
        self.model = dict(entries)
        self.has_changed = False

    def act(self, rng: random.Random, key_of: Callable[[int], Any]) -> None:
        before = identities(self.model)
        chance = rng.random()
        if chance < 0.01:
            self.mutation.clear()
            self.model.clear()
        elif chance < 0.05:
            popped_item(self.mutation, self.model)
        else:
            ours, theirs = ACTS[rng.choice(list(ACTS))]
            first, second = key_of(rng.randrange(60)), key_of(rng.randrange(60))
            arguments = (first, rng.choice(VALUES), second, rng.choice(VALUES))
            found = outcome(ours, self.mutation, *arguments)
            expected = outcome(theirs, self.model, *arguments)
            assert len(found) == len(expected)
            assert all(map(operator.is_, found, expected)), (found, expected)
        self.has_changed |= identities(self.model) != before

    def check(self) -> None:
        mutation, model = self.mutation, self.model
        assert len(mutation) == len(model)
        assert mutation == model
        assert set(mutation) == mutation.keys() == model.keys()
        assert identities(mutation) == identities(model)

    def finish(self) -> PersistentMap:
        self.check()
        result = whole(self.mutation.finish())
        assert self.has_changed or result is self.origin
        return result


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("seed", range(4))
def test_random_programs_do_what_a_dict_does(pool: str, seed: int) -> None:
    """Several mutations are open at a time, of versions that share nodes."""
    rng = random.Random(seed)
    start = {POOLS[pool](number): rng.choice(VALUES) for number in range(0, 60, 2)}
    versions: list[tuple[PersistentMap, Entries]] = [
        (PersistentMap(), {}),
        (PersistentMap(start), start),
    ]
    mutations: list[Edited] = []
    for _ in range(1500):
        if len(mutations) < 4:
            mutations.append(Edited(*rng.choice(versions)))
        edited = rng.choice(mutations)
        edited.act(rng, POOLS[pool])
        if rng.random() < 0.04:
            mutations.remove(edited)
            versions.append((edited.finish(), edited.model))
    for m, model in versions:
        assert identities(whole(m)) == identities(model)
    for edited in mutations:
        edited.check()


def test_each_edit_leaves_the_map_and_its_versions_as_they_were(
    entries: Entries,
) -> None:
    m = PersistentMap(entries)
    m.set("other", 1)
    mutation = m.mutate()
    for number, key in enumerate(entries):
        if number % 3:
            mutation[key] = "edited"
        else:
            del mutation[key]
    mutation.update({f"new-{number}": number for number in range(40)})
    assert identities(whole(m)) == identities(entries)
    result = whole(mutation.finish())
    mutation = result.mutate()
    mutation.clear()
    assert len(whole(mutation.finish())) == 0
    assert len(whole(result)) == len(entries) - (len(entries) + 2) // 3 + 40
    assert identities(whole(m)) == identities(entries)


# ---- Finishing -----------------------------------------------------------------------

EDITS: dict[str, Callable[[MapMutation, Any], object]] = {
    "[]=": lambda mm, key: operator.setitem(mm, key, "new"),
    "del": lambda mm, key: operator.delitem(mm, key),
    "set": lambda mm, key: mm.set(key, "new"),
    "delete": lambda mm, key: mm.delete(key),
    "discard": lambda mm, key: mm.discard(key),
    "pop": lambda mm, key: mm.pop(key),
    "pop or": lambda mm, key: mm.pop(key, "default"),
    "popitem": lambda mm, key: mm.popitem(),
    "update": lambda mm, key: mm.update({key: "new"}),
    "clear": lambda mm, key: mm.clear(),
}


@pytest.mark.parametrize("key", ["here", "absent"])
@pytest.mark.parametrize("edit", EDITS)
def test_edit_after_finishing_raises_value_error(edit: str, key: str) -> None:
    for m in (PersistentMap(here=1), PersistentMap(entries_of("int", 50), here=1)):
        mutation = m.mutate()
        mutation.set("other", 2)
        result = mutation.finish()
        with pytest.raises(ValueError, match=FINISHED):
            EDITS[edit](mutation, key)
        assert mutation.finish() is result
        assert result == m.set("other", 2)


def test_edit_of_an_empty_finished_mutation_raises_value_error() -> None:
    mutation = PersistentMap().mutate()
    mutation.finish()
    for edit in EDITS.values():
        with pytest.raises(ValueError, match=FINISHED):
            edit(mutation, "absent")
    with pytest.raises(ValueError, match=FINISHED):
        mutation.setdefault("absent", 1)


def test_reads_go_on_after_finishing(entries: Entries) -> None:
    mutation = PersistentMap(entries).mutate()
    mutation["new"] = 1
    keys = mutation.keys()
    iterator = iter(mutation)
    result = mutation.finish()
    assert set(iterator) == set(keys) == set(mutation) == set(result)
    assert len(mutation) == len(result) == len(entries) + 1
    assert mutation["new"] == mutation.get("new") == mutation.setdefault("new") == 1
    assert "absent" not in mutation
    assert mutation == result
    assert identities(mutation) == identities(result)


def test_finishing_again_gives_the_same_map() -> None:
    mutation = PersistentMap(a=1).mutate()
    mutation["b"] = 2
    assert mutation.finish() is mutation.finish()
    with mutation as entered:
        assert entered is mutation
    assert mutation.finish() == {"a": 1, "b": 2}


VALUE = ["value"]

NO_CHANGES: dict[str, Callable[[MapMutation], object]] = {
    "nothing": lambda mm: None,
    "set": lambda mm: mm.set("here", VALUE),
    "[]=": lambda mm: operator.setitem(mm, "here", VALUE),
    "discard": lambda mm: mm.discard("absent"),
    "pop": lambda mm: mm.pop("absent", None),
    "setdefault": lambda mm: mm.setdefault("here", 1),
    "update with nothing": lambda mm: mm.update({}, []),
    "update with what is there": lambda mm: mm.update([("here", VALUE)], here=VALUE),
    "update with itself": lambda mm: mm.update(mm),
    "reads": lambda mm: (list(mm.items()), "here" in mm, mm.get("absent"), mm == {}),
}


@pytest.mark.parametrize("edit", NO_CHANGES)
def test_finish_gives_the_original_when_no_edit_changed_anything(
    entries: Entries, edit: str
) -> None:
    m = PersistentMap(entries, here=VALUE)
    mutation = m.mutate()
    NO_CHANGES[edit](mutation)
    assert mutation.finish() is m


def test_failed_edits_change_nothing(entries: Entries) -> None:
    m = PersistentMap(entries)
    mutation = m.mutate()
    with pytest.raises(KeyError):
        mutation.delete("absent")
    with pytest.raises(KeyError):
        mutation.pop("absent")
    with pytest.raises(TypeError):
        mutation.set([], 1)
    with pytest.raises(TypeError):
        mutation.update(1)
    assert mutation.finish() is m


def test_failed_update_keeps_what_it_did_before() -> None:
    mutation = PersistentMap(a=1).mutate()
    with pytest.raises(TypeError, match="unhashable"):
        mutation.update([("b", 2), ([], 3), ("c", 4)])
    assert mutation.finish() == {"a": 1, "b": 2}


def test_context_manager_finishes_and_lets_exceptions_out() -> None:
    m = PersistentMap(a=1)
    with m.mutate() as mutation:
        mutation["b"] = 2
    with pytest.raises(ValueError, match=FINISHED):
        mutation["c"] = 3
    assert mutation.finish() == {"a": 1, "b": 2}
    with pytest.raises(ZeroDivisionError), m.mutate() as mutation:
        mutation["b"] = 1 // 0
    with pytest.raises(ValueError, match=FINISHED):
        mutation["c"] = 3
    assert mutation.finish() is m


# ---- The protocol --------------------------------------------------------------------


def test_mutation_is_a_mutable_mapping() -> None:
    mutation = PersistentMap().mutate()
    assert isinstance(mutation, MutableMapping)
    required = {name for name in dir(MutableMapping) if not name.startswith("_")}
    assert required <= set(dir(mutation))


def test_mutation_is_made_by_a_map_only() -> None:
    with pytest.raises(TypeError):
        MapMutation()
    with pytest.raises(TypeError):
        type("Sub", (MapMutation,), {})


def test_mutation_is_unhashable() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(PersistentMap().mutate())


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_raises_type_error(protocol: int) -> None:
    mutation = PersistentMap(a=1).mutate()
    for _ in range(2):
        with pytest.raises(TypeError, match="cannot pickle 'MapMutation'"):
            pickle.dumps([mutation], protocol)
        mutation.finish()


def test_copying_raises_type_error() -> None:
    mutation = PersistentMap(a=1).mutate()
    for copying in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            copying(mutation)


@pytest.mark.parametrize("key", ["absent", (), (1, 2), ((1, 2),), None])
def test_key_error_has_the_key_itself(key: Any) -> None:
    mutation = PersistentMap(a=1).mutate()
    for act in (
        operator.getitem,
        operator.delitem,
        MapMutation.delete,
        MapMutation.pop,
    ):
        with pytest.raises(KeyError) as caught:
            act(mutation, key)
        (found,) = caught.value.args
        assert found is key


WRONG_CALLS: dict[str, Callable[[Any], Any]] = {
    "get without": lambda m: m.get(),
    "get of three": lambda m: m.get("a", 1, 2),
    "get with other keyword": lambda m: m.get("a", other=1),
    "set of one": lambda m: m.set("a"),
    "set of three": lambda m: m.set("a", 1, 2),
    "pop without": lambda m: m.pop(),
    "pop of three": lambda m: m.pop("a", 1, 2),
    "setdefault without": lambda m: m.setdefault(),
    "setdefault of three": lambda m: m.setdefault("a", 1, 2),
}


@pytest.mark.parametrize("call", WRONG_CALLS)
def test_wrong_call_raises_type_error_that_names_the_method(call: str) -> None:
    mutation = PersistentMap(a=1).mutate()
    method = call.partition(" ")[0]
    with pytest.raises(TypeError, match=rf"^MapMutation\.{method} "):
        WRONG_CALLS[call](mutation)
    assert mutation == {"a": 1}


def test_unhashable_key_raises_type_error() -> None:
    mutation = PersistentMap(a=1).mutate()
    for act in (
        lambda: mutation[[]],
        lambda: [] in mutation,
        lambda: mutation.get([]),
        lambda: mutation.set([], 1),
        lambda: mutation.delete([]),
        lambda: mutation.discard([]),
        lambda: mutation.pop([], 1),
        lambda: mutation.setdefault([], 1),
        lambda: mutation.update([([], 1)]),
    ):
        with pytest.raises(TypeError, match="unhashable type: 'list'"):
            act()
    assert mutation == {"a": 1}


def test_equality_is_that_of_the_entries(entries: Entries) -> None:
    m = PersistentMap(entries)
    one, other = m.mutate(), m.mutate()
    assert one == other == m == one == entries == one
    other["new"] = 1
    assert one != other
    assert other != m
    assert other != entries
    assert one.__eq__(1) is NotImplemented
    with pytest.raises(TypeError):
        one < other  # noqa: B015


def test_repr_shows_the_entries_and_ends() -> None:
    mutation = PersistentMap(a=1).mutate()
    assert repr(mutation) == "<MapMutation of PersistentMap({'a': 1})>"
    mutation["self"] = mutation
    assert "'self': <MapMutation of ...>" in repr(mutation)
    mutation.clear()


# ---- Iterators and views -------------------------------------------------------------


def test_views_are_live() -> None:
    mutation = PersistentMap(a=1).mutate()
    keys, values, items = mutation.keys(), mutation.values(), mutation.items()
    assert isinstance(keys, KeysView)
    assert isinstance(values, ValuesView)
    assert isinstance(items, ItemsView)
    for number in range(20):
        mutation[number] = number
        assert len(keys) == len(values) == len(items) == number + 2
        assert number in keys
        assert number in values
        assert (number, number) in items
    del mutation["a"]
    assert keys == set(range(20))
    assert keys & {1, "a"} == {1}
    assert items - {(n, n) for n in range(19)} == {(19, 19)}
    assert sorted(values) == list(range(20))


CHANGES: dict[str, Callable[[MapMutation], object]] = {
    "set new": lambda mm: mm.set("new", 1),
    "set other value": lambda mm: mm.set("here", "other"),
    "delete": lambda mm: mm.delete("here"),
    "discard": lambda mm: mm.discard("here"),
    "pop": lambda mm: mm.pop("here"),
    "popitem": lambda mm: mm.popitem(),
    "setdefault": lambda mm: mm.setdefault("new", 1),
    "update": lambda mm: mm.update(new=1),
    "clear": lambda mm: mm.clear(),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("size", [2, 20])
def test_edit_while_iterating_raises_runtime_error(size: int, name: str) -> None:
    m = PersistentMap(entries_of("int", size), here=1)
    for over in (iter, MapMutation.keys, MapMutation.values, MapMutation.items):
        mutation = m.mutate()
        iterator = iter(over(mutation))
        next(iterator)
        CHANGES[name](mutation)
        with pytest.raises(RuntimeError, match="changed during iteration"):
            next(iterator)


@pytest.mark.parametrize("size", [2, 20])
def test_edit_that_changes_nothing_does_not_disturb_an_iterator(size: int) -> None:
    mutation = PersistentMap(entries_of("int", size), here=VALUE).mutate()
    seen = []
    for key in mutation:
        seen.append(key)
        mutation.set("here", VALUE)
        mutation.discard("absent")
        mutation.pop("absent", None)
        mutation.setdefault("here", 1)
    assert len(seen) == len(set(seen)) == size + 1


def while_a_collection_edits(
    mutation: MapMutation, call: Callable[[], object]
) -> Iterator[Any]:
    """What a call gives when a collection that one of its first allocations starts sets
    "new"; the collector runs at no other time."""

    class Editor:
        def __del__(self) -> None:
            mutation["new"] = 1

    thresholds = gc.get_threshold()
    # Else a call takes kept maps, and allocates none.
    taken = [PersistentMap(a=[]) for _ in range(300)]
    try:
        for allocations in range(6):
            mutation.discard("new")
            garbage: list[object] = [Editor()]
            garbage.append(garbage)
            del garbage
            taken.append(PersistentMap(a=allocations))
            gc.set_threshold(gc.get_count()[0] + allocations)
            result = call()
            gc.set_threshold(0)
            yield result
            gc.collect()
    finally:
        gc.set_threshold(*thresholds)


def test_iterator_sees_an_edit_by_a_collection_that_runs_while_it_is_made() -> None:
    mutation = PersistentMap(entries_of("int", 20)).mutate()
    for iterator in while_a_collection_edits(mutation, lambda: iter(mutation)):
        try:
            seen = list(iterator)
        except RuntimeError:
            assert "new" in mutation
        else:
            assert seen == list(mutation)


READS: dict[str, Callable[[MapMutation], PersistentMap]] = {
    "constructor": lambda mm: PersistentMap(mm),
    "map.update": lambda mm: PersistentMap(x=1).update(mm).delete("x"),
    "map |": lambda mm: (PersistentMap(x=1) | mm).delete("x"),
    "| map": lambda mm: (mm | PersistentMap(x=1)).delete("x"),
    "map.merge": lambda mm: PersistentMap(x=1).merge(mm).delete("x"),
    "mutation.update": lambda mm: updated(PersistentMap(), mm),
}


def updated(source: PersistentMap, by: MapMutation) -> PersistentMap:
    mutation = source.mutate()
    mutation.update(by)
    return mutation.finish()


@pytest.mark.parametrize("name", READS)
def test_mutation_is_read_as_it_is_at_one_moment(name: str) -> None:
    class Editor:
        """A key that edits the mutation when it is hashed or compared."""

        def __hash__(self) -> int:
            edit()
            return 7

        def __eq__(self, other: object) -> bool:
            edit()
            return self is other

    def edit() -> None:
        if not is_quiet:
            mutation["new"] = 1

    is_quiet = True
    expected = PersistentMap([(Editor(), 0), (Editor(), 1), ("a", 0)])
    mutation = expected.mutate()
    is_quiet = False
    result = READS[name](mutation)
    is_quiet = True
    assert result == expected


def test_map_is_compared_with_a_mutation_as_it_is_at_one_moment() -> None:
    class Editor:
        def __eq__(self, other: object) -> bool:
            mutation["new"] = 1
            return True

    m = PersistentMap(entries_of("int", 20), a=Editor(), b=1)
    mutation = m.mutate()
    mutation["a"] = Editor()
    assert m == mutation
    assert "new" in mutation
    assert m != mutation


def test_mutation_equals_itself_though_a_collection_edits_it_meanwhile() -> None:
    mutation = PersistentMap(a=1).mutate()
    for is_equal in while_a_collection_edits(mutation, lambda: mutation == mutation):
        assert is_equal


# ---- Cycles --------------------------------------------------------------------------


class Thing:
    """An object with an attribute, which a weak reference can watch."""

    held: object


def through_value(mutation: MapMutation, thing: Any) -> object:
    mutation["thing"] = thing
    return mutation


def through_finished(mutation: MapMutation, thing: Any) -> object:
    mutation["thing"] = thing
    mutation.finish()
    return mutation


def through_origin(mutation: MapMutation, thing: Any) -> object:
    mutation["thing"] = thing
    changed = mutation.finish().mutate()
    del changed["thing"]
    return changed


def through_iterator(mutation: MapMutation, thing: Any) -> object:
    mutation["thing"] = thing
    iterator = iter(mutation)
    next(iterator)
    return iterator


def through_view(mutation: MapMutation, thing: Any) -> object:
    mutation["thing"] = thing
    return mutation.items()


@pytest.mark.parametrize(
    "way",
    [through_value, through_finished, through_origin, through_iterator, through_view],
)
@pytest.mark.parametrize("size", [0, 8, 100])
def test_cycle_through_a_mutation_is_freed(
    size: int, way: Callable[[MapMutation, Any], object]
) -> None:
    thing = Thing()
    thing.held = way(PersistentMap(entries_of("int", size)).mutate(), thing)
    dead = weakref.ref(thing)
    del thing
    assert dead() is not None, "the cycle keeps the thing"
    gc.collect()
    assert dead() is None


@pytest.mark.parametrize("size", [0, 8, 100])
def test_finished_mutation_in_its_own_map_is_freed(size: int) -> None:
    mutation = PersistentMap(entries_of("int", size)).mutate()
    mutation["self"] = mutation
    mutation.finish()
    del mutation
    assert gc.collect() > 0
    assert gc.collect() == 0, "the collector found it and did not free it"


# ---- Code in the middle --------------------------------------------------------------


class Quiet(Key):
    """Runs no hook when it is hashed."""

    def __hash__(self) -> int:
        return self.hash_value


# Each compares its key, or hashes one more, while it edits.
SEARCHING_EDITS = ("[]=", "del", "set", "delete", "discard", "update")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("outer", SEARCHING_EDITS)
def test_edit_from_eq_during_an_edit_is_refused(outer: str, kind: str) -> None:
    key = Quiet(1, keys_of(kind)[1].hash_value)
    expected = map_of(kind).mutate()
    EDITS[outer](expected, key)
    for inner in (*EDITS.values(), lambda mm, key: mm.finish()):
        mutation = map_of(kind).mutate()
        refused = []

        def edit(
            inner: Any = inner, mutation: Any = mutation, refused: Any = refused
        ) -> None:
            with pytest.raises(RuntimeError, match=BUSY) as caught:
                inner(mutation, key)
            refused.append(caught)

        with hooked(edit):
            EDITS[outer](mutation, key)
        assert refused, "no comparison ran"
        assert whole(mutation.finish()) == expected


def test_edit_of_another_thread_during_an_edit_is_refused() -> None:
    mutation = map_of("trie").mutate()
    key = Quiet(1, keys_of("trie")[1].hash_value)
    refused: list[RuntimeError] = []

    def edit() -> None:
        try:
            mutation["other"] = 1
        except RuntimeError as error:
            refused.append(error)

    def edit_in_a_thread() -> None:
        thread = Thread(target=edit)
        thread.start()
        thread.join()

    with hooked(edit_in_a_thread):
        mutation[key] = "new"
    assert refused
    assert whole(mutation.finish()) == map_of("trie").set(key, "new")


# What the code in the middle does to the only mutation there is, and what runs then.
_EVERY_ACT_IN_EVERY_ACT = """
import gc, sys
from operator import delitem, setitem
from hostile import KINDS, Key, hooked, keys_of, map_of

def act_table(key, other):
    return {
        "[]=": lambda mm: setitem(mm, key, [key]),
        "set new": lambda mm: mm.set(other, [other]),
        "del": lambda mm: delitem(mm, key),
        "delete": lambda mm: mm.delete(key),
        "discard": lambda mm: mm.discard(other),
        "pop": lambda mm: mm.pop(key),
        "pop or": lambda mm: mm.pop(other, None),
        "popitem": lambda mm: mm.popitem(),
        "setdefault": lambda mm: mm.setdefault(other, [key]),
        "update": lambda mm: mm.update([(key, 1), (other, [2])]),
        "update map": lambda mm: mm.update(map_of(kind)),
        "clear": lambda mm: mm.clear(),
        "finish": lambda mm: mm.finish(),
        "[]": lambda mm: mm[key],
        "get": lambda mm: mm.get(other),
        "in": lambda mm: key in mm,
        "==": lambda mm: mm == twins,
        "== dict": lambda mm: mm == dict(twins),
        "in items": lambda mm: (key, key.name) in mm.items(),
        "read": lambda mm: (list(mm.items()), repr(mm)),
        "drop": lambda mm: (mutations.clear(), gc.collect(0)),
    }

def attempt(act, mutation):
    try:
        act(mutation)
    except (KeyError, RuntimeError, ValueError):
        pass

gc.disable()
gc.freeze()
for kind in KINDS:
    origin = map_of(kind, tracked=True)
    twins = type(origin)([(key.twin(), key.name) for key in origin])
    key = keys_of(kind)[1]
    acts = act_table(key.twin(), Key("other", key.hash_value))
    for outer in acts.values():
        for inner in acts.values():
            mutations = [origin.mutate()]
            mutations[0][keys_of(kind)[2]] = "edited"
            def interfere():
                for mutation in mutations[:1]:
                    attempt(inner, mutation)
            with hooked(interfere):
                attempt(outer, mutations[0])
            for mutation in mutations:
                mutation.finish()._check()
    origin._check()
    assert origin == map_of(kind, tracked=True)
"""


def test_every_act_in_the_middle_of_every_act_leaves_whole_maps() -> None:
    run_child(_EVERY_ACT_IN_EVERY_ACT)


def test_read_goes_on_in_the_version_that_it_began_with() -> None:
    for kind in KINDS:
        key = Quiet(1, keys_of(kind)[1].hash_value)
        for edit in (MapMutation.clear, MapMutation.popitem, MapMutation.finish):
            for read in (operator.getitem, MapMutation.get):
                mutation = map_of(kind).mutate()

                def interfere(edit: Any = edit, mutation: Any = mutation) -> None:
                    if len(mutation):
                        edit(mutation)

                with hooked(interfere):
                    assert read(mutation, key) == 1
                whole(mutation.finish())


def test_edit_from_hash_comes_before_the_edit_itself() -> None:
    key = Key("new", 7)
    mutation = PersistentMap(a=1).mutate()
    with hooked(lambda: mutation.set("from hash", 2)):
        mutation[key] = 3
    assert whole(mutation.finish()) == {"a": 1, "from hash": 2, key: 3}
    with hooked(mutation.finish), pytest.raises(ValueError, match=FINISHED):
        mutation[key] = 4
    mutation = PersistentMap(a=1).mutate()
    with hooked(mutation.finish), pytest.raises(ValueError, match=FINISHED):
        mutation[key] = 4
    assert mutation.finish() == {"a": 1}


@pytest.mark.parametrize("size", [0, 8, 100])
def test_iterator_of_an_update_reads_but_does_not_edit_its_mutation(size: int) -> None:
    m = PersistentMap(entries_of("int", size), here=1)
    mutation = m.mutate()
    versions = []

    def pairs() -> Iterator[tuple[int, int]]:
        for number in range(1000, 1050):
            for edit in (*EDITS.values(), lambda mm, key: mm.finish()):
                with pytest.raises(RuntimeError, match=BUSY):
                    edit(mutation, "here")
            assert len(mutation) == len(m) + number - 1000
            assert all(mutation[each] == -each for each in range(1000, number))
            versions.append((iter(mutation), set(mutation)))
            yield number, -number
            iterator, keys = versions.pop(0)
            assert set(iterator) == keys

    mutation.update(pairs())
    assert whole(mutation.finish()) == m.update((n, -n) for n in range(1000, 1050))


def test_update_with_views_and_iterators_of_the_mutation_itself() -> None:
    m = PersistentMap(entries_of("int", 100))
    for argument in (
        lambda mm: mm,
        lambda mm: mm.items(),
        lambda mm: ((key, mm[key]) for key in mm),
        lambda mm: [*mm.items()],
    ):
        mutation = m.mutate()
        mutation["new"] = 1
        mutation.update(argument(mutation))
        assert whole(mutation.finish()) == m.set("new", 1)


def test_destructors_edit_the_mutation_that_let_go() -> None:
    run_child(
        """
        from hostile import Dying
        from pyhamt import PersistentMap

        edits = {
            "set": lambda mm: mm.set("dying", 1),
            "[]=": lambda mm: mm.__setitem__("dying", 1),
            "delete": lambda mm: mm.delete("dying"),
            "discard": lambda mm: mm.discard("dying"),
            "pop": lambda mm: mm.pop("dying") and None,
            "clear": lambda mm: mm.clear(),
        }
        for size in (0, 7, 8, 100):
            for name, edit in edits.items():
                def last_will():
                    mutation.set("from the grave", len(mutation))
                    mutation.update({n: -n for n in range(20)})
                mutation = PersistentMap.fromkeys(range(size)).mutate()
                mutation["dying"] = Dying(last_will)
                edit(mutation)
                result = mutation.finish()
                result._check()
                assert "from the grave" in result, (size, name)
                assert result[19] == -19
        """
    )


def test_destructors_in_the_middle_of_an_update_do_not_edit_its_mutation() -> None:
    run_child(
        """
        from hostile import Dying
        from pyhamt import PersistentMap

        def last_will():
            met.append(len(mutation))
            list(mutation.items())
            try:
                mutation["from the grave"] = 1
            except RuntimeError as error:
                assert str(error) == "this mutation is being edited already"

        for size in (1, 8, 9, 100):
            met = []
            mutation = PersistentMap().mutate()
            mutation.update((n, Dying(last_will)) for n in range(size))
            mutation.update((n, n) for n in range(size))
            mutation.pop("from the grave", None)
            assert len(met) == size
            result = mutation.finish()
            result._check()
            assert result == {n: n for n in range(size)}
        """
    )


def test_collections_at_every_allocation_whose_destructors_use_the_mutation() -> None:
    run_child(
        """
        import gc
        from hostile import Dying
        from pyhamt import PersistentMap

        def litter():
            garbage = Dying(use_the_mutation)
            garbage.cycle = garbage

        def use_the_mutation():
            global uses, refusals
            uses += 1
            list(mutation.items()), mutation.get(3), mutation == mutation
            try:
                mutation[uses % 7] = [uses]
                mutation.pop(uses % 50, None)
            except (RuntimeError, ValueError):  # in the middle of an edit, or finished
                refusals += 1

        uses = refusals = 0
        for size in (5, 9, 60):
            mutation = PersistentMap({n: [n] for n in range(size)}).mutate()
            gc.set_threshold(1)
            for n in range(200):
                litter()
                mutation[n % 70] = [n]
                litter()
                mutation.update({n + 5: [n], n + 6: n}, name=[n])
                litter()
                mutation.discard(n % 50)
                litter()
                try:
                    mutation.popitem()
                except RuntimeError:
                    pass
                litter()
                mutation.setdefault(n % 30, [n])
                litter()
                mutation.pop(n % 40, None)
                if n % 20 == 0:
                    litter()
                    version = mutation.finish()
                    version._check()
                    mutation = version.mutate()
            gc.set_threshold(0)
            gc.collect()
            mutation.finish()._check()
        assert uses == 3 * (200 * 6 + 10), uses
        """
    )
