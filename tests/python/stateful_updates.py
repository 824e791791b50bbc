# SPDX-License-Identifier: Apache-2.0
"""The rules of the stateful test that make maps, most of them from one version."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from conftest import ARRAY_LIMIT, Entries
from pyhamt import MISSING, PersistentMap, freeze, thaw, to_builtins
from stateful_model import (
    Absent,
    Config,
    NoMapping,
    Version,
    frozen,
    ids,
    is_frozen,
    merged,
    stored,
    thawed,
    twin,
    updated,
    walked,
    without,
)
from stateful_program import SIZES, ProgramState, step

# What a map that a path makes was before.
EMPTY = Version(PersistentMap(), {}, 0)


class Updates(ProgramState):
    """Constructors, edits, merges, paths, and what goes through all entries."""

    # ---- Maps from nothing, and of another class

    @step
    def construct(self, start: int, count: int, form: int) -> None:
        source, pairs = self.source(form, self.pairs(start, count))
        if form % 2:
            made = PersistentMap[Any, Any](source, name="value")
            self.keep_new(made, dict(pairs, name="value"))
        else:
            made = PersistentMap(source)
            assert (made is source) is isinstance(source, PersistentMap)
            self.keep_new(made, dict(pairs))
        self.keep_new(PersistentMap.from_dict(dict(pairs)), dict(pairs))

    @step
    def construct_from_keys(self, start: int, count: int, value: int) -> None:
        keys = [key for key, _ in self.pairs(start, count)]
        value = self.value(value)
        made = PersistentMap.fromkeys(iter(keys), value)
        self.keep_new(made, dict.fromkeys(keys, value))
        self.keep_new(PersistentMap.fromkeys(keys), dict.fromkeys(keys))

    @step
    def build(self, number: int) -> None:
        self.make_large(number)

    @step
    def change_class(self, version: int, form: int) -> None:
        old = self.version(version)
        model = old.model
        if old.cls is Config:
            plain = PersistentMap(old.map)
            assert plain is not old.map
            self.store.keep(plain, model)
            return
        form %= 4
        if form < 2:
            made = Config(old.map)
        elif form == 2:
            made = Config.from_dict(model)
        else:
            model = dict.fromkeys(old.keys, self.value(form))
            made = Config.fromkeys(old.keys, self.value(form))
        self.configs_made = 1
        if form:
            made.note = ["note", form]
            made.form = form
        self.store.keep(made, model, Config)

    @step
    def grow(self, version: int, start: int, count: int) -> None:
        old = self.version(version)
        pairs = self.pairs(start, count, SIZES)
        self.keep(old.map.update(pairs), {**old.model, **dict(pairs)}, old)

    # ---- Updates

    @step
    def set_key(self, version: int, key: int, value: int) -> None:
        old = self.version(version)
        key, value = self.key(key, old), self.value(value)
        new = old.map.set(key, value)
        assert (new is old.map) is (old.model.get(key, MISSING) is value)
        self.keep(new, {**old.model, key: value}, old)

    @step
    def delete_key(self, version: int, key: int) -> None:
        old = self.version(version)
        key = self.key(key, old)
        model = dict(old.model)
        if model.pop(key, MISSING) is not MISSING:
            self.keep(old.map.delete(key), model, old)
            self.keep(old.map.discard(key), model, old)
        else:
            assert old.map.discard(key) is old.map
            with pytest.raises(KeyError) as caught:
                old.map.delete(key)
            assert caught.value.args[0] is key

    @step
    def update(self, version: int, start: int, count: int, form: int) -> None:
        old = self.version(version)
        source, pairs = self.source(form, self.pairs(start, count))
        more = self.pairs(form, start) if form % 3 == 0 else []
        named = {"name": self.value(form)} if form % 4 == 0 else {}
        new = old.map.update(source, more, **named)
        model, changed = updated(old.model, [*pairs, *more, *named.items()])
        assert changed or new is old.map
        assert old.map.update() is old.map
        self.keep(new, model, old)

    @step
    def update_from_version(self, version: int, other: int) -> None:
        old, source = self.version(version), self.version(other)
        model = {**old.model, **source.model}
        is_same = ids(model) == ids(old.model)
        for given, in_order in ((source.map, source.is_array), (source.model, True)):
            new = old.map.update(given)
            assert (new is old.map) is is_same
            self.keep(new, model, old, in_order=in_order)

    @step
    def unite(self, left: int, right: int) -> None:
        mine, theirs = self.version(left), self.version(right)
        model = {**mine.model, **theirs.model}
        is_same = ids(model) == ids(mine.model)
        few = mine.is_array and theirs.is_array and len(model) <= ARRAY_LIMIT
        for other in (theirs.map, theirs.model, UserDict(theirs.model)):
            union = mine.map | other
            if mine.model:
                assert (union is mine.map) is is_same
            self.store.keep(union, model, mine.cls, in_order=few)
        for other in (mine.model, UserDict(mine.model)):
            union = other | theirs.map
            assert mine.model or union is theirs.map
            self.store.keep(union, model, theirs.cls, in_order=few)
        if not mine.model and theirs.model and mine.cls is theirs.cls:
            assert mine.map | theirs.map is theirs.map
        with pytest.raises(TypeError):
            mine.map | [(1, 2)]

    @step
    def merge(self, version: int, other: int, start: int, form: int) -> None:
        old, source = self.version(version), self.version(other)
        choice, form = form % 5, form // 5
        others: list[Any] = [source.map]
        models = [source.model]
        if form % 3 == 1:
            others, models = [dict(source.model)], [source.model]
        elif form % 3 == 2:
            pairs = self.pairs(start, form)
            others, models = [source.map, pairs], [source.model, dict(pairs)]
        resolver = {
            1: lambda key, mine, theirs: mine,
            2: lambda key, mine, theirs: theirs,
            3: lambda key, mine, theirs: self.values[start % len(self.values)],
        }.get(choice)
        calls: list[tuple[int, ...]] = []

        def resolve(*call: Any) -> Any:
            calls.append(tuple(map(id, call)))
            return resolver(*call)

        model, is_same = old.model, True
        for each in models:
            before = model
            model = merged(model, each, resolve if resolver else None)
            is_same = is_same and ids(model) == ids(before)
        expected_calls = sorted(calls)
        calls.clear()
        new = old.map.merge(*others, resolve=resolve if resolver else None)
        assert sorted(calls) == expected_calls
        assert new is old.map or not is_same
        assert old.map.merge(resolve=resolve) is old.map
        self.keep(new, model, old, in_order=source.is_array)

    @step
    def merge_twins(self, version: int, start: int, count: int) -> None:
        """Keys that are equal and other objects on both sides."""
        old = self.version(version)
        chosen = self.some_keys(old, start, count)
        other = {twin(key, start): self.value(start) for key in chosen}
        theirs = PersistentMap(other)
        model = {**old.model, **other}
        self.keep(old.map.merge(theirs), model, old)
        self.keep(old.map.merge(other), model, old)
        model = {**other, **old.model}
        self.keep(theirs.merge(old.map), model, EMPTY, in_order=False)

    @step
    def alter(self, version: int, key: int, value: int, default: int) -> None:
        old = self.version(version)
        key, value = self.key(key, old), self.value(value)
        seen = []

        def fn(before: Any) -> Any:
            seen.append(before)
            return value

        if key in old.model:
            new = old.map.alter(key, fn)
            assert (new is old.map) is (old.model[key] is value)
            given = old.model[key]
        else:
            with pytest.raises(KeyError) as caught:
                old.map.alter(key, fn)
            assert caught.value.args[0] is key
            assert not seen
            given = self.value(default)
            new = old.map.alter(key, fn, default=given)
        assert list(map(id, seen)) == [id(given)]
        self.keep(new, {**old.model, key: value}, old)

    # ---- Paths

    def path(self, version: Version, *numbers: int) -> list[Any]:
        """Keys that lead into maps within the version, where there are any."""
        path = []
        within = version
        for number in numbers[: 1 + numbers[-1] % len(numbers)]:
            nested = [
                key
                for key, value in within.model.items()
                if isinstance(value, (PersistentMap, dict))
            ]
            if nested and number % 2:
                key = nested[number // 2 % len(nested)]
                key = twin(key, number) if number % 8 == 7 else key
            else:
                key = self.key(number // 2, within)
            path.append(key)
            inner = within.model.get(key)
            is_map = isinstance(inner, PersistentMap)
            within = self.store.version_of(inner) if is_map else EMPTY
        return path

    @step
    def get_in(self, version: int, first: int, second: int, third: int) -> None:
        old = self.version(version)
        path = self.path(old, first, second, third)
        default = object()
        assert old.map.get_in([]) is old.map
        expected = walked(old.model, path, Mapping)
        if isinstance(expected, NoMapping):
            raises_for_step(lambda: old.map.get_in(path), expected.step)
        elif isinstance(expected, Absent):
            assert old.map.get_in(path) is None
            assert old.map.get_in(tuple(path), default) is default
        else:
            assert old.map.get_in(path) is expected
            assert old.map.get_in(tuple(path), default=default) is expected

    def check_edit_in(
        self,
        result: PersistentMap,
        old: Version,
        path: list[Any],
        edit: Callable[[Entries, Any], Entries],
    ) -> None:
        """Keep the maps along a path, of which the last was edited."""
        key, *rest = path
        model = old.model
        if rest:
            before = model.get(key, MISSING)
            inner = EMPTY if before is MISSING else self.store.version_of(before)
            self.check_edit_in(result[key], inner, rest, edit)
            model = {**model, key: result[key]}
        else:
            model = edit(model, key)
        self.keep(result, model, old)
        if old is not EMPTY:
            assert (result is old.map) is (ids(model) == ids(old.model))

    @step
    def set_in(self, version: int, first: int, second: int, value: int) -> None:
        old = self.version(version)
        path = self.path(old, first, second, value)
        value = self.value(value)
        met = walked(old.model, path, PersistentMap)
        if isinstance(met, NoMapping):
            raises_for_step(lambda: old.map.set_in(path, value), met.step)
        else:
            new = old.map.set_in(path, value)
            self.check_edit_in(new, old, path, lambda model, key: {**model, key: value})

    @step
    def alter_in(self, version: int, first: int, second: int, value: int) -> None:
        old = self.version(version)
        path = self.path(old, first, second, value)
        value = self.value(value)
        default = object()
        seen = []

        def fn(before: Any) -> Any:
            seen.append(before)
            return value

        met = walked(old.model, path, PersistentMap)
        if isinstance(met, NoMapping):
            raises_for_step(lambda: old.map.alter_in(path, fn), met.step)
            raises_for_step(lambda: old.map.alter_in(path, fn, default=1), met.step)
            return
        if isinstance(met, Absent):
            with pytest.raises(KeyError) as caught:
                old.map.alter_in(path, fn)
            assert caught.value.args[0] is met.step
            met = default
            new = old.map.alter_in(path, fn, default=default)
        else:
            new = old.map.alter_in(path, fn)
        assert list(map(id, seen)) == [id(met)]
        self.check_edit_in(new, old, path, lambda model, key: {**model, key: value})

    @step
    def delete_in(self, version: int, first: int, second: int, third: int) -> None:
        old = self.version(version)
        path = self.path(old, first, second, third)
        met = walked(old.model, path, PersistentMap)
        if isinstance(met, NoMapping):
            raises_for_step(lambda: old.map.delete_in(path), met.step)
        elif isinstance(met, Absent):
            with pytest.raises(KeyError) as caught:
                old.map.delete_in(path)
            assert caught.value.args[0] is met.step
        else:
            new = old.map.delete_in(path)
            self.check_edit_in(new, old, path, without)

    # ---- Many entries

    @step
    def filter_entries(self, version: int, start: int, stride: int) -> None:
        old = self.version(version)
        stride %= 4
        calls = []
        kept = {
            id(key)
            for i, key in enumerate(old.keys)
            if stride == 0 or (start + i) % (stride + 1)
        }

        def fn(key: Any, value: Any) -> object:
            calls.append((id(key), id(value)))
            return [key] if id(key) in kept else None

        new = old.map.filter(fn)
        assert calls == list(ids(old.model).items())
        model = {key: value for key, value in old.model.items() if id(key) in kept}
        assert (new is old.map) is (len(model) == len(old.model))
        self.keep(new, model, old)

    @step
    def map_values(self, version: int, form: int, value: int) -> None:
        old = self.version(version)
        value = self.value(value)
        assert old.map.map_values(lambda value: value) is old.map
        constant = dict.fromkeys(old.keys, value)
        new = old.map.map_values(lambda before: value)
        assert (new is old.map) is (ids(constant) == ids(old.model))
        self.keep(new, constant, old)
        answers = [
            self.values[(form + i) % len(self.values)] for i in range(len(old.model))
        ]
        rest = iter(answers)
        seen = []

        def fn(before: Any) -> Any:
            seen.append(before)
            return next(rest)

        mapped = old.map.map_values(fn)
        assert list(map(id, seen)) == list(map(id, old.values))
        self.keep(mapped, dict(zip(old.keys, answers, strict=True)), old)

    @step
    def select_and_omit(self, version: int, start: int, count: int, form: int) -> None:
        old = self.version(version)
        chosen = self.some_keys(old, start, count)
        if form % 4 == 0:
            # Enough to leave a small map, on either side of the limit of an array.
            chosen = old.keys[form % 11 :] + chosen
        present = {id(stored(old.map, key)) for key in chosen if key in old.model}
        within = {key: old.model[key] for key in old.keys if id(key) in present}
        rest = {key: old.model[key] for key in old.keys if id(key) not in present}
        make = (list, iter, PersistentMap.fromkeys, dict.fromkeys)[form % 4]
        selected, omitted = old.map.select(make(chosen)), old.map.omit(make(chosen))
        assert (selected is old.map) is (not rest)
        assert (omitted is old.map) is (not within)
        self.keep(selected, within, old, in_order=False)
        self.keep(omitted, rest, old)

    @step
    def convert(self, version: int) -> None:
        old = self.version(version)
        result = freeze(old.map)
        assert type(result) is old.cls
        assert (result is old.map) is is_frozen(old.map)
        assert result == frozen(old.map)
        for before, after in zip(old.values, result.values(), strict=True):
            is_map = isinstance(before, PersistentMap)
            assert type(after) is type(before if is_map else frozen(before))
        assert freeze(result) is result
        self.store.version_of(result)
        plain = thaw(old.map)
        assert plain == thawed(old.map)
        assert type(plain) is dict
        assert freeze(plain) == result
        assert thaw(result) == plain
        outermost = to_builtins(old.map)
        assert type(outermost) is dict
        assert list(ids(outermost).items()) == list(ids(old.model).items())
        assert to_builtins(old.map.values()) == old.values


def raises_for_step(act: Callable[[], object], step: Any) -> None:
    """A step into what is no mapping raises TypeError, which names it."""
    with pytest.raises(TypeError) as caught:
        act()
    assert repr(step) in str(caught.value)
