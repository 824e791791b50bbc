# SPDX-License-Identifier: Apache-2.0
"""`to_builtins` for the json module: what each kind becomes, and what is refused."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyhamt import Atom, MapDiff, PersistentMap, freeze, to_builtins

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner, max_size=12),
)


class Config(PersistentMap):
    """A map of a class of its own."""


def dumps(obj: Any) -> str:
    return json.dumps(obj, default=to_builtins)


@given(plain)
def test_json_of_what_is_frozen_is_that_of_what_was(obj: Any) -> None:
    assert json.loads(dumps(freeze(obj))) == obj


@pytest.mark.parametrize("size", [0, 1, 8, 9, 1000])
def test_map_is_a_dict_with_the_same_keys_and_values(size: int) -> None:
    entries = {(i, f"key-{i}"): [i] for i in range(size)}
    m = PersistentMap(entries)
    for obj in (m, Config(m), m.mutate()):
        converted = to_builtins(obj)
        assert type(converted) is dict
        assert converted == entries
        for (key, value), (ours, our_value) in zip(
            converted.items(), m.items(), strict=True
        ):
            assert key is ours
            assert value is our_value


def test_what_is_inside_stays_as_it_is() -> None:
    inner = PersistentMap(b=1)
    assert to_builtins(PersistentMap(a=inner))["a"] is inner
    (member,) = to_builtins(frozenset({inner}))
    assert member is inner


def test_json_asks_again_for_what_is_inside() -> None:
    m = PersistentMap(
        a=PersistentMap(b=[PersistentMap(c=frozenset({1}))]), d=PersistentMap().mutate()
    )
    assert dumps(m) == '{"a": {"b": [{"c": [1]}]}, "d": {}}'


def test_diff_is_a_dict_of_its_parts() -> None:
    diff = PersistentMap(a=1, b=2).diff(PersistentMap(b=3, c=PersistentMap(d=4)))
    converted = to_builtins(diff)
    assert type(converted) is dict
    assert list(converted) == ["added", "removed", "changed"]
    assert all(converted[name] is getattr(diff, name) for name in converted)
    assert dumps(diff) == (
        '{"added": {"c": {"d": 4}}, "removed": {"a": 1}, "changed": {"b": [2, 3]}}'
    )
    rebuilt = MapDiff(**{name: PersistentMap(part) for name, part in converted.items()})
    assert rebuilt == diff


@pytest.mark.parametrize("make", [PersistentMap, Config, dict], ids=repr)
def test_views_are_lists_in_their_order(make: Any) -> None:
    m = make({"b": 2, "a": 1})
    views = [m.keys(), m.values(), m.items()]
    assert [to_builtins(view) for view in views] == [
        ["b", "a"],
        [2, 1],
        [("b", 2), ("a", 1)],
    ]
    assert dumps(views) == '[["b", "a"], [2, 1], [["b", 2], ["a", 1]]]'


def test_views_of_a_mutation_are_lists() -> None:
    draft = PersistentMap(a=1).mutate()
    assert dumps([draft.keys(), draft.values(), draft.items()]) == (
        '[["a"], [1], [["a", 1]]]'
    )


def test_frozenset_is_a_list_of_its_members() -> None:
    converted = to_builtins(frozenset({1, 2, 3}))
    assert type(converted) is list
    assert sorted(converted) == [1, 2, 3]


@pytest.mark.parametrize("key", [(1, 2), frozenset(), b"bytes", PersistentMap()])
def test_key_that_json_cannot_write_raises_type_error(key: Any) -> None:
    with pytest.raises(TypeError, match="keys must be str, int"):
        dumps(PersistentMap({key: 1}))


@pytest.mark.parametrize(
    "obj", [{1}, b"bytes", 1j, object(), OrderedDict, PersistentMap, Atom(1), iter([])]
)
def test_other_object_raises_the_type_error_of_json(obj: Any) -> None:
    with pytest.raises(TypeError) as of_json:
        json.dumps(obj)
    with pytest.raises(TypeError) as ours:
        to_builtins(obj)
    assert str(ours.value) == str(of_json.value)
    with pytest.raises(TypeError, match="is not JSON serializable"):
        dumps(PersistentMap(a=obj))


def test_mutation_that_contains_itself_raises_value_error() -> None:
    draft = PersistentMap().mutate()
    inner: list[Any] = [draft]
    draft["self"] = inner
    with pytest.raises(ValueError, match="Circular reference"):
        dumps(draft)
