# SPDX-License-Identifier: Apache-2.0
"""What changes in place: mutations and atoms. Checked by mypy, never run."""

import operator
from collections.abc import Callable, MutableMapping
from typing import Any

from typing_extensions import assert_type

from pyhamt import Atom, MapMutation, PersistentMap

Numbers = PersistentMap[str, int]


def edit(m: Numbers) -> Numbers:
    with m.mutate() as draft:
        assert_type(draft, MapMutation[str, int])
        draft["a"] = 1
        draft.set("b", 2)
        del draft["a"]
        draft.delete("b")
        draft.discard("c")
        draft.update(m, {"a": 1}, [("b", 2)], c=3)
        draft.clear()
    return draft.finish()


def read(draft: MapMutation[str, int]) -> None:
    assert_type(draft["a"], int)
    assert_type(draft.get("a"), int | None)
    assert_type(draft.get("a", 0), int)
    assert_type(draft.get("a", default="none"), int | str)
    assert_type(draft.pop("a"), int)
    assert_type(draft.pop("a", 0), int)
    assert_type(draft.pop("a", None), int | None)
    assert_type(draft.popitem(), tuple[str, int])
    assert_type(draft.setdefault("a", 0), int)
    assert_type("a" in draft, bool)
    assert_type(len(draft), int)
    assert_type(list(draft), list[str])
    assert_type(set(draft.keys()), set[str])
    assert_type(list(draft.values()), list[int])
    assert_type(list(draft.items()), list[tuple[str, int]])
    assert_type(draft.finish(), Numbers)


def default_of_none(draft: MapMutation[str, int | None]) -> None:
    assert_type(draft.setdefault("a"), int | None)


def mutation_is_a_mutable_mapping(m: Numbers) -> MutableMapping[str, int]:
    return m.mutate()


def with_text(m: PersistentMap[str, int | str]) -> PersistentMap[str, int | str]:
    with m.mutate() as draft:
        draft["a"] = "text"
    return draft.finish()


def mutation_of_a_map_taken_for_a_wider_one(m: Numbers) -> None:
    assert_type(with_text(m), PersistentMap[str, int | str])


def counted(value: int, by: int = 1, *, times: int = 1) -> int:
    return value + by * times


def swap(counter: Atom[int], state: Atom[Numbers]) -> None:
    assert_type(counter.swap(lambda value: value + 1), int)
    assert_type(counter.swap(lambda value, by: value + by, 2), int)
    assert_type(counter.swap(counted), int)
    assert_type(counter.swap(counted, 2, times=3), int)
    assert_type(counter.swap(operator.add, 1), int)
    assert_type(counter.swap(max, 1), int)
    assert_type(state.swap(lambda m: m.set("a", 1)), Numbers)
    assert_type(state.swap(PersistentMap.set, "a", 1), Numbers)
    assert_type(state.swap(PersistentMap.update, {"a": 1}), Numbers)
    assert_type(state.swap(PersistentMap.delete, "a"), Numbers)
    assert_type(state.swap(PersistentMap.alter, "a", lambda n: n + 1, 0), Numbers)


def atom(counter: Atom[int]) -> None:
    def tell(old: int, new: int) -> None:
        print(old, new)

    assert_type(Atom(0), Atom[int])
    assert_type(counter.value, int)
    assert_type(counter.compare_and_set(0, 1), bool)
    assert_type(counter.reset(1), int)
    assert_type(counter.watch(tell), Callable[[], None])
    maybe: Atom[int | None] = Atom(None)
    anything: Atom[Any] = Atom(None)
    print(maybe, anything)
