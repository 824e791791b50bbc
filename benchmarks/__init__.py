# SPDX-License-Identifier: Apache-2.0
"""pyhamt beside the other mappings of Python, on real input.

`python -m benchmarks` counts the words of a text, times each operation at each
size, prints a table, and writes CSV, JSON and a chart. `--help` lists the options.

    datasets     the keys: identifiers of the standard library, files, synthetic sets
    contenders   the mappings, and how each spells an operation
    operations   what is timed, and what the right answer is
    workload     the maps and keys that one contender meets at one size
    timing       the clock: contenders in turn, medians
    memory       bytes per entry
    run          every operation x size x contender, checked before it is timed
    report       the table, the CSV and the JSON
    chart        the PNG and the SVG

A contender is added in `contenders.py`, an operation in `operations.py`, and nowhere
else.
"""
