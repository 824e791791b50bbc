# SPDX-License-Identifier: Apache-2.0
"""Operations that are repeated do not take more and more memory, and a large map that
is dropped returns its own.
"""

from __future__ import annotations

import copy
import gc
import pickle
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from hostile import KINDS, Key, Nth, Refused, hooked, keys_of, map_of
from operations import OPERATIONS, Operation
from pyhamt import PersistentMap

REPETITIONS = 100

# A leaked object of the smallest size in each repetition takes more than that.
ALLOWED_B = 16 * REPETITIONS

# While the caches of the interpreter fill, a round may take more; a leak takes more in
# every round.
ROUNDS = 20

LARGE = 300_000


def make_a_cycle(source: PersistentMap, key: Key) -> None:
    holder: list[object] = []
    holder.append(iter(source.set("holder", holder).set(key, holder).items()))
    holder.append(source.set("holder", holder).values())
    gc.collect()


def fail(source: PersistentMap, key: Key) -> None:
    for n in range(1, 6):
        for act in (source.__getitem__, source.delete, source.discard):
            with hooked(Nth(n)):
                try:
                    act(key)
                except Refused:
                    continue


def raise_errors(source: PersistentMap, key: Key) -> None:
    for act in (
        lambda: source[0],
        lambda: source.delete((1, 2)),
        lambda: source.set([], 1),
        lambda: source.set(1),
        lambda: source.update([(1,)]),
        lambda: source.update([(1, 1), 5]),
        lambda: PersistentMap(5),
        lambda: PersistentMap.fromkeys([[]]),
        lambda: source.get(key, wrong=1),
        lambda: hash(source.set(key, [])),
    ):
        try:
            act()
        except (KeyError, TypeError, ValueError):
            continue
        raise AssertionError("no error")


# More than what `operations.py` has, which is there for code that keys run.
OTHERS: dict[str, Callable[[PersistentMap, Key], object]] = {
    "repr": lambda source, key: (repr(source), repr(source.items())),
    "dump": lambda source, key: (source._dump(), source.stats(), source.__sizeof__()),
    "pickle": lambda source, key: pickle.loads(pickle.dumps(source)),
    "copy": lambda source, key: (copy.copy(source), copy.deepcopy(source)),
    "half an iterator": lambda source, key: next(iter(source.items())),
    "generic": lambda source, key: PersistentMap[int, str],
    "cycle": make_a_cycle,
    "failures": fail,
    "errors": raise_errors,
}


def grows(act: Callable[[], object]) -> bool:
    """Whether every round of repetitions adds to the traced memory."""
    for _ in range(ROUNDS):
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(REPETITIONS):
            act()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        if after - before < ALLOWED_B:
            return False
    return True


def acts_on(
    source: PersistentMap, key: Key
) -> Iterator[tuple[str, Callable[[], object]]]:
    def attempt(operation: Operation) -> None:
        try:
            operation.prepared(source, key)(lambda: source)
        except (KeyError, TypeError):
            return

    for name, operation in OPERATIONS.items():
        yield name, partial(attempt, operation)
    for name, act in OTHERS.items():
        yield name, partial(act, source, key)


def check_operations() -> None:
    gc.collect()
    gc.freeze()
    tracemalloc.start()
    for kind in KINDS:
        for tracked in (False, True):
            key = keys_of(kind)[1]
            for name, act in acts_on(map_of(kind, tracked=tracked), key):
                assert not grows(act), (kind, tracked, name)
    tracemalloc.stop()


def resident_pages() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])


def check_large_maps() -> None:
    """The first round warms up; the rounds after it find the memory of those before."""
    sizes = []
    for _ in range(4):
        source = PersistentMap((i, i) for i in range(LARGE))
        other = source.update((i, [i]) for i in range(0, LARGE, 3))
        del source, other
        gc.collect()
        sizes.append(resident_pages())
    assert sizes[-1] < 1.1 * sizes[1], sizes


if __name__ == "__main__":
    check_operations()
    check_large_maps()
