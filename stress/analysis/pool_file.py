"""Write calibrated rates back into a pool's file, keeping its comments and its layout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import tomlkit

from stress.inputs.pool import Ladder, Pool

_ROLLS = ("roll_m1", "roll_m2", "roll_m3")


def pool_with_rates(text: str, pool: Pool) -> str:
    """The pool's file text with the segments' `entry_rate` and the ladder's roll rates as in `pool`.

    Only numbers that differ are edited, to 6 significant digits; all else stays as it is, whether segments are written
    as [[segments]] tables or as an inline array.
    """
    document = tomlkit.parse(text)
    for table, key, new in _rates(document, pool):
        if float(table[key]) != new:
            table[key] = float(f"{new:.6g}")
    return tomlkit.dumps(document)


def _rates(document: Any, pool: Pool) -> Iterator[tuple[Any, str, float]]:
    """Tables of the file, a key of each, and the value that it should have."""
    for table, segment in zip(document["segments"], pool.segments, strict=True):
        yield table, "entry_rate", segment.entry_rate
    if isinstance(pool.ladder, Ladder):
        for key in _ROLLS:
            yield document["ladder"], key, float(getattr(pool.ladder, key))
