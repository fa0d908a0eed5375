"""Formulas, targets of overcollateralization, conditions and cures of triggers on tiny deals, worked out by hand."""

from typing import Any

import pytest

from hand_worked import INTEREST, PLAIN, RESIDUAL, deal, pool, run, same
from stress.inputs.scenario import Shock

BOTH = ["A", "B"]
REPAY = {"step": "pay_principal", "notes": BOTH, "source": ["principal", "income"]}


def turbo(until: str, **more: Any) -> list[dict[str, Any]]:
    """Interest, then principal down to a target, then the rest."""
    return [*INTEREST, {**REPAY, "until": until, **more}, *RESIDUAL]


def test_notes_are_paid_down_to_the_pool_less_a_target_overcollateralization() -> None:
    """Pool 800, 640, 512, 409.6; 90% of it 720, 576, 460.8, 368.64: 180, 144, 115.2, 92.16 of 200, 160, 128, 102.4 go.

    What is left of principal and of income (20 - 6 - 6) is released: 20 + 8.
    """
    data = run(deal(turbo("pool * (1 - 0.1)")))
    same(data, "principal_paid", "A", 180.0, 144.0, 115.2, 92.16)
    same(data, "principal_paid", "R", 28.0)


def test_a_target_that_steps_down_keeps_a_floor_of_the_cut_off_balance() -> None:
    """The larger of 20% of the pool and 15% of cut-off: 160, 150, 150, 150. Notes to 640, 490, 362, 259.6.

    Month 1 has 200 + 8 for 260, month 2 160 + 16 - 3.92 - 6 = 166.08 for 202: turbo. Month 3: 128 + 12.8 - 2.2592 - 6.
    """
    data = run(deal(turbo("pool - max(0.2 * pool, 0.15 * pool.cut_off)")))
    same(data, "principal_paid", "A", 208.0, 166.08, 132.5408)
    same(data, "principal_paid", "R", 0.0, 0.0, 0.0)


def test_priority_principal_of_a_class_pays_it_down_to_the_pool_before_the_next_interest() -> None:
    """A 950 on a pool of 800: 150 of A before B's interest of 24% of 40 a year, then the last 50 of principal."""
    notes = (
        {"name": "A", "amount": 950.0, "coupon": 0.12},
        {"name": "B", "amount": 40.0, "coupon": 0.24},
        {"name": "R", "amount": 10.0, "residual": True},
    )
    first = {**REPAY, "notes": ["A"], "until": "pool", "source": ["income", "principal"]}
    data = run(deal([INTEREST[0], first, INTEREST[1], REPAY, *RESIDUAL], notes))
    same(data, "interest_paid", "B", 0.0)
    paid = data["step_paid"].values[0].tolist()
    assert paid[:4] == pytest.approx([9.5, 150.0, 0.0, 60.5])


def test_a_target_of_a_step_is_that_before_its_first_source_pays() -> None:
    """Half of A stays: 300 from income (8) and principal (200), not half of what income has left of it."""
    step = {**REPAY, "notes": ["A"], "source": ["income", "principal"], "until": "0.75 * note.A"}
    data = run(deal([*INTEREST, step, {**REPAY, "source": ["principal"]}, *RESIDUAL]))
    assert data["step_paid"].values[0].tolist()[2:4] == pytest.approx([150.0, 58.0])


def test_amounts_of_fees_reserves_and_transfers_are_formulas() -> None:
    """A fee of 12 a month capped at 1% of principal collected: 2, then 1.6 of 22. The reserve: 1% of the pool, at
    least 7. The transfer: the mean of principal collected so far over 100, 2 then 1.8.
    """
    steps = [
        {"step": "pay_fee", "fee": "servicer", "cap": "0.01 * collected_principal"},
        {"step": "top_up", "account": "reserve", "target": "max(0.01 * pool, 7)", "source": ["principal"]},
        {"step": "transfer", "to": "income", "source": ["principal"], "amount": "mean(collected_principal, 3) / 100"},
        {"step": "release", "account": "reserve", "target": "0.01 * pool", "to": "income"},
        *INTEREST,
        REPAY,
        {**RESIDUAL[0], "source": ["income", "principal"]},
        {"step": "pay_residual", "note": "R", "source": ["reserve"], "when": "pool < 0.01 * pool.cut_off"},
    ]
    fee = {"name": "servicer", "base": "fixed", "amount": 12.0}
    data = run(deal(steps, fees=[fee], accounts=["reserve"]))
    same(data, "fee_paid", "servicer", 2.0, 1.6)
    same(data, "account_balance", "reserve", 8.0, 6.4)
    paid = data["step_paid"].values
    assert paid[:2, 1].tolist() == pytest.approx([8.0, 0.0])
    assert paid[:2, 2].tolist() == pytest.approx([2.0, 1.8])
    assert paid[:2, 3].tolist() == pytest.approx([0.0, 1.6])


def test_own_quantities_are_formulas_of_others_or_values_by_month() -> None:
    """A target of 850 from month 2 on and of 700 from month 3: notes 900, 850, 722. The pool never limits it."""
    own = {"by_month": [[1, 900.0], [2, 850.0], [3, 700.0]], "target": "if(pool > 0, by_month, 0)"}
    data = run(deal(turbo("target", source=["principal"]), quantities=own))
    same(data, "principal_paid", "A", 0.0, 50.0, 128.0, 22.0)
    same(data, "quantity_value", "target", 900.0, 850.0, 700.0, 700.0)


def test_a_quotient_by_money_within_rounding_of_nothing_is_nothing() -> None:
    """1e-9 of the cut-off balance is 1e-6; a share is nothing within 1e-9."""
    own = {
        "rounding": "pool / (notes - 899.9999995)",
        "little": "pool / (notes - 899.999)",
        "share": "0.8 / (pool / pool.cut_off - 0.7999999)",
    }
    data = run(deal(quantities=own))
    same(data, "quantity_value", "rounding", 0.0)
    assert data["quantity_value"].sel(quantity="little").to_numpy()[0] == pytest.approx(800_000.0, rel=1e-6)
    assert data["quantity_value"].sel(quantity="share").to_numpy()[0] == pytest.approx(8e6, rel=1e-6)


def test_a_quotient_by_nothing_is_nothing_and_comparisons_join() -> None:
    """Account reserve is empty: pool / reserve = 0, so the step runs until month 2 is over."""
    when = "(pool / account.income < 1 or month >= 3) and not (month <= 2) or phase.amortization and month < 2"
    data = run(deal([*INTEREST, {**REPAY, "source": ["principal"], "when": when}, *PLAIN[2:]]))
    paid = data["step_paid"].values[:, 2].tolist()
    assert paid == pytest.approx([200.0, 0.0, 128.0, 102.4])


def watched(**more: Any) -> dict[str, Any]:
    return {"name": "watched", "effect": "acceleration", **more}


ACCELERATED = {"acceleration": [*INTEREST, {**REPAY, "notes": ["B", "A"]}, *RESIDUAL]}
"""B before A: which order ran can be seen by who is repaid."""
DEFAULTING = pool(default=0.05, recovery=0.2)
"""Defaults 50, 38, 28.88; recoveries 0, 10, 7.6; pool at the month's start 1000, 760, 577.6."""


def test_a_trigger_looks_at_a_mean_of_a_ratio() -> None:
    """Net losses 50, 28, 21.28 a month: 60%, 44.21%, 44.21% a year; the mean of up to three 60%, 52.1%, 49.47%."""
    ratio = "mean(12 * (defaults - recoveries) / pool.month_start, 3)"
    losses = watched(observable=ratio, breach="above", thresholds=[{"from_month": 2, "limit": 0.5}])
    data = run(deal(PLAIN, triggers=[losses], priority=ACCELERATED), DEFAULTING)
    second, third = 12.0 * 28.0 / 760.0, 12.0 * 21.28 / 577.6
    same(data, "trigger_value", "watched", 0.6, (0.6 + second) / 2.0, (0.6 + second + third) / 3.0)
    same(data, "phase", None, 1.0, 2.0, 2.0)


def test_several_tests_must_breach_together() -> None:
    """Defaults above 4% and a pool factor below 0.6: the second holds from month 2 (0.5776), so both do."""
    first = {"name": "losses", "observable": "cumulative_default", "breach": "above", "effect": "none"}
    both = watched(condition="tripped.losses and pool_factor < 0.6")
    triggers = [{**first, "thresholds": [{"limit": 0.04}]}, both]
    data = run(deal(PLAIN, triggers=triggers, priority=ACCELERATED), DEFAULTING)
    same(data, "trigger_value", "watched", 0.0, 1.0, 1.0)
    same(data, "phase", None, 1.0, 2.0, 2.0)


CURES = [(1, [2.0, 1.0, 1.0, 1.0], [208.0, 0.0, 0.0, 0.0]), (2, [2.0, 2.0, 1.0, 1.0], [208.0, 92.0, 0.0, 0.0])]


@pytest.mark.parametrize(("cure_months", "phases", "repaid"), CURES)
def test_a_cured_trigger_gives_back_the_order_of_before(cure_months: int, phases: list, repaid: list) -> None:
    """The pool is above 700 in month 1 alone; one or two months without end it. B first: 200 + 8 of it."""
    trigger = watched(condition="pool > 700", curable=True, cure_months=cure_months)
    data = run(deal(PLAIN, triggers=[trigger], priority=ACCELERATED))
    same(data, "phase", None, *phases)
    same(data, "principal_paid", "B", *repaid)


def test_a_cure_returns_the_deal_to_revolving_and_the_first_early_amortization_is_kept() -> None:
    """Month 1 buys 200 before its test: the pool is 1000, above 900. Month 2 buys nothing, the pool is 800.

    Cured, it revolves again: the 200 that month 2 collected stay and buy with the 160 of month 3. The pool is 1000.
    """
    trigger = watched(condition="pool > 900", curable=True)
    revolving = [*INTEREST, {"step": "pay_residual", "note": "R"}]
    steps = {"revolving": revolving, **ACCELERATED}
    data = run(deal(PLAIN, triggers=[trigger], priority=steps, revolving_months=3, purchase="each_step"))
    same(data, "phase", None, 2.0, 0.0, 2.0, 1.0)
    same(data, "purchases", None, 200.0, 0.0, 360.0, 0.0)
    assert float(data["final_early_amortization"]) == 1.0


def test_a_test_after_the_payment_sees_what_it_left_and_acts_from_the_next() -> None:
    """A is 400, 240 after the payments: below 450 after the first, and the second is the first of acceleration."""
    at_once = watched(condition="note.A < 450", tested="determination")
    after = watched(condition="note.A < 450", tested="payment")
    early, late = (run(deal(PLAIN, triggers=[x], priority=ACCELERATED)) for x in (after, at_once))
    same(early, "principal_paid", "A", 200.0, 0.0)
    same(late, "principal_paid", "A", 200.0, 0.0)
    same(early, "phase", None, 1.0, 2.0)
    same(late, "phase", None, 1.0, 2.0)
    below = {"condition": "note.A < 250", "tested": "payment"}
    same(run(deal(PLAIN, triggers=[watched(**below)], priority=ACCELERATED)), "phase", None, 1.0, 1.0, 2.0)
    same(run(deal(PLAIN, triggers=[watched(**below)], priority=ACCELERATED)), "tripped", "watched", 0.0, 1.0, 1.0)


FEES = [
    {"name": "servicer", "base": "formula", "amount": "max(7, 0.012 * pool.month_start)"},
    {"name": "tax", "base": "formula", "amount": "0.5 * fee.servicer"},
]


@pytest.mark.parametrize(
    ("carry_over", "due", "tax"),
    [(True, (12.0, 13.6, 13.28, 12.28), (6.0, 6.8, 6.64)), (False, (12.0, 9.6, 7.68, 7.0), (6.0, 4.8, 3.84))],
)
def test_a_fee_by_a_formula_carries_over_what_a_cap_leaves_unpaid(
    carry_over: bool, due: tuple[float, ...], tax: tuple[float, ...]
) -> None:
    """1.2% of 1000, 800, 640, 512, but 7 of 6.14; 8 is paid of each, so that 4, 5.60, 5.28 are owed later or lapse.

    The tax is half of what is due of it: 6 of the 12 left by income, then all of it: 13.6 / 2 or 9.6 / 2.
    """
    steps = [{"step": "pay_fee", "fee": "servicer", "cap": 8.0}, {"step": "pay_fee", "fee": "tax"}, *PLAIN]
    data = run(deal(steps, fees=[{**fee, "carry_over": carry_over} for fee in FEES]))
    same(data, "fee_due", "servicer", *due)
    same(data, "fee_paid", "servicer", 8.0, 8.0, min(8.0, due[2]), min(8.0, due[3]))
    same(data, "fee_due", "tax", *tax)


def test_a_fee_sees_the_month_but_not_the_tests_that_follow_it() -> None:
    """5% defaults: 50 and 38 are in the deficiency at once, 10% of it is 5, then 0.1 x (50 + 38 - what income covered).

    The trigger trips in month 1; the fee that waits for it is due from month 2 on.
    """
    fees = [
        {"name": "monitor", "base": "formula", "amount": "0.1 * deficiency * pool.cut_off"},
        {"name": "successor", "base": "formula", "amount": "if(tripped.losses, 3, 0)"},
    ]
    steps = [{"step": "pay_fee", "fee": "monitor"}, {"step": "pay_fee", "fee": "successor"}, *INTEREST, *RESIDUAL]
    trigger = {"name": "losses", "condition": "defaults > 0.04 * pool.cut_off", "effect": "none"}
    repaid = [*steps[:4], {"step": "cover_defaults"}, {**REPAY, "source": ["principal"]}, *RESIDUAL]
    data = run(deal(repaid, fees=fees, triggers=[trigger]), pool(default=0.05))
    covered = 19.0 - 5.0 - 6.0 - 6.0
    same(data, "fee_due", "monitor", 5.0, 0.1 * (50.0 - covered + 38.0))
    same(data, "fee_due", "successor", 0.0, 3.0)


def test_purchases_leave_nothing_for_a_fee_whose_amount_is_not_known_yet() -> None:
    """Without interest and other fees all 200 of principal buy: the fee of 30 finds the income of 20 alone."""
    fee = {"name": "agent", "base": "formula", "amount": "0.03 * pool.month_start"}
    paid = {"step": "pay_fee", "fee": "agent", "source": ["income", "principal"]}
    free = [{"step": "pay_interest", "note": "A"}, {"step": "pay_principal", "notes": ["A"], "source": ["principal"]}]
    data = run(
        deal(
            [paid, *free, *RESIDUAL],
            notes=({"name": "A", "amount": 900.0, "coupon": 0.12}, {"name": "R", "amount": 100.0, "residual": True}),
            fees=[fee],
            purchase="each_step",
            revolving_months=1,
            priority={"revolving": [paid, free[0], {"step": "pay_residual", "note": "R"}]},
        )
    )
    same(data, "fee_paid", "agent", 20.0)
    same(data, "fee_due", "agent", 30.0, 40.0)


def test_a_month_of_senior_cost_is_the_interest_and_the_fees_of_the_month() -> None:
    """6 of A and 6 of B, then 4 of A's 400 left; a trustee's 3 a month."""
    fee = {"name": "trustee", "base": "fixed", "amount": 3.0}
    pay = {"step": "pay_party", "party": "adviser", "amount": "0.2 * senior_cost", "source": ["income"]}
    data = run(deal([{"step": "pay_fee", "fee": "trustee"}, pay, *PLAIN], fees=[fee], parties=["adviser"]))
    same(data, "paid_out", "adviser", 3.0, 3.0 + 2.6)


RESERVE = [
    {"step": "transfer", "to": "principal", "source": ["commingling"], "amount": "commingled_principal"},
    {"step": "transfer", "to": "income", "source": ["commingling"], "amount": "commingled_income"},
]
"""A commingling reserve makes good what the servicer lost of the month, each part where it belongs."""


def test_a_commingling_reserve_is_drawn_for_what_the_servicer_lost_and_no_other_loss() -> None:
    """Six days of thirty: 40 of 200 of principal and 4 of 20 of income go, the reserve of 60 pays both: 16 is left.

    The deal pays as if nothing had been lost, 200 of A and 6 of interest on each note. In month 2 another fifth goes,
    32 of 160 and 3.20 of 16: 16 of the reserve is principal and nothing is left for income.
    """
    shock = Shock(target="commingled_days", set=6.0, to_month=2)
    back = {"step": "pay_residual", "note": "R", "source": ["commingling"], "when": "pool < 0.45 * pool.cut_off"}
    more = {"accounts": ["commingling"], "opening_cash": {"commingling": 60.0}}
    repaid = [*INTEREST, {**REPAY, "source": ["principal"]}, *RESIDUAL]
    of = deal([*RESERVE, *repaid, back], quantities={"lost": "commingled_principal + commingled_income"}, **more)
    data = run(of, shocks=(shock,))
    same(data, "quantity_value", "lost", 44.0, 35.2, 0.0)
    same(data, "account_after", "commingling", 16.0, 0.0)
    same(data, "principal_paid", "A", 200.0, 144.0)
    assert data["step_paid"].values[:2, :2].tolist() == [pytest.approx([40.0, 4.0]), pytest.approx([16.0, 0.0])]
    same(data, "residual_yield", "R", 0.0)


def test_losses_of_loans_draw_nothing_of_a_commingling_reserve() -> None:
    """5% default: the deficiency is 50, and the reserve stays whole until the deal is over."""
    more = {"accounts": ["commingling"], "opening_cash": {"commingling": 60.0}}
    back = {"step": "pay_residual", "note": "R", "source": ["commingling"], "when": "pool < 0.45 * pool.cut_off"}
    data = run(deal([*RESERVE, *INTEREST, {**REPAY, "source": ["principal"]}, *RESIDUAL, back], **more), DEFAULTING)
    same(data, "account_after", "commingling", 60.0, 60.0)
