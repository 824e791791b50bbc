# SPDX-License-Identifier: Apache-2.0
"""The look of each contender, the same in every chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from benchmarks.contender import Contender
from benchmarks.contenders import CONTENDERS, SUBJECT

# The palette of Okabe and Ito, whose colours colour-blind readers tell apart. Its
# yellow is too pale for a line, so a brown and an olive follow.
_COLOURS = (
    *("#000000", "#D55E00", "#0072B2", "#009E73", "#CC79A7"),
    *("#E69F00", "#56B4E9", "#8A5A44", "#7F7F00"),
)
_FLOOR_COLOURS = ("#777777", "#9A9A9A", "#B0B0B0", "#C4C4C4")
_MARKERS = "sovD^P*Xd"


@dataclass(frozen=True)
class Look:
    """A line of a chart."""

    colour: str
    marker: str
    width: float
    dashed: bool


def looks(contenders: Sequence[Contender] = CONTENDERS) -> dict[str, Look]:
    """The line of each contender by its name; floors are grey and dashed."""
    colours, greys, markers = cycle(_COLOURS), cycle(_FLOOR_COLOURS), cycle(_MARKERS)
    return {
        each.name: Look(next(greys), "", 1.2, True)
        if each.floor
        else Look(
            next(colours), next(markers), 2.4 if each.name == SUBJECT else 1.2, False
        )
        for each in contenders
    }
