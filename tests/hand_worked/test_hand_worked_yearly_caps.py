"""Senior expenses capped a year, worked out by hand: what exceeds the cap is due further down.

The pool pays 1% of its balance a month and yields 24% a year: income of 20, 19.8, 19.602, .. is enough for all that is
due. The first payment date is 10 February 2022, that of month 11 is in December 2022, of month 23 in December 2023.
"""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

import stress
from hand_worked import INTEREST, PLAIN, PRINCIPAL, RESIDUAL, deal, job, pool, run
from stress.errors import ConfigError
from stress.inputs.clocks import Clock
from stress.inputs.deal import Deal
from stress.inputs.deal.remarks import notes_of_deal

MONTHS = 30
TRUSTEE = {"name": "trustee", "base": "fixed", "amount": 3.0}
AGENT = {"name": "agent", "base": "fixed", "amount": 1.0}
AGENT_LAST = [*INTEREST, {"step": "pay_fee", "fee": "agent"}, *PRINCIPAL, *RESIDUAL]
SLOW = pool(payment_rate={"monthly": 0.01, "annual_yield": 0.24})


def capped(cap: Any, fees: tuple[Any, ...] = (TRUSTEE,), source: str = "income", **more: Any) -> Deal:
    """Fees under a cap before interest, and the rest of what is due of them behind it."""
    steps = [{"step": "pay_fee", "fee": fee["name"], "cap": cap, "source": [source]} for fee in fees]
    steps += [*INTEREST, *({"step": "pay_fee", "fee": fee["name"]} for fee in fees), *PRINCIPAL, *RESIDUAL]
    more = {"scheduled_months": MONTHS, "legal_maturity_months": MONTHS, **more}
    return deal(steps, fees=fees, **more)


def by_step(of: Deal, clock: Clock = "monthly") -> dict[str, list[float]]:
    """What each step that pays a fee has paid, by month; the name of the step's fee, primed behind interest."""
    paid = run(of, SLOW, clock)["step_paid"]
    by_label: dict[str, list[float]] = {}
    for label in map(str, paid["step"].values):
        if "pay_fee" in label:
            name = label.split()[-1]
            by_label[name + "'" * (name in by_label)] = paid.sel(step=label).round(9).to_numpy().tolist()
    return by_label


@pytest.mark.parametrize("clock", ["monthly", "daily"])
def test_a_cap_of_20_a_calendar_year_pays_6_dates_of_3_and_2_of_the_seventh(clock: Clock) -> None:
    """2022 has 11 payment dates, February to December: 6 x 3 and 2 of the seventh under the cap, its 1 and the 4 x 3 of
    August on further down. 2023 begins with the payment of month 12, 2024 with that of month 24."""
    paid = by_step(capped("20 - paid_this_year.trustee"), clock)
    senior = [3.0] * 6 + [2.0] + [0.0] * 4 + ([3.0] * 6 + [2.0] + [0.0] * 5) + [3.0] * 6 + [2.0]
    assert paid["trustee"] == senior
    assert paid["trustee'"] == [3.0 - amount for amount in senior]


def test_a_year_may_begin_with_the_month_of_the_first_payment_date() -> None:
    """Twelve dates from closing: February to January. 20 of 36 are under the cap, in months 1 to 7 and 13 to 19."""
    paid = by_step(capped("20 - paid_this_year.trustee", year_begins=2))
    assert paid["trustee"] == ([3.0] * 6 + [2.0] + [0.0] * 5) * 2 + [3.0] * 6


def test_two_fees_share_a_cap() -> None:
    """4 a month: 4 x 4 of 18, then 2 of 3 for the trustee and nothing for the agent, whose 1 comes behind interest."""
    paid = by_step(capped("18 - paid_this_year.trustee - paid_this_year.agent", (TRUSTEE, AGENT)))
    assert paid["trustee"][:13] == [3.0] * 4 + [2.0] + [0.0] * 6 + [3.0, 3.0]
    assert paid["agent"][:13] == [1.0] * 4 + [0.0] * 7 + [1.0, 1.0]
    assert paid["trustee'"][3:7] == [0.0, 1.0, 3.0, 3.0]
    assert paid["agent'"][3:7] == [0.0, 1.0, 1.0, 1.0]


def test_a_cap_may_be_a_rate_and_what_is_paid_further_down_does_not_count() -> None:
    """5 a year, from month 4 on 20: under it 3, 2, 0, then 15 more in 5 dates. Had the 1 and the 3 paid behind interest
    counted, 11 would be left, and 3 dates and 2 be paid."""
    paid = by_step(capped("allowed - paid_this_year.trustee", quantities={"allowed": [[1, 5.0], [4, 20.0]]}))
    assert paid["trustee"][:12] == [3.0, 2.0, 0.0, 3.0, 3.0, 3.0, 3.0, 3.0, 0.0, 0.0, 0.0, 3.0]
    rate = by_step(capped("0.02 * pool.cut_off - paid_this_year.trustee"))
    assert rate == by_step(capped("20 - paid_this_year.trustee"))


def test_what_a_year_leaves_of_its_cap_is_not_carried_into_the_next() -> None:
    """Of 40 a year 33 are used in 2022, and 36 in 2023."""
    paid = by_step(capped("40 - paid_this_year.trustee"))
    assert paid["trustee"] == [3.0] * MONTHS
    assert sum(by_step(capped("34 - paid_this_year.trustee"))["trustee"][11:23]) == 34.0


def test_a_fee_may_itself_be_what_is_left_of_a_year_and_triggers_see_the_year_begin() -> None:
    """A fee of 3, at most 20 a year in all: nothing more falls due once they are paid. The trigger looks at the month's
    end, before the payment: 18 and more from month 7 on, and not in months 12 to 17, with which 2023 begins."""
    fee = {"name": "trustee", "base": "formula", "amount": "min(3, 20 - paid_this_year.trustee)"}
    used = {"name": "used", "condition": "paid_this_year.trustee > 17", "effect": "none", "curable": True}
    data = run(capped(1e6, (fee,), triggers=[used]), SLOW)
    due = data["fee_current"].sel(fee="trustee").round(9).to_numpy()
    assert due[:13].tolist() == [3.0] * 6 + [2.0] + [0.0] * 4 + [3.0, 3.0]
    tripped = data["tripped"].sel(trigger="used").to_numpy()
    assert np.flatnonzero(tripped[:23]).tolist() == [6, 7, 8, 9, 10, *range(17, 23)]


@pytest.mark.parametrize("clock", ["monthly", "payment_date"])
@pytest.mark.parametrize("month", [4, 7, 11, 12])
def test_a_deal_in_mid_life_goes_on_with_what_its_year_has_had(month: int, clock: Clock) -> None:
    whole = job(capped("20 - paid_this_year.trustee"), SLOW, clock)
    state = stress.state_at(whole, month)
    made = month if clock == "monthly" else month - 1  # payments by the end of the month
    since = made - 11 if month > 11 else made  # the determination of month 12 begins 2023
    assert state.fees["trustee"].paid_this_year == pytest.approx(max(0.0, min(20.0, 3.0 * since)))
    later = stress.replay(whole.but(state=state), path=0)["step_paid"]
    np.testing.assert_allclose(later, stress.replay(whole, path=0)["step_paid"][-len(later) :], atol=1e-9)


def test_a_state_says_what_its_year_has_had_and_only_where_that_is_looked_at() -> None:
    whole, plain = job(capped("20 - paid_this_year.trustee"), SLOW), job(capped(2.0), SLOW)
    state = stress.state_at(whole, 5)
    assert "paid_this_year" not in str(stress.state_at(plain, 5).model_dump(exclude_none=True))
    silent = state.model_copy(update={"fees": {}})
    with pytest.raises(ConfigError, match=r"fees\.trustee.paid_this_year: is missing: a formula"):
        stress.replay(whole.but(state=silent), path=0)
    with pytest.raises(ConfigError, match=r"fees\.trustee.paid_this_year: no formula"):
        stress.replay(plain.but(state=state), path=0)


def test_what_counts_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="no pay_fee of 'agent' has a cap"):
        deal(
            [{"step": "pay_fee", "fee": "trustee", "cap": "20 - paid_this_year.agent"}, *AGENT_LAST],
            fees=(TRUSTEE, AGENT),
        )
    with pytest.raises(ValidationError, match="year_begins = 4: no formula looks at paid_this_year; leave it out"):
        capped(2.0, year_begins=4)


@pytest.mark.parametrize(("carry_over", "waits"), [(True, "waits for the next"), (False, "lapses")])
def test_a_cap_of_a_year_without_a_step_further_down_is_remarked(carry_over: bool, waits: str) -> None:
    fee = {**TRUSTEE, "carry_over": carry_over}
    first = {"step": "pay_fee", "fee": "trustee", "cap": "20 - paid_this_year.trustee"}
    (remark,) = notes_of_deal(deal([first, *PLAIN], fees=(fee,)))
    assert f"what of the fee trustee exceeds the cap of a year {waits}: no step" in str(remark)
    assert not notes_of_deal(capped("20 - paid_this_year.trustee", (fee,)))
