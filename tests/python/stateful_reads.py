# SPDX-License-Identifier: Apache-2.0
"""The rules of the stateful test that read versions: one, two and three of them, by
themselves, by views and by iterators, in copies and in pickles.
"""

from __future__ import annotations

import copy
import operator
import pickle
import sys
from collections import Counter, UserDict
from dataclasses import replace
from typing import Any

import pytest

from conftest import ARRAY_LIMIT, Entries
from pyhamt import (
    MISSING,
    ConflictError,
    MapDiff,
    PersistentMap,
    dump_versions,
    load_versions,
    merge3,
)
from stateful_model import (
    Version,
    alike,
    applied,
    copies_to_itself,
    differences,
    ids,
    is_hashable,
    merged_three,
    misfits,
    same,
    stored,
)
from stateful_program import (
    KINDS,
    SIZES,
    Looking,
    ProgramState,
    Reading,
    identities,
    outcome,
    step,
)

SET_OPERATIONS = (operator.and_, operator.or_, operator.sub, operator.xor)
COMPARISONS = (
    *(operator.le, operator.lt, operator.ge, operator.gt, operator.eq, operator.ne),
)


class Reads(ProgramState):
    """Look-ups, printed forms, copies, differences, merges of three, and views."""

    def __init__(self) -> None:
        super().__init__()
        # Each with what it must have as added, removed and changed.
        self.diffs: list[tuple[MapDiff, tuple[Entries, Entries, Entries]]] = []

    def check_everything(self) -> None:
        super().check_everything()
        for version in self.store.versions:
            assert version.map == version.model
            if version.hash is not MISSING:
                self.check_hash(version)

    # ---- What is read from one version

    @step
    def look_up(self, version: int, key: int) -> None:
        m, model = self.version(version).map, self.version(version).model
        key = self.key(key, self.version(version))
        default = object()
        expected = model.get(key, default)
        assert (key in m) is (key in m.keys()) is (key in model)  # noqa: SIM118
        assert m.get(key, default) is m.get(key, default=default) is expected
        if key in model:
            assert m[key] is m.get(key) is expected
            assert (key, expected) in m.items()
            assert (key, object()) not in m.items()
        else:
            assert m.get(key) is None
            assert (key, None) not in m.items()
            with pytest.raises(KeyError) as caught:
                m[key]
            assert caught.value.args[0] is key
        assert len(m) == len(m.keys()) == len(m.values()) == len(model)
        assert bool(m) is bool(model)

    @step
    def look_up_many(self, version: int, start: int, count: int) -> None:
        """A few keys, or so many that they are looked up in several groups."""
        old = self.version(version)
        keys = [key for key, _ in self.pairs(start, count, SIZES)]
        keys += self.some_keys(old, start, count) + old.keys[: count % 40]
        default = object()
        found = old.map.get_many(keys if start % 2 else iter(keys), default)
        assert type(found) is list
        assert identities("values", found) == [
            id(old.model.get(key, default)) for key in keys
        ]
        assert identities("values", old.map.get_many(keys)) == [
            id(old.model.get(key)) for key in keys
        ]

    @step
    def refuse(self, version: int) -> None:
        """What is unhashable is no key, and what a map has not, it refuses."""
        m = self.version(version).map
        for act in (
            lambda: m[[]],
            lambda: [] in m,
            lambda: m.get([]),
            lambda: m.get_many([[]]),
            lambda: m.set([], 1),
            lambda: m.delete([]),
            lambda: m.discard([]),
            lambda: m.update([([], 1)]),
            lambda: m.merge([([], 1)]),
            lambda: m.select([[]]),
            lambda: m.omit([[]]),
            lambda: m.diff({}),
            lambda: m.apply({}),
            lambda: m < m,
            lambda: m <= m,
            lambda: m > m,
            lambda: m >= m,
        ):
            with pytest.raises(TypeError):
                act()
        with pytest.raises(ValueError, match="path is empty"):
            m.set_in([], 1)

    @step
    def compare(self, version: int, other: int) -> None:
        left, right = self.version(version), self.version(other)
        equal = left.model == right.model
        for mine in (left.map, left.model, UserDict(left.model)):
            for theirs in (right.map, right.model):
                assert (mine == theirs) is equal
                assert (mine != theirs) is not equal
        assert left.map != [*left.map.items()]

    def check_hash(self, version: Version) -> None:
        if all(map(is_hashable, version.values)):
            expected = hash(frozenset(version.model.items()))
            assert hash(version.map) == expected
            assert version.hash in (MISSING, expected)
            version.hash = expected
        else:
            with pytest.raises(TypeError, match="unhashable"):
                hash(version.map)
            version.hash = None

    @step
    def take_hash(self, version: int) -> None:
        self.check_hash(self.version(version))

    @step
    def print_forms(self, version: int) -> None:
        old = self.version(version)
        shown = ", ".join(f"{key!r}: {value!r}" for key, value in old.model.items())
        assert repr(old.map) == f"{old.cls.__name__}({{{shown}}})"
        assert repr(old.map.keys()) == f"KeysView({old.keys!r})"
        assert repr(old.map.values()) == f"ValuesView({old.values!r})"
        assert repr(old.map.items()) == f"ItemsView({list(old.model.items())!r})"
        (printed, *more) = old.map.__rich_repr__()
        assert list(printed.items()) == list(old.model.items())[: len(printed)]
        assert bool(more) is (len(printed) < len(old.model))

    @step
    def measure(self, version: int, other: int) -> None:
        old, second = self.version(version), self.version(other)
        stats = old.map.stats()
        assert stats.entries == len(old.model)
        assert stats.kind == ("array" if old.is_array else "hamt")
        assert sys.getsizeof(old.map) > stats.bytes
        rebuilt = PersistentMap(old.model)
        if stats.kind == rebuilt.stats().kind:
            # The shape depends on the keys alone, not on how the map was made.
            assert replace(stats, tracked_nodes=0) == replace(
                rebuilt.stats(), tracked_nodes=0
            )
        nodes = sum(stats.nodes.values())
        assert old.map.shared_with(old.map) == (nodes, stats.bytes)
        assert old.map.shared_with(rebuilt) == (0, 0)
        shared = old.map.shared_with(second.map)
        assert shared == second.map.shared_with(old.map)
        drawn = nodes + sum(second.map.stats().nodes.values()) - shared.nodes
        text = old.map.to_dot(second.map)
        assert text.startswith("digraph {")
        assert text.count("[label=<") == drawn

    # ---- Copies

    @step
    def take_copies(self, version: int) -> None:
        old = self.version(version)
        shallow = copy.copy(old.map)
        if old.cls is PersistentMap:
            assert shallow is old.map
        else:
            assert shallow is not old.map
            assert shallow.shared_with(old.map).nodes == sum(
                old.map.stats().nodes.values()
            )
            self.store.keep(shallow, old.model, old.cls)
            assert vars(shallow) == old.attributes
        deep = copy.deepcopy(old.map)
        is_atomic = all(map(copies_to_itself, [*old.keys, *old.values]))
        assert (deep is old.map) is (is_atomic and old.cls is PersistentMap)
        self.keep_copy(deep, old)

    @step
    def pickle_and_load(self, version: int, protocol: int) -> None:
        old = self.version(version)
        protocol %= pickle.HIGHEST_PROTOCOL + 1
        self.keep_copy(pickle.loads(pickle.dumps(old.map, protocol)), old)

    @step
    def dump_and_load(self, first: int, count: int, stride: int) -> None:
        versions = self.store.versions
        numbers = [
            (first + i * (1 + stride % 3)) % len(versions) for i in range(count % 5)
        ]
        chosen = [versions[number] for number in numbers]
        loaded = load_versions(dump_versions(version.map for version in chosen))
        assert type(loaded) is list
        assert len(loaded) == len(chosen)
        for m, version in zip(loaded, chosen, strict=True):
            self.keep_copy(m, version)
        if numbers != sorted(set(numbers)):
            # Sharing is kept for versions in the order of their making. A map may hold
            # a later one of the list as a value, and is then written with all of it.
            return
        for i in range(len(chosen) - 1):
            old, new = chosen[i], chosen[i + 1]
            changed = sum(
                old.model.get(key, MISSING) is not new.model.get(key, MISSING)
                for key in old.model | new.model
            )
            smaller = min(len(old.model), len(new.model))
            is_shared = smaller > max(ARRAY_LIMIT, 4 * changed)
            if is_shared and old.cls is new.cls is PersistentMap:
                expected = old.map.shared_with(new.map).nodes
                assert loaded[i].shared_with(loaded[i + 1]).nodes >= expected

    # ---- Two versions and three

    @step
    def diff(self, version: int, other: int) -> None:
        old, new = self.version(version), self.version(other)
        diff = old.map.diff(new.map)
        parts = differences(old.model, new.model)
        added, removed, changed = parts
        self.store.keep(diff.added, added)
        self.store.keep(diff.removed, removed)
        assert type(diff.changed) is PersistentMap
        assert len(diff.changed) == len(changed)
        for key, pair in changed.items():
            assert list(map(id, diff.changed[key])) == list(map(id, pair))
        self.store.version_of(diff.changed)
        assert bool(diff) is (old.model != new.model)
        assert repr(diff).startswith(f"MapDiff(added={dict(diff.added)!r}, removed=")
        result = old.map.apply(diff)
        assert (result is old.map) is (not diff)
        self.keep(result, applied(old.model, new.model), old, in_order=False)
        assert result == new.map
        back = diff.inverse()
        assert back == new.map.diff(old.map)
        assert back.inverse() == diff
        assert new.map.apply(back) == old.map
        assert outcome(hash, diff) == outcome(hash, copy.copy(diff))
        restored = pickle.loads(pickle.dumps(diff))
        assert alike(restored.added, diff.added)
        assert alike(restored.removed, diff.removed)
        assert alike(restored.changed, diff.changed)
        self.diffs.append((diff, parts))

    @step
    def apply(self, version: int, number: int) -> None:
        """A diff applied to some version, which it may not fit."""
        if not self.diffs:
            return
        old = self.version(version)
        diff, parts = self.diffs[number % len(self.diffs)]
        conflicts = misfits(old.model, parts)
        if conflicts:
            with pytest.raises(ConflictError) as caught:
                old.map.apply(diff)
            assert type(caught.value.keys) is tuple
            assert Counter(caught.value.keys) == Counter(conflicts)
            return
        added, removed, changed = parts
        model = {key: value for key, value in old.model.items() if key not in removed}
        model |= {key: after for key, (_, after) in changed.items()}
        self.keep(old.map.apply(diff), model | added, old, in_order=False)

    @step
    def merge_three(self, base: int, ours: int, theirs: int, form: int) -> None:
        sides = [self.version(number) for number in (base, ours, theirs)]
        maps = [side.map for side in sides]
        mine = sides[1]
        answer = (*range(3), MISSING, self.value(form // 5))[form % 5]
        calls: list[tuple[Any, ...]] = []

        def resolve(key: Any, *values: Any) -> Any:
            # Not all keys are those of a side, so the call has the equal one of a dict.
            calls.append((key, *map(id, values)))
            return values[answer] if form % 5 < 3 else answer

        model = merged_three(*(side.model for side in sides), resolve)
        expected_calls = Counter(calls)
        calls.clear()
        result = merge3(*maps, resolve)
        assert Counter(calls) == expected_calls
        # A key that we have not is theirs or, if the base has it, too, one of both.
        found = {key: key for key in result}
        for key in [key for key in model if key not in mine.model]:
            having = [side.keys for side in sides if key in side.model]
            assert any(found[key] is stored(keys, key) for keys in having)
            model[found[key]] = model.pop(key)
        assert (result is mine.map) is (ids(model) == ids(mine.model))
        self.keep(result, model, mine, in_order=False)
        if not expected_calls:
            assert merge3(*maps) == result
            return
        with pytest.raises(ConflictError) as caught:
            merge3(*maps)
        assert type(caught.value.keys) is tuple
        assert Counter(caught.value.keys) == Counter(key for key, *_ in calls)

    @step
    def combine_views(self, version: int, other: int) -> None:
        left, right = self.version(version), self.version(other)
        for kind in (dict.keys, dict.items):
            mine = getattr(left.map, kind.__name__)()
            theirs = getattr(right.map, kind.__name__)()
            my_model, their_model = kind(left.model), kind(right.model)
            hashable = kind is dict.keys or all(
                map(is_hashable, [*left.values, *right.values])
            )
            for operate in (*SET_OPERATIONS, *COMPARISONS):
                expected = outcome(operate, my_model, their_model)
                # What is hashed on the way is up to each; see below for the difference.
                if hashable or operate in COMPARISONS:
                    assert type(operate(mine, theirs)) is type(expected)
                    assert operate(mine, theirs) == expected
                    assert operate(mine, their_model) == expected
                    assert operate(my_model, theirs) == expected
                elif operate is not operator.sub:
                    assert outcome(operate, mine, theirs) == expected
            assert mine.isdisjoint(theirs) is my_model.isdisjoint(their_model)
            assert mine.isdisjoint(their_model) is my_model.isdisjoint(their_model)
            with pytest.raises(TypeError, match="unhashable"):
                hash(mine)
        # Of two maps, only what the difference holds is hashed.
        only_left = [
            item
            for item in left.model.items()
            if not same(right.model.get(item[0], MISSING), item[1])
        ]
        if all(map(is_hashable, only_left)):
            assert left.map.items() - right.map.items() == set(only_left)
        else:
            with pytest.raises(TypeError, match="unhashable"):
                left.map.items() - right.map.items()

    # ---- Iterators and views

    @step
    def open_iterator(self, version: int, kind: int) -> None:
        old = self.version(version)
        kind = KINDS[kind % len(KINDS)]
        view = getattr(old.map, kind)()
        iterator = iter(old.map if kind == "keys" else view)
        assert iter(iterator) is iterator
        items = list(getattr(old.model, kind)())
        self.readings.append(Reading(kind, iterator, items))
        self.readings.append(Reading(kind, iter(view), items))

    @step
    def advance(self, number: int, count: int) -> None:
        if self.readings:
            self.readings[number % len(self.readings)].advance(count % 20)

    @step
    def open_view(self, version: int, key: int, value: int, kind: int) -> None:
        """A view of a version, and one of a map that nothing else holds."""
        old = self.version(version)
        kind = KINDS[kind % len(KINDS)]
        view = getattr(old.map, kind)()
        assert view.mapping is old.map
        self.views.append(Looking(kind, view, list(getattr(old.model, kind)())))
        new = old.map.set(self.key(key, old), self.value(value))
        items = list(getattr(dict(new.items()), kind)())
        self.views.append(Looking(kind, getattr(new, kind)(), items))
