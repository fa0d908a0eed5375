"""What is told of a pool, and of interest that waits: opening, lateness, late charges, cash, shares of what is new."""

from typing import Any

import hand_worked
import pytest
from shipped import JOB, SCENARIOS

from stress.explain import explain_deal, explain_job
from stress.inputs.load import load, load_job

BAITIAO = load_job(JOB)
TWO = [
    {"name": "x", "share": 0.6, "new_share": 0.5, "entry_rate": 0.01, "apr": 0.1, "plan_share": [0.2, 0.8]},
    {"name": "y", "share": 0.4, "entry_rate": 0.02, "apr": 0.1, "new_share": 0.5, "delinquent": {"m1": 0.05}},
]
PLANS = [{"term": 3, "share": 0.5, "kind": "level"}, {"term": 6, "share": 0.5, "always_fee_free": True}]
LADDER = {"roll_m1": 0.3, "roll_m2": 0.5, "roll_m3": 0.8}
QUARTER = {"quarter": "3 * senior_cost"}
ONE = [{"name": "x", "share": 1.0, "entry_rate": 0.0}]
LINES = [{"term": 3, "remaining": 2, "share": 0.5}, {"term": 6, "remaining": 5, "share": 0.5}]


def words(buying: bool = True, **more: Any) -> str:
    on = hand_worked.pool(**{"payment_rate": None, "plans": PLANS, "segments": TWO, "ladder": LADDER, **more})
    of = hand_worked.deal(**(hand_worked.EVERGREEN if buying else {}))
    return explain_job(hand_worked.job(of, on))


def test_what_is_bought_and_what_stands_in_the_pool_are_told_apart() -> None:
    bought = "New receivables by months of instalment: 50% over 3 in level payments and 50% over 6 without the flat fee"
    text = words()
    assert f"{bought} (of x 20% / 80%, in this order). Fee-free balance 0%." in text
    assert "The opening pool is their seasoned steady state." in text
    of = "of loans over 3 in level payments and over 6 without the flat fee."
    assert f"Opening pool: 2 lines by remaining term, 2 to 5 months left, {of}" in words(opening=LINES)
    static = words(buying=False)
    assert "Opening pool, the seasoned steady state of loans by months of instalment: 50% over 3" in static
    assert "New receivables" not in static


def test_lines_of_many_plans_are_counted_alone() -> None:
    plans = [{"term": n, "share": 0.125} for n in range(1, 9)]
    lines = [{"term": n, "remaining": 1, "share": 0.125} for n in range(1, 9)]
    text = words(opening=lines, plans=plans, segments=[{"name": "x", "share": 1.0, "entry_rate": 0.0}])
    assert "Opening pool: 8 lines by remaining term, 1 months left.\n" in text


def test_lines_are_told_with_their_own_rates() -> None:
    """Two lines of one term: neither rate is that of the plan."""
    plans = [{"term": 6, "share": 1.0, "kind": "level", "apr": 0.1}]
    lines = [LINES[1] | {"apr": rate} for rate in (0.03, 0.19)] + [
        LINES[0] | {"share": 0.0, "kind": "bullet", "apr": 0.0}
    ]
    of = "of loans over 6 in level payments at 3%, over 6 in level payments at 19% and over 3 at the end at 0%."
    assert f"Opening pool: 3 lines by remaining term, 2 to 5 months left, {of}" in words(
        opening=lines, plans=plans, segments=ONE
    )


@pytest.mark.parametrize(
    ("call", "blind"),
    [
        ({"pool_factor": 0.1}, True),
        ({"when": "pool < 0.1 * pool.cut_off", "price": "0.98 * pool"}, True),
        ({"when": "pool < 0.1 * pool.cut_off and pool >= notes"}, False),
        ({"when": "month > 2", "price": "max(pool, owed)"}, False),
    ],
)
def test_a_call_that_does_not_look_at_the_notes_is_told_so(call: dict[str, Any], blind: bool) -> None:
    text = explain_deal(hand_worked.deal(clean_up=call, quantities={"owed": "note.A + note.B"}))
    (line,) = (line for line in text.splitlines() if line.startswith("- Clean-up: "))
    assert line.endswith(", whether or not that repays the notes.") is blind


@pytest.mark.parametrize("buying", [True, False])
def test_shares_of_new_receivables_are_told_where_they_are_others_and_something_is_bought(buying: bool) -> None:
    assert ("| segment | share | of what is new |" in words(buying)) is buying
    assert ("| x | 60% | 50% |" in words(buying)) is buying
    assert "of what is new" not in explain_job(BAITIAO)


def test_what_is_late_at_closing_is_the_mean_of_the_segments_by_bucket() -> None:
    """x has the pool's 2% and 1%, y its own 5%: 0.6 x 2% + 0.4 x 5% in M1, 0.6 x 1% in M2."""
    text = words(delinquent={"m1": 0.02, "m2": 0.01})
    assert "\nOf the balance at the cut-off date 3.2% in M1 and 0.6% in M2.\n" in text
    none = [{**segment, "delinquent": {}} for segment in TWO]
    assert "Of the balance at the cut-off date" not in words(segments=none)


def test_late_charges_and_interest_on_cash_are_told() -> None:
    text = words(late_charge_daily=0.0003, late_fee=0.05, cash_rate=0.02)
    assert "What cures pays a late charge of 0.03% of it for each day late. Late borrowers pay a late fee of 5%" in text
    assert "Cash earns 2% a year." in text
    assert "late charge of" not in words()
    assert "Cash earns" not in words()


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ({"months_of_senior_cost": 3.0}, "reserve gathers it."),
        ("3 * senior_cost", "reserve gathers it."),
        ("quarter", "reserve gathers it."),
        ("0.01 * notes", "only what reserve holds up to its target is kept for it."),
        ({"share_of_notes": 0.01}, "only what reserve holds up to its target is kept for it."),
        (None, "no account gathers it in between."),
    ],
)
def test_an_account_gathers_interest_that_waits_only_where_its_target_is_months_of_it(target: Any, said: str) -> None:
    fills = [] if target is None else [{"step": "top_up", "account": "reserve", "target": target}]
    steps = [
        {"step": "pay_interest", "note": "A"},
        *fills,
        {"step": "pay_interest", "note": "B", "source": ["income", "reserve"]},
        *hand_worked.PRINCIPAL,
        {"step": "pay_residual", "note": "R", "source": ["income", "principal", "reserve"]},
    ]
    notes = (hand_worked.A, {**hand_worked.B, "payment_months": {"amortization": 3}}, hand_worked.REST)
    text = explain_deal(
        hand_worked.deal(steps, notes, accounts=["reserve"], opening_cash={"reserve": 1.0}, quantities=QUARTER)
    )
    assert f"Interest on B is paid every 3 months; {said}" in text


def test_after_revolving_it_is_the_numerator_of_a_series_that_stays() -> None:
    text = explain_deal(load(SCENARIOS / "deals/card-trust-2005-1.toml"))
    assert "its share of principal is of what it had invested in the last month that revolved" in text
