"""Pieces that open and move a pool, each on its own (`test_without_a_compiler` runs this file)."""

from typing import Any

import hand_worked
import pytest
from pieces import memory, memory_of, plain, same

from stress.inputs.pool import Pool
from stress.kernels import opening, seasoning
from stress.kernels import pool as of_pool
from stress.kernels.records import Memory
from stress.kernels.staged_rows import LATE, N_KEPT

pytestmark = plain
LATE_SHARES = {"m1": 0.1, "m2": 0.05, "m3": 0.02}


def pool(**more: Any) -> Pool:
    """Two segments of 600 and 400 of plans of four months, a hundredth of their principal a month in fees: of what
    pays as agreed 40% falls due at the first step, then 30%, 20% and 10%; fees of 1.6%, 1.2%, 0.8% and 0.4%."""
    of_each = {"entry_rate": 0.1, "monthly_fee": 0.01, "recovery": 0.4}
    segments = [{"name": name, "share": share, **of_each} for name, share in (("one", 0.6), ("two", 0.4))]
    plans = [{"term": 4, "share": 1.0}]
    return hand_worked.pool(payment_rate=None, plans=plans, segments=segments, **more)


@pytest.mark.parametrize("buckets", [3, 6])
def test_a_pool_opens_with_what_is_late_in_its_buckets(buckets: int) -> None:
    """A long ladder has rows of its own for what is late; its M4 to M6 count too."""
    late = LATE_SHARES | {f"m{b}": 0.01 * b for b in range(4, buckets + 1)}
    three = {f"roll_m{b}": 0.5 for b in (1, 2, 3)}
    m = memory(pool(ladder=three if buckets == 3 else [{"rolls": 0.5}] * buckets, delinquent=late))
    opening.open_at_closing(m, 0)
    assert same(m.pool.balance) == pytest.approx(1000.0)
    for s, size in enumerate((600.0, 400.0)):
        cohort, own = m.cohort[0, s], m.staged[0, s]
        assert same(m.segment[s].balance) == pytest.approx(size)
        assert same(cohort.performing) == pytest.approx(size * (1.0 - sum(late.values())))
        short = [same(row) for row in (cohort.late_1, cohort.late_2, cohort.late_3)]
        assert short == pytest.approx([size * share if buckets == 3 else 0.0 for share in LATE_SHARES.values()])
        if buckets > 3:
            assert [same(own[LATE + b]) for b in range(6)] == pytest.approx([size * share for share in late.values()])


def test_what_falls_due_of_an_opening_pool_is_known_slot_by_slot() -> None:
    """Three slots, with a ring of them where a ladder is long."""
    m = memory(pool(ladder=[{"rolls": 0.5}] * 4))
    opening.open_at_closing(m, 0)
    for s, size in enumerate((600.0, 400.0)):
        cohort, own = m.cohort[0, s], m.staged[0, s]
        due = [same(row) / size for row in (cohort.due_1, cohort.due_2, cohort.due_3)]
        fee = [same(row) / size for row in (cohort.fee_1, cohort.fee_2, cohort.fee_3)]
        assert due == pytest.approx([0.4, 0.3, 0.2])
        assert fee == pytest.approx([0.016, 0.012, 0.008])
        assert same(cohort.survival) == 1.0
        rows = [seasoning.slot_of(m, 0, r) for r in range(1, 1 + m.p.n_ring)]
        assert len(rows) > 4
        assert [same(own[row]) / size for row in rows[:5]] == pytest.approx([0.4, 0.3, 0.2, 0.1, 0.0])
        fees = [same(own[row + N_KEPT]) / size for row in rows[:5]]
        assert fees == pytest.approx([0.016, 0.012, 0.008, 0.004, 0.0])


def test_notes_at_closing_stand_on_the_pool_and_on_principal_cash() -> None:
    """Notes of 1000 on a pool of 1000, 5 of principal and 2 of a reserve: 7 came in, assets are 5 more than notes."""
    m = memory(
        amortization=[*hand_worked.PLAIN, {**hand_worked.RESIDUAL[0], "source": ["reserve", "funding"]}],
        accounts=["reserve", "funding"],
        principal_accounts=["funding"],
        opening_cash={"reserve": 2.0, "funding": 5.0},
    )
    opening.open_at_closing(m, 0)
    assert [same(m.note[n].outstanding) for n in range(3)] == [600.0, 300.0, 100.0]
    assert [same(m.account[a]) for a in range(4)] == [0.0, 0.0, 2.0, 5.0]
    assert same(m.cash.cash_in) == 7.0
    assert same(m.cash.gap) == pytest.approx(-5.0)


COHORT = {
    "performing": 500.0,
    "late_1": 60.0,
    "late_2": 40.0,
    "late_3": 20.0,
    "due_1": 100.0,
    "due_2": 50.0,
    "due_3": 50.0,
    "fee_1": 10.0,
    "fee_2": 5.0,
    "fee_3": 5.0,
}
"""A fifth enters. Half of what is late cures: 30, 20 and 10, which pay a fifth, three tenths and two fifths, 16, and
fees of 1.6; 44 rejoin 400. Of 444 88.8 falls due, and a fee of 8.88."""
LIFE: dict[str, Any] = {"revolving_months": 2, "scheduled_months": 8, "legal_maturity_months": 8}
LIMIT = [{"limit": 0.1}]
WATCHED = {"name": "w", "observable": "payment_rate", "breach": "below", "effect": "none", "thresholds": LIMIT}


def small(even: bool) -> Memory:
    """Two of thirty cohorts: a segment as in `COHORT`, and one of half its size; half of what is late rolls on."""
    on = pool(
        ladder={f"roll_m{b}": 0.5 for b in (1, 2, 3)},
        late_charge_daily=0.001,
        eligibility={"segment_limit": {"one": 0.5}},
        dependence={"rho": 0.1, "phi": 0.0, "rho_roll": 0.0 if even else 0.1},
    )
    revolves = {"revolving": hand_worked.INTEREST}
    of = hand_worked.deal(triggers=[WATCHED], purchase="each_step", priority=revolves, **LIFE)
    m = memory_of(hand_worked.job(of, on, "daily"))
    for s, size in enumerate((1.0, 0.5)):
        for c in range(2):
            for row, value in COHORT.items():
                setattr(m.cohort[c, s], row, value * size)
            m.cohort[c, s].survival = 1.0
        rates = m.acting[s]
        rates.entry, rates.prepayment = 0.2, 0.25
        if not even:
            rates.roll_1 = rates.roll_2 = rates.roll_3 = 0.5
            rates.recovery = 0.4
        m.segment[s].balance = 1240.0 * size
    m.pool.balance = 1860.0
    return m


@pytest.mark.parametrize("even", [True, False], ids=["rolls of the month", "rolls of the path"])
def test_a_step_of_a_cohort_in_a_bad_month(even: bool) -> None:
    """Half of what is due is paid, 44.4, and its fee, 4.44; fees are doubled. A quarter of 399.6 is prepaid, 99.9; a
    tenth of 299.7 is diluted, 29.97, of which a fifth is lost, 5.994. What stays is 0.675 x 0.888 of a unit. Of the
    opening pool, 20 in a cohort, a tenth falls due in the fourth month."""
    m = small(even)
    m.t.month.array[0, 0, :4] = (0.5, 2.0, 0.1, 0.2)
    for c in range(2):
        of_pool.advance_cohort(m, 0, 0, c)
    moved = {"defaulted": 10.0, "scheduled": 44.4, "prepaid": 99.9, "cured": 16.0, "diluted": 29.97}
    earned = {"fee_income": 12.08, "late_charge": 3.0, "dilution_lost": 5.994, "recoverable": 4.0}
    late = {"late_1": 100.0, "late_2": 30.0, "late_3": 20.0}
    coming = {"due_1": 59.94, "due_2": 29.97, "fee_1": 5.994, "fee_2": 2.997}
    moves(m, moved | earned, {"performing": 269.73, **late, **coming})
    assert same(m.cash.principal_collected) == pytest.approx(3.0 * 184.276)
    assert same(m.cash.income_collected) == pytest.approx(3.0 * 15.08)
    assert same(m.cohort[0, 0].survival) == pytest.approx(0.5994)
    assert same(m.cohort[0, 0].due_3) == pytest.approx(0.5994 * 20.0 * 0.1)
    assert same(m.cohort[0, 0].fee_3) == pytest.approx(0.5994 * 20.0 * 0.004)


def test_a_step_of_a_cohort_in_a_plain_month_after_purchases() -> None:
    """All that is due is paid, a quarter of 355.2 is prepaid. Of 7 bought in month 1 a quarter falls due in month 5, of
    the opening pool nothing more."""
    m = small(even=False)
    m.history[0, 0, 0, 0] = 7.0
    for c in range(2):
        of_pool.advance_cohort(m, 0, 1, c)
    moved = {"defaulted": 10.0, "scheduled": 88.8, "prepaid": 88.8, "cured": 16.0, "diluted": 0.0}
    earned = {"fee_income": 10.48, "late_charge": 3.0, "dilution_lost": 0.0, "recoverable": 4.0}
    moves(m, moved | earned, {"performing": 266.4, "due_1": 33.3, "due_2": 33.3, "fee_1": 3.33, "fee_2": 3.33})
    assert same(m.cohort[0, 0].due_3) == pytest.approx(0.666 * 7.0 / 4.0)
    assert same(m.cohort[0, 0].fee_3) == pytest.approx(0.666 * 7.0 * 0.01)


def moves(m: Memory, wanted: dict[str, float], stays: dict[str, float]) -> None:
    """Two cohorts of a segment and a half: what moved of one, of all; what stays of a cohort; balances."""
    for row, amount in wanted.items():
        assert same(getattr(m.pool, row)) == pytest.approx(3.0 * amount), row
    gone = sum(wanted[row] for row in ("defaulted", "scheduled", "prepaid", "cured", "diluted"))
    assert same(m.pool.balance) == pytest.approx(1860.0 - 3.0 * gone)
    for s, size in enumerate((1.0, 0.5)):
        assert same(m.segment[s].balance) == pytest.approx((1240.0 - 2.0 * gone) * size)
        for row, amount in stays.items():
            assert same(getattr(m.cohort[0, s], row)) == pytest.approx(amount * size), row


@pytest.mark.parametrize("billing", [None, {"dates": [10, 25], "days_to_due": 9}])
def test_purchases_of_the_month_itself_have_settled_where_bills_fall_due_in_it(billing: Any) -> None:
    """On the anniversary of the order a purchase waits for the next month's step. Later no more months have bought."""
    on = pool(stages=[{"name": "new", "moves_on": 0.5}, {"name": "old"}], billing=billing)
    revolves = {"revolving": hand_worked.INTEREST}
    m = memory_of(hand_worked.job(hand_worked.deal(purchase="each_step", priority=revolves, **LIFE), on, "daily"))
    first = 0 if billing is None else 1
    assert [seasoning._bought_until(m, t) for t in (0, 1, 7)] == [first, first + 1, m.p.n_history]
