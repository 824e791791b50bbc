# SPDX-License-Identifier: Apache-2.0
"""Hooks with which cattrs and msgspec convert maps. Neither is needed to import this.

pydantic needs none: it finds what it asks for on PersistentMap itself.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, KeysView, ValuesView
from functools import partial
from types import GenericAlias
from typing import TYPE_CHECKING, Any

from pyhamt._builtins import to_builtins
from pyhamt._conversion import entry_types, is_map_type, map_class, of_entries
from pyhamt._hamt import MapMutation, PersistentMap
from pyhamt._versions import MapDiff

if TYPE_CHECKING:
    from cattrs import BaseConverter

__all__ = ["msgspec_dec_hook", "msgspec_enc_hook", "register_cattrs"]


def register_cattrs(converter: BaseConverter) -> None:
    """Make a converter of cattrs structure and unstructure PersistentMap.

    PersistentMap[K, V], subclasses and PersistentMap alone are treated as dict with
    the same types is by this converter, in attrs classes and dataclasses as well.
    Structuring a PersistentMap of which no key and no value is converted gives that
    very object. Works with every converter of cattrs 24.1 or newer.

    Complexity: O(1); to structure and to unstructure, O(n).
    Raises nothing; structuring raises what it raises for dict.

    >>> from cattrs import Converter
    >>> from pyhamt import PersistentMap
    >>> converter = Converter()
    >>> register_cattrs(converter)
    >>> converter.structure({"a": "1"}, PersistentMap[str, int])
    PersistentMap({'a': 1})
    >>> converter.unstructure(PersistentMap(a=PersistentMap(b=1)))
    {'a': {'b': 1}}
    """

    # The converter comes as an argument, since a copy of one copies the hooks. The hook
    # of dict is looked up in each call: for a class that contains itself, what cattrs
    # gives while it makes the hook of the class may be a guess.
    def structure_hook(
        annotation: Any, converter: BaseConverter
    ) -> Callable[[Any, Any], Any]:
        cls = map_class(annotation)
        plain: Any = GenericAlias(dict, entry_types(annotation))
        return lambda obj, _: of_entries(cls, obj, converter.structure(obj, plain))

    def unstructure_hook(
        annotation: Any, converter: BaseConverter
    ) -> Callable[[Any], Any]:
        plain = GenericAlias(dict, entry_types(annotation))
        return lambda m: converter.unstructure(dict(m.items()), plain)

    converter.register_structure_hook_factory(is_map_type, structure_hook)
    converter.register_unstructure_hook_factory(is_map_type, unstructure_hook)


def msgspec_enc_hook(obj: Any) -> Any:
    """Return what msgspec encodes for *obj*, for `msgspec.json.encode(enc_hook=...)`.

    Fits every function and class of msgspec that takes an `enc_hook`, `to_builtins`
    included. Knows what `pyhamt.to_builtins` knows. A hook of your own calls it for
    what it does not know itself.

    Complexity: O(n).
    Raises NotImplementedError for any other object.

    >>> import msgspec
    >>> from pyhamt import PersistentMap
    >>> m = PersistentMap(a=PersistentMap(b=1))
    >>> msgspec.json.encode(m, enc_hook=msgspec_enc_hook)
    b'{"a":{"b":1}}'
    """
    kinds = (PersistentMap, MapMutation, MapDiff, KeysView, ValuesView, ItemsView)
    if isinstance(obj, kinds):
        return to_builtins(obj)
    raise NotImplementedError(f"Objects of type {type(obj)} are not supported")


def msgspec_dec_hook(
    type: Any,
    obj: Any,
    *,
    dec_hook: Callable[[Any, Any], Any] | None = None,
    strict: bool = True,
) -> Any:
    """Return *obj* as the map type *type*, for `msgspec.json.decode(dec_hook=...)`.

    Fits every function and class of msgspec that takes a `dec_hook`, `convert`
    included. PersistentMap[K, V], subclasses and PersistentMap alone are treated as
    dict with the same types is. Converting a PersistentMap of which no key and no value
    changes gives that very object.

    Keys and values are converted with *dec_hook*, this function unless given, and with
    *strict*. A hook of your own names itself, for maps of its types:

        def dec_hook(type, obj):
            if type is complex:
                return complex(obj)
            return msgspec_dec_hook(type, obj, dec_hook=dec_hook)

    msgspec has decoded *obj* before it calls a hook, without its type. So a number with
    a point was a float before it is made a Decimal, and msgpack may have the text of a
    key for the key, as JSON does.

    Complexity: O(n).
    Raises NotImplementedError for any other type, ValueError for entries that do not
    fit, of which msgspec makes a ValidationError.

    >>> import msgspec
    >>> from pyhamt import PersistentMap
    >>> class Settings(msgspec.Struct):
    ...     limits: PersistentMap[str, int]
    >>> text = b'{"limits": {"size": 8}}'
    >>> msgspec.json.decode(text, type=Settings, dec_hook=msgspec_dec_hook)
    Settings(limits=PersistentMap({'size': 8}))
    """
    import msgspec

    if not is_map_type(type):
        raise NotImplementedError(f"Objects of type {type} are not supported")
    try:
        entries = msgspec.convert(
            obj,
            GenericAlias(dict, entry_types(type)),
            strict=strict,
            dec_hook=dec_hook or partial(msgspec_dec_hook, strict=strict),
            str_keys=True,
        )
    except msgspec.ValidationError as error:
        # msgspec adds the place of the map to a ValueError, and to this error nothing.
        raise ValueError(str(error)) from error
    return of_entries(map_class(type), obj, entries)
