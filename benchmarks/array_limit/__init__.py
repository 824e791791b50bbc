# SPDX-License-Identifier: Apache-2.0
"""What the array map is worth: the same small maps with other limits of its size.

    python -m benchmarks.array_limit

builds the extension of this tree three times, with no array at all, with the limit that
it has and with twice that, measures the chief operations of maps of 1 to 16 entries in
fresh processes that take turns, and draws them.

    variants     the three builds             figures      measuring them in turn
    table        Markdown                     picture      the chart, SVG
"""
