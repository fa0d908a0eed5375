"""Cash from and to parties outside the deal, and calls by a rule, on tiny deals, worked out by hand."""

import pytest

from hand_worked import INTEREST, PLAIN, PRINCIPAL, RESIDUAL, deal, pool, run, same
from stress.inputs.scenario import Shock

SWAP = [
    {"step": "receive", "party": "swap", "amount": "(index.libor - 0.036) / 12 * notes", "to": "income"},
    {"step": "pay_party", "party": "swap", "amount": "(0.036 - index.libor) / 12 * notes"},
]


def test_a_swap_pays_the_net_of_its_legs_on_the_notes() -> None:
    """Index 6% against 3.6% on notes of 900 and 700: 1.8 and 1.4 in; what is left of income is 20 + 1.8 - 12."""
    data = run(deal([*SWAP, *PLAIN], parties=["swap"], indices={"libor": 0.06}))
    same(data, "received", "swap", 1.8, 3.2)
    same(data, "paid_out", "swap", 0.0, 0.0)
    same(data, "residual_yield", "R", 0.0)
    same(data, "principal_paid", "R", 9.8)


def test_a_swap_moves_with_the_scenario_of_the_index() -> None:
    """At 0 the deal pays 0.3% a month: 2.7 on 900, then 2.1 on 700."""
    shock = Shock(target="index_rate", set=0.0)
    data = run(deal([*SWAP, *PLAIN], parties=["swap"], indices={"libor": 0.06}), shocks=(shock,))
    same(data, "received", "swap", 0.0, 0.0)
    same(data, "paid_out", "swap", 2.7, 4.8)
    same(data, "principal_paid", "R", 5.3)


def test_a_swap_on_a_schedule_of_notionals_pays_on_what_the_schedule_says() -> None:
    """Index 6% against 3.6%, on 800, then 500, whatever the notes are: 1.6, 1.0, 1.0; on 4,000 8 each."""
    legs = [{"step": "receive", "party": "swap", "amount": "notional * (index.libor - 0.036) / 12", "to": "income"}]
    rest = {"parties": ["swap"], "indices": {"libor": 0.06}}
    scheduled = deal([*legs, *PLAIN], quantities={"notional": [[1, 800.0], [2, 500.0]]}, **rest)
    same(run(scheduled), "received", "swap", 1.6, 2.6, 3.6)
    fixed = deal([*legs, *PLAIN], quantities={"notional": "4_000"}, **rest)
    same(run(fixed), "received", "swap", 8.0, 16.0, 24.0)


def test_the_legs_of_a_swap_accrue_by_the_day_count_of_the_deal() -> None:
    """By actual days over 360: 31, 28 and 31 of them on 800 x 2.4%; a month later on another clock, the same."""
    amount = "notional * (index.libor - 0.036) * year_fraction"
    legs = [{"step": "receive", "party": "swap", "amount": amount, "to": "income"}]
    rest = {"parties": ["swap"], "indices": {"libor": 0.06}, "quantities": {"notional": [[1, 800.0]]}}
    swapped = deal([*legs, *PLAIN], day_count="ACT/360", **rest)
    paid = [19.2 * days / 360.0 for days in (31, 59, 90)]
    same(run(swapped), "received", "swap", *paid)
    same(run(swapped, clock="payment_date"), "received", "swap", *paid)


def test_a_liquidity_facility_is_drawn_for_senior_interest_and_paid_back() -> None:
    """Income 5, 4, 3.2 of a yield of 6%: A's 6 lacks 1, drawn; 4 and 2.4 lack nothing. Month 3 pays it back.

    What principal lends for it is a deficiency; A has had 200 and 160, and 127 of the 128 of month 3.
    """
    steps = [
        INTEREST[0],
        {
            "step": "receive",
            "party": "bank",
            "amount": "min(unpaid.A, 1.5 - received.bank + paid.bank)",
            "to": "income",
        },
        *INTEREST,
        {
            "step": "pay_party",
            "party": "bank",
            "amount": "received.bank - paid.bank",
            "source": ["principal"],
            "when": "month > 2",
        },
        *PRINCIPAL,
        *RESIDUAL,
    ]
    data = run(deal(steps, parties=["bank"]), pool(annual_yield=0.06))
    same(data, "interest_paid", "A", 6.0, 4.0, 2.4)
    same(data, "received", "bank", 1.0, 1.0, 1.0)
    same(data, "paid_out", "bank", 0.0, 0.0, 1.0)
    same(data, "principal_paid", "A", 200.0, 160.0, 127.0)
    same(data, "deficiency", None, 0.0, 0.0, 1.0)


def test_a_guarantee_covers_losses_up_to_its_amount() -> None:
    """Defaults 50, 38 of 5%; the guarantor bears 70 in all: 50, then 20. The deficiency is 18, less income.

    Income 19 and 14.44 pays A and B 6 + 6 and 3.6 + 6; the rest repays the residual note, 7 and 4.84.
    """
    guarantee = {"step": "receive", "party": "guarantor", "amount": "min(defaults, 70 - received.guarantor)"}
    data = run(deal([{**guarantee, "to": "principal"}, *PLAIN], parties=["guarantor"]), pool(default=0.05))
    same(data, "received", "guarantor", 50.0, 70.0)
    same(data, "principal_paid", "A", 240.0, 164.4)
    same(data, "deficiency", None, 0.0, 18.0 - 4.84)


def test_a_fixed_amount_is_paid_from_several_sources_together() -> None:
    """25 a month: 20 of income, then 5 of principal, which is lent."""
    step = {"step": "pay_party", "party": "state", "amount": 25.0, "source": ["income", "principal"]}
    data = run(deal([step, *PLAIN], parties=["state"]))
    same(data, "paid_out", "state", 25.0)
    same(data, "deficiency", None, 5.0)
    same(data, "principal_paid", "A", 195.0)


@pytest.mark.parametrize(("price", "paid"), [(None, 640.0), ("0.9 * pool", 576.0), ("notes", 700.0)])
def test_a_call_by_a_rule_sells_the_pool_once_at_its_price(price: str | None, paid: float) -> None:
    """The pool is 800, then 640, below 650: with the month's 160 the price repays A 400 and B 300; R has the rest."""
    data = run(deal(PLAIN, clean_up={"when": "pool < 650", "price": price}))
    same(data, "pool_balance", None, 800.0, 0.0, 0.0)
    same(data, "principal_paid", "A", 200.0, 400.0, 0.0)
    same(data, "principal_paid", "B", 0.0, 300.0, 0.0)
    same(data, "sale_proceeds", None, 0.0, paid, 0.0)
    taken = data["principal_paid"].sel(tranche="R") + data["residual_yield"].sel(tranche="R")
    assert taken.values[:3].tolist() == pytest.approx([8.0, paid + 160.0 - 700.0 + 6.0, 0.0])
