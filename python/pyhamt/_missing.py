# SPDX-License-Identifier: Apache-2.0
"""MISSING, which stands for no value where None could be one. Not to be stored."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal


class Missing(Enum):
    """The type of MISSING: an enumeration of one, which checkers can tell apart."""

    MISSING = "MISSING"

    def __repr__(self) -> str:
        return self.value


MISSING: Final[Literal[Missing.MISSING]] = Missing.MISSING
