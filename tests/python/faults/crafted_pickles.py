# SPDX-License-Identifier: Apache-2.0
"""Pickles that no map wrote: those that do not say what they should raise what is said
here, the others give whole maps.
"""

from __future__ import annotations

import pickle

from faults.mutated_pickles import check_maps_in, limit_memory
from pyhamt import PersistentMap

RESTORE = b"cpyhamt._hamt\n_restore\n"
MAP = b"cpyhamt._hamt\nPersistentMap\n"
MUTATION = b"cpyhamt._hamt\nMapMutation\n"
RECONSTRUCT = b"ccopyreg\n_reconstructor\n"
OBJECT = b"cbuiltins\nobject\n"

ONE_MAP = RESTORE + b"((K\x01l(K\x02ltR"


def attribute(module: str, path: str) -> bytes:
    """The opcodes that get hold of what a path of attributes leads to."""
    texts = [bytes([0x8C, len(text)]) + text.encode() for text in (module, path)]
    return b"\x80\x04" + b"".join(texts) + b"\x93"


# Pickles that do not say what they should, and what they raise.
REFUSED: dict[str, tuple[bytes, type[Exception] | tuple[type[Exception], ...]]] = {
    # Wrong types
    "no arguments": (RESTORE + b")R.", TypeError),
    "one list": (RESTORE + b"(]tR.", TypeError),
    "three lists": (RESTORE + b"(]]]tR.", TypeError),
    "tuples": (RESTORE + b"())tR.", TypeError),
    "dicts": (RESTORE + b"(}}tR.", TypeError),
    "list and None": (RESTORE + b"(]NtR.", TypeError),
    "ints": (RESTORE + b"(K\x01K\x01tR.", TypeError),
    "list and map": (RESTORE + b"(]" + ONE_MAP + b"tR.", TypeError),
    "other lengths": (RESTORE + b"((K\x01l]tR.", TypeError),
    "no tuple": (RESTORE + b"]R.", (TypeError, pickle.UnpicklingError)),
    "unhashable key": (RESTORE + b"((]l(NltR.", TypeError),
    "unhashable key in a tuple": (RESTORE + b"(((]tl(NltR.", TypeError),
    "type called with an int": (MAP + b"(K\x05tR.", TypeError),
    "type called with triples": (MAP + b"(((K\x01K\x02K\x03tltR.", ValueError),
    "mutation called": (MUTATION + b")R.", TypeError),
    "mutation made": (MUTATION + b")\x81.", (TypeError, pickle.UnpicklingError)),
    "map made by object": (
        attribute("builtins", "object.__new__") + b"(" + MAP + b"tR.",
        TypeError,
    ),
    "map made by dict": (
        attribute("builtins", "dict.__new__") + b"(" + MAP + b"tR.",
        TypeError,
    ),
    "dict made by map": (
        attribute("pyhamt._hamt", "PersistentMap.__new__") + b"(cbuiltins\ndict\ntR.",
        TypeError,
    ),
    "map reconstructed": (RECONSTRUCT + b"(" + MAP + OBJECT + b"NtR.", TypeError),
    "mutation reconstructed": (
        RECONSTRUCT + b"(" + MUTATION + OBJECT + b"NtR.",
        TypeError,
    ),
    "method of an int": (
        attribute("pyhamt._hamt", "PersistentMap.set") + b"(K\x05K\x01K\x02tR.",
        TypeError,
    ),
    "operator of ints": (
        attribute("pyhamt._hamt", "PersistentMap.__or__") + b"(K\x05K\x01tR.",
        TypeError,
    ),
    "mutating method of a map": (
        attribute("pyhamt._hamt", "MapMutation.clear") + b"(" + ONE_MAP + b"tR.",
        TypeError,
    ),
    # Changes of a map that is there
    "state": (ONE_MAP + b"}X\x04\0\0\0rootK\x01sb.", AttributeError),
    "state of slots": (ONE_MAP + b"(N}X\x04\0\0\0rootK\x01stb.", AttributeError),
    "item set": (ONE_MAP + b"K\x01K\x02s.", TypeError),
    "items set": (ONE_MAP + b"(K\x01K\x02u.", TypeError),
    "appended to": (ONE_MAP + b"K\x01a.", AttributeError),
    "added to": (ONE_MAP + b"(K\x01\x90.", AttributeError),
    # References
    "keys that are a key": (RESTORE + b"(]q\0h\0ah\0tR.", TypeError),
    "the map among its keys": (
        RESTORE + b"((h\x07l(NltRq\x07.",
        (pickle.UnpicklingError, KeyError),
    ),
    "key without its attributes": (
        RESTORE + b"((chostile\nKey\n)\x81l(NltR.",
        AttributeError,
    ),
    # Lengths
    "text of 2**63 - 1": (
        RESTORE + b"((\x8d" + b"\xff" * 7 + b"\x7f.",
        (pickle.UnpicklingError, OverflowError, ValueError, MemoryError),
    ),
    "number of 2**31 - 1 bytes": (
        RESTORE + b"((\x8b\xff\xff\xff\x7f.",
        pickle.UnpicklingError,
    ),
    "frame of 2**62": (
        b"\x80\x04\x95" + b"\0" * 7 + b"\x40" + ONE_MAP + b".",
        (pickle.UnpicklingError, OverflowError, ValueError),
    ),
    "nothing but a mark": (RESTORE + b"(tR.", TypeError),
    "end too early": (RESTORE + b"(]]tR", (EOFError, pickle.UnpicklingError)),
}

# Pickles that are strange and yet say enough, and what they give.
READ: dict[str, tuple[bytes, object]] = {
    "one list for keys and values": (
        RESTORE + b"((K\x01K\x02lq\0h\0tR.",
        {1: 1, 2: 2},
    ),
    # With one byte for each: the length is nothing to go by.
    "one key a million times": (
        RESTORE + b"(" + 2 * (b"(K\x07" + b"2" * 999_999 + b"l") + b"tR.",
        {7: 7},
    ),
    "equal keys": (RESTORE + b"((K\x01\x88l(K\x02K\x03ltR.", {1: 3}),
}


def outcome(load: object, data: bytes) -> object:
    assert callable(load)
    try:
        return load(data)
    except SystemError as error:
        raise AssertionError(data) from error
    except Exception as error:
        return error


def main() -> None:
    limit_memory()
    for name, (data, errors) in REFUSED.items():
        raised = outcome(pickle.loads, data)
        assert isinstance(raised, errors), (name, repr(raised))
        # The unpickler in Python takes a frame to be as long as it finds it.
        raised = outcome(pickle._loads, data)
        assert isinstance(raised, Exception) or "frame" in name, (name, repr(raised))
    for name, (data, expected) in READ.items():
        for load in (pickle.loads, pickle._loads):
            value = load(data)
            check_maps_in(value, set())
            assert value == expected, name
    # The list of values is a value.
    m = pickle.loads(RESTORE + b"((K\x01l]q\0h\0atR.")
    assert isinstance(m, PersistentMap)
    check_maps_in(m, set())
    assert m[1][0] is m[1]


if __name__ == "__main__":
    main()
