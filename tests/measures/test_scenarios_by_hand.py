"""Differences of scenarios and of results, and mixtures of them, worked by hand."""

import json

import numpy as np
import pytest
import xarray as xr
from synthetic import results_of, weighed_alike

from stress import measures
from stress.errors import DataError
from stress.kernels.tally import MOST_WEIGHT
from stress.measures import batches
from stress.measures.proportions import zero_count_bound

NOTES = ["A", "B"]


def of(*losses: tuple[float, float], **attrs: str) -> xr.Dataset:
    """Two batches of 32 paths; what note B loses on each path of the one and of the other, by scenario."""
    loss = np.array([np.repeat(two, 32) for two in losses])
    both = np.stack([np.zeros_like(loss), loss], 1)
    return results_of(both, loss, notes=NOTES, scenarios=["base", "worse", "worst"][: len(losses)], **attrs)


def test_a_difference_has_the_error_of_the_differences_of_its_batches() -> None:
    """0.1 and 0.3 against 0.3 and 0.6: 0.2 and 0.3 apart, 0.25 with an error of 0.05."""
    ds = of((0.1, 0.3), (0.3, 0.6))
    answer = measures.difference(ds, "expected_loss").sel(tranche="B")
    np.testing.assert_allclose(answer["estimate"], [0.0, 0.25])
    assert float(answer["error"][1]) == pytest.approx(0.05)
    assert float(answer["high"][1] - answer["low"][1]) == pytest.approx(2.0 * 12.7062047 * 0.05)
    back = measures.difference(ds, "expected_loss", "worse").sel(tranche="B")
    np.testing.assert_allclose(back["estimate"], [-0.25, 0.0])
    assert answer["estimate"].attrs["long_name"].endswith(", minus base")
    pool = measures.difference(ds, "mean_default")
    assert pool["estimate"].dims == ("scenario",)
    assert float(pool["estimate"][1]) == pytest.approx(0.25)
    with pytest.raises(DataError, match="no scenario named 'bad'; there are base, worse"):
        measures.difference(ds, "expected_loss", "bad")


def test_a_difference_of_a_mean_that_may_be_anything_has_no_bound() -> None:
    """The price does not differ on any batch: no rule says how far it may; nor of a loss given a loss."""
    ds = of((0.1, 0.3), (0.1, 0.3))
    for measure in ("price", "lgd"):
        answer = measures.difference(ds, measure).isel(scenario=1, tranche=1)
        assert [float(answer[end]) for end in ("estimate", "error", "low", "high")] == [0.0] * 4
    bound = float(zero_count_bound(64))
    for dataset, wanted in ((ds, bound), (weighed_alike(ds), bound * MOST_WEIGHT)):
        same = measures.difference(dataset, "expected_loss").isel(scenario=1, tranche=1)
        np.testing.assert_allclose([same[end] for end in ("error", "low", "high")], [wanted / 3.0, -wanted, wanted])


def test_two_results_stand_beside_their_difference() -> None:
    """0.2 and 0.35 less 0.1 and 0.3, beside the means 0.275 and 0.2 with errors of 0.075 and 0.1;
    two batches leave all of a share open above."""
    before, after = of((0.1, 0.3), (0.0, 0.0)), of((0.2, 0.35), (0.0, 0.0))
    answer = measures.compare(after, before, "expected_loss").sel(scenario="base", tranche="B")
    for name, wanted in (
        *(("estimate", 0.075), ("error", 0.025), ("before", 0.2), ("after", 0.275)),
        *(("before_error", 0.1), ("after_error", 0.075), ("before_high", 1.0)),
    ):
        assert float(answer[name]) == pytest.approx(wanted), name
    none = measures.compare(after, before, "expected_loss").sel(scenario="worse", tranche="B")
    assert float(none["before_high"]) == float(none["after_high"]) == pytest.approx(float(zero_count_bound(64)))
    price = measures.compare(before, before, "price").sel(scenario="worse", tranche="B")
    assert float(price["before_high"]) == pytest.approx(1.01)  # without an error, and without a bound


def test_results_are_compared_in_what_both_have_on_the_same_draws() -> None:
    before, after = of((0.1, 0.3)), of((0.2, 0.35), (0.5, 0.5))
    answer = measures.compare(after, before, "loss_probability")
    assert answer["scenario"].values.tolist() == ["base"]
    assert answer["tranche"].values.tolist() == NOTES
    with pytest.raises(DataError, match="no scenario or no note in common"):
        measures.compare(after.isel(scenario=[1]), before, "expected_loss")
    other = before.assign(batch_path=("batch", before["batch_path"].values[::-1]))
    with pytest.raises(DataError, match="results differ in batch_path"):
        measures.compare(after, other, "expected_loss")
    with pytest.raises(DataError, match=r"results differ in seed \(8 and 7\), paths \(65 and 64\): a difference"):
        measures.compare(after, before.assign_attrs(seed="8", paths=65), "expected_loss")


def test_a_job_gives_scenarios_their_probabilities_in_proportion() -> None:
    cases = [{"name": "base", "probability": 0.6}, {"name": "worse", "probability": 0.2}, {"name": "worst"}]
    ds = of((0.1, 0.3), (0.3, 0.6), (1.0, 1.0), job=json.dumps({"scenarios": cases}))
    assert measures.probabilities(ds) == {"base": pytest.approx(0.75), "worse": pytest.approx(0.25)}
    mixed = measures.mixture(ds)
    assert measures.expected_loss(mixed)["estimate"].values.ravel() == pytest.approx([0.0, 0.75 * 0.2 + 0.25 * 0.45])
    assert mixed["scenario"].values.tolist() == ["mixture"]
    assert int(mixed["batch_path"].sum()) == 64
    assert mixed["batch_sum"].attrs == ds["batch_sum"].attrs
    assert measures.probabilities(ds.isel(scenario=[2])) == {}
    none = json.dumps({"scenarios": [{"name": "base", "probability": 0.0}]})
    assert measures.probabilities(ds.assign_attrs(job=none)) == {}
    with pytest.raises(DataError, match="no scenario named bad; there are base, worse, worst"):
        measures.mixture(ds, {"base": 0.5, "bad": 0.5})


def test_a_mean_settles_over_its_first_batches() -> None:
    """Twelve batches of 32 paths, each loses 0.01 more than the one before: the first k average 0.005 (k - 1)."""
    loss = np.repeat(0.01 * np.arange(12), 32)[None]
    ds = results_of(np.stack([np.zeros_like(loss), loss], 1), loss, notes=NOTES)
    for curve in (measures.convergence(ds).sel(tranche="B"), measures.convergence(ds, "mean_default")):
        assert curve["paths"].values.tolist() == [32 * k for k in (8, 9, 10, 11, 12)]
        np.testing.assert_allclose(curve["estimate"][0], [0.005 * (k - 1) for k in (8, 9, 10, 11, 12)])
        error = [np.std(0.01 * np.arange(k), ddof=1) / np.sqrt(k) for k in (8, 9, 10, 11, 12)]
        np.testing.assert_allclose(curve["error"][0], error)
    yields = measures.convergence(ds, "irr").sel(tranche="B").isel(step=0)
    half = batches.student(8) * float(yields["error"][0])
    assert float(yields["high"][0]) == pytest.approx(0.05 - 0.035 + half)
    assert measures.convergence(ds.isel(batch=slice(0, 4)))["paths"].values.tolist() == [128]
