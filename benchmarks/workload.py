# SPDX-License-Identifier: Apache-2.0
"""The maps and keys that one contender meets at one size, and its compiled loops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random
from textwrap import indent
from typing import Any, TypeAlias

from benchmarks.contenders import Contender
from benchmarks.datasets import Dataset, Key, twins

Loop: TypeAlias = Callable[[list[Any]], Any]

_VERSIONS = 100


@dataclass(frozen=True)
class Workload:
    """What the statements of one contender see at one size.

    Lookups use keys that are equal to the stored ones but other objects, as when a text
    is read again, in random order; their hashes are known, since str keeps its own.
    """

    stand_in: Callable[[Key], Any]  # the contender's own key for a key
    words: list[Key]  # the whole text
    source: dict[Any, int]  # what m is built from
    present: list[Any]  # equal to the keys of source
    absent: list[Any]  # as many that are not in it
    either: list[Any]  # both of them
    value: int  # none of the values in source
    m: Any
    equal: Any  # equal to m; built apart, of other objects
    changed: Any  # m with another value at the middle key of its own order
    steps: list[Any]  # 100 keys to change, one after the other


def prepare(contender: Contender, dataset: Dataset, size: int) -> Workload:
    random = Random(dataset.seed)

    def stand_ins(keys: list[Key]) -> list[Any]:
        return [contender.key(key) for key in keys]

    def build(keys: list[Any]) -> Any:
        source = dict(zip(keys, range(size), strict=True))
        loop = compile_loop(
            contender.setup, contender.phrases["build"], {"source": source}
        )
        return loop([None])

    keys = stand_ins(dataset.keys[:size])
    present = stand_ins(twins(dataset.keys[:size]))
    absent = stand_ins(dataset.absent[:size])
    m, equal, value = build(keys), build(present), size
    change = compile_loop(
        contender.setup, contender.phrases["set"], {"m": m, "value": value}
    )
    random.shuffle(present)
    either = [*present, *absent]
    random.shuffle(either)
    return Workload(
        stand_in=contender.key,
        words=dataset.occurrences,
        source=dict(zip(keys, range(size), strict=True)),
        present=present,
        absent=absent,
        either=either,
        value=value,
        m=m,
        equal=equal,
        changed=change([list(m)[size // 2]]),
        steps=list(islice(cycle(present), _VERSIONS)),
    )


def compile_loop(setup: str, statement: str, names: Mapping[str, Any]) -> Loop:
    """Return a function that runs *statement* for each `key` and returns `answer`.

    The names are its local variables.
    """
    parameters = ", ".join(["batch", *(f"{name}={name}" for name in names)])
    source = (
        f"{setup}\n"
        f"def loop({parameters}):\n"
        "    for key in batch:\n"
        f"{indent(statement, ' ' * 8)}\n"
        "    return answer\n"
    )
    namespace = dict(names)
    exec(source, namespace)
    loop: Loop = namespace["loop"]
    return loop
