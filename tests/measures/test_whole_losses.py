"""Losses of the whole on every path: what sampling cannot show has a bound, as where nothing is lost."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic import results_of, weighed_alike

from stress import measures
from stress.kernels.tally import MOST_WEIGHT
from stress.measures.proportions import zero_count_bound


def test_what_every_path_loses_whole_is_as_uncertain_as_what_none_loses() -> None:
    """Of 1,000 paths: 1 - bound to 1 in place of 0 to the bound, the error the same; of the 100 that lose, likewise."""
    some = np.where(np.arange(1000) % 10 == 0, 1.0, 0.0)
    ds = results_of(np.stack([np.ones(1000), np.zeros(1000), some])[:, None], notes=["A"])
    whole, none, _ = (measures.expected_loss(ds).isel(scenario=k, tranche=0) for k in range(3))
    assert float(whole["low"]) == pytest.approx(1.0 - float(zero_count_bound(1000)))
    assert [float(whole[k]) for k in ("estimate", "high")] == [1.0, 1.0]
    assert float(whole["error"]) == pytest.approx(float(none["error"])) != 0.0
    lost = measures.lgd(ds).isel(scenario=2, tranche=0)
    assert [float(lost[k]) for k in ("estimate", "low")] == pytest.approx([1.0, 1.0 - float(zero_count_bound(100))])
    weighted = measures.lgd(weighed_alike(ds)).isel(scenario=2, tranche=0)
    assert [float(weighted[k]) for k in ("estimate", "low")] == pytest.approx(
        [float(lost[k]) for k in ("estimate", "low")]
    )
    aimed = measures.expected_loss(weighed_alike(ds)).isel(scenario=0, tranche=0)
    assert float(aimed["low"]) == pytest.approx(1.0 + np.log(0.05) * MOST_WEIGHT / 1000)  # as of a probability


def test_a_run_that_loses_all_on_every_path_is_compared_with_its_bound() -> None:
    before, after = (results_of(np.full((1, 1, 500), loss), notes=["A"]) for loss in (1.0, 0.0))
    for measure in ("expected_loss", "loss_probability"):
        found = measures.compare(after, before, measure).isel(scenario=0, tranche=0)
        assert [float(found[k]) for k in ("before", "before_high")] == [1.0, 1.0]
        assert float(found["before_low"]) == pytest.approx(1.0 - float(zero_count_bound(500)))
        assert float(found["after_high"]) == pytest.approx(float(zero_count_bound(500)))
        assert float(found["before_error"]) == pytest.approx(float(found["after_error"])) != 0.0
