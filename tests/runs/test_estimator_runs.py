"""`stress run` with an estimator and a target error: folders, resume, replay, kept paths."""

import json
from typing import NamedTuple

import numpy as np
import pytest
import xarray as xr
from shipped import JOB

import stress
from stress.cli import exit_code
from stress.errors import ConfigError
from stress.runs import engine, jobs
from stress.runs.counting.counted import digest, joined
from stress.runs.jobs.plans import plan as plan_of

pytestmark = pytest.mark.usefixtures("no_pages", "quick_search")


@pytest.fixture(scope="module")
def job():
    return stress.load(JOB)


class Ran(NamedTuple):
    """What a command left behind."""

    exit_code: int
    stdout: str
    stderr: str


@pytest.fixture
def ran(capsys):
    def run(*arguments):
        capsys.readouterr()
        code = exit_code(["run", str(JOB), "--scenario", "macro_mild", *map(str, arguments)])
        return Ran(code or 0, *capsys.readouterr())

    return run


@pytest.mark.parametrize("estimator", [pytest.param("importance", marks=pytest.mark.slow), "sobol"])
def test_a_run_with_a_sampler_is_extended_to_the_same_bits(job, tmp_path, estimator):
    options = {"scenarios": ("macro_mild",), "estimator": estimator, "threads": 2}
    jobs.run(plan_of(job, paths=2_048, out=tmp_path / "a", **options))
    parts = jobs.run(plan_of(job, paths=5_000, out=tmp_path / "a", **options))
    assert parts.manifest["estimator"] == estimator
    whole = engine.with_options(job, 5_000, None, ["macro_mild"], estimator)
    counted = joined(engine.count(engine.packed_of(whole), whole)).tally()
    assert parts.manifest["result_sha256"] == digest(counted)
    with pytest.raises(ConfigError, match="other inputs"):
        jobs.run(plan_of(job, paths=5_000, out=tmp_path / "a", scenarios=("macro_mild",)))


def test_kept_paths_carry_their_weights(job, tmp_path):
    plan = plan_of(
        job, paths=1_500, out=tmp_path, scenarios=("macro_mild",), estimator="importance", keep_paths=True, threads=1
    )
    dataset = jobs.run(plan).dataset
    kept = xr.open_zarr(tmp_path / "paths.zarr", consolidated=False)
    weight = kept["weight"].values
    assert weight.shape == (1_500,)
    assert weight.sum() == pytest.approx(float(dataset["batch_weight"].sum()), rel=1e-12)
    loss = (kept["loss"].values[0] * weight).sum(-1)
    raw = dataset["batch_sum"].sel(quantity=[f"{n}:loss" for n in dataset["tranche"].values]).sum("batch")
    np.testing.assert_allclose(loss, raw.values[0], rtol=1e-12, atol=1e-15)


def test_the_command_stops_at_its_target_and_goes_on_from_there(ran, tmp_path):
    first = ran("--paths", "300k", "--target-error", "EL:subordinated=0.02", "--out", tmp_path, "--json")
    assert first.exit_code == 0, first.stderr
    said = json.loads(first.stdout)
    assert said["paths"] < 300_000
    assert "reached" in stress.open(tmp_path).attrs["target"]
    again = ran("--paths", "300k", "--target-error", "EL:subordinated=0.02", "--out", tmp_path, "--json")
    assert json.loads(again.stdout)["unchanged"] is True
    table = ran("--paths", "300k", "--target-error", "EL:subordinated=0.02", "--out", tmp_path)
    assert "reached at" in " ".join(table.stdout.split())


def test_the_command_names_what_it_chose_and_refuses_what_makes_no_sense(ran, tmp_path):
    auto = ran("--paths", "1024", "--estimator", "auto", "--out", tmp_path / "auto", "--log-json")
    assert auto.exit_code == 0, auto.stderr
    dataset = stress.open(tmp_path / "auto")
    assert dataset.attrs["estimator"] == "importance"
    assert "pilot" in dataset.attrs["estimator_choice"]
    assert dataset.attrs["warnings"]
    assert "not to be trusted" in auto.stderr
    assert "NOT TO BE TRUSTED" in auto.stdout
    for wrong in ("EL:Z=0.1", "EL:A", "XX:A=0.1"):
        refused = ran("--target-error", wrong, "--out", tmp_path / "no")
        assert refused.exit_code == 2
        assert "--target-error" in refused.stderr
    assert ran("--estimator", "best").exit_code == 2


def test_a_sampler_belongs_to_the_problem_that_a_folder_names(job):
    small = job.model_copy(update={"scenarios": job.scenarios[:1], "paths": 1_000})
    digests = {
        name: engine.problem_digest(engine.packed_of(small.model_copy(update={"estimator": name})))
        for name in ("plain", "sobol", "importance")
    }
    assert len(set(digests.values())) == 3
