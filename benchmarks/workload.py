# SPDX-License-Identifier: Apache-2.0
"""The maps of one contender at one size, and its compiled loops."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from textwrap import indent
from typing import Any, TypeAlias

from benchmarks.contender import SHARED_SETUP, Contender
from benchmarks.keys import Keys

# All lists of edits together touch so many places, more than the caches hold.
_MOST_EDITS = 2_000

Loop: TypeAlias = Callable[[Iterable[Any]], Any]


class Workload:
    """What the statements of one contender may see at one size.

    The maps are made when they are first asked for.
    """

    def __init__(self, contender: Contender, keys: Keys) -> None:
        self.contender = contender
        self.keys = keys
        self.size = keys.size
        statement = "{map}" if "map" in contender.phrases else "{build}"
        self.m = self.run(statement, source=keys.source)
        self._kept = {"_kept", *vars(self)}

    def release(self) -> None:
        """Forget what was made since; it is made again when it is asked for."""
        for name in vars(self).keys() - self._kept:
            del vars(self)[name]

    @cached_property
    def equal(self) -> Any:
        """A map equal to `m`, but built apart."""
        return self.build(self.keys.equal_source)

    @cached_property
    def shared(self) -> Any:
        """A map equal to `m`: a version in which a key was changed and changed back."""
        [key] = self.edits
        return self.run("{set}", [key], m=self.edited, value=self.keys.source[key])

    @cached_property
    def half(self) -> Any:
        return self.build(self.keys.half_source)

    @cached_property
    def disjoint(self) -> Any:
        return self.build(self.keys.disjoint_source)

    @cached_property
    def edits(self) -> list[Any]:
        """The key to change in the middle of the map's own order."""
        return [self._own_order[self.size // 2]]

    @cached_property
    def edited(self) -> Any:
        """`m` with one value changed."""
        return self.edit(self.m, self.edits)

    def edits_apart(self, count: int) -> list[list[Any]]:
        """Keys to change, so many in each list, spread evenly over the map's own order.

        No key is in two of the lists, nor is the first of all.
        """
        lists = max(1, min(_MOST_EDITS, self.size // 2) // count)
        step = self.size / (count * lists)
        places = [int((i + 0.5) * step) for i in range(count * lists)]
        keys = [self._own_order[place] for place in places]
        return [keys[first::lists] for first in range(lists)]

    def edited_apart(self, count: int) -> list[Any]:
        """Versions of `m`, each with so many values changed, all at other places."""
        return [self.edit(self.m, keys) for keys in self.edits_apart(count)]

    @cached_property
    def ours(self) -> Any:
        """`m` with its first key changed, which no other edit has changed."""
        return self.edit(self.m, self._own_order[:1])

    @cached_property
    def data(self) -> bytes:
        data: bytes = self.run("{dumps}", m=self.m)
        return data

    def build(self, source: Mapping[Any, Any]) -> Any:
        return self.run("{build}", source=source)

    def edit(self, m: Any, keys: Iterable[Any]) -> Any:
        return self.run("{set}\nm = answer", keys, m=m, value=self.keys.value)

    def run(self, statement: str, batch: Iterable[Any] = (None,), **names: Any) -> Any:
        """Run a statement for each key of a batch; return the last answer."""
        spelled = self.contender.spell(statement)
        if spelled is None:
            raise LookupError(f"{self.contender.name} has no phrase for {statement}")
        return compile_loop(self.contender.setup, spelled, names)(batch)

    @cached_property
    def _own_order(self) -> list[Any]:
        return [*self.m]


def compile_loop(
    setup: str, statement: str, names: Mapping[str, Any], variable: str = "key"
) -> Callable[..., Any]:
    """Return a function that runs *statement* for each `key` and returns `answer`.

    The names are its local variables, and *variable* is what `key` is called instead.
    """
    parameters = ", ".join(["batch", *(f"{name}={name}" for name in names)])
    source = (
        f"{SHARED_SETUP}{setup}\n"
        f"def loop({parameters}):\n"
        f"    for {variable} in batch:\n"
        f"{indent(statement, ' ' * 8)}\n"
        "    return answer\n"
    )
    namespace = dict(names)
    exec(source, namespace)
    loop: Loop = namespace["loop"]
    return loop


def names_in(statement: str) -> set[str]:
    """The words of a statement that may be names."""
    return set(re.findall(r"[a-z_]\w*", statement))
