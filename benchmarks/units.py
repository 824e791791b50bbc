# SPDX-License-Identifier: Apache-2.0
"""Figures as a reader wants them: three digits and a unit."""

from __future__ import annotations

from math import floor, log10

_UNITS: dict[str, list[tuple[float, str]]] = {
    "ns": [(1e9, "s"), (1e6, "ms"), (1e3, "us"), (1, "ns")],
    "bytes": [(1, "B")],
}


def scaled(value: float, unit: str) -> tuple[float, str]:
    """The value in the largest unit of which it is at least one, and that unit."""
    return next(
        (value / scale, name)
        for scale, name in _UNITS[unit]
        if value >= scale or scale == 1
    )


def three_digits(value: float) -> str:
    """Three digits, of a number under 0.1 two."""
    if value >= 0.095:
        decimals = 0 if value >= 99.5 else 1 if value >= 9.95 else 2
    else:
        decimals = 1 - floor(log10(value)) if value > 0 else 0
    return f"{value:,.{decimals}f}"


def quantity(value: float, unit: str) -> str:
    amount, name = scaled(value, unit)
    return f"{three_digits(amount)} {name}"
