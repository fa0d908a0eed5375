"""The daily clock beside the monthly one: where theory says that they are one, and where a day makes a difference.

Balances move once a month, on their due day, so there is no daily hazard: a month of a static pool is the same sum on
both clocks, cohort by cohort, to rounding. The clocks part where cash waits: interest on it is linear in the cash rate
and in the days, and purchases fall due when they were made.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import agreement
import numpy as np
import pytest
from agreement import by_month
from strategies import random_job

import stress
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import PaymentRate
from stress.validation.turnover import BAITIAO_MIX, deal_of, months_of, pool_of

HOME = Path(__file__).parents[1] / "scenarios"
MONEY = ("performing", "m1", "m2", "m3", "defaults", "scheduled_principal", "prepaid", "cured_paid", "dilution")
INCOME = ("fee_income", "late_charge", "recoveries", "pool_balance")


def static(job: Job, clock: str) -> Job:
    """The job without purchases, on a clock; cash earns nothing."""
    deal = job.deal.model_copy(update={"purchase": "none", "revolving_months": 0})
    pool = job.pool.model_copy(update={"cash_rate": 0.0, "billing": None})
    cases = (ScenarioCase(name="base"),)
    return job.model_copy(update={"deal": deal, "pool": pool, "clock": clock, "scenarios": cases})


def with_cash_rate(job: Job, rate: float) -> Job:
    return job.model_copy(update={"pool": job.pool.model_copy(update={"cash_rate": rate})})


@pytest.mark.parametrize("seed", range(10))
def test_a_static_pool_has_the_same_months_on_both_clocks(seed):
    """To rounding, on any path of any pool: nothing in a month depends on how its due days are spread."""
    job = random_job(Random(seed))
    monthly, daily = (stress.replay(static(job, clock), path=seed) for clock in ("monthly", "daily"))
    for name in (*MONEY, *INCOME):
        difference = np.abs(by_month(monthly, name) - by_month(daily, name)).max()
        assert difference <= 1e-12 * job.pool.balance, f"{name}: {difference / job.pool.balance:.1e}"


def test_the_notes_of_a_static_pool_are_paid_the_same_on_both_clocks():
    """The worked deal in run-off: both pay what the month collected at the payment date that follows."""
    job = static(stress.load(HOME / "jobs" / "baitiao-24m.toml"), "monthly")
    one, other = (stress.simulate(static(job, clock), paths=512) for clock in ("monthly", "daily"))
    for name in ("expected_loss", "irr", "wal", "default_rate_mean", "loss_count"):
        np.testing.assert_allclose(one[name].values, other[name].values, rtol=0, atol=1e-12, err_msg=name)


def test_interest_on_waiting_cash_is_what_the_clocks_differ_by_and_linear_in_the_rate():
    """The month's collections wait for 15 days on average until its end, and the payment for 19 more: the monthly clock
    knows neither. The difference in income halves with the rate, to first order."""
    job = static(stress.load(HOME / "jobs" / "baitiao-24m.toml"), "daily")
    found = []
    for rate in (0.01, 0.005, 0.0025):
        daily, monthly = (with_cash_rate(static(job, clock), rate) for clock in ("daily", "monthly"))
        flows = stress.replay(daily, path=0)
        assert by_month(stress.replay(monthly, path=0), "cash_interest").sum() < 1e-12 * job.pool.balance
        found.append(by_month(flows, "cash_interest").sum())
    over = np.array(found[:-1]) / np.array(found[1:]) - 2.0
    assert np.all((over > 0.0) & (over < 2e-3))
    assert over[0] == pytest.approx(2.0 * over[1], rel=0.01)  # interest on interest: of second order
    collected = by_month(flows, "scheduled_principal") + by_month(flows, "prepaid") + by_month(flows, "cured_paid")
    collected = (collected + by_month(flows, "fee_income") + by_month(flows, "late_charge")).sum()
    waits = 15.5 + job.deal.payment_day - 1
    assert found[-1] == pytest.approx(collected * 0.0025 * waits / 360.0, rel=0.01)


@pytest.mark.parametrize("mix", [{1: 1.0}, {6: 1.0}, BAITIAO_MIX])
def test_a_pool_kept_full_day_by_day_is_the_pool_kept_full_month_by_month(mix):
    """Each due day lends again what it is repaid, at par and on the day: thirty monthly pools, each the monthly
    clock's, to rounding and whatever defaults.
    """
    deal = deal_of(60, revolving=12).model_copy(update={"purchase": "each_step"})
    for pool in (pool_of(0.0, mix), pool_of(0.01, mix)):
        monthly, daily = (months_of(deal, pool, clock) for clock in ("monthly", "daily"))
        for name in ("purchases", "scheduled_principal", "defaults", "pool_balance"):
            one, other = (by_month(data, name) for data in (monthly, daily))
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-12, err_msg=name)


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
    job = stress.load(HOME / "jobs" / "baitiao-24m.toml")
    monthly, daily = (stress.replay(job.model_copy(update={"clock": c}), path=77) for c in ("monthly", "daily"))
    for name in ("factor_value", "entry_rate", "prepayment_rate"):
        np.testing.assert_array_equal(monthly[name].values, daily[name].values)


def test_a_daily_pool_of_one_payment_rate_turns_over_as_the_formula_says():
    s, m = 0.0101, 0.3
    q = s * m / (1.0 - s * (1.0 - m))
    pool = pool_of(q, rate=PaymentRate(monthly=m, annual_yield=0.99))
    deal = deal_of(120, revolving=12).model_copy(update={"purchase": "each_step"})
    found = float(by_month(months_of(deal, pool, "daily"), "cumulative_default")[-1])
    assert found == pytest.approx(12.0 * q + s, rel=0.01)


def daily_seeds(count: int) -> list[int]:
    """Seeds of random jobs on the daily clock."""
    found, seed = [], 0
    while len(found) < count:
        if random_job(Random(seed)).clock == "daily":
            found.append(seed)
        seed += 1
    return found


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_three_hundred_random_daily_pools_are_those_of_the_slow_model(part):
    """To 1e-10 of the cut-off balance, with its laws; billing dates, lags and outages included."""
    for seed in daily_seeds(300)[part::10]:
        for scenario in ("base", "stressed"):
            found = agreement.compared(random_job(Random(seed)), scenario, path=seed % 64)
            assert not found.violations
            apart = [difference for difference in found.differences if not difference.size <= difference.allowed]
            assert not apart or found.near_threshold
