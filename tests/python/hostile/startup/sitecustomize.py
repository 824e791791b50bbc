# SPDX-License-Identifier: Apache-2.0
"""Puts an interpreter that a test starts into the mode of the test run.

`modes.py` gives it this directory to look into.
"""

from __future__ import annotations

import os

from hostile_mode import enter

enter(os.environ.get("PYHAMT_MODE", ""))
