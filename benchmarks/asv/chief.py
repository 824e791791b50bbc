# SPDX-License-Identifier: Apache-2.0
"""The chief rows of the benchmarks, one figure for each operation, data set and size.

The operations, their checks and the clock are those of this checkout; the pyhamt that
they run on is the commit that asv has installed.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.contenders import CONTENDERS, SUBJECT
from benchmarks.datasets import DATASETS
from benchmarks.entrant import prepare, spell
from benchmarks.keys import Keys
from benchmarks.operations import OPERATIONS
from benchmarks.timing import measure
from benchmarks.workload import Workload

_BUDGET_NS = 200_000_000

_CHIEF = {each.name: each for each in OPERATIONS if each.chief and not each.whole_text}
_PYHAMT = next(each for each in CONTENDERS if each.name == SUBJECT)


class _Rows:
    """Rows in one unit."""

    param_names = ("operation", "dataset", "size")
    timeout = 120

    def setup(self, operation: str, dataset: str, size: int) -> None:
        """Make the maps and check the answer; asv skips what a commit cannot do."""
        statement = spell(_PYHAMT, _CHIEF[operation])
        assert statement is not None
        keys = Keys(DATASETS[dataset](size, 1), size, _PYHAMT.key)
        workload = Workload(_PYHAMT, keys)
        try:
            self.entrant = prepare(_CHIEF[operation], workload, statement)
            complaint = self.entrant.complaint()
        except AttributeError as error:
            raise NotImplementedError(str(error)) from error
        if complaint:
            raise ValueError(f"{operation}: {complaint}")


class Time(_Rows):
    """What one operation costs."""

    unit = "ns"
    params = (
        [name for name, each in _CHIEF.items() if each.unit == "ns" and not each.probe],
        ("str", "int"),
        (8, 1_000, 100_000),
    )

    def track_median(self, operation: str, dataset: str, size: int) -> float:
        one = self.entrant
        gc.disable()
        timings = measure({0: one.loop}, {0: one.batches}, {0: 0}, _BUDGET_NS)
        gc.enable()
        return median(timings[0].samples)


class Memory(_Rows):
    """What one entry takes beside its key and value."""

    unit = "bytes"
    params = (("bytes_per_entry",), ("str", "int"), (8, 1_000, 100_000))

    def track_bytes(self, operation: str, dataset: str, size: int) -> float | None:
        weigh = _CHIEF[operation].weigh
        assert weigh is not None
        return weigh(_PYHAMT, self.entrant.workload, self.entrant.loop)
