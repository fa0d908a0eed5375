"""A measure that must be known to within a relative error: how far a run has come, how many paths it still needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from stress.errors import ConfigError
from stress.measures import means, names
from stress.spelling import fraction_for

FIRST = 2**15
"""Paths of the first part of a run with a target; each part after it doubles, at least."""


class Target(NamedTuple):
    """A relative standard error to reach."""

    text: str
    measure: str
    """A name in MEANS, `loss_probability`, `value_at_risk` or `expected_shortfall`."""
    level: float
    """Of VaR and ES; NaN otherwise."""
    tranche: str | None
    """None: every note, or a measure of the pool."""
    relative: float


def parse(text: str, notes: list[str], residual: Sequence[str] = ()) -> Target:
    """`EL:B=0.05`, `EL=0.05` of every note, `VAR99.9:mezzanine=0.02`, `DEFAULT=0.01`. Raises ConfigError with what is
    allowed; `residual` are the notes that have no life."""
    asked = names.asked(text, notes, "--target-error", "RELATIVE")
    if not 0.0 < asked.number < 1.0:
        hint = fraction_for(str(asked.number)) or ", such as 0.01"
        raise ConfigError(f"--target-error {text}: the relative error must lie between 0 and 1{hint}")
    if asked.measure in means.OF_LIFE and asked.tranche in residual:
        raise ConfigError(
            f"--target-error {text}: note {asked.tranche} takes what is left over and has no average life: "
            f"such as MULTIPLE:{asked.tranche}={asked.number:g}"
        )
    return Target(text, asked.measure, asked.level, asked.tranche, asked.number)


def reached(target: Target, ds: xr.Dataset) -> tuple[float, str]:
    """Largest relative standard error over the scenarios (and notes), and where; inf where an estimate is 0."""
    answer = names.measured(ds, target.measure, target.level)
    if target.tranche is not None:
        answer = answer.sel(tranche=[target.tranche])
    elif "tranche" in answer.dims and target.measure not in ("price", "multiple"):
        answer = answer.isel(tranche=means.has_principal(ds) & means.speaks_of(ds, target.measure))
    estimate, error = np.abs(answer["estimate"].values), answer["error"].values
    known = (estimate > 0.0) & np.isfinite(error)
    relative = np.divide(error, estimate, out=np.full_like(error, np.inf), where=known)
    at = np.unravel_index(int(np.argmax(relative)), relative.shape)
    where = [str(answer[dim].values[k]) for dim, k in zip(answer["estimate"].dims, at, strict=True)]
    several = target.tranche is None and len(where) > 1
    return float(relative[at]), f"{where[0]} of {where[1]}" if several else where[0]


def next_paths(target: Target, relative: float, paths: int, most: int) -> int:
    """Paths of the next part: twice as many, or what the error asks for, in powers of two of the first part."""
    factor = min((relative / target.relative) ** 2, 64.0)
    return int(min(most, paths * 2 ** max(1, math.ceil(math.log2(factor)))))


def says(target: Target, relative: float, scenario: str, paths: int, most: int) -> str:
    """Whether the target was reached or the budget ended first, in a sentence."""
    where = f"relative error {relative:.2%} under {scenario}, its worst" if math.isfinite(relative) else (
        f"not seen under {scenario}"
    )  # fmt: skip
    if relative <= target.relative:
        return f"target {target.text} reached at {paths:,} paths: {where}"
    return f"target {target.text} not reached: the budget of {most:,} paths ended first, {where}"
