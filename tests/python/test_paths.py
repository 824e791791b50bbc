# SPDX-License-Identifier: Apache-2.0
"""`alter`, and `get_in`, `set_in`, `alter_in` and `delete_in` through nested maps."""

from __future__ import annotations

from collections import OrderedDict, UserList
from collections.abc import Callable
from typing import Any

import pytest

from conftest import Entries, entries_of
from hostile import Refused
from pyhamt import PersistentMap

Edit = Callable[[PersistentMap, Any], object]


def refuse(value: Any) -> Any:
    raise Refused


def nested() -> PersistentMap:
    """Three levels, and a value of no mapping type on each of them."""
    inner = PersistentMap(x=1, number=2)
    return PersistentMap(a=PersistentMap(b=inner, number=3), other=inner, number=4)


# alter


def test_alter_replaces_the_value_by_what_the_function_gives(kind: str) -> None:
    entries = entries_of(kind, 100)
    m = PersistentMap(entries)
    for key, value in list(entries.items())[::7]:
        altered = m.alter(key, lambda old: [old])
        altered._check()
        assert dict(altered) == {**entries, key: [value]}
    assert dict(m) == entries


def test_alter_of_absent_key_starts_with_the_default(size: int) -> None:
    m = PersistentMap(entries_of("str", size))
    assert m.alter("new", lambda old: [old], None) == m.set("new", [None])
    assert m.alter("new", lambda old: [old], default=0) == m.set("new", [0])


def test_alter_ignores_the_default_of_a_known_key() -> None:
    assert PersistentMap(a=None).alter("a", lambda old: [old], 1) == {"a": [None]}


@pytest.mark.parametrize("key", ["new", (1, 2), None])
def test_alter_of_absent_key_raises_key_error(size: int, key: Any) -> None:
    m = PersistentMap(entries_of("str", size))
    with pytest.raises(KeyError) as caught:
        m.alter(key, refuse)
    assert caught.value.args == (key,)


def test_alter_to_the_very_value_gives_the_same_map(entries: Entries) -> None:
    m = PersistentMap(entries)
    assert all(m.alter(key, lambda old: old) is m for key in entries)


def test_alter_raises_what_the_function_raises() -> None:
    m = PersistentMap(a=1)
    with pytest.raises(Refused):
        m.alter("a", refuse)
    with pytest.raises(Refused):
        m.alter("b", refuse, 1)
    assert m == {"a": 1}


# Along a path


@pytest.mark.parametrize("make", [list, tuple, UserList])
def test_path_is_any_sequence(make: Callable[[list[str]], Any]) -> None:
    m = nested()
    path = make(["a", "b", "x"])
    assert m.get_in(path) == 1
    assert m.set_in(path, 5).get_in(path) == 5
    assert m.alter_in(path, lambda old: old + 1).get_in(path) == 2
    assert "x" not in m.delete_in(path)["a"]["b"]


def test_edit_changes_what_lies_at_the_end_and_nothing_else() -> None:
    m = nested()
    inner = PersistentMap(x=1, number=2)
    edits = {
        m.set_in(["a", "b", "x"], 9): inner.set("x", 9),
        m.alter_in(["a", "b", "x"], lambda old: old + 8): inner.set("x", 9),
        m.delete_in(["a", "b", "x"]): inner.delete("x"),
    }
    for edited, expected in edits.items():
        edited._check()
        assert edited == m.set("a", m["a"].set("b", expected))
        assert edited["other"] is m["other"]
    assert m == nested()


def test_path_of_one_step_is_that_key() -> None:
    m = nested()
    assert m.get_in(["number"]) == 4
    assert m.set_in(["new"], 1) == m.set("new", 1)
    assert m.alter_in(["number"], lambda old: old + 1) == m.set("number", 5)
    assert m.delete_in(["number"]) == m.delete("number")


def test_get_in_reads_through_other_mappings() -> None:
    m = PersistentMap(a={"b": OrderedDict(c=PersistentMap(d=1))})
    assert m.get_in(["a", "b", "c", "d"]) == 1


@pytest.mark.parametrize("path", [["z"], ["a", "z"], ["a", "b", "z"], ["z", "y", "x"]])
def test_get_in_of_absent_path_gives_the_default(path: list[str]) -> None:
    m = nested()
    default = object()
    assert m.get_in(path) is None
    assert m.get_in(path, default) is default
    assert m.get_in(path, default=default) is default


def test_get_in_gives_a_none_that_is_there() -> None:
    assert PersistentMap(a=PersistentMap(b=None)).get_in(["a", "b"], 1) is None


@pytest.mark.parametrize("path", [["z"], ["a", "z"], ["a", "z", "y"], ["z", "y", "x"]])
def test_missing_steps_are_created(path: list[str]) -> None:
    m = nested()
    *steps, last = path
    expected = {last: ["new"]}
    for depth in reversed(range(len(steps))):
        met = m.get_in(steps[: depth + 1], PersistentMap())
        expected = {steps[depth]: met.update(expected)}
    assert m.set_in(path, ["new"]) == m.update(expected)
    assert m.alter_in(path, lambda old: [old], "new") == m.update(expected)
    assert m.alter_in(path, lambda old: [old], default="new") == m.update(expected)
    created = m.set_in(path, 1)
    for depth in range(len(path)):
        assert type(created.get_in(path[:depth])) is PersistentMap
    assert m == nested()


def test_none_is_a_default_of_alter_in() -> None:
    altered = PersistentMap().alter_in(["a", "b"], lambda old: [old], None)
    assert altered == {"a": {"b": [None]}}


def test_alter_in_ignores_the_default_of_a_known_path() -> None:
    m = nested().alter_in(["a", "b", "x"], lambda old: [old], default=7)
    assert m.get_in(["a", "b", "x"]) == [1]


@pytest.mark.parametrize(
    ("path", "absent"),
    [
        (["z"], "z"),
        (["a", "z"], "z"),
        (["a", "b", "z"], "z"),
        (["z", "y", "x"], "z"),
        (["a", "y", "x"], "y"),
        (["a", (1, 2)], (1, 2)),
    ],
)
def test_absent_path_raises_key_error(path: list[Any], absent: Any) -> None:
    m = nested()
    for edit in (lambda: m.alter_in(path, refuse), lambda: m.delete_in(path)):
        with pytest.raises(KeyError) as caught:
            edit()
        assert caught.value.args == (absent,)
    assert m == nested()


def test_delete_in_keeps_a_map_that_becomes_empty() -> None:
    m = PersistentMap(a=PersistentMap(b=1))
    assert m.delete_in(["a", "b"]) == {"a": {}}


def test_edit_that_changes_nothing_gives_the_same_map(size: int) -> None:
    inner = PersistentMap(entries_of("str", size)).set("x", [])
    m = PersistentMap(a=PersistentMap(b=inner))
    assert m.set_in(["a", "b", "x"], inner["x"]) is m
    assert m.set_in(["a", "b"], inner) is m
    assert m.alter_in(["a", "b", "x"], lambda old: old) is m
    assert m.alter_in(["a", "b", "x"], lambda old: old, default=1) is m


def test_alter_in_raises_what_the_function_raises() -> None:
    m = nested()
    with pytest.raises(Refused):
        m.alter_in(["a", "b", "x"], refuse)
    with pytest.raises(Refused):
        m.alter_in(["a", "new", "x"], refuse, default=1)
    assert m == nested()


# Paths that lead nowhere

USES: dict[str, Edit] = {
    "get_in": lambda m, path: m.get_in(path),
    "get_in-default": lambda m, path: m.get_in(path, 1),
    "set_in": lambda m, path: m.set_in(path, 1),
    "alter_in": lambda m, path: m.alter_in(path, refuse),
    "alter_in-default": lambda m, path: m.alter_in(path, refuse, 1),
    "delete_in": lambda m, path: m.delete_in(path),
}
EDITS = {name: use for name, use in USES.items() if not name.startswith("get_in")}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize(
    "path",
    [
        ["number", "x"],
        ["a", "number", "x"],
        ["a", "b", "number", "x"],
        ["number", "x", "y", "z"],
    ],
)
def test_step_that_is_no_mapping_raises_type_error(use: Edit, path: list[str]) -> None:
    m = nested()
    with pytest.raises(TypeError, match=r"'number'.*\bint\b") as caught:
        use(m, path)
    assert "'x'" in str(caught.value)
    assert m == nested()


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("value", ["text", b"text", None, (1, 2), [1], {1}, 0])
def test_no_other_type_is_a_mapping(use: Edit, value: Any) -> None:
    with pytest.raises(TypeError, match="'step'"):
        use(PersistentMap(step=value), ["step", 0])


@pytest.mark.parametrize("use", EDITS.values(), ids=EDITS)
def test_edit_in_a_mapping_that_changes_raises_type_error(use: Edit) -> None:
    inner = {"x": 1}
    with pytest.raises(TypeError, match=r"'step'.*\bdict\b"):
        use(PersistentMap(step=inner), ["step", "x"])
    assert inner == {"x": 1}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("path", ["abc", b"abc", 1, None])
def test_what_is_no_path_raises_type_error(use: Edit, path: Any) -> None:
    with pytest.raises(TypeError):
        use(PersistentMap(a=1), path)


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("path", [[[]], ["a", []], ["a", [], "x"], ["a", "b", []]])
def test_unhashable_step_raises_type_error(use: Edit, path: list[Any]) -> None:
    m = nested()
    with pytest.raises(TypeError, match="unhashable"):
        use(m, path)
    assert m == nested()


def test_empty_path_leads_to_the_map_itself() -> None:
    m = nested()
    assert m.get_in([]) is m
    assert m.get_in((), 1) is m


@pytest.mark.parametrize("use", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("path", [[], ()])
def test_edit_at_an_empty_path_raises_value_error(use: Edit, path: Any) -> None:
    with pytest.raises(ValueError, match="path is empty"):
        use(nested(), path)
