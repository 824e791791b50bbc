# SPDX-License-Identifier: Apache-2.0
"""The data sets by name, each registered once.

A data set is made from the number of keys that the largest map needs, and from a seed;
those that are read have the keys that they have.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.dataset import Dataset
from benchmarks.made import (
    make_collisions,
    make_objects,
    make_random,
    make_sequential,
    make_string_twins,
    make_strings,
    make_tuples,
)
from benchmarks.texts import read_identifiers, read_manual, read_word_list

DATASETS: dict[str, Callable[[int, int], Dataset]] = {
    "identifiers": read_identifiers,
    "manual": read_manual,
    "words": read_word_list,
    "int": make_sequential,
    "random_int": make_random,
    "str": make_strings,
    "str_twin": make_string_twins,
    "tuple": make_tuples,
    "object": make_objects,
    "colliding": make_collisions,
}
