"""Which inputs are a law of the draws, so that one run has their derivatives, and why the others are left out."""

import hand_worked
import numpy as np
import pytest
from shipped import JOBS

import stress
from stress.analysis.scores import scores_of
from stress.errors import ConfigError
from stress.inputs.scenario import Shock
from stress.inputs.state import Known

MOVED = Shock(target="rho", how="multiply", by_month=((1, 1.0), (2, 1.5)))
LEVEL = "level of the rates of default, all segments and months"
ONE_FACTOR = dict.fromkeys(("default", "prepayment", "recovery"), (0.6, 0.8))
THREE_OF_TWO = {"default": (1.0, 0.0), "prepayment": (0.6, 0.8), "recovery": (0.0, 1.0)}


def job(*shocks: Shock, **dependence):
    """A small deal whose receivables all have one rate of default."""
    pool = hand_worked.pool(0.01, dependence={"rho": 0.1, "phi": 0.3} | dependence)
    return hand_worked.job(hand_worked.deal(), pool, shocks=shocks)


@pytest.mark.parametrize(
    ("of", "has", "says"),
    [
        (job(), {LEVEL, "rho"}, None),
        (job(rho=0.0), set(), "default rates and rho: rho is 0"),
        (job(rho_roll=0.1), set(), "the default factor drives the rolls too"),
        (job(copula={"kind": "t", "df": 5}), set(), "of a t copula or loadings they are no law of the factor"),
        (job(loadings=ONE_FACTOR), set(), "of a t copula or loadings they are no law of the factor"),
        (job(MOVED), {LEVEL}, "rho: the scenario moves it by month"),
        (job(factor_start=0.5), {LEVEL}, "rho: the factor starts from a value"),
    ],
)
def test_rates_and_rho_have_a_score_where_they_are_a_law_of_the_factor(of, has, says):
    scores = scores_of(of)
    assert {LEVEL, "rho"} & set(scores.names) == has
    assert "phi" in scores.names
    assert len(scores.left_out) == (says is not None)
    assert says is None or says in scores.left_out[0]


def test_parameters_that_each_path_draws_have_no_score():
    drawn = stress.load(JOBS / "baitiao-24m-uncertain.toml")
    case = next(case for case in drawn.scenarios if case.name == "baseline_predictive")
    scores = scores_of(drawn.but(scenarios=(case,)))
    assert "phi" not in scores.names
    assert "phi: each path draws its own" in scores.left_out
    assert "default rates and rho: each path draws its own" in scores.left_out


def test_loadings_that_mix_fewer_factors_than_they_name_are_refused():
    with pytest.raises(ConfigError, match="these loadings mix fewer factors than they name: their law has no density"):
        scores_of(job(loadings=THREE_OF_TWO))


def test_levels_of_a_state_that_does_not_say_how_well_it_knows_them_are_known_exactly():
    of = job()
    state = stress.state_at(of, 2).model_copy(update={"factors": (-1.5,), "known": None})
    exact = Known(root=((0.0,), (0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0)))
    assert scores_of(of.but(state=state)).law[-2:].tolist() == [-1.5, 0.0]
    same = of.but(state=state.model_copy(update={"known": exact}))
    assert np.array_equal(scores_of(of.but(state=state)).law, scores_of(same).law)
