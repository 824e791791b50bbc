# SPDX-License-Identifier: Apache-2.0
"""The methods of PersistentMap that are written in Python.

The extension calls the function of a method's name with the map as first argument;
texts and signatures for `help` are with the other methods, in C.
"""

from pyhamt._inspection import ipython_repr as _repr_pretty_
from pyhamt._inspection import notebook_drawing as _repr_svg_
from pyhamt._inspection import rich_repr as __rich_repr__
from pyhamt._inspection import shared_with, stats, to_dot
from pyhamt._pydantic import get_core_schema as __get_pydantic_core_schema__
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
