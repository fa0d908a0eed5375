"""Tallies: empty arrays, edges of bins, two that become one; outcomes handed over are those that are counted."""

from pathlib import Path

import numpy as np
import pytest

import stress
from stress.assemble.problem import assemble
from stress.kernels import alone, tally
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Workspace, pack
from stress.kernels.tally import NO_PATH, NOTE_QUANTITIES, Tally, decoded, merge, price_edges, tally_shapes

SIZES = {"n_scenario": 1, "n_note": 1, "n_month": 2, "n_trigger": 1}


def counts(low: int, path: int, count: int) -> Tally:
    """All arrays full of a count, but words of sums (1, low), paths and the largest weight."""
    arrays = {name: np.full(shape, count) for name, shape in tally_shapes(**SIZES, weighted=True).items()}
    for name in arrays:
        if name.endswith("_sum"):
            arrays[name][...] = (1, low)
    arrays["loss_path"][...], arrays["loss_top"][...] = path, path
    return Tally(**arrays, residual=np.full((1, 5), float(count)))


def test_two_tallies_become_one_with_carries_smallest_paths_and_largest_weights() -> None:
    """Low words of 2^40 - 1 and 3 are 2 and one more of the high word."""
    whole = merge([counts(2**40 - 1, 7, 2), counts(3, 40, 5)])
    for name, value in whole._asdict().items():
        wanted = {"loss_path": 7, "loss_top": 40, "residual": 5.0}.get(name, 7)
        if name.endswith("_sum"):
            np.testing.assert_array_equal(value, np.broadcast_to([3, 2], value.shape), err_msg=name)
        else:
            assert (value == wanted).all(), name
    assert decoded(np.array([3, 2])) == 3.0 * 2.0**-20 + 2.0 * 2.0**-60
    assert (np.minimum(whole.loss_path, NO_PATH) == 7).all()


def test_arrays_that_a_run_does_not_need_are_empty_words_or_counts() -> None:
    """Of weights two words, as sums are; of replicates counts."""
    switched = {name: axes.switch for name, axes in tally.COUNTS.items()}
    shapes = tally_shapes(**SIZES)
    assert {shapes[name] for name, switch in switched.items() if switch == "weighted"} == {(0, 2)}
    assert {shapes[name] for name, switch in switched.items() if switch == "replicated"} == {(0,)}
    assert all(0 not in shapes[name] for name, switch in switched.items() if not switch)
    assert all(0 not in shape for shape in tally_shapes(**SIZES, weighted=True, replicated=True).values())


def test_bins_of_a_price_have_par_in_the_middle_of_one_and_grow_with_the_distance() -> None:
    """A third of a basis point wide at par, 0.31% of the distance far from it, up to 1,090."""
    edges, par = price_edges(), tally.PAR_BIN
    assert len(edges) == tally.N_PRICE_BIN + 1
    assert (edges[0], edges[1], edges[-1]) == (0.0, 0.0, np.inf)  # what is worth nothing is in the second
    assert (np.diff(edges[1:]) > 0.0).all()
    assert edges[par] + edges[par + 1] == pytest.approx(2.0, abs=1e-12)
    assert edges[par + 1] - edges[par] == pytest.approx(1e-4 / 3.0, rel=0.1)
    assert (edges[-2] - edges[-3]) / (edges[-3] - 1.0) == pytest.approx(0.0031, abs=0.0001)
    assert edges[-2] == pytest.approx(1_090.0, rel=0.01)


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
