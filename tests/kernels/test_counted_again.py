"""Bins, sums and smallest paths of a run against the replays of the same paths."""

from random import Random
from types import SimpleNamespace

import counted_again
import hand_worked
import numpy as np
import pytest
from hand_worked import INTEREST, LAST, PRINCIPAL
from strategies import random_job

from stress.assemble.problem import assemble
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.scenario import Shock
from stress.kernels import alone, tally
from stress.kernels.header import FIELD
from stress.kernels.memory import Workspace, pack
from stress.runs.sampling.sobol import sobol_of


@pytest.mark.parametrize("seed", [4, 6, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (3, 7))])
def test_a_run_counts_what_its_paths_show(seed: int) -> None:
    assert not counted_again.differences(random_job(Random(seed)))


def test_a_path_in_a_block_of_its_own_is_counted() -> None:
    """Of 33 paths, whose losses differ."""
    pool = hand_worked.pool(default=0.08, dependence={"rho": 0.3, "phi": 0.5})
    case = ScenarioCase(name="base")
    job = Job(name="small", deal=hand_worked.deal(), pool=pool, scenarios=(case,), paths=33, seed=1, clock="monthly")
    assert not counted_again.differences(job, 33)


def test_an_excess_spread_beyond_the_fan_is_counted_in_its_last_bin() -> None:
    """Of a yield of 20% a month: 240% a year, where the fan ends at 100%."""
    richer = ScenarioCase(name="richer", shocks=(Shock(target="yield", multiply=10.0),))
    cases, pool = (ScenarioCase(name="base"), richer), hand_worked.pool(default=0.01)
    job = Job(name="small", deal=hand_worked.deal(), pool=pool, scenarios=cases, paths=5, seed=1, clock="monthly")
    assert not counted_again.differences(job, 5)


def test_a_pool_and_its_cash_beyond_the_fans_are_counted_in_their_last_bins() -> None:
    """Bought at 0.51 the pool grows to 5.7 times its cut-off balance and loses 3.6 times; then cash stands at 4.4."""
    keep = [{**PRINCIPAL[0], "when": {"observable": "pool_factor", "below": 0.01}}]
    last = {**LAST, "source": ["income", "principal"]}
    growing = hand_worked.deal(
        [*INTEREST, *keep, last],
        priority={"revolving": INTEREST},
        purchase="each_step",
        purchase_price=0.51,
        revolving_months=5,
        scheduled_months=7,
        legal_maturity_months=7,
    )
    pool = hand_worked.pool(default=0.2, payment_rate={"monthly": 0.8, "annual_yield": 0.24})
    case = ScenarioCase(name="base")
    job = Job(name="growing", deal=growing, pool=pool, scenarios=(case,), paths=3, seed=1, clock="monthly")
    assert not counted_again.differences(job, 3)


@pytest.mark.parametrize("factor", [np.nan, 1e20, -1e20])
def test_a_sum_that_is_no_number_or_too_large_is_a_fault_of_its_scenario(factor: float) -> None:
    """The first discount factor of the second scenario: a price of the first note, and nothing else, is no number, or a
    sum that its fixed point does not hold."""
    cases = (ScenarioCase(name="base"), ScenarioCase(name="faulty"))
    deal, pool = hand_worked.deal(), hand_worked.pool(default=0.01)
    job = Job(name="small", deal=deal, pool=pool, scenarios=cases, paths=5, seed=1, clock="monthly")
    packed = pack(assemble(job))
    packed.f[int(packed.header[FIELD["at_discount"]]) + 4 * 3] = factor
    space = Workspace(packed)
    alone.run(space, 0, 1, 5, job.seed)
    assert space.tally().fault.tolist() == [[0, 0, 0, 5], [1, 0, 0, 5]]


def test_the_counts_of_replicates_add_up_to_those_of_all_points() -> None:
    """Of 600 Sobol points: replicates of a block or two of 32, the last of them of 24."""
    quick = {"monthly": 0.7, "annual_yield": 0.24}
    pool = hand_worked.pool(default=0.03, payment_rate=quick, dependence={"rho": 0.3, "phi": 0.0})
    cases = (ScenarioCase(name="base"), ScenarioCase(name="again"))
    job = Job(name="small", deal=hand_worked.deal(), pool=pool, scenarios=cases, paths=600, seed=1, clock="monthly")
    problem = assemble(job)
    space = Workspace(pack(problem, sampler=sobol_of(problem, job.seed, job.paths)))
    alone.run(space, 0, 2, job.paths, job.seed)
    counts = space.tally()
    wanted = np.zeros_like(counts.replicate_count.sum(2))
    for bin_of, coarse in enumerate(tally.coarse_bins()):
        wanted[..., coarse] += counts.loss_count[..., bin_of]
    np.testing.assert_array_equal(counts.replicate_count.sum(2), wanted)
    assert (wanted[0, :2, 0] > 0).all()
    assert (np.count_nonzero(wanted[0], axis=-1) > 40).any()
    assert (counts.replicate_count.sum(-1) == [64, 64, 56, *[32] * 13]).all()
    for event in ("trigger", "early", "first_loss"):
        by_replicate = getattr(counts, f"{event}_replicate")
        np.testing.assert_array_equal(by_replicate.sum(-2), getattr(counts, f"{event}_count"))
        assert (by_replicate.sum(-1) == [64, 64, 56, *[32] * 13]).all()
    assert (np.count_nonzero(counts.first_loss_count[0], axis=-1) > 1).any()


def test_a_path_too_few_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_less(space: Workspace, first: int, n: int, paths: int, seed: int) -> None:
        alone.run(space, first, n, paths - 1, seed)

    monkeypatch.setattr(counted_again, "alone", SimpleNamespace(run=one_less))
    wrong = counted_again.differences(random_job(Random(4)), 3)
    assert {"batch_path under base", "loss_count under base", "month_sum under base"} <= set(wrong)
