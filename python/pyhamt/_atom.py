# SPDX-License-Identifier: Apache-2.0
"""Atom: one shared reference that threads change by a function of what is there."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


class Atom(Generic[T]):
    """A reference to a value that threads share.

    `value` is what it refers to now. No lock is held while a function runs.

    >>> counter = Atom(0)
    >>> counter.swap(lambda n, by: n + by, 2)
    2
    >>> counter.value
    2
    """

    __slots__ = ("__weakref__", "_lock", "_value", "_watchers")

    def __init__(self, value: T) -> None:
        self._value = value
        # A signal handler that uses the atom may run in a thread that has the lock.
        self._lock = RLock()
        self._watchers: tuple[Callable[[T, T], object], ...] = ()

    @property
    def value(self) -> T:
        """What the atom refers to now. Complexity: O(1)."""
        return self._value

    def swap(
        self, fn: Callable[Concatenate[T, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Set the value to fn(value, *args, **kwargs), and return it.

        *fn* is called again until no other thread came between, so it should do
        nothing but compute. Complexity: O(1), and the calls of *fn*. Raises what *fn*
        raises; the value is then as it was.

        >>> Atom(["a"]).swap(lambda names, name: [*names, name], "b")
        ['a', 'b']
        """
        while True:
            old = self._value
            new = fn(old, *args, **kwargs)
            if self.compare_and_set(old, new):
                return new

    def compare_and_set(self, old: T, new: T) -> bool:
        """Set the value to *new* if it is *old*, the very object; say whether.

        Complexity: O(1). Raises what a watcher raises.

        >>> atom = Atom(None)
        >>> atom.compare_and_set(None, "set"), atom.compare_and_set(None, "again")
        (True, False)
        """
        with self._lock:
            # A signal handler may run at a jump, as one before the assignment would be.
            if self._value is old:
                self._value = new
            else:
                return False
        self._tell(old, new)
        return True

    def reset(self, value: T) -> T:
        """Set the value, whatever it was, and return it.

        Complexity: O(1). Raises what a watcher raises.

        >>> Atom(1).reset(2)
        2
        """
        with self._lock:
            old, self._value = self._value, value
        self._tell(old, value)
        return value

    def watch(self, callback: Callable[[T, T], object]) -> Callable[[], None]:
        """Call callback(old, new) after each change; return a function to stop it.

        It is called in the thread that made the change. What it raises comes out of
        the call that made the change, which stands. Complexity: O(w) for w watchers.

        >>> atom = Atom(1)
        >>> stop = atom.watch(lambda old, new: print(f"{old} -> {new}"))
        >>> atom.reset(2)
        1 -> 2
        2
        >>> stop()
        """

        def told(old: T, new: T) -> None:
            callback(old, new)

        def stop() -> None:
            _change_watchers(
                self, lambda before: tuple(w for w in before if w is not told)
            )

        _change_watchers(self, lambda before: (*before, told))
        return stop

    def _tell(self, old: T, new: T) -> None:
        for told in self._watchers:
            told(old, new)

    def __repr__(self) -> str:
        return f"Atom({self._value!r})"


def _change_watchers(
    atom: Atom[Any], change: Callable[[tuple[Any, ...]], tuple[Any, ...]]
) -> None:
    """Replace the watchers by what a function makes of them.

    Nothing is made while the lock is held: an allocation may start a collection, and a
    finaliser that it runs may wait for another thread that wants the lock.
    """
    while True:
        before = atom._watchers
        after = change(before)
        with atom._lock:
            if atom._watchers is before:
                atom._watchers = after
                return
