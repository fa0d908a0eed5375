"""Quantiles of lives, yields and prices of a few paths counted in known bins; yields at the cap."""

import json
from functools import partial

import numpy as np
import pytest
import xarray as xr
from scipy import stats
from synthetic import case, weighed_alike

from stress import measures
from stress.errors import DataError
from stress.kernels.tally import price_edges, yield_edges
from stress.measures import fans, histogram
from stress.measures.estimate import NORMAL
from stress.measures.yields import _Bins, _ranks


@pytest.fixture(scope="module")
def ds() -> xr.Dataset:
    return case(640, 1)


def counted(ds: xr.Dataset, name: str, **bins: int) -> xr.Dataset:
    """The same paths in these bins: `_40=500` puts 500 of each note into bin 40."""
    count = np.zeros_like(ds[f"{name}_count"].values)
    for place, paths in bins.items():
        count[..., int(place[1:])] = paths
    return ds.assign({f"{name}_count": ds[f"{name}_count"].copy(data=count)})


def test_a_share_of_the_paths_lies_as_far_into_its_bin() -> None:
    """Two paths from 0 to 1, none to 3, six from 3 to 6: half of them lie below 4, all below 6, none below 0."""
    bins = _Bins(np.array([2.0, 0.0, 6.0]), np.array([2.0, 2.0, 8.0]), np.array([0.0, 1.0, 3.0, 6.0]))
    value, low, high = bins.at(np.array([-0.1, 0.125, 0.25, 0.5, 1.0, 1.1]))
    np.testing.assert_allclose(value, [0.0, 0.5, 1.0, 4.0, 6.0, 6.0])
    parts = _Bins(0.1 * bins.paths, 0.1 * bins.cumulative, bins.edge)  # of a mixture
    np.testing.assert_allclose(parts.at(np.array([0.125, 0.5, 1.0]))[0], [0.5, 4.0, 6.0])
    np.testing.assert_allclose(low, [0.0, 0.0, 0.0, 3.0, 3.0, 3.0])
    np.testing.assert_allclose(high, [1.0, 1.0, 1.0, 6.0, 6.0, 6.0])


def test_a_rank_within_rounding_of_a_bin_is_at_its_end() -> None:
    """Of 10^12 + 1 paths rank 10^12 + 1.5 is as good as the last: the end of the bin that holds a single path."""
    many = np.array([1e12, 1.0, 4.0])
    edge, share = np.array([0.0, 1.0, 3.0, 6.0]), np.array([(1e12 + 1.5) / (1e12 + 5.0)])
    value, low, high = _Bins(many, np.cumsum(many), edge).at(share)
    assert (value[0], low[0], high[0]) == (3.0, 1.0, 3.0)
    fan = fans.quantiles(np.array([[0.0, *many, 0.0]]), np.array([-1.0, *edge, 7.0]), share)
    assert fan[0, 0] == 3.0
    assert histogram._share_above(many, np.cumsum(many), 1, 1e12 + 1.5) == 0.0


def test_ranks_are_those_between_which_a_binomial_count_lies() -> None:
    """The chance that at most k of n paths lie below is that of a beta law (n - k, k + 1): 0.025 and 0.975."""
    low, high = _ranks(100.0, np.array([0.1, 0.5]))
    for end, beyond in ((100.0 * low, 0.025), (100.0 * high - 1.0, 0.975)):
        assert stats.beta.cdf([0.9, 0.5], 100.0 - end, end + 1.0) == pytest.approx([beyond] * 2, rel=1e-6)
    assert 39.0 < 100.0 * low[1] < 50.0 < 100.0 * high[1] < 61.0
    few = _ranks(2.0, np.array([0.01, 0.99]))
    assert few[0][0] == 0.0  # no rank is so low: the least of all
    assert (few[1] <= 1.0 + 0.5).all()
    assert [part.tolist() for part in _ranks(0.3, np.array([0.5]))] == [
        part.tolist() for part in _ranks(1.0, np.array([0.5]))
    ]


def test_a_quantile_is_a_share_of_the_paths(ds: xr.Dataset) -> None:
    for measure in (
        measures.wal_distribution,
        measures.irr_distribution,
        partial(measures.fan, quantity="pool_balance"),
    ):
        for wrong in ([0.5, 5.0], [-0.01], [float("nan")]):
            with pytest.raises(DataError, match="a quantile must lie between 0 and 1, was"):
                measure(ds, quantile=wrong)
        measure(ds, quantile=[0.0, 1.0])


def test_a_quantile_at_the_end_of_a_bin_stays_in_it(ds: xr.Dataset) -> None:
    middle = ds["wal_bin"].values
    low, half, high = measures.wal_quantile(counted(ds, "wal", _40=500, _90=500), [0.25, 0.5, 0.75])[0, 0].values
    assert low == pytest.approx(middle[40])
    assert half == pytest.approx(middle[40] + (middle[1] - middle[0]) / 2.0)
    assert high == pytest.approx(middle[90])


def test_yields_lie_in_bins_about_the_coupon_of_the_note(ds: xr.Dataset) -> None:
    """Of 640 paths 320 in each of two bins: quarters lie in the middle of each, and intervals end at their edges."""
    known = counted(ds, "irr", _1000=320, _2500=320).assign_coords(mean_coupon=("tranche", [0.0, 0.05, 0.1, 0.2]))
    answer = measures.irr_distribution(known, [0.25, 0.75])
    for note, coupon in enumerate([0.0, 0.05, 0.1, 0.2]):
        edge = yield_edges(coupon)
        row = answer.isel(scenario=0, tranche=note)
        np.testing.assert_allclose(row["low"], edge[[1000, 2500]])
        np.testing.assert_allclose(row["high"], edge[[1001, 2501]])
        np.testing.assert_allclose(row["estimate"], (edge[[1000, 2500]] + edge[[1001, 2501]]) / 2.0)
        np.testing.assert_allclose(row["error"], np.diff(edge)[[1000, 2500]] / (2.0 * NORMAL))
    np.testing.assert_array_equal(measures.irr_quantile(known, [0.25, 0.75]), answer["estimate"])


def test_older_results_hold_yields_in_even_bins_about_their_middles(ds: xr.Dataset) -> None:
    """Middles 0, 1, 2 ...: the bins begin and end half of the step from them, the last as well."""
    n_bin = ds.sizes["irr_bin"]
    older = counted(ds.drop_vars("mean_coupon"), "irr", _0=320, **{f"_{n_bin - 1}": 320})
    older = older.assign_coords(irr_bin=np.arange(float(n_bin)))
    answer = measures.irr_distribution(older, [0.25, 0.75]).isel(scenario=0, tranche=0)
    assert answer["low"].values.tolist() == [-0.5, n_bin - 1.5]
    assert answer["high"].values.tolist() == [0.5, n_bin - 0.5]
    assert answer["estimate"].values.tolist() == [0.0, n_bin - 1.0]


def test_prices_lie_in_bins_as_they_stand_those_beyond_the_last_at_its_lower_edge(ds: xr.Dataset) -> None:
    edge = price_edges()
    known = counted(ds, "price", _100=320, **{f"_{edge.size - 2}": 320})
    answer = measures.price_distribution(known, [0.25, 0.75]).isel(scenario=0, tranche=-1)
    np.testing.assert_allclose(answer["low"], [edge[100], edge[-2]])
    np.testing.assert_allclose(answer["high"], [edge[101], edge[-2]])
    assert answer["estimate"].attrs["units"] == "1"


def test_where_all_paths_share_a_bin_every_quantile_is_their_mean_if_it_lies_there(ds: xr.Dataset) -> None:
    total = ds["batch_sum"].copy(deep=True)
    edge = yield_edges(0.0)
    inside, outside = (0.2 * edge[2500] + 0.8 * edge[2501]), edge[2503]
    share = ds["batch_path"].values
    for note, mean in zip(ds["tranche"].values, (inside, outside, edge[2500], edge[2501]), strict=True):
        total.loc[{"quantity": f"{note}:irr"}] = mean * share
    known = counted(ds, "irr", _2500=640).assign(batch_sum=total)
    answer = measures.irr_distribution(known, [0.25, 0.5]).isel(scenario=0)
    np.testing.assert_allclose(answer["estimate"][0], inside)
    np.testing.assert_allclose(answer["estimate"][1], edge[2500] + np.array([0.25, 0.5]) * (edge[2501] - edge[2500]))
    single = measures.irr_distribution(counted(ds, "irr", _2500=1), [0.5]).isel(scenario=0, tranche=0)
    assert [single[end].item() for end in ("low", "high")] == pytest.approx([-1.0, edge[2501]])  # none may lie below
    none = measures.irr_distribution(counted(ds, "irr"), [0.5])
    assert np.isnan(none["estimate"]).all()
    assert np.isnan(none["low"]).all()


def test_notes_of_which_a_life_or_a_yield_means_nothing_have_none_but_a_price(ds: xr.Dataset) -> None:
    """The last note is residual: it has no life. A certificate, here A, has no yield either."""
    known = ds.assign_coords(original=("tranche", [0.0, 1.0, 1.0, 1.0]))
    for measure, blank in (
        (measures.wal_quantile, [True, False, False, True]),
        (measures.irr_quantile, [True, False, False, False]),
        (measures.price_quantile, [False] * 4),
    ):
        assert np.isnan(measure(known, [0.5])).values.ravel().tolist() == blank


def test_weighted_paths_are_worth_fewer(ds: xr.Dataset) -> None:
    """Weights whose squares average 4 leave 160 of 640 paths: the interval is that of as many."""
    even = {f"_{k}": 64 for k in range(200, 210)}
    known = weighed_alike(counted(ds, "wal", **even))
    heavy = known.assign(batch_weight_square=4.0 * known["batch_weight_square"])
    answer = measures.wal_distribution(heavy, [0.5]).isel(scenario=0, tranche=0, quantile=0)
    width = float(ds["wal_bin"][1] - ds["wal_bin"][0])
    low, high = (int(np.ceil(10.0 * part[0])) for part in _ranks(160.0, np.array([0.5])))
    edge = float(ds["wal_bin"][200]) - width / 2.0
    assert (low, high) == (5, 6)
    assert float(answer["low"]) == pytest.approx(edge + 4 * width)
    assert float(answer["high"]) == pytest.approx(edge + 6 * width)


def test_a_note_that_nothing_discounts_has_its_multiple_as_its_price(ds: xr.Dataset) -> None:
    note = ds.sel(tranche="A")
    assert measures.discounted(note)  # by 0.05 of a year
    assert not measures.discounted(note.assign(price=note["multiple"]))
    assert not measures.discounted(note.assign(price=note["multiple"] + 1e-12))
    assert measures.discounted(note.assign(price=note["multiple"] + 1e-6))


def test_a_capped_yield_is_felt_by_a_mean_and_by_a_median_that_reaches_it(ds: xr.Dataset) -> None:
    """Three of ten paths at the cap, then six: half of those of the residual note must be there."""
    last = ds.sizes["irr_bin"] - 1
    for capped, felt in ((192, [0.0, 0.3, 0.3, 0.0]), (384, [0.0, 0.6, 0.6, 0.6])):
        known = counted(ds, "irr", _100=640 - capped, **{f"_{last}": capped})
        known = known.assign_coords(original=("tranche", [0.0, 1.0, 1.0, 1.0]))
        for dataset in (known, weighed_alike(known)):
            assert measures.capped_yield(dataset)[0].values == pytest.approx([0.0, *[capped / 640] * 3])
            assert set(measures.capped_yield(dataset).dims) == {"scenario", "tranche"}
            assert "irr_bin" not in measures.felt_cap(dataset).coords
            assert measures.felt_cap(dataset)[0].values == pytest.approx(felt)
    assert measures.capped_yield(counted(ds, "irr", **{f"_{last}": 1}))[0].values.tolist() == [1.0] * 4
    assert json.loads(ds.attrs["job"])["deal"]["notes"][-1]["residual"]
