"""Deal + pool + scenario -> what each month's inputs are, in plain arrays (still no indices of the kernel)."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from stress.assemble.caps import bounded
from stress.assemble.held_default import with_held_default
from stress.assemble.monthly import MonthInputs, ParameterLaw, base_months, coupons
from stress.assemble.moves import MOVES
from stress.assemble.own_quantities import check_moved
from stress.assemble.short_rate import with_curve
from stress.assemble.stages import entry_by_month, n_stage
from stress.assemble.statements import at_closing, times_of
from stress.assemble.swing import CLOSING, Past, swing_of
from stress.errors import ConfigError
from stress.inputs.deal import Deal
from stress.inputs.job import ScenarioCase
from stress.inputs.job.parameters import Parameters
from stress.inputs.pool import Pool
from stress.inputs.state import State
from stress.inputs.state.rules import month_of

_ELSEWHERE = ("turnover",)
"""Shocks that move the pool itself, not a month's inputs."""


def resolve(deal: Deal, pool: Pool, case: ScenarioCase, state: State | None = None) -> MonthInputs:
    """Inputs of every month under one scenario: base values moved by its shocks in order, held within their caps.

    From a state on, drawn macro variables leave the scenario after its month only, and drawn parameters have the law
    that it tells.

    Raises ConfigError where a shock asks for what the pool or deal does not have.
    """
    return bounded(asked(deal, pool, case, state), deal)


def asked(deal: Deal, pool: Pool, case: ScenarioCase, state: State | None = None) -> MonthInputs:
    """What the shocks ask for, before any cap; `coupon` still holds index levels, `smm` no payment multiplier.

    The score slope acts first (logit of entry flattened, the pool mean kept), then rates, odds and the rest; last,
    where rolls load on the factor, a moved rho is given the entry rates that keep the mean static default.
    """
    months = with_curve(base_months(deal, pool), deal, case.short_rate)
    slopes = [shock for shock in case.shocks if shock.target == "score_slope"]
    try:
        for shock in [*slopes, *(s for s in case.shocks if s.target not in ("score_slope", *_ELSEWHERE))]:
            months = MOVES[shock.target](months, shock, deal, pool)
        check_moved(deal, months)
    except ConfigError as error:
        raise ConfigError(f"scenario {case.name}: {error}") from None
    months = with_held_default(months, at_closing(pool, times_of(deal)))
    months = _rolls_follow(months, pool)
    if case.parameters is not None:
        months = months._replace(parameters=law_of(case.parameters, state))
    if case.swing is not None:
        names = [segment.name for segment in pool.segments for _ in range(n_stage(pool))]
        past = past_of(deal, case, state)
        months = months._replace(swing=swing_of(case.swing, names, deal.legal_maturity_months, past))
    return months


def law_of(parameters: Parameters, state: State | None) -> ParameterLaw:
    """That of their estimates, or what the reports behind a state have made of it (Opening state, in `kernels`)."""
    root = np.linalg.cholesky(np.array(parameters.covariance))
    if state is None or state.known is None:
        return ParameterLaw(np.zeros(len(root)), root)
    left = np.zeros((len(root), len(root)))
    for i, row in enumerate(state.known.root[: len(root)]):
        left[i, : i + 1] = row
    return ParameterLaw(root @ np.array(state.known.parameters), root @ left)


def past_of(deal: Deal, case: ScenarioCase, state: State | None) -> Past:
    """What a state tells of the macro variables that a scenario draws."""
    if state is None:
        return CLOSING
    return Past(month_of(state, deal), state.macro.get(case.name, ()))


def _rolls_follow(months: MonthInputs, pool: Pool) -> MonthInputs:
    """Rolls with an elasticity: their log odds move by so much of what the shocks did to those of entry."""
    elastic = [(b, bucket.elasticity) for b, bucket in enumerate(pool.buckets) if bucket.elasticity]
    if not elastic:
        return months
    rates = (months.entry, entry_by_month(pool, len(months.entry)))
    moved, base = (np.clip(rate, 1e-12, 1.0 - 1e-12) for rate in rates)
    shift, roll = logit(moved) - logit(base), months.roll.copy()
    for b, elasticity in elastic:
        inner = (roll[..., b] > 0.0) & (roll[..., b] < 1.0)
        odds = logit(np.where(inner, roll[..., b], 0.5)) + elasticity * shift
        roll[..., b] = np.where(inner, expit(odds), roll[..., b])
    return months._replace(roll=roll)


__all__ = ["MonthInputs", "asked", "base_months", "coupons", "resolve"]
