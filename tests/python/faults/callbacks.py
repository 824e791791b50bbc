# SPDX-License-Identifier: Apache-2.0
"""The n-th callback of a call raises, for every n until the call succeeds: that very
exception comes out, and nothing has changed.

A callback is a `__hash__` or an `__eq__`, for what the package has in Python a function
as well. Every method and function is called, on maps of one kind:

    python callbacks.py KIND atomic|tracked

Prints the names of those that call back.
"""

from __future__ import annotations

import sys
from itertools import count

from faults.attempts import Trial, shared_package, trials
from faults.cases import CASES
from faults.package_cases import PACKAGE_CASES
from faults.worlds import Key


class Refused(Exception):  # noqa: N818
    """What a key raises."""


class NthCallback:
    """The n-th callback raises, counted from 1."""

    def __init__(self, n: int) -> None:
        self.rest = n
        self.error = Refused(n)

    def arm(self) -> None:
        Key.hook = self.call

    def disarm(self) -> None:
        Key.hook = None

    def call(self) -> None:
        self.rest -= 1
        if self.rest == 0:
            raise self.error

    @property
    def has_raised(self) -> bool:
        return self.rest <= 0

    def explains(self, raised: Exception) -> bool:
        unchanged = raised is self.error and raised.args and raised.__cause__ is None
        return bool(unchanged) and raised.__context__ is None


def callbacks(trial: Trial) -> int:
    """Let each callback of a call raise in turn; how many there are."""
    expected = trial.calm()
    for n in count(1):
        fault = NthCallback(n)
        outcome = trial.attempt(fault)
        assert outcome.failed == fault.has_raised, (str(trial), n, outcome)
        if not outcome.failed:
            assert outcome == expected, (str(trial), outcome, expected)
            break
    return n - 1


def main(kind: str, tracking: str) -> None:
    package = shared_package()
    callers = set()
    for trial in trials(
        kind,
        tracked=tracking == "tracked",
        key_type=Key,
        some={**CASES, **PACKAGE_CASES},
    ):
        trial.package = package
        if callbacks(trial) > 0:
            callers.add(trial.name)
    print(*sorted(callers), sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
