# SPDX-License-Identifier: Apache-2.0
"""Threads edit shared things without a lock, for as many seconds as asked for.

    python shared_edits.py SECONDS

A round has something that changes, and threads that begin at once and do with it,
again and again, one of the operations of the round. What may be refused is refused by
name (REFUSALS); any other exception ends the program. After each round the things are
checked against their invariants, and against a model where there is one. It goes on for
longer until each operation has succeeded once, and prints how often each did.

Between the threads is nothing but what the things themselves have, so this is what to
run under ThreadSanitizer (tools/sanitize.py). With a GIL it still checks the answers.
"""

from __future__ import annotations

import copy
import gc
import itertools
import operator
import pickle
import random
import sys
import sysconfig
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, TypeVar

from pyhamt import Atom, MapMutation, PersistentMap, _hamt, freeze, thaw
from stress import Colliding

# An array, a trie, keys of one hash, a map that the collector sees.
SIZES = {"small": 6, "large": 150, "colliding": 12, "tracked": 60}

THREADS = 6

# What each thread does in a round.
OPERATIONS = 60

# What an object that another thread edits may answer: parts of the messages.
REFUSALS: dict[type[Exception], tuple[str, ...]] = {
    RuntimeError: (
        "this mutation is being edited already",
        "the mutation changed during iteration",
        "the mutation changed during popitem()",
        "dict changed size while a PersistentMap was made",
        "list changed size while a PersistentMap was made",
        "dictionary changed size during iteration",
        "dictionary keys changed during iteration",
    ),
    ValueError: ("this mutation is finished",),
    TypeError: ("_restore expected two lists of one length",),
}

# For how much longer it goes on where an operation has not succeeded.
PATIENCE_S = 120


def key_of(kind: str, number: int) -> Any:
    """A new key, whose hash nobody has asked for."""
    return Colliding(number) if kind == "colliding" else f"{kind} {number}"


def number_of(key: Any) -> int:
    return key.number if isinstance(key, Colliding) else int(key.split()[1])


def value_of(kind: str, number: int) -> Any:
    return [number] if kind == "tracked" else (number, str(number))


def model_of(kind: str, size: int) -> dict[Any, Any]:
    return {key_of(kind, number): value_of(kind, number) for number in range(size)}


def check(entries: Any) -> None:
    """Check a map's invariants, and that each value is one that was set for its key."""
    for key, value in entries.items():
        assert value[0] == number_of(key), (key, value)
    if isinstance(entries, PersistentMap):
        entries._check()  # type: ignore[attr-defined]
        assert len(list(entries)) == len(entries)


# ---- Rounds

Operation = Callable[[Any, random.Random], None]
AnyOperation = TypeVar("AnyOperation", bound=Operation)


class Round:
    """Something that is shared, what threads do with it, and what must hold then."""

    operations: list[Operation]
    threads = THREADS

    def __init_subclass__(cls) -> None:
        cls.operations = [
            each
            for base in cls.__mro__
            for each in vars(base).values()
            for _ in range(getattr(each, "weight", 0))
        ]

    def __init__(self, rng: random.Random) -> None:
        self.kind = rng.choice(list(SIZES))
        self.size = SIZES[self.kind]
        self.model = model_of(self.kind, self.size)
        self.map: PersistentMap[Any, Any] = PersistentMap(self.model)

    def key(self, rng: random.Random) -> tuple[Any, Any]:
        """A key, which the map may have, and a value for it."""
        number = rng.randrange(2 * self.size)
        return key_of(self.kind, number), value_of(self.kind, number)

    def some(self, rng: random.Random) -> dict[Any, Any]:
        return dict(self.key(rng) for _ in range(rng.randrange(12)))

    def end(self) -> None:
        check(self.map)
        assert self.map == self.model


def operation(method: AnyOperation) -> AnyOperation:
    """Mark what threads do in a round."""
    method.weight = 50  # type: ignore[attr-defined]
    return method


def rare_operation(method: AnyOperation) -> AnyOperation:
    """Mark what would end a round if threads did it often."""
    method.weight = 1  # type: ignore[attr-defined]
    return method


class OneMutation(Round):
    """All edit one mutation, and read it."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.mutation: MapMutation[Any, Any, Any] = self.map.mutate()
        self.other = PersistentMap(self.some(rng))

    @operation
    def set(self, rng: random.Random) -> None:
        key, value = self.key(rng)
        self.mutation[key] = value

    @operation
    def set_many(self, rng: random.Random) -> None:
        for _ in range(20):
            self.mutation.set(*self.key(rng))

    @operation
    def delete(self, rng: random.Random) -> None:
        with suppress(KeyError):  # It is not there.
            del self.mutation[self.key(rng)[0]]

    @operation
    def discard(self, rng: random.Random) -> None:
        self.mutation.discard(self.key(rng)[0])

    @operation
    def pop(self, rng: random.Random) -> None:
        key, value = self.key(rng)
        assert self.mutation.pop(key, value) == value

    @operation
    def popitem(self, rng: random.Random) -> None:
        with suppress(KeyError):  # The mutation is empty.
            key, value = self.mutation.popitem()
            assert value[0] == number_of(key)

    @operation
    def setdefault(self, rng: random.Random) -> None:
        key, value = self.key(rng)
        assert self.mutation.setdefault(key, value) == value

    @operation
    def update_from_dict(self, rng: random.Random) -> None:
        self.mutation.update(self.some(rng))

    @operation
    def update_from_map(self, rng: random.Random) -> None:
        self.mutation.update(self.other)

    @operation
    def update_from_pairs(self, rng: random.Random) -> None:
        self.mutation.update(list(self.some(rng).items()))

    @operation
    def update_from_itself(self, rng: random.Random) -> None:
        self.mutation.update(self.mutation)

    @operation
    def update_from_another(self, rng: random.Random) -> None:
        another = self.map.mutate()
        another.update(self.mutation)
        check(another.finish())

    @operation
    def clear(self, rng: random.Random) -> None:
        self.mutation.clear()
        self.mutation.update(self.other)

    @rare_operation
    def finish(self, rng: random.Random) -> None:
        check(self.mutation.finish())

    @rare_operation
    def leave(self, rng: random.Random) -> None:
        with self.mutation as mutation:
            mutation.set(*self.key(rng))

    @operation
    def look_up(self, rng: random.Random) -> None:
        key, value = self.key(rng)
        assert self.mutation.get(key, value) == value
        with suppress(KeyError):  # It is not there.
            assert self.mutation[key] == value

    @operation
    def contains(self, rng: random.Random) -> None:
        assert (self.key(rng)[0] in self.mutation) in {True, False}

    @operation
    def length(self, rng: random.Random) -> None:
        assert 0 <= len(self.mutation) <= 2 * self.size

    @operation
    def iterate(self, rng: random.Random) -> None:
        for key in self.mutation:
            assert number_of(key) < 2 * self.size

    @operation
    def views(self, rng: random.Random) -> None:
        mutation = self.mutation
        for view in (mutation.keys(), mutation.values(), mutation.items()):
            with suppress(KeyError):  # A key is gone when its value is looked up.
                assert len(list(view)) <= 2 * self.size

    @operation
    def snapshot(self, rng: random.Random) -> None:
        check(PersistentMap(self.mutation))

    @operation
    def snapshot_into_dict(self, rng: random.Random) -> None:
        with suppress(KeyError):  # A key is gone when its value is looked up.
            check(dict(self.mutation))

    @operation
    def compare(self, rng: random.Random) -> None:
        assert (self.mutation == self.map) in {True, False}
        assert (self.map == self.mutation) in {True, False}
        assert (self.mutation != self.mutation) in {True, False}

    @operation
    def write(self, rng: random.Random) -> None:
        assert repr(self.mutation).startswith("<MapMutation of PersistentMap(")

    @operation
    def merge(self, rng: random.Random) -> None:
        snapshot = PersistentMap(self.mutation)
        check(self.map.merge(snapshot).update(self.mutation))
        check(self.map | self.mutation)

    @operation
    def watch(self, rng: random.Random) -> None:
        assert weakref.ref(self.mutation)() is self.mutation

    def end(self) -> None:
        super().end()
        check(self.mutation.finish())


class Finishing(Round):
    """All finish mutations that others edit, and begin new ones."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.mutation: MapMutation[Any, Any, Any] = self.map.mutate()

    @operation
    def begin(self, rng: random.Random) -> None:
        self.mutation = self.map.mutate()

    @operation
    def set(self, rng: random.Random) -> None:
        for _ in range(4):
            self.mutation.set(*self.key(rng))

    @operation
    def pop(self, rng: random.Random) -> None:
        for _ in range(4):
            self.mutation.pop(*self.key(rng))

    @operation
    def finish(self, rng: random.Random) -> None:
        mutation = self.mutation
        finished = mutation.finish()
        check(finished)
        assert mutation.finish() is finished


class OwnKeys(Round):
    """All edit one mutation, each with keys that no other thread has."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.mutation: MapMutation[Any, Any, Any] = self.map.mutate()
        self.numbers = itertools.count(self.size)
        self.done: list[dict[Any, Any]] = []

    @operation
    def edit_own_keys(self, rng: random.Random) -> None:
        numbers = [next(self.numbers) for _ in range(4)]
        own = {key_of(self.kind, n): value_of(self.kind, n) for n in numbers}
        first, second, third, fourth = own
        mutation = self.mutation
        until_done(lambda: mutation.set(first, own[first]))
        until_done(lambda: mutation.update({second: own[second], third: own[third]}))
        assert until_done(lambda: mutation.setdefault(fourth, own[fourth]))
        until_done(lambda: mutation.delete(first))
        assert first not in mutation
        assert until_done(lambda: mutation.pop(second)) == own[second]
        expected = [None, None, own[third], own[fourth]]
        assert [mutation.get(key) for key in own] == expected
        self.done.append({third: own[third], fourth: own[fourth]})

    def end(self) -> None:
        finished = self.mutation.finish()
        check(finished)
        for own in self.done:
            self.model.update(own)
        assert finished == self.model


def until_done(edit: Callable[[], Any]) -> Any:
    """Edit a mutation, again where another thread does so just now."""
    while True:
        try:
            return edit()
        except RuntimeError as error:
            if "being edited" not in str(error):
                raise


class Source(Round):
    """Maps are made of what threads edit: entries, and keys."""

    entries: Any
    keys: Any

    @operation
    def make(self, rng: random.Random) -> None:
        check(PersistentMap(self.entries))

    @operation
    def update_map(self, rng: random.Random) -> None:
        check(self.map.update(self.entries))

    @operation
    def update_mutation(self, rng: random.Random) -> None:
        mutation = self.map.mutate()
        mutation.update(self.entries)
        check(mutation.finish())

    @operation
    def fromkeys(self, rng: random.Random) -> None:
        PersistentMap.fromkeys(self.keys)._check()  # type: ignore[attr-defined]

    @operation
    def get_many(self, rng: random.Random) -> None:
        assert isinstance(self.map.get_many(self.keys), list)


class OneDict(Source):
    """Maps are made of a dict that is edited."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.dict = self.entries = self.keys = dict(self.model)

    @operation
    def set(self, rng: random.Random) -> None:
        key, value = self.key(rng)
        self.dict[key] = value

    @operation
    def pop(self, rng: random.Random) -> None:
        self.dict.pop(self.key(rng)[0], None)

    @operation
    def update(self, rng: random.Random) -> None:
        self.dict.update(self.some(rng))

    @operation
    def clear(self, rng: random.Random) -> None:
        self.dict.clear()
        self.dict.update(self.some(rng))

    @operation
    def from_dict(self, rng: random.Random) -> None:
        check(PersistentMap.from_dict(self.dict))

    @operation
    def make_with_keywords(self, rng: random.Random) -> None:
        check(PersistentMap(self.dict, **{"keyword 1": (1,)}))

    @operation
    def unite(self, rng: random.Random) -> None:
        check(self.map | self.dict)
        check(self.dict | self.map)

    @operation
    def compare(self, rng: random.Random) -> None:
        assert (self.map == self.dict) in {True, False}

    @operation
    def compare_views(self, rng: random.Random) -> None:
        assert (self.map.keys() == self.dict.keys()) in {True, False}
        assert (self.map.items() == self.dict.items()) in {True, False}


class OneList(Source):
    """Maps are made of lists that are edited, and pairs that are."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.pairs = [[key, value] for key, value in self.model.items()]
        self.entries = self.pairs
        self.keys = list(self.model)
        self.values = list(self.model.values())

    @operation
    def append(self, rng: random.Random) -> None:
        key, value = self.key(rng)
        self.pairs.append([key, value])
        self.keys.append(key)
        self.values.append(value)

    @operation
    def pop(self, rng: random.Random) -> None:
        if len(self.pairs) > 4:
            self.pairs.pop()
        if len(self.keys) > 4:
            self.keys.pop()
            self.values.pop()

    @operation
    def replace(self, rng: random.Random) -> None:
        self.pairs[rng.randrange(3)] = list(self.key(rng))
        self.keys[rng.randrange(3)], _ = self.key(rng)

    @operation
    def edit_pair(self, rng: random.Random) -> None:
        pair = self.pairs[rng.randrange(3)]
        pair[1] = value_of(self.kind, number_of(pair[0]))

    @operation
    def restore(self, rng: random.Random) -> None:
        # As pickle does. A value may be that of another key: both lists change.
        _hamt._restore(self.keys, self.values)._check()  # type: ignore[attr-defined]

    @operation
    def choose(self, rng: random.Random) -> None:
        check(self.map.select(self.keys))
        check(self.map.omit(self.keys))


class OneIterator(Round):
    """All take from the same iterators; each entry comes to one of them."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.iterators: list[Iterator[Any]] = [
            iter(self.map),
            iter(self.map.values()),
            iter(self.map.items()),
        ]
        self.taken: list[list[Any]] = [[], [], []]
        self.mutation: MapMutation[Any, Any, Any] = self.map.mutate()
        self.watching = iter(self.mutation)

    @operation
    def take(self, rng: random.Random) -> None:
        which = rng.randrange(3)
        for each in itertools.islice(self.iterators[which], rng.randrange(8)):
            self.taken[which].append(each)

    @operation
    def hint(self, rng: random.Random) -> None:
        for iterator in self.iterators:
            assert 0 <= operator.length_hint(iterator) <= self.size

    @operation
    def take_while_edited(self, rng: random.Random) -> None:
        next(self.watching, None)

    @operation
    def edit(self, rng: random.Random) -> None:
        if rng.random() < 0.1:
            self.mutation.set(*self.key(rng))
        if rng.random() < 0.1:
            self.watching = iter(self.mutation)

    def end(self) -> None:
        super().end()
        for taken, iterator in zip(self.taken, self.iterators, strict=True):
            taken.extend(iterator)
            assert operator.length_hint(iterator) == 0
        keys, values, items = self.taken
        assert Counter(keys) == Counter(list(self.model))
        assert sorted(value[0] for value in values) == list(range(self.size))
        assert len(items) == self.size
        assert dict(items) == self.model


class OneView(Round):
    """All read the same views."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.keys = self.map.keys()
        self.values = self.map.values()
        self.items = self.map.items()

    @operation
    def read(self, rng: random.Random) -> None:
        assert len(self.keys) == len(self.values) == len(self.items) == self.size
        assert set(self.keys) == set(self.model)
        assert dict(self.items) == self.model

    @operation
    def contains(self, rng: random.Random) -> None:
        key, value = self.key(rng)
        assert (key in self.keys) == (key in self.model)
        assert ((key, value) in self.items) == (key in self.model)

    @operation
    def combine(self, rng: random.Random) -> None:
        some = set(self.some(rng))
        assert self.keys & some == some & set(self.model)
        assert self.keys | some == some | set(self.model)
        assert self.keys - some == set(self.model) - some
        assert self.keys.isdisjoint(some) == some.isdisjoint(self.model)

    @operation
    def compare(self, rng: random.Random) -> None:
        assert self.keys == self.map.keys() == self.model.keys()
        assert self.items == self.map.items()

    @operation
    def write(self, rng: random.Random) -> None:
        assert repr(self.keys).startswith("KeysView(")


class LastReferences(Round):
    """Maps and mutations go while others ask weak references for them."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.versions = [self.map.set(key_of(self.kind, 0), (0, n)) for n in range(4)]
        self.mutations = [self.map.mutate() for _ in range(4)]
        self.weak: list[weakref.ref[Any]] = [weakref.ref(self.map)] * 8

    @operation
    def drop(self, rng: random.Random) -> None:
        number = rng.randrange(4)
        self.versions[number] = self.map.set(*self.key(rng))
        self.mutations[number] = self.map.mutate()

    @operation
    def derive(self, rng: random.Random) -> None:
        """Edit in place what another thread may hold or let go."""
        number = rng.randrange(4)
        mutation = self.versions[number].mutate()
        for _ in range(5):
            mutation.set(*self.key(rng))
        self.versions[rng.randrange(4)] = mutation.finish()

    @operation
    def refer(self, rng: random.Random) -> None:
        number = rng.randrange(4)
        self.weak[number] = weakref.ref(self.versions[number])
        self.weak[number + 4] = weakref.ref(self.mutations[number], lambda ref: None)

    @operation
    def ask(self, rng: random.Random) -> None:
        number = rng.randrange(4)
        version = self.weak[number]()
        mutation = self.weak[number + 4]()
        if version is not None:
            check(version)
        if isinstance(mutation, MapMutation):
            mutation.set(*self.key(rng))

    def end(self) -> None:
        super().end()
        for version in self.versions:
            check(version)


class Subclass(PersistentMap[Any, Any]):
    """A map with a dictionary and a slot."""

    __slots__ = ("__dict__", "slot")

    slot: int


class Stateful(PersistentMap[Any, Any]):
    """A map with a dictionary, and a state that has it and shares the slots."""

    slots: dict[str, int]

    def __getstate__(self) -> Any:
        return self.__dict__, self.slots


class State(Round):
    """An instance of a subclass is copied while its attributes are set."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.instance = Subclass(self.model)
        self.instance.slot = 0
        self.stateful = Stateful(self.model)
        self.stateful.slots = {}

    @operation
    def set_attribute(self, rng: random.Random) -> None:
        setattr(self.instance, f"name{rng.randrange(9)}", rng.randrange(9))

    @operation
    def set_slot(self, rng: random.Random) -> None:
        self.instance.slot = rng.randrange(9)

    @operation
    def delete_attribute(self, rng: random.Random) -> None:
        self.instance.__dict__.pop(f"name{rng.randrange(9)}", None)

    def _same(self, made: Any) -> None:
        assert type(made) is Subclass
        assert made == self.instance
        assert 0 <= made.slot < 9
        made._check()  # type: ignore[attr-defined]

    @operation
    def copy(self, rng: random.Random) -> None:
        self._same(copy.copy(self.instance))

    @operation
    def deepcopy(self, rng: random.Random) -> None:
        self._same(copy.deepcopy(self.instance))

    @operation
    def reduce(self, rng: random.Random) -> None:
        function, arguments, _ = self.instance.__reduce__()
        assert function(*arguments) == self.instance

    @operation
    def pickle(self, rng: random.Random) -> None:
        self._same(pickle.loads(pickle.dumps(self.instance)))

    @operation
    def freeze(self, rng: random.Random) -> None:
        frozen = freeze(self.instance.__dict__)
        frozen._check()  # type: ignore[attr-defined]
        assert all(0 <= value < 9 for value in frozen.values())

    @operation
    def thaw(self, rng: random.Random) -> None:
        assert all(0 <= value < 9 for value in thaw(self.instance.__dict__).values())

    @operation
    def edit_state(self, rng: random.Random) -> None:
        # CPython 3.13 races with itself where threads intern one str.
        self.stateful.slots[sys.intern(f"name{rng.randrange(99)}")] = 0
        self.stateful.slots.pop(f"name{rng.randrange(99)}", None)

    @operation
    def copy_state(self, rng: random.Random) -> None:
        made = copy.copy(self.stateful)
        assert type(made) is Stateful
        assert made == self.stateful

    @operation
    def update(self, rng: random.Random) -> None:
        made = self.instance.set(*self.key(rng))
        assert type(made) is Subclass
        check(made)


class FirstHash(Round):
    """Maps, and keys that are str, are hashed by all for the first time."""

    maps = 3

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.kind, self.size = rng.choice(
            [("array", 6), ("trie", 40), ("colliding", 12)]
        )
        self.fresh = [
            PersistentMap(
                {key_of(self.kind, number): (number, n) for number in range(self.size)}
            )
            for n in range(self.maps)
        ]
        self.expected = [hash(frozenset(each.items())) for each in self.fresh]
        # Equal to the keys of the maps, and not hashed yet.
        self.keys = [key_of(self.kind, number) for number in range(2 * self.size)]

    @operation
    def hash(self, rng: random.Random) -> None:
        number = rng.randrange(self.maps)
        assert hash(self.fresh[number]) == self.expected[number]

    @operation
    def check(self, rng: random.Random) -> None:
        check(rng.choice(self.fresh))

    @operation
    def look_up(self, rng: random.Random) -> None:
        for key in self.keys:
            assert (key in self.fresh[0]) == (number_of(key) < self.size)

    @operation
    def build(self, rng: random.Random) -> None:
        check(PersistentMap([(key, (number_of(key),)) for key in self.keys]))

    @operation
    def set(self, rng: random.Random) -> None:
        for key in rng.sample(self.keys, 6):
            check(rng.choice(self.fresh).set(key, (number_of(key),)))

    @operation
    def renew(self, rng: random.Random) -> None:
        number = rng.randrange(2 * self.size)
        self.keys[number] = key_of(self.kind, number)
        number = rng.randrange(self.maps)
        self.fresh[number] = PersistentMap(dict(self.fresh[number]))


class OneAtom(Round):
    """All swap one atom, and some watch it."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.atom: Atom[PersistentMap[Any, Any]] = Atom(self.map)
        self.swaps = Counter[str]()

    @operation
    def swap(self, rng: random.Random) -> None:
        name = threading.current_thread().name
        added = self.atom.swap(lambda m: m.set(name, m.get(name, 0) + 1))[name]
        self.swaps[name] = added

    @operation
    def compare_and_set(self, rng: random.Random) -> None:
        old = self.atom.value
        key, value = self.key(rng)
        assert self.atom.compare_and_set(old, old.set(key, value)) in {True, False}

    @operation
    def watch(self, rng: random.Random) -> None:
        told: list[int] = []
        stop = self.atom.watch(lambda old, new: told.append(len(new)))
        self.atom.swap(lambda m: m.set(*self.key(rng)))
        stop()
        assert told

    def end(self) -> None:
        super().end()
        for name, count in self.swaps.items():
            assert self.atom.value[name] == count
        self.atom.value._check()  # type: ignore[attr-defined]


class Pickles(Round):
    """All pickle and load the same map, and hash, compare and collect it."""

    @operation
    def pickle(self, rng: random.Random) -> None:
        loaded = pickle.loads(pickle.dumps(self.map, rng.randrange(2, 6)))
        check(loaded)
        assert loaded == self.map

    @operation
    def copy(self, rng: random.Random) -> None:
        assert copy.copy(self.map) == copy.deepcopy(self.map) == self.map

    @operation
    def merge(self, rng: random.Random) -> None:
        other = self.map.update(self.some(rng))
        check(self.map.merge(other))
        assert self.map.apply(self.map.diff(other)) == other

    @operation
    def write(self, rng: random.Random) -> None:
        assert repr(self.map).startswith("PersistentMap({")

    @operation
    def make_cycle(self, rng: random.Random) -> None:
        cycle: list[Any] = []
        cycle.append(self.map.set("cycle", cycle))


# The richer a round, the more often.
ROUNDS: list[type[Round]] = [
    *(OneMutation, OneDict, OneIterator, OneList),
    *(OneMutation, OwnKeys, FirstHash, LastReferences),
    *(OneMutation, OneView, OneAtom, State, Pickles, Finishing),
]


# ---- The program


def is_refusal(error: Exception) -> bool:
    """Whether an exception is one that an object may raise while another edits it."""
    said = str(error)
    return any(part in said for part in REFUSALS.get(type(error), ()))


def play(kind: type[Round], rng: random.Random, done: Counter[str]) -> None:
    """Run a round, and add what was done to the counts."""
    game = kind(rng)
    start = threading.Barrier(game.threads)
    failed: list[str] = []
    counts = [Counter[str]() for _ in range(game.threads)]

    def run(seed: int, mine: Counter[str]) -> None:
        own = random.Random(seed)
        start.wait()
        for _ in range(OPERATIONS):
            act = own.choice(kind.operations)
            name = f"{kind.__name__}.{act.__name__}"
            try:
                act(game, own)
            except Exception as error:
                if not is_refusal(error):
                    failed.append(name)
                    raise
                mine["refused"] += 1
            else:
                mine[name] += 1

    threads = [
        threading.Thread(target=run, args=(rng.random(), mine)) for mine in counts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed
    game.end()
    for mine in counts:
        done.update(mine)


def missing(done: Counter[str]) -> list[str]:
    """The operations that have never succeeded."""
    names = [
        f"{kind.__name__}.{act.__name__}" for kind in ROUNDS for act in kind.operations
    ]
    return sorted({name for name in names if not done[name]})


def main(seconds: float) -> None:
    sys.setswitchinterval(1e-6)
    end = time.monotonic() + seconds
    done: Counter[str] = Counter()
    collections = 0
    is_over = threading.Event()

    def collect() -> None:
        nonlocal collections
        while not is_over.wait(0.02):
            gc.collect(0)
            collections += 1

    collector = threading.Thread(target=collect)
    collector.start()
    try:
        for number, kind in enumerate(itertools.cycle(ROUNDS)):
            late = time.monotonic() - end
            if late > 0 and (late > PATIENCE_S or not missing(done)):
                break
            play(kind, random.Random(number), done)
    finally:
        is_over.set()
        collector.join()
    assert not missing(done), missing(done)
    assert collections > 0
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        assert not sys._is_gil_enabled()  # type: ignore[attr-defined]
    done["collect"] = collections
    print(" ".join(f"{name}:{done[name]}" for name in sorted(done)))


if __name__ == "__main__":
    main(float(sys.argv[1]))
