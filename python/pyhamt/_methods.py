# SPDX-License-Identifier: Apache-2.0
"""The methods of PersistentMap that are written in Python.

The extension calls the function of a method's name with the map as first argument;
texts and signatures for `help` are with the other methods, in C.
"""

from importlib import import_module as _import_module

from pyhamt._updates import (
    alter,
    alter_in,
    delete_in,
    filter,
    get_in,
    map_values,
    omit,
    select,
    set_in,
)
from pyhamt._versions import apply, diff

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pyhamt._inspection import ipython_repr as _repr_pretty_
    from pyhamt._inspection import notebook_drawing as _repr_svg_
    from pyhamt._inspection import rich_repr as __rich_repr__
    from pyhamt._inspection import shared_with, stats, to_dot
    from pyhamt._pydantic import get_core_schema as __get_pydantic_core_schema__

__all__ = [
    "__get_pydantic_core_schema__",
    "__rich_repr__",
    "_repr_pretty_",
    "_repr_svg_",
    "alter",
    "alter_in",
    "apply",
    "delete_in",
    "diff",
    "filter",
    "get_in",
    "map_values",
    "omit",
    "select",
    "set_in",
    "shared_with",
    "stats",
    "to_dot",
]

# Loaded when they are first called, as they need a good part of the standard library.
_LATER = {
    "__get_pydantic_core_schema__": ("_pydantic", "get_core_schema"),
    "__rich_repr__": ("_inspection", "rich_repr"),
    "_repr_pretty_": ("_inspection", "ipython_repr"),
    "_repr_svg_": ("_inspection", "notebook_drawing"),
    "shared_with": ("_inspection", "shared_with"),
    "stats": ("_inspection", "stats"),
    "to_dot": ("_inspection", "to_dot"),
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module, function = _LATER[name]
        value = getattr(_import_module(f"pyhamt.{module}"), function)
        globals()[name] = value
        return value
