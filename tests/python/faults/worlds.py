# SPDX-License-Identifier: Apache-2.0
"""Maps of every kind, and what the operations on them take, for attempts that are made
to fail: all of it is new for each attempt, and all of it can be counted afterwards.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, ClassVar

from keys import folded

# Ints that differ by this have one hash.
HASH_MODULUS = sys.hash_info.modulus

# The keys of each kind of map: ints that the interpreter does not use itself. Of those
# of the trie, many go together into one of three buckets.
KINDS: dict[str, Sequence[int]] = {
    "array": range(10_000, 10_005),
    "full array": range(10_000, 10_008),
    "trie": [i for i in range(10_000, 10_100) if i < 10_008 or folded(i) % 32 < 3],
    "colliding": range(HASH_MODULUS + 10_000, 11 * HASH_MODULUS, HASH_MODULUS),
}


class Key(int):
    """An int that calls a hook before it is hashed or compared. As of an int, a map of
    such keys is not tracked by the collector."""

    __slots__ = ()

    hook: ClassVar[Callable[[], object] | None] = None

    def __hash__(self) -> int:
        if Key.hook is not None:
            Key.hook()
        return int.__hash__(self)

    def __eq__(self, other: object) -> bool:
        if Key.hook is not None:
            Key.hook()
        return int.__eq__(self, other)


class Elements:
    """The keys and values of the maps of a world. No two are one object."""

    def __init__(self, kind: str, key_type: type[int], *, tracked: bool) -> None:
        self.key_type = key_type
        self.tracked = tracked
        self.entries = self.dict_of(KINDS[kind])
        # Equal keys and values that are other objects.
        self.twins = self.dict_of(KINDS[kind])
        first = KINDS[kind][0]
        colliding = first % HASH_MODULUS + 40 * HASH_MODULUS
        self.new = self.dict_of([colliding, first, 7000], by=20_000)
        self.many = self.dict_of([*range(10_003, 10_020), *KINDS[kind][2:4]], by=30_000)
        self.absent, self.present, _ = self.new
        self.value = self.new[self.absent]

    def dict_of(self, numbers: Any, by: int = 10_000) -> dict[Any, Any]:
        return {self.key(number): self.value_of(number + by) for number in numbers}

    def key(self, number: int) -> int:
        return self.key_type(str(number))

    def value_of(self, number: int) -> Any:
        return [self.key(number)] if self.tracked else self.key(number)

    def counts(self) -> list[int]:
        """How many references there are to each key and to each value."""
        return [
            sys.getrefcount(part)
            for some in (self.entries, self.twins, self.new, self.many)
            for entry in some.items()
            for part in entry
        ]


class KnownPlaces:
    """Finds the modules of the package where they were found first: the search takes a
    fifth of the time of an attempt."""

    def __init__(self) -> None:
        self.found: dict[str, ModuleSpec] = {}

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name.partition(".")[0] != "pyhamt":
            return None
        if name not in self.found:
            spec = PathFinder.find_spec(name, path)
            if spec is None:
                return None
            self.found[name] = spec
        return self.found[name]


def new_package() -> ModuleType:
    """The package imported again: its pool of freed nodes and its list of freed maps
    are empty, so each node and each map is an allocation that can fail."""
    forget_package()
    return importlib.import_module("pyhamt")


def forget_package() -> None:
    for name in list(sys.modules):
        if name.partition(".")[0] == "pyhamt":
            del sys.modules[name]


class World:
    """A map, and other maps to go with it: `small` and `large`, with some keys of the
    first, `equal`, which shares nothing with it, and `older`, of which it is a version.

    They are built from dicts and by one update, which frees no node.
    """

    def __init__(self, elements: Elements, package: ModuleType) -> None:
        self.package = package
        self.native = package._hamt
        self.type = package.PersistentMap
        self.elements = elements
        self.entries = elements.entries
        self.new = elements.new
        self.present = elements.present
        self.absent = elements.absent
        self.value = elements.value
        self.map = self.type.from_dict(elements.entries)
        self.small = self.type.from_dict(elements.new)
        self.large = self.type.from_dict(elements.many)
        self.equal = self.type.from_dict(elements.twins)
        self.older = self.map.set(self.present, elements.value)
        # Each with its entries, and whether it owns nodes.
        self.mutations: list[tuple[Any, set[Any], bool]] = []
        self.atoms: list[Any] = []

    def maps(self) -> list[Any]:
        return [self.map, self.small, self.large, self.equal, self.older]

    def pairs(self) -> list[tuple[Any, Any]]:
        return list(self.entries.items())

    def keys(self) -> list[Any]:
        return [self.absent, *self.entries]

    def mutation(self, *, edited: bool = False) -> Any:
        """A mutation of the map; an edited one owns nodes that it edits in place."""
        mutation = self.map.mutate()
        entries = set(contents_of(self.map))
        if edited:
            key, value = self.elements.key(8000), self.elements.value_of(8000)
            mutation[key] = value
            entries.add((id(key), id(value)))
        self.mutations.append((mutation, entries, edited))
        return mutation

    def atom(self, *watchers: Any) -> Any:
        """An atom of the map, to be set to the older one."""
        atom = self.package.Atom(self.map)
        for watcher in watchers:
            atom.watch(watcher)
        self.atoms.append(atom)
        return atom

    def subclass(self, **members: Any) -> Any:
        return type("Subclass", (self.type,), members)

    def subclassed(self, **members: Any) -> Any:
        """An equal map of a subclass, with an attribute."""
        instance = self.subclass(**members)(self.map)
        instance.attribute = [1]
        return instance

    def contents(self) -> list[list[tuple[int, int]]]:
        return [contents_of(each) for each in self.maps()]

    def nodes(self) -> set[int]:
        """The addresses of the nodes of all maps."""
        return {address for each in self.maps() for address in nodes_of(each)}

    def finish_mutations(self, *, may_differ: bool) -> None:
        """See that each mutation is whole, and as it was unless it may differ."""
        for mutation, before, _ in self.mutations:
            finished = mutation.finish()
            finished._check()
            assert may_differ or set(contents_of(finished)) == before, "mutation"

    def check_atoms(self) -> None:
        """See that each atom has its value or the new one, and can be used."""
        for atom in self.atoms:
            assert not atom._lock._is_owned(), "lock"
            assert atom.value is self.map or atom.value is self.older, "atom"
            atom._watchers = ()
            assert atom.swap(lambda m: self.small) is self.small
            assert atom.value is self.small


def contents_of(mapping: Any) -> list[tuple[int, int]]:
    return [(id(key), id(value)) for key, value in mapping.items()]


def nodes_of(m: Any) -> set[int]:
    return {address for address, *_ in m._nodes()}


def described(result: Any) -> str:
    """What a result is, in a text that does not depend on addresses."""
    if hasattr(type(result), "__next__"):
        result = list(result)
    text = f"{result!r} {getattr(result, '__dict__', '')}"
    return re.sub(r"\b0x[0-9a-f]+", "address", text)


def native_types(package: ModuleType) -> list[type]:
    """The types of the extension, the hidden ones included, but that of nodes, which no
    code gets to call."""
    m = package.PersistentMap(a=1)
    views = [m.keys(), m.values(), m.items()]
    return [type(each) for each in (m, m.mutate(), *views, *map(iter, views))]


def methods(package: ModuleType) -> list[str]:
    """The name of everything that the types and the module of the extension can be
    asked to do, as `type.name`."""
    names = [
        f"{kind.__name__}.{name}"
        for kind in native_types(package)
        for name, member in vars(kind).items()
        if callable(member) or hasattr(member, "__get__")
    ]
    functions = vars(package._hamt).items()
    return names + [
        f"_hamt.{name}"
        for name, member in functions
        if callable(member) and name.startswith("_") and not name.startswith("__")
    ]
