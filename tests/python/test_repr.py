# SPDX-License-Identifier: Apache-2.0
"""`repr` and `str`: the type's name around the text of a dict."""

from __future__ import annotations

from typing import Any

import pytest

from conftest import MapType, check, entries_of
from pyhamt import PersistentMap


def test_repr_reads_as_a_call(Map: MapType) -> None:
    assert repr(PersistentMap(a=1)) == "PersistentMap({'a': 1})"
    assert repr(Map()) == f"{Map.__name__}({{}})"
    assert repr(Map({"a": 1, (2,): None})) == f"{Map.__name__}({{'a': 1, (2,): None}})"


def test_str_and_format_are_repr(Map: MapType) -> None:
    m = Map({"é": "ü\n"})
    assert str(m) == repr(m) == f"{m}" == f"{Map.__name__}({{'é': 'ü\\n'}})"


@pytest.mark.parametrize("kind", ["str", "int", "tuple"])
def test_repr_evaluates_to_an_equal_map(Map: MapType, size: int, kind: str) -> None:
    m = Map(entries_of(kind, size))
    again = eval(repr(m), {Map.__name__: Map})
    assert type(again) is Map
    assert again == m


def test_repr_of_a_map_in_a_map_is_nested(Map: MapType) -> None:
    name = Map.__name__
    assert repr(Map(a=Map(b=1))) == f"{name}({{'a': {name}({{'b': 1}})}})"


def test_repr_of_one_map_twice_is_no_recursion(Map: MapType) -> None:
    inner = Map()
    assert "..." not in repr(Map(a=inner, b=inner))


def test_repr_of_a_map_in_its_own_value_ends(Map: MapType, size: int) -> None:
    values: list[Any] = []
    m = Map(entries_of("str", size)).set("self", values)
    values.append(m)
    for _ in range(2):
        assert repr(m).count(f"'self': [{Map.__name__}(...)]") == 1
    assert repr(values).startswith(f"[{Map.__name__}({{")
    values.clear()
    assert "..." not in repr(m)


@pytest.mark.parametrize("view", ["keys", "values", "items"])
def test_repr_of_a_view_lists_it(Map: MapType, size: int, view: str) -> None:
    ours = getattr(Map(entries_of("str", size)), view)()
    assert repr(ours) == f"{type(ours).__name__}({list(ours)!r})"


@pytest.mark.parametrize("view", ["values", "items"])
def test_repr_of_a_view_in_its_own_map_ends(Map: MapType, view: str) -> None:
    values: list[Any] = []
    ours = getattr(Map(a=values), view)()
    values.append(ours)
    assert "..." in repr(ours)
    values.clear()
    assert "..." not in repr(ours)


def test_exception_of_a_repr_passes_through(Map: MapType, size: int) -> None:
    class Raising:
        def __repr__(self) -> str:
            if raising:
                raise ZeroDivisionError
            return "fine"

    raising = True
    m = Map(entries_of("str", size)).set("last", Raising())
    for each in (m, m.values(), m.items()):
        with pytest.raises(ZeroDivisionError):
            repr(each)
    raising = False
    assert "'last': fine" in repr(m)
    assert all("fine" in repr(each) for each in (m.values(), m.items()))
    check(m)
