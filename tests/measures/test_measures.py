"""Measures agree with the sample they were counted from, and their intervals hold the truth as often as they say."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import TRANCHES, case, results_of, tranche_losses, vasicek

from stress import measures, results
from stress.errors import DataError
from stress.measures import batches, fans
from stress.measures.histogram import LOW, WIDTH, tails
from stress.measures.proportions import proportion, zero_count_bound

MEAN, RHO = 0.08, 0.05


@pytest.fixture(scope="module")
def losses() -> np.ndarray:
    return tranche_losses(vasicek(50_003, MEAN, RHO))


@pytest.fixture(scope="module")
def ds(losses: np.ndarray) -> xr.Dataset:
    return results_of(losses[None])


def test_expected_loss_and_probability_of_loss_are_those_of_the_sample(ds: xr.Dataset, losses: np.ndarray) -> None:
    np.testing.assert_allclose(ds["expected_loss"][0], losses.mean(-1), rtol=1e-12)
    np.testing.assert_allclose(ds["loss_probability"][0], (losses > 0).mean(-1), rtol=1e-14)
    np.testing.assert_allclose(ds["shortfall_probability"][0], (losses > 0.1).mean(-1), rtol=1e-14)
    mean_loss = [x[x > 0].mean() for x in losses]
    np.testing.assert_allclose(ds["lgd"][0], mean_loss, rtol=1e-12)


def test_the_batch_error_of_a_mean_is_its_standard_error(ds: xr.Dataset, losses: np.ndarray) -> None:
    plain = losses.std(-1, ddof=1) / np.sqrt(losses.shape[-1])
    np.testing.assert_allclose(ds["expected_loss_se"][0], plain, rtol=0.15)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999])
def test_value_at_risk_is_the_order_statistic_within_a_basis_point(
    level: float, ds: xr.Dataset, losses: np.ndarray
) -> None:
    exact = np.quantile(losses, level, axis=-1, method="inverted_cdf")
    answer = measures.value_at_risk(ds, level)["estimate"][0]
    np.testing.assert_allclose(answer, exact, atol=WIDTH)
    np.testing.assert_array_equal(answer.values[exact == 0], 0)
    np.testing.assert_array_equal(answer.values[exact == 1], 1)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99, 0.999])
def test_expected_shortfall_is_the_mean_of_the_worst_paths(level: float, ds: xr.Dataset, losses: np.ndarray) -> None:
    answer = measures.expected_shortfall(ds, level)["estimate"][0]
    for shortfall, sample in zip(answer.values, losses, strict=True):
        ordered = np.sort(sample)[::-1]
        mass = (1 - level) * sample.size
        whole = int(mass)
        exact = (ordered[:whole].sum() + (mass - whole) * ordered[whole]) / mass
        var = np.quantile(sample, level, method="inverted_cdf")
        assert shortfall == pytest.approx(exact, rel=1e-9 if var == 0 else 0, abs=0 if var == 0 else WIDTH)


@pytest.mark.parametrize("lost", [(1e-6, 3e-6, 0.5, 0.123456), (0.99998, 0.99999, 0.999905, 1.0)])
def test_where_value_at_risk_is_zero_expected_shortfall_is_expected_loss_over_the_tail(lost) -> None:
    sample = np.zeros(20_000)
    sample[::5000] = lost
    ds = results_of(np.stack([sample] * 4)[None])
    shortfall = measures.expected_shortfall(ds, 0.999)["estimate"][0, 0]
    assert shortfall == pytest.approx(sample.mean() / 0.001, rel=1e-12)
    assert measures.value_at_risk(ds, 0.999)["estimate"][0, 0] == 0


@settings(max_examples=60)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=200), st.floats(0.01, 0.9999))
def test_the_tail_mean_is_never_below_the_quantile_nor_above_the_largest_loss(
    sample: list[float], level: float
) -> None:
    from synthetic import loss_bin

    loss = np.array(sample)
    (answer,) = tails(np.bincount(loss_bin(loss), minlength=LOW.size).astype(float), loss.sum(), [level])
    assert answer.low <= answer.quantile <= answer.high
    assert answer.quantile - WIDTH <= answer.shortfall <= min(1, loss.max() + WIDTH) + 1e-12
    assert abs(answer.quantile - np.quantile(loss, level, method="inverted_cdf")) <= WIDTH + 1e-12


def test_nothing_seen_is_bounded_by_the_rule_of_three_and_never_zero_with_no_error() -> None:
    answer = proportion([0, 1000], 1000)
    assert answer.high[0] == pytest.approx(3 / 1000, rel=4e-3)
    assert answer.low[0] == 0
    assert answer.low[1] == pytest.approx(1 - 3 / 1000, rel=1e-5)
    assert answer.high[1] == 1
    assert (answer.error > 0).all()
    ds = results_of(np.zeros((1, 4, 1000)))
    for name in ("expected_loss", "loss_probability"):
        assert ds[name][0, 0] == 0
        assert ds[f"{name}_se"][0, 0] > 0
        assert ds[f"{name}_high"][0, 0] == pytest.approx(zero_count_bound(1000))
    assert measures.expected_shortfall(ds, 0.9)["high"][0, 0] == pytest.approx(10 * zero_count_bound(1000))
    assert np.isnan(ds["lgd"][0, 0])
    assert ds["lgd_high"][0, 0] == 1


def test_a_sample_too_small_for_the_level_has_an_error_of_its_shortfall_as_wide_as_the_interval() -> None:
    """500 paths hold half a path beyond 99.9%: the worst of them alone says nothing of how far it is off."""
    loss = np.zeros(500)
    loss[:20] = np.linspace(0.1, 0.47, 20)
    ds = results_of(np.stack([loss] * 4)[None])
    answer = measures.expected_shortfall(ds, [0.9, 0.999]).isel(scenario=0, tranche=0)
    width = (answer["high"] - answer["low"]) / (2.0 * 1.96)
    assert answer["high"][1] == 1.0
    assert answer["error"][1] == pytest.approx(float(width[1]), rel=1e-3)
    assert answer["error"][1] > 0.1
    assert answer["error"][0] < 0.05  # and 50 paths beyond 90% say it well


def test_more_paths_than_the_level_needs_or_the_upper_end_is_everything() -> None:
    ds = results_of(tranche_losses(vasicek(2_000, MEAN, RHO))[None])
    answer = measures.value_at_risk(ds, 0.9999).sel(tranche="A")
    assert answer["high"].item() == 1
    assert answer["low"].item() < answer["estimate"].item()


def test_few_paths_use_few_batches_and_one_batch_has_no_error() -> None:
    few = results_of(tranche_losses(vasicek(100, 0.2, RHO))[None])
    assert np.isfinite(few["expected_loss_se"][0, 3])
    single = results_of(tranche_losses(vasicek(32, 0.2, RHO))[None])
    assert np.isnan(single["expected_loss_se"][0, 3])
    assert single["expected_loss_low"][0, 3] == 0
    assert single["expected_loss_high"][0, 3] == 1


def test_a_ratio_error_allows_for_the_denominator() -> None:
    rng = np.random.default_rng(3)
    principal = rng.uniform(0.2, 1, (4000, 64, 10)).sum(-1)
    error = batches.error(batches.ratio(principal * 2.5, principal), np.full(64, 10.0))
    np.testing.assert_allclose(error, 0, atol=1e-12)
    time = principal * 2 + rng.normal(0, 1, principal.shape)
    replicates = batches.ratio(time, principal)
    assert batches.error(replicates, np.full(64, 10.0)).mean() == pytest.approx(replicates.value.std(), rel=0.05)


def test_unequal_batches_give_an_unbiased_variance() -> None:
    rng = np.random.default_rng(4)
    size = np.array([5.0] + [64.0] * 7 + [96.0] * 4)
    total = rng.normal(3 * size, np.sqrt(size), (5000, size.size))
    replicates = batches.ratio(total, np.broadcast_to(size, total.shape))
    variance = (batches.error(replicates, size) ** 2).mean()
    assert variance == pytest.approx(1 / size.sum(), rel=0.04)


def test_common_random_numbers_shrink_the_error_of_a_difference() -> None:
    rate = np.stack([vasicek(20_000, m, RHO) for m in (0.08, 0.082)])
    ds = results_of(tranche_losses(rate), rate, scenarios=["base", "worse"])
    answer = measures.difference(ds, "expected_loss").sel(scenario="worse", tranche="Subordinated")
    own_error = ds["expected_loss_se"].sel(scenario="worse", tranche="Subordinated")
    exact = tranche_losses(rate)[1, 3].mean() - tranche_losses(rate)[0, 3].mean()
    assert answer["estimate"] == pytest.approx(exact, rel=1e-9)
    assert answer["error"] < 0.1 * own_error
    assert answer["low"] < exact < answer["high"]


def test_a_difference_that_no_path_shows_is_bounded_not_zero() -> None:
    ds = results_of(np.zeros((2, 4, 1000)))
    answer = measures.difference(ds, "loss_probability").isel(scenario=1, tranche=0)
    assert answer["estimate"] == 0
    assert answer["high"] == pytest.approx(zero_count_bound(1000))


def test_results_on_different_draws_are_not_compared(ds: xr.Dataset) -> None:
    assert (measures.compare(ds, ds, "expected_loss")["estimate"] == 0).all()
    with pytest.raises(DataError, match="seed"):
        measures.compare(ds, ds.assign_attrs(seed="8"), "expected_loss")


def test_a_mixture_is_the_probability_weighted_distribution() -> None:
    ds = case(5_000, 3)
    names = ds["scenario"].values
    mixed = measures.mixture(ds, {names[0]: 0.6, names[1]: 0.3, names[2]: 0.1})
    expected = ds["expected_loss"].values.T @ [0.6, 0.3, 0.1]
    np.testing.assert_allclose(measures.expected_loss(mixed)["estimate"][0], expected, rtol=1e-12)
    count = ds["loss_count"].sel(tranche="Mezzanine").values.T @ [0.6, 0.3, 0.1]
    at = np.searchsorted(np.cumsum(count), 0.99 * 5000 * (1 - 1e-12))
    assert LOW[at] <= measures.value_at_risk(mixed, 0.99)["estimate"].sel(tranche="Mezzanine")[0] <= LOW[at] + WIDTH
    with pytest.raises(DataError, match="probabilities"):
        measures.mixture(ds)


def test_average_life_is_principal_time_over_principal(ds: xr.Dataset) -> None:
    total = ds["batch_sum"].sum("batch")
    for note in TRANCHES:
        ratio = total.sel(quantity=f"{note}:principal_time") / total.sel(quantity=f"{note}:principal")
        assert ds["wal"].sel(tranche=note).item() == pytest.approx(ratio.item(), rel=1e-12)


def test_fans_give_the_quantiles_of_what_was_counted() -> None:
    sample = np.random.default_rng(5).beta(2, 9, 8000)
    from synthetic import fan_bin

    for quantity, name, value in (
        (0, "cumulative_default", sample),
        (2, "excess_spread", sample - 0.15),
        (9, "A:balance", sample),
    ):
        count = np.bincount(fan_bin(value, quantity), minlength=1024)
        quantiles = fans.quantiles(count[None], fans.edges(name), np.array([0.05, 0.5, 0.95]))[0]
        np.testing.assert_allclose(quantiles, np.quantile(value, [0.05, 0.5, 0.95]), atol=2e-3)


def test_a_balance_that_never_moves_is_exactly_whole_in_the_fan(ds: xr.Dataset) -> None:
    assert (ds["note_balance"].sel(tranche="A", month=1) == 1).all()
    assert (ds["note_balance"].sel(tranche="A", month=24, quantile=0.5) == 0).all()


def test_event_probabilities_only_rise_and_end_at_the_share_of_paths(ds: xr.Dataset, losses: np.ndarray) -> None:
    early = ds["early_amortization_probability"][0]
    assert (np.diff(early) >= 0).all()
    assert early[-1] == pytest.approx((0.03 + 0.5 * losses[3] > 0.10).mean())
    assert ds["first_loss_probability"][0, 2, -1] == pytest.approx((losses[2] > 0).mean())


def test_a_sobol_result_takes_its_errors_from_sixteen_replicates(ds: xr.Dataset) -> None:
    sobol = ds.assign_attrs(estimator="sobol")
    assert measures.sums.of_pool(sobol, "default").size.size == 16
    np.testing.assert_allclose(measures.expected_loss(sobol)["estimate"], ds["expected_loss"], rtol=1e-12)


def test_a_sobol_probability_is_at_most_one_however_far_its_replicates_lie_apart() -> None:
    default = np.where(np.arange(16_384) // 32 % 16 < 14, 0.3, 0.0)  # 14 of 16 replicates lose on every path
    answer = measures.loss_probability(results_of(tranche_losses(default)[None], estimator="sobol"))
    assert answer["estimate"][0, 3] == 0.875
    assert answer["high"][0, 3] == 1.0


def test_the_error_of_a_life_is_its_interval_over_twice_the_normal_quantile(ds: xr.Dataset) -> None:
    answer = measures.wal_distribution(ds, [0.1, 0.5])
    np.testing.assert_allclose(
        answer["error"], (answer["high"] - answer["low"]) / (2.0 * 1.959963984540054), rtol=1e-12
    )
    assert (answer["error"] > 0.0).all()


def test_a_fan_names_its_scenarios_notes_and_months(ds: xr.Dataset) -> None:
    band = measures.fan(ds, "note_balance", [0.05, 0.95])
    for name in ("scenario", "tranche", "month"):
        assert band[name].values.tolist() == ds[name].values.tolist()
    assert band["quantile"].values.tolist() == [0.05, 0.95]


def test_a_mean_of_nothing_has_no_interval_about_it() -> None:
    interval = batches.positive(batches.ratio(np.zeros((1, 4)), np.full((1, 4), 10.0)), np.full(4, 10.0))
    assert [part.item() for part in interval] == [0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("measure", "message"), [("value_at_risk", "no mean named"), ("nonsense", "there are expected_loss")]
)
def test_an_unknown_measure_is_refused_with_the_list(measure: str, message: str, ds: xr.Dataset) -> None:
    with pytest.raises(DataError, match=message):
        measures.difference(ds, measure)
    for level in (0.0, 1.0):
        with pytest.raises(DataError, match="between 0 and 1, was"):
            measures.value_at_risk(ds, level)
    with pytest.raises(DataError, match=r"between 0 and 1, was 99\.9; .*did you mean 0\.999\?"):
        measures.value_at_risk(ds, 99.9)
    with pytest.raises(DataError, match=r"was \[0\.5, 95\]; .*did you mean 0\.95\?"):
        measures.fan(ds, "pool_balance", [0.5, 95])
    with pytest.raises(DataError, match=r"exceedance at 4\.63: .*did you mean 0\.0463\?"):
        measures.exceedance(ds, 4.63)


def test_the_stored_measures_are_the_measures(ds: xr.Dataset) -> None:
    xr.testing.assert_allclose(
        ds["value_at_risk"].sel(level=0.99, drop=True),
        measures.value_at_risk(ds, 0.99)["estimate"].drop_vars("level", errors="ignore"),
    )
    assert set(results.DERIVED[0]._fields) == {"name", "dims", "unit", "meaning"}
