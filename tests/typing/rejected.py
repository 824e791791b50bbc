# SPDX-License-Identifier: Apache-2.0
"""Lines that mypy has to object to, each with the code of its objection. An objection
that does not come makes the comment one that is not needed, which is an error.
"""

from collections.abc import Hashable

import pyhamt
from pyhamt import Atom, MapDiff, MapMutation, PersistentMap, merge3

# ruff: noqa: B015, B018, F401, F841

Numbers = PersistentMap[str, int]


def increased(value: int, by: int) -> int:
    return value + by


class Draft(MapMutation[str, int]):  # type: ignore[misc]
    """Only a map makes a mutation."""


def maps_do_not_change(m: Numbers) -> None:
    m["a"] = 1  # type: ignore[index]
    del m["a"]  # type: ignore[attr-defined]
    m.clear()  # type: ignore[attr-defined]
    m.a = 1  # type: ignore[attr-defined]
    m.keys().mapping = m  # type: ignore[misc]


def keys_have_the_type_of_the_map(m: Numbers) -> None:
    m[1]  # type: ignore[index]
    m.get(1)  # type: ignore[call-overload]
    m.set(1, 1)  # type: ignore[call-overload]
    m.delete(1)  # type: ignore[arg-type]
    m.discard(1)  # type: ignore[arg-type]
    m.get_many([1])  # type: ignore[list-item]
    m.select([1])  # type: ignore[list-item]
    m.omit([1])  # type: ignore[list-item]
    m.alter(1, str)  # type: ignore[call-overload]


def keys_are_hashable(m: PersistentMap[Hashable, int], lists: list[list[str]]) -> None:
    m.set([], 1)  # type: ignore[call-overload]
    m.get([])  # type: ignore[call-overload]
    m.get_in([[]])  # type: ignore[list-item]
    m.update([([], 1)])  # type: ignore[list-item]
    unhashable: PersistentMap[list[str], int] | None = None  # type: ignore[type-var]
    PersistentMap((each, 1) for each in lists)  # type: ignore[type-var]
    PersistentMap.fromkeys(lists)  # type: ignore[type-var]


def values_are_not_contravariant(
    m: Numbers, wide: PersistentMap[str, object], optional: PersistentMap[str, int]
) -> None:
    texts: PersistentMap[str, str] = m  # type: ignore[assignment]
    narrow: Numbers = wide  # type: ignore[assignment]
    widened: Numbers = m.set("a", "x")  # type: ignore[arg-type]
    mapped: Numbers = m.map_values(str)  # type: ignore[arg-type]
    none: int = m.get("a")  # type: ignore[assignment]
    other: int = m.get("a", "none")  # type: ignore[arg-type]


def keys_are_not_covariant(flags: PersistentMap[bool, str]) -> None:
    numbers: PersistentMap[int, str] = flags  # type: ignore[assignment]


def arguments_are_what_dict_takes(numbers: PersistentMap[int, int]) -> None:
    PersistentMap(1)  # type: ignore[call-overload]
    PersistentMap(["ab"])  # type: ignore[arg-type]
    PersistentMap([("a", 1, 2)])  # type: ignore[arg-type]
    PersistentMap({}, {})  # type: ignore[call-overload]
    PersistentMap.from_dict([("a", 1)])  # type: ignore[arg-type]
    numbers.update(1)  # type: ignore[call-overload]
    numbers.merge(numbers, resolver=max)  # type: ignore[call-overload]
    numbers | [("a", 1)]  # type: ignore[operator]
    numbers < numbers  # type: ignore[operator]


def functions_fit(m: Numbers) -> None:
    m.alter("a", len)  # type: ignore[arg-type]
    m.filter(lambda value: value)  # type: ignore[arg-type, misc]
    m.map_values(len)  # type: ignore[arg-type]
    m.merge(m, resolve=increased)  # type: ignore[arg-type]
    merge3(m, m, m, increased)  # type: ignore[arg-type]


def versions_fit(m: Numbers, by_number: PersistentMap[int, int]) -> None:
    m.diff(by_number)  # type: ignore[arg-type]
    m.diff({"a": 1})  # type: ignore[arg-type]
    m.apply(by_number.diff(by_number))  # type: ignore[arg-type]
    m.apply({"a": 1})  # type: ignore[call-overload]
    merge3(m, m, by_number)  # type: ignore[misc]
    diff: MapDiff[str, str] = m.diff(m)  # type: ignore[arg-type, assignment]


def mutations_come_from_maps() -> None:
    MapMutation({"a": 1})  # type: ignore[call-arg]


def mutations_keep_their_types(draft: MapMutation[str, int]) -> None:
    draft["a"] = "x"  # type: ignore[assignment]
    draft[1] = 1  # type: ignore[index]
    draft.set("a", "x")  # type: ignore[arg-type]
    draft.update(a="x")  # type: ignore[call-overload]
    key: Hashable = draft  # type: ignore[assignment]
    wide: MapMutation[str, object] = draft  # type: ignore[assignment]
    texts: PersistentMap[str, str] = draft.finish()  # type: ignore[assignment]


def functions_of_an_atom_fit(counter: Atom[int]) -> None:
    counter.swap(str)  # type: ignore[arg-type]
    counter.swap(increased)  # type: ignore[call-arg]
    counter.swap(increased, "x")  # type: ignore[arg-type]
    counter.swap(increased, 1, 2)  # type: ignore[call-arg]
    counter.reset("x")  # type: ignore[arg-type]
    counter.value = 1  # type: ignore[misc]


def absent_names() -> None:
    pyhamt.absent  # type: ignore[attr-defined]
    from pyhamt import HashMap  # type: ignore[attr-defined]
