"""Deal + pool + scenarios + clock -> the arrays of the kernels: the only place where names become indices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stress.assemble.by_identity import by_identity
from stress.assemble.calendar import Calendar, calendar_of
from stress.assemble.contract import contract_of
from stress.assemble.expected import Told, told_of
from stress.assemble.market import factors_of, market_of
from stress.assemble.months import MonthInputs, resolve
from stress.assemble.opening import begun, rate_begins, untested
from stress.assemble.own_quantities import moved_in
from stress.assemble.priority import account_names, n_row
from stress.assemble.qualities import in_qualities
from stress.assemble.receivables import Due, due_of, months_left, receivables_of
from stress.assemble.short_rate import short_rate_of
from stress.assemble.stages import months_to_rebase, n_stage
from stress.assemble.told_factors import check_factors, silent
from stress.assemble.turnover import pool_under
from stress.errors import ConfigError
from stress.inputs.clocks import COHORTS, Clock
from stress.inputs.deal import Deal
from stress.inputs.deal.formula_rules import counted_by_year, indices_in, months_kept, quantities_in
from stress.inputs.deal.reading import buys, on_unpaid, written_down
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Pool
from stress.inputs.pool.ladder import Bucket
from stress.inputs.state import State
from stress.inputs.state.rules import month_of
from stress.kernels import codes
from stress.kernels.layout import Sizes
from stress.kernels.tables import Opening, Problem

_UNLIMITED = 1e300
_DEFAULT_MULTIPLE = 1.2


def assemble(job: Job, deterministic: bool = False) -> Problem:
    """Arrays of a job, one scenario after another. `deterministic`: unconditional rates with rho = 0; of a job in
    mid-life whose state tells of the factors, the rates expected given these.

    Raises ConfigError where deal, pool and scenarios do not fit together.
    """
    pools, months = _resolved(job)
    if job.deal.trust is not None:
        supply = np.stack([new_receivables(pool, m) for pool, m in zip(pools, months, strict=True)])
    elif not buys(job.deal):
        supply = np.stack([supply_of(pool, m, _none(job)) for pool, m in zip(pools, months, strict=True)])
    else:
        distinct = {id(pool): pool for pool in pools}
        needs = {key: replacement_need(job.deal, pool, job.clock, job.state) for key, pool in distinct.items()}
        supply = np.stack([supply_of(pool, m, needs[id(pool)]) for pool, m in zip(pools, months, strict=True)])
    return build(job.deal, pools, months, job.clock, supply, deterministic, job.state)


def without_supply(job: Job) -> Problem:
    """The arrays of a job without new receivables: all that needs no kernel. Raises what `assemble` raises."""
    pools, months = _resolved(job)
    return build(job.deal, pools, months, job.clock, np.stack([_none(job)] * len(pools)), False, job.state)


def _none(job: Job) -> np.ndarray:
    """(T + 1, C) nothing at any step."""
    return np.zeros((job.deal.legal_maturity_months + 1, COHORTS[job.clock]))


def _resolved(job: Job) -> tuple[list[Pool], list[MonthInputs]]:
    """Pool and months of each scenario."""
    if job.reports:
        raise ConfigError(f"job {job.name!r} starts after its reports, which are not read yet: stress.load reads them")
    pools = [pool_under(job.pool, case) for case in job.scenarios]
    return pools, [resolve(job.deal, pool, case, job.state) for pool, case in zip(pools, job.scenarios, strict=True)]


@by_identity
def replacement_need(deal: Deal, pool: Pool, clock: Clock, state: State | None) -> np.ndarray:
    """(T + 1, C) face that the deterministic run buys at each step: no shock, rho 0, no trigger, unlimited supply; from
    the state on where one is given."""
    from stress.kernels.alone import bought_by_step

    state = None if state is None else silent(untested(state, deal))
    months = resolve(deal, pool, ScenarioCase(name="none"))
    supply = np.full((1, deal.legal_maturity_months + 1, COHORTS[clock]), _UNLIMITED)
    problem = build(deal, [pool], [months], clock, supply, True, state)
    off = problem.contract._replace(threshold=np.full_like(problem.contract.threshold, np.nan))
    return bought_by_step(problem._replace(contract=off))


def new_receivables(pool: Pool, months: MonthInputs) -> np.ndarray:
    """(T + 1, 1) what cardholders of a trust buy, over the trust at the month's start."""
    assert pool.payment_rate is not None
    assert pool.payment_rate.purchase_rate is not None
    originations = np.append(months.originations, months.originations[-1])
    return np.asarray(pool.payment_rate.purchase_rate * originations[:, None])


def supply_of(pool: Pool, months: MonthInputs, need: np.ndarray) -> np.ndarray:
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
    state: State | None = None,
) -> Problem:
    """Arrays from resolved pools and months (one each per scenario) and a supply (K, T + 1, C)."""
    pools, months, n_quality = in_qualities(pools, months, purchase_months(deal, clock))
    pool = pools[0]
    dates = calendar_of(deal)
    due = due_of(pool.billing, COHORTS[clock])
    sizes = sizes_of(deal, pool, months, clock, dates, due, deterministic, n_quality)
    receivables, eligible = receivables_of(deal, pools, months, sizes, clock, due)
    told = _told(deal, pool, sizes, state) if deterministic else None
    market = market_of(deal, pool, months, sizes, supply * eligible[:, :, None], deterministic, told)
    problem = Problem(
        sizes=sizes,
        market=market,
        receivables=receivables,
        contract=contract_of(deal, months, dates, pool),
        short_rate=short_rate_of(deal, months, dates, sizes, deterministic, rate_begins(state, deal)),
        opening=Opening(np.zeros(0), np.zeros((sizes.n_factor, 0))),
    )
    return problem if state is None else begun(problem, deal, pools, clock, state)


def _told(deal: Deal, pool: Pool, sizes: Sizes, state: State | None) -> Told | None:
    """What a state tells of the factors of its deal's pool; None where it tells nothing."""
    if state is None or not state.factors:
        return None
    check_factors(state, sizes.n_factor)
    return told_of(state, pool.dependence.phi, month_of(state, deal), sizes.n_month)


def purchase_months(deal: Deal, clock: Clock) -> int:
    """Months in which a purchase can happen: where the payment comes later, that of the last revolving month too; in a
    trust every month."""
    if deal.trust is not None:
        return deal.legal_maturity_months
    return min(deal.legal_maturity_months, deal.revolving_months + int(clock != "monthly"))


def sizes_of(
    deal: Deal,
    pool: Pool,
    months: Sequence[MonthInputs],
    clock: Clock,
    dates: Calendar,
    due: Due,
    deterministic: bool,
    n_quality: int = 1,
) -> Sizes:
    n_month, n_cohort = deal.legal_maturity_months, COHORTS[clock]
    bought = [plan.term for plan in pool.plans if plan.term <= months_left(pool, n_month, 0)]
    n_moved = len(moved_in(deal, months))
    return Sizes(
        n_scenario=len(months),
        n_month=n_month,
        n_cohort=n_cohort,
        n_segment=len(pool.segments) * n_stage(pool),
        n_whole=len(pool.segments),
        n_level=len(pool.segments) // n_quality,
        **_ladder_sizes(pool),
        n_history=purchase_months(deal, clock),
        n_part=due.table.shape[1],
        n_delay=len(due.delays),
        n_note=len(deal.notes),
        n_account=len(account_names(deal)),
        n_party=len(deal.parties),
        n_index=len(indices_in(deal)) + n_moved,
        n_own_level=n_moved,
        n_fee=len(deal.fees),
        n_trigger=len(deal.triggers),
        n_step=n_row(deal),
        n_factor=len(factors_of(pool).name),
        n_lag=len(pool.recovery_lag),
        n_write_off=pool.write_off_months,
        n_lock=_lock_steps(months),
        n_revolving=deal.revolving_months,
        first_payment=dates.first_payment - 1,
        payment_step={"monthly": -1, "daily": deal.payment_day - 1, "payment_date": 1}[clock],
        buys_each_step=int(deal.purchase == "each_step" and clock != "payment_date"),
        longest=max(bought, default=0) + (pool.billing.months_later if pool.billing else 0),
        limits=int(_keeps_segments(deal, pool)),
        interest_on_unpaid=_whose_unpaid(deal),
        constant_payment=int(pool.payment_rate is not None),
        granular=int(pool.obligors is not None and not deterministic),
        trust=int(deal.trust is not None),
        writes_down=int(bool(written_down(deal))),
        n_past=months_kept(deal),
        fee_years=int(bool(counted_by_year(deal))),
    )


def _keeps_segments(deal: Deal, pool: Pool) -> bool:
    """Whether limits or formulas look at what each segment has."""
    looked_at = any(name == "segment" for name, _ in quantities_in(deal))
    return deal.trust is None and (bool(pool.eligibility.segment_limit) or looked_at)


def _whose_unpaid(deal: Deal) -> int:
    """Whose unpaid interest bears interest."""
    bears = on_unpaid(deal).values()
    return codes.OF_ALL_NOTES if all(bears) else codes.OF_SOME_NOTES if any(bears) else 0


def _ladder_sizes(pool: Pool) -> dict[str, int]:
    """Stages, and buckets where the ladder is no simple one of three."""
    long = pool.ladder is not None and (not pool.simple_ladder or pool.late_fee > 0.0)
    seasoned, waits = long or bool(pool.stages), [b for bucket in pool.buckets for b in _downward(bucket)]
    return {
        "n_stage": n_stage(pool),
        "n_bucket": len(pool.buckets) if seasoned else 0,
        "n_down": 1 + max(waits, default=-1) if seasoned else 0,
        "n_ring": 6 if seasoned and len(pool.buckets) > 3 else 3,
        "n_rebase": months_to_rebase(pool),
        "ladder": int(pool.ladder is not None),
        "seasoned": int(seasoned),
    }


def _downward(bucket: Bucket) -> list[int]:
    """By how many buckets something of a bucket pays its way down in a month; 0: it stays."""
    return [down for down, share in enumerate((bucket.stays, *bucket.pays_down)) if share > 0.0]


def _lock_steps(months: Sequence[MonthInputs]) -> int:
    """Steps in which cash waits to buy, the last its own: a lag is of the daily clock alone."""
    lag = max(float(m.lag_days.max()) for m in months)
    return 1 + round(lag) if lag > 0.0 else 1


__all__ = ["assemble", "build", "new_receivables", "replacement_need", "without_supply"]
