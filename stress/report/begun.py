"""Where the fans of a deal in mid-life begin: at what its state gives, before the first month that was simulated."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr

from stress import measures
from stress.arrays import Array, Ints
from stress.measures.months import SMALL_POOL
from stress.report.known_job import job_of
from stress.report.numbers import percent


class Fan(NamedTuple):
    """What a fan shows by month: (month,), (scenario[, note], month, quantile), (scenario[, note], month)."""

    month: Ints
    level: Array
    mean: Array


def fan_of(ds: xr.Dataset, quantity: str) -> Fan:
    """Quantiles and mean by month, what lies beyond the bins at their end; of excess spread only while the median pool
    is worth dividing by. The first month is the state's, where the deal starts from one that tells the quantity."""
    level = measures.fan(ds, quantity, clamp=True).values
    if quantity == "excess_spread":
        level = np.where(ds["pool_balance"].values[..., 2:3] < SMALL_POOL, np.nan, level)
    fan = Fan(ds["month"].values, level, ds[f"{quantity}_mean"].values)
    first = at_the_state(ds, quantity)
    if first is None:
        return fan
    after = fan.month > first.month
    mean = np.broadcast_to(first.value, fan.mean.shape[:-1])[..., None]
    return Fan(
        np.append(first.month, fan.month[after]),
        np.concatenate([np.repeat(mean[..., None], level.shape[-1], -1), level[..., after, :]], -2),
        np.concatenate([mean, fan.mean[..., after]], -1),
    )


class First(NamedTuple):
    """What a state tells of a quantity."""

    month: int
    """That of the state; of notes whose payment still waits, the one before, whose payment they have had."""
    value: Array
    """() or (note,)"""
    waits: bool


def at_the_state(ds: xr.Dataset, quantity: str) -> First | None:
    """Where a fan begins; None from closing and where the state does not tell the quantity."""
    job = job_of(ds) if "as_of" in ds.attrs else None
    if job is None or job.state is None:
        return None
    from stress.inputs.state.rules import started

    state, month, size = job.state, started(job), job.pool.balance
    waits = state.pending is not None
    if quantity == "note_balance":
        original = [max(note.original(size), np.finfo(float).tiny) for note in job.deal.notes]
        balances = [state.notes[note.name].balance for note in job.deal.notes]
        return First(month - waits, np.array(balances) / np.array(original), waits)
    values = {
        "cumulative_default": state.sums.defaults / size,
        "default_stock": (state.sums.defaults - state.sums.recoveries) / size,
    }
    if job.deal.trust is None:
        values["pool_balance"] = state.receivables / size
    if not waits:
        values["cash_balance"] = sum(state.accounts.values()) / size
    if state.lately.excess_spread:
        values["excess_spread"] = state.lately.excess_spread[-1]
    return First(month, np.array(values[quantity]), False) if quantity in values else None


def defaulted(ds: xr.Dataset) -> str:
    """`8.30% by 2020-12`: what of the cumulative default is data; empty of a deal from closing."""
    first = at_the_state(ds, "cumulative_default")
    return "" if first is None else f"{percent(float(first.value))} by {ds.attrs['as_of']}"


def late_before(ds: xr.Dataset) -> str:
    """A sentence on notes whose interest was late before the state: that it is so on every path is data."""
    from stress.explain.words import listed

    job = job_of(ds) if "as_of" in ds.attrs else None
    if job is None or job.state is None:
        return ""
    known = [note.name for note in job.deal.notes if job.state.notes[note.name].worst_shortfall > 0.0]
    return f" By {ds.attrs['as_of']} that was so of {listed(known)} already." if known else ""


def begun(ds: xr.Dataset, quantity: str) -> str:
    """A sentence on the first point of a fan, or nothing."""
    first = at_the_state(ds, quantity)
    if first is None:
        return ""
    waiting = ", whose own payment is still to be made" if first.waits else ""
    return f"Month {first.month} is what the state of {ds.attrs['as_of']} gives{waiting}."
