"""A measure that must be known to within a relative error: how far a run has come, how many paths it still needs."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

import numpy as np
import xarray as xr

from stress.errors import ConfigError
from stress.measures import losses, means

SHORT = {
    "EL": "expected_loss", "PD": "loss_probability", "IRR": "irr", "WAL": "wal", "PRICE": "price", "LGD": "lgd",
    "DEFAULT": "mean_default", "NET_LOSS": "mean_net_loss",
}  # fmt: skip
"""Short names of the command line; VAR and ES carry their level in percent, as in VAR99.9."""
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
    """None: a measure of the pool."""
    relative: float


def parse(text: str, notes: list[str]) -> Target:
    """`EL:B=0.05`, `VAR99.9:mezzanine=0.02`, `DEFAULT=0.01`. Raises ConfigError with what is allowed."""
    where = f"--target-error {text}"
    found = re.fullmatch(r"([A-Za-z_]+)([0-9.]*)(?::(.+))?=([0-9.eE+-]+)", text.strip())
    if found is None:
        raise ConfigError(f"{where}: write MEASURE:NOTE=RELATIVE, for example EL:{notes[-1]}=0.01")
    word, percent, tranche, share = found.groups()
    measure = {"VAR": "value_at_risk", "ES": "expected_shortfall", **SHORT}.get(word.upper())
    if measure is None:
        raise ConfigError(f"{where}: measure {word!r}: one of {', '.join((*SHORT, 'VAR99.9', 'ES99.9'))}")
    tail = measure in ("value_at_risk", "expected_shortfall")
    level = _number(percent, where) / 100.0 if tail and percent else math.nan
    if tail != bool(percent) or (tail and not 0.0 < level < 1.0):
        raise ConfigError(f"{where}: VAR and ES need a level in percent, such as {word}99.9; other measures have none")
    of_pool = measure in means.MEANS and means.MEANS[measure].of == "pool"
    if of_pool != (tranche is None) or (tranche is not None and tranche not in notes):
        raise ConfigError(
            f"{where}: " + ("is a measure of the pool" if of_pool else f"note: one of {', '.join(notes)}")
        )
    relative = _number(share, where)
    if not 0.0 < relative < 1.0:
        raise ConfigError(f"{where}: the relative error must lie between 0 and 1, such as 0.01")
    return Target(text, measure, level, tranche, relative)


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConfigError(f"{where}: {text!r} is not a number") from None


def reached(target: Target, ds: xr.Dataset) -> tuple[float, str]:
    """Largest relative standard error over the scenarios, and the scenario; inf where an estimate is 0."""
    if target.measure == "loss_probability":
        answer = means.loss_probability(ds)
    elif math.isnan(target.level):
        answer = means.mean(ds, target.measure)
    else:
        answer = losses.note_tails(ds, target.level)[target.measure == "expected_shortfall"]
    if target.tranche is not None:
        answer = answer.sel(tranche=target.tranche)
    estimate, error = np.abs(answer["estimate"].values), answer["error"].values
    known = (estimate > 0.0) & np.isfinite(error)
    relative = np.where(known, error / np.where(known, estimate, 1.0), np.inf)
    worst = int(np.argmax(relative))
    return float(relative[worst]), str(answer["scenario"].values[worst])


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
