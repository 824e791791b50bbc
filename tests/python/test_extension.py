# SPDX-License-Identifier: Apache-2.0
"""The extension as a file: its size, what it links to, what it exports, how fast it
loads, and that it refuses a processor that it was not compiled for.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from child import run_child
from conftest import FREE_THREADED
from pyhamt import _hamt

EXTENSION = Path(_hamt.__file__)

# What `python -X importtime` prints for one module: its own and its cumulative time.
_IMPORT_TIME = re.compile(r"^import time:\s*\d+ \|\s*(\d+) \| pyhamt$", re.MULTILINE)


def _output(*command: str | Path) -> str:
    done = subprocess.run(
        [str(each) for each in command], check=True, capture_output=True, text=True
    )
    return done.stdout + done.stderr


def test_extension_is_one_native_file_under_200_kilobytes() -> None:
    """Where threads run without a lock, atomic counts make it larger."""
    assert EXTENSION.name.endswith(tuple(EXTENSION_SUFFIXES))
    assert EXTENSION.stat().st_size < (240_000 if FREE_THREADED else 200_000)


def test_extension_needs_the_c_library_alone() -> None:
    listing = _output("readelf", "--dynamic", "--wide", EXTENSION)
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", listing)
    assert needed, listing
    assert all(re.match(r"lib(c|m)\.so|ld-linux", name) for name in needed), needed


def test_extension_exports_its_init_function_alone() -> None:
    listing = _output("nm", "--dynamic", "--defined-only", EXTENSION)
    exported = [line.split()[-1] for line in listing.splitlines()]
    assert exported == ["PyInit__hamt"]


def test_import_adds_less_than_two_milliseconds() -> None:
    # Without what a mode of the tests puts on the path: collections all the time.
    command = [sys.executable, "-I", "-X", "importtime", "-c", "import pyhamt"]
    times_us = []
    for _ in range(5):
        report = _output(*command)
        times_us.append(int(_IMPORT_TIME.findall(report)[0]))
    assert min(times_us) < 2000, times_us


def test_module_is_initialised_anew_for_each_module_object() -> None:
    source = (
        "import sys, pyhamt\n"
        "first = pyhamt.PersistentMap\n"
        "for name in ('pyhamt', 'pyhamt._hamt'):\n"
        "    del sys.modules[name]\n"
        "import pyhamt\n"
        "second = pyhamt.PersistentMap\n"
        "assert first is not second\n"
        "assert first(a=1) == second(a=1) and second(a=1) == first(a=1)\n"
        "assert first(a=1) | second(b=2) == {'a': 1, 'b': 2}\n"
    )
    _output(sys.executable, "-c", source)


@pytest.mark.skipif(
    shutil.which("qemu-x86_64") is None,
    reason="needs qemu-user to be another processor",
)
@pytest.mark.parametrize(
    ("processor", "lacks"),
    [("core2duo", "SSE4.1"), ("qemu64,+ssse3,-cx16", "CMPXCHG16B")],
)
def test_processor_without_an_instruction_gets_import_error(
    processor: str, lacks: str
) -> None:
    source = (
        "try:\n    import pyhamt\n"
        "except ImportError as error:\n    print(error)\n"
        "else:\n    print('imported')\n"
    )
    said = _output("qemu-x86_64", "-cpu", processor, sys.executable, "-c", source)
    assert "pyhamt needs a processor of the level x86-64-v2" in said
    assert lacks in said


@pytest.mark.skipif(
    shutil.which("qemu-x86_64") is None,
    reason="needs qemu-user to be another processor",
)
def test_first_processor_of_the_level_is_enough() -> None:
    source = "import pyhamt; print(pyhamt.PersistentMap(a=1))"
    said = _output("qemu-x86_64", "-cpu", "Nehalem", sys.executable, "-c", source)
    assert "PersistentMap({'a': 1})" in said


def test_module_that_nobody_holds_is_freed_with_its_types() -> None:
    """Interpreters that come and go import it again and again.

    In a process without threads: free-threaded Python 3.13 frees no module and no type
    once a second thread has started.
    """
    run_child(
        """
        import gc, importlib.util, weakref

        spec = importlib.util.find_spec("pyhamt._hamt")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module._use_methods(vars(module).copy)
        m = module.PersistentMap({i: [i] for i in range(100)})
        assert len(m.__reduce__()) == 2
        with m.mutate() as mutation:
            mutation[1] = m
        freed = [
            weakref.ref(thing)
            for thing in (module, module.PersistentMap, m.keys().__class__)
        ]
        del module, m, mutation, spec
        gc.collect()
        assert [thing() for thing in freed] == [None] * 3
        """
    )


def test_first_difference_loads_little() -> None:
    """What looks inside needs dataclasses, subprocess and more; updates do not."""
    loaded = _output(
        sys.executable,
        "-c",
        "import sys, pyhamt\n"
        "m = pyhamt.PersistentMap(a=1)\n"
        "m.diff(m.alter('a', str).set_in(['b', 'c'], 1).omit('a'))\n"
        "print(*sys.modules)",
    ).split()
    assert "pyhamt._versions" in loaded
    assert not {"dataclasses", "subprocess", "inspect", "pydantic"} & {*loaded}
