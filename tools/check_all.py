# SPDX-License-Identifier: Apache-2.0
"""Run every check of docs/reliability.md, as many at a time as there are processors.

    python tools/check_all.py              all of them, in 50 minutes on two
    python tools/check_all.py NAME ...     some, and what they wait for
    python tools/check_all.py --list       their names and commands

A step is a target of the Makefile. One that needs what another makes waits for it; of
those that wait for nothing more, the first in the list starts first, so the list begins
with what takes longest. What a step says goes to .build/check-all, a file for each; the
end of a step that fails is printed as well.

Exit status: 0 if every step passed. A step that could not start because one that it
waits for failed has failed.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import interpreters

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / ".build" / "check-all"

# Lines of a log that say how a step went, the last of which is printed.
VERDICT = re.compile(
    "[0-9]+ passed|Test run with|nothing found|without a problem|neither reached|lint: "
)


@dataclass(frozen=True)
class Step:
    """A target of the Makefile, the variable that it is given, and the steps that come
    before it."""

    name: str
    target: str
    variable: str = ""
    after: tuple[str, ...] = ()

    @property
    def command(self) -> list[str]:
        words = ["make", "--no-print-directory", self.target, self.variable]
        return [word for word in words if word]


# What a make gives to the programs that it starts: itself, and its variables.
OUTER = re.compile("MAKE|MFLAGS$|ARGS$|MODES$")

# Each environment is made by one step, whose files no other step is making meanwhile.
SETUP = ("wheel",)

STEPS = (
    Step("wheel", "wheel"),
    Step("interpreters", "interpreters", after=SETUP),
    Step("address", "sanitize", "ARGS=address python", after=SETUP),
    Step("valgrind", "sanitize", "ARGS=valgrind", after=SETUP),
    Step("fuzz", "fuzz", after=SETUP),
    Step("collect", "test-modes", "MODES=collect", after=SETUP),
    Step("references", "check-references", after=SETUP),
    Step("coverage", "coverage", "ARGS=--strict", after=SETUP),
    *(
        Step(f"test-{name}", "test-all", f"ARGS={name}", after=("interpreters",))
        for name in interpreters.NAMES
    ),
    Step("switch", "test-modes", "MODES=switch", after=SETUP),
    Step("thread", "sanitize", "ARGS=thread python", after=("interpreters",)),
    Step("swift", "sanitize", "ARGS=address thread swift", after=SETUP),
    Step("threads", "check-threads", after=("test-3.11", "test-3.13t")),
    Step("faults", "check-faults", after=SETUP),
    Step("types", "types", after=SETUP),
    Step("lint", "lint", after=SETUP),
)


@dataclass
class Running:
    """A step that runs, its log, and when it started."""

    step: Step
    process: subprocess.Popen[bytes]
    log: TextIO
    started: float


class Checks:
    """The steps that wait, that run and that have ended."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.waiting = list(steps)
        self.running: list[Running] = []
        self.passed: dict[str, bool] = {}

    def run(self, at_once: int) -> None:
        """Run all; at the end `passed` says of each how it went."""
        LOGS.mkdir(parents=True, exist_ok=True)
        try:
            while self.waiting or self.running:
                self.drop_what_cannot_start()
                while len(self.running) < at_once and (step := self.next_step()):
                    self.start(step)
                self.end_what_is_done()
        finally:
            for running in self.running:
                os.killpg(running.process.pid, signal.SIGTERM)

    def drop_what_cannot_start(self) -> None:
        for step in list(self.waiting):
            failed = [name for name in step.after if self.passed.get(name) is False]
            if failed:
                self.waiting.remove(step)
                self.passed[step.name] = False
                print(f"{step.name}: FAILED, as {failed[0]} did", flush=True)

    def next_step(self) -> Step | None:
        """The first step that waits for nothing more, taken from the list."""
        for step in self.waiting:
            if all(self.passed.get(name) for name in step.after):
                self.waiting.remove(step)
                return step
        return None

    def start(self, step: Step) -> None:
        log = (LOGS / f"{step.name}.log").open("w")
        process = subprocess.Popen(
            step.command,
            cwd=ROOT,
            # What the outer make was told is not for these.
            env={k: v for k, v in os.environ.items() if not OUTER.match(k)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.running.append(Running(step, process, log, time.monotonic()))

    def end_what_is_done(self) -> None:
        """Wait until a step has ended, and say how it went."""
        while self.running:
            for running in self.running:
                if running.process.poll() is not None:
                    self.running.remove(running)
                    self.end(running)
                    return
            time.sleep(0.2)

    def end(self, running: Running) -> None:
        name = running.step.name
        running.log.close()
        said = (LOGS / f"{name}.log").read_text(errors="replace").splitlines()
        seconds = time.monotonic() - running.started
        self.passed[name] = running.process.returncode == 0
        if self.passed[name]:
            verdicts = [line for line in said if VERDICT.search(line)]
            print(f"{name}: {(verdicts or ['done'])[-1]} ({seconds:.0f} s)", flush=True)
        else:
            print(*said[-40:], sep="\n")
            print(f"{name}: FAILED ({seconds:.0f} s); {LOGS / name}.log", flush=True)


def chosen(names: Sequence[str]) -> list[Step]:
    """The steps of the names, and those that they wait for."""
    by_name = {step.name: step for step in STEPS}
    wanted = list(names)
    for name in wanted:
        wanted += [each for each in by_name[name].after if each not in wanted]
    return [step for step in STEPS if not names or step.name in wanted]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Run every check.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="some steps only")
    parser.add_argument("--list", action="store_true", help="name the steps")
    options = parser.parse_args(arguments)
    known = {step.name for step in STEPS}
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"no step {unknown[0]!r}; --list names them")
    steps = chosen(options.names)
    if options.list:
        for step in steps:
            print(f"{step.name:14} {' '.join(step.command)}")
        return 0
    started = time.monotonic()
    checks = Checks(steps)
    checks.run(os.cpu_count() or 1)
    minutes = (time.monotonic() - started) / 60
    passed = sum(checks.passed.values())
    print(f"check-all: {minutes:.0f} minutes")
    print(f"{passed} passed, {len(steps) - passed} failed")
    return 0 if passed == len(steps) else 1


if __name__ == "__main__":
    # An interrupt ends the steps with this process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
