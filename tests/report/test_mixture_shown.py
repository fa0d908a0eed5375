"""A job's probabilities of scenarios, where a user looks: table, page, JSON and the job in words."""

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from synthetic import case

from stress import measures, results
from stress.cli.measures_json import document
from stress.explain import explain_job
from stress.inputs.load import load_job
from stress.report import terminal, words
from stress.report.page import whole

WEIGHT = {"baseline": 0.6, "macro_mild": 0.3, "macro_moderate": 0.1}
JOB = Path(__file__).parents[2] / "scenarios" / "jobs" / "baitiao-24m-mixture.toml"


@pytest.fixture(scope="module")
def ds() -> xr.Dataset:
    plain = case(2_000, 3)
    job = json.loads(str(plain.attrs["job"]))
    job["scenarios"] = [{"name": name, "probability": p} for name, p in WEIGHT.items()]
    return plain.assign_attrs(job=json.dumps(job))


def test_the_mixture_is_one_scenario_more_with_the_weighted_loss(ds: xr.Dataset) -> None:
    shown = results.with_mixture(ds)
    assert list(shown["scenario"].values) == [*WEIGHT, "mixture"]
    weighted = ds["expected_loss"].values.T @ list(WEIGHT.values())
    np.testing.assert_allclose(shown["expected_loss"].values[-1], weighted, rtol=1e-12)
    xr.testing.assert_identical(shown["wal"].isel(scenario=[0, 1, 2]), ds["wal"])


@pytest.mark.usefixtures("no_figures")
def test_a_job_that_weighs_nothing_or_one_scenario_alone_has_no_mixture(ds: xr.Dataset) -> None:
    plain, alone = case(1_000, 2), ds.isel(scenario=[1])
    assert results.with_mixture(plain) is plain
    assert results.with_mixture(alone) is alone
    assert "mixture" not in str(terminal.table(plain))
    assert "Probability</th>" not in whole.render(plain)


def test_scenarios_left_out_leave_the_weights_of_the_others_in_proportion(ds: xr.Dataset) -> None:
    assert measures.probabilities(ds.isel(scenario=[0, 1])) == pytest.approx({"baseline": 2 / 3, "macro_mild": 1 / 3})


@pytest.mark.usefixtures("no_figures")
def test_table_json_and_page_show_the_mixture_and_its_weights(ds: xr.Dataset) -> None:
    weights = "baseline 60%, macro_mild 30%, macro_moderate 10%"
    table = " ".join(str(terminal.table(ds)).split())
    assert "mixture A" in table
    assert f"mixture: {weights}." in table
    loss = document(ds)["measures"]["expected_loss"]["mixture"]["Subordinated"]
    assert loss == pytest.approx(float(ds["expected_loss"].values[:, -1] @ list(WEIGHT.values())))
    assert any(f"Weighted by the job's probabilities ({weights})" in said for said in words.summary(ds))
    text = whole.render(ds)
    assert '<th scope="row">mixture</th>' in text
    assert '<th scope="col">Probability</th>' in text
    assert "<td>60%</td>" in text


def test_the_job_in_words_gives_each_scenario_its_probability() -> None:
    job = load_job(JOB)
    said = explain_job(job)
    assert said.count("in the mixture of scenarios.") == len(job.scenarios)
    assert "Probability 60% in the mixture of scenarios." in said
