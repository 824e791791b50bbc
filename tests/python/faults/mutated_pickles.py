# SPDX-License-Identifier: Apache-2.0
"""Pickles with bytes changed, taken out, put in and moved: each gives whole maps or
raises. Prints how many did which.

    python mutated_pickles.py maps|versions SEED

`maps` are pickles of maps and of subclasses, `versions` what dump_versions wrote, for
load_versions. SystemError says that native code has broken a rule of CPython: it is not
among what may be raised.
"""

from __future__ import annotations

import pickle
import random
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from pyhamt import PersistentMap, dump_versions, load_versions

COUNT = 10_000

# What the process may take on top: a number in a pickle may ask for any amount, and the
# unpickler asks the system for it.
ALLOWED_B = 256 * 2**20

HASH_MODULUS = sys.hash_info.modulus


class Labelled(PersistentMap[Any, Any]):
    """A subclass, whose pickles name its type and have attributes."""


def labelled(m: PersistentMap[Any, Any]) -> Labelled:
    """The entries of a map in a subclass, with an attribute."""
    made = Labelled(m)
    made.label = [m]  # type: ignore[attr-defined]
    return made


def originals() -> list[bytes]:
    """Pickles of maps of each kind by each protocol."""
    inner: list[Any] = []
    cyclic = PersistentMap({"self": inner, 1: 2})
    inner.append(cyclic)
    maps = [
        PersistentMap(),
        PersistentMap({"a": 1, "b": [2], (3, "c"): None}),
        PersistentMap({i: str(i) for i in range(40)}),
        PersistentMap({i * HASH_MODULUS: 1.5 for i in range(12)}),
        PersistentMap({"outer": PersistentMap({PersistentMap(a=1): b"bytes"})}),
        cyclic,
        labelled(PersistentMap(a=1)),
        labelled(PersistentMap({i: str(i) for i in range(20)})),
    ]
    return [
        pickle.dumps(each, protocol)
        for each in maps
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ]


def originals_of_versions() -> list[bytes]:
    """Histories, most of which are written as edits."""
    first = PersistentMap({i: str(i) for i in range(20)})
    nested = first.set("inner", first)
    histories: list[list[PersistentMap[Any, Any]]] = [
        [],
        [PersistentMap(), PersistentMap(a=1), PersistentMap(a=1, b=2)],
        [first, first.set(7, "other"), first.delete(7), first],
        [first, first.update(dict.fromkeys(range(15, 25)))],
        [nested, nested.set("inner", first.set(1, b"bytes"))],
        [labelled(first), labelled(first.set((3, "c"), 1.5))],
    ]
    return [dump_versions(history) for history in histories]


def mutated(rng: random.Random, data: bytes, others: list[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        place = rng.randrange(len(changed) + 1)
        end = min(len(changed), place + rng.choice((1, 1, 2, 8)))
        part = bytes(changed[place:end])
        changed[place:end] = rng.choice(
            (
                b"",
                part + part,
                part[::-1],
                bytes([rng.randrange(256)]),
                # Opcodes of pickle: letters, most of them.
                rng.choice((b"R", b"(", b"t", b"l", b"a", b"e", b"b", b"0", b"2")),
                rng.choice((b"N", b"]", b")", b"}", b"h\0", b"\x94", b"\x86", b"u")),
                rng.choice(others)[place:end],
            )
        )
    return bytes(changed)


def check_maps_in(value: Any, seen: set[int]) -> None:
    """Walk over what a pickle gave, whose maps must be whole."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, PersistentMap):
        value._check()
        assert len(list(value.items())) == len(value)
        assert all(key in value for key in value)
        value = list(value.items())
    if isinstance(value, (list, tuple)):
        for item in value:
            check_maps_in(item, seen)


def limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + ALLOWED_B
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


# A bytearray for which there is no memory is freed before CPython has set how often its
# bytes are in use. If an earlier object left a number there, CPython writes this. It
# does so without anything of ours, for this opcode alone, and raises MemoryError.
BYTEARRAY8 = b"\x96"
UNSET_EXPORTS = "deallocated bytearray object has exported buffers"


class Loading:
    """What is being unpickled; says what the interpreter wants to write about it."""

    def __init__(self) -> None:
        self.data = b""

    def excepthook(
        self,
        kind: type[BaseException],
        error: BaseException,
        traceback: TracebackType | None,
    ) -> None:
        is_bytearray = kind is SystemError and str(error) == UNSET_EXPORTS
        if not (is_bytearray and BYTEARRAY8 in self.data):
            sys.__excepthook__(kind, error, traceback)


KINDS: dict[str, tuple[Callable[[], list[bytes]], Callable[[bytes], object]]] = {
    "maps": (originals, pickle.loads),
    "versions": (originals_of_versions, load_versions),
}


def main(kind: str, seed: str) -> None:
    limit_memory()
    loading = Loading()
    sys.excepthook = loading.excepthook
    rng = random.Random(int(seed))
    make, load = KINDS[kind]
    sources = make()
    raised = 0
    for _ in range(COUNT):
        loading.data = data = mutated(rng, rng.choice(sources), sources)
        try:
            value = load(data)
        except SystemError as error:
            raise AssertionError(data) from error
        except Exception:
            raised += 1
            continue
        check_maps_in(value, set())
    print(raised, COUNT - raised)


if __name__ == "__main__":
    main(*sys.argv[1:])
