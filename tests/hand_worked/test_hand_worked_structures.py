"""Structures that need no word of their own, on tiny deals worked out by hand: drawn notes, prefunding, repurchases, a
step-up after a missed call."""

from hand_worked import INTEREST, PRINCIPAL, RESIDUAL, REST, A, B, deal, pool, run, same
from stress.inputs.deal import Deal

LENDER = {"name": "L", "amount": 1000.0, "coupon": 0.12}
EQUITY = {**REST, "amount": 200.0}


def facility() -> Deal:
    """A commitment of 1000, of which 200 lie undrawn: 800 is drawn on a pool of 1000. Base: 85% of pool and cash."""
    steps = [
        {"step": "receive", "party": "lender", "amount": "0.12 / 12 * account.undrawn", "to": "income"},
        {"step": "pay_interest", "note": "L"},
        {"step": "transfer", "to": "undrawn", "amount": "max(drawn - base, 0)"},
        {"step": "transfer", "to": "undrawn", "amount": "max(drawn - base, 0) / 0.15", "source": ["principal"]},
        {"step": "transfer", "to": "principal", "amount": "max(base - drawn, 0)", "source": ["undrawn"]},
        {"step": "purchase", "source": ["principal"]},
        {"step": "pay_residual", "note": "R"},
    ]
    after = [
        {"step": "pay_principal", "notes": ["L"], "source": ["undrawn"]},
        {"step": "pay_interest", "note": "L"},
        {"step": "pay_principal", "notes": ["L"], "source": ["principal"]},
        {"step": "pay_residual", "note": "R", "source": ["income", "principal", "undrawn"]},
    ]
    return deal(
        after,
        notes=(LENDER, EQUITY),
        accounts=["undrawn"],
        principal_accounts=["undrawn"],
        opening_cash={"undrawn": 200.0},
        parties=["lender"],
        quantities={"drawn": "note.L - account.undrawn", "base": "0.85 * (pool + account.principal)"},
        purchase="payment_date",
        revolving_months=2,
        retain_senior_cost=False,
        priority={"revolving": steps},
    )


def test_a_drawn_note_follows_its_borrowing_base() -> None:
    """Month 1 collects 200 and defaults nothing: base 850, so 50 is drawn and 250 buys: pool 1050. Month 2 collects
    210: base 892.50, 42.50 is drawn, pool 1092.50. Interest is on the commitment, 10 a month, of which the lender gives
    back 1% on what is not drawn: 2 on 200, then 1.50 on 150; the rest of income of 20 and 21 is the equity's.
    """
    data = run(facility())
    same(data, "account_balance", "undrawn", 150.0, 107.5, 0.0)
    same(data, "pool_balance", None, 1050.0, 1092.5, 874.0)
    same(data, "received", "lender", 2.0, 3.5, 3.5)
    same(data, "interest_paid", "L", 10.0, 10.0, 10.0)
    same(data, "principal_paid", "R", 12.0, 12.5)
    same(data, "principal_paid", "L", 0.0, 0.0, 107.5 + 218.5)


def test_a_base_that_falls_is_cured_by_income_then_by_principal() -> None:
    """A tenth defaults: 180 is collected, 720 is left, base 765, 35 is lacking. Income of 18 and the lender's 2 leave
    10 behind interest: 25 is lacking. Principal is part of the base: 25 / 0.15 pays it back, and 13 1/3 buys."""
    data = run(facility(), pool(default=0.1))
    same(data, "account_balance", "undrawn", 200.0 + 10.0 + 25.0 / 0.15)
    same(data, "pool_balance", None, 720.0 + 180.0 - 25.0 / 0.15)
    same(data, "principal_paid", "R", 0.0)


def test_prefunding_buys_for_two_months_and_repays_what_it_could_not_place() -> None:
    """250 at closing, 100 a month to buy: 200 + 100, then 0.2 x 1100 + 100; 50 and the 240 of month 3 repay A."""
    steps = [
        *INTEREST,
        {"step": "transfer", "to": "principal", "amount": 100.0, "source": ["prefunding"]},
        {"step": "purchase", "source": ["principal"]},
        {"step": "pay_residual", "note": "R"},
    ]
    after = [
        *INTEREST,
        {"step": "pay_principal", "notes": ["A", "B"], "source": ["prefunding", "principal"]},
        {"step": "pay_residual", "note": "R", "source": ["income", "principal", "prefunding"]},
    ]
    filled = deal(
        after,
        notes=({**A, "amount": 850.0}, B, REST),
        accounts=["prefunding"],
        principal_accounts=["prefunding"],
        opening_cash={"prefunding": 250.0},
        purchase="payment_date",
        revolving_months=2,
        retain_senior_cost=False,
        priority={"revolving": steps},
    )
    data = run(filled)
    same(data, "pool_balance", None, 1100.0, 1200.0, 960.0)
    same(data, "account_balance", "prefunding", 150.0, 50.0, 0.0)
    same(data, "principal_paid", "A", 0.0, 0.0, 290.0)


def test_a_seller_takes_back_defaults_and_has_what_is_recovered_of_them() -> None:
    """Defaults 50 and 38: the seller pays 50 and the 10 that are left of 60. Of the 50 and 38 a fifth is recovered a
    month later, 10 and 7.60: his, until he has back what he paid. Principal collected is 190 and 144.40 + 10."""
    steps = [
        {"step": "receive", "party": "seller", "amount": "min(defaults, 60 - received.seller)", "to": "principal"},
        {
            "step": "pay_party",
            "party": "seller",
            "amount": "min(recoveries, max(received.seller - paid.seller, 0))",
            "source": ["principal"],
        },
        *INTEREST,
        *PRINCIPAL,
        *RESIDUAL,
    ]
    data = run(deal(steps, parties=["seller"]), pool(default=0.05, recovery=0.2))
    same(data, "received", "seller", 50.0, 60.0)
    same(data, "paid_out", "seller", 0.0, 10.0, 17.6)
    same(data, "principal_paid", "A", 190.0 + 50.0, 144.4 + 10.0 + 10.0 - 10.0)


def test_a_missed_call_steps_the_coupon_up() -> None:
    """The call of month 2 asks for a pool of 700, which is 640: missed. A of 600, 400, 240 pays 1% a month, from
    month 3 on 2%."""
    up = {**A, "step_up": {"trigger": "missed", "add": 0.12}}
    missed = {"name": "missed", "condition": "month >= 2 and note.A > 1", "tested": "payment", "effect": "none"}
    call = {"when": "month >= 2 and pool > 700", "price": "pool"}
    data = run(deal(notes=(up, B, REST), triggers=[missed], clean_up=call))
    same(data, "interest_paid", "A", 6.0, 4.0, 4.8)
