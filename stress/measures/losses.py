"""Value at risk and expected shortfall of notes and pool, at any level, from the exact loss counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from stress.arrays import Array
from stress.errors import DataError
from stress.measures import means, sums
from stress.measures.estimate import NORMAL, Interval, as_dataset
from stress.measures.few_paths import interval_error, tail_ends
from stress.measures.histogram import WIDTH, Tail, Weighing, tails
from stress.measures.proportions import proportion
from stress.measures.replicates import Replicated, exceeding, quantile_interval, replicated, shortfall_error, student
from stress.measures.weighted import chance, is_weighted, mass, square, weights_of
from stress.spelling import fraction_for

LEVELS = (0.95, 0.99, 0.995, 0.999, 0.9999)
"""Levels stored in every Dataset."""
WHOLE = 1.0 - 1e-9
"""A mean of losses of the whole, but for rounding."""


def value_at_risk(ds: xr.Dataset, level: float | Sequence[float] = LEVELS) -> xr.Dataset:
    """Loss fraction of each note not exceeded with probability `level`; resolution 1/10,000 between the atoms.

    `error` is a quarter of the interval's width, near enough: width / (2 x 1.96). The interval runs between two order
    statistics of plain paths; weighted paths and Sobol points (see `replicates`) invert that of exceeding a loss.

    Raises DataError for a level that is not between 0 and 1.

    >>> var = value_at_risk(ds, [0.95, 0.99])["estimate"].sel(scenario="baseline", tranche="subordinated")
    >>> bool(var[0] <= var[1])
    True
    """
    return note_tails(ds, level)[0]


def expected_shortfall(ds: xr.Dataset, level: float | Sequence[float] = LEVELS) -> xr.Dataset:
    """Mean loss fraction of the worst 1 - `level` of the paths of each note.

    Where so few paths lose the whole that they may be less than 1 - `level` of all, an estimate of 1 has a lower bound.
    The interval holds for few paths in the tail too (see `few_paths`), `error` is then as wide as it.

    Raises DataError for a level that is not between 0 and 1.

    >>> tail = expected_shortfall(ds, 0.99)["estimate"]
    >>> bool((tail >= value_at_risk(ds, 0.99)["estimate"]).all())
    True
    """
    return note_tails(ds, level)[1]


def note_tails(ds: xr.Dataset, level: float | Sequence[float] = LEVELS) -> tuple[xr.Dataset, xr.Dataset]:
    """Value at risk and expected shortfall of the notes in one pass over the counts.

    Raises DataError for a level that is not between 0 and 1.

    >>> var, es = note_tails(ds, 0.999)
    >>> var["estimate"].dims
    ('scenario', 'tranche')
    """
    return _tails(ds, "loss", means.interval_of(ds, "expected_loss"), level, ("scenario", "tranche"))


def default_rate(ds: xr.Dataset, level: float | Sequence[float] = LEVELS) -> xr.Dataset:
    """Pool cumulative default over the cut-off balance not exceeded with probability `level`.

    Raises DataError for a level that is not between 0 and 1.

    >>> rate = default_rate(ds, 0.99)["estimate"]
    >>> bool(rate.sel(scenario="baseline") < rate.sel(scenario="macro_severe"))
    True
    """
    return pool_tails(ds, "default", level)[0]


def net_loss_rate(ds: xr.Dataset, level: float | Sequence[float] = LEVELS) -> xr.Dataset:
    """Pool default net of recoveries over the cut-off balance not exceeded with probability `level`.

    Raises DataError for a level that is not between 0 and 1.

    >>> bool((net_loss_rate(ds, 0.99)["estimate"] < default_rate(ds, 0.99)["estimate"]).all())
    True
    """
    return pool_tails(ds, "net_loss", level)[0]


def pool_tails(ds: xr.Dataset, quantity: str, level: float | Sequence[float] = LEVELS) -> tuple[xr.Dataset, xr.Dataset]:
    """Quantile and tail mean of the pool's `default` or `net_loss`, as note_tails does for notes.

    Raises DataError for a level that is not between 0 and 1.

    >>> quantile, tail_mean = pool_tails(ds, "default", 0.99)
    >>> bool((tail_mean["estimate"] > quantile["estimate"]).all())
    True
    """
    return _tails(ds, quantity, means.interval_of(ds, f"mean_{quantity}"), level, ("scenario",))


def _tails(
    ds: xr.Dataset, quantity: str, mean: Interval, level: float | Sequence[float], dims: tuple[str, ...]
) -> tuple[xr.Dataset, xr.Dataset]:
    levels = _checked(level)
    rows = mass(ds, quantity).reshape(mean.high.size, -1)
    total = (mean.estimate * sums.paths(ds)).reshape(-1)
    weighing: list[Weighing | None] = [None] * len(rows)
    if is_weighted(ds):
        weights = weights_of(ds)
        weighing = [Weighing(second, weights) for second in square(ds, quantity).reshape(rows.shape)]
    answer = np.array([
        tails(row, sum_, levels, weighed)
        for row, sum_, weighed in zip(rows, total, weighing, strict=True)
    ])  # fmt: skip
    half, counted = NORMAL, replicated(ds, quantity)
    for row, replicates, by_level in zip(rows, counted, answer, strict=False):
        half = student(replicates)
        for level_, figures in zip(levels, by_level, strict=True):
            figures[1:3] = quantile_interval(row, replicates, level_)
            plain_error, figures[4] = figures[4], shortfall_error(row, replicates, figures[0], level_)
            # points are worth more plain paths
            figures[6] *= max(1.0, (plain_error / figures[4]) ** 2) if figures[4] > 0.0 else 1.0
    tail: Tail[Array] = Tail(*np.moveaxis(answer.reshape(*mean.high.shape, levels.size, 7), -1, 0))
    tail = tail._replace(shortfall=np.where(mean.estimate[..., None] == 0.0, 0.0, tail.shortfall))
    whole = _whole(rows, weighing, counted).reshape(*mean.high.shape, 1) / (1.0 - levels)
    limit = mean.high[..., None] / (1.0 - levels)
    if np.ndim(level) == 0:
        tail, whole, limit = Tail(*(a[..., 0] for a in tail)), whole[..., 0], limit[..., 0]
    else:
        dims = (*dims, "level")
    coords = {**{k: ds.coords[k] for k in dims if k != "level"}, "level": levels}
    wide = np.maximum(tail.high - tail.low, WIDTH * (tail.high > tail.low)) / (2.0 * half)
    var = Interval(tail.quantile, wide, tail.low, tail.high)
    es = _shortfall_interval(tail, limit, half, np.minimum(whole, 1.0))
    return (
        as_dataset(var, dims, coords, "1", "loss fraction not exceeded with probability `level`"),
        as_dataset(es, dims, coords, "1", "mean loss fraction of the worst 1 - `level` of paths"),
    )


def _whole(rows: Array, weighing: list[Weighing | None], counted: list[Replicated]) -> Array:
    """(row,) lower end of the probability of losing the whole."""
    least = proportion(rows[:, -1], rows.sum(1)).low
    for k, (row, weighed) in enumerate(zip(rows, weighing, strict=True)):
        if weighed is not None:
            mean, second = (np.array(x[-1] / weighed.weights.paths) for x in (row, weighed.square))
            least[k] = chance(mean, second, weighed.weights).low
    for k, (row, replicates) in enumerate(zip(rows, counted, strict=False)):
        least[k] = exceeding(row, replicates, row[-1:], np.array([row.size - 2])).low[0]
    return least


def _shortfall_interval(tail: Tail[Array], limit: Array, half: float, whole: Array) -> Interval:
    """Interval of an expected shortfall: `tail_ends`, which holds for few paths too.

    Where value at risk may be the whole so may the shortfall, and its error is that of the interval; if no path lost
    the whole (too few for the level) they do not tell how they spread, and its lower end is that of value at risk.
    Where no path lost anything its bound is that of expected loss over 1 - level. Never below the lower end of value at
    risk; where all of the tail loses the whole but value at risk may be less, at least the share `whole` of it does,
    and the rest loses that lower end.
    """
    es, spread, low, high = tail.shortfall, tail.shortfall_error, tail.low, tail.high
    least, most = tail_ends(es, spread, tail.quantile, tail.worst, tail.paths, half)
    lower = np.where(es > 0, np.maximum(least, low), 0.0)
    upper = np.where(es > 0, most, np.minimum(limit, 1.0))
    all_lost, beyond = (es > WHOLE) & (low < 1.0), (high >= 1.0) & (es <= WHOLE)
    lower = np.where(all_lost, low + (1.0 - low) * whole, np.where(beyond & (es > 0) & (whole <= 0.0), low, lower))
    upper = np.where((beyond & (es > 0)) | all_lost, 1.0, upper)
    wide = (es <= 0) | beyond | all_lost
    error = np.where(wide, (upper - lower) / (2.0 * half), interval_error(spread, es, lower, upper, half))
    return Interval(es, error, lower, upper)


def _checked(level: float | Sequence[float]) -> Array:
    levels = np.atleast_1d(np.asarray(level, np.float64))
    wrong = levels[~((levels > 0.0) & (levels < 1.0))]
    if wrong.size:
        raise DataError(f"level must lie between 0 and 1, was {level!r}{fraction_for(str(wrong[0]))}")
    return levels
