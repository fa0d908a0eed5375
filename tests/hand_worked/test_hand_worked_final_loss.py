"""Losses that are estimated at default and settled when the workout ends: tiny deals, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from going_on import goes_on

from hand_worked import RESIDUAL, REST, deal, job, pool, run, same
from stress.inputs.deal import Deal

NOTES = (
    {"name": "senior", "amount": 920.0, "coupon": 0.0},
    {"name": "protected", "amount": 60.0, "coupon": 0.0},
    {**REST, "amount": 20.0},
)
OWN = {"lgd": 0.6, "too_low": "(1 - lgd) * ago(defaults, 2) - recoveries"}
DOWN = {"step": "write_down", "notes": ["R", "protected"], "amount": "lgd * defaults + max(too_low, 0)"}
UP = {"step": "write_up", "notes": ["protected", "R"], "amount": "max(-too_low, 0)", "corrects": True}
REPAID = {"step": "pay_principal", "notes": ["senior", "protected"], "source": ["principal"]}


def estimated(*written: dict[str, Any], **more: Any) -> Deal:
    return deal([*written, REPAID, *RESIDUAL], notes=NOTES, quantities=OWN, **more)


def worked_out(recovery: float) -> Any:
    """5% default: 50, 38, 28.88 and 21.9488 of 1000, 760, 577.60 and 438.976; workouts end two months later."""
    return pool(default=0.05, recovery=recovery, recovery_lag=[0.0, 1.0])


def test_what_was_estimated_too_high_is_written_up_while_other_workouts_are_open() -> None:
    """60% is written down at default: 30, of which R bears 20, and 22.80. Of the 50 a half comes back in month 3, 5
    more than the 20 that were still expected: the protected tranche is 32.80 + 17.328 - 5 down, though 40% of the other
    two, 26.752, is open. So in month 4: 13.16928 more and 3.80 less; 20.33152 is open."""
    data = run(estimated(DOWN, UP), worked_out(0.5))
    same(data, "defaults", None, 50.0, 38.0, 28.88, 21.9488)
    same(data, "written_down", "R", 20.0, 20.0, 20.0, 20.0)
    same(data, "written_down", "protected", 10.0, 32.8, 45.128, 54.49728)
    same(data, "deficiency", None, 20.0, 35.2, 26.752, 20.33152)


def test_without_a_correction_it_waits_until_nothing_else_is_lacking() -> None:
    """What is beyond the estimate lessens what is open, and no surplus shows while other workouts are: 50.128, then 60,
    for 9.872 is all that is left of 13.16928."""
    data = run(estimated(DOWN, {**UP, "corrects": False}), worked_out(0.5))
    same(data, "written_down", "protected", 10.0, 32.8, 50.128, 60.0)


def test_what_was_estimated_too_low_is_written_down_when_the_workout_ends() -> None:
    """15 of the 50 come back: 5 less than the 20 that were expected. 17.328 and these 5 in month 3."""
    data = run(estimated(DOWN, UP), worked_out(0.3))
    same(data, "written_down", "protected", 10.0, 32.8, 55.128)
    same(data, "deficiency", None, 20.0, 35.2, 26.752)


def test_no_note_is_written_up_by_more_than_it_was_written_down_by() -> None:
    """100 a month would take back all: what the tranches bore of the month's 30, and of the next 22.80. R is whole, so
    that 19 and 1 of the months' income repay it, as in a deal that writes nothing down: 31 of 50 stay lacking, then 68
    of 31 and 38."""
    data = run(estimated(DOWN, {**UP, "amount": 100.0}), worked_out(0.5))
    same(data, "written_down", "protected", 0.0, 0.0)
    same(data, "written_down", "R", 0.0, 0.0)
    same(data, "deficiency", None, 31.0, 68.0)


def test_a_quantity_of_months_ago_is_what_it_was_and_nothing_before_the_first_payment() -> None:
    """Defaults by month 50, 38, 28.88; of two months ago the sum with those of the month before, 0 until there are."""
    own = {**OWN, "before": "ago(defaults, 1)", "both": "ago(before + defaults, 2)", "late": "ago(pool, 3)"}
    data = run(deal([DOWN, UP, REPAID, *RESIDUAL], notes=NOTES, quantities=own), worked_out(0.5))
    same(data, "quantity_value", "before", 0.0, 50.0, 38.0, 28.88)
    same(data, "quantity_value", "both", 0.0, 0.0, 50.0, 88.0)
    same(data, "quantity_value", "late", 0.0, 0.0, 0.0, 760.0)


@pytest.mark.parametrize("month", [1, 2, 3])
def test_it_goes_on_from_a_state(month: int) -> None:
    """What formulas look back at is part of the state."""
    assert goes_on(job(estimated(DOWN, UP), worked_out(0.5)), month) < 1e-12


def test_a_correction_needs_its_amount() -> None:
    with pytest.raises(ValueError, match="corrects = true takes back what its amount says; give it"):
        estimated(DOWN, {"step": "write_up", "notes": ["protected"], "corrects": True})
