# SPDX-License-Identifier: Apache-2.0
"""What the type is to the rest of Python: a Mapping that nothing can change."""

from __future__ import annotations

import ast
import inspect
import sys
import weakref
from collections import abc
from pathlib import Path
from types import GenericAlias
from typing import Any, get_args, get_origin, get_type_hints

import pytest

import pyhamt
from conftest import Entries, MapType, entries_of
from pyhamt import PersistentMap, _hamt


@pytest.mark.parametrize(
    "base", [abc.Mapping, abc.Hashable, abc.Collection, abc.Iterable, abc.Sized]
)
def test_map_is_what_collections_abc_calls_it(Map: MapType, base: type) -> None:
    assert isinstance(Map(), base)
    assert issubclass(Map, base)


@pytest.mark.parametrize("base", [abc.MutableMapping, abc.Sequence, abc.Set, dict])
def test_map_is_nothing_else(Map: MapType, base: type) -> None:
    assert not isinstance(Map(), base)


def matched(subject: Any) -> Any:
    """What a match statement takes out of a mapping."""
    match subject:
        case {"a": int(x), "b": {"c": y}, **rest}:
            return x, y, rest
        case {"a": x}:
            return x
        case [*_]:
            return "sequence"
        case {}:
            return "mapping"
    return "none"


def test_match_statement_sees_a_mapping(Map: MapType, size: int) -> None:
    more = entries_of("str", size)
    assert matched(Map(more).set("a", 1)) == 1
    assert matched(Map(more)) == "mapping"
    assert matched(Map(more).update(a=1, b=Map(c=2))) == (1, 2, more)


def test_alias_is_for_annotations(Map: MapType) -> None:
    alias = Map[str, int]
    assert isinstance(alias, GenericAlias)
    assert get_origin(alias) is Map
    assert get_args(alias) == (str, int)
    assert alias(a=1) == Map(a=1)


def test_alias_is_read_from_an_annotation() -> None:
    def annotated(m: PersistentMap[str, int]) -> None: ...

    assert get_type_hints(annotated)["m"] == PersistentMap[str, int]


def test_weak_reference_does_not_hold_the_map(Map: MapType, entries: Entries) -> None:
    m = Map(entries)
    died: list[Any] = []
    reference = weakref.ref(m, died.append)
    assert reference() is m
    assert died == []
    del m
    assert reference() is None
    assert died == [reference]


def test_map_is_held_by_weak_dictionaries(Map: MapType) -> None:
    m, other = Map(a=1), Map(a=1)
    by_key = weakref.WeakKeyDictionary({m: "value"})
    by_value = weakref.WeakValueDictionary({"key": m})
    assert by_key[other] == "value"
    assert by_value["key"] is m
    del m
    assert len(by_key) == len(by_value) == 0


def test_getsizeof_counts_the_nodes(entries: Entries) -> None:
    m = PersistentMap(entries)
    empty_bytes = sys.getsizeof(PersistentMap())
    nodes_bytes = sys.getsizeof(m) - empty_bytes
    two_pointers = 16
    assert empty_bytes >= PersistentMap.__basicsize__
    assert nodes_bytes == m._figures()["bytes"]
    assert nodes_bytes >= two_pointers * len(entries)


@pytest.mark.parametrize("name", ["a", "get", "__len__", "__dict__", "_root"])
def test_attribute_of_a_map_cannot_be_set(Map: MapType, name: str) -> None:
    m = Map(a=1)
    with pytest.raises(AttributeError):
        setattr(m, name, None)
    with pytest.raises(AttributeError):
        delattr(m, name)
    with pytest.raises(AttributeError):
        object.__setattr__(m, name, None)


def test_class_of_a_map_cannot_be_set() -> None:
    m = PersistentMap(a=1)
    with pytest.raises(TypeError):
        m.__class__ = dict


VIEWS = [
    PersistentMap(a=1).keys(),
    PersistentMap(a=1).values(),
    PersistentMap().items(),
]
PARTS = [*VIEWS, *map(iter, VIEWS)]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: type(part).__name__)
def test_views_and_iterators_are_made_by_maps_alone(part: Any) -> None:
    with pytest.raises(TypeError, match="cannot create"):
        type(part)()
    with pytest.raises(TypeError, match="immutable"):
        type(part).more = None
    with pytest.raises(AttributeError):
        part.more = None
    with pytest.raises(AttributeError):
        part.mapping = None


@pytest.mark.parametrize("name", ["a", "get", "__len__", "__eq__", "__doc__"])
def test_attribute_of_the_type_cannot_be_set(name: str) -> None:
    before = inspect.getattr_static(PersistentMap, name, None)
    with pytest.raises(TypeError, match="immutable"):
        setattr(PersistentMap, name, None)
    with pytest.raises((TypeError, AttributeError)):
        delattr(PersistentMap, name)
    assert inspect.getattr_static(PersistentMap, name, None) is before


def test_types_for_checkers_are_installed_with_the_package() -> None:
    package = Path(pyhamt.__file__).parent
    assert (package / "py.typed").is_file()
    stub = ast.parse((package / "_hamt.pyi").read_text(encoding="utf-8"))
    classes = {node.name for node in stub.body if isinstance(node, ast.ClassDef)}
    assert {"PersistentMap", "MapMutation"} <= classes


def test_type_is_named_by_its_public_path() -> None:
    assert PersistentMap.__module__ == "pyhamt"
    assert PersistentMap.__qualname__ == PersistentMap.__name__ == "PersistentMap"
    assert pyhamt.PersistentMap is _hamt.PersistentMap
