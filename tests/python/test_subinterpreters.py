# SPDX-License-Identifier: Apache-2.0
"""Interpreters with locks of their own in one process, each with the native module.

Python 3.12 is the first that has them; before, there is nothing to test. What an
interpreter leaves behind cannot be told from what CPython leaves: 3.13.0 keeps some
4 MB of each that ends.
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

if sys.version_info >= (3, 13):
    import _interpreters as interpreters
    create = lambda: interpreters.create("isolated")
    def run(interpreter, source):
        failure = interpreters.exec(interpreter, source)
        assert failure is None, failure
else:
    import _xxsubinterpreters as interpreters
    create = lambda: interpreters.create(isolated=True)
    run = interpreters.run_string

WORK = f"import sys; sys.path[:] = {sys.path!r}" + '''
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
    interpreters.destroy(interpreter)
    ended.append(interpreter)

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
