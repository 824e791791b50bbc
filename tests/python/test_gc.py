# SPDX-License-Identifier: Apache-2.0
"""The cycle collector: it frees every cycle through a map, and has no work with maps of
things that can be in no cycle.
"""

from __future__ import annotations

import gc
import sys
import weakref
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from child import run_child
from pyhamt import PersistentMap

# Array maps, tries of one level and of more.
SIZES = (1, 2, 8, 9, 1000)


@pytest.fixture(autouse=True, scope="module")
def frozen_heap() -> Iterator[None]:
    """Spare the collections of this file the objects that were there before."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


class Thing:
    """An object with attributes, which a weak reference can watch."""


def filled(size: int) -> PersistentMap:
    """A map of `size` str keys to ints."""
    return PersistentMap({f"key-{i}": i for i in range(size)})


# Each makes a cycle from an object through a map to the object.


def through_value(thing: Thing, size: int) -> None:
    thing.map = filled(size).set("thing", thing)


def through_list_as_value(thing: Thing, size: int) -> None:
    thing.map = filled(size).set("things", [thing])


def through_key(thing: Thing, size: int) -> None:
    thing.map = filled(size).set(thing, None)


def through_tuple_as_key(thing: Thing, size: int) -> None:
    thing.map = filled(size).set((0, (1, thing)), None)


def through_nested_map(thing: Thing, size: int) -> None:
    thing.map = filled(size).set("inner", filled(size).set("thing", thing))


def through_iterator(thing: Thing, size: int) -> None:
    thing.iterator = iter(filled(size).set("thing", thing))


def through_advanced_iterator(thing: Thing, size: int) -> None:
    thing.iterator = iter(filled(size).set("thing", thing).items())
    next(thing.iterator)


def through_values_iterator(thing: Thing, size: int) -> None:
    thing.iterator = iter(filled(size).set("thing", thing).values())


def through_keys_view(thing: Thing, size: int) -> None:
    thing.view = filled(size).set("thing", thing).keys()


def through_values_view(thing: Thing, size: int) -> None:
    thing.view = filled(size).set("thing", thing).values()


def through_items_view(thing: Thing, size: int) -> None:
    thing.view = filled(size).set("thing", thing).items()


def through_shared_nodes(thing: Thing, size: int) -> None:
    first = filled(size).set("thing", thing)
    thing.maps = [first, first.set("key-0", "other"), first.delete("key-0")]


def through_bulk_construction(thing: Thing, size: int) -> None:
    thing.map = PersistentMap({**dict(filled(size)), "thing": thing})


def through_merge(thing: Thing, size: int) -> None:
    thing.map = filled(size) | filled(2 * size).set("thing", thing)


CYCLES: tuple[Callable[[Thing, int], None], ...] = (
    through_value,
    through_list_as_value,
    through_key,
    through_tuple_as_key,
    through_nested_map,
    through_iterator,
    through_advanced_iterator,
    through_values_iterator,
    through_keys_view,
    through_values_view,
    through_items_view,
    through_shared_nodes,
    through_bulk_construction,
    through_merge,
)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("make_cycle", CYCLES, ids=lambda make: make.__name__)
def test_cycle_is_freed_by_the_collector_and_not_before(
    make_cycle: Callable[[Thing, int], None], size: int
) -> None:
    thing = Thing()
    make_cycle(thing, size)
    watch = weakref.ref(thing)
    gc.collect()
    assert watch() is thing
    del thing
    assert watch() is not None, "no cycle: the test tests nothing"
    gc.collect()
    assert watch() is None


@pytest.mark.parametrize("size", SIZES)
def test_collector_leaves_nodes_that_a_living_map_shares_with_a_dead_cycle(
    size: int,
) -> None:
    shared = filled(size).set("list", ["alive"])
    expected = dict(shared)
    thing = Thing()
    thing.map = shared.set("thing", thing)
    watch = weakref.ref(thing)
    del thing
    gc.collect()
    assert watch() is None
    shared._check()
    assert dict(shared) == expected


@pytest.mark.parametrize("size", SIZES)
def test_map_alone_keeps_a_cycle_alive(size: int) -> None:
    thing = Thing()
    thing.map = filled(size).set("thing", thing)
    other_version = thing.map.set("key-0", "other")
    watch = weakref.ref(thing)
    del thing
    gc.collect()
    assert watch() is other_version["thing"]
    assert len(watch().map) == size + 1
    del other_version
    gc.collect()
    assert watch() is None


ATOMS = {
    "int": 1,
    "str": "text",
    "bytes": b"bytes",
    "float": 0.5,
    "complex": 1j,
    "None": None,
    "bool": True,
    "Ellipsis": ...,
    "empty bytes": b"",
    "tuple": (1, "a"),
    "empty tuple": (),
    "nested tuple": (1, ("a", (None, 2))),
    "map": PersistentMap(a=1),
    "empty map": PersistentMap(),
    "tuple of maps": (PersistentMap(a=1), filled(100)),
    "map of maps": PersistentMap(a=PersistentMap(a=(1, 2))),
}


def fresh(value: object) -> object:
    """A tuple as Python makes it, which the collector has not looked at yet."""
    return tuple([fresh(item) for item in value]) if type(value) is tuple else value


@pytest.mark.parametrize("size", [0, *SIZES])
@pytest.mark.parametrize("kind", ATOMS)
def test_map_of_atomic_things_is_not_tracked(kind: str, size: int) -> None:
    as_value = filled(size).set("atom", fresh(ATOMS[kind]))
    as_key = filled(size).set(fresh(ATOMS[kind]), "atom")
    built = PersistentMap({**dict(filled(size)), "atom": fresh(ATOMS[kind])})
    merged = filled(size) | PersistentMap(atom=fresh(ATOMS[kind]))
    for each in (as_value, as_key, built, merged):
        assert not gc.is_tracked(each)
        assert each._figures()["tracked_nodes"] == 0
        each._check()


TRACKED: dict[str, Callable[[], object]] = {
    "list": list,
    "dict": dict,
    "set": set,
    "instance": Thing,
    "class": lambda: Thing,
    "function": lambda: fresh,
    "tuple with a list": lambda: (1, []),
    "tuple in a tuple with a list": lambda: (1, (2, [])),
    "map with a list": lambda: PersistentMap(a=[]),
}


@pytest.mark.parametrize("size", [0, *SIZES])
@pytest.mark.parametrize("kind", TRACKED)
def test_map_is_tracked_while_it_holds_something_tracked(kind: str, size: int) -> None:
    atomic = filled(size)
    tracked = atomic.set("thing", TRACKED[kind]())
    assert gc.is_tracked(tracked)
    assert not gc.is_tracked(atomic)
    for untracked in (
        tracked.delete("thing"),
        tracked.discard("thing"),
        tracked.set("thing", 1),
        tracked.update(thing=1),
        tracked | {"thing": 1},
        tracked | PersistentMap(thing=1),
    ):
        assert not gc.is_tracked(untracked)
        assert untracked._figures()["tracked_nodes"] == 0
        untracked._check()
    tracked._check()


def test_only_the_nodes_on_the_way_to_a_tracked_thing_are_tracked() -> None:
    tracked = filled(10_000).set("list", [])
    stats = tracked._figures()
    assert stats["branch_nodes"] > 300
    assert 1 <= stats["tracked_nodes"] <= stats["depth_max"] + 1


def node_referents(*maps: PersistentMap) -> Counter[int]:
    """How often the maps, and the nodes below them, report each object, by its id."""
    reports: Counter[int] = Counter()
    seen: set[int] = set()
    owners: list[object] = list(maps)
    while owners:
        for thing in gc.get_referents(owners.pop()):
            reports[id(thing)] += 1
            if type(thing).__name__ == "_Node" and id(thing) not in seen:
                seen.add(id(thing))
                owners.append(thing)
    return reports


@pytest.mark.parametrize("size", SIZES)
def test_each_reference_is_reported_once(size: int) -> None:
    lists: list[list[int]] = [[i] for i in range(size)]

    def counts() -> list[int]:
        return [sys.getrefcount(each) for each in lists]

    before = counts()
    first = PersistentMap({f"key-{i}": each for i, each in enumerate(lists)})
    # Two versions share most nodes; a list is held once by each node that it is in.
    second = first.set("other", [])
    reports = node_referents(first, second)
    held = [now - then for now, then in zip(counts(), before, strict=True)]
    assert [reports[id(each)] for each in lists] == held
    assert min(held) >= 1


def test_map_reports_its_type_and_its_root_and_nothing_else() -> None:
    tracked = PersistentMap({i: [i] for i in range(100)})
    referents = gc.get_referents(tracked)
    assert len(referents) == 2
    assert referents.count(PersistentMap) == 1


# A traversal of the map would visit each key and each value at least, as the
# traversal of a list that holds them all does: that list is the measure.
_COST_OF_A_LARGE_MAP = """
import gc, time
from pyhamt import PersistentMap

def collection_time():
    times = []
    for _ in range(7):
        start = time.perf_counter()
        gc.collect()
        times.append(time.perf_counter() - start)
    return min(times)

source = {f"key-{i}": i for i in range(1_000_000)}
flat = tuple(source) + tuple(source.values())
del source
gc.collect()  # untracks the tuple
objects = len(gc.get_objects())
without = collection_time()
large = PersistentMap(zip(flat[:1_000_000], flat[1_000_000:]))
assert len(large) == 1_000_000
assert not gc.is_tracked(large)
assert len(gc.get_objects()) <= objects, "the map brings tracked objects"
with_map = collection_time()
flat = list(flat)
with_list = collection_time()
print(without, with_map, with_list)
"""


def test_collection_costs_no_more_with_a_million_atomic_entries_alive() -> None:
    output = run_child(_COST_OF_A_LARGE_MAP)
    without, with_map, with_list = map(float, output.split())
    assert with_list > 2 * without, f"the measure is too coarse: {output}"
    assert with_map - without < (with_list - without) / 4, output


def test_cycle_alive_at_the_end_of_the_interpreter() -> None:
    output = run_child(
        """
        import sys
        from pyhamt import PersistentMap

        class Thing:
            def __del__(self):
                # The map of the cycle is whole when destructors run.
                self.map._check()
                print("freed", self.name, len(self.map))

        for name, size in (("array", 3), ("trie", 100)):
            thing = Thing()
            thing.name = name
            thing.map = PersistentMap({i: [thing] for i in range(size)})
            thing.iterator = iter(thing.map.items())
            thing.view = thing.map.keys()
            next(thing.iterator)
            setattr(sys.modules[__name__], name, thing)
        PersistentMap.from_dict({"a": [thing]})
        """
    )
    assert sorted(output.splitlines()) == ["freed array 3", "freed trie 100"]


def test_collection_at_every_allocation_meets_whole_maps() -> None:
    run_child(
        """
        import gc
        from pyhamt import PersistentMap

        gc.set_threshold(1)
        for size in (5, 9, 60):
            lists = {f"key-{i}": [i] for i in range(size)}
            versions = [PersistentMap(lists)]
            for key in lists:
                versions.append(versions[-1].set(key, [key]))
            for key in lists:
                versions.append(versions[-1].delete(key))
            versions.append(versions[0].update(lists.items(), lists, new=[]))
            versions.append(versions[0] | versions[size // 2])
            assert versions[-1] == {**versions[0], **versions[size // 2]}
            assert versions[-2] == {**lists, "new": []}
            assert len(versions[2 * size]) == 0
            for version in versions:
                version._check()
        """
    )


def test_objects_reached_through_a_map_that_is_being_cleared() -> None:
    """While the collector clears a garbage cycle, code that it runs can still reach
    a map, or an iterator over it, which then gives entries that are alive, or none.

    A weak reference made by a finaliser leads back into the garbage, and the death of
    a code object, which the collector does not track, calls back.
    """
    run_child(
        """
        import gc, weakref
        from pyhamt import PersistentMap

        class Holder:
            __slots__ = ("map", "iterators", "spy", "__weakref__")

        class Spy:
            def __del__(self):
                ways_back.append(weakref.ref(self.holder))

        def look(dead):
            calls.append(dead)
            for way_back in ways_back:
                holder = way_back()
                for iterator in getattr(holder, "iterators", ()):
                    found.extend(next(iterator, ()))
                if hasattr(holder, "map"):
                    found.extend(holder.map.items())
                    holder.map.set("new", 1)
                    holder.map._check()

        def watched_code():
            code = compile("1", "", "eval")
            watches.append(weakref.ref(code, look))
            return code

        def make_garbage(size):
            entries = {}
            for i in range(size):
                entries[f"code-{i}"] = watched_code()
                entries[f"text-{i}"] = str(i) * 60
                entries[f"list-{i}"] = [i]
            entries["way back"] = back = []
            map = PersistentMap(entries)
            holder = Holder()
            back.append(holder)
            holder.map = map
            holder.iterators = [iter(map.items()) for _ in range(5)]
            holder.spy = Spy()
            holder.spy.holder = holder

        gc.disable()
        for size in (1, 2, 10, 100):
            ways_back, watches, calls, found = [], [], [], []
            make_garbage(size)
            gc.collect()
            assert len(calls) == size
            repr(found)
        """
    )
