"""Means over paths and ratios of means, each with its error by batch."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import xarray as xr

from stress.arrays import Array
from stress.errors import DataError
from stress.measures import batches, replicates, sums
from stress.measures.estimate import Interval, as_dataset
from stress.measures.few_losses import widened
from stress.measures.proportions import proportion
from stress.measures.weighted import TINY, chance, is_weighted, weights_of


class Mean(NamedTuple):
    """A mean (or ratio of means) over paths: sum of `numerator` over sum of `denominator` (paths where None)."""

    of: Literal["note", "pool"]
    numerator: str
    denominator: str | None
    unit: str
    meaning: str
    bounded: bool = False
    """Between 0 and 1 on every path, and 0 unless there is a loss."""
    signed: bool = False


MEANS = {
    "expected_loss": Mean("note", "loss", None, "1", "expected principal loss over original balance", bounded=True),
    "lgd": Mean("note", "loss", "any_loss", "1", "mean principal loss of the paths with a loss", bounded=True),
    "wal": Mean("note", "principal_time", "principal", "years", "weighted average life of principal received"),
    "irr": Mean("note", "irr", None, "1/year", "mean annual effective yield at par", signed=True),
    "price": Mean("note", "price", None, "1", "mean present value over par at coupon plus discount spread"),
    "multiple": Mean("note", "multiple", None, "1", "mean of all cash received over original balance"),
    "mean_default": Mean("pool", "default", None, "1", "mean cumulative default over the cut-off balance"),
    "mean_net_loss": Mean("pool", "net_loss", None, "1", "mean default net of recoveries over the cut-off balance"),
    "mean_purchased": Mean("pool", "purchased", None, "1", "mean receivables bought over the cut-off balance"),
    "mean_income": Mean("pool", "income", None, "1", "mean fees and late charges over the cut-off balance"),
    "mean_recovered": Mean("pool", "recovered", None, "1", "mean recoveries over the cut-off balance"),
}
"""Every mean that the batch sums can give."""
OF_PRINCIPAL = ("expected_loss", "loss_probability", "lgd", "wal", "irr")
"""Measures that mean nothing for a certificate, which lent nothing."""
OF_LIFE = ("wal",)
"""Measures that mean nothing for a residual note: what is left over comes early or late, it is no repayment."""


def mean(ds: xr.Dataset, name: str) -> xr.Dataset:
    """Estimate, error and 95% interval of a mean named in MEANS.

    Raises DataError for a name that is none, with those that there are.

    >>> default = mean(ds, "mean_default").sel(scenario="baseline")
    >>> bool(default["low"] < default["estimate"] < default["high"])
    True
    """
    spec = spec_of(name)
    dims = ("scenario", "tranche") if spec.of == "note" else ("scenario",)
    return as_dataset(interval_of(ds, name), dims, ds.coords, spec.unit, spec.meaning)


def interval_of(ds: xr.Dataset, name: str) -> Interval:
    """The same as arrays: (scenario, tranche), or (scenario,) of a mean of the pool."""
    spec = spec_of(name)
    parts = (batches.symmetric if spec.signed else batches.positive)(*replicates_of(ds, name))
    if (
        name == "irr"
    ):  # weights add up to 1 but for rounding: no path earns less than -100%, all earn this if the mean is
        lost = parts.estimate < TINY - 1.0
        parts = parts._replace(
            **{end: np.where(lost, -1.0, getattr(parts, end)) for end in ("estimate", "low", "high")}
        )
    return _bounded(ds, name, parts) if spec.bounded else parts


def has_principal(ds: xr.Dataset) -> np.ndarray:
    """(tranche,) False for a certificate, whose yield and average life mean nothing."""
    known = "original" in ds.coords
    return np.asarray(ds.variables["original"].values > 0.0 if known else np.ones(ds.variables["tranche"].shape, bool))


def is_residual(ds: xr.Dataset) -> np.ndarray:
    """(tranche,) True for a residual note, as the job in the Dataset's attributes says."""
    return np.isin(ds.variables["tranche"].values, list(_residual(str(ds.attrs.get("job") or "{}"))))


@lru_cache(maxsize=8)
def _residual(job: str) -> frozenset[str]:
    notes = json.loads(job).get("deal", {}).get("notes", ())
    return frozenset(str(note.get("name")) for note in notes if note.get("residual"))


def speaks_of(ds: xr.Dataset, name: str) -> np.ndarray:
    """(tranche,) whether a mean or probability means something for a note: `OF_PRINCIPAL`, `OF_LIFE`."""
    known = np.ones(ds.variables["tranche"].shape, bool)
    known = known & has_principal(ds) if name in OF_PRINCIPAL else known
    return known & ~is_residual(ds) if name in OF_LIFE else known


def replicates_of(ds: xr.Dataset, name: str, first: int | None = None) -> tuple[batches.Replicates, Array]:
    """A mean with each batch left out, and the paths of each batch; `first`: of so many batches only.

    NaN for the yield and the life of a certificate, and for the life of a residual note.
    """
    spec = spec_of(name)
    read = sums.of_notes if spec.of == "note" else sums.of_pool
    replicates, size = sums.means(ds, read, spec.numerator, first)
    if spec.denominator is not None:
        replicates = batches.quotient(replicates, sums.means(ds, read, spec.denominator, first)[0])
    if name in ("irr", "wal"):
        defined = speaks_of(ds, name)
        replicates = batches.Replicates(
            np.where(defined, replicates.value, np.nan), np.where(defined[:, None], replicates.without, np.nan)
        )
    return replicates, size


def spec_of(name: str) -> Mean:
    """The definition of a mean, or an error that lists them."""
    if name not in MEANS:
        from stress.spelling import suggest

        raise DataError(f"no mean named {name!r}; there are {', '.join(MEANS)}{suggest(name, list(MEANS))}")
    return MEANS[name]


def expected_loss(ds: xr.Dataset) -> xr.Dataset:
    """Expected principal loss of each note as a fraction of its original balance.

    Where no path lost anything the interval runs from 0 to the rule-of-three bound on the probability of a loss: a
    loss is at most the whole. Where every path lost the whole it runs from the same bound, taken from 1.

    Raises DataError where the result has not what it needs.

    >>> loss = expected_loss(ds).sel(tranche="subordinated")
    >>> bool(loss["estimate"].sel(scenario="baseline") < loss["estimate"].sel(scenario="macro_severe"))
    True
    """
    return mean(ds, "expected_loss")


def lgd(ds: xr.Dataset) -> xr.Dataset:
    """Loss given a loss: expected loss over probability of any loss. NaN, within 0 to 1, where there was none; where
    all paths with a loss lost the whole, as bounded as by so many paths.

    Raises DataError where the result has not what it needs.

    >>> one = ds.sel(scenario=["macro_severe"], tranche=["subordinated"])
    >>> part = expected_loss(one)["estimate"] / loss_probability(one)["estimate"]
    >>> bool(abs(lgd(one)["estimate"] - part) < 1e-12)
    True
    """
    return mean(ds, "lgd")


def wal(ds: xr.Dataset) -> xr.Dataset:
    """Weighted average life in years: expected principal times time over expected principal. NaN for a residual note.

    What a residual note gets first counts as its principal, be it the excess spread of month 1: that is no life.

    Raises DataError where the result has not what it needs.

    >>> life = wal(ds)["estimate"].sel(scenario="baseline")
    >>> bool(life.sel(tranche="A") < life.sel(tranche="B") < life.sel(tranche="mezzanine"))
    True
    """
    return mean(ds, "wal")


def irr(ds: xr.Dataset) -> xr.Dataset:
    """Mean over paths of the annual effective yield at par; -1 on a path without cash. NaN for a certificate.

    Raises DataError where the result has not what it needs.

    >>> round(float(irr(ds)["estimate"].sel(scenario="baseline", tranche="A")), 3)
    0.055
    """
    return mean(ds, "irr")


def price(ds: xr.Dataset) -> xr.Dataset:
    """Mean present value of a note's cash over par, discounted at coupon plus the deal's spread.

    Of a certificate (a residual note of size 0), and likewise its multiple: over the cut-off balance.

    Raises DataError where the result has not what it needs.

    >>> round(float(price(ds)["estimate"].sel(scenario="baseline", tranche="A")), 3)
    1.0
    """
    return mean(ds, "price")


def multiple(ds: xr.Dataset) -> xr.Dataset:
    """Mean of all cash that a note receives over its original balance.

    Raises DataError where the result has not what it needs.

    >>> bool(multiple(ds)["estimate"].sel(scenario="baseline", tranche="A") > 1.0)
    True
    """
    return mean(ds, "multiple")


def loss_probability(ds: xr.Dataset) -> xr.Dataset:
    """Probability of any principal loss: exact counts, weights where paths have them, replicates of a Sobol run.

    >>> never = loss_probability(ds).sel(scenario="baseline", tranche="A")
    >>> float(never["estimate"]), round(float(never["high"]) * 4096, 1)  # the rule of three
    (0.0, 3.0)
    """
    dims = ("scenario", "tranche")
    return as_dataset(_probability(ds, "any_loss"), dims, ds.coords, "1", "probability of any principal loss")


def shortfall_probability(ds: xr.Dataset) -> xr.Dataset:
    """Probability that some interest was not paid when due, likewise.

    >>> float(shortfall_probability(ds)["estimate"].sel(scenario="baseline", tranche="A"))
    0.0
    """
    dims = ("scenario", "tranche")
    return as_dataset(
        _probability(ds, "shortfall"), dims, ds.coords, "1", "probability of any interest unpaid when due"
    )


def _probability(ds: xr.Dataset, quantity: str) -> Interval:
    total = sums.of_notes(ds, quantity).total.sum(-1)
    parts = proportion(total, sums.paths(ds))
    if is_weighted(ds):
        weights = weights_of(ds)
        square = sums.of_notes(ds, quantity, "batch_square_sum").total.sum(-1)
        top = ds["loss_top_weight"].transpose("scenario", "tranche").values if quantity == "any_loss" else None
        parts = chance(weights.calibrated(total, square), square / weights.paths, weights, top)
    elif ds.attrs.get("estimator") == "sobol":
        parts = replicates.chance(parts, *sums.means(ds, sums.of_notes, quantity))
    return parts


def _bounded(ds: xr.Dataset, name: str, parts: Interval) -> Interval:
    """Keep a loss fraction within 0 and 1, and give it its bound where no path lost anything, or each the whole."""
    low = np.where(np.isfinite(parts.low), np.clip(parts.low, 0.0, 1.0), 0.0)
    high = np.where(np.isfinite(parts.high), np.clip(parts.high, 0.0, 1.0), 1.0)
    bounded, whole = Interval(parts.estimate, parts.error, low, high), parts.estimate > 1.0 - TINY
    lost = _losing_paths(ds)
    if name == "lgd":
        return _where(whole & (lost > 0.0), proportion(lost, lost), widened(ds, bounded, lost, None))
    chance = _probability(ds, "any_loss")
    return _where(whole | (chance.estimate <= 0.0), chance, widened(ds, bounded, lost, chance))


def _losing_paths(ds: xr.Dataset) -> np.ndarray:
    """(scenario, tranche) paths with a loss; of weighted ones, plain paths that are worth as much."""
    lost: np.ndarray = sums.of_notes(ds, "any_loss").total.sum(-1)
    if not is_weighted(ds):
        return lost
    square = sums.of_notes(ds, "any_loss", "batch_square_sum").total.sum(-1)
    return np.asarray(np.divide(np.square(lost), square, out=np.zeros_like(lost), where=square > 0.0))


def _where(condition: np.ndarray, chosen: Interval, other: Interval) -> Interval:
    return Interval(*(np.where(condition, a, b) for a, b in zip(chosen, other, strict=True)))
