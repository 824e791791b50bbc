# SPDX-License-Identifier: Apache-2.0
"""`freeze` and `thaw`: round trips, what stays the same object, what cannot be done."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyhamt import PersistentMap, freeze, thaw

atoms = st.none() | st.booleans() | st.integers() | st.text() | st.binary()
frozen_members = st.recursive(
    atoms,
    lambda inner: (
        st.tuples(inner, inner)
        | st.frozensets(inner, max_size=3)
        | st.dictionaries(atoms, inner, max_size=3).map(PersistentMap)
    ),
    max_leaves=5,
)
plain = st.recursive(
    atoms | st.sets(frozen_members, max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(frozen_members, inner, max_size=12)
    ),
    max_leaves=20,
)


def assert_frozen(obj: Any) -> None:
    """No container that can change is anywhere in it."""
    assert not isinstance(obj, (dict, list, set)), obj
    if isinstance(obj, PersistentMap):
        obj._check()
        for key, value in obj.items():
            assert_frozen(key)
            assert_frozen(value)
    elif isinstance(obj, (tuple, frozenset)):
        for member in obj:
            assert_frozen(member)


def assert_alike(one: Any, other: Any) -> None:
    """Equal, and of the same types, but for what must be hashable."""
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_alike(one[key], other[key])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for pair in zip(one, other, strict=True):
            assert_alike(*pair)
    else:
        assert one == other


@given(plain)
def test_thaw_undoes_freeze(obj: Any) -> None:
    frozen = freeze(obj)
    assert_frozen(frozen)
    hash(frozen)
    thawed = thaw(frozen)
    assert_alike(thawed, obj)
    assert freeze(thawed) == frozen


@given(plain)
def test_what_is_frozen_is_the_same_object(obj: Any) -> None:
    frozen = freeze(obj)
    assert freeze(frozen) is frozen


@given(plain)
def test_freeze_leaves_its_argument(obj: Any) -> None:
    before = repr(obj)
    thaw(freeze(obj))
    assert repr(obj) == before


def test_freeze_makes_each_kind_immutable() -> None:
    frozen = freeze({"a": [1, {2}, {"b": [3]}], "c": ([4],)})
    assert frozen == PersistentMap(
        a=(1, frozenset({2}), PersistentMap(b=(3,))), c=((4,),)
    )
    assert_frozen(frozen)


def test_thaw_makes_each_kind_mutable() -> None:
    thawed = thaw(PersistentMap(a=(1, frozenset({2}), PersistentMap(b=(3,)))))
    assert_alike(thawed, {"a": [1, {2}, {"b": [3]}]})


def test_freeze_goes_into_maps_and_tuples() -> None:
    inner = PersistentMap(same=(1, 2))
    m = PersistentMap(inner=inner, list=[1], tuple=(inner, [2]))
    frozen = freeze(m)
    assert frozen == {"inner": inner, "list": (1,), "tuple": (inner, (2,))}
    assert frozen["inner"] is inner
    assert frozen["tuple"][0] is inner
    assert m["list"] == [1]


def test_keys_and_members_stay_frozen() -> None:
    key = (1, frozenset({2}), PersistentMap(a=(3,)))
    (thawed_key,) = thaw(PersistentMap({key: 1}))
    assert thawed_key is key
    thawed = thaw(frozenset({key}))
    assert type(thawed) is set
    (member,) = thawed
    assert member is key
    (member,) = freeze({key})
    assert member is key


def test_values_below_keys_and_members_are_thawed() -> None:
    m = PersistentMap({(1, 2): (1, frozenset({(3, 4)}))})
    assert_alike(thaw(m), {(1, 2): [1, {(3, 4)}]})


def test_thaw_gives_new_containers() -> None:
    m = PersistentMap(a=(1,))
    one, other = thaw(m), thaw(m)
    one["a"].append(2)
    assert other == {"a": [1]}
    assert m == {"a": (1,)}


def test_thaw_goes_into_plain_containers() -> None:
    assert_alike(thaw({"a": [PersistentMap(b=(1,))]}), {"a": [{"b": [1]}]})


@pytest.mark.parametrize("obj", [1, "text", b"bytes", None, 1.5, object(), int])
def test_other_objects_stay_as_they_are(obj: object) -> None:
    assert freeze(obj) is obj
    assert thaw(obj) is obj


def test_subclasses_of_plain_containers_are_frozen() -> None:
    frozen = freeze(OrderedDict(a=[1]))
    assert type(frozen) is PersistentMap
    assert frozen == {"a": (1,)}


def test_named_tuple_stays_as_it_is() -> None:
    point = namedtuple("point", "x y")(1, 2)  # noqa: PYI024
    assert freeze(point) is point
    assert thaw(point) is point


def test_freeze_keeps_the_class_of_a_map() -> None:
    class Config(PersistentMap):
        pass

    config = Config(a=[1])
    frozen = freeze(config)
    assert type(frozen) is Config
    assert frozen == {"a": (1,)}
    assert freeze(frozen) is frozen
    assert_alike(thaw(frozen), {"a": [1]})


def self_containing_list() -> Any:
    inner: list[Any] = []
    inner.append(inner)
    return inner


def self_containing_dict() -> Any:
    inner: dict[str, Any] = {}
    inner["self"] = [inner]
    return inner


@pytest.mark.parametrize("make", [self_containing_list, self_containing_dict])
def test_container_in_itself_raises_recursion_error(make: Any) -> None:
    for convert in (freeze, thaw):
        with pytest.raises(RecursionError):
            convert(make())
    with pytest.raises(RecursionError):
        freeze(PersistentMap(inner=make()))


def test_member_that_is_unhashable_when_frozen_raises_type_error() -> None:
    class HashedByIdentity(list):
        __hash__ = object.__hash__

    assert freeze({HashedByIdentity([1])}) == {(1,)}
    with pytest.raises(TypeError, match="unhashable type: 'bytearray'"):
        freeze({HashedByIdentity([bytearray()])})
