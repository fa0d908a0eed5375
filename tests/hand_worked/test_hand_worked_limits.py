"""What may be bought, worked by hand: limits on terms, terms that end too late, and what is bought by mistake.

All 1000 of the pool fall due in month 1 and buy one- and two-month loans that pay at the end: nothing defaults.
"""

from typing import Any

import pytest

import hand_worked
from hand_worked import EVERGREEN, deal, run, same
from stress.inputs.pool import Pool
from stress.inputs.pool.remarks import notes_of_pool
from stress.inputs.scenario import Shock

UNLIMITED, AS_MUCH = {"unlimited": True}, {"multiple": 1.0}
PAYS_NOTHING = ({**hand_worked.A, "coupon": 0.0}, {**hand_worked.B, "coupon": 0.0}, hand_worked.REST)
BOTH = ({"term": 1, "share": 0.5, "kind": "bullet"}, {"term": 2, "share": 0.5, "kind": "bullet"})
ONE = {"name": "all", "share": 1.0, "entry_rate": 0.0, "apr": 0.0}


def pool(plans: Any = BOTH, limit: dict[str, float] | None = None, supply: Any = UNLIMITED, **more: Any) -> Pool:
    return hand_worked.pool(
        **{
            "payment_rate": None,
            "plans": plans,
            "opening": [{"term": 1, "remaining": 1, "share": 1.0, "kind": "bullet"}],
            "segments": [ONE],
            "supply": supply,
            "eligibility": {"plan_limit": limit or {}},
            **more,
        }
    )


def months(on: Pool, *shocks: Shock) -> Any:
    return run(deal(notes=PAYS_NOTHING, **EVERGREEN), on, shocks=shocks)


def test_of_what_is_bought_no_term_is_more_than_its_limit() -> None:
    """Of 1000 that buy, 200 are two-month loans, a fifth, though half of the offer is: month 2 has the 800 of one month
    back, month 3 their 640 and the 200."""
    data = months(pool(limit={"2": 0.2}))
    same(data, "purchases", None, 1000.0, 800.0, 840.0)
    same(data, "scheduled_principal", None, 1000.0, 800.0, 840.0)


def test_what_is_offered_beyond_a_limit_is_missing_from_the_supply() -> None:
    """1000 are offered, 500 of each term. With 500 of one month a fifth of the whole is 125 of two."""
    data = months(pool(limit={"2": 0.2}, supply=AS_MUCH))
    same(data, "purchases", None, 625.0)
    same(data, "scheduled_principal", None, 1000.0, 500.0)


def test_plans_of_one_term_share_its_limit() -> None:
    """A fifth of two months: 100 that pay at the end and 100 in halves: month 2 has 50 of them back, and the 800."""
    plans = [{**BOTH[0]}, {**BOTH[1], "share": 0.25}, {"term": 2, "share": 0.25, "kind": "equal_principal"}]
    data = months(pool(plans, {"2": 0.2}))
    same(data, "scheduled_principal", None, 1000.0, 850.0)


def test_a_limit_that_the_offer_keeps_by_itself_changes_nothing() -> None:
    same(months(pool(limit={"2": 0.5})), "purchases", None, 1000.0, 500.0, 750.0)


def test_two_limits_hold_together() -> None:
    """Terms of 1, 2 and 3 months, a third each, of which 2 may be a fifth and 3 a tenth: 700, 200 and 100."""
    plans = [{"term": n, "share": share, "kind": "bullet"} for n, share in ((1, 0.4), (2, 0.3), (3, 0.3))]
    data = months(pool(plans, {"2": 0.2, "3": 0.1}))
    same(data, "scheduled_principal", None, 1000.0, 700.0, 0.7 * 700.0 + 200.0)


def test_limits_that_cannot_all_hold_buy_nothing_and_it_is_said() -> None:
    on = pool(limit={"1": 0.5, "2": 0.4})
    same(months(on), "purchases", None, 0.0, 0.0)
    assert (
        "the limits of all terms that are offered sum to 0.9: they cannot all hold, so nothing can ever be bought"
        in (str(notes_of_pool(on)))
    )


@pytest.mark.parametrize(("last", "bought"), [(3, 1000.0), (2, 600.0)])
def test_a_term_that_ends_too_late_is_missing_from_each_segment_by_its_own_plans(last: int, bought: float) -> None:
    """Of two segments, half of the offer each, one is all of one month and the other four fifths of two. Loans of two
    months bought in month 1 end in month 3: where the deal ends before, 500 and 100 of 1000 are left of the offer.
    """
    two = [
        {**ONE, "name": name, "share": 0.5, "plan_share": mix} for name, mix in (("x", [1.0, 0.0]), ("y", [0.2, 0.8]))
    ]
    ends = {**EVERGREEN, "revolving_months": 1, "scheduled_months": last, "legal_maturity_months": last}
    ends["priority"] = {**EVERGREEN["priority"]}
    data = run(deal(notes=PAYS_NOTHING, **ends), pool(segments=two, supply=AS_MUCH))
    same(data, "purchases", None, bought)


def test_what_is_bought_by_mistake_takes_the_place_of_the_rest() -> None:
    """A quarter of the 1000 is bought of a segment that is not eligible; half of it defaults in month 2."""
    bad = {**ONE, "name": "bad", "share": 0.0, "entry_rate": 0.5, "eligible": False}
    data = months(pool(segments=[ONE, bad]), Shock(target="ineligible_share", set=0.25))
    same(data, "purchases", None, 1000.0)
    same(data, "defaults", None, 0.0, 125.0)


def two(**limit: float) -> Pool:
    """500 of x that fall due in month 1, and 500 of y that fall due later; half of what is on offer is of each."""
    lines = [(1, 1, "x"), (4, 4, "y")]
    return pool(
        segments=[{**ONE, "name": name, "share": 0.5} for name in "xy"],
        opening=[
            {"term": term, "remaining": left, "share": 0.5, "kind": "bullet", "segment": name, "apr": 0.0}
            for term, left, name in lines
        ],
        plans=({"term": 1, "share": 1.0, "kind": "bullet"},),
        eligibility={"segment_limit": limit},
    )


@pytest.mark.parametrize(
    ("limit", "bought"),
    [
        ({"y": 0.6}, 250.0),
        ({"y": 0.7}, 250.0 + 25.0 / 0.3),
        ({"y": 0.8}, 500.0),
        ({"x": 0.1}, 250.0 + 75.0 / 0.9),
        ({"x": 0.3, "y": 0.6}, 150.0 / 0.7),
        ({"x": 0.9, "y": 0.7}, 250.0 + 25.0 / 0.3),
        ({"x": 0.2, "y": 0.8}, 250.0 + 150.0 / 0.8),
        ({"x": 0.2, "y": 0.7}, 125.0),
    ],
)
def test_no_segment_is_bought_beyond_its_share_of_the_pool_that_the_purchase_makes(
    limit: dict[str, float], bought: float
) -> None:
    """500 of cash, and 500 of y stand. At 0.6 y gets nothing: it is two thirds beside 250 of x. At 0.7 it gets 83.33,
    for 583.33 of 833.33; at 0.8 all. x at 0.1 gets 0.1 (750 + x) beside 250 of y; at 0.3 it gets 0.3 (500 + x) where y
    gets nothing. At 0.2 and 0.8 x gets 0.2 (750 + x), 187.50, and y all: 750 of 937.50."""
    same(months(two(**limit)), "purchases", None, bought)
