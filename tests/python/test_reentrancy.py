# SPDX-License-Identifier: Apache-2.0
"""Python code that runs in the middle of an operation: `__hash__`, `__eq__` and what it
returns, destructors, and the arguments that a map is made from.

Whatever that code does, maps stay whole and its exceptions come out as they are. What
could crash the interpreter runs in a child process.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from child import run_child
from conftest import native_module
from hostile import KINDS, Key, Refused, hooked, keys_of, map_of
from operations import OPERATIONS
from pyhamt import PersistentMap
from reentry import HOOKS

# Code in `__hash__` and `__eq__`


@pytest.mark.parametrize("hook", HOOKS)
def test_operation_whose_keys_run_other_code_gives_the_same_result(hook: str) -> None:
    run_child("import reentry, sys; reentry.run_every_operation(sys.argv[1])", hook)


class Picky(Key):
    """Refuses to be compared with a key of another hash."""

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, Key)
        assert self.hash_value == other.hash_value, "== of keys of different hashes"
        return super().__eq__(other)

    __hash__ = Key.__hash__


def picky(key: Key) -> Picky:
    return Picky(key.name, key.hash_value)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_keys_of_different_hashes_are_never_compared(kind: str, name: str) -> None:
    source = PersistentMap([(picky(key), key.name) for key in keys_of(kind)])
    for key in keys_of(kind):
        run = OPERATIONS[name].prepared(source, picky(key))
        try:
            run(lambda: source)
        except KeyError:
            assert name == "delete absent"


class Verdict:
    """A result of `==` that is no truth value."""

    def __bool__(self) -> NoReturn:
        raise Refused


class Undecided(Key):
    """A key whose comparisons give no answer."""

    def __eq__(self, other: object) -> Any:
        return Verdict()

    __hash__ = Key.__hash__


@pytest.mark.parametrize("kind", KINDS)
def test_exception_of_the_truth_value_of_a_comparison_comes_out(kind: str) -> None:
    source = map_of(kind)
    stranger = Undecided("stranger", keys_of(kind)[1].hash_value)
    for act in (
        lambda: source[stranger],
        lambda: source.get(stranger),
        lambda: stranger in source,
        lambda: source.set(stranger, 1),
        lambda: source.delete(stranger),
        lambda: source.discard(stranger),
        lambda: source.update([(stranger, 1)]),
        lambda: source | {stranger: 1},
        lambda: source | PersistentMap([(stranger, 1)]),
        lambda: PersistentMap([*source.items(), (stranger, 1)]),
        lambda: PersistentMap.fromkeys([*source, stranger]),
    ):
        with pytest.raises(Refused):
            act()
    with pytest.raises(Refused):
        PersistentMap(a=Undecided("value", 1)) == {"a": Undecided("value", 1)}  # noqa: B015
    assert source == map_of(kind)
    source._check()


@pytest.mark.parametrize("truth", [1, "yes", [0]])
def test_result_of_a_comparison_is_taken_by_its_truth(truth: object) -> None:
    class Agreeing(Key):
        def __eq__(self, other: object) -> Any:
            return truth

        __hash__ = Key.__hash__

    for kind in KINDS:
        source = map_of(kind)
        alike = Agreeing("alike", keys_of(kind)[-1].hash_value)
        assert alike in source
        assert len(source.set(alike, "new")) == len(source)


def test_key_that_is_not_equal_to_itself_finds_itself() -> None:
    class Unequal(Key):
        def __eq__(self, other: object) -> bool:
            return False

        __hash__ = Key.__hash__

    for size in (1, 8, 9, 100):
        keys = [Unequal(i, i % 5) for i in range(size)]
        source = PersistentMap.fromkeys(keys)
        assert len(source) == size
        assert all(key in source for key in keys)
        for key in keys:
            source = source.delete(key)
        assert len(source) == 0


# Keys that break the rules


def test_keys_whose_hash_changes_never_crash() -> None:
    """Entries may get out of reach, but none is lost or given twice."""
    run_child(
        """
        import itertools, random
        from hostile import Key
        from pyhamt import PersistentMap

        rng = random.Random(0)
        deep = 2**60 + 2**52  # parts from 0 on the last level

        def hash_value():
            return rng.choice([0, 1, 33, deep, 2**60, rng.getrandbits(10),
                               32 ** rng.randrange(12), rng.getrandbits(61)])

        for _ in range(150):
            keys = [Key(i, hash_value()) for i in range(40)]
            versions = [PersistentMap()]
            for step in range(120):
                key = rng.choice(keys)
                if rng.random() < 0.4:
                    key.hash_value = hash_value()
                source, other = rng.choice(versions[-4:]), rng.choice(versions)
                source == other
                versions.append(rng.choice([
                    lambda: source.set(key, [step]),
                    lambda: source.update([(key, step), (key.twin(), step)]),
                    lambda: source.discard(key),
                    lambda: source | other,
                ])())
                newest = versions[-1]
                assert len(list(newest.items())) == len(newest)
                assert newest._figures()["depth_max"] <= 13
        """
    )


def test_merge_with_a_key_whose_hash_changed_ends() -> None:
    run_child(
        """
        from hostile import Key
        from pyhamt import PersistentMap

        fill = [(Key(i, 40 + i), i) for i in range(9)]
        moving = Key("moving", 225)
        first = PersistentMap([*fill, (moving, 1)])
        second = PersistentMap([*fill, (Key("a", 225), 1), (Key("b", 225), 1)])
        moving.hash_value = 224
        for merged in (first | second, second | first):
            assert len(merged) == len(list(merged)) == 12
        """
    )


def test_type_whose_name_is_no_string_is_reported_all_the_same() -> None:
    run_child(
        """
        from pyhamt import PersistentMap

        class Meta(type):
            __name__ = property(lambda cls: 42)

        class Odd(metaclass=Meta):
            __hash__ = None

        for act in (
            lambda: PersistentMap().set(Odd(), 1),
            lambda: PersistentMap()[Odd()],
            lambda: PersistentMap({}).update([(Odd(), 1)]),
            lambda: PersistentMap(Odd()),
            lambda: PersistentMap.from_dict(Odd()),
        ):
            try:
                act()
            except TypeError:
                pass
            else:
                raise AssertionError("no TypeError")
        """
    )


# Sources that change while they are read


def test_source_that_a_key_changes_while_it_is_read() -> None:
    """The result is a map of what was in the source before or after, or RuntimeError,
    as with dict."""
    run_child(
        """
        from collections import UserDict
        from hostile import KINDS, Key, hooked, keys_of, map_of
        from pyhamt import PersistentMap

        def clear(source):
            source.clear()

        def grow(source):
            for i in range(50):
                if isinstance(source, list):
                    source.append((Key(i, i), i))
                else:
                    source[Key(("grown", i), i)] = i

        def shrink(source):
            if source:
                source.popitem() if hasattr(source, "popitem") else source.pop()

        def replace(source):
            if not isinstance(source, list):
                for key in list(source):
                    source[key] = object()

        def as_user_dict(pairs):
            source = UserDict()
            source.data = dict(pairs)
            return source

        class Dict(dict):
            pass

        makers = (
            PersistentMap,
            lambda source: PersistentMap(source, a=1),
            lambda source: map_of(kind).update(source),
            lambda source: map_of(kind).update({}, source, source),
            lambda source: PersistentMap(a=1).update(source),
        )
        for kind in KINDS:
            pairs = list(map_of(kind, tracked=True).items())
            for make_source in (list, dict, Dict, as_user_dict):
                for change in (clear, grow, shrink, replace):
                    for make in makers:
                        for n in range(6):
                            source = make_source((key.twin(), v) for key, v in pairs)
                            calls = 0

                            def hook():
                                global calls
                                calls += 1
                                if calls in (n, n + 5):
                                    change(source)

                            try:
                                with hooked(hook):
                                    result = make(source)
                            except (RuntimeError, KeyError):
                                continue
                            result._check()
                            assert len(list(result.items())) == len(result)
        """
    )


@pytest.mark.parametrize("kind", KINDS)
def test_dict_that_is_cleared_by_a_hash_is_read_as_it_was(kind: str) -> None:
    for make in (PersistentMap, PersistentMap.from_dict):
        source = dict(map_of(kind))
        with hooked(source.clear):
            result = make(source)
        assert not source
        assert result == map_of(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_map_does_not_equal_a_dict_that_loses_a_key_meanwhile(kind: str) -> None:
    """Its size stays, so that the iterator does not see it."""
    m = map_of(kind)
    numbers = count()
    other = {key.twin(): value for key, value in m.items()}

    def replace() -> None:
        for key in list(other):
            del other[key]
            other[next(numbers)] = 1

    with hooked(replace):
        is_equal = m == other
    assert not is_equal


# Arguments that misbehave


def failing_iterator(pairs: int) -> Iterator[tuple[int, int]]:
    for i in range(pairs):
        yield i, i
    raise Refused


@pytest.mark.parametrize("before", [0, 1, 8, 9, 100])
def test_exception_of_an_iterator_comes_out_and_nothing_changes(before: int) -> None:
    source = PersistentMap({1: "one", "a": []})
    for act in (
        lambda: PersistentMap(failing_iterator(before)),
        lambda: PersistentMap.fromkeys(failing_iterator(before)),
        lambda: source.update(failing_iterator(before)),
        lambda: source.update({2: 2}, failing_iterator(before)),
        lambda: source.keys() & failing_iterator(before),
    ):
        with pytest.raises(Refused):
            act()
    assert source == {1: "one", "a": []}
    source._check()


def test_iterator_that_updates_the_map_reads_its_own_version() -> None:
    versions = [PersistentMap({i: i for i in range(20)})]

    def pairs() -> Iterator[tuple[int, str]]:
        for i in range(10):
            versions.append(versions[-1].set(i, "inner").delete(i + 10))
            yield i, "outer"

    result = versions[0].update(pairs())
    assert result == {i: "outer" if i < 10 else i for i in range(20)}
    assert versions[-1] == dict.fromkeys(range(10), "inner")
    for version in (result, *versions):
        version._check()


def test_type_error_of_an_iter_method_comes_out() -> None:
    class Meta(type):
        def __getattribute__(cls, name: str) -> object:
            return super().__getattribute__(name)

    class Broken(metaclass=Meta):
        def __iter__(self) -> NoReturn:
            raise TypeError("mine")

    for act in (PersistentMap, PersistentMap().update, PersistentMap.fromkeys):
        with pytest.raises(TypeError, match="mine"):
            act(Broken())


class Table:
    """A mapping to `update` whose parts a test replaces."""

    def keys(self) -> Any:
        return ["a", "b"]

    def __getitem__(self, key: object) -> object:
        return key


class KeysRaises(Table):
    def keys(self) -> NoReturn:
        raise Refused


class KeysIsRaising(Table):
    @property
    def keys(self) -> NoReturn:
        raise Refused


class KeysIterationRaises(Table):
    def keys(self) -> Any:
        return failing_iterator(3)


class GetItemRaises(Table):
    def __getitem__(self, key: object) -> object:
        if key == "b":
            raise Refused
        return key


@pytest.mark.parametrize(
    "table", [KeysRaises, KeysIsRaising, KeysIterationRaises, GetItemRaises]
)
def test_exception_of_a_mapping_comes_out(table: type[Table]) -> None:
    source = PersistentMap(a=0)
    for act in (PersistentMap, source.update, PersistentMap(a=[]).update):
        with pytest.raises(Refused):
            act(table())
    assert source == {"a": 0}


@pytest.mark.parametrize("keys", [None, 1])
def test_mapping_whose_keys_are_not_iterable_raises_type_error(keys: object) -> None:
    table = Table()
    table.keys = lambda: keys
    with pytest.raises(TypeError):
        PersistentMap(table)


def test_mapping_whose_keys_come_twice_gives_each_once() -> None:
    table = Table()
    table.keys = lambda: iter(["a", "b", "a"])
    assert PersistentMap(table) == {"a": "a", "b": "b"}


def test_keys_attribute_that_is_missing_makes_it_an_iterable_of_pairs() -> None:
    class Pairs:
        def __getattr__(self, name: str) -> NoReturn:
            raise AttributeError(name)

        def __iter__(self) -> Iterator[tuple[str, int]]:
            return iter([("a", 1)])

    assert PersistentMap(Pairs()) == {"a": 1}


# Destructors


def test_destructors_that_run_inside_an_edit_can_use_the_maps() -> None:
    """Keys and values that an edit drops, in a version of the map that nobody else
    holds, run code that uses the map, other versions, the collector, and themselves."""
    run_child(
        """
        import gc
        from hostile import KINDS, Dying, Key, keys_of
        from pyhamt import PersistentMap

        class DyingKey(Key):
            def __del__(self):
                last_will()

        def last_will():
            global deaths
            deaths += 1
            for version in versions:
                version._check()
                assert len(list(version.items())) == len(version)
                version.set("new", 1).update(version, {"a": 1}).discard("a")
            PersistentMap.fromkeys(range(deaths % 40), [])
            gc.collect()

        gc.freeze()  # What is there already is not to slow the collections down.

        def values(keys):
            return [(key, Dying(last_will)) for key in keys]

        def dying_keys(kind):
            return [DyingKey(key.name, key.hash_value) for key in keys_of(kind)]

        gc.disable()
        for kind in KINDS:
            for make in (dict, list, PersistentMap):
                deaths = 0
                versions = []
                size = len(keys_of(kind))
                versions.append(PersistentMap(values(keys_of(kind))))
                # Each value is replaced in place by the next one.
                newer = versions[0].update(
                    *(make(values(dying_keys(kind))) for _ in range(4))
                )
                assert deaths == 3 * size + 4 * size, (kind, make, deaths)
                versions.append(newer)
                del newer
                deaths = 0
                for key in keys_of(kind):
                    versions[-1] = versions[-1].delete(key)
                assert deaths == size, (kind, make, deaths)
                assert len(versions.pop()) == 0
                deaths = 0
                thrice = [key for key in dying_keys(kind) for _ in range(3)]
                versions.append(PersistentMap(values(thrice)))
                thrice.clear()
                gc.collect()
                assert deaths == 2 * size, (kind, make, deaths)
                deaths = 0
                versions.clear()
                assert deaths == 3 * size, (kind, make, deaths)
        """
    )


def test_value_that_is_revived_by_its_destructor_stays_usable() -> None:
    run_child(
        """
        from pyhamt import PersistentMap

        class Revived:
            def __del__(self):
                revived.append(self)

        for size in (3, 100):
            revived = []
            source = PersistentMap({i: Revived() for i in range(size)})
            source = source.update({i: i for i in range(size)})
            assert len(revived) == size
            again = PersistentMap(enumerate(revived))
            again._check()
            assert all(again[i] is revived[i] for i in range(size))
        """
    )


def test_iterator_that_is_exhausted_while_it_makes_an_item_gives_that_item() -> None:
    """The tuple of an item can start a collection, and a finaliser then exhaust the
    iterator, which lets go of the map that holds the key and the value."""
    run_child(
        """
        import gc
        from pyhamt import PersistentMap

        class Exhausting:
            def __init__(self):
                self.cycle = self

            def __del__(self):
                global reused
                for _ in iterator:
                    pass
                reused = ["x" * (i % 9) + str(i) for i in range(20_000)]
                done.append(True)

        for _ in range(3):
            done = []
            keys = range(5000)
            iterator = iter(
                PersistentMap((f"key-{i}", f"value-{i}") for i in keys).items()
            )
            gc.collect()
            gc.disable()
            Exhausting()
            items = []
            gc.set_threshold(100)
            gc.enable()
            while not done:
                items.append(next(iterator))
            gc.disable()
            for key, value in items:
                assert key.startswith("key-"), key
                assert value == "value-" + key[4:], value
        """
    )


# Code in what loads the methods that are written in Python


def test_methods_loaded_while_they_are_being_loaded_are_the_ones() -> None:
    native = native_module()
    # Its module holds the function that holds the map, which the collector has to see.
    m = native.PersistentMap(a=[])
    loads: list[int] = []

    def load() -> SimpleNamespace:
        number = len(loads)
        loads.append(number)
        if number == 0:
            assert m.stats() == 1
        return SimpleNamespace(stats=lambda self: number)

    native._use_methods(load)
    assert m.stats() == 1
    assert m.stats() == 1
    assert loads == [0, 1]
