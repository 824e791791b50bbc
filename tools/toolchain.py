# SPDX-License-Identifier: Apache-2.0
"""The programs of the Swift toolchain beside `swift`, which need not be on PATH."""

from __future__ import annotations

import shutil
from pathlib import Path


def program(name: str) -> Path:
    """The path of a program. Raises FileNotFoundError without a toolchain."""
    swift = shutil.which("swift")
    if swift is None:
        raise FileNotFoundError("the Swift toolchain is not on PATH")
    return Path(swift).resolve().with_name(name)
