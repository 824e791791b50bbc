# SPDX-License-Identifier: Apache-2.0
"""What no single call shows: objects that are reached while the collector clears them,
and calls whose parts have to belong together.
"""

from __future__ import annotations

import _imp
import copy
import faulthandler
import gc
import pickle
import sys
import sysconfig
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any

from doors import Key, plain_value
from worlds import CONTENTS, Content

import pyhamt
from pyhamt import Atom, MapMutation, PersistentMap

FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))

# ---- The collector -------------------------------------------------------------------


class Holder:
    """Garbage that hands out a way back to itself."""

    __slots__ = ("__weakref__", "held", "late", "spy")


class Spy:
    """A finaliser makes a weak reference that the collector does not know of."""

    def __init__(self, holder: Holder, ways_back: list[weakref.ref[Holder]]) -> None:
        self.holder = holder
        self.ways_back = ways_back

    def __del__(self) -> None:
        self.ways_back.append(weakref.ref(self.holder))


def uses_after_clearing(
    make: Callable[[], Any], use: Callable[[Any], object], *, is_next: bool = False
) -> int:
    """Use an object that the collector has cleared already, or clears next; how often
    it came back."""
    uses = 0
    failures = []
    ways_back: list[weakref.ref[Holder]] = []
    watches = []

    def look(dead: object) -> None:
        nonlocal uses
        for way_back in ways_back:
            held = getattr(way_back(), "held", None)
            if held is not None:
                uses += 1
                try:
                    use(held)
                except AssertionError as error:
                    failures.append(str(error))

    def leave() -> None:
        # The collector clears in the order of making: the object, then what calls back,
        # unless that was made before.
        early = [plain_value(1)]
        held = make()
        late = early if is_next else [plain_value(1)]
        watches.append(weakref.ref(late[0], look))
        holder = Holder()
        holder.held = held
        holder.late = late
        holder.spy = Spy(holder, ways_back)

    leave()
    gc.collect()
    assert failures == [], failures
    return uses


def returns_of_a_list() -> int:
    """How often a list comes back: Python 3.14 leaves no way back, nor does the
    free-threaded 3.13, while the other 3.13 changed it in a release that is not known
    here."""
    if sys.version_info < (3, 13):
        return 1
    if sys.version_info >= (3, 14) or FREE_THREADED:
        return 0
    found = uses_after_clearing(list, len)
    assert found in (0, 1), found
    return found


def use_what_was_cleared(
    make: Callable[[], Any], use: Callable[[Any], object], *, is_next: bool = False
) -> None:
    """As above; it must come back as often as a list does."""
    uses = uses_after_clearing(make, use, is_next=is_next)
    assert uses == returns_of_a_list(), f"comes back {uses} times"


def reused_memory(content: Content) -> list[object]:
    """What takes the place of a map that was freed: maps of str."""
    sizes = [len(content.numbers)] * 200
    return [PersistentMap((str(i), str(i)) for i in range(size)) for size in sizes]


def shown(item: Any) -> Any:
    """An item without what the collector may have taken from it."""
    if type(item) is tuple:
        return [shown(part) for part in item]
    return item if type(item) is str else len(type(item).__name__)


def iterator_that_the_collector_cleared(content: Content) -> None:
    """It is at its end, however far it was."""
    for view in (PersistentMap.keys, PersistentMap.values, PersistentMap.items):
        for steps in range(len(content.numbers)):

            def make(view: Any = view, steps: int = steps) -> Iterator[Any]:
                iterator = iter(view(PersistentMap(content.pairs())))
                for _ in range(steps):
                    next(iterator)
                return iterator

            def use(iterator: Iterator[Any]) -> None:
                memory = reused_memory(content)
                assert "'" not in repr(list(map(shown, iterator))), "freed memory"
                memory.clear()

            use_what_was_cleared(make, use)


def iterator_of_a_mutation_that_the_collector_cleared(content: Content) -> None:
    def make() -> Iterator[Any]:
        mutation = PersistentMap().mutate()
        mutation.update(content.pairs())
        iterator = iter(mutation)
        next(iterator)
        return iterator

    def use(iterator: Iterator[Any]) -> None:
        memory = reused_memory(content)
        with suppress(RuntimeError):
            assert "'" not in repr(list(map(shown, iterator))), "freed memory"
        memory.clear()

    use_what_was_cleared(make, use)


def mutation_that_the_collector_cleared(content: Content) -> None:
    """It is empty and open, or as it was."""

    def make() -> MapMutation[Any, Any]:
        mutation = PersistentMap(content.pairs()).mutate()
        mutation["new"] = []
        return mutation

    def use(mutation: MapMutation[Any, Any]) -> None:
        assert len(list(mutation)) == len(mutation)
        mutation["newer"] = 1
        mutation.update(content.pairs())
        mutation.finish()._check()

    use_what_was_cleared(make, use)


def mutation_in_its_own_map_that_the_collector_cleared(content: Content) -> None:
    """It is empty and open, though it was finished."""

    def make(*, finish: bool) -> MapMutation[Any, Any]:
        mutation: MapMutation[Any, Any] = PersistentMap(content.pairs()).mutate()
        mutation["tracked"] = mutation
        if finish:
            mutation.finish()
        return mutation

    def use(mutation: MapMutation[Any, Any]) -> None:
        assert len(mutation) == 0
        mutation["new"] = 1
        assert mutation.finish() == {"new": 1}
        mutation.finish()._check()

    for finish in (False, True):
        use_what_was_cleared(partial(make, finish=finish), use)


def mutation_that_a_thread_edits_when_the_collector_clears(content: Content) -> None:
    """It keeps what it has."""
    compares, is_cleared = threading.Event(), threading.Event()

    class Slow:
        def __hash__(self) -> int:
            return 7

        def __eq__(self, other: object) -> bool:
            if threading.current_thread() is not threading.main_thread():
                compares.set()
                is_cleared.wait(10)
            return False

    threads: list[threading.Thread] = []
    results: list[int] = []

    def make() -> MapMutation[Any, Any]:
        mutation: MapMutation[Any, Any] = PersistentMap().mutate()
        for number in range(40):
            mutation[number] = [number]
        mutation[Slow()] = 0
        return mutation

    def use(mutation: MapMutation[Any, Any]) -> None:
        def edit() -> None:
            mutation[Slow()] = 1
            results.append(len(mutation))

        threads.append(threading.Thread(target=edit))
        threads[-1].start()
        compares.wait(10)

    use_what_was_cleared(make, use, is_next=True)
    memory = [PersistentMap({str(n): n for n in range(41)}) for _ in range(50)]
    is_cleared.set()
    for thread in threads:
        thread.join()
    del memory
    assert results == [42] * len(threads), results


def view_of_a_map_that_the_collector_takes(content: Content) -> None:
    def use(view: Any) -> None:
        assert len(list(view)) == len(view) == len(content.numbers)
        with suppress(AttributeError):  # Keys may have lost their numbers.
            view.mapping._check()

    for view in (PersistentMap.keys, PersistentMap.values, PersistentMap.items):
        make = lambda view=view: view(PersistentMap(content.pairs()))  # noqa: E731
        use_what_was_cleared(make, use)


def class_that_the_collector_cleared(content: Content) -> None:
    """It makes maps while it has its module, and says when it has none."""

    def make() -> tuple[Any, ...]:
        module = _imp.create_dynamic(pyhamt._hamt.__spec__)
        _imp.exec_dynamic(module)
        cls = type("Subclass", (module.PersistentMap,), {})
        m = cls(a=[])
        # Bound by now: the class has no method left.
        bound = cls.from_dict, cls.fromkeys, cls.__get_pydantic_core_schema__
        return cls, m, m.keys(), *bound, module.PersistentMap(a=[]).__reduce__

    def use(left: Any) -> None:
        cls, m, keys, from_dict, fromkeys, schema, reduce = left
        for call in (
            cls,
            lambda: cls(content.pairs()),
            lambda: cls(a=1),
            lambda: from_dict({}),
            lambda: fromkeys(content.numbers),
            lambda: schema(cls, type),
            lambda: {} | m,
            lambda: [] & keys,
            reduce,
        ):
            with suppress(RuntimeError, TypeError):
                call()

    use_what_was_cleared(make, use)


def finaliser_that_uses_the_atom_that_is_being_used(content: Content) -> None:
    """A collection can start anywhere, where a lock is held too."""
    atom = Atom(0)
    calls = count()

    class Using:
        def __init__(self) -> None:
            self.ring = self

        def __del__(self) -> None:
            next(calls)
            atom.watch(lambda old, new: None)()
            atom.reset(atom.value + 1)

    for threshold in range(1, 60):
        for use in (
            lambda: atom.watch(lambda old, new: None)(),
            lambda: atom.swap(lambda value: value),
            lambda: atom.reset(0),
            lambda: atom.compare_and_set(atom.value, 0),
        ):
            gc.disable()
            Using()
            # Lists that are kept, so that allocations are not given back ones.
            kept: list[list[object]] = [[] for _ in range(100)]
            gc.set_threshold(gc.get_count()[0] + threshold)
            gc.enable()
            for _ in range(10):
                kept.append([use()])
            gc.collect()
    gc.disable()
    assert next(calls) > 0


# ---- One step ------------------------------------------------------------------------


class Meddling(Key):
    """A key that edits a mutation when it is hashed for a chosen time."""

    __slots__ = ("at", "edit")

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.at = 0
        self.edit: Callable[[], object] = int

    def __hash__(self) -> int:
        self.at -= 1
        if self.at == 0:
            with suppress(RuntimeError):
                self.edit()
        return super().__hash__()

    def __eq__(self, other: object) -> Any:
        return self is other


def value_that_is_popped_is_the_one_that_is_removed(content: Content) -> None:
    """Whatever is set meanwhile is set before or after, and is not lost."""
    for pop in (
        lambda mutation, key: mutation.pop(key),
        lambda mutation, key: mutation.popitem()[1],
    ):
        for at in range(1, 6):
            key = Meddling(content.numbers[0])
            mutation = PersistentMap({key: "first"}).mutate()
            put = ["first"]

            def edit(mutation: Any = mutation, key: Any = key, put: Any = put) -> None:
                mutation[key] = "second"
                put.append("second")

            key.at, key.edit = at, edit
            try:
                taken = pop(mutation, key)
            except RuntimeError:  # It says that the mutation changed.
                taken = None
            rest = mutation.get(key)
            assert put[-1] in (taken, rest), f"{put[-1]!r} is lost"


def default_that_is_set_is_the_one_that_is_given(content: Content) -> None:
    for at in range(1, 6):
        key = Meddling(content.absent)
        mutation = PersistentMap(content.pairs()).mutate()
        given: list[object] = []

        def edit(mutation: Any = mutation, key: Any = key, given: Any = given) -> None:
            given.append(mutation.setdefault(key, "inner"))

        key.at, key.edit = at, edit
        given.append(mutation.setdefault(key, "outer"))
        assert set(given) == {mutation[key]}, (at, given)


# ---- Copies --------------------------------------------------------------------------


class Unlisted(PersistentMap):
    """A subclass whose state is to be found by its slots, which it does not tell."""

    __slotnames__ = ("a", "b")

    @property
    def __getstate__(self) -> Any:
        raise AttributeError("__getstate__")


def slot_names_that_are_no_list(content: Content) -> None:
    source = Unlisted(content.pairs())
    for act in (copy.copy, copy.deepcopy, pickle.dumps, Unlisted.__reduce__):
        try:
            act(source)
            text = "no error"
        except TypeError as error:
            text = str(error)
        assert "__slotnames__" in text, text
    source._check()


SCENARIOS = (
    iterator_that_the_collector_cleared,
    iterator_of_a_mutation_that_the_collector_cleared,
    mutation_that_the_collector_cleared,
    mutation_in_its_own_map_that_the_collector_cleared,
    mutation_that_a_thread_edits_when_the_collector_clears,
    view_of_a_map_that_the_collector_takes,
    class_that_the_collector_cleared,
    finaliser_that_uses_the_atom_that_is_being_used,
    value_that_is_popped_is_the_one_that_is_removed,
    default_that_is_set_is_the_one_that_is_given,
    slot_names_that_are_no_list,
)


def main(name: str) -> None:
    faulthandler.dump_traceback_later(20, exit=True)
    scenario = next(each for each in SCENARIOS if each.__name__ == name)
    gc.collect()
    gc.freeze()
    gc.disable()
    for content in CONTENTS:
        print(content.name, flush=True)
        scenario(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
