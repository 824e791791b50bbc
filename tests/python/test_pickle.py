# SPDX-License-Identifier: Apache-2.0
"""Pickling: all protocols, by both picklers of the standard library; sizes; cycles."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

import pyhamt
from conftest import AnyMap, Entries, MapType, check, entries_of
from keys import HashPathKey
from pyhamt import PersistentMap, _hamt

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


class Pickler(NamedTuple):
    """One of the two implementations that the standard library has."""

    dumps: Callable[..., bytes]
    loads: Callable[[bytes], Any]


def python_dumps(value: Any, protocol: int) -> bytes:
    file = io.BytesIO()
    pickle._Pickler(file, protocol).dump(value)
    return file.getvalue()


def python_loads(data: bytes) -> Any:
    return pickle._Unpickler(io.BytesIO(data)).load()


@pytest.fixture(
    params=[
        pytest.param(Pickler(pickle.dumps, pickle.loads), id="c"),
        pytest.param(Pickler(python_dumps, python_loads), id="python"),
    ]
)
def pickler(request: pytest.FixtureRequest) -> Pickler:
    return request.param


def texts(m: AnyMap | Entries) -> list[str]:
    """The items as text: a nan does not equal its copy."""
    return sorted(map(repr, m.items()))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_map_comes_back(
    Map: MapType, size: int, pickler: Pickler, protocol: int
) -> None:
    entries = entries_of("mixed", size)
    again = pickler.loads(pickler.dumps(Map(entries), protocol))
    check(again)
    assert type(again) is Map
    assert texts(again) == texts(entries)


# A pickle numbers its objects, and names by its number one that comes again. What comes
# before a map's dict shifts these numbers, so the entries of this test share nothing.
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pickle_is_hardly_larger_than_that_of_a_dict(
    Map: MapType, size: int, pickler: Pickler, protocol: int
) -> None:
    for kind in ("str", "int", "tuple"):
        entries = entries_of(kind, size)
        ours = pickler.dumps(Map(entries), protocol)
        # Protocol 0 appends to the two lists of a map item by item.
        extra = 64 + (size if protocol == 0 else 0)
        assert len(ours) <= len(pickler.dumps(entries, protocol)) + extra


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("empty", "put", "take"),
    [
        pytest.param(list, list.append, lambda value: value[0], id="list"),
        pytest.param(
            dict,
            lambda value, m: value.update(map=m),
            lambda value: value["map"],
            id="dict",
        ),
        pytest.param(
            SimpleNamespace,
            lambda value, m: setattr(value, "map", m),
            lambda value: value.map,
            id="instance",
        ),
    ],
)
def test_map_in_its_own_value_comes_back(
    Map: MapType,
    size: int,
    pickler: Pickler,
    protocol: int,
    empty: Callable[[], Any],
    put: Callable[[Any, Any], None],
    take: Callable[[Any], Any],
) -> None:
    entries = entries_of("str", size)
    value = empty()
    m = Map(entries).set("self", value)
    put(value, m)
    again = pickler.loads(pickler.dumps(m, protocol))
    check(again)
    assert take(again["self"]) is again
    assert again.delete("self") == entries


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_value_with_a_map_of_itself_comes_back(
    Map: MapType, pickler: Pickler, protocol: int
) -> None:
    value: list[Any] = []
    value.append(Map(self=value))
    again = pickler.loads(pickler.dumps(value, protocol))
    assert again[0]["self"] is again


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_one_map_twice_comes_back_as_one(
    Map: MapType, size: int, pickler: Pickler, protocol: int
) -> None:
    m = Map(entries_of("str", size))
    one, other, outer = pickler.loads(pickler.dumps([m, m, Map(inner=m)], protocol))
    assert one is other
    assert outer["inner"] is one


def test_pickle_does_not_change_the_map(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    pickle.dumps(m)
    check(m)
    assert texts(m) == texts(entries)


def test_pickle_of_what_cannot_be_pickled_raises(
    Map: MapType, entries: Entries, pickler: Pickler
) -> None:
    class Raising:
        def __reduce__(self) -> Any:
            raise ZeroDivisionError

    m = Map(entries).set("raising", Raising())
    with pytest.raises(ZeroDivisionError):
        pickler.dumps(m, pickle.DEFAULT_PROTOCOL)
    check(m)


def test_map_comes_back_where_strings_hash_otherwise() -> None:
    entries = entries_of("str", 1000)
    script = (
        "import pickle, sys\n"
        "m, size = pickle.load(sys.stdin.buffer)\n"
        "m._check()\n"
        "assert len(m) == size and all(m[key] == m.get(key) for key in m)\n"
    )
    subprocess.run(
        [sys.executable, "-c", script],
        input=pickle.dumps((PersistentMap(entries), len(entries))),
        env={
            **os.environ,
            "PYTHONHASHSEED": "1",
            "PYTHONPATH": str(Path(pyhamt.__file__).parents[1]),
        },
        check=True,
    )


# ---- Pickles that no map wrote -------------------------------------------------------


def restored(keys: Any, values: Any) -> PersistentMap:
    m: PersistentMap = _hamt._restore(keys, values)
    m._check()
    return m


@pytest.mark.parametrize("size", [2, 8, 9, 17, 1000])
def test_of_equal_keys_the_first_and_the_last_value_stay(size: int) -> None:
    first, last = (size - 2,), (size - 2,)
    keys = [(i,) for i in range(size - 2)] + [first, last]
    m = restored(keys, list(range(size)))
    assert len(m) == size - 1
    assert m[last] == size - 1
    assert next(key for key in m if key == last) is first


def test_equal_keys_among_colliding_ones_are_found() -> None:
    keys = [HashPathKey("3", i % 20) for i in range(40)]
    m = restored(keys, list(range(40)))
    assert m == {HashPathKey("3", i): 20 + i for i in range(20)}


@pytest.mark.parametrize(
    "columns",
    [([1], []), ((1,), (2,)), ([1], None), ({1: 2}, [3])],
    ids=repr,
)
def test_what_are_no_columns_raises_type_error(columns: tuple[Any, Any]) -> None:
    with pytest.raises(TypeError, match="two lists of one length"):
        _hamt._restore(*columns)


def test_unhashable_key_of_a_pickle_raises_type_error() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        _hamt._restore([1, [], 2], [1, 2, 3])


def test_key_that_empties_the_lists_does_no_harm() -> None:
    class Emptying:
        def __hash__(self) -> int:
            keys.clear()
            values.clear()
            return 1

    keys: list[Any] = [*range(100), Emptying()]
    values: list[Any] = list(range(101))
    assert len(restored(keys, values)) == 101
    assert keys == []


def test_pickle_of_an_earlier_version_is_read() -> None:
    """A map was once written as its type called with a dict."""

    class Earlier:
        def __reduce__(self) -> Any:
            return PersistentMap, ({"a": 1},)

    assert pickle.loads(pickle.dumps(Earlier())) == PersistentMap(a=1)
