# SPDX-License-Identifier: Apache-2.0
"""Pickles of maps with bytes changed, taken out, put in and moved: each gives whole
maps or raises. Prints how many did which.
"""

from __future__ import annotations

import pickle
import random
import resource
import sys
from pathlib import Path
from typing import Any

from pyhamt import PersistentMap

COUNT = 10_000

# What the process may take on top: a number in a pickle may ask for any amount, and the
# unpickler asks the system for it.
ALLOWED_B = 256 * 2**20

HASH_MODULUS = sys.hash_info.modulus


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
    ]
    return [
        pickle.dumps(each, protocol)
        for each in maps
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ]


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


def main(seed: str) -> None:
    limit_memory()
    rng = random.Random(int(seed))
    sources = originals()
    raised = 0
    for _ in range(COUNT):
        data = mutated(rng, rng.choice(sources), sources)
        try:
            value = pickle.loads(data)
        except Exception:
            raised += 1
            continue
        check_maps_in(value, set())
    print(raised, COUNT - raised)


if __name__ == "__main__":
    main(*sys.argv[1:])
