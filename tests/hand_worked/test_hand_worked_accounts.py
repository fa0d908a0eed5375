"""Deficiency, reserves, transfers and purchases of tiny deals, worked out by hand."""

from typing import Any

import pytest

from hand_worked import INTEREST, LAST, PLAIN, PRINCIPAL, RESIDUAL, REST, A, B, deal, pool, run, same

COVER = {"step": "cover_defaults"}
DRAWN = [{**step, "source": ["income", "reserve"]} for step in INTEREST]


def reserve(steps: list[Any], opening: float = 0.0, **more: Any) -> Any:
    """A deal with one reserve account."""
    return deal(
        [*steps, {**LAST, "source": ["reserve"]}],
        accounts=["reserve"],
        opening_cash={"reserve": opening} if opening else {},
        **more,
    )


def test_income_covers_defaults() -> None:
    """5% of 1000 defaults: 950 pays 190 and 19. After 6 + 6 of interest 7 of the 50 is covered: A is repaid 197.

    Month 2: 38 of 760 defaults, 722 pays 144.4 and 14.44; A takes 4.03, B 6, 4.41 is covered: A is repaid 148.81.
    """
    data = run(deal([*INTEREST, COVER, *PRINCIPAL, *RESIDUAL]), pool(default=0.05))
    same(data, "defaults", None, 50.0, 38.0)
    same(data, "deficiency", None, 43.0, 43.0 + 38.0 - 4.41)
    same(data, "principal_paid", "A", 197.0, 148.81)


def test_income_covers_only_the_defaults_that_junior_notes_do_not_bear() -> None:
    """A 655, B 300, R 45 and defaults of 50: above R there are 5.

    Of 19 - 6.55 - 6 = 6.45, 5 is covered and 1.45 is left.

    What repays the residual note from income also reduces the deficiency: 50 - 5 - 1.45 = 43.55 = what R still has.
    """
    notes = ({**A, "amount": 655.0}, B, {**REST, "amount": 45.0})
    data = run(deal([*INTEREST, {**COVER, "note": "B"}, *PRINCIPAL, *RESIDUAL], notes), pool(default=0.05))
    same(data, "principal_paid", "A", 195.0)
    same(data, "principal_paid", "R", 1.45)
    same(data, "deficiency", None, 43.55)
    same(data, "note_balance", "R", 43.55)


def test_recoveries_come_back_as_principal_after_their_lag() -> None:
    """20% of the 50 that defaulted comes a month later: month 2 collects 144.4 + 10 and books 38 - 10."""
    data = run(deal([*INTEREST, COVER, *PRINCIPAL, *RESIDUAL]), pool(default=0.05, recovery=0.2))
    same(data, "recoveries", None, 0.0, 10.0, 7.6)
    same(data, "principal_paid", "A", 197.0, 144.4 + 10.0 + 4.41)
    same(data, "deficiency", None, 43.0, 43.0 + 28.0 - 4.41)


def test_a_reserve_is_filled_up_to_its_amount() -> None:
    """15 wanted, 10 paid in at closing: month 1 adds 5 of the 8 that are left, the residual note gets 3."""
    top_up = {"step": "top_up", "account": "reserve", "target": {"amount": 15.0}}
    data = run(reserve([*DRAWN, top_up, *PRINCIPAL, *RESIDUAL], opening=10.0))
    same(data, "account_balance", "reserve", 15.0, 15.0)
    same(data, "principal_paid", "R", 3.0, 6.0)


def test_a_reserve_is_drawn_for_interest() -> None:
    """Income of 10 at a yield of 1% a month: B lacks 2 of its 6 and takes them from the reserve of 10; then 2 again."""
    data = run(reserve([*DRAWN, *PRINCIPAL, *RESIDUAL], opening=10.0), pool(annual_yield=0.12))
    same(data, "interest_paid", "B", 6.0, 6.0)
    same(data, "account_balance", "reserve", 8.0, 6.0)


TARGETS = {
    "share of the pool": ({"share_of_pool": 0.005}, 4.0, 3.2),
    "share of the notes": ({"share_of_notes": 0.004}, 3.6, 2.8),
    "share of the cut-off balance": ({"share_of_cut_off": 0.005}, 5.0, 5.0),
    "months of senior cost": ({"months_of_senior_cost": 0.5}, 6.0, 5.0),
    "floor": ({"share_of_pool": 0.001, "floor": 2.0}, 2.0, 2.0),
    "the largest part": ({"amount": 1.0, "share_of_pool": 0.005, "share_of_cut_off": 0.0035}, 4.0, 3.5),
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_reserve_is_filled_and_released_to_its_target(name: str) -> None:
    """The pool after collections is 800 and 640; the notes but the residual before their payment 900 and 400 + 300.

    With a share of the notes of 0.4%: the reserve takes 3.6 of the 8 that are left in month 1; then 0.4% of 700 is 2.8:
    the residual note R is not among the notes that a reserve stands behind. Half a month of cost is half of
    6 + 6, then of 4 + 6. What is above the target in month 2 goes to income before interest.
    """
    target, first, second = TARGETS[name]
    release = {"step": "release", "account": "reserve", "target": target, "to": "income"}
    top_up = {"step": "top_up", "account": "reserve", "target": target}
    data = run(reserve([release, *DRAWN, top_up, *PRINCIPAL, *RESIDUAL]))
    same(data, "account_balance", "reserve", first, second)
    same(data, "principal_paid", "R", 8.0 - first, 6.0 + first - second)


def test_a_conditional_trap_fills_only_on_its_side() -> None:
    """The pool factor is 0.8, then 0.64: a trap below 0.7 sees nothing of the first 8 and takes the 6 of month 2."""
    trap = {
        "step": "top_up",
        "account": "reserve",
        "target": {"amount": 10.0},
        "when": {"observable": "pool_factor", "below": 0.7},
    }
    data = run(reserve([*DRAWN, trap, *PRINCIPAL, *RESIDUAL]))
    same(data, "account_balance", "reserve", 0.0, 6.0, 10.0)
    same(data, "principal_paid", "R", 8.0, 0.0, 0.4)


def test_a_ladder_of_traps_takes_the_largest_target_that_holds() -> None:
    """Targets of 2 below a pool factor of 0.9, 5 below 0.7, 9 below 0.6: the account stands at 2, 5 and 9."""
    rungs = ((0.9, 2.0), (0.7, 5.0), (0.6, 9.0))
    ladder = [
        {
            "step": "top_up",
            "account": "reserve",
            "target": {"amount": amount},
            "when": {"observable": "pool_factor", "below": limit},
        }
        for limit, amount in rungs
    ]
    data = run(reserve([*DRAWN, *ladder, *PRINCIPAL, *RESIDUAL]))
    same(data, "account_balance", "reserve", 2.0, 5.0, 9.0)
    same(data, "principal_paid", "R", 6.0, 3.0, 0.4)


def test_transfers_move_at_most_their_amount_or_all() -> None:
    """3 of the 8 go to principal in month 1, so A is repaid 203; without an amount all 8 go, A is repaid 208."""
    for amount, moved in ((3.0, 3.0), (None, 8.0)):
        step = {"step": "transfer", "to": "principal", **({"amount": amount} if amount else {})}
        rest = [{**RESIDUAL[0], "source": ["income", "principal"] if amount else ["principal"]}]
        data = run(deal([*INTEREST, step, *PRINCIPAL, *rest]))
        same(data, "principal_paid", "A", 200.0 + moved)


def test_cash_earns_the_cash_rate() -> None:
    """12 in the reserve at 12% a year earn 0.12 a month: income of 20.12, so the residual note gets 8.12."""
    data = run(reserve([*DRAWN, *PRINCIPAL, *RESIDUAL], opening=12.0), pool(cash_rate=0.12))
    same(data, "cash_interest", None, 0.12, 0.12)
    same(data, "principal_paid", "R", 8.12)


def revolving(steps: list[Any], purchase: str, **more: Any) -> Any:
    """Two months of purchases, then amortization."""
    return deal(revolving_months=2, purchase=purchase, priority={"revolving": steps}, **more)


def test_each_step_buys_what_it_has_collected() -> None:
    """200 is collected and buys 200: the pool stays at 1000 for two months and pays 20 of income in each of three."""
    data = run(revolving([*INTEREST, {"step": "pay_residual", "note": "R"}], "each_step"))
    same(data, "purchases", None, 200.0, 200.0, 0.0)
    same(data, "pool_balance", None, 1000.0, 1000.0, 800.0)
    same(data, "fee_income", None, 20.0, 20.0, 20.0, 16.0)
    same(data, "principal_paid", "A", 0.0, 0.0, 200.0, 160.0)


def test_a_purchase_step_buys_at_the_payment_date() -> None:
    """The pool is 800 at the month's end; the payment buys 200 more, and 8 of income what is left after interest."""
    buy = {"step": "purchase", "source": ["principal", "income"]}
    data = run(revolving([*INTEREST, buy], "payment_date"))
    same(data, "month_start_balance", None, 1000.0, 1008.0)
    same(data, "fee_income", None, 20.0, 20.16)


@pytest.mark.parametrize(("price", "face"), [(0.8, 250.0), (1.25, 160.0)])
def test_a_purchase_below_or_above_par(price: float, face: float) -> None:
    """200 of cash buys 250 at 80%, and 160 at 125%."""
    order = [*INTEREST, {"step": "pay_residual", "note": "R"}]
    data = run(revolving(order, "each_step", purchase_price=price))
    same(data, "purchases", None, face)
    same(data, "purchase_cost", None, 200.0)
    same(data, "pool_balance", None, 800.0 + face)


def test_a_discount_makes_good_a_deficiency() -> None:
    """5% defaults: 190 is collected and buys 237.5 at 80%. The deficiency of 50 falls by the discount of 47.5.

    The discount counts at the purchase, before the defaults of the month are booked: it never makes the deficiency
    negative, so month 1 books 50 and month 2 starts from there: 997.5 x 5% = 49.875 more, less its own discount.
    """
    order = [*INTEREST, {"step": "pay_residual", "note": "R"}]
    data = run(revolving(order, "each_step", purchase_price=0.8), pool(default=0.05))
    same(data, "pool_balance", None, 997.5)
    same(data, "defaults", None, 50.0, 49.875)


def test_purchases_leave_cash_for_senior_costs_that_income_does_not_cover() -> None:
    """Yield 0.5% a month: income of 5 against 6 of class A interest that principal may pay. 199 of the 200 is spent.

    The 1 that is kept pays the interest; the deal lends it, so the deficiency is 1.
    """
    order = [
        {"step": "pay_interest", "note": "A", "source": ["income", "principal"]},
        INTEREST[1],
        RESIDUAL[0] | {"source": ["income"]},
    ]
    data = run(revolving(order, "each_step"), pool(annual_yield=0.06))
    same(data, "purchases", None, 199.0)
    same(data, "interest_paid", "A", 6.0)
    same(data, "deficiency", None, 1.0)


@pytest.mark.parametrize(("carry_over", "second"), [(True, 195.186), (False, 195.486)])
def test_purchases_leave_cash_for_fees_but_for_the_one_on_income(carry_over: bool, second: float) -> None:
    """Income of 5. Principal may pay A's 6, 1 on notes, 1 on the pool and 0.5: 8.5 less 90% of 5 leaves 4 of the 200.

    The fee on income takes its 10% itself. Of the 0.5 only 0.2 may be paid, so 0.3 is left in principal. Month 2, on a
    pool of 996: 6 + 1 + 0.996 + 0.5, and the 0.3 again where it is carried over, less 90% of 4.98, of 199.2 + 0.3.
    """
    fees = [
        {"name": "on income", "base": "interest_income", "rate": 0.1},
        {"name": "on notes", "base": "notes", "rate": 0.012},
        {"name": "fixed", "base": "fixed", "amount": 0.5, "carry_over": carry_over},
        {"name": "on pool", "base": "pool", "rate": 0.012},
    ]
    both = {"source": ["income", "principal"]}
    order = [{"step": "pay_fee", "fee": fee["name"], **both} for fee in fees]
    order[2] |= {"cap": 0.2}
    rest = RESIDUAL[0] | {"source": ["income"]}
    after = [*({"step": "pay_fee", "fee": fee["name"]} for fee in fees), *PLAIN]
    order = [*order, INTEREST[0] | both, INTEREST[1], rest]
    of = deal(after, revolving_months=2, purchase="each_step", priority={"revolving": order}, fees=fees)
    data = run(of, pool(annual_yield=0.06))
    same(data, "purchases", None, 196.0, second)
    same(data, "principal_cash", None, 0.3)


def test_the_plain_deal_uses_every_cent() -> None:
    """Income of 20 + 16 + 12.8 + 10.24 = 59.04 and principal of 590.4 are all paid out; nothing is left behind."""
    data = run(deal(PLAIN))
    paid = sum(float(data[name].sum()) for name in ("interest_paid", "principal_paid", "residual_yield"))
    assert paid == pytest.approx(59.04 + 590.4, abs=1e-8)
    same(data, "income_cash", None, 0.0, 0.0, 0.0, 0.0)
    same(data, "principal_cash", None, 0.0, 0.0, 0.0, 0.0)
