"""Factors and rates of replayed paths of random jobs against the page, also where paths differ beyond the factors."""

from random import Random

import drawn_again
import hand_worked
import numpy as np
import pytest
from oracle import draws
from strategies import random_job, short_job

import stress
from stress.assemble.problem import assemble
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.scenario import Shock
from stress.kernels import alone
from stress.kernels.layout import LANES, PANEL_BLOCKS
from stress.kernels.memory import Workspace, pack


@pytest.mark.parametrize("seed", range(4))
def test_factors_and_rates_of_a_random_job_are_those_of_the_page(seed: int) -> None:
    assert not drawn_again.differences(random_job(Random(seed)), 77 * seed)


@pytest.mark.parametrize("seed", [10, 12])
def test_so_they_are_under_a_t_copula_with_drawn_parameters(seed: int) -> None:
    assert not drawn_again.differences(drawn_again.uncertain(short_job(seed)), 1_000_003)


def small(**dependence: object) -> Job:
    """Four months under the base scenario and one of drawn parameters and unseen differences between borrowers."""
    blind = ScenarioCase(name="blind", shocks=(Shock(target="heterogeneity", set=0.4),), parameters=drawn_again.DRAWN)
    pool = hand_worked.pool(default=0.08, dependence={"rho": 0.1, "phi": 0.8, **dependence})
    cases = (ScenarioCase(name="base"), blind)
    return Job(name="small", deal=hand_worked.deal(), pool=pool, scenarios=cases, paths=64, seed=7, clock="monthly")


@pytest.mark.parametrize(
    "dependence",
    [
        {"rho": 0.6, "rho_prepayment": 0.5, "correlation_prepayment": 0.3},
        {"factor_start": -2.0},
        {"rho": 0.0},
        {"copula": {"kind": "t", "df": 3.0}, "rho_recovery": 0.2, "correlation_recovery": -0.4},
    ],
    ids=["no polynomial fits", "a bad start", "nothing common", "heavy tails"],
)
@pytest.mark.parametrize("path", [0, 63])
def test_so_they_are_in_a_deal_of_four_months(dependence: dict[str, object], path: int) -> None:
    assert not drawn_again.differences(small(**dependence), path)


def test_segments_may_load_on_factors_of_their_own() -> None:
    """Under a t copula too each segment's rate goes by the factor of its name."""
    loadings = {"default": (1.0, 0.0), "segment": {"own": (0.6, 0.8)}, "prepayment": (1.0, 0.0), "recovery": (0.0, 1.0)}
    names = {"all": "default", "own": "default own"}
    segments = [{"name": name, "share": 0.5, "entry_rate": 0.08} for name in names]
    pool = hand_worked.pool(
        segments=segments,
        dependence={"rho": 0.1, "phi": 0.8, "loadings": loadings, "copula": {"kind": "t", "df": 3.0}},
    )
    case = ScenarioCase(name="base")
    job = Job(name="small", deal=hand_worked.deal(), pool=pool, scenarios=(case,), paths=32, seed=7, clock="monthly")
    data, mixing = stress.replay(job, path=5), draws.mixing_variable(5, 3.0, job.seed)
    for segment, name in names.items():
        z = data["factor_value"].sel(factor=name).to_numpy()
        wanted = [draws.entry_rate(0.08, 0.1, 0.0, mixing, y, 3.0) for y in z]
        np.testing.assert_allclose(data["entry_rate"].sel(segment=segment), wanted, atol=drawn_again.ALLOWED)


def test_blocks_on_their_own_add_up_to_a_run_of_two_panels() -> None:
    """Copula, parameters, differences and whole borrowers: each path has draws of its own wherever it is run."""
    job = small(copula={"kind": "t", "df": 3.0})
    job = job.model_copy(update={"pool": job.pool.model_copy(update={"obligors": 50})})
    problem, paths = assemble(job), (PANEL_BLOCKS + 1) * LANES
    space = Workspace(pack(problem))
    alone.run(space, 0, 2, paths, job.seed)
    whole = space.tally()
    parts = [alone.run_block(problem, block, job.seed).tally() for block in range(PANEL_BLOCKS + 1)]
    for name in ("loss_count", "irr_count", "wal_count", "first_loss_count", "fault"):
        np.testing.assert_array_equal(getattr(whole, name), sum(getattr(part, name) for part in parts), err_msg=name)
