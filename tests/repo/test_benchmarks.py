"""The references that the engine is timed against are the same model: path by path, on the same draws."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from shipped import JOBS, ROOT

import stress
from stress.assemble.problem import assemble
from stress.kernels import alone
from stress.kernels.layout import LANES, PANEL_PATHS
from stress.kernels.memory import Workspace, pack
from stress.kernels.tally import NOTE_QUANTITIES, POOL_QUANTITIES

sys.path.insert(0, str(ROOT))

from benchmarks import hard_coded, kernel_paths, reference_numpy, scalar_model, structures
from benchmarks.cases import job_24m
from benchmarks.numpy_model import simulate, tables_of
from benchmarks.numpy_model.profile import DueMatrix, ScaledPurchases

SEED = 7
LINK_ERROR = 1e-9
"""Of the cut-off balance: the fitted links are within 1e-10 of a rate; 36 months add up."""
IRR_ERROR = 1e-7
"""The engine solves on an even grid with corrections, the references on the real dates."""


def job_of(name: str, clock: str):
    return stress.load(JOBS / f"{name}.toml").model_copy(update={"clock": clock})


def position(job, scenario: str) -> int:
    return [case.name for case in job.scenarios].index(scenario)


def agrees(problem, engine, outcome, received) -> None:
    """Cash of every note in every month, and what each path came to."""
    cut_off, original = problem.contract.deal[0], problem.contract.original
    np.testing.assert_allclose(received / cut_off, engine.received / cut_off, rtol=0, atol=LINK_ERROR)
    names = [(q, n) for n in range(len(original)) for q in NOTE_QUANTITIES] + [(q, -1) for q in POOL_QUANTITIES]
    for row, (quantity, note) in enumerate(names):
        size = 1.0 if note < 0 else cut_off / original[note]
        allowed = IRR_ERROR if quantity == "irr" else LINK_ERROR * size
        np.testing.assert_allclose(
            outcome[row], engine.outcome[row], rtol=0, atol=allowed, err_msg=f"{quantity} {note}"
        )


@pytest.mark.parametrize("scenario", ["baseline", "macro_severe", "clampdown_2021_severe"])
def test_the_numpy_reference_follows_the_engine_on_512_monthly_paths(scenario):
    job = job_of("baitiao-24m", "monthly")
    narrowed, problem = kernel_paths.one_scenario(job, position(job, scenario))
    simulated = simulate(tables_of(narrowed, problem), kernel_paths.normals_of(problem, 512 // LANES, SEED))
    agrees(problem, kernel_paths.simulated(problem, 512 // LANES, SEED), simulated.outcome, simulated.received)


@pytest.mark.parametrize("scenario", ["baseline", "macro_severe", "clampdown_2021_severe"])
def test_the_numpy_reference_follows_the_engine_on_64_daily_paths(scenario):
    job = job_of("baitiao-24m", "daily")
    narrowed, problem = kernel_paths.one_scenario(job, position(job, scenario))
    simulated = simulate(tables_of(narrowed, problem), kernel_paths.normals_of(problem, 64 // LANES, SEED))
    agrees(problem, kernel_paths.simulated(problem, 64 // LANES, SEED), simulated.outcome, simulated.received)


@pytest.mark.parametrize(
    "scenario", ["revolving_operations_moderate", "servicer_event_moderate", "purchase_outage_severe"]
)
def test_the_numpy_reference_follows_the_engine_through_lags_lost_days_and_outages(scenario):
    job = job_of("baitiao-24m-daily", "daily")
    narrowed, problem = kernel_paths.one_scenario(job, position(job, scenario))
    simulated = simulate(tables_of(narrowed, problem), kernel_paths.normals_of(problem, 1, SEED))
    agrees(problem, kernel_paths.simulated(problem, 1, SEED), simulated.outcome, simulated.received)


def test_scaled_purchases_pay_what_the_matrix_of_instalments_pays():
    job = job_of("baitiao-24m", "monthly")
    narrowed, problem = kernel_paths.one_scenario(job, position(job, "clampdown_2021_severe"))
    tables, normals = tables_of(narrowed, problem), kernel_paths.normals_of(problem, 4, SEED)
    scaled, matrix = (simulate(tables, normals, profile) for profile in (ScaledPurchases, DueMatrix))
    np.testing.assert_allclose(scaled.received, matrix.received, rtol=1e-10, atol=1e-10 * tables.cut_off)


def test_the_numpy_reference_counts_every_path_once():
    job = job_of("baitiao-24m", "monthly")
    job, problem = kernel_paths.one_scenario(job, 0)
    counts = reference_numpy.run(reference_numpy.all_tables(job, problem), 100, 64, SEED)
    assert counts.path == 128
    assert (counts.loss.sum(axis=2) == 128).all()


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["baseline", "macro_severe", "clampdown_2021_severe"])
def test_the_scalar_reference_follows_the_engine_on_512_monthly_paths(scenario):
    job = job_of("baitiao-24m", "monthly")
    narrowed, problem = kernel_paths.one_scenario(job, position(job, scenario))
    normals = kernel_paths.normals_of(problem, 512 // LANES, SEED)
    outcome, received = scalar_model.simulate(scalar_model.scalar_tables(tables_of(narrowed, problem)), normals)
    agrees(problem, kernel_paths.simulated(problem, 512 // LANES, SEED), outcome, received)


@pytest.mark.slow
def test_the_hard_coded_deal_counts_the_same_paths_to_the_last_bit():
    """Eight scenarios reach every phase; the case itself refuses results that differ."""
    packed = pack(assemble(job_24m(8)))
    data, straight = Workspace(packed), Workspace(packed)
    alone.run(data, 0, 4, 4 * PANEL_PATHS, SEED)
    hard_coded.run(straight, 0, 4, 4 * PANEL_PATHS, SEED)
    np.testing.assert_array_equal(data.count, straight.count)
    assert data.tally().early_count[:, :-1].sum() > 0


@pytest.mark.slow
def test_operations_are_counted_under_the_stages_that_a_block_calls():
    command = [sys.executable, "-m", "benchmarks.operations", "--count", "monthly"]
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    stages = json.loads(done.stdout)
    assert {"advance_cohort", "conditional_rates", "determine", "pay", "finish", "count_block"} <= set(stages)
    of_a_month = (
        stages["move_factors"]["fma"] / 36.0
    )  # two factors: one normal for the first, two for the second, a step each
    assert of_a_month == 3.0 + 2.0
    assert all(number < 10_000 for count in stages.values() for number in count.values())


def test_the_main_deal_by_formulas_counts_the_paths_of_the_deal_as_it_stands():
    job = job_24m()
    spaces = [Workspace(pack(assemble(variant))) for variant in (job, structures.by_formulas(job))]
    for space in spaces:
        alone.run(space, 0, 1, PANEL_PATHS, SEED)
    assert np.array_equal(*(space.count for space in spaces))
    assert spaces[1].packed.problem.contract.code.size > 0
