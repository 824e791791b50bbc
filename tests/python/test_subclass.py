# SPDX-License-Identifier: Apache-2.0
"""Subclasses of PersistentMap: updates keep the class and copy no attribute; copies and
pickles keep both.
"""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest

from child import run_child
from conftest import Entries, entries_of
from pyhamt import PersistentMap

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


class Config(PersistentMap):
    """Has a dict of attributes, and methods of its own."""

    calls = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        type(self).calls += 1

    def level(self) -> int:
        return self.get("level", 0)


class Slotted(PersistentMap):
    """Has a slot and no dict."""

    __slots__ = ("note",)


class SlottedConfig(Slotted):
    """Has a slot and a dict."""


class Bare(PersistentMap):
    """Has neither."""

    __slots__ = ()


class Old:
    """Has no `__getstate__`, as no object has before Python 3.11."""

    __slots__ = ()

    @property
    def __getstate__(self) -> Any:
        raise AttributeError("__getstate__")


class OldConfig(Old, Config):
    pass


class OldSlotted(Old, Slotted):
    __slots__ = ()


class OldSlottedConfig(Old, SlottedConfig):
    pass


CLASSES = (
    *(Config, Slotted, SlottedConfig, Bare),
    *(OldConfig, OldSlotted, OldSlottedConfig),
)
SIZES = (0, 1, 8, 9, 100)


@pytest.fixture(params=CLASSES)
def cls(request: pytest.FixtureRequest) -> type[PersistentMap]:
    return request.param


@pytest.fixture(params=SIZES)
def plain(request: pytest.FixtureRequest) -> Entries:
    return entries_of("mixed", request.param)


def attributes(m: PersistentMap) -> dict[str, Any]:
    """The attributes of the dict and of the slots."""
    slots = {"note": m.note} if hasattr(m, "note") else {}
    return {**getattr(m, "__dict__", {}), **slots}


def with_attributes(m: PersistentMap) -> PersistentMap:
    if hasattr(m, "__dict__"):
        m.shared = m.other = ["list"]
    if isinstance(m, Slotted):
        m.note = ["note"]
    return m


# ---- Updates -------------------------------------------------------------------------

UPDATES: dict[str, Callable[[Any], PersistentMap]] = {
    "set": lambda m: m.set("new", 1),
    "set value": lambda m: m.set("here", 1),
    "delete": lambda m: m.delete("here"),
    "discard": lambda m: m.discard("here"),
    "update": lambda m: m.update({"new": 1}, other=2),
    "update with a map": lambda m: m.update(PersistentMap(new=1)),
    "|": lambda m: m | {"new": 1},
    "| map": lambda m: m | PersistentMap(new=1),
    "dict |": lambda m: {"new": 1} | m,
    "merge": lambda m: m.merge(PersistentMap(new=1, here=2)),
    "merge resolved": lambda m: m.merge(
        PersistentMap(here=2), resolve=lambda key, mine, theirs: (mine, theirs)
    ),
    "mutate": lambda m: edited(m),
    "filter": lambda m: m.filter(lambda key, value: key != "here"),
    "map_values": lambda m: m.map_values(repr),
    "select": lambda m: m.select([]),
    "omit": lambda m: m.omit(["here"]),
    "alter": lambda m: m.alter("here", repr),
    "set_in": lambda m: m.set_in(["here"], 1),
    "delete_in": lambda m: m.delete_in(["here"]),
}


def edited(m: PersistentMap) -> PersistentMap:
    with m.mutate() as mutation:
        mutation["new"] = 1
        del mutation["here"]
    return mutation.finish()


@pytest.mark.parametrize("name", UPDATES)
def test_update_keeps_the_class(
    cls: type[PersistentMap], plain: Entries, name: str
) -> None:
    base = PersistentMap(plain, here=0)
    m = with_attributes(cls(base))
    before = attributes(m)
    calls = Config.calls
    updated = UPDATES[name](m)
    assert type(updated) is cls
    updated._check()
    assert updated == UPDATES[name](base)
    assert updated != m
    assert attributes(updated) == {}
    assert attributes(m) == before
    assert m == base
    assert Config.calls == calls, "an update ran __init__"


NO_CHANGES: dict[str, Callable[[Any], PersistentMap]] = {
    "set": lambda m: m.set("here", VALUE),
    "discard": lambda m: m.discard("absent"),
    "update": lambda m: m.update({"here": VALUE}),
    "|": lambda m: m | {},
    "| map": lambda m: m | PersistentMap(here=VALUE),
    "merge": lambda m: m.merge({}, PersistentMap(here=VALUE)),
    "merge itself": lambda m: m.merge(m),
    "mutate": lambda m: m.mutate().finish(),
    "filter": lambda m: m.filter(lambda key, value: True),
    "map_values": lambda m: m.map_values(lambda value: value),
    "select": lambda m: m.select(m),
    "omit": lambda m: m.omit([]),
}

VALUE = ["value"]


@pytest.mark.parametrize("name", NO_CHANGES)
def test_update_that_changes_nothing_is_the_same_object(
    cls: type[PersistentMap], plain: Entries, name: str
) -> None:
    m = cls(plain, here=VALUE)
    assert NO_CHANGES[name](m) is m


def test_methods_of_the_subclass_are_there_after_an_update() -> None:
    assert Config().set("level", 3).level() == 3


# ---- Making one ----------------------------------------------------------------------


def test_each_way_to_make_one_gives_the_class(
    cls: type[PersistentMap], plain: Entries
) -> None:
    for m in (
        cls(plain),
        cls(PersistentMap(plain)),
        cls(list(plain.items())),
        cls.from_dict(plain),
        cls.fromkeys(plain),
    ):
        assert type(m) is cls
        assert len(m) == len(plain)
        m._check()


def test_map_made_from_an_instance_is_another_of_the_class_asked_for(
    cls: type[PersistentMap], plain: Entries
) -> None:
    m = cls(plain)
    assert type(PersistentMap(m)) is PersistentMap
    assert PersistentMap(m) == m
    assert cls(m) == m


def test_init_runs_once_for_each_call_of_the_class() -> None:
    before = Config.calls
    Config(a=1)
    assert Config.calls == before + 1


def test_init_may_take_other_arguments_with_new() -> None:
    class Point(PersistentMap):
        def __new__(cls, x: int, y: int) -> Point:
            return super().__new__(cls, x=x, y=y)

    point = Point(1, 2)
    assert point == {"x": 1, "y": 2}
    moved = point.set("x", 5)
    assert type(moved) is Point
    assert moved == {"x": 5, "y": 2}


def test_new_may_hand_on_what_it_gets(plain: Entries) -> None:
    class Handing(PersistentMap):
        def __new__(cls, *args: Any, **kwargs: Any) -> Handing:
            return super().__new__(cls, *args, **kwargs)

    assert Handing() == {}
    assert Handing(plain) == plain
    assert Handing(a=1) == {"a": 1}
    assert Handing(plain, new=1) == {**plain, "new": 1}
    assert type(Handing(plain)) is Handing
    with pytest.raises(TypeError, match="at most 1 positional argument, got 2"):
        Handing({}, {})


def test_map_of_one_with_keys_of_its_own_has_these(plain: Entries) -> None:
    class Half(PersistentMap):
        def __iter__(self) -> Any:
            raise AssertionError

        def keys(self) -> Any:
            return list(super().keys())[::2]

    half = Half(plain)
    keys = half.keys()
    expected = {key: plain[key] for key in keys}
    assert PersistentMap(half) == expected
    assert PersistentMap(a=1).update(half) == {"a": 1, **expected}


# ---- Beside the base -----------------------------------------------------------------


def test_equality_and_hash_are_those_of_the_entries(
    cls: type[PersistentMap], plain: Entries
) -> None:
    m, base = with_attributes(cls(plain)), PersistentMap(plain)
    assert m == base == m == plain == m
    assert hash(m) == hash(base)
    assert len({m, base}) == 1
    other = base.set("new", 1)
    assert m != other
    assert other != m


def test_repr_names_the_class() -> None:
    assert repr(Config()) == "Config({})"
    assert (
        repr(Slotted(a=1).set("b", Bare(c=2)))
        == "Slotted({'a': 1, 'b': Bare({'c': 2})})"
    )
    loop: list[Any] = []
    m = Config({"self": loop})
    loop.append(m)
    assert repr(m) == "Config({'self': [Config(...)]})"


def test_attributes_are_only_where_the_class_has_a_place() -> None:
    for m in (Bare(), Slotted(), PersistentMap()):
        with pytest.raises(AttributeError):
            m.other = 1
    assert not hasattr(Slotted(), "__dict__")
    m = with_attributes(SlottedConfig())
    assert m.__dict__ == {"shared": ["list"], "other": ["list"]}
    del m.note
    assert not hasattr(m, "note")


def test_weak_references_to_an_instance(cls: type[PersistentMap]) -> None:
    m = cls(a=1)
    dead = weakref.ref(m)
    assert dead() is m
    del m
    assert dead() is None


def test_views_and_iteration_are_those_of_the_base(
    cls: type[PersistentMap], plain: Entries
) -> None:
    m, base = cls(plain), PersistentMap(plain)
    assert list(m.items()) == list(base.items())
    assert m.keys() == base.keys()
    assert m.diff(base).inverse() == base.diff(m)
    assert not m.diff(base)


# ---- Copies and pickles --------------------------------------------------------------


def test_copy_has_the_attributes_themselves(
    cls: type[PersistentMap], plain: Entries
) -> None:
    m = with_attributes(cls(plain))
    copied = copy.copy(m)
    copied._check()
    assert type(copied) is cls
    assert copied == m
    assert attributes(copied) == attributes(m)
    for name, value in attributes(m).items():
        assert attributes(copied)[name] is value


def test_deep_copy_has_copies_of_the_attributes(
    cls: type[PersistentMap], plain: Entries
) -> None:
    m = with_attributes(cls(plain, list=VALUE))
    copied = copy.deepcopy(m)
    copied._check()
    assert type(copied) is cls
    assert len(copied) == len(m)
    assert copied["list"] == VALUE
    assert copied["list"] is not VALUE
    assert attributes(copied) == attributes(m)
    for name, value in attributes(m).items():
        assert attributes(copied)[name] is not value
    if hasattr(m, "shared"):
        assert copied.shared is copied.other


class Stateful(Config):
    """Has any state that a test gives it."""

    state: Any

    def __getstate__(self) -> Any:
        return Stateful.state


@pytest.mark.parametrize("state", [None, {}, (None, {}), ({}, None)])
def test_copy_has_no_attributes_where_the_state_has_none(state: Any) -> None:
    Stateful.state = state
    m = Stateful(a=1)
    m.note = "note"
    for copied in (copy.copy(m), copy.deepcopy(m)):
        assert type(copied) is Stateful
        assert copied == m
        assert attributes(copied) == {}


class PlainStateful:
    """An ordinary object with the same state."""

    def __reduce__(self) -> Any:
        return PlainStateful, (), Stateful.state


@pytest.mark.parametrize("state", [5, "ab", (1, 2, 3), ({}, 5), (5, {}), (5, None)])
@pytest.mark.parametrize("take", [copy.copy, copy.deepcopy])
def test_state_that_cannot_be_set_raises_as_for_an_ordinary_object(
    take: Callable[[object], object], state: Any
) -> None:
    Stateful.state = state
    errors = (TypeError, ValueError, AttributeError)
    with pytest.raises(errors):
        take(PlainStateful())
    with pytest.raises(errors):
        take(Stateful(a=1))


@pytest.mark.parametrize("take", [copy.copy, copy.deepcopy, pickle.dumps])
def test_exception_of_a_slot_that_is_read_passes_through(
    take: Callable[[object], object],
) -> None:
    class Closed(OldSlotted):
        __slots__ = ()

        @property
        def note(self) -> Any:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take(Closed(a=1))


@pytest.mark.parametrize("take", [copy.copy, copy.deepcopy])
def test_exception_of_a_slot_that_is_set_passes_through(
    take: Callable[[object], object],
) -> None:
    class Closed(Slotted):
        __slots__ = ()

        def __setattr__(self, name: str, value: Any) -> None:
            raise ZeroDivisionError

    m = Closed(a=1)
    Slotted.note.__set__(m, 1)
    with pytest.raises(ZeroDivisionError):
        take(m)


def test_exception_of_an_attribute_that_is_copied_passes_through() -> None:
    class Raising:
        def __deepcopy__(self, memo: Any) -> Any:
            raise ZeroDivisionError

    m = Config(a=1)
    m.note = Raising()
    with pytest.raises(ZeroDivisionError):
        copy.deepcopy(m)


def test_memo_that_takes_no_copy_raises_what_it_raises() -> None:
    with pytest.raises(TypeError, match="mappingproxy"):
        Config(a=1).__deepcopy__(MappingProxyType({}))


def test_deep_copy_of_an_instance_in_its_own_attribute_is_such_an_instance() -> None:
    m = Config(a=[])
    m.me = [m]
    copied = copy.deepcopy(m)
    assert copied is not m
    assert copied.me[0] is copied


class OwnState(Config):
    """Has a state of its own, with its dict in it."""

    def __getstate__(self) -> Any:
        return self.__dict__, {"slot": 0}


@pytest.mark.parametrize("cls", [Config, SlottedConfig, OldSlottedConfig, OwnState])
def test_state_is_that_of_the_moment_when_it_is_taken(cls: Any) -> None:
    m = with_attributes(cls(a=1))
    state = m.__reduce__()[2]
    before = copy.deepcopy(state)
    m.later = 1
    del m.shared
    assert state == before
    assert "shared" in (state[0] if isinstance(state, tuple) else state)


def test_state_that_is_another_dict_is_that_dict() -> None:
    Stateful.state = {}
    assert Stateful(a=1).__reduce__()[2] is Stateful.state


@pytest.mark.parametrize("take", [copy.copy, copy.deepcopy, pickle.dumps])
def test_exception_of_a_dict_that_is_read_passes_through(
    take: Callable[[object], object],
) -> None:
    class Closed(Stateful):
        @property
        def __dict__(self) -> Any:
            raise ZeroDivisionError

    Stateful.state = {}
    with pytest.raises(ZeroDivisionError):
        take(Closed(a=1))


def test_slots_of_a_state_may_be_edited_while_they_are_set() -> None:
    class Editing(Stateful):
        def __setattr__(self, name: str, value: Any) -> None:
            object.__setattr__(self, name, value)
            slots.clear()

    slots = dict.fromkeys("abc", 1)
    Stateful.state = None, slots
    assert attributes(copy.copy(Editing())) == dict.fromkeys("abc", 1)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pickle_keeps_class_and_attributes(
    cls: type[PersistentMap], protocol: int
) -> None:
    for size in SIZES:
        m = with_attributes(cls(entries_of("str", size)))
        calls = Config.calls
        again = pickle.loads(pickle.dumps(m, protocol))
        again._check()
        assert type(again) is cls
        assert again == m
        assert attributes(again) == attributes(m)
        if hasattr(m, "shared"):
            assert again.shared is again.other
        assert Config.calls == calls, "unpickling ran __init__"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pickle_of_an_instance_in_its_own_attribute_is_such_an_instance(
    protocol: int,
) -> None:
    m = Config(a=1)
    m.me = m
    again = pickle.loads(pickle.dumps(m, protocol))
    assert again.me is again
    assert again == {"a": 1}


# ---- Cycles --------------------------------------------------------------------------


class Marked(Config):
    """Can be watched, and holds what it is told to in its dict and its slot."""

    __slots__ = ("slot",)


def in_dict(m: Any) -> None:
    m.me = m


def in_slot(m: Any) -> None:
    m.slot = [m]


def in_dict_of_the_value(m: Any) -> None:
    value = m["value"]
    value.append(m)


@pytest.mark.parametrize("way", [in_dict, in_slot, in_dict_of_the_value])
@pytest.mark.parametrize("size", SIZES)
def test_cycle_through_an_instance_is_freed(
    size: int, way: Callable[[Any], None]
) -> None:
    entries = entries_of("str", size)
    m = Marked(entries, value=[]) if way is in_dict_of_the_value else Marked(entries)
    way(m)
    dead = weakref.ref(m)
    del m
    assert dead() is not None, "the cycle keeps the map"
    gc.collect()
    assert dead() is None


def test_cycle_through_the_class_is_freed() -> None:
    """In a process without threads: free-threaded Python 3.13 frees no type once a
    second thread has started.
    """
    run_child(
        """
        import gc, weakref
        from pyhamt import PersistentMap

        class Local(PersistentMap):
            pass

        Local.instance = Local(a=1).set("b", Local)
        dead = weakref.ref(Local)
        del Local
        gc.collect()
        assert dead() is None
        """
    )
