# SPDX-License-Identifier: Apache-2.0
"""The n-th allocation of a call fails, alone or with all that follow, for every n until
the call succeeds: MemoryError is all that comes out, and nothing has changed.

Every method of the native types is called, on maps of one kind:

    python allocations.py KIND atomic|tracked alone|lasting

Keys and calls are native, so that what fails is an allocation of the map's. Nodes are
among them: Python's allocator gives them their memory, and a package that was just
imported has no freed node to use again. That each new node of a result failed once is
checked. Nor are there freed tuples, lists, dicts and floats that the interpreter keeps
for the next: a collection clears its lists. Of a method that is written in Python, what
is native calls a stand-in, and so does a deep copy: CPython itself crashes in a
function of Python that makes a function without memory. Needs `_testcapi`, which
CPython has for its own tests.
"""

from __future__ import annotations

import _testcapi
import copy
import gc
import operator
import sys
import sysconfig
from collections.abc import Callable
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import Any

from faults import cases
from faults.attempts import FAILED, Trial, trials
from faults.cases import Call, Prepare
from faults.worlds import World

# More allocations than a call makes.
MANY = 10_000

# Without the GIL, a list that CPython has no memory for breaks its heap (CPython
# #152125). The pickler and the unpickler make such lists.
BREAKS_LISTS = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


class NoMemory:
    """Allocation number `first` fails, counted from 0, and all others before `end`, or
    all that follow if that is 0."""

    def __init__(self, first: int, end: int, *, accept_any: bool) -> None:
        self.extent = first, end
        self.disarm = _testcapi.remove_mem_hooks
        self.accept_any = accept_any

    def arm(self) -> None:
        gc.collect()
        # Given as it is: a tuple that this call freed would be the next one.
        _testcapi.set_nomemory(*self.extent)

    def explains(self, raised: Exception) -> bool:
        return isinstance(raised, MemoryError) or self.accept_any


class Counting:
    """No allocation of the call fails, and all of them are counted.

    One that follows does, and what is made up to it is known: texts, each of which is
    one allocation as it is small.
    """

    def __init__(self) -> None:
        self.count = MANY
        self.text = b"12"
        # Made ahead, since a number is an allocation.
        self.rest = list(range(MANY, -1, -1))

    def arm(self) -> None:
        gc.collect()
        _testcapi.set_nomemory(MANY, MANY + 1)

    def disarm(self) -> None:
        try:
            for rest in self.rest:
                self.count = rest
                self.text * 10
        except MemoryError:
            pass
        else:
            self.count = MANY
        finally:
            _testcapi.remove_mem_hooks()
        assert self.count < MANY, f"at least {MANY} allocations"

    def explains(self, raised: Exception) -> bool:
        return False


# Native functions of an object and a memo, in place of `copy.deepcopy`: the first gives
# the object, unless it is false; the second an empty text, which is a key and no state.
DEEP_COPIES: tuple[Callable[..., Any], ...] = (partial(max, key=bool), "".format)


def with_stand_in(method: str) -> Prepare:
    """A call of a method that is written in Python, with a native function for it."""
    name = method.removeprefix("PersistentMap.")

    def prepare(w: World) -> Call:
        methods = SimpleNamespace(**{name: operator.is_, "_repr_svg_": operator.truth})
        w.native._use_methods(partial(operator.itemgetter(0), (methods,)))
        if name == "_repr_svg_":
            return getattr, w.map, name
        return getattr(w.map, name), w.present

    return prepare


def failures(trial: Trial, *, lasting: bool) -> int:
    """Let each allocation fail in turn; how many of them the call did not survive."""
    counting = Counting()
    expected = trial.calm(counting)
    failed = 0
    outcome = FAILED
    for n in count():
        if n > counting.count and not outcome.failed:
            break
        end = 0 if lasting else n + 1
        fault = NoMemory(n, end, accept_any=trial.of(cases.PICKLE))
        outcome = trial.attempt(fault)
        if outcome.failed:
            failed += 1
        else:
            # An allocation whose failure the call survives, or none of its own.
            assert outcome == expected, f"{trial}: {n}, {outcome}, {expected}"
    assert failed >= expected.allocations, f"{trial}: {failed} failures"
    trial.check_that_the_module_goes()
    return failed


def main(kind: str, tracking: str, extent: str) -> None:
    total = 0
    for trial in trials(kind, tracked=tracking == "tracked", key_type=int):
        if trial.of(cases.MIXED) or (BREAKS_LISTS and trial.of(cases.PICKLE)):
            continue
        if trial.of(cases.FORWARDED):
            trial.prepare = with_stand_in(trial.name)
        is_deep = trial.name == "PersistentMap.__deepcopy__"
        for stand_in in DEEP_COPIES if is_deep else [copy.deepcopy]:
            copy.deepcopy = stand_in
            total += failures(trial, lasting=extent == "lasting")
    print(total)


if __name__ == "__main__":
    main(*sys.argv[1:])
