"""Lives and yields of notes over paths: quantiles with intervals, and their figure."""

import numpy as np
import pytest
from shipped import JOB

import stress
from stress import measures
from stress.errors import DataError
from stress.report import figure_data, figures

TITLES = ["Weighted average life", "Annual yield at par", "Price, of par"]


@pytest.fixture(scope="module")
def runs():
    job = stress.load(JOB)
    return [
        stress.simulate(job, n, scenarios=["macro_severe"], estimator=how)
        for n, how in ((2_048, "plain"), (32_768, "plain"), (16_384, "importance"))
    ]


@pytest.mark.parametrize("name", ["wal_distribution", "irr_distribution", "price_distribution"])
def test_intervals_hold_the_quantile_of_more_paths_and_shrink_with_them(runs, name):
    note = {"scenario": 0, "tranche": -2 if name == "wal_distribution" else -1}  # a residual note has no life
    few, many, weighted = (getattr(measures, name)(ds, [0.25, 0.5, 0.75]).isel(note) for ds in runs)
    assert (many["error"] <= few["error"]).all()
    assert many["error"].sum() < 0.6 * few["error"].sum()
    for rough in (few, weighted):
        assert (rough["low"] <= many["high"]).all()
        assert (many["low"] <= rough["high"]).all()
    for distribution in (few, many, weighted):
        assert (distribution["low"] <= distribution["estimate"]).all()
        assert (distribution["estimate"] <= distribution["high"]).all()


def test_the_median_life_has_an_interval_of_ten_percent_of_paths_and_a_bin_either_side(runs):
    """The interval runs between ranks 0.5 n +- 0.98 sqrt(n): shares that the sample itself tells."""
    ds = runs[0]
    life = measures.wal_distribution(ds, [0.5]).isel(scenario=0, tranche=-2, quantile=0)
    count = ds["wal_count"].isel(scenario=0, tranche=-2).values
    width = float(ds["wal_bin"][1] - ds["wal_bin"][0])
    inside = count[(ds["wal_bin"] > float(life["low"])) & (ds["wal_bin"] < float(life["high"]))].sum() / count.sum()
    between = 1.96 / count.sum() ** 0.5
    bins = 2.0 * count.max() / count.sum()
    assert between <= inside <= between + bins
    assert float(life["high"] - life["low"]) >= width


def test_a_figure_of_lives_has_a_row_for_each_scenario_and_its_numbers(runs):
    figure = figures.lives(runs[2], "mezzanine")
    assert [axes.get_title(loc="left") for axes in figure.axes] == TITLES
    sheet = figure_data.lives(runs[2], "mezzanine")
    assert sheet.rows[0][0] == "macro_severe"
    assert all("±" in cell for cell in sheet.rows[0][1:])
    assert len(sheet.rows[0]) == 1 + 3 * len(TITLES)
    with pytest.raises(DataError, match=r"no note named 'mezzanin'; .*did you mean mezzanine"):
        figures.lives(runs[2], "mezzanin")


def test_a_result_counted_before_prices_were_still_has_its_lives_and_yields(runs):
    older = runs[0].drop_vars(["price_count"])
    assert [axes.get_title(loc="left") for axes in figures.lives(older, "mezzanine").axes] == TITLES[:2]
    assert len(figure_data.lives(older, "mezzanine").rows[0]) == 7
    assert "price_quantile" not in stress.results.derive(older.drop_vars([v for v in older if "_quantile" in str(v)]))
    with pytest.raises(DataError, match="run the job again"):
        measures.price_distribution(older)


def test_bins_of_a_price_are_a_third_of_a_basis_point_at_par_and_of_a_percent_of_the_distance_elsewhere(runs):
    low = runs[0]["price_bin_low"].values
    width, middle = np.diff(low), runs[0]["price_bin"].values[:-1]
    away = np.abs(middle - 1.0)
    assert (width[1:] <= 0.0033 * np.hypot(away, 0.01)[1:]).all()
    assert width[np.abs(middle - 1.0).argmin()] == pytest.approx(3.125e-5, rel=1e-3)
    assert (low[0], low[-1] > 9.5) == (0.0, True)


def test_quantiles_of_a_price_are_those_of_paths_replayed_one_by_one(runs):
    job = stress.load(JOB)
    few = stress.simulate(job, 32, scenarios=["macro_severe"])
    price = [float(stress.replay(job, p, "macro_severe")["price"].sel(tranche="subordinated")) for p in range(32)]
    answer = measures.price_distribution(few, [0.25, 0.5, 0.9]).sel(tranche="subordinated").isel(scenario=0)
    for level, low, high in zip((0.25, 0.5, 0.9), answer["low"].values, answer["high"].values, strict=True):
        assert low <= np.quantile(price, level, method="inverted_cdf") <= high
    shares = np.searchsorted(np.sort(price), few["price_bin_low"].values)
    counted = few["price_count"].sel(tranche="subordinated").isel(scenario=0).values
    assert (np.diff(np.append(shares, 32)) == counted).all()
