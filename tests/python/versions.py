# SPDX-License-Identifier: Apache-2.0
"""Entries for tests of several versions: keys from good and bad neighbourhoods, edits,
and the comparison of a map with a dict object by object.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from conftest import Entries, check
from keys import DIGITS, HashPathKey
from pyhamt import PersistentMap


def _digits(number: int) -> str:
    """The three lowest digits of a number."""
    return "".join(DIGITS[number >> shift & 31] for shift in (0, 5, 10))


# Each call gives a new object, equal to the others of the number.
KEY_MAKERS: dict[str, Callable[[int], Any]] = {
    "good": lambda i: (i,),
    "colliding": lambda i: HashPathKey(_digits(i // 5), i),
    "prefix-colliding": lambda i: HashPathKey("V" * (i % 10) + _digits(i // 10), i),
}


def edited(entries: Entries, seed: int) -> Entries:
    """Another version: about half of the entries, a quarter with other values, and a
    quarter missing; the same key objects in the same order.
    """
    choice = random.Random(seed)
    version = {}
    for key, value in entries.items():
        edit = choice.choice(("keep", "keep", "delete", "set"))
        if edit != "delete":
            version[key] = value if edit == "keep" else (seed, value)
    return version


def version_of(m: PersistentMap, entries: Entries) -> PersistentMap:
    """A map of the entries that shares with *m* what is the same."""
    version = m.mutate()
    for key in m:
        if key not in entries:
            del version[key]
    version.update(entries)
    return version.finish()


def assert_holds(m: PersistentMap, entries: Entries) -> None:
    """The map has the very keys and values of the dict."""
    check(m)
    assert len(m) == len(entries)
    found = {id(key): id(value) for key, value in m.items()}
    assert found == {id(key): id(value) for key, value in entries.items()}
