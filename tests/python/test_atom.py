# SPDX-License-Identifier: Apache-2.0
"""Atom: no change is lost between threads, and what its functions raise."""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable, Iterator

import pytest

from child import run_child
from pyhamt import Atom, PersistentMap


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(count: int, run: Callable[[], object]) -> None:
    """Run a function in so many threads, and raise what one of them raised."""
    errors: list[BaseException] = []
    start = threading.Barrier(count)

    def guarded() -> None:
        try:
            start.wait()
            run()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


# Threads


def test_ten_threads_lose_no_increment(restless_threads: None) -> None:
    counter = Atom(0)

    def increment() -> None:
        for _ in range(10_000):
            counter.swap(lambda n: n + 1)

    in_threads(10, increment)
    assert counter.value == 100_000


def test_threads_lose_no_update_of_a_map(restless_threads: None) -> None:
    counts = Atom(PersistentMap())

    def count() -> None:
        for number in range(500):
            counts.swap(lambda m, key: m.set(key, m.get(key, 0) + 1), number % 50)

    in_threads(4, count)
    assert counts.value == dict.fromkeys(range(50), 40)
    counts.value._check()


def test_each_change_is_told_once_and_chains(restless_threads: None) -> None:
    atom = Atom(0)
    told: list[tuple[int, int]] = []
    atom.watch(lambda old, new: told.append((old, new)))
    in_threads(4, lambda: [atom.swap(lambda n: n + 1) for _ in range(500)])
    assert sorted(told) == [(n, n + 1) for n in range(2000)]


def test_handler_of_a_signal_uses_the_atom_that_it_interrupts() -> None:
    """Neither waits for the other, and no change is lost between them."""
    said = run_child(
        """
import signal, time
from pyhamt import Atom

atom = Atom(0)
handled = 0

def handle(*_):
    global handled
    handled += 1
    atom.swap(lambda n: n + 1)
    atom.watch(lambda old, new: None)()

signal.signal(signal.SIGALRM, handle)
signal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)
swapped = 0
end = time.monotonic() + 1
while time.monotonic() < end:
    value = atom.value
    swapped += atom.compare_and_set(value, value + 1)
    atom.watch(lambda old, new: None)()
signal.setitimer(signal.ITIMER_REAL, 0)
assert handled > 100, handled
assert atom.value == swapped + handled, (atom.value, swapped, handled)
"""
    )
    assert said == ""


# Swapping


def test_swap_gives_the_new_value_and_passes_arguments() -> None:
    atom = Atom(10)
    assert atom.swap(lambda n, a, *, b: n + a * b, 2, b=3) == 16
    assert atom.value == 16


def test_swap_calls_again_when_another_change_came_between() -> None:
    atom = Atom(0)
    seen = []

    def interrupted(n: int) -> int:
        seen.append(n)
        if n < 3:
            atom.reset(n + 1)
        return n + 10

    assert atom.swap(interrupted) == 13
    assert seen == [0, 1, 2, 3]
    assert atom.value == 13


def test_raising_function_leaves_the_value() -> None:
    value = ["value"]
    atom = Atom(value)
    told = []
    atom.watch(lambda old, new: told.append(new))
    with pytest.raises(ZeroDivisionError):
        atom.swap(lambda _: 1 // 0)
    assert atom.value is value
    assert told == []
    assert atom.swap(len) == 1


def test_swap_within_swap_is_no_deadlock() -> None:
    atom = Atom(0)
    other = Atom(0)
    assert atom.swap(lambda n: other.swap(lambda k: k + 1) + n) == 1


# Setting


def test_compare_and_set_compares_by_identity() -> None:
    value = ["value"]
    atom = Atom(value)
    assert not atom.compare_and_set(["value"], ["new"])
    assert atom.value is value
    new = ["new"]
    assert atom.compare_and_set(value, new)
    assert atom.value is new
    assert not atom.compare_and_set(value, value)
    assert atom.value is new


def test_reset_sets_whatever_was_there_and_gives_it() -> None:
    atom: Atom[object] = Atom(None)
    value = ["value"]
    assert atom.reset(value) is value
    assert atom.value is value


def test_value_cannot_be_set_past_the_atom() -> None:
    atom = Atom(1)
    with pytest.raises(AttributeError):
        atom.value = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        atom.other = 2  # type: ignore[attr-defined]
    assert atom.value == 1


# Watching


def test_watcher_is_told_of_each_change_until_it_is_stopped() -> None:
    atom = Atom(0)
    told: list[tuple[int, int]] = []
    stop = atom.watch(lambda old, new: told.append((old, new)))
    atom.swap(lambda n: n + 1)
    atom.reset(5)
    atom.compare_and_set(5, 6)
    atom.compare_and_set(5, 7)
    assert told == [(0, 1), (1, 5), (5, 6)]
    stop()
    atom.reset(8)
    stop()
    assert told == [(0, 1), (1, 5), (5, 6)]


def test_callback_that_watches_twice_is_stopped_once_at_a_time() -> None:
    atom = Atom(0)
    told: list[int] = []

    def callback(old: int, new: int) -> None:
        told.append(new)

    stop_first, stop_second = atom.watch(callback), atom.watch(callback)
    atom.reset(1)
    stop_first()
    atom.reset(2)
    stop_second()
    atom.reset(3)
    assert told == [1, 1, 2]


def test_watcher_sees_the_new_value_and_may_change_it() -> None:
    atom = Atom(0)

    def at_least_three(old: int, new: int) -> None:
        assert atom.value == new
        if new < 3:
            atom.swap(lambda n: n + 1)

    atom.watch(at_least_three)
    atom.reset(1)
    assert atom.value == 3


def test_watcher_may_stop_itself() -> None:
    atom = Atom(0)
    told = []

    def once(old: int, new: int) -> None:
        told.append(new)
        stop()

    stop = atom.watch(once)
    atom.reset(1)
    atom.reset(2)
    assert told == [1]


def test_exception_of_a_watcher_comes_out_and_the_change_stands() -> None:
    atom = Atom(0)

    def refuse(old: int, new: int) -> None:
        raise ZeroDivisionError

    stop = atom.watch(refuse)
    for number, change in enumerate(
        (
            lambda: atom.swap(lambda n: n + 1),
            lambda: atom.reset(2),
            lambda: atom.compare_and_set(2, 3),
        )
    ):
        with pytest.raises(ZeroDivisionError):
            change()
        assert atom.value == number + 1
    stop()
    assert atom.swap(lambda n: n + 1) == 4


def test_stopped_watcher_is_let_go() -> None:
    class Watcher:
        def __call__(self, old: int, new: int) -> None: ...

    atom = Atom(0)
    watcher = Watcher()
    stop = atom.watch(watcher)
    dead = weakref.ref(watcher)
    del watcher
    assert dead() is not None
    stop()
    del stop
    assert dead() is None


def test_repr_shows_the_value() -> None:
    assert repr(Atom({"a": 1})) == "Atom({'a': 1})"
