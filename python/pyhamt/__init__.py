# SPDX-License-Identifier: Apache-2.0
"""Persistent (immutable) maps: every update returns a new map that shares its
memory with the old one.

The extension is loaded at once; what is written in Python when it is first used.
"""

from importlib import import_module as _import_module

from pyhamt import _hamt
from pyhamt._hamt import MapMutation, PersistentMap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pyhamt._atom import Atom
    from pyhamt._builtins import to_builtins
    from pyhamt._freeze import freeze, thaw
    from pyhamt._history import dump_versions, load_versions
    from pyhamt._inspection import MapStats, SharedNodes
    from pyhamt._missing import MISSING
    from pyhamt._versions import ConflictError, MapDiff, merge3

__all__ = [
    "MISSING",
    "Atom",
    "ConflictError",
    "MapDiff",
    "MapMutation",
    "MapStats",
    "PersistentMap",
    "SharedNodes",
    "dump_versions",
    "freeze",
    "load_versions",
    "merge3",
    "thaw",
    "to_builtins",
]
__version__ = "0.1.0"

_MODULES = {
    "MISSING": "_missing",
    "Atom": "_atom",
    "ConflictError": "_versions",
    "MapDiff": "_versions",
    "MapStats": "_inspection",
    "SharedNodes": "_inspection",
    "dump_versions": "_history",
    "freeze": "_freeze",
    "load_versions": "_history",
    "merge3": "_versions",
    "thaw": "_freeze",
    "to_builtins": "_builtins",
}


if not TYPE_CHECKING:  # a checker would take any name for one of the package

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(_import_module(f"pyhamt.{_MODULES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


_hamt._use_methods(lambda: _import_module("pyhamt._methods"))
