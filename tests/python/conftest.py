# SPDX-License-Identifier: Apache-2.0
"""What the tests of PersistentMap share: both implementations, entries of every size
and kind, the check of a map, and the settings of Hypothesis.
"""

from __future__ import annotations

import importlib.util
import os
import sysconfig
from collections import ChainMap, OrderedDict, UserDict
from collections.abc import Callable
from types import MappingProxyType, ModuleType
from typing import Any

import pytest
from hypothesis import settings

from pyhamt import PersistentMap, _hamt
from reference import ReferenceMap

MapType = type[PersistentMap] | type[ReferenceMap]
AnyMap = PersistentMap | ReferenceMap
Entries = dict[Any, Any]

ARRAY_LIMIT = _hamt._ARRAY_LIMIT

FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))

# Larger sizes and more steps, for those who have the time; smaller, for checks that
# multiply the time.
LONG_TESTS = os.environ.get("PYHAMT_LONG_TESTS") == "1"
SHORT_TESTS = os.environ.get("PYHAMT_SHORT_TESTS") == "1"

settings.register_profile("short", deadline=None, print_blob=True, max_examples=50)
settings.register_profile("long", settings.get_profile("short"), max_examples=5000)
settings.load_profile("long" if LONG_TESTS else "short")

# Nothing, array maps, the last array map and the first tree, trees of two levels and
# of three.
SIZES = (0, 1, ARRAY_LIMIT, ARRAY_LIMIT + 1, 100, 1000)


def mixed_key(i: int) -> Any:
    """A key of another type for each of seven numbers; each nan is a key of its own."""
    number = i // 7 + 2
    return (
        number,
        number + 0.5,
        str(number),
        (number, (str(number), None)),
        number.to_bytes(4, "little"),
        frozenset({number}),
        float("nan"),
    )[i % 7]


KEYS: dict[str, Callable[[int], Any]] = {
    "str": lambda i: f"key-{i}",
    "int": lambda i: i,
    "tuple": lambda i: (i % 10, str(i)),
    "mixed": mixed_key,
}


def entries_of(kind: str, size: int) -> Entries:
    """A dict of keys of a kind; no two values are one object."""
    return {KEYS[kind](i): f"value-{i}" for i in range(size)}


# From a dict, a mapping of each kind with its entries.
MAPPINGS: dict[str, Callable[[Entries], Any]] = {
    "dict": dict,
    "OrderedDict": OrderedDict,
    "UserDict": UserDict,
    "ChainMap": ChainMap,
    "mappingproxy": MappingProxyType,
    "PersistentMap": PersistentMap,
    "ReferenceMap": ReferenceMap,
}


def native_module() -> ModuleType:
    """The native module once more, without the package."""
    module = importlib.util.module_from_spec(_hamt.__spec__)
    _hamt.__spec__.loader.exec_module(module)
    return module


def check(m: AnyMap) -> None:
    """Check the invariants of a map that has any."""
    getattr(m, "_check", lambda: None)()


@pytest.fixture(
    name="Map",
    params=[
        pytest.param(PersistentMap, id="pyhamt"),
        pytest.param(ReferenceMap, id="reference"),
    ],
)
def map_type(request: pytest.FixtureRequest) -> MapType:
    """Each implementation of the API in turn."""
    return request.param


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> int:
    """Each size of a map in turn."""
    return request.param


@pytest.fixture(params=KEYS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of keys in turn."""
    return request.param


@pytest.fixture
def entries(kind: str, size: int) -> Entries:
    """Entries of each kind and size in turn."""
    return entries_of(kind, size)


@pytest.fixture(params=MAPPINGS)
def make_mapping(request: pytest.FixtureRequest) -> Callable[[Entries], Any]:
    """Each way to make a mapping in turn."""
    return MAPPINGS[request.param]
