# SPDX-License-Identifier: Apache-2.0
"""Ways to write a case down: with operands, on mutations and views, at an end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from worlds import Case, World, in_a_cycle

from pyhamt import MapMutation, PersistentMap

Run = Callable[[World], object]
Cases = tuple[Case, ...]
Methods = dict[str, Cases]


def case(run: Run, operand: Run | None = None, **rest: Any) -> Case:
    return Case(run, operand, **rest)


def quiet(run: Run, operand: Run | None = None) -> Cases:
    """A call that runs no Python code."""
    return (Case(run, operand, is_quiet=True),)


def with_operands(run: Run, *operands: Run, **rest: Any) -> Cases:
    """A call with each of some operands."""
    return tuple(Case(run, operand, **rest) for operand in operands)


# ---- Subjects ------------------------------------------------------------------------


def draft(base: PersistentMap) -> MapMutation:
    """A mutation that shares no node with a map."""
    mutation = PersistentMap().mutate()
    mutation.update(list(base.items()))
    return mutation


def shared_draft(base: PersistentMap) -> MapMutation:
    return base.mutate()


def begun(make: Callable[[PersistentMap], Any]) -> Callable[[PersistentMap], Any]:
    """An iterator that has given something."""

    def iterator(base: PersistentMap) -> Any:
        result = iter(make(base))
        next(result)
        return result

    return iterator


def on_drafts(run: Run, operand: Run | None = None, **rest: Any) -> Cases:
    return (
        Case(run, operand, subject=draft, keeps_base=False, **rest),
        Case(run, operand, subject=shared_draft, **rest),
    )


def edits(run: Run, *operands: Run | None, **rest: Any) -> Cases:
    """Calls that edit a mutation."""
    return sum(
        (
            on_drafts(run, operand, is_once=True, **rest)
            for operand in operands or (None,)
        ),
        (),
    )


def quiet_on_drafts(run: Run) -> Cases:
    return on_drafts(run, is_quiet=True)


def ended(make: Callable[[PersistentMap], Any]) -> Cases:
    """The end of a subject: its last reference goes, or the collector finds it."""
    rest = {"subject": make, "keeps_base": False, "is_once": True}
    return (
        Case(lambda w: w.parts.clear(), **rest),
        Case(in_a_cycle, **rest),
    )


def on(make: Callable[[PersistentMap], Any], methods: Methods) -> Methods:
    """The same calls, on a subject that is made of the map."""
    return {
        name: tuple(replaced(each, make) for each in cases)
        for name, cases in methods.items()
    }


def replaced(each: Case, make: Callable[[PersistentMap], Any]) -> Case:
    values = {name: getattr(each, name) for name in each.__dataclass_fields__}
    return Case(**{**values, "subject": make})
