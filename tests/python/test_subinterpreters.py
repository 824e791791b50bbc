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
# (4,767 blocks in 3.13, of which half are of modules) it leaves with dicts as well. The
# names in a program are left, too, so the programs differ in the function that they
# call and in nothing else. The third makes the module anew, for the names that the
# first import leaves are many.
_BLOCKS = """
PROGRAM = PATH + '''
import _imp, gc, pickle
from pyhamt import PersistentMap, _hamt

def use_dicts():
    m = dict.fromkeys(map(str, range(10_000)), [])
    versions = [(str(i), (i,)) for i in range(50)]
    m["cycle"] = versions; versions.append(m)
    kept.append(m)

def use_maps():
    m = PersistentMap.fromkeys(map(str, range(10_000)), [])
    versions = [m.set(str(i), (i,)) for i in range(50)]
    iterator = iter(m.items()); next(iterator)
    mutation = m.mutate(); mutation["edited"] = 1
    m.set("cycle", [m]); m = m.set("cycle", versions); versions.append(m)
    kept.append((iterator, mutation))

def make_modules():
    for _ in range(3):
        module = _imp.create_dynamic(_hamt.__spec__)
        _imp.exec_dynamic(module)
        kept.append(module.PersistentMap(a=1))

kept = []
FUNCTION()
'''

def one_alone(source):
    interpreter = create()
    run(interpreter, source)
    end(interpreter)

def four_together(source):
    # All are there before the first runs, and until the last has run.
    barrier = threading.Barrier(4, timeout=120)

    def live():
        interpreter = create()
        barrier.wait()
        for _ in range(2):
            run(interpreter, source)
        barrier.wait()
        end(interpreter)
        ended.append(interpreter)

    ended = []
    threads = [threading.Thread(target=live) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 4

def blocks_left(function, rounds=4):
    source = PROGRAM.replace("FUNCTION", function)
    for i in range(-2, rounds):
        if i == 0:
            before = sys.getallocatedblocks()
        LIVES(source)
    return sys.getallocatedblocks() - before

with_dicts = blocks_left("use_dicts")
print(*(blocks_left(each) - with_dicts for each in ("use_maps", "make_modules")))
"""


# How many blocks more than with dicts may be left by four rounds: fewer than one for
# each interpreter, of which there are 4 and 16. Those that run at once come out by two
# or three more or less.
@pytest.mark.parametrize(
    ("lives", "allowed"), [("one_alone", 3), ("four_together", 12)]
)
def test_interpreters_that_end_leave_not_a_block_more_than_with_dicts(
    lives: str, allowed: int
) -> None:
    left = run_child(_PRELUDE + _BLOCKS.replace("LIVES", lives)).split()
    with_maps, with_modules = map(int, left)
    assert with_maps <= allowed
    assert with_modules <= allowed
