# SPDX-License-Identifier: Apache-2.0
"""Wrong arguments: the exception that dict raises, and nothing half done is left."""

from __future__ import annotations

import operator
import traceback
import weakref
from collections import UserDict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conftest import AnyMap, Entries, MapType, check, entries_of, native_module
from pyhamt import PersistentMap

UNHASHABLE = "cannot use 'list' as a PersistentMap key (unhashable type: 'list')"


def message_of(function: Callable[..., Any], *arguments: Any) -> str:
    """The text of the TypeError or ValueError that a call must raise."""
    try:
        function(*arguments)
    except (TypeError, ValueError) as error:
        return str(error)
    raise AssertionError("nothing was raised")


# Unhashable keys

USES_OF_A_KEY: dict[str, Callable[[AnyMap, Any], Any]] = {
    "pairs": lambda m, key: type(m)([(key, 1)]),
    "mapping": lambda m, key: type(m)(OneKey(key)),
    "fromkeys": lambda m, key: m.fromkeys([key]),
    "getitem": lambda m, key: m[key],
    "get": lambda m, key: m.get(key),
    "get with default": lambda m, key: m.get(key, default=1),
    "contains": lambda m, key: operator.contains(m, key),
    "set": lambda m, key: m.set(key, 1),
    "delete": lambda m, key: m.delete(key),
    "discard": lambda m, key: m.discard(key),
    "update": lambda m, key: m.update([("fine", 1), (key, 1)]),
    "update of mapping": lambda m, key: m.update(OneKey(key)),
    "keys contain": lambda m, key: operator.contains(m.keys(), key),
    "items contain": lambda m, key: operator.contains(m.items(), (key, 1)),
}


class OneKey:
    """The least that dict takes for a mapping, with one key."""

    def __init__(self, key: Any) -> None:
        self._key = key

    def keys(self) -> list[Any]:
        return [self._key]

    def __getitem__(self, key: Any) -> None:
        return None


@pytest.fixture(params=USES_OF_A_KEY)
def use(request: pytest.FixtureRequest) -> Callable[[AnyMap, Any], Any]:
    return USES_OF_A_KEY[request.param]


def test_unhashable_key_raises_type_error(
    Map: MapType, size: int, use: Callable[[AnyMap, Any], Any]
) -> None:
    entries = entries_of("str", size)
    m = Map(entries)
    with pytest.raises(TypeError, match="unhashable type: 'list'"):
        use(m, [])
    check(m)
    assert m == entries


def test_unhashable_key_is_named_with_its_type(
    size: int, use: Callable[[AnyMap, Any], Any]
) -> None:
    m = PersistentMap(entries_of("str", size))
    assert message_of(use, m, []) == UNHASHABLE
    assert message_of(use, m, ({},)) == (
        "cannot use 'tuple' as a PersistentMap key (unhashable type: 'dict')"
    )


def test_unhashable_key_keeps_the_first_error_as_the_cause(
    use: Callable[[AnyMap, Any], Any],
) -> None:
    with pytest.raises(TypeError) as caught:
        use(PersistentMap(), [])
    assert type(caught.value.__cause__) is TypeError
    assert str(caught.value.__cause__) == "unhashable type: 'list'"


def test_cause_of_an_unhashable_key_knows_where_it_was_raised(
    use: Callable[[AnyMap, Any], Any],
) -> None:
    class Raising:
        def __hash__(self) -> int:
            raise TypeError("own text")

    with pytest.raises(TypeError, match=r"'Raising'.*own text") as caught:
        use(PersistentMap(a=1), Raising())
    assert caught.value.__cause__ is not None
    walked = traceback.extract_tb(caught.value.__cause__.__traceback__)
    assert [frame.name for frame in walked] == ["__hash__"]


class OwnTypeError(TypeError):
    """A TypeError that carries something."""


@pytest.mark.parametrize("kind", [OwnTypeError, KeyError, SystemExit])
def test_other_exception_of_a_hash_passes_through(
    Map: MapType, use: Callable[[AnyMap, Any], Any], kind: type[BaseException]
) -> None:
    error = kind("own")

    class Raising:
        def __hash__(self) -> int:
            raise error

    with pytest.raises(type(error)) as caught:
        use(Map(a=1), Raising())
    assert caught.value is error


# Arguments that are no mapping and no pairs

NO_ENTRIES: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "int": lambda: 5,
    "object": object,
    "text": lambda: "text",
    "ints": lambda: [1],
    "int after a pair": lambda: [("a", 1), 2],
    "empty pair": lambda: [()],
    "pair of one": lambda: [("a", 1), ("b",)],
    "pair of three": lambda: [("a", 1), ("b", 2), ("c", 3, 4)],
    "text of three": lambda: ["abc"],
    "set of one": lambda: [{1}],
    "unhashable key": lambda: [("a", 1), ([], 2)],
}


@pytest.fixture(params=NO_ENTRIES)
def no_entries(request: pytest.FixtureRequest) -> Any:
    return NO_ENTRIES[request.param]()


def test_what_has_no_entries_raises_as_dict_does(
    Map: MapType, size: int, no_entries: Any
) -> None:
    entries = entries_of("int", size)
    m = Map(entries)
    with pytest.raises((TypeError, ValueError)) as expected:
        dict(no_entries)
    for function in (Map, lambda source: Map(source, a=1), m.update):
        with pytest.raises(expected.type) as caught:
            function(no_entries)
        assert caught.type is expected.type
    check(m)
    assert m == entries


def test_message_on_what_has_no_entries_names_the_type(no_entries: Any) -> None:
    for function in (PersistentMap, PersistentMap(a=1).update):
        assert "PersistentMap" in message_of(function, no_entries)


def test_message_on_a_wrong_pair_tells_which() -> None:
    assert message_of(PersistentMap, [("a", 1), ("b",)]) == (
        "PersistentMap update sequence element #1 has length 1; 2 is required"
    )
    assert message_of(PersistentMap, [("a", 1), ("b", 2), 3]) == (
        "cannot convert PersistentMap update sequence element #2 to a sequence"
    )


@pytest.mark.parametrize("source", [None, 5, [("a", 1)], "ab", PersistentMap(a=1)])
def test_from_dict_of_anything_but_a_dict_raises_type_error(
    Map: MapType, source: Any
) -> None:
    with pytest.raises(TypeError, match="expected a dict"):
        Map.from_dict(source)


@pytest.mark.parametrize("source", [None, 5, object()])
def test_fromkeys_of_what_cannot_be_walked_raises_type_error(
    Map: MapType, source: Any
) -> None:
    with pytest.raises(TypeError, match="not iterable"):
        Map.fromkeys(source)


@pytest.mark.parametrize("source", [None, 5, object()])
def test_message_on_what_cannot_be_walked_names_the_type(source: Any) -> None:
    assert "PersistentMap" in message_of(PersistentMap.fromkeys, source)


# Wrong calls

WRONG_CALLS: dict[str, Callable[[Any], Any]] = {
    "two sources": lambda m: type(m)({}, {}),
    "from_dict without": lambda m: m.from_dict(),
    "from_dict of two": lambda m: m.from_dict({}, {}),
    "from_dict by keyword": lambda m: m.from_dict(source={}),
    "fromkeys without": lambda m: m.fromkeys(),
    "fromkeys of three": lambda m: m.fromkeys((), 1, 2),
    "fromkeys by keyword": lambda m: m.fromkeys((), value=1),
    "get without": lambda m: m.get(),
    "get of three": lambda m: m.get("a", 1, 2),
    "get by keyword": lambda m: m.get(key="a"),
    "get with other keyword": lambda m: m.get("a", other=1),
    "get with two defaults": lambda m: m.get("a", 1, default=2),
    "set without": lambda m: m.set(),
    "set of one": lambda m: m.set("a"),
    "set of three": lambda m: m.set("a", 1, 2),
    "set by keyword": lambda m: m.set("a", value=1),
    "delete without": lambda m: m.delete(),
    "delete of two": lambda m: m.delete("a", 1),
    "delete by keyword": lambda m: m.delete(key="a"),
    "discard without": lambda m: m.discard(),
    "discard of two": lambda m: m.discard("a", 1),
    "get_many without": lambda m: m.get_many(),
    "get_many of three": lambda m: m.get_many("a", 1, 2),
    "get_many with other keyword": lambda m: m.get_many("a", other=1),
    "keys of one": lambda m: m.keys(1),
    "values of one": lambda m: m.values(1),
    "items of one": lambda m: m.items(1),
    "setitem": lambda m: operator.setitem(m, "a", 1),
    "delitem": lambda m: operator.delitem(m, "a"),
    "or of pairs": lambda m: m | [("a", 1)],
    "sum": lambda m: m + m,
    "order": lambda m: m < m,
}


@pytest.fixture(params=WRONG_CALLS)
def call(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    return WRONG_CALLS[request.param]


def test_wrong_call_raises_type_error(Map: MapType, call: Callable[[Any], Any]) -> None:
    m = Map(a=1)
    with pytest.raises(TypeError):
        call(m)
    check(m)
    assert m == {"a": 1}


def test_message_on_a_wrong_call_names_the_type(call: Callable[[Any], Any]) -> None:
    assert "PersistentMap" in message_of(call, PersistentMap(a=1))


def test_message_on_what_is_no_dict_names_both_types() -> None:
    assert message_of(PersistentMap.from_dict, [("a", 1)]) == (
        "PersistentMap.from_dict expected a dict, got 'list'"
    )


def test_method_in_python_needs_the_package() -> None:
    """The native module alone, as an import of the package that failed may leave it."""
    m = native_module().PersistentMap(a=1)
    assert m["a"] == 1
    with pytest.raises(RuntimeError, match=r"PersistentMap\.stats needs the package"):
        m.stats()


# Arguments that raise on the way


class Value:
    """A value that can be referred to weakly."""


def failing_pairs(known: Entries, seen: list[weakref.ref[Value]]) -> Iterator[Any]:
    """Pairs with known and with new keys, and then an exception."""
    for key in [*known, *(f"new-{i}" for i in range(50))]:
        value = Value()
        seen.append(weakref.ref(value))
        yield key, value
    raise ZeroDivisionError


class FailingMapping:
    """The least that dict takes for a mapping, which raises after its last key."""

    def __init__(self, pairs: Iterator[Any]) -> None:
        self._pairs = pairs

    def keys(self) -> Iterator[Any]:
        for key, value in self._pairs:
            self._value = value
            yield key

    def __getitem__(self, key: Any) -> Any:
        return self._value


FAILING: dict[str, Callable[[AnyMap, Iterator[Any]], Any]] = {
    "construction": lambda m, pairs: type(m)(pairs),
    "construction of mapping": lambda m, pairs: type(m)(FailingMapping(pairs)),
    "fromkeys": lambda m, pairs: m.fromkeys(pairs),
    "update": lambda m, pairs: m.update(pairs),
    "update after others": lambda m, pairs: m.update({"other": 1}, m, pairs, more=1),
    "update of mapping": lambda m, pairs: m.update(FailingMapping(pairs)),
}


def test_pair_that_raises_passes_its_exception_on(Map: MapType) -> None:
    class Raising:
        def __iter__(self) -> Iterator[Any]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Map([("a", 1), Raising()])


@pytest.mark.parametrize("operation", FAILING)
def test_argument_that_raises_leaves_nothing(
    Map: MapType, size: int, operation: str
) -> None:
    entries = entries_of("str", size)
    m = Map(entries)
    seen: list[weakref.ref[Value]] = []
    with pytest.raises(ZeroDivisionError):
        FAILING[operation](m, failing_pairs(entries, seen))
    check(m)
    assert m == entries
    assert len(seen) == size + 50
    assert not any(reference() for reference in seen)


@pytest.mark.parametrize("name", ["keys", "__getitem__", "__iter__"])
def test_mapping_that_raises_passes_its_exception_on(
    Map: MapType, size: int, name: str
) -> None:
    def fail(*arguments: Any) -> Any:
        raise ZeroDivisionError

    failing_type = type("Failing", (UserDict,), {name: fail})
    entries = entries_of("str", size)
    m = Map(entries)
    for operation in (Map, m.update, m.__or__):
        with pytest.raises(ZeroDivisionError):
            operation(failing_type(a=1))
    check(m)
    assert m == entries
