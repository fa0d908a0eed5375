"""From what was counted to the Dataset: names on the axes, then every measure with its error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from stress import measures
from stress.errors import DataError
from stress.kernels.tally import (
    MONTH_QUANTITIES,
    N_BATCH,
    N_BIN,
    N_FAN_BIN,
    N_MONTH_BATCH,
    N_REPLICATE,
    N_SPREAD_BIN,
    NO_PATH,
    NOTE_QUANTITIES,
    POOL_QUANTITIES,
    TOP_UNIT,
    WEIGHT_UNIT,
    YIELD_AWAY,
    coarse_bins,
    price_edges,
)
from stress.measures.histogram import HIGH, LOW, MIDDLE
from stress.results.variables import CHECKS, DERIVED, LAWS, RAW, REPLICATED, TRUST, WEIGHTED, Variable

IRR_BIN = "lower edge of the bin less the note's mean_coupon; yields within -100% and 1,000%, the last those at the cap"
PRICE_BIN = "middle of the bin, of the last its lower edge, beyond which it holds all; narrow about par"
COARSE_LOW = LOW[np.unique(coarse_bins(), return_index=True)[1]]
"""Lower edge of each coarse loss bin."""
WORDS = np.array([2.0**-20, 2.0**-60])
"""Values of the two int64 words of a fixed-point sum."""
PARTS = {"": "estimate", "_se": "error", "_low": "low", "_high": "high"}
"""Ends of the names of a measure, by the part of its answer."""


def build(
    tally: Mapping[str, NDArray[Any]],
    scenarios: Sequence[str],
    notes: Sequence[str],
    triggers: Sequence[str],
    months: ArrayLike,
    attrs: Mapping[str, str | int | float],
    original: Sequence[float] | None = None,
    mean_coupon: ArrayLike = 0.0,
) -> xr.Dataset:
    """The Dataset of a run.

    `tally` holds the arrays of a Tally by field name; `months` the month-end dates of months 1..T; `attrs` strings
    and numbers only (version, source_digest, job_hash, job, seed, paths, estimator, rng); `original` the notes'
    balances at closing: 0 marks a certificate, which has no yield and no average life; `mean_coupon` what their yields
    were counted about, a year.

    Raises DataError for counts that are missing or of other shapes, and attributes that are neither text nor numbers.

    >>> from stress.assemble.calendar import calendar_of
    >>> from stress.runs.engine import tallies
    >>> from stress.kernels.tally import merge
    >>> tally = merge(list(tallies(job.but(paths=1024), 1, None)))
    >>> names = [[x.name for x in group] for group in (job.scenarios, job.deal.notes, job.deal.triggers)]
    >>> found = build(tally._asdict(), *names, calendar_of(job.deal).collection_end, {"seed": "7", "paths": 1024})
    >>> int(found["batch_path"].sum())
    1024
    """
    return derive(counted(tally, scenarios, notes, triggers, months, attrs, original, mean_coupon))


def counted(
    tally: Mapping[str, NDArray[Any]],
    scenarios: Sequence[str],
    notes: Sequence[str],
    triggers: Sequence[str],
    months: ArrayLike,
    attrs: Mapping[str, str | int | float],
    original: Sequence[float] | None = None,
    mean_coupon: ArrayLike = 0.0,
) -> xr.Dataset:
    """What `build` starts from: counts and sums under their names, no measure taken yet."""
    refused = [k for k, v in attrs.items() if isinstance(v, bool) or not isinstance(v, str | int | float)]
    if refused:
        raise DataError(f"attributes must be text or numbers: {', '.join(refused)}")
    for name, given in (("original", original), ("mean_coupon", mean_coupon)):
        if given is not None and np.shape(given) not in ((), (len(notes),)):
            raise DataError(f"{name} of shape {np.shape(given)}: must be one number a note: {len(notes)}")
    coords = _coords(scenarios, notes, triggers, np.asarray(months, "datetime64[ns]"))
    if original is not None:
        words = {"units": "currency", "long_name": "balance at closing; 0 for a certificate"}
        coords["original"] = ("tranche", np.asarray(original, np.float64), words)
    about = np.broadcast_to(np.asarray(mean_coupon, np.float64), len(notes))
    coords["mean_coupon"] = ("tranche", about, {"units": "1/year", "long_name": "mean coupon before any shock"})
    try:
        raw = _named(tally, len(notes))
    except KeyError as error:
        raise DataError(f"tally has no {error}: give the arrays of a whole Tally by field name") from None
    except (IndexError, ValueError) as error:
        raise DataError(f"tally with an array of another shape: {error}") from None
    axes = xr.Dataset({}, coords=coords, attrs=dict(attrs))
    variables = (*RAW, *(WEIGHTED if _is_weighted(tally) else ()), *(REPLICATED if _is_replicated(tally) else ()))
    if _is_replicated(tally):
        axes = axes.assign_coords(coarse_bin=COARSE_LOW, replicate=np.arange(N_REPLICATE))
    return axes.assign({v.name: _checked(v, raw[v.name], axes.sizes) for v in variables})


def derive(ds: xr.Dataset) -> xr.Dataset:
    """A Dataset of raw variables with every measure taken again.

    >>> counted = ds.drop_vars([v.name for v in stress.results.DERIVED])
    >>> derive(counted)["expected_loss"].equals(ds["expected_loss"])
    True
    """
    variables: dict[str, xr.Variable] = {}
    var, es = measures.note_tails(ds)
    simple = ("expected_loss", "lgd", "wal", "irr", "price", "multiple")
    answers = {name: measures.mean(ds, name) for name in simple}
    answers["loss_probability"] = measures.loss_probability(ds)
    answers["shortfall_probability"] = measures.shortfall_probability(ds)
    answers |= {"value_at_risk": var, "expected_shortfall": es}
    answers |= {"wal_quantile": measures.wal_distribution(ds), "irr_quantile": measures.irr_distribution(ds)}
    if "price_count" in ds:  # older results were counted without
        answers["price_quantile"] = measures.price_distribution(ds)
    for event in ("early_amortization", "trigger", "first_loss"):
        answers[f"{event}_probability"] = measures.event_probability(ds, event)
    for name, answer in answers.items():
        variables |= {f"{name}{end}": answer.variables[part] for end, part in PARTS.items()}
    for quantity, name in (("default", "default_rate"), ("net_loss", "net_loss_rate")):
        rate, mean = measures.pool_tails(ds, quantity)[0].variables, measures.mean(ds, f"mean_{quantity}").variables
        variables |= {name: rate["estimate"], f"{name}_low": rate["low"], f"{name}_high": rate["high"]}
        variables |= {f"{name}_mean": mean["estimate"], f"{name}_se": mean["error"]}
    for name in (*MONTH_QUANTITIES, "note_balance"):
        fan, mean = measures.fan(ds, name).variable, measures.month_mean(ds, name).variables
        variables |= {name: fan, f"{name}_mean": mean["estimate"], f"{name}_mean_se": mean["error"]}
    solid = ~(variables["pool_balance"].isel(quantile=measures.QUANTILES.index(0.5)) < measures.SMALL_POOL)
    variables |= {name: variables[name].where(solid) for name in variables if name.startswith("excess_spread")}
    derived = tuple(v for v in DERIVED if v.name in variables)
    if measures.is_weighted(ds):
        derived = (*derived, *TRUST)
        variables |= {str(name): variable for name, variable in measures.trust(ds).variables.items()}
    axes = ds.assign_coords({"level": list(measures.LEVELS), "quantile": list(measures.QUANTILES)})
    return axes.assign({v.name: _labelled(v, variables[v.name]) for v in derived})


def _labelled(variable: Variable, answer: xr.Variable) -> xr.Variable:
    """An answer in the order, unit and words of the table. Without coordinates: xarray would compare them 80 times."""
    text = {"units": variable.unit, "long_name": variable.meaning}
    return xr.Variable(variable.dims, answer.transpose(*variable.dims).values, text)


def _coords(
    scenarios: Sequence[str], notes: Sequence[str], triggers: Sequence[str], dates: NDArray[Any]
) -> dict[str, Any]:
    month = np.arange(1, dates.size + 1)
    half, edge = 0.5 / N_SPREAD_BIN, price_edges()
    share = np.arange(N_SPREAD_BIN) / N_SPREAD_BIN + half
    quantities = [f"{note}:{q}" for note in notes for q in NOTE_QUANTITIES]
    text = {
        "scenario": list(scenarios),
        "tranche": list(notes),
        "trigger": list(triggers),
        "quantity": [*quantities, *POOL_QUANTITIES],
        "month_quantity": [*MONTH_QUANTITIES, *(f"{note}:balance" for note in notes)],
        "law": list(LAWS),
        "check": list(CHECKS),
    }
    return {
        **{k: (k, np.array(v, dtype=object)) for k, v in text.items()},
        "month": ("month", month, {"units": "months", "long_name": "months from closing"}),
        "date": ("month", dates, {"long_name": "end of the collection period"}),
        "event_month": ("event_month", np.append(month, month.size + 1), {"long_name": "month; the last is never"}),
        "loss_bin": ("loss_bin", MIDDLE, {"units": "1", "long_name": "middle of the loss bin; exact at 0 and 1"}),
        "loss_bin_low": ("loss_bin", LOW, {"units": "1", "long_name": "lower edge of the loss bin"}),
        "loss_bin_high": ("loss_bin", HIGH, {"units": "1", "long_name": "upper edge of the loss bin"}),
        "wal_bin": ("wal_bin", share * (month.size / 12.0 + 1.0), {"units": "years", "long_name": "middle of the bin"}),
        "irr_bin": ("irr_bin", YIELD_AWAY[:-1], {"units": "1/year", "long_name": IRR_BIN}),
        "price_bin": (
            "price_bin",
            np.append(0.5 * (edge[:-2] + edge[1:-1]), edge[-2]),
            {"units": "1", "long_name": PRICE_BIN},
        ),
        "price_bin_low": ("price_bin", edge[:-1], {"units": "1", "long_name": "lower edge of the price bin"}),
        "batch": ("batch", np.arange(N_BATCH)),
        "month_batch": ("month_batch", np.arange(N_MONTH_BATCH)),
        "fan_bin": ("fan_bin", np.arange(N_FAN_BIN)),
    }


def _named(tally: Mapping[str, NDArray[Any]], n_note: int) -> dict[str, NDArray[Any]]:
    """The tally's arrays under the Dataset's names: pool rows split from notes, sums decoded."""
    count = np.asarray(tally["loss_count"])
    path = np.where(np.asarray(tally["loss_path"]) == NO_PATH, -1, tally["loss_path"])
    if count.ndim != 3 or count.shape[1:] != (n_note + 2, N_BIN + 2) or path.shape != count.shape:
        raise DataError(f"loss_count and loss_path must be (scenario, {n_note} + 2, {N_BIN + 2}), was {count.shape}")
    raw = {k: np.asarray(v) for k, v in tally.items()}
    for at, name in ((n_note, "default"), (n_note + 1, "net_loss")):
        raw |= {f"{name}_count": count[:, at], f"{name}_path": path[:, at]}
    raw |= {"loss_count": count[:, :n_note], "loss_path": path[:, :n_note]}
    raw |= {k: np.asarray(tally[k]) @ WORDS for k in ("batch_sum", "month_sum")}
    raw["fault"] = np.asarray(tally["fault"])[:, [0, 3]]
    raw["fan_path"] = np.asarray(tally["fan_path"]).reshape(())
    if _is_replicated(tally):
        each = np.asarray(tally["replicate_count"])
        raw |= {"loss_replicate": each[:, :n_note], "default_replicate": each[:, n_note]}
        raw |= {"net_loss_replicate": each[:, n_note + 1]}
    return raw | _named_weights(tally, n_note) if _is_weighted(tally) else raw


def _is_weighted(tally: Mapping[str, NDArray[Any]]) -> bool:
    return np.size(tally.get("weight_sum", ())) > 0


def _is_replicated(tally: Mapping[str, NDArray[Any]]) -> bool:
    return np.size(tally.get("replicate_count", ())) > 0


def _named_weights(tally: Mapping[str, NDArray[Any]], n_note: int) -> dict[str, NDArray[Any]]:
    """Weights and their squares under the Dataset's names, scaled counts as numbers of paths."""
    loss, events = tally["loss_weight_sum"] @ WORDS, ("trigger", "early", "first_loss")
    raw = {
        **{name: tally[name] / WEIGHT_UNIT for name in ("fan_count", "price_count", "wal_weight", "irr_weight")},
        "loss_top_weight": tally["loss_top"][:, :n_note] / TOP_UNIT,
        "batch_square_sum": tally["square_sum"] @ WORDS,
        "month_weight": tally["month_weight_sum"] @ WORDS,
    }
    for power, suffix in enumerate(("weight", "weight_square")):
        raw |= {
            f"loss_{suffix}": loss[:, :n_note, :, power],
            f"batch_{suffix}": (tally["weight_sum"] @ WORDS)[:, power],
        }
        raw |= {f"default_{suffix}": loss[:, n_note, :, power], f"net_loss_{suffix}": loss[:, n_note + 1, :, power]}
        raw |= {f"{event}_{suffix}": (tally[f"{event}_weight_sum"] @ WORDS)[..., power] for event in events}
    return raw


def _checked(variable: Variable, array: NDArray[Any], sizes: Mapping[Any, int]) -> xr.Variable:
    shape = tuple(sizes[d] for d in variable.dims)
    if array.shape != shape:
        raise DataError(f"{variable.name} must be {variable.dims} = {shape}, was {array.shape}")
    return xr.Variable(variable.dims, array, {"units": variable.unit, "long_name": variable.meaning})


MIXTURE = "mixture"


def with_mixture(ds: xr.Dataset) -> xr.Dataset:
    """One job's Dataset with a last scenario `mixture`: the others weighted by the job's probabilities.

    The Dataset as it is where fewer than two scenarios have one, or one is called `mixture`. The laws' residuals and
    the path of each bin, which do not mix, are left out of a Dataset with a mixture.

    >>> with_mixture(ds) is ds  # this job gives no probabilities
    True
    """
    if len(measures.probabilities(ds)) < 2 or MIXTURE in ds["scenario"].values:
        return ds
    mixed = derive(measures.mixture(ds))
    shared = [name for name in ds.data_vars if name in mixed]
    both = xr.concat(
        [ds[shared], mixed[shared]],
        "scenario",
        data_vars="minimal",
        coords="minimal",
        compat="override",
        join="override",
    )
    return both.assign_attrs(ds.attrs)
