"""A book, or a position of it, that loses the whole on every path is told with a bound."""

import numpy as np
import pytest
from large_pools import pools

from stress.analysis.book_risk import book_risk
from stress.analysis.book_tail import tail_mean, tail_of
from stress.answers.book import BookRisk, Estimate, Share, Way
from stress.measures.estimate import NORMAL
from stress.report import book as sheets
from stress.runs.book.count import count, packs_of


@pytest.fixture(scope="module")
def risk() -> BookRisk:
    """Of 1,024 paths; 3 / 1,024 = 0.29%."""
    counted = book_risk(book := pools([()], None, 1024), count(packs_of(book), 1))
    scenario_risk = counted.scenarios[0]
    held, *_ = scenario_risk.positions
    whole = held._replace(expected_loss=1.0, expected_loss_se=0.0, marginal_es=0.5)
    scenario_risk = scenario_risk._replace(
        expected_loss=1.0, expected_loss_se=0.0, positions=[whole, whole._replace(expected_loss=-1.0)]
    )
    return counted._replace(scenarios=[scenario_risk])


def test_the_book_and_its_positions_have_the_bound_of_so_many_paths(risk: BookRisk) -> None:
    assert sheets.overview(risk).rows[0][1] == "> 99.70%"
    assert [row[2] for row in sheets.positions(risk, risk.scenarios[0]).rows] == ["> 99.70%", "< −99.70%"]


def test_a_way_of_every_path_has_the_bound_of_so_many(risk: BookRisk) -> None:
    ways = [Way(0.01, 1.0, 1.0 / 1024, []), Way(0.1, 0.5, 0.016, [])]
    rows = sheets.ways(risk, risk.scenarios[0]._replace(ways=ways)).rows
    assert [row[1] for row in rows] == ["> 99.70%", "50.0 ± 1.6%"]


def test_no_sentence_tells_an_error_of_nothing(risk: BookRisk) -> None:
    said = sheets.findings(risk, risk.scenarios[0])
    assert "loses > 99.70% on average" in " ".join(said)


def test_what_a_position_brings_to_a_tail_of_which_it_loses_all_has_a_bound(risk: BookRisk) -> None:
    """Of 1,024 paths the worst twentieth is 51: 3 / 51 = 5.9% of a quarter of the book."""
    risk, (scenario_risk, *_) = risk._replace(level=0.95), risk.scenarios
    whole = scenario_risk.positions[0]._replace(contribution_es=0.25, marginal_es=1.0, se=0.25 / 51)
    sold = whole._replace(contribution_es=-0.25, marginal_es=-1.0)
    rows = sheets.positions(risk, scenario_risk._replace(positions=[whole, sold, whole._replace(marginal_es=0.9)])).rows
    assert [row[3] for row in rows] == ["> 23.53%", "< −23.53%", "25.00 ± 0.49%"]


def test_a_deal_of_one_position_is_told_as_the_position_is(risk: BookRisk) -> None:
    risk, (scenario_risk, *_) = risk._replace(level=0.95), risk.scenarios
    whole = scenario_risk.positions[0]._replace(contribution_es=0.25, marginal_es=1.0, se=0.25 / 51)
    share = Share(whole.deal, 0.25, 0.25, 0.25 / 51)
    scenario_risk = scenario_risk._replace(positions=[whole], deals=[share], originators=[], factors=[])
    ((_, deals),) = sheets.concentrations(risk, scenario_risk)
    assert deals.rows == ((whole.deal, "25.0%", "> 23.53%", "100.0%"),)


def test_a_book_that_loses_all_of_its_tail_is_told_with_what_its_error_leaves(risk: BookRisk) -> None:
    level = f"{risk.level:g}"
    (scenario_risk,) = risk.scenarios
    for se, words in ((0.0, "100%"), (0.01, "> 96.08%")):
        lost = scenario_risk._replace(expected_shortfall=scenario_risk.expected_shortfall | {level: Estimate(1.0, se)})
        assert sheets.overview(risk._replace(scenarios=[lost])).rows[0][4] == words


def test_a_position_that_loses_all_on_every_path_of_a_tail_brings_exactly_the_whole() -> None:
    """Over however many bins the tail is spread: their shares add up to (1 - level) paths but for rounding."""
    paths = np.random.default_rng(1).integers(1, 20, (50, 80)).astype(float)
    tails = [tail_of(count, level) for count in paths for level in (0.9, 0.95, 0.99)]
    assert {tail_mean(tail, tail.paths) for tail in tails} == {1.0}
    assert {tail_mean(tail, -tail.paths) for tail in tails} == {-1.0}


def test_the_error_of_a_book_s_tail_of_the_whole_is_what_is_known_of_the_share_that_loses_it() -> None:
    """Notes of 1,024 paths; the book is all that is left over, and of its tail of 10.24 paths each loses it."""
    book = pools([()], None, 1024)
    book = book.model_copy(update={"positions": book.positions[1:]})
    tally = count(packs_of(book), 1)
    lost = int(tally.loss_count[0, 0, -1, -1])
    assert lost > 0
    few, many = 1.0 - 0.8 * lost / 1024, 1.0 - 0.2 * lost / 1024
    for level, known in ((few, False), (many, True)):
        risk = book_risk(book, tally, level)
        shortfall = risk.scenarios[0].expected_shortfall[f"{level:g}"]
        assert shortfall.estimate == pytest.approx(1.0)
        assert (shortfall.se == 0.0) is known
        (position,) = risk.scenarios[0].positions
        assert position.se == pytest.approx(min(1.0 / (1.0 - level) / 1024, 1.0 / (2.0 * NORMAL)))


def test_a_book_s_tail_of_less_than_a_path_has_the_error_of_what_is_known_of_value_at_risk() -> None:
    """0.1 of 1,024 paths: the worst of them stood with an error of 0."""
    book = pools([()], None, 1024)
    level = 0.9999
    risk = book_risk(book, count(packs_of(book), 1), level)
    scenario_risk = risk.scenarios[0]
    assert scenario_risk.value_at_risk["0.9999"].high == 1.0
    low = scenario_risk.value_at_risk["0.9999"].low
    assert scenario_risk.expected_shortfall["0.9999"].se == pytest.approx((1.0 - low) / (2.0 * NORMAL))
    assert [p.se for p in scenario_risk.positions] == pytest.approx(
        [abs(p.amount) / book.amount / (2.0 * NORMAL) for p in scenario_risk.positions]
    )
    assert "with 99.99% not more than" in " ".join(sheets.findings(risk, scenario_risk))
    assert scenario_risk.expected_shortfall["0.95"].se < 0.02
