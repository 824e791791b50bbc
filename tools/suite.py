# SPDX-License-Identifier: Apache-2.0
"""What the checks of the extension need to know of the suite of Python tests."""

from __future__ import annotations

# Files about benchmarks, builds and texts, which reach no code of the extension that
# others do not, or measure the file that ships: patterns for names.
NOT_OF_THE_CODE = (
    *("test_benchmark*.py", "test_documents.py", "test_extension.py"),
    *("test_instructions.py", "test_reliability.py", "test_source_rules.py"),
    "test_toolchain_check.py",
)
