"""Notes written down when loans default, and up again when something of them comes back; advances of a servicer: tiny
deals, worked out by hand."""

from typing import Any

import pytest

from hand_worked import INTEREST, PRINCIPAL, RESIDUAL, REST, A, deal, pool, run, same
from stress.inputs.deal import Deal
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock
from stress.report import replayed

NOTES = (
    {"name": "senior", "amount": 920.0, "coupon": 0.0},
    {"name": "protected", "amount": 60.0, "coupon": 0.12},
    {**REST, "amount": 20.0},
)
DOWN = {"step": "write_down", "notes": ["R", "protected"]}
UP = {"step": "write_up", "notes": ["protected", "R"]}
PREMIUM = {"step": "pay_interest", "note": "protected"}
REPAID = {"step": "pay_principal", "notes": ["senior", "protected"], "source": ["principal"]}


def transfer(*written: dict[str, Any], call: int = 4, **more: Any) -> Deal:
    """Premium, write-downs, principal in order; the pool is sold at par in month `call`."""
    steps = [PREMIUM, *written, REPAID, *RESIDUAL]
    return deal(steps, notes=NOTES, clean_up={"when": f"month >= {call}", "price": "pool"}, **more)


def test_losses_beyond_the_months_excess_spread_write_tranches_down_from_below() -> None:
    """2% defaults: 20, 15.68, 12.29312, 9.63780608 of 1000, 784, 614.656, 481.890304. Half is borne by excess spread
    of 1% of the book, which is lost with its month; the other half writes down: 10 and 7.84 of the 20 below, then
    what is left of it, 2.16, and 3.98656 of the protected tranche, whose premium of 1% is then on 56.01344.

    Of income of 19.60 the bank has what the premium and the 10 leave. At the call all that stands is repaid.
    """
    excess = [
        {"step": "top_up", "account": "excess", "target": "0.01 * pool.month_start"},
        {"step": "cover_defaults", "source": ["excess"]},
        {"step": "pay_party", "party": "bank", "amount": "account.excess", "source": ["excess"]},
        {"step": "pay_party", "party": "bank", "amount": "account.income"},
    ]
    steps = [PREMIUM, *excess, DOWN, UP, REPAID]
    steps.append({"step": "pay_residual", "note": "R", "source": ["principal", "income", "excess"]})
    call = {"when": "month >= 4", "price": "pool"}
    data = run(deal(steps, notes=NOTES, accounts=["excess"], parties=["bank"], clean_up=call), pool(default=0.02))
    same(data, "defaults", None, 20.0, 15.68, 12.29312)
    same(data, "paid_out", "bank", 19.6 - 0.6 - 10.0)
    same(data, "written_down", "R", 10.0, 17.84, 20.0, 20.0)
    same(data, "written_down", "protected", 0.0, 0.0, 3.98656, 3.98656 + 4.81890304)
    same(data, "interest_paid", "protected", 0.6, 0.6, 0.6, 0.5601344)
    same(data, "deficiency", None, 0.0, 0.0, 0.0, 0.0)
    same(data, "principal_paid", "protected", 0.0, 0.0, 0.0, 60.0 - 8.80546304)
    protected = data.sel(tranche="protected")
    assert float(protected["loss"]) == pytest.approx(8.80546304 / 60.0)
    assert float(protected["wal"]) == pytest.approx(120.0 / 365.0)
    assert float(protected["first_loss_month"]) == 3.0
    assert float(data["loss"].sel(tranche="senior")) == 0.0


def test_what_comes_back_writes_up_from_the_protected_tranche_down() -> None:
    """5% defaults, 50 and 38; a fifth comes back a month later, 10 and 7.60. Month 1 takes the 20 below and 30 of 60,
    month 2 the 28 that 38 is beyond 10. The pool is sold then: 144.40 + 10 + 577.60 repay the senior 730 and the 2
    left. The 7.60 of month 3 is the protected tranche's: 50.40 of 60 is lost. Without a step that writes it up it is
    the residual's."""
    data = run(transfer(DOWN, UP, call=2), pool(default=0.05, recovery=0.2))
    same(data, "written_down", "protected", 30.0, 58.0, 50.4, 50.4)
    same(data, "interest_paid", "protected", 0.6, 0.3, 0.0)
    same(data, "principal_paid", "protected", 0.0, 2.0, 7.6, 0.0)
    same(data, "note_balance", "protected", 30.0, 0.0, 0.0, 0.0)
    assert float(data["loss"].sel(tranche="protected")) == pytest.approx(50.4 / 60.0)
    kept = run(transfer(DOWN, call=2), pool(default=0.05, recovery=0.2))
    same(kept, "written_down", "protected", 30.0, 58.0, 58.0, 58.0)
    taken = (kept["residual_yield"] - data["residual_yield"]).sel(tranche="R").values
    assert taken[:3].tolist() == pytest.approx([0.0, 0.0, 7.6])


def test_the_story_of_a_path_tells_who_is_written_down_and_that_a_condition_holds() -> None:
    used = {"name": "used", "condition": "note.R <= 0", "tested": "payment", "effect": "none"}
    data = run(transfer(DOWN, UP, call=2, triggers=[used]), pool(default=0.05, recovery=0.2))
    story = "\n".join(replayed.story(data))
    assert "Trigger 'used' trips in month 1.\n" in story
    assert "protected loses 84.0% of its principal (50 CNY)." in story
    months = {row[0]: row[1] for row in replayed.key_months(data).rows}
    assert "R written down" in months["1"]
    assert "protected written down" in months["1"]


def test_a_loss_estimated_at_default_leaves_the_rest_to_what_comes_back() -> None:
    """Down by 60% of 50, up by no more than 2 a month: R bears 20, the protected tranche 10, and 20 stays a
    deficiency; of the 38 of month 2, of which 10 comes back, 22.80 more, and 25.20 stays. The pool is sold; the 7.60
    of month 3 reduces what stays to 17.60, of which nothing is written down, for nothing defaults."""
    data = run(
        transfer({**DOWN, "amount": "0.6 * defaults"}, {**UP, "amount": 2.0}, call=2), pool(default=0.05, recovery=0.2)
    )
    same(data, "written_down", "protected", 10.0, 32.8, 32.8)
    same(data, "deficiency", None, 20.0, 25.2, 17.6)


def test_a_surplus_bears_what_is_lost_next() -> None:
    """Month 1 loses 50; then nothing defaults but in month 3. A surplus of the 10 that come back in month 2 stands,
    since nothing writes up, until the loss of month 3 takes it."""
    points = ((1, 0.05), (2, 0.0), (3, 0.05), (4, 0.0))
    shock = Shock(target="default_rate", by_month=points, how="set")
    data = run(transfer(DOWN), pool(recovery=0.2), shocks=(shock,))
    same(data, "defaults", None, 50.0, 0.0, 30.4)
    same(data, "written_down", "protected", 30.0, 30.0, 30.0 + 30.4 - 10.0)


def with_advances(share: float) -> Deal:
    """The servicer advances what A's interest lacks, as far as a share of what is 30 days late covers all it has
    out."""
    advance = {
        "step": "receive",
        "party": "servicer",
        "amount": f"min(unpaid.A, max({share} * overdue_30 * pool - advanced, 0))",
        "to": "income",
    }
    back = {"step": "pay_party", "party": "servicer", "amount": "advanced", "source": ["income", "principal"]}
    return deal(
        [back, INTEREST[0], advance, INTEREST[0], *PRINCIPAL, *RESIDUAL],
        notes=(A, {"name": "B", "amount": 300.0, "coupon": 0.0}, REST),
        parties=["servicer"],
        quantities={"advanced": "received.servicer - paid.servicer"},
    )


def late() -> Pool:
    """10 of 1000 are 30 days late and default two months on; the others yield 6% a year."""
    rolls = {"roll_m1": 1.0, "roll_m2": 1.0, "roll_m3": 1.0}
    return pool(annual_yield=0.06, delinquent={"m2": 0.01}, ladder=rolls)


def test_a_servicer_advances_senior_interest_and_is_the_first_to_have_it_back() -> None:
    """A is 600, 402, 243.60, 116.88: interest 6, 4.02, 2.436, 1.1688. Income is 4.95, 3.96, 3.168, 2.5344 on 990,
    792, ..

    1.05 is lacking; the servicer advances it and has it back before all else, so that of 3.96 the next month 2.91 is
    left, 1.11 is lacking, then 0.378 and nothing. In the end it has all of it back, and A's interest is never late.
    """
    data = run(with_advances(0.5), late())
    same(data, "interest_paid", "A", 6.0, 4.02, 2.436, 1.1688)
    same(data, "received", "servicer", 1.05, 2.16, 2.538, 2.538)
    same(data, "paid_out", "servicer", 0.0, 1.05, 2.16, 2.538)


def test_a_servicer_advances_no_more_than_it_expects_to_have_back() -> None:
    """A twentieth of the 10 that are late: 0.50 of the 1.05; 0.55 of interest stays unpaid. The 0.50 comes first next
    month: of 3.96 the 3.46 behind it and 0.05 x 10 x 633.60 / 643.60 pay A's 0.55 and the 4.02 and 0.0055 of interest
    on both."""
    data = run(with_advances(0.05), late())
    again = 0.5 * 633.6 / 643.6
    same(data, "interest_paid", "A", 5.45, 3.46 + again)
    same(data, "interest_unpaid", "A", 0.55, 0.55 + 4.02 + 0.0055 - 3.46 - again)
    same(data, "received", "servicer", 0.5, 0.5 + again)
