# SPDX-License-Identifier: Apache-2.0
"""One attempt at a call in which something fails, and what must be as before after it.

Every map holds the same objects, a mutation what it held unless it is one that may be
left half done, and no reference to any key or value is lost or left behind.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import sys
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple, Protocol

from faults import cases
from faults.cases import CASES, Call, Prepare
from faults.worlds import (
    KINDS,
    Elements,
    KnownPlaces,
    World,
    described,
    forget_package,
    native_types,
    new_package,
    nodes_of,
)

# What methods and names of the package load when they are first used.
MODULES = (
    *("_atom", "_builtins", "_freeze", "_history", "_inspection", "_methods"),
    "_versions",
)


class Fault(Protocol):
    """What fails in a call, from `arm` to `disarm`."""

    arm: Callable[[], object]
    disarm: Callable[[], object]

    def explains(self, raised: Exception) -> bool:
        """Whether this is what comes out of the call when the fault was met."""


class NoFault:
    """Lets a call succeed."""

    def arm(self) -> None:
        pass

    disarm = arm

    def explains(self, raised: Exception) -> bool:
        return False


class Outcome(NamedTuple):
    failed: bool
    text: str
    # The name of what the call raised.
    error: str | None = None
    # Nodes that no map had before, and the map that is the result, if it is a new one.
    allocations: int = 0


FAILED = Outcome(failed=True, text="")


def thread_state() -> dict[str, Any]:
    """What the interpreter keeps of this thread, to which the list of the objects whose
    `repr` runs belongs."""
    get = ctypes.pythonapi.PyThreadState_GetDict
    get.restype = ctypes.c_void_p
    return ctypes.cast(get(), ctypes.py_object).value


THREAD = thread_state()


@dataclass
class Trial:
    """A case on maps of a kind, to be attempted again and again."""

    name: str
    case: str
    prepare: Prepare
    kind: str
    tracked: bool
    key_type: type[int]
    # The package that all attempts share; each has one of its own without it.
    package: ModuleType | None = None

    def __str__(self) -> str:
        tracked = "tracked" if self.tracked else "atomic"
        return f"{self.name} {self.case} ({self.kind}, {tracked})"

    def of(self, table: Any) -> Any:
        return cases.of(table, self.name, self.case)

    def calm(self, fault: Fault | None = None) -> Outcome:
        """What comes out when nothing fails, and that it is what the case says."""
        outcome = self.attempt(fault or NoFault())
        error = self.of(cases.ALWAYS_RAISES)
        allowed = {error and error.__name__}
        if self.tracked and self.of(cases.MAY_RAISE_WHEN_TRACKED):
            allowed.add(TypeError.__name__)
        assert outcome.error in allowed, f"{self}: {outcome}"
        return outcome

    def attempt(self, fault: Fault) -> Outcome:
        elements = Elements(self.kind, self.key_type, tracked=self.tracked)
        before = elements.counts()
        world = World(elements, self.package or new_package())
        outcome = self._attempt_in(world, fault)
        del world
        # Without memory the interpreter's list of the objects whose `repr` runs keeps
        # them (Py_ReprLeave).
        THREAD.pop("Py_Repr", None)
        if elements.counts() != before:
            gc.collect()  # Functions in each other's cells.
        assert elements.counts() == before, f"{self}: references"
        return outcome

    def _attempt_in(self, world: World, fault: Fault) -> Outcome:
        call = self.prepare(world)
        contents = world.contents()
        outcome = self._run(world, call, fault)
        world.finish_mutations(may_differ=not outcome.failed or self.of(cases.PARTIAL))
        assert world.contents() == contents, f"{self}: contents"
        world.check_atoms()
        for each in world.maps():
            each._check()
        if outcome.failed:
            return outcome
        finished = [mutation.finish() for mutation, *_ in world.mutations]
        return outcome._replace(text=f"{outcome.text} {finished}")

    def _run(self, world: World, call: Call, fault: Fault) -> Outcome:
        function, arguments = call[0], call[1:]
        try:
            fault.arm()
            try:
                result = function(*arguments)
            finally:
                fault.disarm()
        except Exception as raised:
            if fault.explains(raised):
                # The fault may keep its exception, which keeps the frames.
                raised.__traceback__ = None
                return FAILED
            # Without memory its text may be another; a key is no text.
            text = "its key" if isinstance(raised, KeyError) and raised.args else ""
            return Outcome(False, text, type(raised).__name__)
        if self.of(cases.ADDRESSES):
            return Outcome(False, str(len(result)))
        return Outcome(False, described(result), allocations=allocated(world, result))

    def check_that_the_module_goes(self) -> None:
        """No object of its types is left to keep the last module alive."""
        package = sys.modules["pyhamt"]
        watches = [weakref.ref(kind) for kind in native_types(package)]
        del package
        forget_package()
        gc.collect()
        left = [watch().__name__ for watch in watches if watch() is not None]
        assert not left, f"{self}: something holds {left}"


def allocated(world: World, result: Any) -> int:
    """Nodes and maps that a call made at least, of which this is the result."""
    is_new = type(result) is world.type and all(
        result is not each for each in world.maps()
    )
    nodes = nodes_of(result) if is_new else set()
    for mutation, _, edited in world.mutations:
        # Some nodes of a mutation that was edited before are older than the call.
        nodes = set() if edited else nodes_of(mutation.finish())
    return is_new + len(nodes - world.nodes())


def trials(
    kind: str, *, tracked: bool, key_type: type[int], some: cases.Cases = CASES
) -> Iterator[Trial]:
    """Each of some cases on maps of a kind."""
    assert kind in KINDS, kind
    sys.meta_path.insert(0, KnownPlaces())
    gc.disable()
    gc.freeze()  # What is there already is not to slow the collections down.
    for name, of_method in some.items():
        for case, prepare in of_method.items():
            yield Trial(name, case, prepare, kind, tracked, key_type)


def shared_package() -> ModuleType:
    """A package of which all modules are loaded that methods load when first called."""
    package = new_package()
    for module in MODULES:
        importlib.import_module(f"pyhamt.{module}")
    package.PersistentMap().select([])
    return package
