# SPDX-License-Identifier: Apache-2.0
"""What the stateful test compares with: versions of maps beside the dicts that they
equal, and the keys and values that they are made of.

The model of a version is a dict of the very keys and values that the map has. Results
of a whole operation that dict does not have (a diff, a merge of three, a path) are
modelled here, by one plain loop each.
"""

from __future__ import annotations

import copy
import operator
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conftest import ARRAY_LIMIT, Entries
from keys import DIGITS, LEVELS, HashPathKey, folded
from pyhamt import MISSING, PersistentMap

# ---- Keys ----------------------------------------------------------------------------


def _good_key(i: int) -> Any:
    """A key of one of six types that Python hashes."""
    return (
        1000 + i,
        f"key-{i}",
        (i, str(i)),
        i + 0.5,
        i.to_bytes(2, "big"),
        frozenset({str(i)}),
    )[i % 6]


# A path from the root to the last level.
_WAY = "5V0A1G7C2M4T3"


def _prefix_key(i: int) -> HashPathKey:
    """A key that leaves the way at a level by one of four digits, as each 52nd does."""
    level, digit, number = i % LEVELS, "03AF"[i // LEVELS % 4], i // LEVELS // 4
    return HashPathKey(_WAY[:level] + digit, number)


def _path_of_hash(value: int) -> str:
    """All digits of the path of a hash."""
    bits = folded(value % 2**64)
    return "".join(DIGITS[bits >> 5 * level & 31] for level in range(LEVELS))


# Hashes at the ends of the numbers, and some that int folds onto them.
_EXTREMES = (0, 1, 2, 2**61 - 2, 2**61 - 1, 2**61, 2**62, 2**63 - 1, 2**64 - 1, 2**70)


def _extreme_keys() -> list[Any]:
    ints = [sign * number for number in _EXTREMES for sign in (1, -1)]
    floats = [float(number) for number in ints]
    ends = (0, 1, -2, 2**63 - 1, -(2**63))
    chosen = [HashPathKey(_path_of_hash(end), i) for end in ends for i in range(3)]
    others = [False, True, None, (), "", float("inf"), float("-inf"), 0.5, -0.5]
    small = [kind(number) for number in range(-9, 10) for kind in (int, float)]
    return [*ints, *floats, *chosen, *others, *small, 2**61 - 3, PersistentMap(a=1)]


def _colliding_key(i: int) -> HashPathKey:
    return HashPathKey("3", i)


def _key_lists() -> dict[str, list[Any]]:
    """Keys by kind; each key has an equal one that is another object, if it can."""
    makers: dict[str, Callable[[], list[Any]]] = {
        "good": lambda: [_good_key(i) for i in range(400)],
        "colliding": lambda: [_colliding_key(i) for i in range(40)],
        "prefixes": lambda: [_prefix_key(i) for i in range(320)],
        "extreme": _extreme_keys,
    }
    lists = {kind: [*make(), *make()] for kind, make in makers.items()}
    mixed = [key for keys in lists.values() for key in keys[:: len(keys) // 60]]
    random.Random(1).shuffle(mixed)
    return {"mixed": mixed, **lists}


KEY_LISTS = _key_lists()

# For each key, all objects of the lists that are equal to it.
_EQUALS: dict[Any, list[Any]] = {}
for _key in (key for keys in KEY_LISTS.values() for key in keys):
    _EQUALS.setdefault(_key, []).append(_key)


def twin(key: Any, number: int = 0) -> Any:
    """An equal key, most often another object and perhaps of another type."""
    others = [other for other in _EQUALS.get(key, ()) if other is not key]
    return others[number % len(others)] if others else key


# ---- Values --------------------------------------------------------------------------

NAN = float("nan")

HASHABLE = (0, 1, 1.0, True, None, "value", (1, 2), NAN, frozenset({1}), "other")
VALUES = (*HASHABLE, ["list"], {"of": [1, {2}]}, ([3], "tuple"))


def alike(a: Any, b: Any) -> bool:
    """Equal, as far as a copy is: a copy of nan is another one."""
    if isinstance(a, PersistentMap) and isinstance(b, PersistentMap):
        return len(a) == len(b) and all(
            key in b and alike(value, b[key]) for key, value in a.items()
        )
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(alike, a, b))
    return bool(a == b) or (a != a and b != b)


def same(a: Any, b: Any) -> bool:
    """Identical or equal; MISSING is the same as itself alone."""
    return a is b or (a is not MISSING and b is not MISSING and bool(a == b))


def frozen(value: Any) -> Any:
    """What `freeze` makes of one of the values, or of a map of them."""
    if isinstance(value, PersistentMap):
        return PersistentMap({key: frozen(inner) for key, inner in value.items()})
    if isinstance(value, dict):
        return PersistentMap({key: frozen(inner) for key, inner in value.items()})
    if isinstance(value, (list, tuple)):
        return tuple(map(frozen, value))
    return frozenset(value) if isinstance(value, set) else value


def is_frozen(value: Any) -> bool:
    """Whether `freeze` gives this very object back."""
    if isinstance(value, PersistentMap):
        return all(map(is_frozen, value.values()))
    if isinstance(value, tuple):
        return all(map(is_frozen, value))
    return not isinstance(value, (dict, list, set))


def thawed(value: Any) -> Any:
    """What `thaw` makes of one of the values, or of a map of them."""
    if isinstance(value, (PersistentMap, dict)):
        return {key: thawed(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return list(map(thawed, value))
    return set(value) if isinstance(value, frozenset) else value


def is_hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def copies_to_itself(value: Any) -> bool:
    """Whether a deep copy of the value is that value."""
    return copy.deepcopy(value) is value


# ---- Versions ------------------------------------------------------------------------


class Config(PersistentMap):
    """A subclass with attributes; counts how often its `__init__` is called."""

    made = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        Config.made += 1


def ids(mapping: Any) -> dict[int, int]:
    """The keys and values of a mapping, each by its identity."""
    return {id(key): id(value) for key, value in mapping.items()}


def stored(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The key object of a mapping that is equal to a key."""
    return next(each for each in mapping if each == key)


class Version:
    """A map, and the dict that it must equal for ever, in the order of the map."""

    def __init__(self, m: PersistentMap, model: Entries, weight: int) -> None:
        assert len(m) == len(model)
        assert ids(m) == ids(model)
        self.map = m
        self.model: Entries = dict(m.items())
        # An array keeps the order in which entries came; a trie may be as small.
        self.is_array = m.stats().kind == "array"
        assert len(m) <= ARRAY_LIMIT or not self.is_array
        self.keys = list(self.model)
        self.values = list(self.model.values())
        self.cls = type(m)
        self.attributes = dict(vars(m)) if isinstance(m, Config) else {}
        # Entries, those of the maps within included.
        self.weight = weight
        # Set when the map is hashed: None for a map that has no hash.
        self.hash: Any = MISSING

    def check(self) -> None:
        """The map is whole, and has and finds these very objects in this order."""
        m, keys, values = self.map, self.keys, self.values
        m._check()
        assert type(m) is self.cls
        assert len(m) == len(keys)
        assert list(map(id, m)) == list(map(id, keys))
        assert list(map(id, m.values())) == list(map(id, values))
        assert all(map(operator.is_, map(m.__getitem__, keys), values))
        if self.cls is Config:
            assert vars(m) == self.attributes


class Store:
    """Every version ever made, by its age and by its map."""

    # A map goes into others as a value if it and the maps within have no more entries.
    HEAVIEST_VALUE = 60

    def __init__(self) -> None:
        self.versions: list[Version] = []
        self.light: list[Version] = []
        self._by_id: dict[int, Version] = {}

    def keep(
        self,
        m: PersistentMap,
        model: Entries,
        cls: type[PersistentMap] = PersistentMap,
        *,
        in_order: bool = False,
    ) -> Version:
        """Check that a map has the very objects of the dict, and keep it.

        A map that is known must have them, too. `in_order` is for maps of few entries,
        whose order is the dict's.
        """
        known = self._by_id.get(id(m))
        if known is not None:
            assert ids(model) == ids(known.model)
            return known
        assert type(m) is cls
        new = Version(m, model, len(model) + sum(map(self._weight, model.values())))
        new.check()
        if in_order:
            assert list(map(id, new.keys)) == list(map(id, model))
        self.versions.append(new)
        self._by_id[id(m)] = new
        if new.weight <= self.HEAVIEST_VALUE:
            self.light.append(new)
        return new

    def version_of(self, m: PersistentMap) -> Version:
        """The version of a map; one that is met for the first time is kept."""
        return self._by_id.get(id(m)) or self.keep(m, dict(m), type(m))

    def _weight(self, value: Any) -> int:
        """The entries of the maps in a value."""
        if isinstance(value, PersistentMap):
            return self.version_of(value).weight
        return sum(map(self._weight, value)) if isinstance(value, (tuple, list)) else 0

    def check(self) -> None:
        for version in self.versions:
            version.check()


# ---- Operations that dict does not have ----------------------------------------------


def updated(model: Entries, pairs: Iterable[tuple[Any, Any]]) -> tuple[Entries, bool]:
    """The entries after an update, and whether it set anything to something else."""
    result = dict(model)
    changed = False
    for key, value in pairs:
        changed = changed or result.get(key, MISSING) is not value
        result[key] = value
    return result, changed


def without(model: Entries, key: Any) -> Entries:
    return {each: value for each, value in model.items() if each != key}


Resolver = Callable[[Any, Any, Any], Any]


def merged(mine: Entries, theirs: Entries, resolve: Resolver | None) -> Entries:
    """The union, the right side or the resolver winning."""
    stored_keys = {key: key for key in mine}
    result = dict(mine)
    for key, value in theirs.items():
        if resolve is None or mine.get(key, value) is value:
            result[key] = value
        else:
            result[key] = resolve(stored_keys[key], mine[key], value)
    return result


def merged_three(
    base: Entries, ours: Entries, theirs: Entries, resolve: Callable[..., Any]
) -> Entries:
    """What version control makes of three, a key at a time."""
    result = dict(ours)
    for key in {**base, **ours, **theirs}:
        before, mine, after = (side.get(key, MISSING) for side in (base, ours, theirs))
        if same(before, after) or same(mine, after):
            continue
        is_conflict = not same(mine, before)
        value = resolve(key, before, mine, after) if is_conflict else after
        if value is MISSING:
            result.pop(key, None)
        else:
            result[key] = value
    return result


def differences(old: Entries, new: Entries) -> tuple[Entries, Entries, Entries]:
    """What was added, removed and changed."""
    return (
        {key: value for key, value in new.items() if key not in old},
        {key: value for key, value in old.items() if key not in new},
        {
            key: (value, new[key])
            for key, value in old.items()
            if key in new and not same(value, new[key])
        },
    )


def applied(old: Entries, new: Entries) -> Entries:
    """The new entries, but what did not change has the old objects."""
    added, removed, changed = differences(old, new)
    result = {key: value for key, value in old.items() if key not in removed}
    result.update({key: after for key, (_, after) in changed.items()})
    return result | added


def misfits(model: Entries, parts: tuple[Entries, Entries, Entries]) -> list[Any]:
    """The keys at which a diff does not lead on from some entries."""
    added, removed, changed = parts
    expected = removed | {key: before for key, (before, _) in changed.items()}
    return [key for key in added if key in model] + [
        key
        for key, value in expected.items()
        if not same(model.get(key, MISSING), value)
    ]


@dataclass
class Absent:
    """A path leads to nothing: this step, the first to fail, is no key."""

    step: Any


@dataclass
class NoMapping:
    """A path leads into something that is no mapping, by this step."""

    step: Any


def walked(model: Entries, path: Sequence[Any], kind: type) -> Any:
    """What lies at the end of a path, each step into one of a kind of mapping, or why
    there is nothing.
    """
    met: Any = model
    for depth, step in enumerate(path):
        if depth > 0 and not isinstance(met, kind):
            return NoMapping(step)
        if step not in met:
            return Absent(step)
        met = met[step]
    return met
