"""What `check` says of formulas that count a series' own principal of the month twice, and that they do."""

from typing import Any

import pytest
from hand_worked import run, same
from hand_worked.test_hand_worked_trusts import OTHER, series, trust_pool

from stress.inputs.deal.remarks import notes_of_deal

NEEDED = {"series": [OTHER | {"cost": 0.06}]}


def said(where: str, **more: Any) -> list[str]:
    return [str(note) for note in notes_of_deal(series(0, **more)) if where in str(note)]


@pytest.mark.parametrize(
    ("needed", "twice"),
    [("100", False), ("100 - series_principal", True), ("100 - own", True), ("max(100 - notes, 0)", False)],
)
def test_own_principal_is_taken_off_what_a_series_needs_in_any_case(needed: str, twice: bool) -> None:
    trust = NEEDED | {"principal_needed": needed}
    lines = said("principal_needed", trust=trust, quantities={"own": "series_principal"})
    assert bool(lines) is twice
    assert all("say what is needed in all" in line for line in lines)


def test_a_series_that_takes_its_own_principal_off_gets_too_little_of_others() -> None:
    """It has 80 of its own and needs 100: 20 of others. `100 - series_principal` is 20, which its 80 cover: nothing."""
    for needed, repaid in (("100", 102.0), ("100 - series_principal", 82.0)):
        data = run(series(0, NEEDED | {"principal_needed": needed}), trust_pool())
        same(data, "principal_paid", "A", repaid)


@pytest.mark.parametrize(
    ("price", "twice"),
    [(None, False), ("invested", True), ("invested - series_principal", False), ("0.9 * notes", False)],
)
def test_a_call_at_what_is_invested_pays_the_months_principal_twice(price: str | None, twice: bool) -> None:
    """Month 2 of 318 charges 1.59 off and collects 80: 236.41 are left to sell. At `invested` they fetch 316.41."""
    call = {"when": "month > 1"} | ({} if price is None else {"price": price})
    lines = said("clean_up.price", clean_up=call)
    assert bool(lines) is twice
    assert all("what is sold is invested - series_principal" in line for line in lines)
    if price != "0.9 * notes":
        data = run(series(0, clean_up=call), trust_pool())
        same(data, "sale_proceeds", None, 0.0, 316.41 if twice else 236.41)
