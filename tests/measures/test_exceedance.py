"""The share of paths at or above a loss, worked by hand."""

import numpy as np
import pytest
from synthetic import case, results_of, tranche_losses, weighed_alike

from stress import measures
from stress.errors import DataError
from stress.kernels.tally import N_BATCH, N_COARSE, N_REPLICATE
from stress.measures import replicates
from stress.measures.weighted import chance, weights_of


def test_exceedance_shares_the_bin_that_holds_the_value_out_in_proportion() -> None:
    default = np.concatenate([np.full(600, 0.03005), np.full(300, 0.2), np.full(100, 0.4)])
    ds = results_of(tranche_losses(default)[None], default[None])
    for value, wanted in ((0.03, 1.0), (0.030025, 0.4 + 0.6 * 0.75), (0.0301, 0.4), (0.3, 0.1), (1.0, 0.0)):
        assert measures.exceedance(ds, value)["estimate"][0] == pytest.approx(wanted, abs=1e-9), value


def test_an_exceedance_is_asked_for_a_share() -> None:
    ds = case(500, 1)
    for value in (0.0, -0.1, 1.0001, float("nan")):
        with pytest.raises(DataError, match="a share of the cut-off balance"):
            measures.exceedance(ds, value)
    assert measures.exceedance(ds, 1.0)["estimate"].item() == 0.0
    with pytest.raises(DataError, match="exceedance of 'loss': one of default, net_loss"):
        measures.exceedance(ds, 0.5, "loss")


def test_an_exceedance_of_points_or_of_weighted_paths_has_their_error() -> None:
    """100 and 104 of two replicates of 400 points lose between 0.4 and 0.4001, half of them more than 0.40005."""
    default = np.repeat([0.40005, 0.0, 0.40005, 0.0], [100, 300, 104, 296])[None]
    ds = results_of(np.zeros((1, 4, 800)), default, estimator="sobol")
    rows, paths = np.zeros((1, N_REPLICATE, N_COARSE)), np.zeros(N_BATCH)
    rows[0, :2, replicates.CLASS[4001]], rows[0, :2, 0], paths[:2] = (100.0, 104.0), (300.0, 296.0), 400.0
    points = ds.assign(default_replicate=(("scenario", "replicate", "coarse_bin"), rows), batch_path=("batch", paths))
    answer = measures.exceedance(points, 0.3).isel(scenario=0)
    error = np.hypot(0.005, 1.0 / 800.0)
    factor = np.exp(12.7062047 * error / 0.255)
    wanted = [0.255, error, 0.255 / factor, 0.255 * factor]
    assert [float(answer[end]) for end in ("estimate", "error", "low", "high")] == pytest.approx(wanted)
    assert float(measures.exceedance(points, 0.40005)["estimate"][0]) == pytest.approx(0.1275)
    alike = weighed_alike(ds)
    answer, of = measures.exceedance(alike, 0.3).isel(scenario=0), weights_of(alike)
    for end, part in chance(np.array(0.255), np.array(0.255), of)._asdict().items():
        assert float(answer[end]) == pytest.approx(float(part))


def test_an_exceedance_of_the_whole_counts_those_that_lose_all() -> None:
    """Of four paths two lose all of the pool; 0.50005 halves the bin of the one that loses 0.50003."""
    ds = results_of(np.zeros((1, 4, 4)), np.array([[0.2, 0.50003, 1.0, 1.0]]))
    assert [measures.exceedance(ds, x)["estimate"].item() for x in (1.0, 0.4)] == [0.5, 0.75]
    assert measures.exceedance(ds, 0.50005)["estimate"].item() == pytest.approx(0.5 + 0.5 / 4.0)
