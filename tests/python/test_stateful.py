# SPDX-License-Identifier: Apache-2.0
"""Every method of the package in random programs, beside versions that are dicts.

A program makes maps from maps. Each version ever made is kept with the dict of the very
keys and values that it must have, and with its views and half-read iterators; in the
end all of them are checked once more. Mutations are edited beside dicts, several at a
time.

Rules take numbers alone: each picks a version (0 is the newest), a key or a value from
what the program has. A failing program is printed, and can be run again as printed.
Under PYHAMT_LONG_TESTS=1 programs are random and a hundred times as many; otherwise
they are the same each time, but for the hashes of str, which PYTHONHASHSEED fixes.
"""

from __future__ import annotations

import inspect
import os
import random
import sys
from collections.abc import Collection
from types import FrameType, FunctionType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

import pyhamt
from conftest import LONG_TESTS, SHORT_TESTS
from pyhamt import MapMutation, PersistentMap

# Rules are long, so a failure is to show values.
pytest.register_assert_rewrite(
    "stateful_model",
    "stateful_mutations",
    "stateful_program",
    "stateful_reads",
    "stateful_updates",
)

from stateful_mutations import Mutations  # noqa: E402
from stateful_program import RULES, RUNS  # noqa: E402
from stateful_reads import Reads  # noqa: E402
from stateful_updates import Updates  # noqa: E402

# Steps in all, and in one run of Hypothesis, which remembers what it ran.
STEPS = 1_000_000 if LONG_TESTS else 4_000 if SHORT_TESTS else 10_000
STEPS_OF_A_PART = 20_000 if LONG_TESTS else STEPS
STEPS_OF_A_PROGRAM = 60


class Program(Updates, Reads, Mutations):
    """Maps and dicts that go through one program."""


# ---- Nothing is left out -------------------------------------------------------------

_map = PersistentMap(a=1)
_views = (_map.keys(), _map.items(), _map.values())
KEYS_VIEW, ITEMS_VIEW, VALUES_VIEW = map(type, _views)
ITERATORS = [type(iter(view)) for view in _views]

# What Python calls by itself, with the rule that makes it do so.
_OPERATORS = {
    "combine_views": "__and__ __rand__ __or__ __ror__ __sub__ __rsub__ "
    "__xor__ __rxor__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__",
    "look_up": "__contains__ __len__",
    "open_view": "__iter__",
    "print_forms": "__repr__",
}
_ITERATOR = {"open_iterator": "__iter__", "advance": "__next__ __length_hint__"}
SPECIAL: dict[type, dict[str, str]] = {
    PersistentMap: {
        "construct": "__new__ __class_getitem__",
        "look_up": "__getitem__ __contains__ __len__",
        "open_iterator": "__iter__",
        "unite": "__or__ __ror__",
        "compare": "__eq__ __ne__",
        "refuse": "__lt__ __le__ __gt__ __ge__",
        "take_hash": "__hash__",
        "print_forms": "__repr__ __rich_repr__",
        "measure": "__sizeof__",
        "take_copies": "__copy__ __deepcopy__",
        "pickle_and_load": "__reduce__",
    },
    MapMutation: {
        "mutation_set": "__setitem__",
        "mutation_delete": "__delitem__",
        "mutation_read": "__getitem__ __contains__ __len__ __eq__ __ne__ __repr__",
        "mutation_iterate": "__iter__",
        "mutation_refuse": "__class_getitem__ __hash__ __reduce__ "
        "__lt__ __le__ __gt__ __ge__",
        "finish": "__enter__ __exit__",
    },
    KEYS_VIEW: _OPERATORS,
    ITEMS_VIEW: _OPERATORS,
    VALUES_VIEW: {key: _OPERATORS[key] for key in ("open_view", "print_forms")}
    | {"look_up": "__len__"},
    **dict.fromkeys(ITERATORS, _ITERATOR),
}

# Tested with the library that asks for it.
ELSEWHERE = {"__get_pydantic_core_schema__"}

# What Python itself gives a type, some of it when it is first asked for.
GIVEN = {"__annotations__", "__doc__", "__module__"}


def called_by_rules() -> Collection[Any]:
    """What the rules call, each run a few times: Python code, and methods in C as pairs
    of a class and a name.
    """
    called: set[Any] = set()

    def record(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            called.add(frame.f_code)
        elif event == "c_call":
            owner = getattr(argument, "__self__", None)
            cls = owner if isinstance(owner, type) else type(owner)
            called.update((base, argument.__name__) for base in cls.__mro__)

    rng = random.Random(1)
    before = sys.getprofile()
    sys.setprofile(record)
    try:
        for _ in range(20):
            program = Program()
            program.begin(*(rng.randrange(4096) for _ in range(3)))
            for run in RULES.values():
                names = list(inspect.signature(run).parameters)[1:]
                run(program, **{name: rng.randrange(4096) for name in names})
            program.teardown()
    finally:
        sys.setprofile(before)
    return called


def test_rules_call_every_public_method() -> None:
    public = [getattr(pyhamt, name) for name in pyhamt.__all__]
    classes = {cls for cls in public if isinstance(cls, type)}
    members = [(None, each) for each in public if isinstance(each, FunctionType)]
    for cls in classes | SPECIAL.keys():
        members += [(cls, each) for name, each in vars(cls).items() if name[0] != "_"]
    called = called_by_rules()
    left_out = []
    for cls, member in members:
        function = member.fget if isinstance(member, property) else member
        if isinstance(function, FunctionType):
            is_called = function.__code__ in called
        else:
            is_called = not callable(function) or (cls, function.__name__) in called
        left_out += [] if is_called else [member]
    assert left_out == []


@pytest.mark.parametrize("cls", SPECIAL)
def test_rules_use_every_special_method(cls: type) -> None:
    special = {name for name in vars(cls) if name.startswith("__")}
    used = " ".join(SPECIAL[cls].values()).split()
    assert special - GIVEN - ELSEWHERE == set(used)
    assert SPECIAL[cls].keys() <= RULES.keys()


# ---- The programs --------------------------------------------------------------------


@pytest.mark.parametrize("part", range(STEPS // STEPS_OF_A_PART))
def test_programs_do_what_dicts_do(part: int) -> None:
    print(f"PYTHONHASHSEED is {os.environ.get('PYTHONHASHSEED', 'random')}")
    RUNS.clear()
    run_state_machine_as_test(
        Program,
        settings=settings(
            # Some programs end early.
            max_examples=STEPS_OF_A_PART * 13 // 10 // STEPS_OF_A_PROGRAM,
            stateful_step_count=STEPS_OF_A_PROGRAM,
            derandomize=not LONG_TESTS,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert sum(RUNS.values()) >= STEPS_OF_A_PART
    assert RUNS.keys() == RULES.keys()
