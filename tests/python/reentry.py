# SPDX-License-Identifier: Apache-2.0
"""Runs every operation of a map with foreign code in its middle.

For a child process, because a mistake in the map would crash it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from hostile import KINDS, hooked, keys_of, map_of
from operations import OPERATIONS
from pyhamt import PersistentMap


class World:
    """What a hook can reach: the only lasting reference to the map of an operation."""

    def __init__(self, source: PersistentMap) -> None:
        self.maps = [source]
        self.kept: list[object] = []

    def take(self) -> PersistentMap:
        return self.maps[0]


def drop_the_map(world: World) -> None:
    world.maps.clear()


def drop_the_map_and_reuse_its_memory(world: World) -> None:
    world.maps.clear()
    gc.collect()
    world.kept.append([PersistentMap.fromkeys(range(size)) for size in range(40)])


def collect(world: World) -> None:
    gc.collect()


def make_and_drop_other_maps(world: World) -> None:
    for size in (1, 8, 9, 40):
        other = PersistentMap.fromkeys(range(size), [])
        other.update({1: 1}, {size: other}).delete(0)


def use_the_map(world: World) -> None:
    for source in world.maps:
        first = next(iter(source))
        source.set("new", 1).update(source, [("a", 1)]) | source.discard(first)
        assert source == source.set("new", 1).delete("new")
        assert source[first] is source.get(first)
        list(source.items()), repr(source), source._check()


HOOKS: dict[str, Callable[[World], None]] = {
    hook.__name__: hook
    for hook in (
        drop_the_map,
        drop_the_map_and_reuse_its_memory,
        collect,
        make_and_drop_other_maps,
        use_the_map,
    )
}


def _outcome(act: Callable[[], object]) -> object:
    try:
        return act()
    except (KeyError, TypeError) as error:
        return type(error), error.args


def run_every_operation(hook_name: str) -> None:
    """Compare what each operation does with and without the hook."""
    hook = HOOKS[hook_name]
    gc.disable()  # The hooks that want a collection ask for it,
    gc.freeze()  # and what is there already is not to slow it down.
    for kind in KINDS:
        for tracked in (False, True):
            for name, operation in OPERATIONS.items():
                key = keys_of(kind)[1]
                calm = World(map_of(kind, tracked=tracked))
                run = operation.prepared(calm.take(), key)
                expected = _outcome(lambda run=run, calm=calm: run(calm.take))
                world = World(map_of(kind, tracked=tracked))
                run = operation.prepared(world.take(), key)
                with hooked(lambda world=world: hook(world)):
                    found = _outcome(lambda run=run, world=world: run(world.take))
                assert found == expected, (kind, tracked, name, found, expected)
                if isinstance(found, PersistentMap):
                    found._check()
