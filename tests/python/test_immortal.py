# SPDX-License-Identifier: Apache-2.0
"""Objects that Python never frees, from 3.12 on, never seem mortal to it.

The count of an immortal object is its mark. An extension that was compiled with older
headers, as those for all versions may be, counts such objects as it does any: after
2**30 reads of one, Python 3.14 would find the mark gone, and free what it never
allocated.
"""

from __future__ import annotations

import sys
import sysconfig

import pytest

from child import run_child

# Each gives what holds references to `value`, a hundred or more.
READS = {
    "a value": "[m['a 1'] for _ in range(100)]",
    "a default": "[get_default() for _ in range(100)]",
    "all keys": "[list(m) for _ in range(100)]",
    "all values": "[list(m.values()) for _ in range(100)]",
    "items": "[list(m.items()) for _ in range(100)]",
    "many": "[m.get_many(['a 1', 'a 2']) for _ in range(100)]",
}
UPDATES = {
    "new value": "[m.set(f'b {i}', value) for i in range(100)]",
    "new value in a small map": "[few.set(f'b {i}', value) for i in range(100)]",
    "new key": "[m.delete(value).set(value, i) for i in range(100)]",
    "new key in a small map": "[set_key(i) for i in range(100)]",
    "set beside it": "[m.set(f'a {i}', i) for i in range(100)]",
    "set beside it in a small map": "[few.set('a', i) for i in range(100)]",
    "deleted beside it": "[m.delete(f'a {i}') for i in range(100)]",
    "update": "[m.update({f'b {i}': value}) for i in range(100)]",
    "merge": "[m | PersistentMap({f'b {i}': value}) for i in range(100)]",
    "construction": "[PersistentMap(entries) for _ in range(100)]",
    "many maps": "[PersistentMap.fromkeys(range(1000), value) for _ in range(100)]",
    "mutation": "[edited(i) for i in range(100)]",
}

_PROGRAM = """
import ctypes, sys
from functools import partial
from pyhamt import PersistentMap

# What is immortal has the highest bit of the low half of its count set, so these are
# the last that is immortal above, where 2**30 reads would lead to, and below.
HIGHEST, LOWEST = 0xFFFF_FFFF, 0x8000_0000

def edited(i):
    with m.mutate() as mutation:
        mutation[f"b {i}"] = value
        mutation[f"a {i}"] = i
        del mutation[value]
        mutation[value] = i
    return mutation.finish()

def made():
    return CASE

def is_immortal():
    return count.value >= LOWEST

# What the interpreter has itself: a byte string, None, a bool, ints. The first is an
# object that is counted, which tells that references were taken and given up.
for value in (object(), b"a", None, True, -1, 5):
    m = PersistentMap.fromkeys((f"a {i}" for i in range(200)), value).set(value, value)
    few = PersistentMap({"a": 1, "b": value, value: 1})
    # A call of these takes no reference that Python itself would give up at its end
    # and so take back what was counted.
    get_default = partial(m.get, "missing", value)
    set_key = partial(PersistentMap(a=1).set, value)
    entries = {value: value}
    count = ctypes.c_uint32.from_address(id(value))
    if type(value) is object:
        before = sys.getrefcount(value)
        held = made()
        assert sys.getrefcount(value) >= before + 100, "holds no references"
        del held
        assert sys.getrefcount(value) == before, "keeps references"
        continue
    count.value = HIGHEST
    held = made()
    assert is_immortal(), f"{value} was counted up"
    count.value = LOWEST
    del held
    assert is_immortal(), f"{value} was counted down"
    count.value = LOWEST
    for _ in range(10):
        made()
    assert is_immortal(), f"{value} was counted down by maps that were made, too"
    # Whatever else the process does with it.
    count.value = HIGHEST
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="has no immortal objects")
@pytest.mark.skipif(
    bool(sysconfig.get_config_var("Py_GIL_DISABLED")), reason="counts otherwise"
)
@pytest.mark.parametrize("case", [*READS, *UPDATES])
def test_immortal_object_stays_immortal(case: str) -> None:
    expression = {**READS, **UPDATES}[case]
    assert run_child(_PROGRAM.replace("CASE", expression)) == ""
