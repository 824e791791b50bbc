# SPDX-License-Identifier: Apache-2.0
"""Keys whose place in a tree is chosen, and trees that are written down with them.

A trie reads the hash of a key, after folding, as digits of five bits, and goes one
level down with each. `HashPathKey("31A")` has a hash with the digits 3, 1, 10 and then
zeros, so it lies in bucket 3 of the root, bucket 1 below it and bucket A below that, as
far down as other keys push it. The digits are those of `_dump()`: 0-9, then A-V.
"""

from __future__ import annotations

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUV"

# Digits that a path has; the last one holds the four bits that are left, 0 to F.
LEVELS = 13

_MASK = 2**64 - 1


def folded(word: int) -> int:
    """The hash path, as a number, of an unsigned hash of 64 bits."""
    for shift in (32, 16, 8):
        word ^= word >> shift
    return word


def unfolded(bits: int) -> int:
    """The unsigned hash of 64 bits that has a path: the inverse of `folded`."""
    for first_shift in (8, 16, 32):
        # x ^ x >> s is undone by x ^= x >> s, then by twice that shift, and so on.
        shift = first_shift
        while shift < 64:
            bits ^= bits >> shift
            shift *= 2
    return bits


def hash_of_path(digits: str) -> int:
    """The hash that Python must see for a key to have this path.

    Raises ValueError for what is no path, and for the path of the hash -1, which Python
    turns into -2.
    """
    bits = 0
    for level, digit in enumerate(digits):
        bits |= DIGITS.index(digit) << 5 * level
    if len(digits) > LEVELS or bits > _MASK:
        raise ValueError(f"{digits!r} is longer than the 64 bits of a hash")
    word = unfolded(bits)
    signed = word - 2**64 if word >= 2**63 else word
    if signed == -1:
        raise ValueError(f"no key has the path {digits!r}: Python's hash is never -1")
    return signed


class HashPathKey:
    """A key with a chosen hash path; `number` tells keys of one path apart."""

    __slots__ = ("_hash", "digits", "number")

    def __init__(self, digits: str, number: int = 0) -> None:
        self._hash = hash_of_path(digits)
        self.digits = digits
        self.number = number

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, HashPathKey):
            return NotImplemented
        return self._hash == other._hash and self.number == other.number

    def __repr__(self) -> str:
        return f"{self.digits}#{self.number}" if self.number else self.digits

    def __reduce__(self) -> tuple[type[HashPathKey], tuple[str, int]]:
        return HashPathKey, (self.digits, self.number)


def path_keys(text: str) -> list[HashPathKey]:
    """The keys of paths with spaces between them; `42*5` is five keys of path 42."""
    keys = []
    for word in text.split():
        digits, _, count = word.partition("*")
        keys += [HashPathKey(digits, number) for number in range(int(count or 1))]
    return keys


# Each name says what the tree of these keys looks like; `test_statistics.py` holds them
# to it. Nine entries at least, where the tree is to be a trie.
TREES = {
    "single": "A",
    "array-of-eight": "0 1 2 3 4 5 6 7",
    "nine-in-one-branch": "0 1 2 3 4 5 6 7 8",
    "full-node-of-32": " ".join(DIGITS),
    "everything-on-level-2": "000 001 002 010 011 012 100 101 102 110 111 112",
    "chain-left": "0 " + " ".join("0" * level + "1" for level in range(LEVELS)),
    "collision-alone": "3*9",
    "collision-at-level-1": "0 1 2 3 4 5 6 7*2",
    "collision-beside-entry": "0 11 12*2 3 4 5 6 7",
    "collision-below-chain-of-12": "0*8 0000000000001",
    "two-collisions": "31*5 32*5",
}
