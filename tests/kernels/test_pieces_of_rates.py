"""Pieces that move a path's rates, each on its own (`test_without_a_compiler` runs this file)."""

import hand_worked
import numpy as np
import pytest
from pieces import memory_of, plain, same

from stress.inputs.job import ScenarioCase
from stress.inputs.scenario.short_rate import ShortRate
from stress.kernels import short_rate

pytestmark = plain
LAW = ShortRate(mean_reversion=0.5, volatility=0.15, correlation=-0.6, forward=((1, 0.02), (3, 0.05)))


@pytest.mark.parametrize("begins", [0, 2])
def test_a_payment_is_discounted_to_issue_or_to_the_month_of_the_state(begins: int) -> None:
    """Months of a twelfth. Normals of 1 and of 2 of the default factor are -0.6 x 2 + 0.8 x 1 together. At issue, or at
    the payment of the month of the state, the factor is 1; it then falls by the level that the path pays."""
    job = hand_worked.job(hand_worked.deal(legal_maturity_months=6, scheduled_months=6))
    m = memory_of(job.but(scenarios=(ScenarioCase(name="base", short_rate=LAW),)))
    m.p.n_before = begins
    state, factor = 0.0, 1.0
    for t in range(begins, 6):
        m.rate_normal[0, t], m.panel[0, t, 0] = 1.0, 2.0
        short_rate.move_rate(m, 0, 0, t)
        if t > 0:
            spread = 0.15 * np.sqrt(-np.expm1(-2.0 * 0.5 / 12.0))  # of a mean reversion of a half
            state = np.exp(-0.5 / 12.0) * state + spread * (0.8 - 0.6 * 2.0)
        level = (0.02 if t < 2 else 0.05) + same(m.short[short_rate.SHIFT])
        factor /= 1.0 + level / 12.0
        assert same(m.short[short_rate.STATE]) == pytest.approx(state, abs=1e-14)
        assert same(m.path_discount[t]) == pytest.approx(factor, rel=1e-12)
        if begins:
            assert same(m.path_discount[begins - 1]) == 1.0
    assert (m.log[5, 2] == 0.0).all()  # the row before these, which is not the rate's to write
