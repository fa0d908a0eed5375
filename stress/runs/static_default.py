"""A pool's static default beside the one that its entry rates give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stress.inputs.text.remark import Remark, named

if TYPE_CHECKING:
    from stress.inputs.pool import Pool

FAR = 1.25
"""How many times one may be the other. Shipped pools are within 1.2%."""


def notes_of_static_default(pool: Pool) -> list[Remark]:
    """Segments whose `static_default` is far from what `entry_rate` gives a new cohort (`static_default`)."""
    if all(segment.static_default is None for segment in pool.segments):
        return []
    from stress.assemble.turnover import entry_of, static_default

    notes = []
    for segment, given in zip(pool.segments, map(float, static_default(pool, entry_of(pool))), strict=True):
        target = segment.static_default
        if target is None or max(given, target) <= FAR * min(given, target):
            continue
        says = (
            f"{target:g}, but entry_rate = {segment.entry_rate:g} gives a new cohort a cumulative default of "
            f"{given:.4g}; the engine runs on entry_rate, and `stress calibrate pool` solves it from static_default"
        )
        notes.append(Remark("pool", f"{named('segments', segment.name)}.static_default", says))
    return notes
