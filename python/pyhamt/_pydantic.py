# SPDX-License-Identifier: Apache-2.0
"""PersistentMap as the type of a field of a pydantic model.

pydantic asks a type for its schema. That of a map type is the one of dict with the same
types of keys and values, between the map and a dict of its entries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyhamt._conversion import entry_types, of_entries, with_entries
from pyhamt._hamt import PersistentMap

if TYPE_CHECKING:
    from pydantic import (
        GetCoreSchemaHandler,
        SerializationInfo,
        SerializerFunctionWrapHandler,
        ValidatorFunctionWrapHandler,
    )
    from pydantic_core import CoreSchema


def get_core_schema(
    cls: type[PersistentMap[Any, Any]], source: Any, handler: GetCoreSchemaHandler
) -> CoreSchema:
    """Return how pydantic validates and serialises *source*, which is *cls* or
    *cls[K, V]*.

    A field takes what one of dict[K, V] takes, and an instance of *cls* alone in strict
    mode; JSON is an object in both. Errors, constraints of keys and values, and the
    JSON schema are those of dict. A PersistentMap of which no key and no value is
    converted is not copied: the field has that very object.

    `model_dump()` keeps the map, as it keeps frozenset and OrderedDict, and dumps what
    is in it; `mode="json"` makes it a dict. For maps where the type is Any, pydantic
    has to be told: `model_dump_json(fallback=to_builtins)`.

    Complexity: O(n) to validate and to serialise.
    Raises what pydantic raises for a type of keys or values that it does not know.

    >>> from pydantic import BaseModel
    >>> class Settings(BaseModel):
    ...     limits: PersistentMap[str, int]
    >>> settings = Settings.model_validate_json('{"limits": {"size": 8}}')
    >>> settings
    Settings(limits=PersistentMap({'size': 8}))
    >>> settings.model_dump_json()
    '{"limits":{"size":8}}'
    """
    from pydantic_core import core_schema

    def from_python(
        value: Any, validate: ValidatorFunctionWrapHandler
    ) -> PersistentMap[Any, Any]:
        # Strict validation of the entries takes a dict and no other mapping.
        plain = dict(value.items()) if isinstance(value, PersistentMap) else value
        return of_entries(cls, value, validate(plain))

    def dumped(
        value: Any, dump: SerializerFunctionWrapHandler, info: SerializationInfo
    ) -> Any:
        if not isinstance(value, PersistentMap):
            return dump(value)
        plain = dump(dict(value.items()))
        return plain if info.mode_is_json() else with_entries(value, plain)

    key_type, value_type = entry_types(source)
    entries = core_schema.dict_schema(
        handler.generate_schema(key_type), handler.generate_schema(value_type)
    )
    json = core_schema.no_info_after_validator_function(cls, entries)
    python = core_schema.no_info_wrap_validator_function(from_python, entries)
    instance = core_schema.is_instance_schema(cls)
    # In this order, as Field(strict=True) is for the outermost schema.
    return core_schema.lax_or_strict_schema(
        core_schema.json_or_python_schema(json, python),
        core_schema.json_or_python_schema(
            json, core_schema.chain_schema([instance, python])
        ),
        serialization=core_schema.wrap_serializer_function_ser_schema(
            dumped, info_arg=True, schema=entries
        ),
    )
