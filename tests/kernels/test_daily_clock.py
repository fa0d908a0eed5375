"""The daily clock beside the monthly one: where theory says that they are one, and where a day makes a difference.

Balances move once a month, on their due day, so there is no daily hazard: a month of a static pool is the same sum on
both clocks, cohort by cohort, to rounding. The clocks part where cash waits: interest on it is linear in the cash rate
and in the days, and purchases fall due when they were made.
"""

import itertools
from random import Random

import agreement
import numpy as np
import pytest
from agreement import by_month
from shipped import JOB
from strategies import random_job

import stress
from stress.assemble.problem import assemble
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Eligibility, PaymentRate, Supply
from stress.inputs.pool.billing import Billing
from stress.inputs.scenario import Shock
from stress.kernels import alone
from stress.validation.turnover import BAITIAO_MIX, deal_of, months_of, pool_of

MONEY = ("performing", "m1", "m2", "m3", "defaults", "scheduled_principal", "prepaid", "cured_paid", "dilution")
INCOME = ("fee_income", "late_charge", "recoveries", "pool_balance")


def static(job: Job, clock: str) -> Job:
    """The job without purchases, on a clock; cash earns nothing."""
    priority = {phase: steps for phase, steps in job.deal.priority.items() if phase != "revolving"}
    notes = [
        note.but(payment_months={phase: n for phase, n in note.payment_months.items() if phase != "revolving"})
        for note in job.deal.notes
    ]
    triggers = [trigger if trigger.effect in priority else trigger.but(effect="none") for trigger in job.deal.triggers]
    deal = job.deal.but(purchase="none", revolving_months=0, priority=priority, notes=notes, triggers=triggers)
    pool = job.pool.model_copy(update={"cash_rate": 0.0, "billing": None})
    cases = (ScenarioCase(name="base"),)
    return job.model_copy(update={"deal": deal, "pool": pool, "clock": clock, "scenarios": cases})


def with_cash_rate(job: Job, rate: float) -> Job:
    return job.model_copy(update={"pool": job.pool.model_copy(update={"cash_rate": rate})})


@pytest.mark.parametrize("seed", range(10))
def test_a_static_pool_has_the_same_months_on_both_clocks(seed):
    """To rounding, on any path of any pool: nothing in a month depends on how its due days are spread. A segment below
    1e-9 of the cut-off balance counts as empty: where one comes near that within the month, to as much."""
    job = untrusted(seed)
    monthly, daily = (stress.replay(static(job, clock), path=seed) for clock in ("monthly", "daily"))
    empty = 1e-9 * len(job.pool.segments) * job.pool.balance
    start = np.append(np.inf, by_month(monthly, "pool_balance")[:-1])
    allowed = np.where(start > 1e3 * empty, 1e-12 * job.pool.balance, empty)
    for name in (*MONEY, *INCOME):
        difference = np.abs(by_month(monthly, name) - by_month(daily, name))
        assert (difference <= allowed).all(), f"{name}: {difference.max() / job.pool.balance:.1e}"


def test_the_notes_of_a_static_pool_are_paid_the_same_on_both_clocks():
    """The worked deal in run-off: both pay what the month collected at the payment date that follows."""
    job = static(stress.load(JOB), "monthly")
    monthly, daily = (stress.simulate(static(job, clock), paths=512) for clock in ("monthly", "daily"))
    for name in ("expected_loss", "irr", "wal", "default_rate_mean", "loss_count"):
        np.testing.assert_allclose(monthly[name].values, daily[name].values, rtol=0, atol=1e-12, err_msg=name)


def test_interest_on_waiting_cash_is_what_the_clocks_differ_by_and_linear_in_the_rate():
    """The month's collections wait for 15 days on average until its end, and the payment for 19 more: the monthly clock
    knows neither. The difference in income halves with the rate, to first order."""
    job = static(stress.load(JOB), "daily")
    interest = []
    for rate in (0.01, 0.005, 0.0025):
        daily, monthly = (with_cash_rate(static(job, clock), rate) for clock in ("daily", "monthly"))
        flows = stress.replay(daily, path=0)
        assert by_month(stress.replay(monthly, path=0), "cash_interest").sum() < 1e-12 * job.pool.balance
        interest.append(by_month(flows, "cash_interest").sum())
    over = np.array(interest[:-1]) / np.array(interest[1:]) - 2.0
    assert np.all((over > 0.0) & (over < 2e-3))
    assert over[0] == pytest.approx(2.0 * over[1], rel=0.01)  # interest on interest: of second order
    collected = by_month(flows, "scheduled_principal") + by_month(flows, "prepaid") + by_month(flows, "cured_paid")
    collected = (collected + by_month(flows, "fee_income") + by_month(flows, "late_charge")).sum()
    waits = 15.5 + job.deal.payment_day - 1
    assert interest[-1] == pytest.approx(collected * 0.0025 * waits / 360.0, rel=0.01)


@pytest.mark.parametrize("mix", [{1: 1.0}, {6: 1.0}, BAITIAO_MIX])
def test_a_pool_kept_full_day_by_day_is_the_pool_kept_full_month_by_month(mix):
    """Each due day lends again what it is repaid, at par and on the day: thirty monthly pools, each the monthly
    clock's, to rounding and whatever defaults.
    """
    deal = deal_of(60, revolving=12).model_copy(update={"purchase": "each_step"})
    for pool in (pool_of(0.0, mix), pool_of(0.01, mix)):
        monthly, daily = (months_of(deal, pool, clock) for clock in ("monthly", "daily"))
        for name in ("purchases", "scheduled_principal", "defaults", "pool_balance"):
            expected, actual = (by_month(data, name) for data in (monthly, daily))
            np.testing.assert_allclose(expected, actual, rtol=0, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("days_to_due", [3, 20])
def test_instalments_of_bills_sent_in_the_month_of_purchase_are_those_of_the_slow_model(days_to_due):
    """Plans of six months in a deal of nine: some of a purchase may fall due first in the month in which it is made."""
    deal = deal_of(9, revolving=2).model_copy(update={"purchase": "each_step"})
    billing = Billing(dates=(8, 22), days_to_due=days_to_due)
    pool = pool_of(0.02, {6: 1.0}, monthly_fee=0.01, prepayment=0.03, billing=billing)
    job = Job(
        name="billed", deal=deal, pool=pool, scenarios=(ScenarioCase(name="base"),), paths=32, seed=1, clock="daily"
    )
    compared = agreement.compared(job, "base", path=0)
    assert not [difference.name for difference in compared.differences if not difference.size <= difference.allowed]


def test_defaults_covered_at_the_payment_date_make_the_clocks_differ_by_the_square_of_their_rate():
    """The monthly clock replaces a month's defaults at once, the daily one on the 26th of the next month, after that
    month opened without them: it misses the default q of a balance q in each of the 11 months that open so.
    """
    deal, q = deal_of(60, revolving=12).model_copy(update={"purchase": "each_step"}), 1e-3
    pool = pool_of(q, BAITIAO_MIX, monthly_fee=0.01)
    monthly, daily = (months_of(deal, pool, clock) for clock in ("monthly", "daily"))
    gap = by_month(monthly, "pool_balance") - by_month(daily, "pool_balance")
    np.testing.assert_allclose(gap[:12], q, rtol=0.002)
    defaults = by_month(monthly, "cumulative_default") - by_month(daily, "cumulative_default")
    assert defaults[11] == pytest.approx(11.0 * q * q, rel=0.002)


def test_the_same_path_draws_the_same_factors_on_every_clock():
    job = stress.load(JOB)
    monthly, daily = (stress.replay(job.model_copy(update={"clock": c}), path=77) for c in ("monthly", "daily"))
    for name in ("factor_value", "entry_rate", "prepayment_rate"):
        np.testing.assert_array_equal(monthly[name].values, daily[name].values)


def test_a_daily_pool_of_one_payment_rate_turns_over_as_the_formula_says():
    s, m = 0.0101, 0.3
    q = s * m / (1.0 - s * (1.0 - m))
    pool = pool_of(q, rate=PaymentRate(monthly=m, annual_yield=0.99))
    deal = deal_of(120, revolving=12).model_copy(update={"purchase": "each_step"})
    default = float(by_month(months_of(deal, pool, "daily"), "cumulative_default")[-1])
    assert default == pytest.approx(12.0 * q + s, rel=0.01)


def daily_seeds(count: int) -> list[int]:
    """Seeds of random jobs on the daily clock."""
    seeds, seed = [], 0
    while len(seeds) < count:
        if random_job(Random(seed)).clock == "daily":
            seeds.append(seed)
        seed += 1
    return seeds


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_three_hundred_random_daily_pools_are_those_of_the_slow_model(part):
    """To 1e-10 of the cut-off balance, with its laws; billing dates, lags and outages included."""
    for seed in daily_seeds(300)[part::10]:
        for scenario in ("base", "stressed"):
            compared = agreement.compared(random_job(Random(seed)), scenario, path=seed % 64)
            assert not compared.violations
            apart = [difference for difference in compared.differences if not difference.size <= difference.allowed]
            assert not apart or compared.near_threshold


PLAIN = {"apr": None, "floating": None, "day_count": "30/360", "first_period_days": 30, "origination_fee": 0.0}
"""A plan that earns nothing."""


def untrusted(seed: int) -> Job:
    """A random job on any clock: series of trusts are monthly."""
    jobs = (random_job(Random(seed + 1000 * k)) for k in itertools.count())
    return next(job for job in jobs if job.deal.trust is None)


def refilled(seed: int) -> Job:
    """A random job that does nothing but buy with its collections, at par, as long as it revolves."""
    job = untrusted(seed)
    deal = deal_of(job.deal.legal_maturity_months, revolving=max(1, job.deal.legal_maturity_months // 2))
    deal = deal.model_copy(update={"purchase": "each_step"})
    segments = tuple(s.model_copy(update={"recovery": 0.0, "monthly_fee": 0.0, "apr": 0.0}) for s in job.pool.segments)
    loans = {"plans": tuple(plan.model_copy(update=PLAIN) for plan in job.pool.plans)}
    loans |= {"opening": tuple(line.model_copy(update={"apr": None}) for line in job.pool.opening)}
    none = {"cash_rate": 0.0, "late_charge_daily": 0.0, "billing": None, "dilution_unpaid_share": 0.0, "late_fee": 0.0}
    plain = {"segments": segments, "supply": Supply(unlimited=True), "eligibility": Eligibility(), "balance": 1.0}
    pool = job.pool.model_copy(update={**none, **plain, **loans})
    if pool.payment_rate is not None:
        pool = pool.model_copy(update={"payment_rate": pool.payment_rate.model_copy(update={"annual_yield": 0.0})})
    cases = (ScenarioCase(name="base"),)
    return job.model_copy(update={"deal": deal, "pool": pool, "clock": "daily", "scenarios": cases})


@pytest.mark.parametrize("seed", range(8))
def test_a_pool_of_one_billing_date_is_a_monthly_pool(seed):
    """All of it moves on one day a month, and what is bought on that day waits for the same day of the next month."""
    job = refilled(seed)
    rng = Random(seed)
    date, n = rng.randint(1, 30), rng.randint(1, 30)
    billed = job.model_copy(
        update={"pool": job.pool.model_copy(update={"billing": Billing(dates=(date,), days_to_due=n)})}
    )
    daily, monthly = (stress.replay(j, path=seed) for j in (billed, job.model_copy(update={"clock": "monthly"})))
    if billed.pool.billing.months_later and job.pool.plans:
        return  # some other day's purchase would be due too late: fewer plans are eligible
    for name in ("purchases", "defaults", "scheduled_principal", "prepaid", "cured_paid", "pool_balance"):
        np.testing.assert_allclose(by_month(daily, name), by_month(monthly, name), rtol=0, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("seed", range(8))
def test_all_that_is_bought_is_paid_back_with_its_fees_whatever_the_bills(seed):
    """Without default and prepayment: each unit bought pays itself back once, with the fees of its plans' terms."""
    rng = Random(seed)
    mix, fee = rng.choice(({1: 1.0}, {3: 1.0}, {1: 0.5, 6: 0.5}, {2: 0.3, 4: 0.3, 9: 0.4})), 0.01
    dates = tuple(sorted(rng.sample(range(1, 31), rng.randint(1, 9))))
    pool = pool_of(0.0, mix, monthly_fee=fee).model_copy(
        update={"billing": Billing(dates=dates, days_to_due=rng.randint(1, 30))}
    )
    deal = deal_of(30, revolving=6).model_copy(update={"purchase": "each_step"})
    data = months_of(deal, pool, "daily")
    bought = by_month(data, "purchases").sum()
    assert bought > 0.5
    assert by_month(data, "scheduled_principal").sum() == pytest.approx(1.0 + bought, abs=1e-12)
    assert float(by_month(data, "pool_balance")[-1]) == pytest.approx(0.0, abs=1e-12)
    per_unit = sum(share * term * fee for term, share in mix.items())
    life = sum(share * (term + 1) / 2.0 for term, share in mix.items())
    seasoned = sum(share * fee * term * (term + 1) / 2.0 for term, share in mix.items()) / life
    assert by_month(data, "fee_income").sum() == pytest.approx(seasoned + bought * per_unit, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_cash_that_waits_longer_never_buys_more(seed):
    """By the end of any month, where nothing defaults; cash that waits out bad months could buy more."""
    job = refilled(seed)
    calm = tuple(s.model_copy(update={"entry_rate": 0.0}) for s in job.pool.segments)
    job = job.model_copy(update={"pool": job.pool.model_copy(update={"segments": calm})})
    total = []
    for lag in (0.0, 3.0, 10.0, 30.0, 45.0):
        shocks = (Shock(target="purchase_lag_days", set=lag),)
        data = stress.replay(
            job.model_copy(update={"scenarios": (ScenarioCase(name="lag", shocks=shocks),)}), path=seed
        )
        total.append(by_month(data, "purchases").cumsum())
    assert np.all(np.diff(total, axis=0) <= 1e-12)
    assert total[0][-1] > total[-1][-1]


@pytest.mark.parametrize("days", [1, 7, 29])
def test_nothing_is_bought_on_a_day_of_outage_and_everything_before(days):
    """A deal that revolves for one month: what an outage's days collect is bought on the day after."""
    pool = pool_of(0.0, {1: 1.0})
    deal = deal_of(4, revolving=1).model_copy(update={"purchase": "each_step"})
    shock = Shock(target="purchase_outage_days", set=float(days), to_month=1)
    job = Job(
        name="x", deal=deal, pool=pool, scenarios=(ScenarioCase(name="out", shocks=(shock,)),), paths=32, seed=1,
        clock="daily",
    )  # fmt: skip
    problem = assemble(job)
    bought = alone.bought_by_step(problem)[0]
    assert not bought[:days].any()
    assert bought[days] == pytest.approx((days + 1) / 30.0)
    assert bought[days + 1 :] == pytest.approx(np.full(29 - days, 1.0 / 30.0))
