# SPDX-License-Identifier: Apache-2.0
"""Eight threads over shared maps, for as many seconds as asked for.

    python stress.py SECONDS

Each thread does one kind of work again and again, checks every answer against a model
of its own, and swaps what it did into atoms that all share. At the end the atoms must
hold what all threads together did. Prints what each did.
"""

from __future__ import annotations

import gc
import pickle
import random
import sys
import sysconfig
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from pyhamt import Atom, PersistentMap

Work = Callable[[random.Random], None]

# An array, a trie, keys of one hash, a map that the collector sees.
SIZES = {"small": 6, "large": 3_000, "colliding": 40, "tracked": 300}


class Colliding:
    def __init__(self, number: int) -> None:
        self.number = number

    def __hash__(self) -> int:
        return 7

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Colliding) and other.number == self.number

    def __lt__(self, other: Colliding) -> bool:
        return self.number < other.number


def _key(kind: str, number: int) -> Any:
    return Colliding(number) if kind == "colliding" else f"{kind} {number}"


def _value(kind: str, number: int) -> Any:
    return [number] if kind == "tracked" else (number, str(number))


MODELS = {
    kind: {_key(kind, number): _value(kind, number) for number in range(size)}
    for kind, size in SIZES.items()
}
SHARED = {kind: PersistentMap(model) for kind, model in MODELS.items()}

swaps: Atom[PersistentMap[str, int]] = Atom(PersistentMap())
versions: Atom[PersistentMap[int, PersistentMap[Any, Any]]] = Atom(PersistentMap())


def read(rng: random.Random) -> None:
    kind = rng.choice(list(SIZES))
    shared, model = SHARED[kind], MODELS[kind]
    for number in rng.sample(range(SIZES[kind]), 5):
        assert shared[_key(kind, number)] == _value(kind, number)
    assert _key(kind, -1) not in shared
    assert shared.get_many([_key(kind, 0), _key(kind, -1)]) == [_value(kind, 0), None]
    assert len(list(shared.items())) == len(model)
    if kind != "tracked":
        assert hash(shared.set("x", 1).delete("x")) == hash(shared)


def update(rng: random.Random) -> None:
    kind = rng.choice(list(SIZES))
    mine, model = SHARED[kind], dict(MODELS[kind])
    for _ in range(20):
        key = _key(kind, rng.randrange(2 * SIZES[kind]))
        if rng.random() < 0.5:
            mine, model[key] = mine.set(key, [1]), [1]
        else:
            mine = mine.discard(key)
            model.pop(key, None)
    assert mine == model
    mine._check()  # type: ignore[attr-defined]
    number = threading.get_ident()
    versions.swap(lambda all_: all_.set(number, mine))


def mutate(rng: random.Random) -> None:
    kind = rng.choice(list(SIZES))
    keys = [_key(kind, rng.randrange(2 * SIZES[kind])) for _ in range(30)]
    with SHARED[kind].mutate() as mutation:
        for key in keys:
            mutation[key] = "mutated"
    assert mutation.finish() == {**MODELS[kind], **dict.fromkeys(keys, "mutated")}


def compare(rng: random.Random) -> None:
    kind = rng.choice(list(SIZES))
    shared = SHARED[kind]
    key = _key(kind, rng.randrange(SIZES[kind]))
    other = shared.set(key, "changed").set("added", 1)
    difference = shared.diff(other)
    assert difference.added == {"added": 1}
    assert difference.changed == {key: (shared[key], "changed")}
    assert shared.apply(difference) == other
    assert shared.merge(other) == other
    for latest in versions.value.values():
        assert latest == latest.set("added", 1).discard("added")


def pickled(rng: random.Random) -> None:
    kind = rng.choice(["small", "large", "tracked"])
    loaded = pickle.loads(pickle.dumps(SHARED[kind], rng.randrange(2, 6)))
    assert loaded == SHARED[kind]
    loaded._check()


def collect(rng: random.Random) -> None:
    cycle: list[Any] = []
    cycle.append(SHARED["tracked"].set("cycle", cycle))
    del cycle
    gc.collect(rng.randrange(3))


def iterate(rng: random.Random) -> None:
    """Two threads take turns with an iterator, and with a mutation that one has."""
    shared = SHARED[rng.choice(["small", "large"])]
    iterator = iter(shared.items())
    taken: list[list[Any]] = [[], []]
    mutation = shared.mutate()
    refused = 0

    def take(mine: list[Any]) -> None:
        nonlocal refused
        for key, value in iterator:
            mine.append((key, value))
            try:
                mutation[key] = value
            except RuntimeError:  # The other thread edits just now.
                refused += 1

    other = threading.Thread(target=take, args=(taken[1],))
    other.start()
    take(taken[0])
    other.join()
    assert Counter(key for key, _ in taken[0] + taken[1]) == Counter(list(shared))
    assert mutation.finish() == shared


def build(rng: random.Random) -> None:
    kind = rng.choice(list(SIZES))
    model = MODELS[kind]
    assert PersistentMap(model) == SHARED[kind]
    assert PersistentMap(list(model.items())) == model
    assert SHARED[kind].map_values(lambda value: value) == SHARED[kind]


WORKS: list[Work] = [read, update, mutate, compare, pickled, collect, iterate, build]


def main(seconds: float) -> None:
    sys.setswitchinterval(1e-6)
    end = time.monotonic() + seconds
    done: Counter[str] = Counter()
    failed: list[str] = []

    def run(work: Work, seed: int) -> None:
        rng = random.Random(seed)
        name = work.__name__
        count = 0
        try:
            while time.monotonic() < end and not failed:
                work(rng)
                swaps.swap(lambda counts: counts.set(name, counts.get(name, 0) + 1))
                count += 1
        except BaseException:
            failed.append(name)
            raise
        done[name] = count

    threads = [
        threading.Thread(target=run, args=(work, seed))
        for seed, work in enumerate(WORKS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed
    assert swaps.value == +done, (swaps.value, done)
    for kind, shared in SHARED.items():
        assert shared == MODELS[kind]
        shared._check()  # type: ignore[attr-defined]
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        assert not sys._is_gil_enabled()  # type: ignore[attr-defined]
    print(" ".join(f"{name}:{done[name]}" for name in sorted(done)))


if __name__ == "__main__":
    main(float(sys.argv[1]))
