"""A book of deals on common factors: closed forms, laws of addition, the same bits however it is cut."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from large_pools import PATHS, RHO, P, pools
from scipy.stats import norm
from shipped import SCENARIOS

import stress
from stress.analysis.book_changes import book_change
from stress.analysis.book_levels import tails_at
from stress.analysis.book_risk import book_risk
from stress.analysis.book_tail import EDGES, exceeds, quantile_interval
from stress.analytic import TwoPools, two_pool_es, two_pool_exceedance, two_pool_quantile
from stress.answers.book import BookRisk
from stress.errors import ConfigError
from stress.inputs.book import Book, Factors
from stress.inputs.book.remarks import notes_of_book
from stress.inputs.files.book_loads import stationary
from stress.inputs.load import load_book
from stress.runs.book.count import Counter, count, packs_of
from stress.runs.book.weather import Loaded, Weather
from stress.runs.counting.book_tally import N_BIN, UNIT, BookTally, bin_of, merged, powers

SHIPPED = SCENARIOS / "books" / "consumer.toml"
TWO = Factors(names=("a", "b"), phi=(0.0, 0.0), correlation=((1.0, 0.4), (0.4, 1.0)))


def counted(book: Book, threads: int = 2) -> BookTally:
    return count(packs_of(book), threads)


def same(first: BookTally, second: BookTally) -> bool:
    return all((a == b).all() for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize(
    ("loads", "factors", "correlation"),
    [
        ([(0.8,), (0.6,)], Factors(names=("a",), phi=(0.0,)), 0.48),
        ([(0.9, 0.0), (0.0, 0.7)], TWO, 0.9 * 0.7 * 0.4),
        ([(0.6, 0.3), (0.2, 0.7)], TWO, 0.6 * 0.2 + 0.3 * 0.7 + 0.4 * (0.6 * 0.7 + 0.3 * 0.2)),
        ([(), ()], None, 0.0),
    ],
)
def test_two_large_pools_lose_together_as_the_multi_factor_law_says(
    loads: list[tuple[float, ...]], factors: Factors | None, correlation: float
) -> None:
    book = pools(loads, factors)
    tally = counted(book)
    risk = book_risk(book, tally, 0.99).scenarios[0]
    law = TwoPools((0.5, 0.5), P, RHO, correlation)
    assert abs(risk.expected_loss - sum(P) / 2.0) < 4.0 * risk.expected_loss_se
    for at in bin_of(np.array([0.02, 0.05, 0.1, 0.2])):
        x = float(EDGES[at])  # where a bin begins nothing is interpolated
        want = two_pool_exceedance(x, law)
        error = (want * (1.0 - want) / PATHS) ** 0.5
        assert abs(exceeds(tally.loss_count[0, 0, -1], x) - want) < 4.0 * error
    shortfall = risk.expected_shortfall["0.99"]
    assert abs(shortfall.estimate - two_pool_es(0.99, law)) < 4.0 * shortfall.se
    var, low, high = quantile_interval(tally.loss_count[0, 0, -1], 0.99)
    spread, at = (high - low) / (2.0 * 1.96), bin_of(np.array([var]))[0]
    assert abs(var - two_pool_quantile(0.99, law)) < 4.0 * spread + EDGES[at + 1] - EDGES[at]


@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_value_at_risk_is_never_above_the_expected_shortfall_beyond_it(correlation: float) -> None:
    """The last path stands at one end of its bin, and rank 1,023.9 of 1,024 near the other."""
    book = pools([(correlation,), (correlation,)], Factors(names=("a",), phi=(0.0,)), 1024)
    tally = counted(book)
    scenario_risk = book_risk(book, tally, 0.9999).scenarios[0]
    for level, var in scenario_risk.value_at_risk.items():
        assert var.low <= var.estimate <= min(var.high, scenario_risk.expected_shortfall[level].estimate)
    assert tails_at(tally, "VAR", 0.9999, 0.003) == [scenario_risk.value_at_risk["0.9999"]]
    (shortfall,) = tails_at(tally, "ES", 0.9999, 0.003)
    assert shortfall.estimate == scenario_risk.expected_shortfall["0.9999"].estimate
    assert scenario_risk.value_at_risk["0.9999"].low <= shortfall.low <= shortfall.estimate <= shortfall.high
    assert tails_at(tally, "EL", 0.9999, 0.003) == []
    assert all(
        position.incremental_var <= scenario_risk.value_at_risk["0.9999"].estimate
        for position in scenario_risk.positions
    )


def test_two_identical_deals_are_one_of_double_size() -> None:
    factor = Factors(names=("a",), phi=(0.0,))
    single_book = pools([(1.0,)], factor, 8192)
    two = pools([(1.0,), (1.0,)], factor, 8192)
    twin = two.deals[0].model_copy(update={"name": "deal 1"})
    two = two.model_copy(update={"deals": (two.deals[0], twin)})
    (single,), (double,) = powers(counted(single_book)), powers(counted(two))
    assert (single.loss_count[0, -1] == double.loss_count[0, -1]).all()
    assert (double.loss_count[0, :2] == double.loss_count[0, 2:4]).all()
    assert double.joint[0, 0, 1] == double.joint[0, 0, 0] > 0


def test_deals_that_share_nothing_lose_independently() -> None:
    (tally,) = powers(counted(pools([(), ()], None)))
    first, second, both = (tally.joint[0][at] / PATHS for at in ((0, 0), (1, 1), (0, 1)))
    sd = (first * second * (1.0 - first * second) / PATHS) ** 0.5
    assert abs(both - first * second) <= 4.0 * sd + 1e-12


def test_contributions_sum_to_the_shortfall_of_the_book_at_every_level() -> None:
    book = load_book(SHIPPED).model_copy(update={"paths": 6000})
    tally = counted(book)
    for level in (0.9, 0.99, 0.9991):
        for scenario_risk in book_risk(book, tally, level).scenarios:
            total = sum(p.contribution_es for p in scenario_risk.positions)
            shortfall = scenario_risk.expected_shortfall[f"{level:g}"].estimate
            assert total == pytest.approx(shortfall, rel=1e-6, abs=1e-9)
            assert sum(d.contribution_es for d in scenario_risk.deals) == pytest.approx(total, rel=1e-9, abs=1e-12)
            assert sum(f.contribution_es for f in scenario_risk.factors) == pytest.approx(total, rel=1e-9, abs=1e-12)
            assert shortfall <= scenario_risk.standalone_es * (1.0 + 1e-3) + 1e-9
            assert sum(p.expected_loss for p in scenario_risk.positions) == pytest.approx(
                scenario_risk.expected_loss, rel=1e-6, abs=1e-9
            )


def test_the_book_without_a_position_is_the_book_of_the_others() -> None:
    book = load_book(SHIPPED).model_copy(update={"paths": 3000})
    (whole,) = powers(counted(book))
    rest = book.model_copy(update={"positions": book.positions[:-1]})
    (other,) = powers(counted(rest))
    share = rest.amount / book.amount
    np.testing.assert_array_equal(whole.without_count[:, -1, 0], other.loss_count[:, -1, 0])
    np.testing.assert_allclose(whole.without_sum[:, -1].sum(-1), share * other.loss_sum[:, -1].sum(-1), rtol=1e-6)


def test_a_book_has_the_same_bits_however_it_is_cut() -> None:
    book = load_book(SHIPPED).model_copy(update={"paths": 5000})
    packs = packs_of(book)
    parts = []
    for piece in ((4096, 5000), (0, 512), (512, 4096)):
        hand = Counter(packs)
        hand.run(piece[0] // 512, -(-(piece[1] - piece[0]) // 512), piece[1], book.seed)
        parts.append(hand.tally())
    whole = count(packs, 1)
    assert same(whole, merged(parts))
    assert same(whole, count(packs, 3))
    assert whole.path[0] == 5000
    assert (whole.loss_count.sum(-1) == 5000).all()
    assert (whole.without_count.sum(-1) == 5000).all()


def test_a_deal_that_shares_nothing_loses_on_the_paths_on_which_it_loses_alone() -> None:
    book = load_book(SHIPPED)
    alone = book.deals[0].model_copy(update={"loads": (0.0, 0.0, 0.0)})
    book = book.model_copy(update={"deals": (alone, *book.deals[1:]), "paths": 4096})
    (tally,) = powers(counted(book))
    ds = stress.simulate(alone.job, paths=4096, seed=book.seed)
    for p, position in enumerate(book.positions):
        if position.deal == 0:
            counts = ds["loss_count"].values[:, position.note]
            assert (tally.loss_count[:, p, 0] == counts[:, 0]).all()
            mean = tally.by_book[:, p].sum(-1) * UNIT / 4096
            np.testing.assert_allclose(mean, ds["expected_loss"].values[:, position.note], rtol=1e-6, atol=1e-9)


def test_a_deal_that_closes_later_lives_in_the_later_months_of_its_factor() -> None:
    factors = Factors(names=("a", "b"), phi=(0.9, 0.5), correlation=((1.0, 0.6), (0.6, 1.0)))
    load, phi, late = np.array([0.8, 0.3]), 0.7, 5
    own = float(np.sqrt(1.0 - load @ np.array(stationary(factors)) @ load))
    deals = [Loaded(load, own, phi, 0, 12, 1), Loaded(load, 0.0, phi, late, 12, 1)]
    weather = Weather(factors, deals, 7)
    weather.move(3)
    into = np.zeros(16 * 12 * 32)
    weather.fill(1, into, 3)
    shock = into.reshape(16, 12, 32)
    factor = np.empty_like(shock)  # as `rates.move_factors` moves it, from the stationary law
    factor[:, 0] = shock[:, 0]
    for t in range(1, 12):
        factor[:, t] = phi * factor[:, t - 1] + np.sqrt(1.0 - phi**2) * shock[:, t]
    want = np.einsum("f,ftbl->btl", load, weather.level[0, :, late : late + 12])
    np.testing.assert_allclose(factor, want, atol=1e-12)


def test_the_levels_of_named_factors_have_their_stationary_law() -> None:
    factors = Factors(names=("a", "b"), phi=(0.9, 0.5), correlation=((1.0, 0.6), (0.6, 1.0)))
    weather = Weather(factors, [Loaded(np.array([0.5, 0.5]), 0.5, 0.9, 0, 20, 1)], 11)
    seen = []
    for panel in range(40):
        weather.move(panel)
        seen.append(weather.level[0][:, [0, 19]].transpose(1, 0, 2, 3).reshape(2, 2, -1).copy())
    level = np.concatenate(seen, axis=-1)
    n = level.shape[-1]
    for month in (0, 1):
        got = np.cov(level[month])
        want = np.array(stationary(factors))
        error = np.sqrt((1.0 + want**2) / n)
        assert (np.abs(got - want) < 4.0 * error).all()


def test_bins_of_a_loss_share_hold_what_their_edges_say() -> None:
    share = np.concatenate([[0.0, 1.0], np.geomspace(1e-9, 1.0 - 1e-12, 4001)])
    bins = bin_of(share)
    inner = (share > 0.0) & (share < 1.0)
    assert bins[0] == 0
    assert bins[1] == N_BIN - 1
    assert (EDGES[bins[inner]] <= share[inner]).all()
    assert (share[inner] < EDGES[bins[inner] + 1]).all()


def test_what_does_nothing_in_a_book_says_so() -> None:
    book = load_book(SHIPPED)
    assert notes_of_book(book) == []
    factors = Factors(names=("a", "b", "c"), phi=(0.5, 0.9736, 0.9736))
    alone = book.deals[2].model_copy(update={"loads": (0.0, 0.0, 0.0)})
    odd = book.model_copy(update={"factors": factors, "deals": (*book.deals[:2], alone, *book.deals[3:])})
    odd = odd.model_copy(update={"positions": odd.positions[:3]})
    said = " ".join(str(note) for note in notes_of_book(odd))
    assert "its factors are its own" in said
    assert "differ from those alone" in said
    assert "holds none of its notes" in said
    unused = book.model_copy(update={"deals": (alone, alone), "positions": book.positions[:1]})
    assert "it moves nothing" in " ".join(str(note) for note in notes_of_book(unused))


def test_what_is_no_book_or_no_level_of_one_is_refused() -> None:
    book = load_book(SHIPPED)
    with pytest.raises(ConfigError, match=r"a Job is not a book: give what stress\.load reads from a book's file"):
        stress.analysis.book(book.deals[0].job)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=r"level = 99\.9: must be from 0\.5 to 0\.99999; did you mean 0\.999\?"):
        stress.analysis.book(book, level=99.9)


@pytest.mark.parametrize(
    ("after", "says"),
    [
        ({"currency": "USD"}, "one book is in CNY, the other in USD: give both one currency"),
        ({"level": 0.99}, "one book is told at level 0.999, the other at 0.99: give both one"),
        ({"scenarios": (SimpleNamespace(scenario="bad"),)}, "the books have no scenario of one name"),
    ],
)
def test_books_without_a_common_measure_are_not_compared(after: dict[str, Any], says: str) -> None:
    before = {"currency": "CNY", "level": 0.999, "scenarios": (SimpleNamespace(scenario="base"),)}
    first, second = (cast("BookRisk", SimpleNamespace(**fields)) for fields in (before, before | after))
    with pytest.raises(ConfigError, match=says):
        book_change(first, second)


def test_the_weather_of_a_loss_is_that_of_the_normal_tail() -> None:
    """Where one factor makes all of a pool's loss, losing more than x is the factor below a bound: a truncated mean."""
    book = pools([(1.0,)], Factors(names=("a",), phi=(0.0,)))
    x = float(EDGES[bin_of(np.array([0.08]))[0]])
    way = next(w for w in book_risk(book, counted(book), losses=[x]).scenarios[0].ways if w.loss == x)
    bound = (norm.ppf(P[0]) - np.sqrt(1.0 - RHO[0]) * norm.ppf(x)) / np.sqrt(RHO[0])
    assert abs(way.probability - norm.cdf(bound)) < 4.0 * way.se
    assert abs(way.factors[0].mean + norm.pdf(bound) / norm.cdf(bound)) < 4.0 * way.factors[0].se


def test_notes_bought_at_par_that_lose_nothing_are_not_below_cost() -> None:
    """Of the card trust's notes, all bought at 1.0, few lose anything in the base case; the book is below cost on
    those paths alone, and not on those where 1 minus some 1e-15 is left of 1."""
    book = load_book(SCENARIOS / "books/card-trust.toml").model_copy(update={"paths": 1024})
    baseline = book_risk(book, count(packs_of(book), 2)).scenarios[0]
    assert all(position.price == 1.0 for position in book.positions)
    assert 0.0 < baseline.loss_probability < 0.05
    assert baseline.loss_probability <= baseline.below_cost < 0.05
