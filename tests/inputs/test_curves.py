"""Curve words: what an analyst writes is the rate of every month, or is refused in words."""

from __future__ import annotations

import hand_worked
import numpy as np
import pytest
from hand_worked import same
from pydantic import ValidationError

from stress.analytic import cpr_from_smm, psa_smm
from stress.inputs.scenario import Shock
from stress.inputs.text.curve import monthly_rates


def test_a_ramp_reaches_its_end_in_its_last_month_and_the_last_level_holds() -> None:
    assert monthly_rates("0% to 3% in 3, 2% for 2, 1%", 7) == pytest.approx([0.01, 0.02, 0.03, 0.02, 0.02, 0.01, 0.01])


def test_a_rate_a_year_is_turned_into_one_a_month() -> None:
    for unit in ("CPR", "CDR"):
        assert cpr_from_smm(monthly_rates(f"6% {unit}", 2)) == pytest.approx([0.06, 0.06], abs=1e-15)


def test_the_psa_curve_is_that_of_the_convention_at_any_speed_and_age() -> None:
    np.testing.assert_allclose(monthly_rates("1.5 PSA at age 12", 60), psa_smm(np.arange(13, 73), 1.5), atol=1e-15)


def test_an_abs_speed_takes_the_same_number_of_loans_every_month() -> None:
    """1.3% of the loans there were: of 100, 1.3 a month until none is left."""
    left, gone = 1.0, []
    for rate in monthly_rates("1.3% ABS", 76):
        gone.append(left * rate)
        left -= gone[-1]
    assert gone == pytest.approx([0.013] * 76, abs=1e-12)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("5 CPR", "is above 1: a fraction, or a percent"),
        ("6% XYZ", "no unit XYZ; one of SMM"),
        ("1%, 2%", "'1%' needs its months"),
        ("fast", "'fast' is no rate"),
    ],
)
def test_words_that_say_no_rate_are_refused(words, says) -> None:
    with pytest.raises(ValueError, match=says):
        monthly_rates(words, 12)
    with pytest.raises(ValidationError, match=says):
        Shock(target="prepayment", curve=words)


def test_a_shock_sets_the_rates_of_its_curve_month_by_month() -> None:
    """1, 2, then 3% of 1000, of 990 less a fifth, and so on: defaults of 10, 15.84, 18.63."""
    data = hand_worked.run(hand_worked.deal(), shocks=(Shock(target="default_rate", curve="0 to 0.03 in 3, 0 MDR"),))
    same(data, "defaults", None, 10.0, 0.02 * 792.0, 0.03 * 792.0 * 0.98 * 0.8, 0.0)


def test_a_segment_prepays_by_its_curve() -> None:
    segment = {"name": "all", "share": 1.0, "entry_rate": 0.0, "prepayment_curve": "10% for 1, 20%"}
    data = hand_worked.run(hand_worked.deal(), hand_worked.pool(segments=[segment]))
    same(data, "prepaid", None, 80.0, 0.2 * 720.0 * 0.8)


def test_a_curve_and_another_way_to_move_are_refused_together() -> None:
    with pytest.raises(ValidationError, match="curve or by_month, not both"):
        Shock(target="prepayment", curve="1%", by_month=((1, 0.5),), how="set")
    with pytest.raises(ValidationError, match="exactly one of"):
        Shock(target="prepayment", curve="1%", multiply=2.0)
