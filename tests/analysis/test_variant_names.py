"""What a question moves is called by the scenario that the user knows and by the move, never by its number."""

import numpy as np
import pytest
from shipped import JOB

from stress.analysis import trials
from stress.analysis.what_if import whatif
from stress.errors import ConfigError, StressError
from stress.inputs.job import Job
from stress.inputs.load import load_job
from stress.inputs.scenario import Shock
from stress.inputs.text.base import LONGEST_NAME

WORSE = Shock(target="default_odds", multiply=1.5)


@pytest.fixture(scope="module")
def job() -> Job:
    return load_job(JOB).but(paths=32)


def names(job: Job, *moves: list[Shock]) -> list[str]:
    return [case.name for case in trials.variants(job, job.scenarios[0], moves).scenarios]


def test_a_variant_is_its_scenario_with_what_is_moved(job: Job) -> None:
    assert names(job, [], [WORSE], [WORSE, Shock(target="yield", add=-0.01)]) == [
        "baseline",
        "baseline with default odds times 1.5",
        "baseline with default odds times 1.5; yield minus 0.01",
    ]


def test_names_of_variants_differ_and_fit(job: Job) -> None:
    path = Shock(target="default_odds", how="multiply", by_month=tuple((m, 1.0 + m % 3) for m in range(1, 25)))
    near = [[WORSE.but(multiply=1.5 + k * 1e-9)] for k in range(12)]
    labels = names(job, [], [], [path, WORSE], [path, path.but(from_month=2)], *near)
    assert labels[:4] == ["baseline", "baseline (2)", "baseline with shocks more", "baseline with shocks more (2)"]
    assert labels[-1] == "baseline with default odds times 1.5 (12)"
    long = job.scenarios[0].model_copy(update={"name": "x" * LONGEST_NAME})
    labels += [case.name for case in trials.variants(job, long, [[WORSE], [WORSE]]).scenarios]
    assert len(set(labels)) == len(labels)
    assert max(map(len, labels)) <= LONGEST_NAME
    assert [job.scenarios[0].but(name=name).name for name in labels] == labels  # each is a name that a file may have


def test_what_a_moved_scenario_breaks_is_told_by_its_name_and_move(job: Job) -> None:
    said = "scenario baseline with purchase lag days set to 3: shock on purchase_lag_days: needs clock"
    with pytest.raises(ConfigError, match=said):
        names(job, [Shock(target="purchase_lag_days", set=3.0)])
    with pytest.raises(
        ConfigError, match=r"scenario baseline with turnover set to 0\.1: shock on turnover: the pool has"
    ):
        whatif(job, ["turnover=0.1:0.5"])
    moved = trials.variants(job, job.scenarios[0], [[WORSE]])
    with pytest.raises(
        StressError, match=r"scenario baseline with default odds times 1\.5: a law of the model is broken"
    ):
        trials._refuse_broken(moved, np.array([1]), np.array([0.5]))
