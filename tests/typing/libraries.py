# SPDX-License-Identifier: Apache-2.0
"""Maps in the hands of other libraries. Checked by mypy, never run."""

import json

import msgspec
from cattrs import Converter
from hypothesis import strategies as st
from pydantic import BaseModel
from typing_extensions import assert_type

from pyhamt import PersistentMap, to_builtins
from pyhamt.hooks import msgspec_dec_hook, msgspec_enc_hook, register_cattrs
from pyhamt.testing import persistent_maps

Numbers = PersistentMap[str, int]


class Settings(BaseModel):
    limits: Numbers


class Message(msgspec.Struct):
    limits: Numbers


def field_of_a_model(text: str) -> None:
    settings = Settings.model_validate_json(text)
    assert_type(settings.limits, Numbers)
    assert_type(Settings(limits=PersistentMap(a=1)).limits.set("b", 2), Numbers)


def hooks(data: bytes, m: Numbers) -> None:
    message = msgspec.json.decode(data, type=Message, dec_hook=msgspec_dec_hook)
    assert_type(message.limits, Numbers)
    assert_type(msgspec.json.encode(message, enc_hook=msgspec_enc_hook), bytes)
    assert_type(json.dumps(m, default=to_builtins), str)
    converter = Converter()
    register_cattrs(converter)
    assert_type(converter.structure({"a": 1}, PersistentMap[str, int]), Numbers)


def strategy() -> None:
    maps = persistent_maps(st.text(), st.lists(st.integers()))
    assert_type(maps, st.SearchStrategy[PersistentMap[str, list[int]]])
