"""Fans whose quantiles lie beyond what was counted, and excess spread of a pool that is nearly gone."""

import numpy as np
import pytest
import xarray as xr
from synthetic import case

from stress import measures, results
from stress.report import export, figure_data
from stress.report.begun import fan_of
from stress.report.page import whole

BINS = 1_024


@pytest.fixture(scope="module")
def ds() -> xr.Dataset:
    """The first scenario: in month 10 a tenth of paths at an excess spread of -100% or less, a tenth at 100%; in month
    11 a twentieth beyond either end, the others in the bins beside."""
    counted = case(2_000, 2).drop_vars([v.name for v in results.DERIVED], errors="ignore")
    count = counted["fan_count"].copy(deep=True)
    row = np.zeros(BINS, count.dtype)
    beside = row.copy()
    row[[0, BINS // 2 + 200, BINS - 1]] = 10, 80, 10
    beside[[0, 1, BINS - 2, BINS - 1]] = 5, 45, 45, 5
    for month, counts in ((10, row), (11, beside)):
        at = {"scenario": counted["scenario"].values[0], "month": month, "month_quantity": "excess_spread"}
        count.loc[at] = counts
    return results.derive(counted.assign(fan_count=count))


def test_a_quantile_beyond_the_bins_is_no_number_in_the_dataset(ds: xr.Dataset) -> None:
    level = ds["excess_spread"].isel(scenario=0).sel(month=10).values
    assert list(np.isnan(level)) == [True, False, False, False, True]
    clamped = measures.fan(ds, "excess_spread", clamp=True).isel(scenario=0).sel(month=10).values
    assert clamped[0] == -1.0
    assert clamped[-1] == 1.0
    assert (ds["note_balance"].sel(tranche="A", month=1) == 1.0).all(), "a note that is whole is counted as it is"


def test_a_quantile_on_the_inner_edge_of_the_last_bin_was_counted(ds: xr.Dataset) -> None:
    """95% of paths lie below that edge; the 5% that lie in the first bin lie at or below its inner edge."""
    inner = (1022.0 / 1024.0) ** 2
    month = ds.isel(scenario=0).sel(month=11)
    assert list(month["excess_spread"].values[[0, 2, 4]]) == pytest.approx(
        [np.nan, -((1020.0 / 1024.0) ** 2), inner], nan_ok=True
    )
    on_edges = measures.fan(ds, "excess_spread", [0.5, 0.95, 0.951]).isel(scenario=0).sel(month=11).values
    assert list(np.isnan(on_edges)) == [False, False, True]
    row = next(r for r in figure_data.fan(ds, "excess_spread").rows if r[:2] == (str(ds["scenario"].values[0]), "11"))
    assert (row[2], row[6]) == ("≤ −99.61%", "99.61%")


def test_the_sheet_gives_it_as_a_bound_and_the_figure_at_its_edge(ds: xr.Dataset) -> None:
    sheet = figure_data.fan(ds, "excess_spread")
    row = next(row for row in sheet.rows if row[0] == str(ds["scenario"].values[0]) and row[1] == "10")
    assert row[2] == "≤ −99.61%"
    assert row[6] == "≥ 99.61%"
    assert fan_of(ds, "excess_spread").level[0, 9, 0] == -1.0


def test_excess_spread_of_a_small_pool_is_told_nowhere(ds: xr.Dataset) -> None:
    small = ds["pool_balance"].sel(quantile=0.5) < measures.SMALL_POOL
    assert small.any()
    assert not small.all()
    spreads = [ds[name] for name in ("excess_spread_mean", "excess_spread_mean_se")] + [
        ds["excess_spread"].sel(quantile=0.5)
    ]
    assert all((value.isnull() == small).all() for value in spreads)
    frame = dict(export.frames(ds))["scenario_month"]
    assert frame["excess_spread_mean"].isna().sum() == int(small.sum())
    last = [row for row in figure_data.fan(ds, "excess_spread").rows if row[1] == str(ds.sizes["month"])]
    assert all(set(row[2:]) == {"–"} for row in last)


@pytest.mark.usefixtures("no_figures")
def test_only_what_is_counted_is_told_of_the_checks(ds: xr.Dataset) -> None:
    assert list(ds["check"].values) == ["not a number", "paths"]
    assert (ds["fault"].sel(check="paths") == 2_000).all()
    assert "clamped" not in whole.render(ds)
