"""The inputs that a tornado moves, and by how much: one table."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from stress.arrays import Array
from stress.explain.notes import last_of_class
from stress.inputs.deal import Deal
from stress.inputs.job import Job
from stress.inputs.job.parameters import Parameters
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock
from stress.measures.estimate import NORMAL

Edit = Callable[[Job], "Job | None"]
"""The job with one input moved, or None where the job has no such input."""


class Side(NamedTuple):
    """One way of moving an input: a shock on top of the scenario, or an edit of deal or pool."""

    label: str
    shock: Shock | None = None
    edit: Edit | None = None


class Input(NamedTuple):
    """An input with its two sides; `up` is None where it can only go down."""

    name: str
    down: Side | None
    up: Side | None


def _shock(label: str, target: str, **move: float) -> Side:
    return Side(label, Shock.model_validate({"target": target, **move}))


def _pool(label: str, change: Callable[[Pool], dict[str, Any] | None]) -> Side:
    def edit(job: Job) -> Job | None:
        update = change(job.pool)
        if update is None:
            return None
        pool = Pool.model_validate(job.pool.model_copy(update=update).model_dump(exclude_unset=True))
        return None if pool == job.pool else job.model_copy(update={"pool": pool})

    return Side(label, edit=edit)


def _dependence(label: str, name: str, move: Callable[[float], float]) -> Side:
    def change(pool: Pool) -> dict[str, Any] | None:
        value = getattr(pool.dependence, name)
        if value == 0.0:
            return None
        return {"dependence": pool.dependence.model_copy(update={name: move(value)})}

    return _pool(label, change)


def _subordination(label: str, points: float) -> Side:
    """Share of the cut-off balance moved from the most senior note to the last one, unless that is a certificate or the
    notes are issued already."""

    def edit(job: Job) -> Job | None:
        if job.state is not None:
            return None
        size = [note_share(job, k) for k in range(len(job.deal.notes))]
        if len(size) < 2 or size[-1] == 0.0 or size[0] - points <= 0.0 or size[-1] + points <= 0.0:
            return None
        return with_shares(job, [size[0] - points, *size[1:-1], size[-1] + points])

    return Side(label, edit=edit)


def note_share(job: Job, note: int) -> float:
    """Original balance of a note over the cut-off balance."""
    terms = job.deal.notes[note]
    return float(terms.share if terms.share is not None else (terms.amount or 0.0) / job.pool.balance)


def ahead_of(deal: Deal, shares: Sequence[float], note: int) -> Array:
    """(N,) weights that sum shares to what does not bear losses before a note: its class and the classes above it. The
    rest of 1 is its enhancement, classes below and pool beyond all notes; of a trust's series, and of notes that come
    to more than the pool, what ranks below of all notes."""
    total = math.fsum(shares)
    whole = total if deal.trust is not None else max(total, 1.0)
    return np.asarray((np.arange(len(shares)) <= last_of_class(deal)[note]) / whole, np.float64)


def with_shares(job: Job, shares: list[float]) -> Job:
    """The job with other note sizes, as shares of the cut-off balance."""
    size = [min(max(float(share), 0.0), 1.0) for share in shares]
    if job.deal.trust is None and math.fsum(size) <= 1.0:
        sizes: list[dict[str, float | None]] = [{"share": share, "amount": None} for share in size]
    else:  # the pool is the trust's; or notes come to more than the pool, as amounts may
        sizes = [{"share": None, "amount": share * job.pool.balance} for share in size]
    notes = tuple(note.model_copy(update=change) for note, change in zip(job.deal.notes, sizes, strict=True))
    deal = Deal.model_validate(job.deal.model_copy(update={"notes": notes}).model_dump(exclude_unset=True))
    return job.model_copy(update={"deal": deal})


def _halfway(value: float) -> float:
    """Persistence whose distance from 1 is halved."""
    return 1.0 - 0.5 * (1.0 - value)


def calibrated(parameters: Parameters) -> tuple[Input, ...]:
    """The inputs of the table, with default odds, correlation and persistence moved to the ends of their 95% intervals:
    1.96 standard errors of the log odds of each, from a calibration's sampling distribution.
    """
    p, rho, phi = (NORMAL * parameters.covariance[i][i] ** 0.5 for i in range(3))
    low, high = (f"{side} end, {parameters.name}" for side in ("lower", "upper"))

    def moved(shift: float) -> Callable[[float], float]:
        return lambda value: 1.0 / (1.0 + (1.0 / value - 1.0) * math.exp(-shift))

    replacements = {
        "default odds": Input(
            "default odds",
            _shock(low, "default_odds", multiply=math.exp(-p)),
            _shock(high, "default_odds", multiply=math.exp(p)),
        ),
        "asset correlation": Input(
            "asset correlation", _dependence(low, "rho", moved(-rho)), _dependence(high, "rho", moved(rho))
        ),
        "persistence of factors": Input(
            "persistence of factors", _dependence(low, "phi", moved(-phi)), _dependence(high, "phi", moved(phi))
        ),
    }
    return tuple(replacements.get(item.name, item) for item in INPUTS)


INPUTS: tuple[Input, ...] = (
    Input("default odds", _shock("÷ 1.5", "default_odds", multiply=1 / 1.5),
          _shock("× 1.5", "default_odds", multiply=1.5)),
    Input("payment on time", _shock("× 0.8", "payment", multiply=0.8), None),
    Input("yield", _shock("× 0.9", "yield", multiply=0.9), _shock("× 1.1", "yield", multiply=1.1)),
    Input("fee-free share of purchases", _shock("− 10 points", "fee_free_share", add=-0.1),
          _shock("+ 10 points", "fee_free_share", add=0.1)),
    Input("prepayment", _shock("÷ 2", "prepayment", multiply=0.5), _shock("× 2", "prepayment", multiply=2.0)),
    Input("recovery", _shock("− 10 points", "recovery", add=-0.1), _shock("+ 10 points", "recovery", add=0.1)),
    Input("originations", _shock("× 0.7", "originations", multiply=0.7), _shock("× 1.3", "originations", multiply=1.3)),
    Input("asset correlation", _shock("÷ 1.5", "rho", multiply=1 / 1.5), _shock("× 1.5", "rho", multiply=1.5)),
    Input("score slope", _shock("× 0.7", "score_slope", multiply=0.7), None),
    Input("dilution", None, _shock("+ 1 point a month", "dilution", add=0.01)),
    Input("cash lost to commingling", None,
          _shock("1 day of month 6", "commingled_days", set=1.0, from_month=6, to_month=6)),
    Input("days before cash buys", None, _shock("5 days", "purchase_lag_days", set=5.0)),
    Input("purchase outage", None,
          _shock("10 days of month 6", "purchase_outage_days", set=10.0, from_month=6, to_month=6)),
    Input("cash rate", _shock("− 1 point", "cash_rate", add=-0.01), _shock("+ 1 point", "cash_rate", add=0.01)),
    Input("index rates", _shock("− 1 point", "index_rate", add=-0.01), _shock("+ 1 point", "index_rate", add=0.01)),
    Input("discount spread", _shock("− 1 point", "note_spread", add=-0.01),
          _shock("+ 1 point", "note_spread", add=0.01)),
    Input("persistence of factors", _dependence("distance from 1 × 2", "phi", lambda v: max(0.0, 2.0 * v - 1.0)),
          _dependence("distance from 1 ÷ 2", "phi", _halfway)),
    Input("correlation of prepayment", _dependence("÷ 2", "rho_prepayment", lambda v: v / 2.0),
          _dependence("× 2", "rho_prepayment", lambda v: min(0.99, 2.0 * v))),
    Input("default-prepayment correlation", _dependence("÷ 2", "correlation_prepayment", lambda v: v / 2.0),
          _dependence("× 2", "correlation_prepayment", lambda v: max(-0.95, min(0.95, 2.0 * v)))),
    Input("subordination", _subordination("− 1 point", -0.01), _subordination("+ 1 point", 0.01)),
)  # fmt: skip
"""Amounts are ours, to compare inputs with each other; they are not equally likely moves."""
