"""Pieces that pay notes and tell what became of them, each on its own (`test_without_a_compiler` runs this file)."""

import hand_worked
import numpy as np
import pytest
from hand_worked import INTEREST, PRINCIPAL, RESIDUAL
from pieces import memory, memory_of, plain, same

from stress.inputs.job import ScenarioCase
from stress.inputs.scenario.short_rate import ShortRate
from stress.kernels import outcome, waterfall
from stress.kernels.layout import LANES

pytestmark = plain


@pytest.mark.parametrize("away", [-0.03, 0.04, 0.0])
def test_the_yield_beyond_its_guess_is_the_root_of_a_parabola(away: float) -> None:
    """Of a note of 600, the logarithm of whose value over par is away - x / 2 + x^2 / 8 at x from the guess."""
    worth = 600.0 * np.full(LANES, np.exp(away))
    beyond = same(outcome._beyond_guess(memory(), 0, worth, 0.5 * worth, (0.25 + 0.5**2) * worth))
    assert beyond == pytest.approx(2.0 - np.sqrt(4.0 - 8.0 * away), rel=abs(away) ** 3)


@pytest.mark.parametrize(("away", "held"), [(1.0, 0.25), (-7.0, -0.25)])
def test_a_start_far_from_the_guess_bends_no_further_than_a_parabola_reaches(away: float, held: float) -> None:
    """At a quarter the parabola touches par at its end; a note that received next to nothing is on the other side."""
    worth = 600.0 * np.full(LANES, np.exp(away))
    beyond = same(outcome._beyond_guess(memory(), 0, worth, 0.5 * worth, (4.0 + 0.5**2) * worth))
    assert beyond == pytest.approx(2.0 * away * (1.0 + held + 2.0 * held**2), rel=1e-12)


def test_each_path_is_paid_by_the_steps_of_its_phase_where_their_condition_holds() -> None:
    """With 7 of principal: revolving nobody is paid, later A has its 5 where the condition holds, B of 4 and the
    residual note the rest, after an event of default B comes first."""
    when = {"observable": "pool_factor", "below": 0.5}
    pay_a, pay_b = ({**PRINCIPAL[0], "notes": [note]} for note in "AB")
    later = [*INTEREST, {**pay_a, "when": when}, pay_b, *RESIDUAL]
    m = memory(
        amortization=later,
        priority={"revolving": INTEREST, "event_of_default": [*INTEREST, pay_b, pay_a, *RESIDUAL]},
        purchase="each_step",
        revolving_months=1,
    )
    phase, holds = np.arange(LANES) % 4, np.arange(LANES) // 4 % 2
    m.pool.phase = phase.astype(float)
    m.account[1] = 7.0
    m.note[0].outstanding, m.note[1].outstanding = 5.0, 4.0
    for x in range(m.p.n_step):
        m.condition[x] = holds.astype(float)
    waterfall.pay(m, 0, 0, 0, 0)
    cases = [phase == 0, phase == 3, holds == 1]
    np.testing.assert_array_equal(m.note[0].outstanding, np.select(cases, [5.0, 2.0, 0.0], 5.0))
    np.testing.assert_array_equal(m.note[1].outstanding, np.select(cases, [4.0, 0.0, 2.0], 0.0))
    np.testing.assert_array_equal(m.log[0, 2], np.select(cases, [0.0, 0.0, 0.0], 3.0))
    np.testing.assert_array_equal(m.account[1], np.select(cases, [7.0, 0.0, 0.0], 0.0))


def test_cash_is_discounted_by_the_path_s_own_rate_where_that_is_random_and_else_by_the_scenario_s() -> None:
    law = ShortRate(model="vasicek", mean_reversion=0.8, volatility=0.03, start=0.01, mean=0.06)
    cases = (ScenarioCase(name="certain"), ScenarioCase(name="random", short_rate=law))
    m = memory_of(hand_worked.job(hand_worked.deal()).model_copy(update={"scenarios": cases}))
    for t in range(m.p.n_month):
        m.path_discount[t], m.log[t, 0] = np.zeros(LANES), np.ones(LANES)
    certain = m.t.discount[0, :, 0].sum() * m.t.stake[0].per
    assert certain > 0.0
    for k, worth in enumerate((certain, 0.0)):
        outcome._finish_note(m, k, 0)
        assert same(m.outcome[0].price) == pytest.approx(worth, rel=1e-12)
