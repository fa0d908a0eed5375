"""Loans by kind, worked by hand: 900 of three-month loans at 12% a year, 1% a month on what is outstanding."""

from typing import Any

import pytest
from pydantic import ValidationError

import hand_worked
from hand_worked import same
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock


def pool_of(remaining: int = 3, fee: float = 0.0, apr: float | None = 0.12, **plan: Any) -> Pool:
    """All of the pool in one plan, `remaining` instalments left."""
    return hand_worked.pool(
        balance=900.0,
        payment_rate=None,
        plans=[{"term": 3, "share": 1.0, **({} if apr is None else {"apr": apr}), **plan}],
        opening=[{"term": 3, "remaining": remaining, "share": 1.0}],
        segments=[{"name": "all", "share": 1.0, "entry_rate": 0.0, "monthly_fee": fee}],
    )


def small(**more: Any) -> Any:
    """The small deal with notes of 900."""
    notes = ({**hand_worked.A, "amount": 600.0}, {**hand_worked.B, "amount": 200.0}, hand_worked.REST)
    return hand_worked.deal(notes=notes, **more)


@pytest.mark.parametrize(
    ("plan", "principal", "interest"),
    [
        ({"kind": "equal_principal"}, (300.0, 300.0, 300.0), (9.0, 6.0, 3.0)),
        ({"kind": "bullet"}, (0.0, 0.0, 900.0), (9.0, 9.0, 9.0)),
        # 900 over two months at 1%: 900 / (1 / 1.01 + 1 / 1.01^2) = 456.7611940 a month after one of interest alone
        ({"kind": "interest_only", "interest_only_months": 1}, (0.0, 447.7611940, 452.2388060), (9.0, 9.0, 4.52238806)),
        # 900 over three months: 306.0198998 a month
        ({"kind": "level"}, (297.0198998, 299.9900988, 302.9900003), (9.0, 6.0298010, 3.0299000)),
        # 900 as over four: 230.6529846 a month; 228.3692917 is left for the end
        (
            {"kind": "balloon", "amortization_months": 4},
            (221.6529846, 223.8695145, 454.4775009),
            (9.0, 6.7834702, 4.5447750),
        ),
    ],
)
def test_principal_and_interest_are_those_worked_by_hand(plan, principal, interest) -> None:
    data = hand_worked.run(small(), pool_of(**plan))
    assert data["scheduled_principal"].to_numpy()[:3] == pytest.approx(principal, abs=1e-6)
    assert data["fee_income"].to_numpy()[:3] == pytest.approx(interest, abs=1e-6)


def test_a_loan_half_way_pays_the_rest_of_its_level_payments() -> None:
    """900 over the two months left: 456.7611940 a month."""
    data = hand_worked.run(small(), pool_of(remaining=2, kind="level"))
    assert data["scheduled_principal"].to_numpy()[:3] == pytest.approx((447.7611940, 452.2388060, 0.0), abs=1e-6)


def test_a_flat_fee_beside_interest_is_charged_on_original_principal() -> None:
    """900 left of 1350: 0.4% is 5.40 a month beside 9.00 and 4.50 of interest."""
    data = hand_worked.run(small(), pool_of(remaining=2, fee=0.004))
    same(data, "fee_income", None, 14.4, 9.9)


def test_half_a_payment_leaves_the_rest_of_the_instalment_and_its_interest_for_the_next_month() -> None:
    """150 of 300 and 4.50 of 9.00; then 225 of 450 and 5.25 of 10.50."""
    data = hand_worked.run(small(), pool_of(), shocks=(Shock(target="payment", set=0.5),))
    same(data, "scheduled_principal", None, 150.0, 225.0)
    same(data, "fee_income", None, 4.5, 5.25)


def test_the_steady_state_of_bullet_loans_owes_a_third_of_it_each_month() -> None:
    """As many with one, two and three months left, all whole: 300 a month, interest on 900, 600, 300."""
    pool = pool_of(kind="bullet").but(opening=[])
    data = hand_worked.run(small(), pool)
    same(data, "scheduled_principal", None, 300.0, 300.0, 300.0)
    same(data, "fee_income", None, 9.0, 6.0, 3.0)


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ({"kind": "level", "apr": None}, "needs an apr, here or in every segment"),
        ({"kind": "balloon"}, "amortization_months goes with kind"),
        ({"kind": "balloon", "amortization_months": 3}, "must exceed term = 3"),
        ({"kind": "interest_only", "interest_only_months": 3}, "must be below term = 3"),
        ({"kind": "level", "interest_only_months": 1}, "interest_only_months goes with kind"),
    ],
)
def test_a_loan_whose_terms_do_not_say_what_is_due_is_refused(plan, says) -> None:
    with pytest.raises(ValidationError, match=says):
        pool_of(**plan)


def test_an_opening_line_of_two_kinds_of_the_same_term_says_which() -> None:
    with pytest.raises(ValidationError, match="give the line its kind"):
        hand_worked.pool(
            payment_rate=None,
            plans=[{"term": 3, "share": 0.5, "kind": "bullet", "apr": 0.1}, {"term": 3, "share": 0.5}],
            opening=[{"term": 3, "remaining": 2, "share": 1.0}],
        )
