# SPDX-License-Identifier: Apache-2.0
"""Instructions that the extension executes for one operation.

`python -m benchmarks.instructions` runs the operations of `program` under valgrind's
callgrind, counts what lies in the extension's own functions, and compares each row with
`baseline.json`. The figures are the same in every run, whatever else the machine does:
the hash seed is fixed, valgrind puts memory at the same addresses each time, and what
CPython and the C library execute is left out.

    program     the operations, and the marks between them
    callgrind   runs the program and reads the counts
    baseline    the committed figures, and what may become of them

Fewer instructions are no promise of less time, since a cache miss costs as much as
hundreds of them. More of them are a reason to look.
"""
