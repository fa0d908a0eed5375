"""What one scenario of a job means for the NumPy model: links as thresholds, profiles by age, the contract."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from stress.assemble.calendar import calendar_of
from stress.assemble.months import MonthInputs, resolve
from stress.assemble.profiles import Price, new_profile, opening_profiles
from stress.assemble.turnover import pool_under
from stress.inputs.job import Job
from stress.inputs.pool import Pool
from stress.kernels.layout import Sizes
from stress.kernels.tables import Contract, Problem

Array = NDArray[np.float64]


class Link(NamedTuple):
    """Rate given the factor, Phi(level + slope z); the rate itself where it does not depend on a factor."""

    level: Array
    """(T, S, 1); the unconditional rate where `slope` is None."""
    slope: Array | None
    factor: int


class Tables(NamedTuple):
    """One scenario. T months, S segments, J purchase months, R slots."""

    sizes: Sizes
    entry: Link
    roll: tuple[Link, Link, Link]
    prepayment: Link
    recovery: Link
    phi: float
    start: Array
    """(2,): Y_1 = shift + gain L e_1."""
    cholesky: Array
    """(F, F)"""
    month: Array
    """(T, 8) payment, yield, dilution, unpaid share, commingled steps, cash rate, price, lag steps."""
    supply: Array
    """(T + 1, C)"""
    opening: Array
    """(C, S, 4) performing, M1, M2, M3 at closing."""
    open_profile: Array
    """(2, S, R) principal and fee in slot r per unit of performing opening balance; slot 0 unused."""
    new_profile: Array
    """(J, 2, S, R) the same per unit bought in month j."""
    ahead: Array
    """(T, S, 6, 1 + J) slots 1-3 of principal, then of fee, at the opening of month t: of the opening pool, then of
    purchases by month."""
    mix: Array
    """(J, S, 1) share of each segment in what is bought."""
    limit: Array
    """(S, 1)"""
    lag: Array
    """(L,) share of a recovery paid l + 1 months after default."""
    late_charge: Array
    """(3,)"""
    accrual: Array
    """(T, N)"""
    fee_rate: Array
    """(T, P)"""
    discount: Array
    """(T, N)"""
    years: Array
    """(T,) years from issue to each payment date."""
    contract: Contract
    cut_off: float


def tables_of(job: Job, problem: Problem, k: int = 0) -> Tables:
    """Tables of the job's k-th scenario."""
    sizes, market, contract = problem.sizes, problem.market, problem.contract
    pool = pool_under(job.pool, job.scenarios[k])
    months = resolve(job.deal, pool, job.scenarios[k])
    dependence = pool.dependence
    factor = [int(f) for f in market.factor_of[:, 0]]
    opened, bought, mix = _profiles(pool, months, sizes)
    return Tables(
        sizes=sizes,
        entry=_link(months.entry, months.rho[:, None], 1.0, factor[0]),
        roll=tuple(_link(months.roll[:, :, i], dependence.rho_roll, 1.0, factor[1 + i]) for i in range(3)),  # type: ignore[arg-type]
        prepayment=_link(months.smm, dependence.rho_prepayment, -1.0, factor[4]),
        recovery=_link(months.recovery, dependence.rho_recovery, -1.0, factor[5]),
        phi=float(market.phi[k]),
        start=market.start[k],
        cholesky=market.cholesky[k],
        month=market.month[k],
        supply=market.supply[k],
        opening=problem.receivables.opening[..., :4],
        open_profile=opened,
        new_profile=bought,
        ahead=_ahead(opened, bought, sizes.n_month),
        mix=mix,
        limit=problem.receivables.limit[:, None],
        lag=problem.receivables.lag,
        late_charge=problem.receivables.late_charge[:3],
        accrual=contract.accrual[k],
        fee_rate=contract.fee_rate[k],
        discount=contract.discount[k],
        years=calendar_of(job.deal).years,
        contract=contract,
        cut_off=pool.balance,
    )


def _link(rate: Array, rho: Array | float, sign: float, factor: int) -> Link:
    loading = np.broadcast_to(np.asarray(rho, float), rate.shape)
    if not loading.any():
        return Link(rate[:, :, None], None, factor)
    root = np.sqrt(1.0 - loading)
    level = np.clip(ndtri(rate) / root, -40.0, 40.0)
    return Link(level[:, :, None], (-sign * np.sqrt(loading) / root)[:, :, None], factor)


def _profiles(pool: Pool, months: MonthInputs, sizes: Sizes) -> tuple[Array, Array, Array]:
    """Profiles of the opening pool and of what each month buys, and the mix of segments it buys."""
    n_slot = sizes.n_month + 5
    opened = [opening_profiles(pool, segment, n_slot)[0] for segment in pool.segments]
    new = np.zeros((sizes.n_history, 2, sizes.n_segment, n_slot))
    mix = np.zeros((sizes.n_history, sizes.n_segment, 1))
    for j in range(sizes.n_history):
        left = sizes.n_month - (j + 1) - pool.eligibility.months_before_legal_maturity
        for s, segment in enumerate(pool.segments):
            price = Price(float(months.fee_free_share[j]), float(months.apr_cap[j]))
            profile = new_profile(pool, segment, n_slot, price, left)
            new[j, :, s] = profile.due, profile.fee
            mix[j, s] = months.mix[j, s] * profile.eligible
        mix[j] /= mix[j].sum() or 1.0  # what is not eligible is missing from the supply
    return np.array([[p.due for p in opened], [p.fee for p in opened]]), new, mix


def _ahead(opened: Array, bought: Array, n_month: int) -> Array:
    """Coefficients of the next three slots: one matrix product per segment gives what falls due."""
    n_history, _, n_segment, _ = bought.shape
    ahead = np.zeros((n_month, n_segment, 6, 1 + n_history))
    for t in range(n_month):
        for slot in range(3):
            for kind in range(2):
                ahead[t, :, 3 * kind + slot, 0] = opened[kind, :, t + 1 + slot]
                for j in range(min(t, n_history)):
                    ahead[t, :, 3 * kind + slot, 1 + j] = bought[j, kind, :, t - j + slot]
    return ahead
