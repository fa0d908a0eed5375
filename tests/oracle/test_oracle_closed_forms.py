"""The slow model against what can be worked out by hand: run-off, turnover, flat plans, calendars."""

import datetime
import math

import pytest

from oracle.dates import accrual_fractions, day_fraction, payment_dates
from oracle.model import need, run_path
from oracle.months import base_months, supply_of, unconditional
from oracle.profile import capped_fee, flat_plan_apr, opening_profiles, purchase_profile
from stress.inputs.pool import PaymentRate, Plan, Supply
from stress.validation.published import closed_forms
from stress.validation.turnover import BAITIAO_MIX, deal_of, pool_of

CLOSED_FORMS = closed_forms()


def run(deal, pool, clock="monthly"):
    months = base_months(deal, pool)
    return run_path(deal, pool, months, clock, unconditional(months), None)


def opening_profile(pool, s, slots):
    """Of a pool without stages: all of it is in one."""
    ((share, profile),) = opening_profiles(pool, s, slots)
    assert share == 1.0
    return profile


def test_a_pool_in_run_off_loses_the_published_share():
    published = CLOSED_FORMS["A14_runoff"]
    rate = PaymentRate(monthly=published["pi"], annual_yield=0.0)
    flows = run(deal_of(120), pool_of(published["q"], rate=rate))
    assert flows.cumulative_default[-1] == pytest.approx(published["total_loss"], abs=5e-8)


def test_the_senior_note_breaks_even_at_the_published_default_rate():
    published = CLOSED_FORMS["A14_runoff"]
    q, rate = published["breakeven_q_for_11pct_no_revolving"], PaymentRate(monthly=published["pi"], annual_yield=0.0)
    deal = deal_of(120, notes=(("senior", 0.89), ("junior", 0.11)))
    assert run(deal, pool_of(q, rate=rate)).loss[0] < 1e-6
    assert run(deal, pool_of(q, rate=rate)).loss[1] > 1.0 - 1e-6
    assert run(deal, pool_of(1.01 * q, rate=rate)).loss[0] > 1e-4


@pytest.mark.parametrize("m", [0.2, 0.3, 0.4, 0.6, 1.0])
def test_a_full_pool_of_constant_payment_rate_turns_over_as_the_formula_says(m):
    s = 0.0101
    q = s * m / (1.0 - s * (1.0 - m))
    flows = run(deal_of(120, revolving=12), pool_of(q, rate=PaymentRate(monthly=m, annual_yield=0.99)))
    assert all(balance == pytest.approx(1.0, abs=1e-12) for balance in flows.pool_balance[:12])
    assert flows.cumulative_default[-1] == pytest.approx(12.0 * q + s, rel=1e-8)


@pytest.mark.parametrize("mix", [{1: 1.0}, {12: 1.0}, {1: 0.5, 24: 0.5}, BAITIAO_MIX])
def test_a_full_pool_of_plans_turns_over_as_the_formula_says(mix):
    """The formula is of first order in the default rate, so the rate is tiny."""
    life = sum(w * (n + 1) / 2.0 for n, w in mix.items())
    q = 1e-7 / life
    tail = sum(w * (n + 1) * (n + 2) / 6.0 for n, w in mix.items()) / life
    flows = run(deal_of(60, revolving=12), pool_of(q, mix))
    assert flows.scheduled_principal[0] == pytest.approx((1.0 - q) / life, rel=1e-9)
    assert flows.cumulative_default[-1] == pytest.approx(12.0 * q + q * tail, rel=1e-5)


@pytest.mark.parametrize("term", [3, 4, 6, 8, 12, 24])
def test_a_flat_fee_has_the_published_apr(term):
    published = CLOSED_FORMS["A1_flat_fee_apr"]
    apr = flat_plan_apr(published["monthly_flat_fee"], term)
    assert 100.0 * apr == pytest.approx(published["exact_apr_pct"][str(term)], abs=5e-5)
    assert capped_fee(0.01, term, apr) == pytest.approx(0.005, abs=1e-12)
    assert capped_fee(0.004, term, apr) == 0.004
    assert 3000.0 * (0.005 + 1.0 / term) == pytest.approx(3000.0 / term + 15.0)


def test_the_fee_free_share_is_a_share_of_the_seasoned_balance():
    """With one fee for all plans, a share of balance without fee is as large a share of fee income lost."""
    mix = {1: 0.5, 12: 0.5}
    pool = pool_of(0.0, mix, monthly_fee=0.01, fee_free_share=0.4)
    plain = pool_of(0.0, mix, monthly_fee=0.01)
    assert opening_profile(pool, 0, 30).fee[0] == pytest.approx(0.6 * opening_profile(plain, 0, 30).fee[0])
    free = tuple(Plan(term=p.term, share=p.share, always_fee_free=p.term == 1) for p in plain.plans)
    one_month_share = 0.5 / (0.5 + 3.25)
    for share in (0.0, one_month_share, 0.4, 1.0):
        partly = plain.model_copy(update={"plans": free, "fee_free_share": share})
        bearing = (1.0 - max(share, one_month_share)) / (1.0 - one_month_share)
        twelve = 0.5 * 12 * 0.01 * bearing / (0.5 + 3.25)
        assert opening_profile(partly, 0, 30).fee[0] == pytest.approx(twelve)


def test_the_opening_pool_is_what_a_steady_stream_of_purchases_becomes():
    """Buy one unit of the plan mix each month without losses: the pool's profile is the seasoned one."""
    pool = pool_of(0.0, BAITIAO_MIX, monthly_fee=0.01, fee_free_share=0.3)
    months = base_months(deal_of(60), pool)
    _, new = purchase_profile(pool, 0, months, 1, 60, 40)
    due = [sum(new.due[i:]) for i in range(40)]
    fee = [sum(new.fee[i:]) for i in range(40)]
    opening = opening_profile(pool, 0, 40)
    assert opening.due == pytest.approx([d / sum(due) for d in due])
    assert opening.fee == pytest.approx([f / sum(due) for f in fee])


def test_a_plan_is_bought_only_when_it_ends_before_legal_maturity():
    pool, deal = pool_of(0.0, {1: 0.5, 12: 0.5}), deal_of(18, revolving=12)
    months = base_months(deal, pool)
    assert purchase_profile(pool, 0, months, 6, 18, 30)[0] == pytest.approx(1.0)
    eligible, profile = purchase_profile(pool, 0, months, 7, 18, 30)
    assert eligible == pytest.approx(0.5)
    assert profile.due[:2] == pytest.approx([1.0, 0.0])


@pytest.mark.parametrize("clock", ["monthly", "daily", "payment_date"])
def test_without_losses_every_note_is_repaid_whatever_the_clock(clock):
    deal, pool = deal_of(40, revolving=6, notes=(("A", 0.8), ("B", 0.2))), pool_of(0.0, BAITIAO_MIX, prepayment=0.02)
    flows = run(deal, pool, clock)
    assert max(flows.loss) < 1e-12
    assert flows.price == pytest.approx([1.0, 1.0])
    assert flows.irr == pytest.approx([0.0, 0.0], abs=1e-9)
    assert flows.wal[0] < flows.wal[1]


def test_the_supply_is_the_need_times_the_multiple_and_never_binds_where_unlimited():
    deal, pool = deal_of(20, revolving=6), pool_of(0.001, {6: 1.0})
    bought, months = need(deal, pool, "monthly"), base_months(deal, pool)
    assert all(row[0] > 0.0 for row in bought[:6])
    assert not any(row[0] for row in bought[6:])
    assert supply_of(bought, pool, months)[0] == [math.inf]
    months.originations[1] = 0.5
    assert supply_of(bought, pool, months)[1] == [pytest.approx(0.6 * bought[1][0])]
    limited = pool.model_copy(update={"supply": Supply(multiple=1.5)})
    assert supply_of(bought, limited, months)[0] == [pytest.approx(1.5 * bought[0][0])]


def test_month_one_is_the_first_month_that_ends_after_closing():
    deal = deal_of(3)
    assert payment_dates(deal)[1:] == [datetime.date(2022, m, 26) for m in (2, 3, 4)]
    assert accrual_fractions(deal) == pytest.approx([57 / 365, 28 / 365, 31 / 365])


def test_day_counts_by_name():
    start, end = datetime.date(2022, 1, 31), datetime.date(2022, 3, 26)
    assert day_fraction("ACT/365F", start, end) == 54 / 365
    assert day_fraction("ACT/360", start, end) == 54 / 360
    assert day_fraction("30/360", start, end) == 56 / 360
