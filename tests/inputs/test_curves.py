"""Curve words: what an analyst writes is the rate of every month, or is refused in words."""

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
        ("1% for 0", "'1% for 0': no month has a rate"),
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


@pytest.mark.parametrize(
    ("target", "words", "says"),
    [
        ("recovery", "40% CPR", "CPR is no unit of recovery: it has none"),
        ("index_rate", "3% to 5% in 12, 5% CDR", "CDR is no unit of index_rate"),
        ("default_rate", "6% CPR", "CPR is no unit of default_rate: one of MDR, CDR, ABS, or none"),
        ("prepayment", "6% CDR", "CDR is no unit of prepayment: one of SMM, CPR, ABS, PSA, or none"),
        ("payment_rate", "20% SMM", "SMM is no unit of payment_rate: one of MPR, or none"),
    ],
)
def test_a_unit_that_means_nothing_for_what_moves_is_refused(target, words, says) -> None:
    with pytest.raises(ValidationError, match=says):
        Shock(target=target, curve=words)


def test_each_rate_of_a_pool_moves_by_its_curve() -> None:
    """1000 pays 20, then 30%; 1, then 2% defaults, of which half, then a quarter comes back; 3, then 0% is refunded."""
    pool = hand_worked.pool(
        payment_rate={"monthly_curve": "20% for 1, 30% MPR", "annual_yield": 0.24},
        segments=[
            {"name": "all", "share": 1.0, "entry_rate_curve": "1% for 1, 2%", "recovery_curve": "0.5 for 1, 25%"}
        ],
        dilution_curve="3% for 1, 0",
    )
    data = hand_worked.run(hand_worked.deal(), pool)
    second = (1000.0 - 10.0) * 0.8 * 0.97
    same(data, "defaults", None, 10.0, 0.02 * second)
    same(data, "scheduled_principal", None, 0.2 * 990.0, 0.3 * 0.98 * second)
    same(data, "dilution", None, 0.03 * 792.0, 0.0)
    same(data, "recoveries", None, 0.0, 5.0, 0.25 * 0.02 * second)


def test_a_stage_enters_and_prepays_by_curves_of_its_own() -> None:
    """All new: 10, then 20% default and 5, then 10% of what is left after the payment prepays."""
    stages = [
        {"name": "new", "moves_on": 0.0, "entry_rate_curve": ["10% for 1, 20%"], "prepayment_curve": "5% for 1, 10%"},
        {"name": "seasoned"},
    ]
    data = hand_worked.run(hand_worked.deal(), hand_worked.pool(stages=stages))
    second = 900.0 * 0.8 * 0.95
    same(data, "defaults", None, 100.0, 0.2 * second)
    same(data, "prepaid", None, 0.05 * 720.0, 0.1 * 0.8 * second * 0.8)


@pytest.mark.parametrize(
    ("pool", "says"),
    [
        ({"segments": [{"name": "all", "share": 1.0}]}, "needs entry_rate, or entry_rate_curve"),
        ({"segments": [{"name": "a", "share": 1.0, "entry_rate": 0.1, "entry_rate_curve": "1%"}]}, "not both"),
        ({"segments": [{"name": "a", "share": 1.0, "entry_rate": 0.1, "recovery_curve": "1% CPR"}]}, "CPR is no unit"),
        ({"payment_rate": {"annual_yield": 0.1}}, "needs monthly, or a monthly_curve"),
        ({"payment_rate": {"monthly_curve": "0 for 3, 20%", "annual_yield": 0.1}}, "needs monthly, or a monthly_curve"),
        ({"segments": [{"name": "a", "share": 1.0, "entry_rate_curve": "1%", "static_default": 0.1}]}, "solves one"),
        ({"dilution": 0.1, "dilution_curve": "1%"}, "give dilution or dilution_curve, not both"),
    ],
)
def test_a_curve_in_a_place_where_it_says_nothing_is_refused(pool, says) -> None:
    with pytest.raises(ValidationError, match=says):
        hand_worked.pool(**pool)


def test_a_pool_with_curves_is_written_and_read_as_it_is() -> None:
    pool = hand_worked.pool(payment_rate={"monthly_curve": "20% for 1, 30%", "annual_yield": 0.24})
    assert type(pool).model_validate_json(pool.model_dump_json()) == pool
