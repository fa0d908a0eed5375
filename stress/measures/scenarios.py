"""Between scenarios and between results: mixtures and differences on common random numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import xarray as xr

from stress.arrays import Array
from stress.errors import DataError
from stress.kernels.tally import MOST_WEIGHT
from stress.measures import batches, means, sums
from stress.measures.estimate import Interval, as_dataset
from stress.measures.proportions import zero_count_bound
from stress.measures.tails import is_tail, meaning_of, replicates_of_tail, tail_of, unseen
from stress.measures.weighted import WEIGHTED, is_weighted

SAME_DRAWS = ("seed", "paths", "rng", "estimator")
"""Attributes that must be equal for two results to rest on the same random numbers."""


def mixture(ds: xr.Dataset, probability: Mapping[str, float] | None = None) -> xr.Dataset:
    """The scenarios weighted by their probabilities, as a Dataset of one scenario to which every measure applies.

    `probability` by scenario name, or the job's own; scaled to add up to 1. Scenarios without one are left out. Counts
    become probability-weighted; intervals that treat them as binomial are then too wide, never too narrow.

    Raises DataError for probabilities of no scenario, or none above 0.

    >>> mixed = mixture(ds, {"baseline": 0.9, "macro_severe": 0.1})
    >>> from stress.measures import expected_loss
    >>> expected_loss(mixed).sizes["scenario"]
    1
    """
    weight = _weights(ds, probability)
    raw = [v for v in RAW if v in ds and "scenario" in ds[v].dims]
    mixed = xr.Dataset({v: xr.dot(ds[v].astype(float), weight, dim="scenario") for v in raw})
    for variable in raw:
        mixed[variable].attrs.update(ds[variable].attrs)
    mixed = mixed.expand_dims(scenario=["mixture"])
    whole = [v for v in RAW if v in ds and "scenario" not in ds[v].dims]
    return mixed.assign(ds[whole].variables).assign_attrs(ds.attrs)


def probabilities(ds: xr.Dataset) -> dict[str, float]:
    """What the job gives to the scenarios that were run, scaled to add up to 1; without those to which it gives none.

    >>> probabilities(ds)  # this job gives none
    {}
    """
    job = json.loads(str(ds.attrs.get("job") or "{}"))
    cases = {c["name"]: c.get("probability") for c in job.get("scenarios", ())}
    given = {str(s): float(p) for s in ds["scenario"].values if (p := cases.get(str(s))) is not None}
    total = sum(given.values())
    return {name: p / total for name, p in given.items()} if total > 0.0 else {}


RAW = (
    *("loss_count", "default_count", "net_loss_count", "batch_sum", "batch_path", "month_sum", "month_path"),
    *("fan_count", "fan_path", "wal_count", "irr_count", "trigger_count", "early_count", "first_loss_count"),
    *("price_count", "loss_replicate", "default_replicate", "net_loss_replicate"),
    *("trigger_replicate", "early_replicate", "first_loss_replicate"),
    *WEIGHTED,
)
"""Raw variables that mix linearly, and the path counts that all scenarios share."""


def difference(ds: xr.Dataset, measure: str, reference: str | None = None) -> xr.Dataset:
    """Each scenario's mean minus that of `reference` (the first where left out), on common random numbers.

    `measure` is a name in MEANS, `loss_probability`, or a tail (VAR99.9, ES99) where losses were counted by replicate.
    The scenarios share every draw, so most of the noise cancels and the error is smaller than that of either. Where no
    batch differs, the interval of a loss is the rule-of-three bound.

    Raises DataError for a scenario or a measure that the result has not.

    >>> change = difference(ds, "expected_loss", "baseline").sel(scenario="macro_severe", tranche="subordinated")
    >>> bool(change["low"] > 0)
    True
    """
    names = [str(s) for s in ds["scenario"].values]
    reference = names[0] if reference is None else reference
    if reference not in names:
        raise DataError(f"no scenario named {reference!r}; there are {', '.join(names)}")
    replicates, size, spec = _replicates(ds, measure)
    at = names.index(reference)
    minus = batches.Replicates(replicates.value[at], replicates.without[at])
    return _difference(ds, replicates, minus, size, spec, f"minus {reference}", _bound(measure, ds))


def compare(ds: xr.Dataset, other: xr.Dataset, measure: str) -> xr.Dataset:
    """`ds` minus `other` for the scenarios and notes that both have; both must rest on the same draws.

    Beside the difference stand `before` (of `other`) and `after` (of `ds`) with their own errors.

    Raises DataError for results of other draws, or without a scenario or a note in common.

    >>> bool((compare(ds, ds, "irr")["estimate"] == 0).all())
    True
    """
    unlike = [k for k in SAME_DRAWS if ds.attrs.get(k) != other.attrs.get(k)]
    if unlike or not np.array_equal(ds["batch_path"], other["batch_path"]):
        how = [f"{key} ({other.attrs.get(key)} and {ds.attrs.get(key)})" for key in unlike]
        raise DataError(f"results differ in {', '.join(how) or 'batch_path'}: a difference needs the same draws")
    shared = {d: [v for v in ds[d].values if v in other[d].values] for d in ("scenario", "tranche")}
    if not all(shared.values()):
        raise DataError("results have no scenario or no note in common")
    left, size, spec = _replicates(ds.sel(shared), measure)
    right, _, _ = _replicates(other.sel(shared), measure)
    bound = _bound(measure, ds.sel(shared), other.sel(shared))
    changes = _difference(ds.sel(shared), left, right, size, spec, "minus the other result", bound)
    for name, replicates, run in (("before", right, other), ("after", left, ds)):
        parts = _of_run(run.sel(shared), measure, batches.symmetric(replicates, size))
        changes[name] = (changes["estimate"].dims, parts.estimate, {"units": spec.unit, "long_name": spec.meaning})
        changes[f"{name}_error"] = (changes["estimate"].dims, parts.error, {"units": spec.unit})
        changes[f"{name}_low"] = (changes["estimate"].dims, parts.low, {"units": spec.unit})
        changes[f"{name}_high"] = (changes["estimate"].dims, parts.high, {"units": spec.unit})
    return changes


def is_share(measure: str) -> bool:
    """Whether a measure is a loss or a probability, with a bound where no path showed any of it, or every path all."""
    return measure == "loss_probability" or (measure in means.MEANS and means.MEANS[measure].bounded)


def _of_run(ds: xr.Dataset, measure: str, parts: Interval) -> Interval:
    """A run's own interval, as its tables tell it: of a loss that of its paths, which knows what few of them leave open
    and batches do not show."""
    if is_tail(measure):
        whole = tail_of(ds, measure)
    elif is_share(measure):
        whole = means.loss_probability(ds) if measure == "loss_probability" else means.mean(ds, measure)
    else:
        return parts
    return Interval(*(whole[k].transpose("scenario", "tranche").values for k in Interval._fields))


def _replicates(ds: xr.Dataset, measure: str) -> tuple[batches.Replicates, Array, means.Mean]:
    if is_tail(measure):
        return (
            *replicates_of_tail(ds, measure),
            means.Mean("note", "loss", None, "1", meaning_of(measure), bounded=True),
        )
    if measure != "loss_probability":
        return (*means.replicates_of(ds, measure), means.spec_of(measure))
    spec = means.Mean("note", "any_loss", None, "1", "probability of any principal loss", bounded=True)
    return (*sums.means(ds, sums.of_notes, "any_loss"), spec)


def _difference(
    ds: xr.Dataset,
    left: batches.Replicates,
    right: batches.Replicates,
    size: Array,
    spec: means.Mean,
    against: str,
    bound: float,
) -> xr.Dataset:
    change = batches.Replicates(left.value - right.value, left.without - right.without)
    parts = batches.symmetric(change, size)
    if spec.bounded and spec.denominator is None:
        same = (parts.estimate == 0.0) & ~(parts.error > 0.0)
        low, high = np.where(same, -bound, parts.low), np.where(same, bound, parts.high)
        parts = Interval(parts.estimate, np.where(same, bound / 3.0, parts.error), low, high)
    dims = ("scenario", "tranche") if spec.of == "note" else ("scenario",)
    return as_dataset(parts, dims, ds.coords, spec.unit, f"{spec.meaning}, {against}")


def _bound(measure: str, *results: xr.Dataset) -> float:
    """How far apart losses may be that no path tells apart: the rule of three, and what that may do to a tail."""
    zero = max(
        float(zero_count_bound(ds["batch_path"].sum())) * (MOST_WEIGHT if is_weighted(ds) else 1) for ds in results
    )
    return unseen(measure, zero) if is_tail(measure) else zero


def _weights(ds: xr.Dataset, probability: Mapping[str, float] | None) -> xr.DataArray:
    names = [str(s) for s in ds["scenario"].values]
    given = dict(probability) if probability is not None else probabilities(ds)
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise DataError(f"no scenario named {', '.join(unknown)}; there are {', '.join(names)}")
    weight = np.array([given.get(name, 0.0) for name in names])
    if not np.all(np.isfinite(weight)) or weight.min() < 0.0 or weight.sum() <= 0.0:
        raise DataError("a mixture needs scenario probabilities: none negative, at least one above 0")
    return xr.DataArray(weight / weight.sum(), {"scenario": ds["scenario"]}, ("scenario",))
