"""Differences of value at risk and expected shortfall on common random numbers, by replicates of the same draws.

Scenarios and results that share their draws share their replicates (`replicates`), so that the errors of two tails are
taken together: a replicate's expected shortfall is its mean excess over the quantile of all paths, and its value at
risk is that quantile moved by how much more often the replicate exceeds it, over the density (Bahadur 1966), which
the interval of the quantile gives (Woodruff 1952).
"""

from __future__ import annotations

import re

import numpy as np
import xarray as xr

from stress.arrays import Array
from stress.errors import DataError
from stress.measures import batches
from stress.measures.losses import note_tails
from stress.measures.replicates import Replicated, mean_excess, replicated, share_above, student
from stress.measures.weighted import mass

MEANING = {
    "VAR": "loss fraction not exceeded with probability {:g}",
    "ES": "mean loss fraction of the worst {:g} of paths",
}


def is_tail(measure: str) -> bool:
    """Whether a measure is a tail of a note: VAR99.9 or ES99, with a level in percent above 0 and below 100.

    >>> is_tail("VAR99.9"), is_tail("ES"), is_tail("expected_loss")
    (True, False, False)
    """
    match = re.fullmatch(r"(VAR|ES)(\d+\.?\d*)", measure)
    return match is not None and 0.0 < float(match[2]) < 100.0


def tail_of(ds: xr.Dataset, measure: str) -> xr.Dataset:
    """Estimate, error and interval of a tail as `is_tail` knows it.

    >>> bool((tail_of(ds, "VAR99")["estimate"] <= tail_of(ds, "ES99")["estimate"]).all())
    True
    """
    kind, level = _parsed(measure)
    return note_tails(ds, level)[kind == "ES"]


def meaning_of(measure: str) -> str:
    """The measure in words.

    >>> meaning_of("VAR99")
    'loss fraction not exceeded with probability 0.99'
    """
    kind, level = _parsed(measure)
    return MEANING[kind].format(level if kind == "VAR" else 1.0 - level)


def unseen(measure: str, chance: float) -> float:
    """How far a tail may move where paths move of which none was seen, of a probability below `chance`: a tail mean by
    as much over 1 - level, at most the whole; a quantile not at all unless they may be all of the tail.

    >>> round(unseen("ES99", 0.001), 9), unseen("VAR99", 0.001), unseen("VAR99.95", 0.001)
    (0.1, 0.0, 1.0)
    """
    kind, level = _parsed(measure)
    share = chance / (1.0 - level)
    return min(1.0, share) if kind == "ES" else float(share > 1.0)


def replicates_of_tail(ds: xr.Dataset, measure: str) -> tuple[batches.Replicates, Array]:
    """A tail of every note, (scenario, tranche), with each replicate left out, and the paths of each replicate.

    Where paths are too few for the level (the whole bounds value at risk, which none lost) what leaving some out
    changes is not a number: they do not tell how they spread.

    Raises DataError where losses were not counted by replicate.
    """
    counted = replicated(ds, "loss")
    if not counted:
        raise DataError(
            f"{measure}: its difference needs losses by replicate: of `stress run --estimator sobol`, 64 paths or more"
        )
    kind, level = _parsed(measure)
    var, es = (tail.transpose("scenario", "tranche") for tail in note_tails(ds, level))
    quantile, width = var["estimate"].values.ravel(), (var["high"] - var["low"]).values.ravel()
    rows = mass(ds, "loss").reshape(len(counted), -1)
    if kind == "ES":
        moves = [_shortfall(*row, level) for row in zip(rows, counted, quantile, strict=True)]
    else:
        moves = [_quantile(*row) for row in zip(rows, counted, quantile, width, strict=True)]
    few = (var["high"].values.ravel() >= 1.0) & (rows[:, -1] == 0.0) & (es["estimate"].values.ravel() > 0.0)
    changes = np.where(few[:, None], np.nan, moves)
    value = (es if kind == "ES" else var)["estimate"].values
    return batches.Replicates(value, value[..., None] + np.reshape(changes, (*value.shape, -1))), counted[0].size


def _parsed(measure: str) -> tuple[str, float]:
    match = re.fullmatch(r"(VAR|ES)(\d+\.?\d*)", measure)
    assert match is not None
    return match[1], float(match[2]) / 100.0


def _shortfall(count: Array, replicates: Replicated, quantile: float, level: float) -> Array:
    """(replicate,) what leaving a replicate out changes."""
    value, without = batches.ratio(replicates.paths @ mean_excess(count, quantile), replicates.size)
    return np.asarray((without - value) / (1.0 - level))


def _quantile(count: Array, replicates: Replicated, quantile: float, width: float) -> Array:
    """(replicate,) likewise: how much more often the others exceed the quantile, over the density that makes the error
    of the quantile what its interval of that width says."""
    above = batches.ratio(replicates.paths @ share_above(count, quantile), replicates.size)
    error = float(batches.error(above, replicates.size))
    density = 2.0 * student(replicates) * error / width if width > 0.0 else 0.0
    return np.asarray((above.without - above.value) / density if density > 0.0 else np.zeros(replicates.size.size))
