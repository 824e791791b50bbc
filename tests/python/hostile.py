# SPDX-License-Identifier: Apache-2.0
"""Keys and values that run code of the test's choice, and maps that hold them.

For the tests that run Python code in the middle of an operation, most of them in a
child process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pyhamt import PersistentMap

Hook = Callable[[], object]

_hook: Hook | None = None


@contextmanager
def hooked(hook: Hook) -> Iterator[None]:
    """Call `hook` whenever a `Key` is hashed or compared; not from within itself."""
    global _hook
    _hook = hook
    try:
        yield
    finally:
        _hook = None


def _run_hook() -> None:
    global _hook
    hook = _hook
    if hook is None:
        return
    _hook = None
    try:
        hook()
    finally:
        _hook = hook


class Key:
    """Equal to keys of its name; hashes as told."""

    def __init__(self, name: object, hash_value: int) -> None:
        self.name = name
        self.hash_value = hash_value

    def __hash__(self) -> int:
        _run_hook()
        return self.hash_value

    def __eq__(self, other: object) -> bool:
        _run_hook()
        return isinstance(other, Key) and self.name == other.name

    def __repr__(self) -> str:
        return f"Key({self.name!r}, {self.hash_value})"

    def twin(self) -> Key:
        """An equal key that is another object."""
        return Key(self.name, self.hash_value)


class Nth:
    """A hook that raises `Refused` the n-th time it is called."""

    def __init__(self, n: int) -> None:
        self.rest = n

    def __call__(self) -> None:
        self.rest -= 1
        if self.rest == 0:
            raise Refused

    @property
    def has_raised(self) -> bool:
        return self.rest <= 0


class Refused(Exception):  # noqa: N818
    """What a hook raises on purpose."""


class Dying:
    """Calls a function when it is destroyed."""

    def __init__(self, last_will: Hook) -> None:
        self.last_will = last_will

    def __del__(self) -> None:
        self.last_will()


def keys_of(kind: str) -> list[Key]:
    """The keys of a map of some kind: "array", "trie" or "colliding"."""
    if kind == "array":
        return [Key(name, name % 3) for name in range(6)]
    if kind == "trie":
        return [Key(name, name * 0x9E3779B97F4A7C15 % 2**61) for name in range(60)]
    assert kind == "colliding", kind
    # Two hashes, six keys of each; their paths part on the last level.
    hashes = (0, 2**60 + 2**52)
    return [Key(name, hashes[name & 1]) for name in range(12)]


KINDS = ("array", "trie", "colliding")


def map_of(kind: str, *, tracked: bool = False) -> PersistentMap:
    """A map of the keys of a kind to their names, or to lists of them."""
    return PersistentMap(
        [(key, [key.name] if tracked else key.name) for key in keys_of(kind)]
    )
