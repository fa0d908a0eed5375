"""What a run is packed into, and the memory that it counts in."""

import hand_worked
import numpy as np
import pytest

from stress.assemble.problem import assemble
from stress.kernels import alone
from stress.kernels.layout import LANES
from stress.kernels.memory import Workspace, pack
from stress.kernels.tables import Problem
from stress.kernels.tally import Tally
from stress.runs.mid_life import state_at


def problem() -> Problem:
    chance = {"rho": 0.3, "phi": 0.5}
    return assemble(hand_worked.job(hand_worked.deal(), hand_worked.pool(default=0.08, dependence=chance)))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (lambda phi: phi[:, None], r"table phi is float64 \(1, 1\), its axes are \(1,\)"),
        (lambda phi: np.repeat(phi, 2), r"table phi is float64 \(2,\), its axes are \(1,\)"),
        (lambda phi: phi.astype(int), r"table phi is int64 \(1,\), its axes are \(1,\)"),
    ],
    ids=["axes", "length", "kind"],
)
def test_a_table_that_is_not_what_its_axes_say_is_refused_by_name(changed, says) -> None:
    of = problem()
    with pytest.raises(ValueError, match=says):
        pack(of._replace(market=of.market._replace(phi=changed(of.market.phi))))


def test_a_workspace_that_is_cleared_counts_as_a_new_one() -> None:
    def counted(space: Workspace, paths: int) -> Tally:
        alone.run(space, 0, 1, paths, 7)
        return space.tally()

    packed = pack(problem())
    space = Workspace(packed)
    counted(space, 40)
    space.clear()
    for name, value in counted(space, 5)._asdict().items():
        np.testing.assert_array_equal(value, getattr(counted(Workspace(packed), 5), name), err_msg=name)


def test_a_workspace_counts_on_until_it_is_cleared() -> None:
    space = Workspace(pack(problem()))
    alone.run(space, 0, 1, 5, 7)
    alone.run(space, 0, 1, 5, 7)
    assert (space.tally().loss_count.sum(-1) == 10).all()


def test_what_paths_came_to_is_handed_over_block_by_block() -> None:
    of = problem()
    space = Workspace(pack(of, handed=True))
    alone.run(space, 0, 1, 40, 7)
    for block in range(2):
        np.testing.assert_array_equal(space.handed()[0, block], alone.run_block(of, block, 7).outcomes())
    assert space.count.size == 0


def test_a_run_from_a_state_counts_what_a_block_on_its_own_does() -> None:
    """Only the block on its own shows months: those before the state are the state's."""
    job = hand_worked.job(hand_worked.deal(), hand_worked.pool(default=0.08))
    of = assemble(job.but(state=state_at(job, 2, 0)))
    space = Workspace(pack(of))
    alone.run(space, 0, 1, LANES, 7)
    shown = alone.run_block(of, 0, 7)
    np.testing.assert_array_equal(space.tally().loss_count, shown.tally().loss_count)
    balance = shown.traced("pool_balance")
    np.testing.assert_array_equal(balance[0], balance[1])
    assert (balance[1] > balance[2]).all()
