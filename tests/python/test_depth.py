# SPDX-License-Identifier: Apache-2.0
"""Maps in maps in maps: what follows the nesting raises RecursionError in time, what
need not follow it, freeing above all, does not use the C stack.
"""

from __future__ import annotations

import pytest

from child import run_child
from pyhamt import PersistentMap

# Wrap a thing in one more level.
_LEVELS = """
from pyhamt import PersistentMap

class Instance:
    def __init__(self, inner):
        self.inner = inner

class Slotted:
    __slots__ = ("inner",)

    def __init__(self, inner):
        self.inner = inner

fill = PersistentMap.fromkeys(range(20))

levels = {
    "map": lambda inner: PersistentMap(a=inner),
    "trie": lambda inner: fill.set("a", inner),
    "key": lambda inner: PersistentMap({inner: 1}),
    "list": lambda inner: PersistentMap(a=[inner]),
    "tuple": lambda inner: PersistentMap(a=(inner,)),
    "tuple key": lambda inner: PersistentMap({(1, inner): 1}),
    "dict": lambda inner: PersistentMap(a={"b": inner}),
    "instance": lambda inner: PersistentMap(a=Instance(inner)),
    "slotted": lambda inner: PersistentMap(a=Slotted(inner)),
    "view": lambda inner: PersistentMap(a=PersistentMap(b=inner).values()),
    "iterator": lambda inner: PersistentMap(a=iter(PersistentMap(b=inner))),
    "closure": lambda inner: PersistentMap(a=lambda: inner),
}

def nested(kind, depth, inner=None):
    level = levels[kind]
    thing = PersistentMap(a=inner)
    for _ in range(depth):
        thing = level(thing)
    return thing
"""

KINDS = (
    "map",
    "trie",
    "key",
    "list",
    "tuple",
    "tuple key",
    "dict",
    "instance",
    "slotted",
    "view",
    "iterator",
    "closure",
)


def test_repr_of_a_map_that_holds_itself_ends() -> None:
    inner: list[object] = []
    source = PersistentMap(a=inner)
    inner.append(source)
    assert repr(source) == "PersistentMap({'a': [PersistentMap(...)]})"
    assert repr(inner) == "[PersistentMap({'a': [...]})]"
    assert repr(source.values()) == "ValuesView([[PersistentMap({'a': [...]})]])"
    inner[0] = items = source.items()
    assert repr(items) == "ItemsView([('a', [...])])"
    # An error on the way leaves no trace: the next repr is not taken for an inner one.
    inner[0] = source
    inner.append(Unprintable())
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            repr(source)
    del inner[1]
    assert repr(source) == "PersistentMap({'a': [PersistentMap(...)]})"


class Unprintable:
    def __repr__(self) -> str:
        raise ZeroDivisionError


@pytest.mark.parametrize("kind", ["map", "trie", "tuple"])
def test_what_follows_deep_nesting_raises_recursion_error(kind: str) -> None:
    run_child(
        _LEVELS
        + """
import copy, pickle, sys

kind = sys.argv[1]
deep = nested(kind, 100_000, 0)
twin = nested(kind, 100_000, 0)
for name, act in {
    "repr": lambda: repr(deep),
    "str": lambda: f"{deep}",
    "hash": lambda: hash(deep),
    "==": lambda: deep == twin,
    "!=": lambda: deep != twin,
    "items ==": lambda: deep.items() == twin.items(),
    "view repr": lambda: repr(deep.values()),
    "dumps": lambda: pickle.dumps(deep),
    "dumps 0": lambda: pickle.dumps(deep, 0),
    "deepcopy": lambda: copy.deepcopy(deep),
    "key": lambda: PersistentMap({deep: 1}),
    "dump": lambda: PersistentMap.fromkeys(["a"]).set("a", deep)._check() or repr(deep),
}.items():
    for _ in range(2):
        try:
            act()
        except RecursionError:
            pass
        else:
            raise AssertionError(f"{name}: no RecursionError")
# What does not follow the nesting works as ever.
assert deep == deep
assert len(deep.set("b", 1)) == len(deep) + 1
assert deep | twin.delete("a") == deep
deep._check()
deep.__sizeof__()
assert hash(nested(kind, 50, 0)) == hash(nested(kind, 50, 0))
""",
        kind,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_freeing_deep_nesting_does_not_use_the_c_stack(kind: str) -> None:
    """In a thread with the smallest stack, by reference counts and by the collector."""
    run_child(
        _LEVELS
        + """
import gc, sys
from small_stack import run_on_small_stack

kind = sys.argv[1]
deaths = []

class Dying:
    def __del__(self):
        deaths.append(PersistentMap(a=1).set("b", []))

def free():
    deep = nested(kind, 200_000, Dying())
    assert not deaths
    del deep
    assert len(deaths) == 1
    # Again as garbage: a cycle holds it.
    deep = nested(kind, 200_000, Dying())
    holder = Instance([deep])
    holder.inner.append(holder)
    del deep, holder
    gc.collect()
    assert len(deaths) == 2

gc.disable()
run_on_small_stack(free)
""",
        kind,
    )


def test_freeing_maps_of_two_copies_of_the_package_does_not_use_the_c_stack() -> None:
    """A copy is what is imported once more, by tests and by what reloads code."""
    run_child(
        """
import importlib, sys
from small_stack import run_on_small_stack

def copy_of_the_package():
    for name in [name for name in sys.modules if name.startswith("pyhamt")]:
        del sys.modules[name]
    return importlib.import_module("pyhamt").PersistentMap

class Dying:
    def __del__(self):
        deaths.append(self)

def free():
    deep = Dying()
    for _ in range(100_000):
        deep = two(a=one(a=deep))
    del deep
    assert len(deaths) == 1

deaths = []
one, two = copy_of_the_package(), copy_of_the_package()
assert one is not two
run_on_small_stack(free)
"""
    )


def test_freeing_that_runs_another_interpreter_frees_the_maps_of_both() -> None:
    run_child(
        """
from isolated import PATH, create, end, run

PROGRAM = PATH + '''
from pyhamt import PersistentMap

class Dying:
    def __del__(self):
        deaths.append(self)

deaths = []
deep = Dying()
for _ in range(1_000):
    deep = PersistentMap(a=deep)
del deep
assert len(deaths) == 1
'''

from pyhamt import PersistentMap

class Dying:
    def __init__(self, number):
        self.number = number

    def __del__(self):
        run(interpreter, PROGRAM)
        deaths.append(self.number)

interpreter = create()
deaths = []
deep = None
for number in range(200):
    deep = PersistentMap(deep=deep, dying=Dying(number))
del deep
assert sorted(deaths) == list(range(200))
end(interpreter)
"""
    )


def test_freeing_a_mixture_of_containers_frees_them_all() -> None:
    run_child(
        _LEVELS
        + """
import random, weakref

class Watched(list):
    pass

rng = random.Random(0)
kinds = [kind for kind in levels if "key" not in kind]  # A list cannot be hashed.
watches = []
deep = PersistentMap()
for _ in range(20_000):
    for kind in rng.choices(kinds, k=10):
        deep = levels[kind](deep)
    watched = Watched([deep])
    watches.append(weakref.ref(watched))
    deep = PersistentMap(a=watched)
del watched
assert all(watch() is not None for watch in watches)
del deep
assert all(watch() is None for watch in watches)
"""
    )
