"""Outcomes that are handed over are those that would have been counted."""

from pathlib import Path

import numpy as np

import stress
from stress.assemble.problem import assemble
from stress.kernels import alone
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Workspace, pack
from stress.kernels.tally import NOTE_QUANTITIES, decoded

JOB = stress.load(Path(__file__).parents[2] / "scenarios" / "jobs" / "baitiao-24m.toml")


def test_what_is_handed_over_adds_up_to_what_is_counted() -> None:
    job = JOB.model_copy(update={"scenarios": JOB.scenarios[:2]})
    problem, n_path = assemble(job), PANEL_PATHS - 7
    counted, handed = Workspace(pack(problem)), Workspace(pack(problem, handed=True))
    alone.run(counted, 0, 1, n_path, 7)
    alone.run(handed, 0, 1, n_path, 7)
    by_path = handed.handed().transpose(0, 2, 1, 3).reshape(2, -1, PANEL_PATHS)[..., :n_path]
    sums = decoded(counted.counts().batch_sum).sum(-1)
    np.testing.assert_allclose(by_path.sum(-1), sums, rtol=1e-12, atol=1e-6)
    exact = (by_path[:, NOTE_QUANTITIES.index("loss")] == 0.0).sum(-1)
    assert (counted.counts().loss_count[:, 0, 0] == exact).all()
    assert (counted.counts().residual == handed.counts().residual).all()
    assert handed.count.size == 0


def test_a_panel_that_is_handed_over_is_the_same_after_any_other() -> None:
    packed = pack(assemble(JOB.model_copy(update={"scenarios": JOB.scenarios[:1]})), handed=True)
    first, other = Workspace(packed), Workspace(packed)
    alone.run(first, 2, 1, 3 * PANEL_PATHS, 7)
    alone.run(other, 0, 2, 3 * PANEL_PATHS, 7)
    alone.run(other, 2, 1, 3 * PANEL_PATHS, 7)
    assert (first.handed() == other.handed()).all()
