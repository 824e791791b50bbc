# SPDX-License-Identifier: Apache-2.0
"""pyhamt beside the other mappings of Python, on real input.

`python -m benchmarks` takes a look at the words of a text. With `--suite full` it
measures every operation at every size for several kinds of keys, beside every rival.
Both write CSV, JSON, a page and charts; `--help` lists the options.

What is compared, on what:

    dataset      what a data set is           datasets     those there are, by name
    made         keys from a seed             texts        keys that are read
    contender    what a contender is          contenders   those there are
    by_hand      what users of a mapping write when it has no diff
    floors       costs that no mapping can go below
    keys         the keys that contenders meet at one size
    operation    what an operation is         operations   those there are, with checks
    workload     the maps of one contender, and its compiled loops

How it is measured:

    plan         which cases a run takes
    run          every case with every contender, checked before it is timed
    entrant      a contender in a case
    timing       the clock: contenders in turn, medians
    isolated     what needs a process of its own: the collector, memory, imports
    memory       bytes per entry
    compare      two commits in one sitting

What is told:

    results      what was found               targets      what it should be
    report       text, CSV and JSON           page         one HTML file
    drawing      the page's charts            chart        PNG and SVG
    palette, units, machine, progress

A contender is added in `contenders`, an operation in `operations`, a data set in
`datasets`, a target in `targets`, and nowhere else.
"""
