"""Pieces that buy receivables, each on its own (`test_without_a_compiler` runs this file)."""

import hand_worked
import numpy as np
import pytest
from oracle.portfolio import within_limits
from pieces import memory_of, plain, same

from stress.inputs.scenario import Shock
from stress.kernels import purchases
from stress.kernels.codes import INCOME, PRINCIPAL
from stress.kernels.layout import LANES
from stress.kernels.records import Memory

pytestmark = plain
REVOLVES = np.arange(LANES) % 2 == 0


def buying(lag: float = 0.0, interest: tuple[str, ...] = ("income",)) -> Memory:
    """A daily pool of two segments that take 60% and 40% of purchases, of plans of four months at 1% a month; for two
    months it revolves. What is bought costs 80%, and the first segment has at most half of the pool."""
    of_each = {"entry_rate": 0.1, "monthly_fee": 0.01}
    on = hand_worked.pool(
        payment_rate=None,
        plans=[{"term": 4, "share": 1.0}],
        segments=[{"name": name, "share": share, **of_each} for name, share in (("one", 0.6), ("two", 0.4))],
        eligibility={"segment_limit": {"one": 0.5}},
    )
    of = hand_worked.deal(
        purchase="each_step",
        purchase_price=0.8,
        priority={"revolving": [{**step, "source": interest} for step in hand_worked.INTEREST]},
        revolving_months=2,
        scheduled_months=8,
        legal_maturity_months=8,
    )
    shocks = (Shock(target="purchase_lag_days", set=lag, to_month=1),) if lag else ()
    return memory_of(hand_worked.job(of, on, "daily", shocks))


@pytest.mark.parametrize("source", [PRINCIPAL, INCOME])
def test_a_purchase_keeps_to_supply_limit_and_lanes(source: int) -> None:
    """100 of cash buy 125, of which the first segment takes 5 of 75: beside the 50 of the second, half of 930 is 465,
    and 460 are there. So 55 are bought for 44, at a discount of 11: what the deficiency of 100 falls by, or by all 55
    of other cash."""
    m = buying()
    m.account[source], m.pool.balance = 100.0, 875.0
    m.segment[0].balance, m.segment[1].balance = 460.0, 415.0
    m.cash.supply_left, m.cash.mask, m.cash.deficiency = 1000.0, REVOLVES.astype(float), 100.0
    purchases.buy(m, 0, 0, 3, source)
    on = REVOLVES.astype(float)
    wanted = {"balance": 875.0 + 55.0 * on, "total_bought": 55.0 * on}
    for row, lanes in wanted.items():
        np.testing.assert_allclose(getattr(m.pool, row), lanes, rtol=1e-12, err_msg=row)
    np.testing.assert_allclose(m.account[source], 100.0 - 44.0 * on)
    np.testing.assert_allclose(m.cash.supply_left, np.where(REVOLVES, 945.0, 1000.0))
    np.testing.assert_allclose(m.cash.cash_out, 44.0 * on)
    np.testing.assert_allclose(m.cash.deficiency, 100.0 - (11.0 if source == PRINCIPAL else 55.0) * on)
    for s, amount in enumerate((5.0, 50.0)):
        np.testing.assert_allclose(m.segment[s].balance, (460.0, 415.0)[s] + amount * on)
        np.testing.assert_allclose(m.cohort[3, s].performing, amount * on)
        np.testing.assert_allclose(m.unsettled[3, s, 0, 0], amount * on)
        assert same(m.unsettled[3, s, 1, 0]) == 0.0


def test_limits_hold_of_the_pool_that_a_purchase_makes_whatever_stands() -> None:
    """Lane by lane the largest sum that agrees with itself, as the slow model finds it by trying every choice."""
    m, rng = buying(), np.random.default_rng(5)
    choices = np.array([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0, 1e9])
    for _ in range(60):
        m.t.limit[:] = rng.choice(choices, 2)
        held = np.where(rng.random((2, LANES)) < 0.2, 0.0, rng.uniform(0.0, 600.0, (2, LANES)))
        face = rng.choice([0.0, 1.0, 100.0, 1000.0], LANES)
        m.segment[0].balance, m.segment[1].balance, m.pool.balance = held[0], held[1], held.sum(axis=0)
        got = purchases._within_limits(m, 0, 0, 1, face)
        limits = [None if x > 1e8 else float(x) for x in m.t.limit]
        for lane in range(LANES):
            offered = [face[lane] * float(m.t.mix[0, 0, w]) for w in range(2)]
            wanted = within_limits(offered, limits, list(held[:, lane]), float(held[:, lane].sum()))
            assert got[lane] == pytest.approx(sum(wanted), rel=1e-9, abs=1e-9), (limits, held[:, lane], face[lane])


def test_a_purchase_takes_no_more_than_is_offered() -> None:
    """Of 50 on offer the first segment takes 30 and the second 20, for 40 of the 100 in the account."""
    m = buying()
    m.account[PRINCIPAL], m.pool.balance, m.cash.supply_left, m.cash.mask = 100.0, 875.0, 50.0, 1.0
    purchases.buy(m, 0, 1, 3, PRINCIPAL)
    assert [same(m.unsettled[3, s, 1, 0]) for s in range(2)] == pytest.approx([30.0, 20.0])
    assert same(m.account[PRINCIPAL]) == pytest.approx(60.0)
    assert same(m.cash.supply_left) == pytest.approx(0.0)


@pytest.mark.parametrize("lag", [1.0, 5.0])
@pytest.mark.parametrize(("retained", "left"), [(10.0, 36.0), (50.0, 50.0)])
def test_a_purchase_leaves_the_larger_of_what_is_locked_and_retained(lag: float, retained: float, left: float) -> None:
    """Of 100 in the account 36 are locked; what is retained for senior costs is left too, but not beside it."""
    m = buying(lag, interest=("income", "principal"))
    m.account[PRINCIPAL], m.pool.balance, m.cash.supply_left, m.cash.mask = 100.0, 1e6, 1000.0, 1.0
    m.cash.locked, m.cash.retained = 36.0, retained
    purchases.buy(m, 0, 0, 0, PRINCIPAL)
    assert same(m.account[PRINCIPAL]) == pytest.approx(left)


def test_cash_is_locked_for_the_days_of_the_lag() -> None:
    """Of 5 days in month 1: 10 that day 1 collects are free on day 6 and 7 of day 3 on day 8; then 4 of day 30 until
    day 5 of month 2, which itself locks nothing."""
    m, locked = buying(lag=5.0), []
    for t, days in ((0, 30), (1, 10)):
        for c in range(days):
            moved = {0: 10.0, 2: 7.0, 29: 4.0}.get(c, 0.0) if t == 0 else 1.0
            purchases._lock(m, 0, t, c, np.full(LANES, moved))
            locked.append(same(m.cash.locked))
    assert locked == [10.0, 10.0, 17.0, 17.0, 17.0, 7.0, 7.0, *[0.0] * 22, 4.0, *[4.0] * 4, *[0.0] * 6]


def test_a_purchase_gets_its_instalments_before_the_next_step_of_its_cohort() -> None:
    """8 bought in month 1 and 4 in month 2 have a quarter and a fee of a hundredth due in each of the next months; the
    history holds them over a survival of a half."""
    m = buying()
    m.unsettled[2, 1, 0, 0], m.unsettled[2, 1, 1, 0], m.cohort[2, 1].survival = 8.0, 4.0, 0.5
    m.cohort[2, 1].due_1 = 1.0
    purchases.settle_purchases(m, 0, 1, 2)
    cohort = m.cohort[2, 1]
    assert [same(row) for row in (cohort.due_1, cohort.due_2, cohort.due_3)] == pytest.approx([4.0, 3.0, 3.0])
    assert [same(row) for row in (cohort.fee_1, cohort.fee_2, cohort.fee_3)] == pytest.approx([0.12, 0.12, 0.12])
    assert [same(m.history[2, 1, month, 0]) for month in range(2)] == [16.0, 8.0]
    assert [same(m.unsettled[2, 1, month, 0]) for month in range(2)] == [0.0, 0.0]
    assert same(m.history[2, 0, 0, 0]) == 0.0


@pytest.mark.parametrize(("month", "moves"), [(1, True), (2, False)])
def test_collected_principal_becomes_available_to_paths_that_revolve(month: int, moves: bool) -> None:
    """Half of the lanes do; after the two months that revolve none does. Nothing is on offer."""
    m = buying()
    m.pool.phase = np.where(REVOLVES, 0.0, 1.0)
    m.cash.principal_collected, m.account[PRINCIPAL] = 9.0, 2.0
    purchases.buy_with_collections(m, 0, month, 0)
    now = REVOLVES & moves
    np.testing.assert_array_equal(m.account[PRINCIPAL], np.where(now, 11.0, 2.0))
    np.testing.assert_array_equal(m.cash.principal_collected, np.where(now, 0.0, 9.0))


def test_what_a_day_collects_is_locked_by_a_lag_of_a_day_alone() -> None:
    """It is available, and buys nothing; the next day it buys at once."""
    m = buying(lag=1.0)
    m.pool.balance, m.cash.supply_left = 1e6, 1e6
    for day, bought in ((0, 0.0), (1, 8.0 / 0.8)):
        m.cash.principal_collected = 8.0
        purchases.buy_with_collections(m, 0, 0, day)
        assert same(m.cash.locked) == 8.0
        assert same(m.pool.total_bought) == pytest.approx(bought)


def test_days_of_idle_cash_are_counted_above_a_share_of_the_pool() -> None:
    """Of a pool of 100, above 15; the month keeps its most."""
    m, days, most = buying(), [], []
    m.pool.balance = 100.0
    for cash in (15.01, 15.01, 14.99, 16.0):
        m.account[PRINCIPAL] = cash
        purchases.count_idle_days(m)
        days.append(same(m.pool.idle_days))
        most.append(same(m.pool.idle_most))
    assert days == [1.0, 2.0, 0.0, 1.0]
    assert most == [1.0, 2.0, 2.0, 2.0]
