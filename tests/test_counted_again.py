"""Bins, sums and smallest paths of a run against the replays of the same paths."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace

import counted_again
import hand_worked
import pytest
from strategies import random_job

from stress.inputs.job import Job, ScenarioCase
from stress.inputs.scenario import Shock
from stress.kernels import alone
from stress.kernels.memory import Workspace


@pytest.mark.parametrize("seed", [3, 4, 6, 7])
def test_a_run_counts_what_its_paths_show(seed: int) -> None:
    assert not counted_again.differences(random_job(Random(seed)))


def test_an_excess_spread_beyond_the_fan_is_counted_in_its_last_bin() -> None:
    """Of a yield of 20% a month: 240% a year, where the fan ends at 100%."""
    richer = ScenarioCase(name="richer", shocks=(Shock(target="yield", multiply=10.0),))
    cases, pool = (ScenarioCase(name="base"), richer), hand_worked.pool(default=0.01)
    job = Job(name="small", deal=hand_worked.deal(), pool=pool, scenarios=cases, paths=5, seed=1, clock="monthly")
    assert not counted_again.differences(job, 5)


def test_a_path_too_few_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_less(space: Workspace, first: int, n: int, paths: int, seed: int) -> None:
        alone.run(space, first, n, paths - 1, seed)

    monkeypatch.setattr(counted_again, "alone", SimpleNamespace(run=one_less))
    wrong = counted_again.differences(random_job(Random(4)), 3)
    assert {"batch_path under base", "loss_count under base", "month_sum under base"} <= set(wrong)
