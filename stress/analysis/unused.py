"""What is said of a report beside the state that it leaves: amounts in other units, notes far off."""

from __future__ import annotations

import math

from stress.inputs.job import Job
from stress.inputs.reports import NOTE
from stress.inputs.state import State

LIKE = 4.0
"""A reported pool so many times the model's, or a fraction of it, is in other units: no amount of it is used."""
UNITS = (1e3, 1e4, 1e6, 1e8)
"""In which amounts are printed: thousands, ten thousands, millions, hundred millions."""
FAR = 0.05
"""Of a note's original balance: farther apart from the model the payments of the deal are others than the model's."""


def is_like(pool: float, stood: float) -> bool:
    """Whether a reported pool may be that of the model, `stood`, in its units; not where none is reported (nan)."""
    return stood / LIKE <= pool <= stood * LIKE


def unlike(pool: float, stood: float) -> str:
    """Why amounts are not those of the model's pool, with the unit that would make them so."""
    if math.isnan(pool):
        return "without the pool's balance"
    unit = next((unit for unit in UNITS if is_like(pool * unit, stood)), None)
    hint = "" if unit is None else f" (in units of {unit:,.0f}? unit = {unit:_.0f} of each column says so)"
    return f"of a pool of {pool:,.0f}, the model's {stood:,.0f}{hint}"


def far(model: State, figures: dict[str, float], job: Job) -> tuple[str, ...]:
    """Notes whose reported balance is far from the one that the payments of the most likely path leave."""
    notes = []
    for note in job.deal.notes:
        balance, left = figures.get(NOTE + note.name, math.nan), model.notes[note.name].balance
        if abs(balance - left) > FAR * note.original(job.pool.balance):
            notes.append(f"{NOTE}{note.name}: {balance:,.0f}, used as reported; the most likely path has {left:,.0f}")
    return tuple(notes)
