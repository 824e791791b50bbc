# SPDX-License-Identifier: Apache-2.0
"""The rules of the stateful test that edit in place: mutations, several at a time and
each beside a dict, and an Atom.
"""

from __future__ import annotations

import copy
import operator
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pytest

from conftest import Entries
from pyhamt import Atom, MapMutation, PersistentMap
from stateful_model import Version, ids, stored
from stateful_program import (
    COUNTS,
    KINDS,
    SIZES,
    SOURCES,
    ProgramState,
    identities,
    outcome,
    step,
)

EMPTY = PersistentMap()

FINISHED = "^this mutation is finished$"


@dataclass(eq=False)
class Edited:
    """A mutation beside the dict that is edited alike."""

    origin: Version
    mutation: MapMutation
    model: Entries
    changes: int = 0
    result: Version | None = None

    def __post_init__(self) -> None:
        # They show the entries as they are when they are read.
        self.views = [getattr(self.mutation, kind)() for kind in KINDS]
        # Each with its kind, the items to come, and the changes when it was made.
        self.iterators: list[tuple[Iterator[Any], str, list[Any], int]] = []

    @property
    def keys(self) -> list[Any]:
        return list(self.model)

    def check(self) -> None:
        """The mutation has and finds the very objects of the dict."""
        assert len(self.mutation) == len(self.model)
        assert ids(self.mutation) == ids(self.model)
        assert [len(view) for view in self.views] == [len(self.model)] * len(KINDS)

    def check_iterators(self) -> None:
        """An iterator goes on unless something changed."""
        for iterator, kind, items, changes in self.iterators:
            if changes == self.changes:
                assert identities(kind, iterator) == identities(kind, items)
            else:
                with pytest.raises(RuntimeError, match="changed during iteration"):
                    next(iterator)
        self.iterators.clear()

    def agree(
        self, ours: Callable[[Any], Any], theirs: Callable[[Any], Any] | None = None
    ) -> None:
        """The very same comes out of both."""
        found = outcome(ours, self.mutation)
        assert found is outcome(theirs or ours, self.model)

    def edit(
        self, ours: Callable[[Any], Any], theirs: Callable[[Any], Any] | None = None
    ) -> None:
        """Edit both alike."""
        before = ids(self.model)
        self.agree(ours, theirs)
        self.check()
        self.changes += ids(self.model) != before


class Mutations(ProgramState):
    """Edits of open mutations, finishing, edits of finished ones, and swaps."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[Edited] = []
        self.finished: list[Edited] = []
        self.atom: Atom[PersistentMap] = Atom(PersistentMap())
        self.told: list[tuple[PersistentMap, PersistentMap]] = []
        self.changes_to_tell: list[tuple[PersistentMap, PersistentMap]] = []
        self.stop_watching: Callable[[], None] | None = self.atom.watch(self.hear)

    def check_everything(self) -> None:
        super().check_everything()
        for edited in self.open + self.finished:
            edited.check()
            edited.check_iterators()
        for edited in self.finished:
            assert edited.mutation.finish() is edited.result.map

    def edited(self, number: int) -> Edited:
        """An open mutation."""
        if not self.open:
            self.open_mutation(self.version(number))
        return self.open[number % len(self.open)]

    def open_mutation(self, old: Version) -> None:
        self.open.append(Edited(old, old.map.mutate(), dict(old.model)))

    # ---- Edits

    @step
    def mutate(self, version: int) -> None:
        if len(self.open) < 3:
            self.open_mutation(self.version(version))

    @step
    def mutation_set(self, number: int, key: int, value: int) -> None:
        edited = self.edited(number)
        key, value = self.key(key, edited), self.value(value)
        if number % 2:
            edited.edit(lambda target: operator.setitem(target, key, value))
        else:
            edited.edit(
                lambda mutation: mutation.set(key, value),
                lambda model: operator.setitem(model, key, value),
            )

    @step
    def mutation_delete(self, number: int, key: int, form: int) -> None:
        edited = self.edited(number)
        key = self.key(key, edited)
        if form % 3 == 0:
            edited.edit(lambda target: operator.delitem(target, key))
        elif form % 3 == 1:
            edited.edit(
                lambda mutation: mutation.delete(key),
                lambda model: operator.delitem(model, key),
            )
        else:
            edited.edit(
                lambda mutation: mutation.discard(key),
                lambda model: discard(model, key),
            )

    @step
    def mutation_pop(self, number: int, key: int) -> None:
        edited = self.edited(number)
        default = object()
        key = self.key(key, edited)
        edited.edit(lambda target: target.pop(key, default))
        edited.edit(lambda target: target.pop(key))

    @step
    def mutation_popitem(self, number: int) -> None:
        edited = self.edited(number)
        if not edited.model:
            with pytest.raises(KeyError):
                edited.mutation.popitem()
            return
        key, value = edited.mutation.popitem()
        assert stored(edited.model, key) is key
        assert edited.model.pop(key) is value
        edited.changes += 1
        edited.check()

    @step
    def mutation_setdefault(self, number: int, key: int, value: int) -> None:
        edited = self.edited(number)
        key, value = self.key(key, edited), self.value(value)
        if number % 4:
            edited.edit(lambda target: target.setdefault(key, value))
        else:
            edited.edit(lambda target: target.setdefault(key))

    @step
    def mutation_update(self, number: int, start: int, count: int, form: int) -> None:
        edited = self.edited(number)
        form %= len(SOURCES) + 3
        # An update that changes nothing may disturb an iterator.
        edited.iterators.clear()
        pairs = self.pairs(start, count, SIZES if form % 4 == 0 else COUNTS)
        if form == len(SOURCES):
            edited.edit(lambda target: target.update(target))
        elif form == len(SOURCES) + 1:
            other = self.edited(start)
            edited.edit(
                lambda mutation: mutation.update(other.mutation),
                lambda model: model.update(other.model),
            )
        elif form == len(SOURCES) + 2:
            other = self.version(start)
            edited.edit(
                lambda mutation: mutation.update(other.map),
                lambda model: model.update(other.model),
            )
        else:
            source, pairs = self.source(form, pairs)
            named = {"name": self.value(start)} if start % 2 else {}
            edited.edit(
                lambda mutation: mutation.update(source, **named),
                lambda model: model.update(pairs, **named),
            )

    @step
    def mutation_adopt(self, number: int, start: int, count: int, value: int) -> None:
        """A mutation gets the nodes of a map that is gone, and edits them."""
        edited = self.edited(number)
        if value % 3 == 0:
            edited.edit(lambda target: target.clear())
        # An update that changes nothing may disturb an iterator.
        edited.iterators.clear()
        model = dict(self.pairs(start, count, SIZES))
        edited.edit(
            lambda mutation: mutation.update(hashed(model)),
            lambda edited: edited.update(model),
        )
        for key in list(model)[:: 1 + len(model) // 4]:
            edited.edit(lambda target, key=key: operator.setitem(target, key, value))

    @step
    def mutation_clear(self, number: int, seldom: int) -> None:
        if seldom % 4 == 0:
            self.edited(number).edit(lambda target: target.clear())

    # ---- Reads

    @step
    def mutation_read(self, number: int, key: int, value: int, other: int) -> None:
        edited, other = self.edited(number), self.edited(other)
        mutation, model = edited.mutation, edited.model
        key, value = self.key(key, edited), self.value(value)
        edited.agree(lambda target: target.get(key))
        edited.agree(lambda target: target.get(key, value))
        edited.agree(
            lambda mutation: mutation.get(key, default=value),
            lambda model: model.get(key, value),
        )
        edited.agree(lambda target: target[key])
        edited.agree(lambda target: key in target)
        edited.agree(lambda target: key in target.keys())  # noqa: SIM118
        edited.agree(lambda target: (key, value) in target.items())
        edited.agree(lambda target: value in target.values())
        keys, values, items = edited.views
        assert list(map(id, mutation)) == list(map(id, keys))
        assert [id(mutation[key]) for key in mutation] == list(map(id, values))
        assert keys == model.keys()
        assert keys & {key} == model.keys() & {key}
        assert items <= model.items()
        for theirs, their_model in (
            (model, model),
            (edited.origin.map, edited.origin.model),
            (other.mutation, other.model),
        ):
            equal = model == their_model
            assert (mutation == theirs) is (theirs == mutation) is equal
            assert (mutation != theirs) is (theirs != mutation) is not equal
        assert repr(mutation).startswith("<MapMutation of PersistentMap({")

    @step
    def mutation_iterate(self, number: int, kind: int, count: int) -> None:
        edited = self.edited(number)
        kind = KINDS[kind % len(KINDS)]
        view = getattr(edited.mutation, kind)()
        iterator = iter(edited.mutation if kind == "keys" and number % 2 else view)
        items = list(view)
        # The iterator of a view begins with its first item.
        given = list(islice(iterator, 1 + count % 3))
        assert identities(kind, given) == identities(kind, items[: len(given)])
        if len(given) < len(items):
            edited.iterators.append(
                (iterator, kind, items[len(given) :], edited.changes)
            )

    @step
    def mutation_read_iterators(self, number: int) -> None:
        self.edited(number).check_iterators()

    @step
    def mutation_refuse(self, number: int) -> None:
        mutation = self.edited(number).mutation
        assert MapMutation[Any, Any].__origin__ is MapMutation
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
            lambda: hash(mutation),
            lambda: mutation < mutation,
            lambda: mutation <= mutation,
            lambda: mutation > mutation,
            lambda: mutation >= mutation,
            lambda: copy.copy(mutation),
            lambda: copy.deepcopy(mutation),
            lambda: pickle.dumps(mutation),
        ):
            with pytest.raises(TypeError):
                act()
        # An update that fails may disturb an iterator.
        self.edited(number).iterators.clear()

    # ---- Finishing

    @step
    def finish(self, number: int, form: int) -> None:
        edited = self.edited(number)
        self.open.remove(edited)
        self.finished.append(edited)
        edited.check_iterators()
        if form % 2:
            result = edited.mutation.finish()
        else:
            with edited.mutation as entered:
                assert entered is edited.mutation
            result = edited.mutation.finish()
        assert edited.changes or result is edited.origin.map
        edited.result = self.keep(result, edited.model, edited.origin, in_order=False)
        assert edited.mutation.finish() is edited.result.map

    @step
    def edit_after_finishing(self, number: int, key: int) -> None:
        if not self.finished:
            return
        edited = self.finished[number % len(self.finished)]
        mutation = edited.mutation
        key = self.key(key, edited)
        for act in (
            lambda: operator.setitem(mutation, key, 1),
            lambda: operator.delitem(mutation, key),
            lambda: mutation.set(key, 1),
            lambda: mutation.delete(key),
            lambda: mutation.discard(key),
            lambda: mutation.pop(key),
            lambda: mutation.pop(key, 1),
            lambda: mutation.popitem(),
            lambda: mutation.update({key: 1}),
            lambda: mutation.clear(),
        ):
            with pytest.raises(ValueError, match=FINISHED):
                act()
        if key in edited.model:
            assert mutation.setdefault(key, 1) is edited.model[key]
        else:
            with pytest.raises(ValueError, match=FINISHED):
                mutation.setdefault(key, 1)
        assert mutation.get(key, 1) is edited.model.get(key, 1)
        assert mutation.finish() is edited.result.map

    # ---- A shared reference

    def hear(self, old: PersistentMap, new: PersistentMap) -> None:
        self.told.append((old, new))

    @step
    def share(self, version: int, key: int, value: int, form: int) -> None:
        before = self.store.version_of(self.atom.value)
        target = self.version(version).map
        changed = True
        form %= 6
        if form == 0:
            key, value = self.key(key, before), self.value(value)
            swapped = self.atom.swap(PersistentMap.set, key, value)
            self.keep(swapped, {**before.model, key: value}, before)
            target = swapped
        elif form == 1:
            assert self.atom.reset(target) is target
        elif form == 2:
            changed = self.atom.compare_and_set(target, EMPTY)
            assert changed is (target is before.map)
            target = EMPTY if changed else before.map
        elif form < 5:
            assert self.atom.compare_and_set(before.map, target)
        else:
            changed, target = False, before.map
            if self.stop_watching is None:
                self.stop_watching = self.atom.watch(self.hear)
            else:
                self.stop_watching()
                self.stop_watching = None
        assert self.atom.value is target
        if changed and self.stop_watching is not None:
            self.changes_to_tell.append((before.map, target))
        assert identities("items", self.told) == identities(
            "items", self.changes_to_tell
        )


def hashed(model: Entries) -> PersistentMap:
    """A map of the entries that knows its hash, if it has one."""
    m = PersistentMap(model)
    outcome(hash, m)
    return m


def discard(model: Entries, key: Any) -> None:
    model.pop(key, None)
