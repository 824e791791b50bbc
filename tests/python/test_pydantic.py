# SPDX-License-Identifier: Apache-2.0
"""PersistentMap as the type of fields of pydantic models, beside dict: what is taken
and refused, which objects stay the same, what is dumped, and the JSON schema.
"""

# Annotations are evaluated, as pydantic needs them to be where types are local.

import json
from collections import OrderedDict, UserDict
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Generic, Optional, TypeVar

import pydantic.dataclasses
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pyhamt import PersistentMap, freeze, to_builtins
from pyhamt.testing import persistent_maps

K = TypeVar("K")
V = TypeVar("V")

Sizes = PersistentMap[str, int]
Deep = PersistentMap[str, Sizes]


class Config(PersistentMap):
    """A map of a class of its own."""

    calls = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        type(self).calls += 1


class Fixed(PersistentMap[str, int]):
    """A subclass that fixes the types."""


class Named(PersistentMap[str, V], Generic[V]):
    """A subclass that fixes the type of the keys."""


class Swapped(PersistentMap[V, K], Generic[K, V]):
    """A subclass with other parameters."""


class Point(BaseModel):
    x: int
    y: Optional[int] = None  # noqa: UP045


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)

    sizes: Sizes = PersistentMap()


class Node(BaseModel):
    children: "PersistentMap[str, Node]" = PersistentMap()


def validate(annotation: Any, value: Any, **options: Any) -> Any:
    return TypeAdapter(annotation).validate_python(value, **options)


def validate_json(annotation: Any, text: str, **options: Any) -> Any:
    return TypeAdapter(annotation).validate_json(text, **options)


def errors_of(call: Callable[[], object]) -> list[Any]:
    """The errors, without what is the same for each of pydantic's versions."""
    with pytest.raises(ValidationError) as caught:
        call()
    return caught.value.errors(include_url=False)


def assert_is(m: Any, cls: type[PersistentMap], entries: dict[Any, Any]) -> None:
    """The map has that class and these entries, with values of the same types."""
    assert type(m) is cls
    assert m == entries
    assert {key: type(value) for key, value in m.items()} == {
        key: type(value) for key, value in entries.items()
    }
    m._check()


# ---- What is taken -------------------------------------------------------------------


@pytest.mark.parametrize("make", [dict, OrderedDict, UserDict, PersistentMap, Config])
@pytest.mark.parametrize("size", [0, 1, 8, 9, 100])
def test_mapping_is_validated_to_a_map(make: Any, size: int) -> None:
    source = make({f"key-{i}": str(i) for i in range(size)})
    cls = Config if make is Config else PersistentMap
    assert_is(validate(Sizes, source), cls, {f"key-{i}": i for i in range(size)})


def test_mutation_is_validated_to_a_map() -> None:
    draft = PersistentMap(a="1").mutate()
    assert_is(validate(Sizes, draft), PersistentMap, {"a": 1})
    assert draft == {"a": "1"}


def test_keys_are_converted() -> None:
    source = {"2020-01-31": b"1", date(2020, 2, 1): "2"}
    for each in (source, PersistentMap(source)):
        m = validate(PersistentMap[date, int], each)
        assert_is(m, PersistentMap, {date(2020, 1, 31): 1, date(2020, 2, 1): 2})


def test_keys_that_become_equal_are_one_as_in_a_dict() -> None:
    source = {"1": "a", 1: "b", "01": "c"}
    for each in (source, PersistentMap(source)):
        m = validate(PersistentMap[int, str], each)
        assert m == validate(dict[int, str], source) == {1: "c"}


def test_equal_key_of_another_type_is_converted() -> None:
    (key,) = validate(PersistentMap[bool, int], PersistentMap({1: 2}))
    assert key is True
    (key,) = validate(PersistentMap[int, int], PersistentMap({1.0: 2}))
    assert type(key) is int


@pytest.mark.parametrize("annotation", [PersistentMap, PersistentMap[Any, Any]])
def test_map_without_types_takes_anything(annotation: Any) -> None:
    inner = [object()]
    m = validate(annotation, {1: inner, (2,): {"a": "1"}})
    assert m == {1: inner, (2,): {"a": "1"}}
    assert m[1] is inner
    assert type(m[(2,)]) is dict
    assert validate(annotation, m) is m


def test_maps_of_maps() -> None:
    m = validate(Deep, {"a": {"b": "1"}, "c": PersistentMap(d=2)})
    assert_is(m["a"], PersistentMap, {"b": 1})
    assert_is(m, PersistentMap, {"a": PersistentMap(b=1), "c": PersistentMap(d=2)})
    assert_is(
        validate_json(Deep, '{"a": {"b": 1}}'),
        PersistentMap,
        {"a": PersistentMap(b=1)},
    )


def test_maps_of_models_and_models_of_maps() -> None:
    class Model(BaseModel):
        points: PersistentMap[str, Point]
        later: Optional[Sizes] = None  # noqa: UP045

    model = Model.model_validate_json('{"points": {"a": {"x": 1}}}')
    assert model == Model(points=PersistentMap(a=Point(x=1)))
    assert model.later is None
    assert model.points["a"] == Point(x=1)
    assert_is(Model(points={}, later={"a": "1"}).later, PersistentMap, {"a": 1})


def test_model_that_contains_itself() -> None:
    node = Node.model_validate({"children": {"a": {"children": {"b": {}}}}})
    leaf = Node()
    assert node == Node(children=PersistentMap(a=Node(children=PersistentMap(b=leaf))))
    again = Node.model_validate_json(node.model_dump_json())
    assert again == node


def test_generic_model() -> None:
    class Model(BaseModel, Generic[K, V]):
        m: PersistentMap[K, V]

    assert_is(Model[int, bytes](m={"1": "a"}).m, PersistentMap, {1: b"a"})
    assert_is(Model(m={"1": "a"}).m, PersistentMap, {"1": "a"})


def test_union_takes_the_member_that_fits() -> None:
    annotation = Sizes | int | None
    for value in (1, None, PersistentMap(a=1)):
        assert validate(annotation, value) is value
    assert_is(validate(annotation, {"a": 1}), PersistentMap, {"a": 1})


def test_dataclass_and_validated_call() -> None:
    @pydantic.dataclasses.dataclass
    class Data:
        sizes: Sizes

    @pydantic.validate_call
    def call(sizes: Sizes) -> Any:
        return sizes

    assert_is(Data({"a": "1"}).sizes, PersistentMap, {"a": 1})
    assert_is(call({"a": "1"}), PersistentMap, {"a": 1})


def test_length_is_limited() -> None:
    annotation = Annotated[Sizes, Field(min_length=1, max_length=2)]
    assert validate(annotation, {"a": 1}) == {"a": 1}
    for source, kind in (({}, "too_short"), ({"a": 1, "b": 2, "c": 3}, "too_long")):
        (error,) = errors_of(lambda source=source: validate(annotation, source))
        assert error["type"] == kind


# ---- The same object -----------------------------------------------------------------


@given(persistent_maps(st.text(), st.integers()))
def test_map_of_which_nothing_is_converted_is_the_same_object(m: Sizes) -> None:
    for options in ({}, {"strict": True}):
        assert validate(Sizes, m, **options) is m
        assert validate(PersistentMap, m, **options) is m


def test_maps_in_a_map_are_the_same_objects() -> None:
    inner = PersistentMap(a=1)
    m = PersistentMap(b=inner)
    assert validate(Deep, m) is m
    assert validate(Deep, {"b": inner})["b"] is inner
    converted = validate(Deep, m.set("c", {"d": "1"}))
    assert converted == {"b": {"a": 1}, "c": {"d": 1}}
    assert converted["b"] is inner


def test_map_of_which_little_is_converted_shares_its_nodes() -> None:
    m = PersistentMap({f"key-{i}": i for i in range(1000)})
    edited = m.set("key-500", "500")
    converted = validate(Sizes, edited)
    assert_is(converted, PersistentMap, dict(m))
    # All but the way to the converted entry.
    nodes = sum(converted.stats().nodes.values())
    assert converted.shared_with(edited).nodes >= nodes - edited.stats().depth_max - 1
    assert edited["key-500"] == "500"


def test_subclass_stays_one() -> None:
    m = Config(a=1)
    assert validate(Sizes, m) is m
    assert_is(validate(Sizes, Config(a="1")), Config, {"a": 1})


# ---- Subclasses ----------------------------------------------------------------------


@pytest.mark.parametrize("annotation", [Config, Config[str, int]], ids=repr)
def test_field_of_a_subclass_gives_the_subclass(annotation: Any) -> None:
    calls = Config.calls
    assert_is(validate(annotation, {"a": 1}), Config, {"a": 1})
    assert_is(validate(annotation, PersistentMap(a=1)), Config, {"a": 1})
    assert_is(validate_json(annotation, '{"a": 1}'), Config, {"a": 1})
    assert Config.calls == calls + 3
    m = Config(a=1)
    assert validate(annotation, m) is m


def test_arguments_of_a_subclass_are_those_of_the_map() -> None:
    assert_is(validate(Config[str, int], {"a": "1"}), Config, {"a": 1})
    assert_is(validate(Config, {"a": "1"}), Config, {"a": "1"})


def test_types_that_a_subclass_fixes_hold() -> None:
    class Further(Fixed):
        pass

    for cls in (Fixed, Further):
        assert_is(validate(cls, {"a": "1"}), cls, {"a": 1})
        (error,) = errors_of(lambda cls=cls: validate(cls, {"a": "x"}))
        assert error["loc"] == ("a",)


def test_parameters_of_a_subclass_are_its_own() -> None:
    class Lists(Named[list[V]]):
        pass

    assert_is(validate(Named[int], {"a": "1"}), Named, {"a": 1})
    assert_is(validate(Named, {"a": "1"}), Named, {"a": "1"})
    assert_is(validate(Swapped[int, str], {"1": "2"}), Swapped, {"1": 2})
    assert_is(validate(Lists[int], {"a": ["1"]}), Lists, {"a": [1]})


def test_subclass_without_generic_has_the_parameters_of_its_base() -> None:
    class Plain(PersistentMap[str, V]):
        pass

    assert_is(validate(Plain[int], {"a": "1"}), Plain, {"a": 1})


def test_error_of_a_subclass_is_one_of_the_field() -> None:
    class Even(PersistentMap):
        def __init__(self, *args: Any) -> None:
            if len(self) % 2:
                raise ValueError("odd")

    for call in (
        lambda: validate(Even, {"a": 1}),
        lambda: validate(Even, PersistentMap(a=1)),
        lambda: validate_json(Even, '{"a": 1}'),
    ):
        (error,) = errors_of(call)
        assert error["msg"] == "Value error, odd"


# ---- What is refused -----------------------------------------------------------------


@pytest.mark.parametrize("value", [1, None, "text", [("a", 1)], {"a"}, PersistentMap])
def test_what_no_dict_is_made_of_is_refused_as_for_dict(value: Any) -> None:
    assert errors_of(lambda: validate(Sizes, value)) == errors_of(
        lambda: validate(dict[str, int], value)
    )


@pytest.mark.parametrize("text", ["1", "[]", '"text"', "null", '{"a": "x"}', "{"])
def test_json_that_does_not_fit_is_refused_as_for_dict(text: str) -> None:
    assert errors_of(lambda: validate_json(Sizes, text)) == errors_of(
        lambda: validate_json(dict[str, int], text)
    )


def test_error_names_the_way_by_keys() -> None:
    class Model(BaseModel):
        m: PersistentMap[int, Sizes]
        n: Sizes

    source: dict[str, Any] = {"m": {1: {"a": 1, "b": "x"}, "y": {}}, "n": {"c": None}}
    ways = [("m", 1, "b"), ("m", "y", "[key]"), ("n", "c")]
    for each in (source, freeze(source)):
        found = errors_of(lambda each=each: Model.model_validate(each))
        assert [error["loc"] for error in found] == ways
        assert [error["input"] for error in found] == ["x", "y", None]


# ---- Strict mode ---------------------------------------------------------------------


def test_strict_mode_takes_a_map_alone() -> None:
    (error,) = errors_of(lambda: validate(Sizes, {"a": 1}, strict=True))
    assert error["type"] == "is_instance_of"
    assert error["ctx"] == {"class": "PersistentMap"}
    m = Config(a=1)
    assert validate(Sizes, m, strict=True) is m
    (error,) = errors_of(lambda: validate(Fixed, PersistentMap(a=1), strict=True))
    assert error["ctx"] == {"class": "Fixed"}


def test_strict_mode_does_not_convert_entries() -> None:
    for m, way in (
        (PersistentMap(a="1"), ("a",)),
        (PersistentMap({1: 1}), (1, "[key]")),
    ):
        (error,) = errors_of(lambda m=m: validate(Sizes, m, strict=True))
        assert error["loc"] == way


def test_strict_mode_takes_a_json_object() -> None:
    assert_is(validate_json(Sizes, '{"a": 1}', strict=True), PersistentMap, {"a": 1})
    # What JSON has no type for is taken from text.
    m = validate_json(PersistentMap[date, bytes], '{"2020-01-31": "a"}', strict=True)
    assert_is(m, PersistentMap, {date(2020, 1, 31): b"a"})
    (error,) = errors_of(lambda: validate_json(Sizes, '{"a": "1"}', strict=True))
    assert error["loc"] == ("a",)


def test_strict_field_takes_a_map_alone() -> None:
    class Model(BaseModel):
        m: Sizes = Field(strict=True)

    m = PersistentMap(a=1)
    assert Model(m=m).m is m
    (error,) = errors_of(lambda: Model(m={"a": 1}))
    assert (error["loc"], error["type"]) == (("m",), "is_instance_of")
    assert Model.model_validate_json('{"m": {"a": 1}}').m is not m


# ---- Dumps ---------------------------------------------------------------------------


def test_dump_keeps_a_map_of_plain_things_itself() -> None:
    model = Frozen(sizes={"a": 1})
    dumped = model.model_dump()
    assert dumped["sizes"] is model.sizes
    assert Frozen.model_validate(dumped, strict=True) == model
    m = Config(a=1)
    assert TypeAdapter(Config).dump_python(m) is m


def test_dump_goes_into_the_map() -> None:
    class Model(BaseModel):
        points: PersistentMap[str, Point]
        deep: Config

    model = Model(points={"a": Point(x=1)}, deep=Config(b=Point(x=2)))
    dumped = model.model_dump()
    assert_is(dumped["points"], PersistentMap, {"a": {"x": 1, "y": None}})
    assert_is(dumped["deep"], Config, {"b": {"x": 2, "y": None}})
    assert model.points == {"a": Point(x=1)}
    assert model.model_dump(exclude_none=True) == {
        "points": {"a": {"x": 1}},
        "deep": {"b": {"x": 2}},
    }


@pytest.mark.parametrize("mode", ["python", "json"])
def test_dump_includes_and_excludes_by_key(mode: Any) -> None:
    class Model(BaseModel):
        m: PersistentMap[str, Point]

    model = Model(m={"a": Point(x=1), "b": Point(x=2)})
    assert model.model_dump(mode=mode, include={"m": {"a": {"x"}}}) == {
        "m": {"a": {"x": 1}}
    }
    assert model.model_dump(mode=mode, exclude={"m": {"a": True, "b": {"y"}}}) == {
        "m": {"b": {"x": 2}}
    }


def test_dump_for_json_is_of_dicts() -> None:
    m = PersistentMap({date(2020, 1, 31): PersistentMap({1: b"a"})})
    adapter = TypeAdapter(PersistentMap[date, PersistentMap[int, bytes]])
    dumped = adapter.dump_python(m, mode="json")
    assert type(dumped) is dict
    assert type(dumped["2020-01-31"]) is dict
    assert dumped == {"2020-01-31": {"1": "a"}}
    assert adapter.dump_json(m) == b'{"2020-01-31":{"1":"a"}}'


@given(persistent_maps(st.text(), st.integers()))
def test_json_comes_back_as_an_equal_model(m: Sizes) -> None:
    model = Frozen(sizes=m)
    assert model.model_dump(mode="json") == {"sizes": m}
    assert json.loads(model.model_dump_json()) == {"sizes": m}
    assert Frozen.model_validate_json(model.model_dump_json()) == model


def test_dump_of_what_is_no_map_is_that_of_dict() -> None:
    assert Frozen.model_construct(sizes={"a": 1}).model_dump() == {"sizes": {"a": 1}}
    with pytest.warns(UserWarning, match=r"Expected `dict\[str, int\]`"):
        assert Frozen.model_construct(sizes=1).model_dump_json() == '{"sizes":1}'


def test_dump_warns_of_a_value_of_another_type() -> None:
    with pytest.warns(UserWarning, match="Expected `int`"):
        Frozen.model_construct(sizes=PersistentMap(a="x")).model_dump()


def test_maps_without_a_type_are_dumped_with_a_fallback() -> None:
    class Model(BaseModel):
        m: PersistentMap
        n: Any

    model = Model(m=freeze({"a": {"b": [{"c": 1}]}}), n=PersistentMap(d=2))
    assert model.model_dump()["n"] is model.n
    assert model.model_dump_json(fallback=to_builtins) == (
        '{"m":{"a":{"b":[{"c":1}]}},"n":{"d":2}}'
    )


# ---- Defaults, hashes, copies --------------------------------------------------------


def test_default_is_the_map_itself() -> None:
    default = PersistentMap(a=1)

    class Model(BaseModel):
        m: Sizes = default
        n: Sizes = Field(default_factory=PersistentMap)

    assert Model().m is default
    assert Model().n == {}
    # None of its instances can change it for the others.
    model = Model()
    model.m = model.m.set("b", 2)
    assert Model().m == {"a": 1}


def test_frozen_models_with_equal_maps_are_equal_and_hash_alike() -> None:
    one = Frozen(sizes={"a": 1, "b": 2})
    other = Frozen(sizes=PersistentMap(b=2, a=1))
    assert one == other
    assert hash(one) == hash(other)
    assert {one: "found"}[other] == "found"
    assert Frozen(sizes={"a": 2, "b": 2}) not in {one}


def test_copies_of_a_model() -> None:
    model = Frozen(sizes={"a": 1})
    assert model.model_copy().sizes is model.sizes
    assert model.model_copy(deep=True) == model
    updated = model.model_copy(update={"sizes": model.sizes.set("a", 2)})
    assert updated == Frozen(sizes={"a": 2})


# ---- JSON schema ---------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["validation", "serialization"])
@pytest.mark.parametrize(
    ("ours", "of_dict"),
    [
        (PersistentMap, dict),
        (Config, dict),
        (Sizes, dict[str, int]),
        (Fixed, dict[str, int]),
        (Named[bytes], dict[str, bytes]),
        (Deep, dict[str, dict[str, int]]),
        (PersistentMap[date, Point], dict[date, Point]),
        (
            PersistentMap[Annotated[str, Field(pattern="^a")], int],
            dict[Annotated[str, Field(pattern="^a")], int],
        ),
    ],
)
def test_json_schema_is_that_of_dict(ours: Any, of_dict: Any, mode: Any) -> None:
    schema = TypeAdapter(ours).json_schema(mode=mode)
    assert schema == TypeAdapter(of_dict).json_schema(mode=mode)


def test_json_schema_is_an_object_and_has_the_default() -> None:
    class Model(BaseModel):
        m: Sizes = PersistentMap(a=1)

    assert Model.model_json_schema()["properties"]["m"] == {
        "additionalProperties": {"type": "integer"},
        "default": {"a": 1},
        "title": "M",
        "type": "object",
    }
