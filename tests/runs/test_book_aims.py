"""Importance sampling of a book: unbiased against closed forms and plain paths, with errors that hold, and sharper."""

import numpy as np
import pytest
from large_pools import RHO, P, pools
from shipped import SCENARIOS

from stress.analysis.book_risk import book_risk
from stress.analysis.book_tail import EDGES
from stress.analytic import TwoPools, loss_es, loss_quantile, two_pool_es, two_pool_exceedance
from stress.errors import ConfigError
from stress.inputs.book import Book, Factors, redrawn
from stress.inputs.load import load_book
from stress.kernels.tally import MOST_WEIGHT
from stress.runs.book.aims import ready
from stress.runs.book.count import Counter, Packs, count, packs_of
from stress.runs.book.replayed import replay_book
from stress.runs.counting.book_tally import UNIT, bin_of, merged

SHIPPED = SCENARIOS / "books" / "consumer.toml"
TWO = Factors(names=("a", "b"), phi=(0.0, 0.0), correlation=((1.0, 0.4), (0.4, 1.0)))
LEVEL, PATHS = 0.9999, 16_384


def aimed(book: Book, level: float = LEVEL) -> Packs:
    return ready(redrawn(book, estimator="importance"), level)


@pytest.fixture(scope="module")
def shipped() -> Packs:
    return aimed(load_book(SHIPPED).model_copy(update={"paths": 2048}), 0.999)


def test_the_tail_of_one_large_pool_is_that_of_its_closed_form() -> None:
    book = pools([(1.0,)], Factors(names=("a",), phi=(0.0,)), PATHS)
    risk = book_risk(book, count(aimed(book), 2), LEVEL).scenarios[0]
    want = float(loss_es(LEVEL, P[0], RHO[0]))
    shortfall = risk.expected_shortfall[f"{LEVEL}"]
    assert abs(shortfall.estimate - want) < 4.0 * shortfall.se
    assert shortfall.se < 0.02 * want
    assert risk.variance_ratio > 20.0
    var, low, high = risk.value_at_risk[f"{LEVEL}"]
    assert abs(var - float(loss_quantile(LEVEL, P[0], RHO[0]))) < 4.0 * (high - low) / (2.0 * 1.96)
    assert abs(risk.expected_loss - P[0]) < 4.0 * risk.expected_loss_se


def test_the_tail_of_two_pools_on_two_factors_is_that_of_the_multi_factor_law() -> None:
    book = pools([(0.9, 0.0), (0.0, 0.7)], TWO, PATHS)
    tally = count(aimed(book), 2)
    law = TwoPools((0.5, 0.5), P, RHO, 0.9 * 0.7 * 0.4)
    risk = book_risk(book, tally, LEVEL, [0.2, 0.3]).scenarios[0]
    shortfall = risk.expected_shortfall[f"{LEVEL}"]
    assert abs(shortfall.estimate - two_pool_es(LEVEL, law)) < 4.0 * shortfall.se
    for at in bin_of(np.array([0.05, 0.2, 0.3])):
        x = float(EDGES[at])
        seen = next(way for way in book_risk(book, tally, LEVEL, [x]).scenarios[0].ways if way.loss == x)
        want = two_pool_exceedance(x, law)
        assert abs(seen.probability - want) < 4.0 * seen.se
    assert risk.variance_ratio > 5.0


@pytest.mark.parametrize("load", [None, 0.2])
def test_paths_aim_by_the_deals_own_factors_where_these_make_the_tail(load: float | None) -> None:
    """Two pools that share little, or nothing: named factors alone would leave the tail to chance."""
    factors = None if load is None else Factors(names=("a",), phi=(0.0,))
    book = pools([() if load is None else (load,)] * 2, factors, PATHS)
    packs = aimed(book)
    assert packs.proposal is not None
    assert packs.proposal.deals == (0, 1)
    law, tally = TwoPools((0.5, 0.5), P, RHO, 0.0 if load is None else load**2), count(packs, 2)
    risk = book_risk(book, tally, LEVEL).scenarios[0]
    shortfall = risk.expected_shortfall[f"{LEVEL}"]
    assert abs(shortfall.estimate - two_pool_es(LEVEL, law)) < 4.0 * shortfall.se
    assert risk.variance_ratio > 50.0
    assert abs(risk.expected_loss - sum(P) / 2.0) < 4.0 * risk.expected_loss_se
    assert tally.loss_count[0, 0, -1].sum() * UNIT == pytest.approx(PATHS, abs=4.0 * PATHS**0.5)  # weights of mean 1
    k = int(np.flatnonzero(tally.loss_count[0, 0, -1])[-1])
    path = replay_book(packs, int(tally.first_path[0, k]), "base")
    lost = sum(
        p.amount / book.amount * float(path.deals[deal]["loss"].sel(tranche=note))
        for p in book.positions
        for deal, note in [book.notes_of(p)]
    )
    assert EDGES[k] <= lost < EDGES[k + 1]


def test_a_deal_whose_own_factor_is_all_common_is_not_aimed_by() -> None:
    packs = aimed(pools([(1.0,), (1.0,)], Factors(names=("a",), phi=(0.0,)), PATHS))
    assert packs.proposal is not None
    assert packs.proposal.deals == ()


def test_aimed_and_plain_paths_of_a_book_agree_and_the_aimed_ones_know_the_tail_better(shipped: Packs) -> None:
    plain = book_risk(shipped.book, count(packs_of(redrawn(shipped.book, estimator="plain")), 2), 0.99)
    sharp = book_risk(shipped.book, count(shipped, 2), 0.99)
    assert (plain.estimator, sharp.estimator) == ("plain", "importance")
    assert sharp.unseen == MOST_WEIGHT * plain.unseen
    for of_plain, of_sharp in zip(plain.scenarios, sharp.scenarios, strict=True):
        assert of_plain.variance_ratio == pytest.approx(1.0)
        assert of_sharp.variance_ratio > 2.0
        pairs = [(of_plain.expected_loss, of_plain.expected_loss_se, of_sharp.expected_loss, of_sharp.expected_loss_se),
                 (of_plain.value, of_plain.value_se, of_sharp.value, of_sharp.value_se),
                 (of_plain.below_cost, of_plain.below_cost_se, of_sharp.below_cost, of_sharp.below_cost_se),
                 (*of_plain.expected_shortfall["0.99"], *of_sharp.expected_shortfall["0.99"]),
                 (*of_plain.deals_at_once[0], *of_sharp.deals_at_once[0])]  # fmt: skip
        for x, x_error, y, y_error in pairs:
            assert abs(x - y) < 4.0 * np.hypot(x_error, y_error) + 1e-12
        by_name = {p.name: p for p in of_plain.positions}
        for p in of_sharp.positions:
            q = by_name[p.name]
            rare = 0.0 if q.expected_loss else plain.unseen * p.amount / plain.amount  # plain paths saw none
            error = np.hypot(p.expected_loss_se, q.expected_loss_se)
            assert abs(p.expected_loss - q.expected_loss) < 4.0 * error + rare + 1e-7
        total = sum(p.contribution_es for p in of_sharp.positions)
        assert total == pytest.approx(of_sharp.expected_shortfall["0.99"].estimate, rel=1e-6)


def test_errors_of_aimed_paths_are_what_twenty_books_show() -> None:
    """Standard deviation over seeds against the mean of the errors told: a chi of 19 lies in 0.5 to 1.6."""
    book = pools([(0.8,)], Factors(names=("a",), phi=(0.0,)), 2048)
    packs = aimed(book, 0.999)
    shortfalls = []
    for seed in range(20):
        other = packs._replace(book=book.model_copy(update={"seed": seed}))
        shortfalls.append(book_risk(book, count(other, 2), 0.999).scenarios[0].expected_shortfall["0.999"])
    spread = np.std([shortfall.estimate for shortfall in shortfalls], ddof=1)
    assert 0.5 < spread / np.mean([shortfall.se for shortfall in shortfalls]) < 1.6
    mean, want = np.mean([shortfall.estimate for shortfall in shortfalls]), float(loss_es(0.999, P[0], RHO[0]))
    assert abs(mean - want) < 4.0 * spread / 20**0.5 + 0.02 * want  # 0.02: the bias of 2 paths beyond, of order 1 / n


def test_an_aimed_book_has_the_same_bits_however_it_is_cut(shipped: Packs) -> None:
    parts = []
    for piece in ((1024, 2048), (0, 512), (512, 1024)):
        hand = Counter(shipped)
        hand.run(piece[0] // 512, -(-(piece[1] - piece[0]) // 512), piece[1], shipped.book.seed)
        parts.append(hand.tally())
    whole = count(shipped, 1)
    assert all((a == b).all() for a, b in zip(whole, merged(parts), strict=True))


def test_the_same_book_is_aimed_the_same_way() -> None:
    book = pools([(0.9, 0.0), (0.0, 0.7)], TWO, 1024)
    first, second, lower = aimed(book), aimed(book), aimed(book, 0.99)
    assert first.digest() == second.digest() != lower.digest()


def test_the_worst_path_of_an_aimed_book_is_replayed_as_it_was_counted(shipped: Packs) -> None:
    k, tally = 1, count(shipped, 2)
    scenario_risk = book_risk(shipped.book, tally).scenarios[k]
    assert scenario_risk.worst_path is not None
    replayed = replay_book(shipped, scenario_risk.worst_path, scenario_risk.scenario)
    loss = sum(
        position.amount / shipped.book.amount * float(replayed.deals[deal]["loss"].sel(tranche=note))
        for position in shipped.book.positions
        for deal, note in [shipped.book.notes_of(position)]
    )
    last = int(np.flatnonzero(tally.loss_count[0, k, -1])[-1])
    assert EDGES[last] <= loss < EDGES[last + 1]


def test_what_cannot_be_aimed_is_refused() -> None:
    with pytest.raises(ConfigError, match="one of plain, importance"):
        redrawn(pools([(), ()], None, PATHS), estimator="sobol")
    with pytest.raises(ConfigError, match="at most"):
        redrawn(pools([(1.0,)], Factors(names=("a",), phi=(0.0,))), paths=2**29, estimator="importance")
