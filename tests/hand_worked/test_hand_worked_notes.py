"""Fees, interest, principal and residual of tiny deals, worked out by hand."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.optimize import brentq

from hand_worked import INTEREST, LAST, PLAIN, PRINCIPAL, RESIDUAL, REST, A, B, deal, pool, run, same


def test_sequential_notes_are_repaid_in_order_and_the_rest_is_lost_at_legal_maturity() -> None:
    """A accrues 1% a month, B 2%: month 1 pays 6 and 6 of 20, the residual 8; principal of 200 goes to A.

    A stands at 400, 240, 112 and, at legal maturity, 9.6: it loses 9.6 / 600. B loses all. The residual has had
    8 + 6 + 4.4 + 3.12 = 21.52 of 100.
    """
    data = run(deal())
    same(data, "interest_paid", "A", 6.0, 4.0, 2.4, 1.12)
    same(data, "interest_paid", "B", 6.0, 6.0, 6.0, 6.0)
    same(data, "note_balance", "A", 400.0, 240.0, 112.0, 9.6)
    same(data, "note_balance", "B", 300.0, 300.0, 300.0, 300.0)
    same(data, "principal_paid", "R", 8.0, 6.0, 4.4, 3.12)
    assert data["loss"].values.tolist() == pytest.approx([0.016, 1.0, 0.7848], abs=1e-12)


def test_pro_rata_principal_is_shared_by_balance() -> None:
    """600 : 300, so of 200 A gets 133.33 and B 66.67; of 160 the same two thirds and one third."""
    steps = [*INTEREST, {**PRINCIPAL[0], "order": "pro_rata"}, *RESIDUAL]
    data = run(deal(steps))
    same(data, "principal_paid", "A", 400.0 / 3.0, 320.0 / 3.0)
    same(data, "principal_paid", "B", 200.0 / 3.0, 160.0 / 3.0)


def test_pro_rata_while_the_pool_is_large_and_sequential_after_the_switch() -> None:
    """The pool factor is 0.8 at the first determination and 0.64 at the second; the switch lies at 0.7.

    Month 1 shares 200 as 133.33 : 66.67. From month 2 on A gets all of 160.
    """
    large = {"observable": "pool_factor", "above": 0.7}
    steps = [*INTEREST, {**PRINCIPAL[0], "order": "pro_rata", "when": large}, *PRINCIPAL, *RESIDUAL]
    data = run(deal(steps))
    same(data, "principal_paid", "A", 400.0 / 3.0, 160.0)
    same(data, "principal_paid", "B", 200.0 / 3.0, 0.0)


def test_scheduled_amortization_pays_no_further_than_its_balance() -> None:
    """A is to stand at 500 from month 1 and at 0 from month 3.

    Month 1 pays 100 of 200. Month 2 has 100 + 160 and pays nothing. Month 3 has 260 + 128 = 388 and pays all of it.
    """
    targets = [[1, 500.0], [3, 0.0]]
    steps = [
        *INTEREST,
        {"step": "pay_principal", "notes": ["A"], "source": ["principal"], "to_balance": targets},
        {
            "step": "pay_principal",
            "notes": ["B"],
            "source": ["principal"],
            "when": {"observable": "pool_factor", "below": 0.1},
        },
        {"step": "pay_residual", "note": "R"},
        {**LAST, "source": ["principal"]},
    ]
    data = run(deal(steps))
    same(data, "principal_paid", "A", 100.0, 0.0, 388.0, 102.4)
    same(data, "account_balance", "principal", 100.0, 260.0, 0.0, 0.0)


def test_unpaid_interest_is_owed_with_interest() -> None:
    """At a yield of 1% a month: income 10, A takes 6, B gets 4 of 6. Then B is owed 2 + 2% of 302 = 8.04."""
    data = run(deal(), pool(annual_yield=0.12))
    same(data, "interest_due", "B", 6.0, 8.04)
    same(data, "interest_paid", "B", 4.0, 4.0)
    same(data, "interest_unpaid", "B", 2.0, 4.04)
    assert data["shortfall"].values.tolist() == [0.0, 1.0, 0.0]


def test_unpaid_interest_bears_none_where_the_deal_says_so() -> None:
    """As above, but B is owed 2 + 6 = 8 in month 2."""
    data = run(deal(interest_on_unpaid_interest=False), pool(annual_yield=0.12))
    same(data, "interest_due", "B", 6.0, 8.0)


@pytest.mark.parametrize(
    ("by_deal", "of_a", "of_b", "due_a", "due_b"),
    [
        (True, None, None, 5.01, 7.02),
        (True, False, None, 5.0, 7.02),
        (False, None, True, 5.0, 7.02),
        (True, None, False, 5.01, 7.0),
        (False, True, True, 5.01, 7.02),
        (True, False, False, 5.0, 7.0),
    ],
)
def test_unpaid_interest_bears_interest_by_class(
    by_deal: bool, of_a: bool | None, of_b: bool | None, due_a: float, due_b: float
) -> None:
    """Income is 1% of the pool a month, 10 and 8; A and B share it by what is due to each.

    Of 6 each has 5 in month 1; 1 stays unpaid. In month 2 A is owed 1 + 4 and 1% of the 1 where that bears interest, B
    1 + 6 and 2% of it. The 8 are shared by what is due.
    """
    together = [{"step": "pay_interest", "notes": ["A", "B"]}, *PRINCIPAL, *RESIDUAL]
    a, b = ({**note, "interest_on_unpaid_interest": own} for note, own in ((A, of_a), (B, of_b)))
    data = run(deal(together, (a, b, REST), interest_on_unpaid_interest=by_deal), pool(annual_yield=0.12))
    same(data, "interest_due", "A", 6.0, due_a)
    same(data, "interest_due", "B", 6.0, due_b)
    same(data, "interest_unpaid", "B", 1.0, due_b - 8.0 * due_b / (due_a + due_b))


def test_a_residual_note_has_no_interest_that_could_bear_interest() -> None:
    with pytest.raises(ValidationError, match="has no interest, so no interest_on_unpaid_interest"):
        deal(notes=(A, B, {**REST, "interest_on_unpaid_interest": False}))


def test_quarterly_interest_gathers_three_months() -> None:
    """A accrues 6, 4 and 2.4 on 600, 400 and 240: 12.4 in month 3; the last month pays whatever has accrued, 1.12.

    Until it is due it is no shortfall. Nothing was set aside for it: of the 12.8 of month 3 B gets 0.4 of its 6.
    """
    quarterly = {**A, "payment_months": {"amortization": 3}}
    data = run(deal(notes=(quarterly, B, REST)))
    same(data, "interest_due", "A", 0.0, 0.0, 12.4, 1.12)
    same(data, "interest_paid", "A", 0.0, 0.0, 12.4, 1.12)
    same(data, "interest_paid", "B", 6.0, 6.0, 0.4)
    assert data["shortfall"].values.tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("phase", ["acceleration", "event_of_default"])
@pytest.mark.parametrize(("every", "due"), [(1, (0.0, 10.0, 2.4, 1.12)), (3, (0.0, 0.0, 12.4, 1.12))])
def test_the_months_of_interest_are_those_of_the_phase(phase: str, every: int, due: tuple[float, ...]) -> None:
    """A accrues 6, 4, 2.4 and 1.12 and is paid quarterly. At 640 the pool falls below 0.7 of 1000 in month 2.

    Where the phase that this brings pays month by month, it pays 6 + 4 at once.
    """
    notes = ({**A, "payment_months": {"amortization": 3, phase: every}}, B, REST)
    spans = [{"from_month": 1, "limit": 0.7}]
    fall = {"name": "fall", "observable": "pool_factor", "breach": "below", "thresholds": spans, "effect": phase}
    data = run(deal(notes=notes, priority={phase: PLAIN}, triggers=[fall]))
    same(data, "interest_due", "A", *due)


def test_a_floating_coupon_stays_within_cap_and_floor() -> None:
    """Index 3%. A: 3% + 1% = 4%, but at least 6%: 0.5% of 600 is 3. B: 3% + 25%, but at most 24%: 2% of 300 is 6."""
    low = {"name": "A", "amount": 600.0, "index": "lpr", "coupon": 0.01, "floor": 0.06}
    high = {"name": "B", "amount": 300.0, "index": "lpr", "coupon": 0.25, "cap": 0.24}
    data = run(deal(notes=(low, high, REST), indices={"lpr": 0.03}))
    same(data, "interest_due", "A", 3.0)
    same(data, "interest_due", "B", 6.0)


def test_interest_paid_from_principal_is_lent_and_booked_as_deficiency() -> None:
    """Income of 5 at a yield of 0.5% a month. A is owed 6: 1 comes from principal, so A is repaid 199; B gets nothing.

    The deficiency is 1; month 2: income 4, A accrues 4.01, 0.01 is lent, the deficiency 1.01.
    """
    steps = [
        {"step": "pay_interest", "note": "A", "source": ["income", "principal"]},
        INTEREST[1],
        *PRINCIPAL,
        *RESIDUAL,
    ]
    data = run(deal(steps), pool(annual_yield=0.06))
    same(data, "interest_paid", "A", 6.0, 4.01)
    same(data, "principal_paid", "A", 199.0, 159.99)
    same(data, "deficiency", None, 1.0, 1.01)


def test_fees_on_each_base() -> None:
    """Month 1: 0.1% of 1000 of notes, 0.2% of 1000 of pool, 5% of 20 of income, and 0.5: 1 + 2 + 1 + 0.5 = 4.5.

    20 - 4.5 - 6 - 6 = 3.5 repays the residual note, so month 2 has notes of 400 + 300 + 96.5 and a pool of 800:
    0.7965 + 1.6 + 0.8 + 0.5.
    """
    fees = [
        {"name": "on notes", "base": "notes", "rate": 0.012},
        {"name": "on pool", "base": "pool", "rate": 0.024},
        {"name": "on income", "base": "interest_income", "rate": 0.05},
        {"name": "fixed", "base": "fixed", "amount": 0.5},
    ]
    data = run(deal([*({"step": "pay_fee", "fee": fee["name"]} for fee in fees), *PLAIN], fees=fees))
    same(data, "fee_paid", "on notes", 1.0, 0.7965)
    same(data, "fee_paid", "on pool", 2.0, 1.6)
    same(data, "fee_paid", "on income", 1.0, 0.8)
    same(data, "fee_paid", "fixed", 0.5, 0.5)
    same(data, "principal_paid", "R", 3.5)


@pytest.mark.parametrize(("carry_over", "due"), [(True, (5.0, 7.0, 9.0)), (False, (5.0, 5.0, 5.0))])
def test_a_capped_fee_is_carried_over_or_lapses(carry_over: bool, due: tuple[float, ...]) -> None:
    """5 is due and 3 may be paid: the 2 that are left are owed next month, or lapse."""
    fee = {"name": "trustee", "base": "fixed", "amount": 5.0, "carry_over": carry_over}
    data = run(deal([{"step": "pay_fee", "fee": "trustee", "cap": 3.0}, *PLAIN], fees=[fee]))
    same(data, "fee_due", "trustee", *due)
    same(data, "fee_paid", "trustee", 3.0, 3.0, 3.0)


def test_a_subordinated_fee_waits_behind_the_notes() -> None:
    """At a yield of 1% a month income of 10 is gone before the fee of 1; it is owed 1, then 2."""
    fee = {"name": "servicer", "base": "fixed", "amount": 1.0}
    steps = [*INTEREST, {"step": "pay_fee", "fee": "servicer"}, *PRINCIPAL, *RESIDUAL]
    data = run(deal(steps, fees=[fee]), pool(annual_yield=0.12))
    same(data, "fee_due", "servicer", 1.0, 2.0)
    same(data, "fee_paid", "servicer", 0.0, 0.0)


def test_a_residual_note_takes_principal_first_and_then_yield() -> None:
    """Of 1 it is repaid 1 from the first 8 and has 7 as yield; then 6 as yield. Notes sum to 901."""
    data = run(deal(notes=(A, B, {**REST, "amount": 1.0})))
    same(data, "principal_paid", "R", 1.0, 0.0)
    same(data, "residual_yield", "R", 7.0, 6.0)


def test_the_clean_up_call_sells_the_pool_at_par() -> None:
    """The pool is 512 in month 3, below 60% of 1000: it is sold for 512, with the 128 collected 640 for A and B.

    A stands at 240 and B at 300: both are repaid and 100 is left for the residual note, with 12.8 - 2.4 - 6 = 4.4 of
    income after 8 and 6: 85.6 + 0.4 of principal outstanding is repaid in full, the rest is yield.
    """
    data = run(deal(clean_up={"pool_factor": 0.6}))
    same(data, "pool_balance", None, 800.0, 640.0, 0.0)
    same(data, "principal_paid", "A", 200.0, 160.0, 240.0)
    same(data, "principal_paid", "B", 0.0, 0.0, 300.0)
    same(data, "principal_paid", "R", 8.0, 6.0, 86.0)
    same(data, "residual_yield", "R", 0.0, 0.0, 18.4)


def test_the_yield_of_a_short_note_discounts_its_cash_to_par() -> None:
    """A of 400 has 200, 160 and 40 of principal, with interest of 4, 2 and 0.4: days over 365 from 10 January."""
    data = run(deal(notes=({**A, "amount": 400.0}, B, {**REST, "amount": 300.0})))
    same(data, "principal_paid", "A", 200.0, 160.0, 40.0)
    years = np.array([31.0, 59.0, 90.0]) / 365.0
    wanted = brentq(lambda y: np.array([204.0, 162.0, 40.4]) @ (1.0 + y) ** -years - 400.0, 0.0, 1.0)
    assert float(data["irr"].sel(tranche="A")) == pytest.approx(wanted, abs=2e-7)


@pytest.mark.parametrize(
    "steps",
    [
        PLAIN,
        [{"step": "pay_interest", "notes": ["A", "B"]}, {**PRINCIPAL[0], "order": "pro_rata"}, *RESIDUAL],
        [*INTEREST, {"step": "cover_defaults"}, *PRINCIPAL, *RESIDUAL],
    ],
    ids=["in sequence", "together", "defaults covered"],
)
def test_the_unit_of_money_changes_nothing(steps) -> None:
    """Income of 10 pays A's 6 and 4 of B's 4.5; a million times as large a unit of money shows the same shortfall."""
    plain_notes, unit = (A, {**B, "coupon": 0.18}, REST), 1e-6
    steps = [{"step": "pay_fee", "fee": "servicer"}, *steps]
    fees = [{"name": "servicer", "base": "pool", "rate": 0.001}]
    plain = run(deal(steps, notes=plain_notes, fees=fees), pool(annual_yield=0.12, default=0.01))
    notes = tuple({**note, "amount": note["amount"] * unit} for note in plain_notes)
    data = run(deal(steps, notes=notes, fees=fees), pool(annual_yield=0.12, default=0.01, balance=1000.0 * unit))
    assert plain["shortfall"].sel(tranche="B") == 1.0
    for name in ("shortfall", "first_loss_month", "loss", "wal", "irr", "price", "cumulative_default", "excess_spread"):
        np.testing.assert_allclose(data[name], plain[name], rtol=1e-9, atol=1e-12, err_msg=name)
    for name in ("interest_paid", "principal_paid", "residual_yield", "fee_paid", "account_balance", "deficiency"):
        np.testing.assert_allclose(data[name] / unit, plain[name], rtol=1e-9, atol=1e-9, err_msg=name)


def test_a_residual_note_is_valued_at_the_rate_that_the_deal_states() -> None:
    """At 24% a year, 2% a month: 10 / 1.02 + 8 / 1.02^2 + 6.4 / 1.02^3 + 5.12 / 1.02^4, of 100."""
    data = run(deal(PLAIN, (A, {**B, "amount": 200.0}, {**REST, "discount_rate": 0.24})))
    by_hand = (10 / 1.02 + 8 / 1.02**2 + 6.4 / 1.02**3 + 5.12 / 1.02**4) / 100.0
    assert float(data["price"].sel(tranche="R")) == pytest.approx(by_hand, abs=1e-12)
