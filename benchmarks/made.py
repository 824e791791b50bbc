# SPDX-License-Identifier: Apache-2.0
"""Keys that are made from a seed: integers, strings, tuples, objects, collisions."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from random import Random
from typing import Any

from benchmarks.dataset import Dataset, Key


class Pair:
    """A key with `__eq__` and `__hash__` in Python, as a small class of a user has."""

    __slots__ = ("left", "right")

    def __init__(self, left: int, right: int) -> None:
        self.left = left
        self.right = right

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pair):
            return NotImplemented
        return self.left == other.left and self.right == other.right

    def __hash__(self) -> int:
        return hash((self.left, self.right))

    def __repr__(self) -> str:
        return f"Pair({self.left}, {self.right})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Pair, (self.left, self.right)


def make_sequential(count: int, seed: int) -> Dataset:
    """The integers from 0."""
    return _dataset("int", range(count), range(count, 2 * count), seed)


def make_random(count: int, seed: int) -> Dataset:
    """Integers of 60 random bits."""
    numbers = _numbers(count, seed)
    return _dataset("random_int", numbers[:count], numbers[count:], seed)


def make_strings(count: int, seed: int) -> Dataset:
    """Strings of 12 or so random letters, looked up by the very objects."""
    names = [f"k{number:x}" for number in _numbers(count, seed, bits=44)]
    return _dataset("str", names[:count], names[count:], seed, twins=False)


def make_string_twins(count: int, seed: int) -> Dataset:
    """The same strings, looked up by equal ones that are other objects."""
    names = [f"k{number:x}" for number in _numbers(count, seed, bits=44)]
    return _dataset("str_twin", names[:count], names[count:], seed)


def make_tuples(count: int, seed: int) -> Dataset:
    """Tuples of an integer and a string."""
    keys = [(number >> 20, f"{number:x}") for number in _numbers(count, seed)]
    return _dataset("tuple", keys[:count], keys[count:], seed)


def make_objects(count: int, seed: int) -> Dataset:
    """Objects of a class with `__eq__` and `__hash__` in Python."""
    keys = [Pair(number >> 30, number) for number in _numbers(count, seed)]
    return _dataset("object", keys[:count], keys[count:], seed)


def make_collisions(count: int, seed: int) -> Dataset:
    """Integers of which four have one hash, and four absent ones have it too.

    `hash(n)` is n modulo a prime, so n and n plus that prime collide.
    """
    prime = sys.hash_info.modulus
    keys = [n // 4 + n % 4 * prime for n in range(count)]
    return _dataset("colliding", keys, [n + 4 * prime for n in keys], seed)


def _numbers(count: int, seed: int, bits: int = 60) -> list[int]:
    """Twice as many distinct random numbers."""
    random = Random(seed)
    numbers: dict[int, None] = {}
    while len(numbers) < 2 * count:
        numbers[random.getrandbits(bits)] = None
    return list(numbers)


def _dataset(
    name: str,
    keys: Sequence[Key],
    absent: Sequence[Key],
    seed: int,
    twins: bool = True,
) -> Dataset:
    return Dataset(name, list(keys), list(absent), seed, len(keys), twins)
