"""Notes that accrue by a day count of their own, worked out by hand."""

import numpy as np
import pytest
from pydantic import ValidationError

import stress
from hand_worked import PLAIN, REST, A, B, deal, job, run, same
from stress.inputs.job import ScenarioCase
from stress.inputs.scenario.short_rate import ShortRate

BY_DAYS = ({**A, "day_count": "ACT/360"}, B, REST)
DAYS = np.array([31, 28, 31, 30])
"""From 10 January to 10 May 2022."""


def test_a_note_accrues_by_its_own_day_count_and_the_others_and_fees_by_the_deal_s() -> None:
    """A on ACT/360 at 12%: 600 x 31, 400 x 28, 240 x 31, 112 x 30 days, each x 0.12 / 360. B has 6 a month as ever, the
    fee a twelfth of 1.2% of all notes: 1 of 1000."""
    steps = [{"step": "pay_fee", "fee": "trustee", "source": ["principal"]}, *PLAIN]
    fee = {"name": "trustee", "base": "notes", "rate": 0.012}
    data = run(deal(notes=BY_DAYS))
    same(data, "interest_paid", "A", 6.2, 56.0 / 15.0, 2.48, 1.12)
    same(data, "interest_paid", "B", 6.0, 6.0, 6.0, 6.0)
    charged = run(deal(steps, notes=BY_DAYS, fees=[fee]))
    same(charged, "fee_paid", "trustee", 1.0)


def test_at_no_spread_it_is_worth_par_less_what_is_lost() -> None:
    """A loses 9.6 of 600; a note at its coupon is worth 1, so A is 1 less 0.016 times the factor of the last date."""
    factor = np.prod(1.0 + 0.12 * DAYS / 360.0)
    ds = stress.simulate(job(deal(notes=BY_DAYS)))
    price = float(stress.measures.mean(ds, "price").sel(scenario="base", tranche="A")["estimate"])
    assert price == pytest.approx(1.0 - 0.016 / factor, abs=1e-9)


def test_on_a_random_rate_interest_is_in_proportion_to_the_day_counts() -> None:
    """Principal does not depend on interest here: month by month, on every path, A gets days / 30 times as much."""
    law = ShortRate(mean_reversion=0.5, volatility=0.02)
    case = ScenarioCase(name="base", short_rate=law)
    paid = []
    for own in ({}, {"day_count": "ACT/360"}):
        a = {**A, "coupon": 0.01, "index": "base", **own}
        of = job(deal(notes=(a, B, REST), indices={"base": 0.05})).but(scenarios=(case,))
        paid.append(stress.replay(of, path=3)["interest_paid"].sel(tranche="A").to_numpy())
    np.testing.assert_allclose(paid[1], paid[0] * DAYS / 30.0, rtol=1e-12)
    assert not np.allclose(paid[0], 0.06 / 12.0 * np.array([600.0, 400.0, 240.0, 112.0]))


def test_a_residual_note_has_none() -> None:
    with pytest.raises(ValidationError, match="a residual note has no coupon, so no day_count"):
        deal(notes=(A, B, {**REST, "day_count": "ACT/360"}))
