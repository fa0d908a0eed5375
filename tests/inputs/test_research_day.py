"""A day of research in a notebook: sweeps of parameters, scenarios from tables of pandas, results put together."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from shipped import JOB

import stress
from stress.errors import ConfigError, DataError
from stress.inputs.job import Job


@pytest.fixture(scope="module")
def job() -> Job:
    loaded = stress.load(JOB)
    assert isinstance(loaded, Job)
    return loaded.but(paths=64, scenarios=["baseline", "macro_severe"])


@pytest.fixture(scope="module")
def ds(job: Job) -> xr.Dataset:
    return stress.simulate(job)


def test_a_key_of_a_part_is_changed_as_the_part_with_it(job: Job) -> None:
    rho = job.pool.dependence.but(rho=0.2)
    notes = tuple(note.but(coupon=0.06) if note.name == "A" else note for note in job.deal.notes)
    nested = job.but(pool=job.pool.but(dependence=rho), deal=job.deal.but(notes=notes, revolving_months=6))
    flat = job.but(pool__dependence__rho=np.float64(0.2), deal__notes__A__coupon=0.06, deal__revolving_months=6)
    assert flat == nested
    monthly = job.but(deal__notes__A__payment_months__amortization=2).deal.notes[0]
    assert monthly.payment_months["amortization"] == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pool__dependence__roh": 0.2}, "dependence: roh: no such key; did you mean rho"),
        ({"pool__dependence__rho": 2}, r"dependence: rho = 2: must be .*did you mean 0\.02"),
        ({"deal__notes__a__coupon": 0.1}, "deal .*: notes__a__coupon: must be a name and a key of it: A, B"),
        ({"deal__notes__A": 0.1}, "deal .*: notes__A: must be a name and a key of it: A, B"),
        ({"deal__trust__invested": 1.0}, "deal .*: trust__invested: there is no such part"),
        ({"dael__revolving_months": 1}, "job 'baitiao-24m': dael__revolving_months: there is no such part"),
        ({"paths__x": 1}, "job 'baitiao-24m': paths__x: there is no such part"),
        ({"pool__segments__L1__share": 0.5}, "pool .*: segments.share must sum to 1"),
        ({"scenarios": ["baselin"]}, "no scenario 'baselin' in the job; it has baseline, .*did you mean baseline"),
        ({"scenarios": ["baseline", 3]}, r"scenarios\[2\] = 3: must be a table"),
        ({"paths": Decimal(5)}, "job 'baitiao-24m': paths: a Decimal is not a value that a file can hold"),
        ({"x": 1}, "x: no such key; allowed: .*; `stress explain --keys job` says what each means$"),
        ({"pool__dependence__x": 1}, "dependence: x: no such key; allowed: .*rho_roll$"),
    ],
)
def test_a_change_that_has_no_place_is_refused_by_its_key(job: Job, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        job.but(**changes)


def test_a_part_and_a_key_of_it_are_not_both_changed(job: Job) -> None:
    with pytest.raises(ConfigError, match="pool and pool__balance: give one of them"):
        job.but(pool=job.pool, pool__balance=1e9)


def test_scenarios_are_named_or_made_of_a_table_of_pandas(job: Job) -> None:
    """Months stay whole numbers beside a column of fractions, which an array of both would not keep."""
    frame = pd.DataFrame({"month": [1, 7], "times": [1.0, 2.5]})
    own = {"name": "own", "shocks": [{"target": "default_odds", "how": "multiply", "by_month": frame}]}
    mixed = job.but(scenarios=pd.Series(["baseline", own]))
    assert [case.name for case in mixed.scenarios] == ["baseline", "own"]
    assert mixed.scenarios[0] == job.scenarios[0]
    assert mixed.scenarios[1].shocks[0].by_month == ((1, 1.0), (7, 2.5))
    assert job.deal.but(closing_date=pd.Timestamp("2020-01-31")).closing_date == datetime.date(2020, 1, 31)
    with pytest.raises(ConfigError, match=r"closing_date = \"2020-01-31T06:00:00\": must be a date"):
        job.deal.but(closing_date=pd.Timestamp("2020-01-31 06:00"))


def test_measures_are_a_table_of_pandas_without_a_file(ds: xr.Dataset) -> None:
    frame = ds.stress.to_dataframe()
    assert len(frame) == ds.sizes["scenario"] * ds.sizes["tranche"]
    assert frame["expected_loss"].tolist() == ds["expected_loss"].values.ravel().tolist()
    by_level = ds.stress.to_dataframe("scenario_tranche_level").set_index(["scenario", "tranche", "level"])
    worst = float(ds["value_at_risk"].sel(scenario="macro_severe", tranche="subordinated", level=0.99))
    assert by_level.loc[("macro_severe", "subordinated", 0.99), "value_at_risk"] == worst
    with pytest.raises(ConfigError, match=r'table = "tranches": must be one of scenario, scenario_level, '):
        ds.stress.to_dataframe("tranches")


def test_a_path_is_a_table_of_months(job: Job) -> None:
    """xarray's own has a row for each combination of month, note, fee, account, step, ...: millions."""
    trace = stress.replay(job, path=3)
    frame = stress.report.frame(trace)
    assert frame.index.tolist() == trace["month"].values.tolist()
    assert frame["note_balance A"].tolist() == trace["note_balance"].sel(tranche="A").values.tolist()
    assert frame["defaults"].tolist() == trace["defaults"].values.tolist()
    assert frame["payment_date"].tolist() == trace["payment_date"].to_series().tolist()
    assert frame["supply 0"].tolist() == trace["supply"].values[:, 0].tolist()
    endless = trace.assign(supply=trace["supply"] + 1e300)
    assert np.isinf(stress.report.frame(endless)["supply 0"]).all()
    flows = stress.report.frame(stress.analysis.cash_flows(job))
    assert flows["interest A"].sum() == pytest.approx(
        float(stress.analysis.cash_flows(job)["interest"].sel(tranche="A").sum())
    )


def test_results_put_together_by_a_parameter_are_measured_one_by_one(job: Job, ds: xr.Dataset) -> None:
    """They ended in xarray's error of dims, or in the advice to select a scenario by a list."""
    other = stress.simulate(job.but(pool__dependence__rho=0.2))
    both = xr.concat([ds, other], pd.Index([0.023, 0.2], name="rho"))
    for question in (stress.measures.expected_loss, lambda both: stress.measures.value_at_risk(both, 0.99)):
        with pytest.raises(DataError, match=r"takes the result of one job, and this one is over rho: .* ds\.sel\(rho"):
            question(both)
    for shown in (lambda: both.stress.table(), lambda: stress.report.table(both)):
        with pytest.raises(
            DataError, match=r"not the result of one job, but over rho: give one, as ds\.sel\(rho=\.\.\.\)"
        ):
            shown()
    one = stress.measures.expected_loss(both.sel(rho=0.2))["estimate"]
    assert one.values.tolist() == other["expected_loss"].values.tolist()
    assert "Expected loss" in repr(both.sel(rho=0.2).stress)
    swept = stress.results.combine([({"seed": 1}, ds), ({"seed": 2}, ds)])
    with pytest.raises(DataError, match=r"is over seed: give one, as stress\.results\.cell\(ds, seed"):
        stress.measures.expected_loss(swept)


def test_a_file_that_xarray_wrote_is_told_from_one_of_ours(ds: xr.Dataset, tmp_path: Any) -> None:
    ds.to_netcdf(tmp_path / "mine.nc")
    with pytest.raises(
        DataError, match=r"mine\.nc: not a result of stress: stress\.results\.save\(ds, PATH\) writes one"
    ):
        stress.open(tmp_path / "mine.nc")
