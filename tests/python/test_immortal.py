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

READS = {
    "a value": "[m[1] for _ in range(100)]",
    "all values": "[list(m.values()) for _ in range(100)]",
    "items": "[list(m.items()) for _ in range(100)]",
    "many": "[m.get_many([1, 2]) for _ in range(100)]",
    "updates": "[m.set(i, value) for i in range(100)]",
}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="has no immortal objects")
@pytest.mark.skipif(
    bool(sysconfig.get_config_var("Py_GIL_DISABLED")), reason="counts otherwise"
)
@pytest.mark.parametrize("read", READS)
def test_immortal_value_stays_immortal(read: str) -> None:
    # The byte string is one of the interpreter's own. The highest count is where 2**30
    # reads would lead to.
    program = f"""
        import ctypes, sys
        from pyhamt import PersistentMap

        value = b"a"
        m = PersistentMap.fromkeys(range(1000), value)
        ctypes.c_uint32.from_address(id(value)).value = 0xFFFFFFFF
        kept = {READS[read]}
        print(0xC0000000 <= sys.getrefcount(value) <= 0xFFFFFFFF)
    """
    assert run_child(program) == "True\n"
