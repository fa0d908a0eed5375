"""Terms of facilities and of synthetic transfers that are right as they stand: nothing refuses or doubts them."""

from typing import Any

import numpy as np
import pytest
from hand_worked import INTEREST, PLAIN, RESIDUAL, REST, A, B, deal, job

from stress.analysis import capital_needs
from stress.analysis.class_numbers import committee
from stress.analysis.positions import Positions, positions
from stress.inputs.deal import Deal
from stress.inputs.deal.remarks import notes_of_deal
from stress.inputs.job.remarks import notes_of
from stress.inputs.job.rules import check_job
from stress.runs.base_case import base_case, notes_of_base_case, summary

BY_PRINCIPAL = {"step": "pay_principal", "notes": ["A", "B"], "source": ["principal"]}
SWEPT = {"step": "pay_party", "party": "bank", "amount": "account.income"}


def facility(undrawn: float, principal: bool = True, size: float = 3_900.0) -> Deal:
    """A commitment of which `undrawn` lies in an account when the deal closes, on a pool of 1,000."""
    note = {**A, "amount": size}
    repaid = {"step": "pay_principal", "notes": ["A"], "source": ["undrawn", "principal"]}
    rest = {"step": "pay_residual", "note": "R", "source": ["income", "principal", "undrawn"]}
    accounts = {"principal_accounts": ["undrawn"]} if principal else {}
    cash = {"undrawn": undrawn}
    return deal([INTEREST[0], repaid, rest], (note, REST), accounts=["undrawn"], opening_cash=cash, **accounts)


def test_a_commitment_may_be_many_times_the_first_pool() -> None:
    """4,000 of notes on a pool of 1,000: 3,000 of it is the lender's own cash, which repays as much at once. Of cash
    that is not the notes' principal, and of notes that such cash does not explain, the unit is asked."""
    terms = job(facility(3_000.0))
    check_job(terms)
    (says,) = [note.says for note in notes_of(terms) if note.key == "deal.opening_cash.undrawn"]
    assert says.endswith("yields, prices, lives and capital of the notes count it with what is drawn")
    assert {note.note: note.unpaid for note in base_case(terms).notes}["A"] == pytest.approx(900.0 - 590.4)
    with pytest.raises(ValueError, match="notes sum to 4000: the pool's balance is 1000; are both in units of CNY"):
        check_job(job(facility(3_000.0, principal=False)))
    with pytest.raises(ValueError, match="notes sum to 6100, 3000 of it in principal accounts: the pool's balance"):
        check_job(job(facility(3_000.0, size=6_000.0)))


def swept(*steps: dict[str, Any], **more: Any) -> Deal:
    return deal([*INTEREST, *steps], (A, {**B, "amount": 400.0}), parties=["bank"], **more)


def test_a_party_that_is_paid_all_of_an_account_takes_what_is_left_in_it() -> None:
    """No residual note is needed beside it; of half of the account, or on a condition, something stays."""
    assert swept(SWEPT, BY_PRINCIPAL).parties == ("bank",)
    for other in ({"amount": "0.5 * account.income"}, {"when": "month > 2"}, {"amount": "account.principal"}):
        with pytest.raises(ValueError, match="account income: what the amortization phase leaves in it"):
            swept({**SWEPT, **other}, BY_PRINCIPAL)


@pytest.mark.parametrize(
    ("amount", "given_back"),
    [
        ("account.posted", True),
        ("max(0, account.posted - 0.02 * pool)", True),
        ("surplus", True),
        ("max(account.posted - needed, 0)", True),
        ("account.posted - 0.02 * pool.cut_off", False),
        ("max(0, account.posted - account.income)", False),
        ("max(0.02 * pool, account.posted)", False),
        ("0.02 * pool - account.posted", False),
    ],
)
def test_a_reserve_that_goes_back_to_the_party_that_posted_it_needs_no_residual_note(amount, given_back) -> None:
    """A commingling reserve: what it holds above a share of the pool, which is all once the pool is gone."""
    quantities = {"needed": "if(month > 3, 0.02 * pool, 0)", "surplus": "max(0, account.posted - needed)"}
    posted = {"step": "receive", "party": "seller", "amount": "max(0, needed - account.posted)", "to": "posted"}
    back = {"step": "pay_party", "party": "seller", "amount": amount, "source": ["posted"]}
    more = {"accounts": ["posted"], "parties": ["seller"], "quantities": quantities}
    if given_back:
        assert deal([posted, back, *PLAIN], (A, B, REST), **more).accounts == ("posted",)
    else:
        with pytest.raises(ValueError, match="account posted: what the amortization phase leaves in it"):
            deal([posted, back, *PLAIN], (A, B, REST), **more)


def test_interest_that_a_party_makes_up_to_what_is_due_is_not_noted() -> None:
    """Quarterly interest whose income other steps take is noted, unless a party pays by what is due of it."""
    quarterly = {**A, "payment_months": {"amortization": 3}}
    makes_up = {"step": "receive", "party": "bank", "amount": "max(unpaid.A - account.income, 0)", "to": "income"}
    for first, noted in (([], 1), ([makes_up], 0), ([{**makes_up, "amount": "unpaid.B"}], 1)):
        more = {"parties": ["bank"]} if first else {}
        terms = deal([*first, *PLAIN], (quarterly, B, REST), **more)
        assert len([note for note in notes_of_deal(terms) if note.key == 'notes["A"].payment_months']) == noted


def test_a_trigger_that_is_tested_after_the_payment_ends_the_revolving_period_in_its_month() -> None:
    """The payment of month 1 buys 200: it trips then, and the deal is in the phase that follows from month 2 on."""
    full = {"name": "bought", "condition": "purchased > 150", "tested": "payment", "effect": "acceleration"}
    revolving = [*INTEREST, {"step": "pay_residual", "note": "R"}, {"step": "purchase", "source": ["principal"]}]
    terms = deal(
        [*INTEREST, {**BY_PRINCIPAL, "source": ["principal", "income"]}, *RESIDUAL],
        revolving_months=3,
        purchase="payment_date",
        retain_senior_cost=False,
        priority={"revolving": revolving},
        triggers=[full],
    )
    case = base_case(job(terms))
    assert case.phases[0] == ("acceleration", 2)
    assert case.early_amortization == 1
    assert "early amortization in month 1" in summary(case)
    (says,) = [note.says for note in notes_of_base_case(job(terms), case) if note.key == 'triggers["bought"]']
    assert says == "trips in month 1 of the base case, early amortization"


def test_a_trigger_that_trips_once_all_is_gone_is_told() -> None:
    """The pool is sold in month 2 and repays the notes; a trap on excess spread then trips on an empty deal."""
    low = {"name": "trap", "condition": "mean(excess_spread, 2) < 0.01", "effect": "none"}
    asks = {**low, "name": "asks", "condition": "mean(excess_spread, 2) < 0.01 and pool > 0"}
    repaid = {"step": "pay_principal", "notes": ["A"], "source": ["principal"]}
    notes = (A, {**REST, "amount": 400.0})
    terms = job(deal([INTEREST[0], repaid, *RESIDUAL], notes, triggers=[low, asks], clean_up={"when": "month >= 2"}))
    case = base_case(terms)
    assert [trip.trigger for trip in case.trips] == ["trap"]
    (says,) = [note.says for note in notes_of_base_case(terms, case) if note.key == 'triggers["trap"]']
    assert says.startswith("trips in month 4 of the base case, when pool and notes are gone, and is counted among")


@pytest.mark.filterwarnings("error")
def test_a_certificate_that_rounding_gives_a_balance_needs_no_capital(monkeypatch: pytest.MonkeyPatch) -> None:
    """What pro rata repayments leave beside the notes, a millionth of a cent on some paths, is no claim of it."""

    def rounded(*of: Any) -> Positions:
        place = positions(*of)
        place.balance[2, 2, ::2] = 1e-8
        return place

    monkeypatch.setattr(capital_needs, "positions", rounded)
    rest = {"name": "R", "share": 0.0, "residual": True}
    terms = job(deal(notes=(A, {**B, "amount": 400.0}, rest)))
    answer = capital_needs.capital(terms, paths=64)
    weights = [row.risk_weight for row in committee(terms, paths=64).classes]
    assert np.isnan(weights).tolist() == [False, False, True]
    assert answer.months[2].note == "R"
    assert np.all(answer.months[2].capital.estimate == 0.0)
