# SPDX-License-Identifier: Apache-2.0
"""The hooks for msgspec: JSON, msgpack and builtin types, beside what it does with dict
without hooks.
"""

# Annotations are evaluated, as msgspec needs them to be where types are local.

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Generic, Optional, TypeVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct, ValidationError

from pyhamt import PersistentMap, freeze
from pyhamt.hooks import msgspec_dec_hook, msgspec_enc_hook
from pyhamt.testing import persistent_maps

V = TypeVar("V")

Sizes = PersistentMap[str, int]

encode = partial(msgspec.json.encode, enc_hook=msgspec_enc_hook)
decode = partial(msgspec.json.decode, dec_hook=msgspec_dec_hook)
convert = partial(msgspec.convert, dec_hook=msgspec_dec_hook)
builtins = partial(msgspec.to_builtins, enc_hook=msgspec_enc_hook)

FORMATS = {"json": msgspec.json, "msgpack": msgspec.msgpack}


class Config(PersistentMap):
    """A map of a class of its own."""

    calls = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        type(self).calls += 1


class Fixed(PersistentMap[str, int]):
    """A subclass that fixes the types."""


class Named(PersistentMap[str, V], Generic[V]):
    """A subclass that fixes the type of the keys."""


class Job(Struct, frozen=True):
    limits: Sizes
    deep: PersistentMap[str, Sizes] = PersistentMap()
    rest: PersistentMap = PersistentMap()


@dataclass(frozen=True)
class Plan:
    jobs: PersistentMap[str, Job]
    later: Optional[Sizes] = None  # noqa: UP045


class Node(Struct):
    children: "PersistentMap[str, Node]" = PersistentMap()


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


def assert_is(m: Any, cls: type[PersistentMap], entries: dict[Any, Any]) -> None:
    """The map has that class and these entries, with values of the same types."""
    assert type(m) is cls
    assert m == entries
    assert {key: type(value) for key, value in m.items()} == {
        key: type(value) for key, value in entries.items()
    }
    m._check()


def error_of(call: Callable[[], object]) -> str:
    """The text of the error that msgspec raises for data that does not fit."""
    with pytest.raises(ValidationError) as caught:
        call()
    return str(caught.value)


# ---- Encode --------------------------------------------------------------------------


@given(persistent_maps(st.text(), st.integers(-(2**63), 2**63 - 1)))
def test_map_is_encoded_as_the_dict_is(m: Sizes) -> None:
    assert encode(m) == msgspec.json.encode(dict(m))
    assert builtins(m) == m
    assert type(builtins(m)) is dict
    packed = msgspec.msgpack.encode(m, enc_hook=msgspec_enc_hook)
    assert packed == msgspec.msgpack.encode(dict(m))


def test_maps_in_maps_and_classes_are_encoded() -> None:
    assert msgspec.json.decode(encode(PLAN)) == PLAIN_PLAN
    assert builtins(PLAN) == PLAIN_PLAN
    assert type(builtins(PLAN)["jobs"]["a"]["deep"]["c"]) is dict


def test_mutations_diffs_and_views_are_encoded() -> None:
    m = PersistentMap(a=1)
    assert encode([m.mutate(), m.keys(), m.values(), m.items(), Config(m)]) == (
        b'[{"a":1},["a"],[1],[["a",1]],{"a":1}]'
    )
    assert encode(m.diff(PersistentMap(a=2, b=m))) == (
        b'{"added":{"b":{"a":1}},"removed":{},"changed":{"a":[1,2]}}'
    )


def test_keys_are_encoded_as_those_of_dict() -> None:
    entries = {1: "int", date(2020, 1, 31): "date", "text": "str"}
    assert encode(PersistentMap(entries)) == msgspec.json.encode(entries)
    assert builtins(PersistentMap({1: 2}), str_keys=True) == {"1": 2}


@pytest.mark.parametrize("obj", [1j, object(), Sizes])
def test_other_object_is_not_encoded(obj: Any) -> None:
    with pytest.raises(NotImplementedError, match=r"Objects of type .* not supported"):
        encode(PersistentMap(a=obj))


def test_own_hook_goes_before() -> None:
    def enc_hook(obj: Any) -> Any:
        return str(obj) if isinstance(obj, complex) else msgspec_enc_hook(obj)

    m = PersistentMap(a=PersistentMap(b=1j))
    assert msgspec.json.encode(m, enc_hook=enc_hook) == b'{"a":{"b":"1j"}}'


# ---- Decode --------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 8, 9, 100])
def test_object_is_decoded_to_a_map(size: int) -> None:
    entries = {f"key-{i}": i for i in range(size)}
    for annotation in (Sizes, PersistentMap, PersistentMap[Any, Any]):
        m = decode(msgspec.json.encode(entries), type=annotation)
        assert_is(m, PersistentMap, entries)
        assert_is(convert(entries, annotation), PersistentMap, entries)


@pytest.mark.parametrize("name", FORMATS)
def test_plan_comes_back(name: str) -> None:
    data = FORMATS[name].encode(PLAN, enc_hook=msgspec_enc_hook)
    plan = FORMATS[name].decode(data, type=Plan, dec_hook=msgspec_dec_hook)
    assert plan == PLAN
    assert type(plan.jobs) is type(plan.jobs["a"].deep["c"]) is PersistentMap
    assert type(plan.later) is PersistentMap


def test_encoders_and_decoders_take_the_hooks() -> None:
    decoder = msgspec.json.Decoder(Plan, dec_hook=msgspec_dec_hook)
    encoder = msgspec.json.Encoder(enc_hook=msgspec_enc_hook)
    assert decoder.decode(encoder.encode(PLAN)) == PLAN


def test_optional_map() -> None:
    assert decode(b'{"jobs":{}}', type=Plan) == Plan(PersistentMap())
    assert decode(b"null", type=Sizes | None) is None
    assert_is(decode(b'{"a":1}', type=Sizes | None), PersistentMap, {"a": 1})


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("annotation", "entries"),
    [
        (PersistentMap[int, float], {-1: 0.5, 2: 1.0}),
        (PersistentMap[date, bytes], {date(2020, 1, 31): b"\xff"}),
        (PersistentMap[str, Decimal], {"a": Decimal("1.50")}),
        (
            PersistentMap[str, datetime],
            {"a": datetime(2020, 1, 31, tzinfo=timezone.utc)},
        ),
        (PersistentMap[str, tuple[int, ...]], {"a": (1, 2)}),
        (PersistentMap[str, set[int]], {"a": {1, 2}}),
    ],
)
def test_keys_and_values_come_back(name: str, annotation: Any, entries: Any) -> None:
    data = FORMATS[name].encode(PersistentMap(entries), enc_hook=msgspec_enc_hook)
    m = FORMATS[name].decode(data, type=annotation, dec_hook=msgspec_dec_hook)
    assert_is(m, PersistentMap, entries)


def test_tuples_and_bytes_are_keys_in_msgpack() -> None:
    m = PersistentMap({(1, 2): 3, b"\xff": 4})
    data = msgspec.msgpack.encode(m, enc_hook=msgspec_enc_hook)
    again = msgspec.msgpack.decode(data, type=PersistentMap, dec_hook=msgspec_dec_hook)
    assert_is(again, PersistentMap, dict(m))


def test_class_that_contains_itself() -> None:
    node = decode(b'{"children":{"a":{"children":{"b":{}}}}}', type=Node)
    assert node == Node(PersistentMap(a=Node(PersistentMap(b=Node()))))
    assert decode(encode(node), type=Node) == node


def test_generic_class() -> None:
    class Box(Struct, Generic[V]):
        m: PersistentMap[str, V]

    assert decode(b'{"m":{"a":1}}', type=Box[int]) == Box(PersistentMap(a=1))
    assert decode(b'{"m":{"a":"x"}}', type=Box) == Box(PersistentMap(a="x"))
    assert "Expected `int`, got `str`" in error_of(
        lambda: decode(b'{"m":{"a":"x"}}', type=Box[int])
    )


def test_hook_sees_what_is_decoded_without_a_type() -> None:
    m = decode(b'{"a":1.50}', type=PersistentMap[str, Decimal])
    assert str(m["a"]) == "1.5"
    assert str(msgspec.json.decode(b'{"a":1.50}', type=dict[str, Decimal])["a"]) == (
        "1.50"
    )
    packed = msgspec.msgpack.encode({"1": 2})
    annotation = PersistentMap[int, int]
    m = msgspec.msgpack.decode(packed, type=annotation, dec_hook=msgspec_dec_hook)
    assert_is(m, PersistentMap, {1: 2})


# ---- Subclasses ----------------------------------------------------------------------


def test_subclass_is_decoded_to_itself() -> None:
    calls = Config.calls
    assert_is(decode(b'{"a":1}', type=Config), Config, {"a": 1})
    assert_is(decode(b'{"a":1}', type=Config[str, float]), Config, {"a": 1.0})
    assert_is(convert(PersistentMap(a=1), Config), Config, {"a": 1})
    assert Config.calls == calls + 3
    assert_is(decode(b'{"a":1}', type=Named[float]), Named, {"a": 1.0})
    assert_is(decode(b'{"a":1}', type=Fixed), Fixed, {"a": 1})
    assert "Expected `int`" in error_of(lambda: decode(b'{"a":"1"}', type=Fixed))


# ---- Data that does not fit ----------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "annotation", "of_dict"),
    [
        (b'{"a":"1"}', Sizes, dict[str, int]),
        (b'{"a":null}', Sizes, dict[str, int]),
        (b'{"x":1}', PersistentMap[int, int], dict[int, int]),
        (b"5", Sizes, dict[str, int]),
        (b"[]", PersistentMap, dict),
        (
            b'{"a":-1}',
            PersistentMap[str, Annotated[int, Meta(ge=0)]],
            dict[str, Annotated[int, Meta(ge=0)]],
        ),
    ],
)
def test_error_is_that_of_dict(data: bytes, annotation: Any, of_dict: Any) -> None:
    assert error_of(lambda: decode(data, type=annotation)) == error_of(
        lambda: msgspec.json.decode(data, type=of_dict)
    )


def test_error_has_the_place_in_the_map_and_that_of_the_map() -> None:
    assert error_of(lambda: decode(b'{"limits":5}', type=Job)) == (
        "Expected `object`, got `int` - at `$.limits`"
    )
    assert error_of(lambda: decode(b'{"limits":{"a":"1"}}', type=Job)) == (
        "Expected `int`, got `str` - at `$[...]` - at `$.limits`"
    )
    text = b'{"limits":{},"deep":{"a":{"b":"1"}}}'
    assert error_of(lambda: decode(text, type=Job)) == (
        "Expected `int`, got `str` - at `$[...]` - at `$[...]` - at `$.deep`"
    )


def test_numbers_as_text_are_taken_where_strict_is_off() -> None:
    nested = PersistentMap[str, Sizes]
    assert "Expected `int`" in error_of(
        lambda: convert({"a": {"b": "1"}}, nested, strict=False)
    )
    lax = partial(msgspec_dec_hook, strict=False)
    m = msgspec.convert({"a": {"b": "1"}}, nested, dec_hook=lax, strict=False)
    assert_is(m["a"], PersistentMap, {"b": 1})


@pytest.mark.parametrize("annotation", [complex, object, type, set])
def test_other_type_is_not_decoded(annotation: Any) -> None:
    with pytest.raises(NotImplementedError, match=r"Objects of type .* not supported"):
        msgspec_dec_hook(annotation, {})


def test_own_hook_is_called_inside_of_maps() -> None:
    def dec_hook(type: Any, obj: Any) -> Any:
        if type is complex:
            return complex(obj)
        return msgspec_dec_hook(type, obj, dec_hook=dec_hook)

    text = b'{"a":{"b":"1+2j"}}'
    nested = PersistentMap[str, PersistentMap[str, complex]]
    m = msgspec.json.decode(text, type=nested, dec_hook=dec_hook)
    assert_is(m["a"], PersistentMap, {"b": 1 + 2j})
    with pytest.raises(NotImplementedError):
        decode(text, type=nested)


# ---- The same object -----------------------------------------------------------------


@given(persistent_maps(st.text(), st.integers()))
def test_map_of_which_nothing_is_converted_is_the_same_object(m: Sizes) -> None:
    assert convert(m, Sizes) is m
    assert convert(m, PersistentMap) is m
    assert convert({"limits": m}, Job).limits is m


def test_map_of_which_little_is_converted_shares_its_nodes() -> None:
    m = PersistentMap({f"key-{i}": i for i in range(1000)})
    edited = m.set("key-500", "500")
    converted = msgspec_dec_hook(Sizes, edited, strict=False)
    assert_is(converted, PersistentMap, dict(m))
    nodes = sum(converted.stats().nodes.values())
    assert converted.shared_with(edited).nodes >= nodes - m.stats().depth_max - 1


def test_frozen_containers_come_back() -> None:
    obj = freeze({"a": {"b": [1, 2]}, "c": {}})
    annotation = PersistentMap[str, PersistentMap[str, tuple[int, ...]]]
    assert decode(encode(obj), type=annotation) == obj
