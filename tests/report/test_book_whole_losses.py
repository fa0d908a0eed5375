"""A book, or a position of it, that loses the whole on every path is told with a bound."""

from __future__ import annotations

import pytest
from large_pools import pools

from stress.analysis.book_risk import book_risk
from stress.answers.book import BookRisk, Way
from stress.report import book as sheets
from stress.runs.book.count import count, packs_of


@pytest.fixture(scope="module")
def risk() -> BookRisk:
    """Of 1,024 paths; 3 / 1,024 = 0.29%."""
    found = book_risk(book := pools([()], None, 1024), count(packs_of(book), 1))
    one = found.scenarios[0]
    held, *_ = one.positions
    whole = held._replace(expected_loss=1.0, expected_loss_se=0.0)
    one = one._replace(expected_loss=1.0, expected_loss_se=0.0, positions=[whole, whole._replace(expected_loss=-1.0)])
    return found._replace(scenarios=[one])


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
