# SPDX-License-Identifier: Apache-2.0
"""`register_cattrs`: maps in attrs classes and dataclasses, with each converter, beside
what the same converter does with dict.
"""

# Annotations are evaluated, as cattrs needs them to be where types are local.

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Generic, Optional, TypeVar

import attrs
import cattrs.preconf.json
import cattrs.preconf.msgspec
import pytest
from cattrs import BaseConverter, Converter
from cattrs.errors import ClassValidationError, IterableValidationError
from hypothesis import given
from hypothesis import strategies as st

from pyhamt import PersistentMap
from pyhamt.hooks import register_cattrs
from pyhamt.testing import persistent_maps

V = TypeVar("V")

Sizes = PersistentMap[str, int]


class Config(PersistentMap):
    """A map of a class of its own."""

    calls = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        type(self).calls += 1


class Fixed(PersistentMap[str, int]):
    """A subclass that fixes the types."""


class Named(PersistentMap[str, V], Generic[V]):
    """A subclass that fixes the type of the keys."""


class Colour(Enum):
    RED = "red"


@attrs.frozen
class Job:
    limits: Sizes
    deep: PersistentMap[str, Sizes] = PersistentMap()
    rest: PersistentMap = PersistentMap()


@dataclass(frozen=True)
class Plan:
    jobs: PersistentMap[str, Job]
    later: Optional[Sizes] = None  # noqa: UP045


@attrs.frozen
class Node:
    children: "PersistentMap[str, Node]" = PersistentMap()


MAKERS: dict[str, Callable[[], BaseConverter]] = {
    "Converter": Converter,
    "BaseConverter": BaseConverter,
    "without details": lambda: Converter(detailed_validation=False),
    "json": cattrs.preconf.json.make_converter,
    "msgspec": cattrs.preconf.msgspec.make_converter,
}


def registered(converter: BaseConverter) -> BaseConverter:
    register_cattrs(converter)
    return converter


@pytest.fixture(params=MAKERS)
def converter(request: pytest.FixtureRequest) -> BaseConverter:
    return registered(MAKERS[request.param]())


def assert_is(m: Any, cls: type[PersistentMap], entries: dict[Any, Any]) -> None:
    """The map has that class and these entries, with values of the same types."""
    assert type(m) is cls
    assert m == entries
    assert {key: type(value) for key, value in m.items()} == {
        key: type(value) for key, value in entries.items()
    }
    m._check()


# ---- Structure -----------------------------------------------------------------------


@pytest.mark.parametrize("make", [dict, PersistentMap], ids=["dict", "map"])
@pytest.mark.parametrize("size", [0, 1, 8, 9, 100])
def test_mapping_is_structured_to_a_map(
    converter: BaseConverter, make: Any, size: int
) -> None:
    source = make({f"key-{i}": str(i) for i in range(size)})
    m = converter.structure(source, Sizes)
    assert_is(m, PersistentMap, {f"key-{i}": i for i in range(size)})


def test_keys_are_structured(converter: BaseConverter) -> None:
    for source in ({"red": "1"}, PersistentMap(red="1")):
        m = converter.structure(source, PersistentMap[Colour, int])
        assert_is(m, PersistentMap, {Colour.RED: 1})


def test_maps_of_maps(converter: BaseConverter) -> None:
    m = converter.structure({"a": {"b": "1"}}, PersistentMap[str, Sizes])
    assert_is(m, PersistentMap, {"a": PersistentMap(b=1)})
    assert_is(m["a"], PersistentMap, {"b": 1})


@pytest.mark.parametrize("annotation", [PersistentMap, PersistentMap[Any, Any]])
def test_map_without_types_takes_anything(
    converter: BaseConverter, annotation: Any
) -> None:
    inner = [object()]
    m = converter.structure({1: inner, "a": {"b": "1"}}, annotation)
    assert_is(m, PersistentMap, {1: inner, "a": {"b": "1"}})
    assert m[1] is inner


PLAIN_PLAN = {
    "jobs": {
        "a": {
            "limits": {"b": 1},
            "deep": {"c": {"d": 2}, "e": {}},
            "rest": {"f": [3]},
        }
    },
    "later": {"g": 4},
}
PLAN = Plan(
    PersistentMap(
        a=Job(
            PersistentMap(b=1),
            PersistentMap(c=PersistentMap(d=2), e=PersistentMap()),
            PersistentMap(f=[3]),
        )
    ),
    PersistentMap(g=4),
)


def test_maps_in_classes(converter: BaseConverter) -> None:
    plan = converter.structure(PLAIN_PLAN, Plan)
    assert plan == PLAN
    assert type(plan.jobs) is type(plan.jobs["a"].deep["c"]) is PersistentMap
    assert type(plan.later) is PersistentMap
    assert converter.unstructure(plan) == PLAIN_PLAN
    without = converter.structure({"jobs": {}}, Plan)
    assert without == Plan(PersistentMap())
    assert converter.unstructure(without) == {"jobs": {}, "later": None}


def test_class_that_contains_itself(converter: BaseConverter) -> None:
    plain = {"children": {"a": {"children": {"b": {"children": {}}}}}}
    tree = Node(PersistentMap(a=Node(PersistentMap(b=Node()))))
    assert converter.structure(plain, Node) == tree
    unstructured = converter.unstructure(tree)
    assert unstructured == plain
    assert type(unstructured["children"]["a"]["children"]) is dict


def test_generic_class() -> None:
    @attrs.define
    class Box(Generic[V]):
        m: PersistentMap[str, V]

    converter = registered(Converter())
    assert converter.structure({"m": {"a": "1"}}, Box[int]) == Box(PersistentMap(a=1))


# ---- The same object -----------------------------------------------------------------


@given(persistent_maps(st.text(), st.integers()))
def test_map_of_which_nothing_is_converted_is_the_same_object(m: Sizes) -> None:
    converter = registered(Converter())
    assert converter.structure(m, Sizes) is m
    assert converter.structure(m, PersistentMap) is m
    assert converter.structure({"limits": m}, Job).limits is m


def test_map_of_which_little_is_converted_shares_its_nodes(
    converter: BaseConverter,
) -> None:
    m = PersistentMap({f"key-{i}": i for i in range(1000)})
    edited = m.set("key-500", "500")
    structured = converter.structure(edited, Sizes)
    assert_is(structured, PersistentMap, dict(m))
    nodes = sum(structured.stats().nodes.values())
    assert structured.shared_with(edited).nodes >= nodes - m.stats().depth_max - 1


# ---- Subclasses ----------------------------------------------------------------------


def test_subclass_is_structured_to_itself(converter: BaseConverter) -> None:
    calls = Config.calls
    assert_is(converter.structure({"a": "1"}, Config), Config, {"a": "1"})
    assert_is(converter.structure({"a": "1"}, Config[str, int]), Config, {"a": 1})
    assert_is(converter.structure(PersistentMap(a=1), Config), Config, {"a": 1})
    assert Config.calls == calls + 3
    m = Config(a=1)
    assert converter.structure(m, Config) is m
    assert converter.structure(m, Sizes) is m
    assert converter.unstructure(m) == {"a": 1}
    assert type(converter.unstructure(m)) is dict


def test_types_of_a_subclass_hold(converter: BaseConverter) -> None:
    assert_is(converter.structure({"a": "1"}, Fixed), Fixed, {"a": 1})
    assert_is(converter.structure({"a": "1"}, Named[int]), Named, {"a": 1})
    assert_is(converter.structure({"a": "1"}, Named), Named, {"a": "1"})


# ---- Errors --------------------------------------------------------------------------


def test_errors_name_the_way_by_keys() -> None:
    converter = registered(Converter())
    plain = {"jobs": {"a": {"limits": {"b": "x", "c": 1}}, "d": {"limits": 5}}}
    with pytest.raises(ClassValidationError) as caught:
        converter.structure(plain, Plan)
    assert cattrs.transform_error(caught.value) == [
        "invalid value for type, expected int @ $.jobs['a'].limits['b']",
        "expected a mapping @ $.jobs['d'].limits",
    ]


def test_errors_are_those_of_dict() -> None:
    converter = registered(Converter())
    said = []
    for annotation in (PersistentMap[int, int], dict[int, int]):
        with pytest.raises(IterableValidationError) as caught:
            converter.structure({"a": 1, 2: "x"}, annotation)
        said.append(cattrs.transform_error(caught.value))
    ours, of_dict = said
    assert ours == of_dict
    assert len(ours) == 2


@pytest.mark.parametrize("value", [5, None])
def test_what_is_no_mapping_raises_what_dict_raises(
    converter: BaseConverter, value: Any
) -> None:
    for annotation in (Sizes, dict[str, int]):
        with pytest.raises(AttributeError, match="has no attribute 'items'"):
            converter.structure(value, annotation)


# ---- Unstructure ---------------------------------------------------------------------


def test_map_is_unstructured_to_a_dict(converter: BaseConverter) -> None:
    m = PersistentMap(a=PersistentMap(b=Job(PersistentMap(c=1))))
    unstructured = converter.unstructure(m)
    assert unstructured == {"a": {"b": {"limits": {"c": 1}, "deep": {}, "rest": {}}}}
    assert type(unstructured) is type(unstructured["a"]) is dict
    assert type(unstructured["a"]["b"]["limits"]) is dict


def test_keys_and_values_are_unstructured_by_their_types() -> None:
    converter = registered(Converter())
    converter.register_unstructure_hook(date, lambda day: day.isoformat())
    m = PersistentMap({Colour.RED: date(2020, 1, 31)})
    for unstructured in (
        converter.unstructure(m),
        converter.unstructure(m, PersistentMap[Colour, date]),
    ):
        assert unstructured == {"red": "2020-01-31"}


# ---- Copies, and converters of formats -----------------------------------------------


def test_hooks_of_a_copied_converter_are_its_own() -> None:
    first = registered(Converter())
    assert first.structure({"a": "1"}, Sizes) == {"a": 1}
    second = first.copy()
    second.register_structure_hook(int, lambda value, _: -int(value))
    second.register_unstructure_hook(int, str)
    assert second.structure({"a": "1"}, Sizes) == {"a": -1}
    assert second.unstructure(PersistentMap(a=1)) == {"a": "1"}
    assert first.structure({"a": "1"}, Sizes) == {"a": 1}
    assert first.unstructure(PersistentMap(a=1)) == {"a": 1}


def test_hook_that_is_registered_later_counts(converter: BaseConverter) -> None:
    assert converter.structure({"a": "1"}, Sizes) == {"a": 1}
    converter.register_structure_hook(int, lambda value, _: -int(value))
    assert converter.structure({"a": "1"}, Sizes) == {"a": -1}


@pytest.mark.parametrize("format_", [cattrs.preconf.json, cattrs.preconf.msgspec])
def test_json_of_a_plan_and_back(format_: Any) -> None:
    converter = registered(format_.make_converter())
    text = converter.dumps(PLAN)
    assert json.loads(text) == PLAIN_PLAN
    assert converter.loads(text, Plan) == PLAN
    dates = PersistentMap[int, date]
    m = PersistentMap({1: date(2020, 1, 31)})
    text = converter.dumps(m, dates)
    assert json.loads(text) == {"1": "2020-01-31"}
    assert converter.loads(text, dates) == m
