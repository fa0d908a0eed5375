"""Pieces of a determination, each on its own (`test_without_a_compiler` runs this file)."""

from typing import Any

import hand_worked
import numpy as np
import pytest
from pieces import memory, plain, same

from stress.kernels import cards, codes, determination, formulas, ladder, observables
from stress.kernels.codes import DENOMINATORS, OBSERVABLES
from stress.kernels.layout import LANES
from stress.kernels.records import Memory
from stress.kernels.row_records import ROWS, Cohort
from stress.kernels.seasoning import slot_of
from stress.kernels.staged_rows import LATE, N_KEPT

pytestmark = plain


def observed(m: Memory, observable: str, denominator: str = "cut_off") -> float:
    return same(observables.observe(m, OBSERVABLES.index(observable), DENOMINATORS.index(denominator)))


def month() -> Memory:
    """The end of a month of a pool of 1000 at closing, of which 500 are left; notes of 600, 300 and 100."""
    m = memory()
    pool = m.pool
    pool.balance, pool.month_start, pool.total_bought = 500.0, 400.0, 250.0
    pool.total_defaulted, pool.total_recovered, m.cash.deficiency = 60.0, 20.0, 30.0
    pool.late_2, pool.late_3, pool.late_beyond = 8.0, 4.0, 2.0
    pool.scheduled, pool.prepaid, pool.cured = 30.0, 15.0, 5.0
    pool.excess, pool.excess_before, pool.excess_two_before, pool.idle_most = 0.12, 0.06, 0.03, 45.0
    m.default_ring[0], m.default_ring[1] = 10.0, 5.0
    m.note[0].outstanding, m.note[1].outstanding, m.note[2].outstanding, m.note[0].unpaid = 300.0, 200.0, 90.0, 6.0
    return m


@pytest.mark.parametrize(
    ("observable", "wanted"),
    [
        ("excess_spread", 0.12),
        ("excess_spread_3m", 0.07),
        ("idle_cash_days", 45.0),
        ("pool_factor", 0.5),
        ("senior_shortfall", 0.01),
        ("notes_outstanding", 500.0 / 900.0),
        ("payment_rate", 50.0 / 400.0),
        ("overdue_30", 29.0 / 515.0),
        ("overdue_60", 21.0 / 515.0),
        ("overdue_90", 17.0 / 515.0),
    ],
)
def test_what_has_a_base_of_its_own_is_over_it_whatever_is_asked(observable: str, wanted: float) -> None:
    m = month()
    for denominator in DENOMINATORS:
        assert observed(m, observable, denominator) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(
    ("observable", "amount"), [("cumulative_default", 60), ("default_stock", 40), ("deficiency", 30)]
)
def test_amounts_are_over_the_cut_off_balance_purchases_too_or_the_pool(observable: str, amount: float) -> None:
    m = month()
    for denominator, base in zip(DENOMINATORS, (1000.0, 1250.0, 500.0), strict=True):
        assert observed(m, observable, denominator) == pytest.approx(amount / base, rel=1e-12)


@pytest.mark.parametrize(("left", "wanted"), [(0.0, 0.0), (0.9e-6, 0.0), (2e-6, 5.0)])
def test_a_share_of_next_to_nothing_is_0(left: float, wanted: float) -> None:
    """Next to nothing is a billionth of the cut-off balance."""
    m = month()
    m.cash.deficiency, m.pool.balance = 1e-5, left
    assert observed(m, "deficiency", "current_pool") == pytest.approx(wanted, rel=1e-12)


LOANS = {"payment_rate": None, "plans": [{"term": 2, "share": 1.0}]}
STAGES = [{"name": "new", "moves_on": 0.5}, {"name": "old"}]
LADDER = [{"rolls": 0.5, "cures": 0.2}] * 4


@pytest.mark.parametrize("profile", [LOANS, {}], ids=["loans", "cards"])
def test_a_pool_that_is_sold_leaves_nothing_on_its_lanes_and_all_on_the_others(profile: dict[str, Any]) -> None:
    """What falls due over a survival leaves by the survival, which falls to next to nothing: cards have none."""
    m = memory(
        hand_worked.pool(
            **profile,
            stages=STAGES,
            ladder=LADDER,
        )
    )
    keep = np.arange(LANES) % 2.0
    late = [f"late_{b}" for b in range(1, 5)]
    whole = [(m.pool, ["balance", "performing", *late[:3], "late_beyond"])]
    for s in range(2):
        whole += [(m.cohort[0, s], list(ROWS[Cohort][:-1])), (m.staged[0, s], late), (m.segment[s], ["balance"])]
        m.cohort[0, s].survival = m.staged[0, s].mixed_1 = m.staged[0, s].due_0 = 0.5
        m.unsettled[0, s, 0, 0], m.unsettled[0, s, 1, 0] = 7.0, 9.0
    for record, names in whole:
        for number, name in enumerate(names, 1):
            setattr(record, name, float(number))
    determination._sell_pool(m, keep)
    for record, names in whole:
        for number, name in enumerate(names, 1):
            np.testing.assert_array_equal(getattr(record, name), number * keep, err_msg=name)
    survives = np.where(keep == 1.0, 0.5, 0.5e-30)
    for s in range(2):
        np.testing.assert_allclose(m.staged[0, s].mixed_1, survives, rtol=1e-12)
        np.testing.assert_allclose(m.cohort[0, s].survival, survives if profile else 0.5, rtol=1e-12)
        assert same(m.staged[0, s].due_0) == 0.5
        np.testing.assert_array_equal(m.unsettled[0, s, 0, 0], 7.0 * keep)
        np.testing.assert_array_equal(m.unsettled[0, s, 1, 0], 9.0 * keep)


FULL, DUST = 500.0, 1e-7
"""A pool, and one that is nothing: below a billionth of the cut-off balance."""


@pytest.mark.parametrize(
    ("clean_up", "left", "price"),
    [
        ({"when": "pool > 0", "price": "0.9 * pool"}, FULL, 450.0),
        ({"when": "pool > 0", "price": "0.9 * pool"}, DUST, None),
        ({"when": "pool > 500", "price": "0.9 * pool"}, FULL, None),
        ({"when": "pool > 0", "price": "if(pool > 400, 450, 100)"}, FULL, 450.0),
        ({"when": "pool > 0", "price": "if(pool > 600, 100, 450)"}, FULL, 450.0),
        ({"when": "pool > 0"}, FULL, 500.0),
        ({"pool_factor": 0.1}, 99.0, 99.0),
        ({"pool_factor": 0.1}, 100.0, None),
        (None, 1.0, None),
    ],
)
def test_a_pool_is_sold_where_it_is_called_or_small_and_revolves_no_more(
    clean_up: Any, left: float, price: float | None
) -> None:
    """What the price is below par is a loss. Every other lane revolves."""
    m = memory(clean_up=clean_up)
    amortizes = np.arange(LANES) % 2.0
    m.pool.phase, m.pool.balance, m.cohort[0, 0].performing = amortizes, left, left
    determination.clean_up(m, 1)
    sold = amortizes * (price is not None)
    for cash in (m.cash.principal_collected, m.cash.cash_in):
        np.testing.assert_allclose(cash, sold * (price or 0.0), rtol=1e-12)
    np.testing.assert_allclose(m.cash.deficiency, sold * (left - (price or 0.0)), rtol=1e-12)
    np.testing.assert_array_equal(m.pool.balance, left * (1.0 - sold))
    np.testing.assert_array_equal(m.cohort[0, 0].performing, left * (1.0 - sold))


def test_a_pool_of_stages_is_the_sum_of_its_buckets() -> None:
    """Two stages of 100 current and 1, 2, 3 and 4 late: 220, and 7 more than the balance says."""
    m = memory(hand_worked.pool(stages=STAGES, ladder=LADDER))
    for s in range(2):
        m.cohort[0, s].performing = 100.0
        for b in range(4):
            m.staged[0, s][LATE + b] = 1.0 + b
    m.pool.balance = 213.0
    determination.total_pool(m)
    assert same(m.law.balance) == pytest.approx(0.007)
    assert same(m.law.negative) == 0.0
    assert same(m.pool.late_beyond) == 8.0


A, B = np.array([6.0, -6.0, 0.0, 6.0, 6.0, 1e9]), np.array([4.0, -4.0, 4.0, 1e-10, -1e-8, 1e-3])


@pytest.mark.parametrize(
    ("does", "wanted"),
    [
        (codes.ADD, [10.0, -10.0, 4.0, 6.0 + 1e-10, 6.0 - 1e-8, 1e9 + 1e-3]),
        (codes.SUBTRACT, [2.0, -2.0, -4.0, 6.0 - 1e-10, 6.0 + 1e-8, 1e9 - 1e-3]),
        (codes.MULTIPLY, [24.0, 24.0, 0.0, 6e-10, -6e-8, 1e6]),
        (codes.DIVIDE, [1.5, 1.5, 0.0, 0.0, -6e8, 1e9]),
        (codes.SMALLER, [4.0, -6.0, 0.0, 1e-10, -1e-8, 1e-3]),
        (codes.LARGER, [6.0, -4.0, 4.0, 6.0, 6.0, 1e9]),
        (codes.LESS, [0.0, 1.0, 1.0, 0.0, 0.0, 0.0]),
    ],
)
def test_two_values_are_made_one(does: int, wanted: list[float]) -> None:
    """A quotient is 0 where its divisor is nearer to 0 than 1e-9, and held within 1e9."""
    assert formulas._combined(does, A, B, 1e-9).tolist() == pytest.approx(wanted, rel=1e-12)


def test_cards_bill_a_share_of_what_is_outstanding_in_each_slot_to_come() -> None:
    """20% a month of 1000, then of 800, 640, ..; finance charges of 2% of the same; in stages as without."""
    m, staged = memory(), memory(hand_worked.pool(stages=STAGES, ladder=LADDER))
    m.cohort[0, 0].performing = staged.cohort[0, 1].performing = 1000.0
    cards.bill(m, 0, 0, 0)
    cards.bill(staged, 0, 0, 0)
    for r, left in enumerate((1000.0, 800.0, 640.0), 1):
        assert same(getattr(m.cohort[0, 0], f"due_{r}")) == pytest.approx(0.2 * left)
        assert same(getattr(m.cohort[0, 0], f"fee_{r}")) == pytest.approx(0.02 * left)
    for r, left in enumerate((1000.0, 800.0, 640.0, 512.0), 1):
        row = slot_of(staged, 0, r)
        assert same(staged.staged[0, 1][row]) == pytest.approx(0.2 * left)
        assert same(staged.staged[0, 1][row + N_KEPT]) == pytest.approx(0.02 * left)


@pytest.mark.parametrize(("performing", "shares"), [(100.0, (0.3, 0.5)), (40.0, (0.75, 1.0)), (25.0, (1.0, 1.0))])
def test_what_pays_its_way_down_pays_no_more_than_all(performing: float, shares: tuple[float, float]) -> None:
    """The first two slots of a balance have 30 and 20 of principal, 3 and 2 of fees."""
    m = memory(hand_worked.pool(**LOANS, ladder=[*LADDER[:1], {"rolls": 0.2, "cures": 0.3, "pays_down": [0.5]}]))
    now = slot_of(m, 0, 1)
    m.staged[0, 0][slot_of(m, 0, 2)], m.staged[0, 0][slot_of(m, 0, 2) + N_KEPT] = 20.0, 2.0
    due, fee, m.cohort[0, 0].survival = np.full(LANES, 30.0), np.full(LANES, 3.0), 1.0
    rows = ladder._falls_due(m, 0, 0, 0, now, due, fee, np.full(LANES, 1.0 / performing))
    assert [same(row) for row in rows] == pytest.approx([*shares, 5.0], rel=1e-12)
