# SPDX-License-Identifier: Apache-2.0
"""Interpreters with locks of their own in one process, each with the native module.

Python 3.12 is the first that has them; before, there is nothing to test.
"""

from __future__ import annotations

import sys

import pytest

from child import run_child

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 12), reason="no interpreters with locks of their own"
)

_PRELUDE = """
import sys, threading
from isolated import PATH, create, end, run

WORK = PATH + '''
import gc, pickle
from pyhamt import PersistentMap
model = {f"key {i}": [i] for i in range(1_000)}
m = PersistentMap(model)
for i in range(1_000):
    m = m.set(f"key {i % 100}", i).set(f"new {i}", (i,)).delete(f"new {i}")
    model[f"key {i % 100}"] = i
assert m == model
assert pickle.loads(pickle.dumps(m)) == model
assert m.diff(m.set("x", 1)).added == {"x": 1}
assert m.map_values(repr) == {key: repr(value) for key, value in model.items()}
with m.mutate() as mutation:
    mutation.clear()
cycle = []
cycle.append(m.set("cycle", cycle))
del cycle
gc.collect()
m._check()
'''
"""


def test_interpreters_use_the_module_in_parallel() -> None:
    output = run_child(
        _PRELUDE
        + """
def live():
    interpreter = create()
    for _ in range(3):
        run(interpreter, WORK)
    end(interpreter)
    ended.append(id(interpreter))

ended = []
threads = [threading.Thread(target=live) for _ in range(4)]
for thread in threads:
    thread.start()
exec(WORK, {})
for thread in threads:
    thread.join()
exec(WORK, {})
print(len(set(ended)))
"""
    )
    assert output == "4\n"


# The interpreter counts the blocks of those that have ended, too. What it leaves itself
# (4,760 blocks in 3.13, of which half are of modules) it leaves with dicts as well.
_BLOCKS = """
IMPORTS = "import gc, pickle; from pyhamt import PersistentMap\\n"
ON_MAPS = '''
m = PersistentMap.fromkeys(map(str, range(10_000)), [])
versions = [m.set(str(i), (i,)) for i in range(50)]
iterator = iter(m.items()); next(iterator)
mutation = m.mutate(); mutation["edited"] = 1
m.set("cycle", [m]); m = m.set("cycle", versions); versions.append(m)
'''
ON_DICTS = '''
m = dict.fromkeys(map(str, range(10_000)), [])
versions = [(str(i), (i,)) for i in range(50)]
m["cycle"] = versions; versions.append(m)
'''

def blocks_left(source, count=4):
    before = 0
    for i in range(-2, count):
        if i == 0:
            before = sys.getallocatedblocks()
        interpreter = create()
        run(interpreter, PATH + IMPORTS + source)
        end(interpreter)
    return (sys.getallocatedblocks() - before) / count

print(blocks_left(ON_DICTS), blocks_left(ON_MAPS))
"""


def test_interpreter_that_ends_leaves_no_more_blocks_than_one_with_dicts() -> None:
    with_dicts, with_maps = map(float, run_child(_PRELUDE + _BLOCKS).split())
    assert with_maps - with_dicts < 100
