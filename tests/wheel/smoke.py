# SPDX-License-Identifier: Apache-2.0
"""What a user does first, without pytest: a program for a bare environment.

Prints where the package is.
"""

from __future__ import annotations

import pickle
import shutil

import pyhamt
from pyhamt import PersistentMap

assert shutil.which("swift") is None, "not the bare environment that this is for"

for size in (0, 8, 9, 1000):
    m = PersistentMap((i, str(i)) for i in range(size))
    grown = m.set("new", 1).set(0, "other")
    assert len(m) == size
    assert "new" not in m
    assert grown["new"] == 1
    assert grown[0] == "other"
    assert dict(m) == {i: str(i) for i in range(size)}
    assert grown.delete("new").set(0, "0") == m.set(0, "0")
    assert pickle.loads(pickle.dumps(grown)) == grown
    assert m.merge(grown) == grown
    assert m | {"new": 1, 0: "other"} == grown
    with m.mutate() as draft:
        draft["new"] = 1
        draft[0] = "other"
    assert draft.finish() == grown
    assert m.diff(m.set("new", 1)).added == {"new": 1}
    grown._check()

print(pyhamt.__file__)
