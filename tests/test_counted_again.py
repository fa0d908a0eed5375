"""Bins, sums and smallest paths of a run against the replays of the same paths."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace

import counted_again
import pytest
from strategies import random_job

from stress.kernels import alone
from stress.kernels.memory import Workspace


@pytest.mark.parametrize("seed", [3, 4, 6, 7])
def test_a_run_counts_what_its_paths_show(seed: int) -> None:
    assert not counted_again.differences(random_job(Random(seed)))


def test_a_path_too_few_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_less(space: Workspace, first: int, n: int, paths: int, seed: int) -> None:
        alone.run(space, first, n, paths - 1, seed)

    monkeypatch.setattr(counted_again, "alone", SimpleNamespace(run=one_less))
    wrong = counted_again.differences(random_job(Random(4)), 3)
    assert {"batch_path under base", "loss_count under base", "month_sum under base"} <= set(wrong)
