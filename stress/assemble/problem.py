"""Deal + pool + scenarios + clock -> the arrays of the kernels: the only place where names become indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stress.assemble.calendar import calendar_of
from stress.assemble.contract import account_names, contract_of, step_labels
from stress.assemble.heterogeneity import taste
from stress.assemble.months import MonthInputs, resolve
from stress.assemble.receivables import Due, due_of, receivables_of
from stress.assemble.turnover import pool_under
from stress.errors import ConfigError
from stress.inputs.deal import Deal
from stress.inputs.job import Clock, Job, ScenarioCase
from stress.inputs.pool import Dependence, Pool
from stress.kernels import layout
from stress.kernels.layout import Market, Problem, Sizes, rows_of
from stress.links import fit_links

COHORTS: dict[Clock, int] = {"monthly": 1, "daily": 30, "payment_date": 3}
"""Cohorts of each clock: the payment-date clock has the 1st, the payment day and the month end."""
_UNLIMITED = 1e300
_DEFAULT_MULTIPLE = 1.2


def assemble(job: Job, deterministic: bool = False) -> Problem:
    """Arrays of a job, one scenario after another. `deterministic`: unconditional rates with rho = 0.

    Raises ConfigError where deal, pool and scenarios do not fit together.
    """
    pools = [pool_under(job.pool, case) for case in job.scenarios]
    months = [resolve(job.deal, pool, case) for pool, case in zip(pools, job.scenarios, strict=True)]
    needs = {id(pool): replacement_need(job.deal, pool, job.clock) for pool in pools}
    supply = np.stack([_supply(pool, m, needs[id(pool)]) for pool, m in zip(pools, months, strict=True)])
    return build(job.deal, pools, months, job.clock, supply, deterministic)


def replacement_need(deal: Deal, pool: Pool, clock: Clock) -> np.ndarray:
    """(T + 1, C) face that the deterministic run buys at each step: no shocks, rho 0, no trigger, unlimited supply."""
    from stress.kernels.alone import bought_by_step

    months = resolve(deal, pool, ScenarioCase(name="none"))
    supply = np.full((1, deal.legal_maturity_months + 1, COHORTS[clock]), _UNLIMITED)
    problem = build(deal, [pool], [months], clock, supply, deterministic=True)
    untested = problem.contract._replace(threshold=np.full_like(problem.contract.threshold, np.nan))
    return bought_by_step(problem._replace(contract=untested))


def _supply(pool: Pool, months: MonthInputs, need: np.ndarray) -> np.ndarray:
    """Face offered at each step; where originations are cut, an unlimited supply is 1.2 times the need.

    On the first days of a month with an outage nothing is offered.
    """
    originations = np.append(months.originations, months.originations[-1])[:, None]
    multiple = pool.supply.multiple if pool.supply.multiple is not None else _DEFAULT_MULTIPLE
    supply: np.ndarray = need * multiple * originations
    if pool.supply.unlimited:
        supply = np.where(originations < 1.0, supply, _UNLIMITED)
    closed = np.append(months.outage_days, 0.0)[:, None] * supply.shape[1] / 30.0
    return np.where(np.arange(supply.shape[1]) < closed, 0.0, supply)


def build(
    deal: Deal,
    pools: Sequence[Pool],
    months: Sequence[MonthInputs],
    clock: Clock,
    supply: np.ndarray,
    deterministic: bool,
) -> Problem:
    """Arrays from resolved pools and months (one each per scenario) and a supply (K, T + 1, C)."""
    pool = pools[0]
    dates = calendar_of(deal)
    due = due_of(pool.billing, COHORTS[clock])
    sizes = _sizes(deal, pool, months, clock, due)
    receivables, eligible = receivables_of(pools, months, sizes, clock, due)
    market = _market(deal, pool.dependence, months, sizes, supply * eligible[:, :, None], deterministic)
    return Problem(
        sizes=sizes,
        rows=rows_of(sizes),
        market=market,
        receivables=receivables,
        contract=contract_of(deal, months, dates, pool.balance),
    )


def _sizes(deal: Deal, pool: Pool, months: Sequence[MonthInputs], clock: Clock, due: Due) -> Sizes:
    n_month, n_cohort = deal.legal_maturity_months, COHORTS[clock]
    payment_step = {"monthly": -1, "daily": deal.payment_day - 1, "payment_date": 1}[clock]
    longest = n_month + 4 if pool.payment_rate is not None else max(p.term for p in pool.plans)
    longest += pool.billing.months_later if pool.billing else 0
    step_days = 30.0 / n_cohort
    lag = max(float(m.lag_days.max()) for m in months)
    for name in ("lag_days", "outage_days"):
        if any((getattr(m, name) % step_days).any() for m in months):
            raise ConfigError(
                f"purchase_{name}: the {clock} clock moves in steps of {step_days:g} days; give a multiple"
            )
        if any(getattr(m, name).any() for m in months) and (deal.purchase != "each_step" or clock == "payment_date"):
            raise ConfigError(f"purchase_{name}: only for deals that buy at each step of the monthly or daily clock")
    _, step_of_row = step_labels(deal)
    return Sizes(
        n_scenario=len(months),
        n_month=n_month,
        n_cohort=n_cohort,
        n_segment=len(pool.segments),
        n_history=min(n_month, deal.revolving_months + (payment_step >= 0)),
        n_part=due.table.shape[1],
        n_way=len(due.ways),
        n_note=len(deal.notes),
        n_account=len(account_names(deal)),
        n_fee=len(deal.fees),
        n_trigger=len(deal.triggers),
        n_step=len(step_of_row),
        n_factor=_n_factor(pool.dependence),
        n_lag=len(pool.recovery_lag),
        n_write_off=pool.write_off_months,
        n_lock=1 + round(lag / step_days) if lag > 0.0 else 1,
        n_revolving=deal.revolving_months,
        payment_step=payment_step,
        buys_each_step=int(deal.purchase == "each_step" and clock != "payment_date"),
        ladder=int(pool.ladder is not None),
        longest=longest,
        limits=int(bool(pool.eligibility.segment_limit)),
        interest_on_unpaid=int(deal.interest_on_unpaid_interest),
    )


def _n_factor(dependence: Dependence) -> int:
    """Default, prepayment, recovery: as many as carry a loading."""
    if dependence.rho_recovery > 0.0:
        return 3
    return 2 if dependence.rho_prepayment > 0.0 else 1


def _market(
    deal: Deal,
    dependence: Dependence,
    months: Sequence[MonthInputs],
    sizes: Sizes,
    supply: np.ndarray,
    deterministic: bool,
) -> Market:
    n_scenario, n_month, n_segment = sizes.n_scenario, sizes.n_month, sizes.n_segment
    shape = (n_scenario, n_month, n_segment)
    group: dict[int, tuple[np.ndarray, Any, int]] = {
        layout.ENTRY: (np.stack([m.entry for m in months]), np.stack([m.rho for m in months])[:, :, None], 1),
        layout.PREPAYMENT: (np.stack([m.smm for m in months]), dependence.rho_prepayment, -1),
        layout.RECOVERY: (np.stack([m.recovery for m in months]), dependence.rho_recovery, -1),
    }
    roll = np.stack([m.roll for m in months])
    for bucket in range(3):
        group[layout.ROLL_1 + bucket] = (roll[..., bucket], dependence.rho_roll, 1)
    fits = {}
    for rate, (p, rho, sign) in group.items():
        rho = np.zeros(shape) if deterministic else np.broadcast_to(rho, shape)
        for k in range(n_scenario):
            fits[k, rate] = (fit_links(p[k], rho[k], sign), p[k], rho[k], sign)
    width = max(2, 1 + max(fit.degree for fit, *_ in fits.values()))
    link = np.zeros((*shape, layout.N_RATE, width))
    degree = np.zeros((n_scenario, layout.N_RATE), dtype=np.int64)
    steady = np.zeros((n_scenario, layout.N_RATE), dtype=np.int64)
    common = np.zeros((n_scenario, layout.N_RATE), dtype=np.int64)
    for (k, rate), (fit, p, rho, sign) in fits.items():
        degree[k, rate] = fit.degree
        common[k, rate] = int(bool((p == p[:, :1]).all() and (rho == rho[:, :1]).all()))
        if fit.degree >= 0:
            link[k, :, :, rate, : fit.degree + 1] = fit.coef
            steady[k, rate] = int(fit.degree == 0 and bool((p == p[0]).all()))
        else:
            link[k, :, :, rate, :2] = rational_link(p, rho, sign)
    own = np.zeros((*shape, layout.TASTE_DEGREE + 1))
    for k, m in enumerate(months):
        if m.heterogeneity is not None and not deterministic:
            degree[k, layout.ENTRY], steady[k, layout.ENTRY], common[k, layout.ENTRY] = -2, 0, 0
            link[k, :, :, layout.ENTRY, :2] = rational_link(m.entry, m.rho[:, None] + 0.0 * m.entry, 1)
            own[k] = taste(m.entry, m.rho[:, None], m.heterogeneity[:, None])
    correlation = np.eye(3)
    correlation[0, 1] = correlation[1, 0] = dependence.correlation_prepayment
    correlation[0, 2] = correlation[2, 0] = dependence.correlation_recovery
    correlation[1, 2] = correlation[2, 1] = dependence.correlation_prepayment_recovery
    root = np.linalg.cholesky(correlation)[: sizes.n_factor, : sizes.n_factor]
    phi = dependence.phi
    start = (
        [0.0, 1.0] if dependence.factor_start == "stationary" else [phi * dependence.factor_start, (1 - phi**2) ** 0.5]
    )
    return Market(
        phi=np.full(n_scenario, phi),
        start=np.tile(np.array(start), (n_scenario, 1)),
        cholesky=np.ascontiguousarray(np.broadcast_to(root, (n_scenario, *root.shape))),
        link=link,
        degree=degree,
        steady=steady,
        common=common,
        taste=own,
        factor_of=np.array([0, 0, 0, 0, min(1, sizes.n_factor - 1), sizes.n_factor - 1], dtype=np.int64),
        month=np.stack([_month_scalars(deal, m, sizes) for m in months]),
        supply=np.ascontiguousarray(supply),
    )


def rational_link(p: np.ndarray, rho: np.ndarray, sign: int) -> np.ndarray:
    """(..., 2): a and b of Phi(a + b z). A rate of 0 or 1 becomes a = -+1e9."""
    from scipy.special import ndtri

    root = np.sqrt(1.0 - rho)
    return np.stack([np.clip(ndtri(p) / root, -1e9, 1e9), -sign * np.sqrt(rho) / root], axis=-1)


def _month_scalars(deal: Deal, m: MonthInputs, sizes: Sizes) -> np.ndarray:
    scalars = np.zeros((sizes.n_month, 8))
    scalars[:, layout.PAYMENT] = m.payment
    scalars[:, layout.YIELD] = m.yield_multiple
    scalars[:, layout.DILUTION] = m.dilution
    scalars[:, layout.UNPAID_SHARE] = m.dilution_unpaid
    scalars[:, layout.COMMINGLED_STEPS] = m.commingled * sizes.n_cohort
    scalars[:, layout.CASH_RATE] = m.cash_rate / 12.0 / sizes.n_cohort
    scalars[:, layout.PRICE] = deal.purchase_price
    scalars[:, layout.LAG] = np.round(m.lag_days * sizes.n_cohort / 30.0)
    return scalars


__all__ = ["COHORTS", "assemble", "build", "replacement_need"]
