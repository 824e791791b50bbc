# SPDX-License-Identifier: Apache-2.0
"""Runs the tests under the sanitizers, and some of them under valgrind.

    python tools/sanitize.py [address] [thread] [valgrind] [swift] [python]

address    AddressSanitizer, with a search for leaks at the end of every process, and
           UndefinedBehaviorSanitizer for the C of the extension.
thread     ThreadSanitizer, under a free-threaded interpreter that is built for it, too
           (3.13t-tsan of interpreters.py, which makes it once). An ordinary one has a
           lock, or does what the sanitizer does not see: it finds hardly any race.
valgrind   memcheck, under the system's interpreter: others have errors of their own.
swift      The tests of HamtCore, in an optimised build: a debug build copies what raw
           pointers lead to, and so misses the use of what is freed.
python     `sanitizers/exercise.py`, which calls every method, then the pytest suite, on
           an extension built for the check. For `thread`, between the two, the programs
           `stress.py` and `shared_edits.py`, and of the suite the tests with threads.

Without a word of the first three all checks run, without `swift` and `python` both.
What a check leaves out of the suite, and why, is in LEFT_OUT, DESELECTED and `suite`.
What is built and said goes to .build/sanitize, a folder for each check and interpreter.

Exit status: 0 when no check has found anything, else 1.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import interpreters
import run_tests
import toolchain
from suite import NOT_OF_THE_CODE

ROOT = Path(__file__).resolve().parents[1]
HERE = Path(__file__).resolve().with_name("sanitizers")
WORK = ROOT / ".build" / "sanitize"
TESTS = ROOT / "tests" / "python"

# The longest first.
CHECKS = ("valgrind", "address", "thread")
SIDES = ("swift", "python")

# The frames of instrumented code are several times as large as those that the tests of
# deep nesting are made for.
STACK_BYTES = 256 << 20


class CheckError(Exception):
    """A check that has found something or could not be made, with what was said."""


class Build(NamedTuple):
    """How the extension is built for a check, and what a process needs to load it."""

    flags: tuple[str, ...]
    runtime: str | None = None
    options: str | None = None  # the variable that the runtime reads
    settings: tuple[str, ...] = ()


# A sanitizer knows the blocks of the allocator alone: kept nodes and maps would hide
# the use of what is freed.
NO_POOL = ("-Xcc", "-DHAMT_NO_POOL")

# A request that cannot be met is MemoryError, not the end of the process, and is told
# of in a line that is no finding: pickles that were tampered with make such requests.
MAY_REFUSE = "allocator_may_return_null=1"
REFUSED = re.compile(r"^==\d+==WARNING: \w+ failed to allocate .*\n", re.MULTILINE)

BUILDS = {
    "address": Build(
        ("--sanitize=address", "-Xcc", "-fsanitize=undefined", *NO_POOL),
        "asan",
        "ASAN_OPTIONS",
        (
            "detect_leaks=1",
            "leak_check_at_exit=0",  # sitecustomize.py checks before
            "handle_segv=2",  # before Python's faulthandler, which knows no C
            "max_allocation_size_mb=4096",
            MAY_REFUSE,
        ),
    ),
    "thread": Build(
        ("--sanitize=thread",),
        None,  # it is in the interpreter
        "TSAN_OPTIONS",
        (MAY_REFUSE, f"suppressions={HERE / 'tsan.supp'}"),
    ),
    "valgrind": Build(NO_POOL),
}

# What the runtimes read beside that. The files say why they leave something out.
SUPPRESSIONS = {
    "LSAN_OPTIONS": f"suppressions={HERE / 'lsan.supp'}:print_suppressions=0",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}

# What the Swift tests run under: they have none of the C of the extension.
SWIFT_CHECKS = ("address", "thread")

# Files of the suite that no check runs.
LEFT_OUT = {
    path.name: "is not about what the code does with memory"
    for pattern in NOT_OF_THE_CODE
    for path in TESTS.glob(pattern)
}

# Tests that a check leaves out of the files that it runs.
TIMED = dict.fromkeys(
    (
        "test_gc.py::test_collection_costs_no_more_with_a_million_atomic_entries_alive",
        "test_security.py::test_colliding_keys_take_no_longer_than_in_a_dict",
    ),
    "compares the time with that of code that is not instrumented",
)
HELD_BACK = dict.fromkeys(
    (
        "test_memory.py::test_nothing_leaks_in[resident_size]",
        "test_faults.py::test_a_million_entries_that_are_dropped_return_their_memory",
    ),
    "freed memory is held back on purpose",
)
LONGER = "runs what this check runs for longer"
DESELECTED: dict[str, dict[str, str]] = {
    "address": TIMED | HELD_BACK,
    "thread": {
        "test_atom.py::test_handler_of_a_signal_uses_the_atom_that_it_interrupts": (
            "has one thread, and a timer that instrumented code cannot keep up with"
        ),
        "test_threads.py::test_eight_threads_end_with_the_answer_of_the_model": LONGER,
        "test_threads.py::test_shared_things_that_threads_edit_stay_whole": LONGER,
    },
}

# Programs of many threads for ThreadSanitizer, and for how many seconds: each of their
# operations must meet each other.
PROGRAMS = ((TESTS / "stress.py", "30"), (TESTS / "shared_edits.py", "60"))

# What valgrind runs: every operation of the map beside `exercise.py`, with errors, and
# with callbacks that fail. Each takes 20 to 50 times as long as without.
UNDER_VALGRIND = (
    "test_construction.py",
    "test_copying.py",
    "test_equality.py",
    "test_errors.py",
    "test_get_many.py",
    "test_hash.py",
    "test_lookup.py",
    "test_merge.py",
    "test_repr.py",
    "test_updates.py",
    "test_views.py",
)

# What ThreadSanitizer runs: it finds nothing where one thread runs.
WITH_THREADS = ("test_atom.py", "test_threads.py")


class Suite(NamedTuple):
    """What pytest runs for a check, and what it does not, with the reasons."""

    files: list[str]
    left_out: dict[str, str]


def suite(check: str) -> Suite:
    """The tests of a check. A new file of tests is in, but for thread and valgrind."""
    files = []
    left_out = dict(DESELECTED.get(check, {}))
    for path in sorted(TESTS.glob("test_*.py")):
        reason = LEFT_OUT.get(path.name)
        if reason is None and check == "thread" and path.name not in WITH_THREADS:
            reason = "has no threads that share a map"
        if reason is None and check == "valgrind" and path.name not in UNDER_VALGRIND:
            reason = "would take too long"
        if reason is None:
            files.append(str(path))
        else:
            left_out[path.name] = reason
    return Suite(files, left_out)


# ---- Processes


class Place:
    """The folder of a check, its log, and what the sanitizer writes."""

    def __init__(self, name: str) -> None:
        self.folder = WORK / name
        self.log = self.folder / "log"
        self.reports = self.folder / "reports"
        shutil.rmtree(self.reports, ignore_errors=True)
        self.reports.mkdir(parents=True)
        self.log.write_text("")

    def run(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """Run a step and return its output; CheckError has the end of that."""
        words = [str(word) for word in command]
        with self.log.open("a") as log:
            print("$", *words, file=log, flush=True)
            start = log.tell()
            done = subprocess.run(
                words,
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        output = self.log.read_text(errors="replace")[start:]
        reports = self.reported()
        if done.returncode or reports:
            last = "\n".join(output.splitlines()[-60:])
            raise CheckError(
                f"{last}\n{reports}\n{words[0]} ended with {done.returncode}; "
                f"{self.log} has all that it said"
            )
        return output

    def reported(self) -> str:
        """What the sanitizer, in any process, has had to say."""
        texts = [path.read_text(errors="replace") for path in self.reports.iterdir()]
        return REFUSED.sub("", "\n".join(texts)).strip()[:20_000]


def output_of(*command: str | Path) -> str:
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.strip()


# ---- What a check needs


def preloaded(build: Build) -> str:
    """What LD_PRELOAD names for a build.

    The interpreter is not built for a sanitizer, so its runtime has to be there first.
    """
    name = f"libclang_rt.{build.runtime}-{os.uname().machine}.so"
    return output_of(toolchain.program("clang"), f"-print-file-name={name}")


class Environment(NamedTuple):
    """A virtual environment with what the tests need, but without pyhamt."""

    tag: str
    python: Path
    absent: tuple[str, ...] = ()  # modules of packages that have no wheel for it


# The requirements of the build and of the tests, one on each line.
READ_REQUIREMENTS = """
try:
    import tomllib
except ImportError:
    from pip._vendor import tomli as tomllib
with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)
print(*project["build-system"]["requires"], sep="\\n")
print(*project["project"]["optional-dependencies"]["test"], sep="\\n")
"""

# Those of them that the tests of WITH_THREADS need.
NEEDED_BY_THREADS = re.compile(r"(setuptools|pytest|hypothesis)\b(?!-)")


def tag_of(base: Path) -> str:
    """What tells the folders of an interpreter from those of others."""
    version = output_of(base, "-c", "import sys; print(sys.implementation.cache_tag)")
    return f"{version}-{zlib.crc32(os.fsencode(base)):08x}"


def environment(base: Path) -> Environment:
    """The environment of an interpreter, made when it is first asked for."""
    tag = tag_of(base)
    place = Place(f"venv-{tag}")
    venv = place.folder / "venv"
    python = venv / "bin" / "python"
    installed = place.folder / "installed"
    if not python.exists():
        place.run([base, "-m", "venv", venv])
    wanted = place.run([python, "-c", READ_REQUIREMENTS])
    if not installed.exists() or installed.read_text() != wanted:
        pip = [python, "-m", "pip", "install", "--quiet"]
        place.run([*pip, "--disable-pip-version-check", *wanted.split("\n")[:-1]])
        installed.write_text(wanted)
    return Environment(tag, python)


def environment_for_threads() -> Environment:
    """That of the interpreter with ThreadSanitizer, which run_tests.py makes.

    It has what builds the extension and what the tests with threads need.
    """
    found = interpreters.interpreter(interpreters.SANITIZED)
    wanted = output_of(sys.executable, "-c", READ_REQUIREMENTS).splitlines()
    needed = [each for each in wanted if NEEDED_BY_THREADS.match(each)]
    made = run_tests.Environment(found, needed)
    return Environment(tag_of(Path(made.python)), Path(made.python), tuple(made.absent))


def extension(place: Place, check: str, python: Path) -> Path:
    """Build the package for a check; the directory to import it from."""
    library = place.folder / "lib"
    shutil.rmtree(library, ignore_errors=True)
    shutil.copytree(
        ROOT / "python", library, ignore=shutil.ignore_patterns("*.so", "__pycache__")
    )
    scratch = f"--scratch-path={place.folder / 'scratch'}"
    place.run(
        [
            *(python, "setup.py", "--quiet", "build_ext"),
            *("--build-lib", library, "--build-temp", place.folder / "temp"),
        ],
        {
            "PYHAMT_SWIFT_FLAGS": " ".join((*BUILDS[check].flags, scratch)),
            "PYHAMT_SYMBOLS": "1",
        },
    )
    return library


# ---- The checks


def check_swift(check: str) -> str:
    """The Swift tests, optimised, with the sanitizer in them and in the core."""
    place = Place(f"{check}-swift")
    options = BUILDS[check].options
    assert options is not None
    settings = {options: f"{MAY_REFUSE}:log_path={place.reports / 'report'}"}
    said = place.run(
        [
            *("swift", "test", "--configuration=release", f"--sanitize={check}"),
            *("-Xswiftc", "-enable-testing", "--disable-xctest"),
            f"--scratch-path={place.folder / 'scratch'}",
        ],
        settings,
    )
    return conclusion(r"Test run with .* passed", said)


def check_python(check: str, env: Environment) -> str:
    """Every method, then the suite, on an extension that is built for the check."""
    place = Place(f"{check}-{env.tag}")
    library = extension(place, check, env.python)
    build = BUILDS[check]
    settings = SUPPRESSIONS | {
        "PYTHONPATH": os.pathsep.join((str(library), str(HERE))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "ABSENT": " ".join(env.absent),
    }
    # Without a GIL there is one allocator, which the interpreter's build explains to
    # ThreadSanitizer.
    if check != "thread":
        settings["PYTHONMALLOC"] = "malloc"
    # What is left out is named by its functions, those that are inlined among them.
    symbolizer = f"external_symbolizer_path={toolchain.program('llvm-symbolizer')}"
    command: list[str | Path] = [env.python]
    if build.runtime is not None:
        settings["LD_PRELOAD"] = preloaded(build)
    if build.options is not None:
        report = f"log_path={place.reports / 'report'}"
        settings[build.options] = ":".join((*build.settings, report, symbolizer))
    else:
        command = [
            *("valgrind", "--quiet", "--error-exitcode=1", "--leak-check=no"),
            f"--log-file={place.reports / 'report.%p'}",
            f"--suppressions={HERE / 'valgrind.supp'}",
            *command,
        ]
    calls = place.run([*command, HERE / "exercise.py"], settings)
    for program in PROGRAMS if check == "thread" else ():
        place.run([*command, *program], settings)
    tests = suite(check)
    deselected = [
        f"--deselect=tests/python/{name}" for name in DESELECTED.get(check, ())
    ]
    plugins = ["-p", "no:cacheprovider", "-p", "tools.absent_packages"]
    said = place.run(
        [*command, "-m", "pytest", *plugins, *deselected, *tests.files], settings
    )
    ran = (
        f"{conclusion(r'[0-9]+ calls', calls)}, {conclusion(r'[0-9]+ passed.*', said)}"
    )
    return "\n".join((ran, *left_out_lines(tests.left_out)))


def conclusion(pattern: str, output: str) -> str:
    """The last text of a pattern in what a program said; a run without it is none."""
    found = re.findall(pattern, output)
    if not found:
        raise CheckError(f"nothing like {pattern!r} in what a program said:\n{output}")
    return found[-1]


def left_out_lines(left_out: Mapping[str, str]) -> list[str]:
    """The names for each reason, on a line."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in left_out.items():
        by_reason.setdefault(reason, []).append(name)
    return [
        f"    left out, {reason}: {', '.join(names)}"
        for reason, names in by_reason.items()
    ]


# ---- The command line


def jobs(
    checks: Sequence[str], sides: Sequence[str], pythons: Mapping[str, Environment]
) -> dict[str, Callable[[], str]]:
    """What there is to run, by name, the longest first."""
    chosen: dict[str, Callable[[], str]] = {}
    if "python" in sides:
        for check in checks:
            chosen[f"{check} python"] = partial(check_python, check, pythons[check])
    if "swift" in sides:
        for check in (check for check in checks if check in SWIFT_CHECKS):
            chosen[f"{check} swift"] = partial(check_swift, check)
    return chosen


def timed(name: str, job: Callable[[], str]) -> bool:
    """Run a job and say how it went; False if it failed."""
    start = time.monotonic()
    try:
        said, passed = job(), True
    except (CheckError, OSError, subprocess.CalledProcessError) as error:
        said, passed = str(error), False
    verdict = "" if passed else "FAILED: "
    print(f"{name}: {verdict}{said} ({time.monotonic() - start:.0f} s)", flush=True)
    return passed


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python tools/sanitize.py",
        description="Run the tests under the sanitizers and valgrind.",
    )
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help=f"{', '.join(CHECKS)}: a check; swift, python: its half",
    )
    parser.add_argument(
        "--system-python",
        type=Path,
        default=Path("/usr/bin/python3"),
        metavar="PATH",
        help="the interpreter to run under valgrind (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    wrong = [word for word in options.words if word not in {*CHECKS, *SIDES}]
    if wrong:
        parser.error(f"{wrong[0]!r} is none of {', '.join((*CHECKS, *SIDES))}")
    checks = [check for check in CHECKS if check in options.words] or CHECKS
    sides = [side for side in SIDES if side in options.words] or SIDES

    _, hard = resource.getrlimit(resource.RLIMIT_STACK)
    soft = STACK_BYTES if hard == resource.RLIM_INFINITY else min(STACK_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (soft, hard))
    try:
        pythons = {}
        if "python" in sides:
            for check in checks:
                if check == "thread":
                    pythons[check] = environment_for_threads()
                    continue
                base = options.system_python if check == "valgrind" else sys.executable
                pythons[check] = environment(Path(os.path.realpath(base)))
    except (
        *(CheckError, interpreters.MissingError),
        *(OSError, subprocess.CalledProcessError),
    ) as error:
        print(f"sanitize: {error}", file=sys.stderr)
        return 1
    chosen = jobs(checks, sides, pythons)
    if not chosen:
        parser.error("nothing to run: the Swift tests are for address and thread")
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = list(pool.map(timed, chosen, chosen.values()))
    failed = results.count(False)
    print(
        f"sanitize: {failed} of {len(results)} found something"
        if failed
        else f"sanitize: nothing found by {', '.join(chosen)}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
