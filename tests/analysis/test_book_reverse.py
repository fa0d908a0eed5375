"""Reverse stress of a book: closed forms of the nearest common path, and that its replay loses what it says."""

import math

import numpy as np
import pytest
from large_pools import RHO, P, pools
from scipy.stats import norm
from shipped import SCENARIOS

from stress.analysis.book_reverse import BookMargin, margin_of, reverse_book
from stress.answers.book import Estimate
from stress.answers.reverse import outstanding
from stress.errors import ConfigError
from stress.inputs.book import Factors
from stress.inputs.files.book_loads import stationary
from stress.inputs.load import load_book
from stress.report import book_reverse as sheets

SHIPPED = SCENARIOS / "books" / "consumer.toml"
TWO = Factors(names=("a", "b"), phi=(0.0, 0.0), correlation=((1.0, 0.4), (0.4, 1.0)))
SEEN = Estimate(0.01, 0.001)


@pytest.mark.parametrize("loads", [(0.8, 0.0), (0.6, 0.3), (0.5, -0.4)])
def test_the_nearest_path_of_a_large_pool_is_that_of_the_closed_form(loads: tuple[float, float]) -> None:
    """The pool loses more than x where w'Y is below a bound; the nearest such Y is along S w."""
    x, w, s = 0.15, np.array(loads), np.array(stationary(TWO))
    answer = reverse_book(pools([loads], TWO, 1024), "base", x, SEEN)
    bound = (norm.ppf(P[0]) - np.sqrt(1.0 - RHO[0]) * norm.ppf(x)) / np.sqrt(RHO[0])
    spread = float(np.sqrt(w @ s @ w))
    assert answer.beta == pytest.approx(-bound / spread, rel=1e-4)
    assert answer.first_order == pytest.approx(norm.cdf(bound / spread), rel=1e-3)
    np.testing.assert_allclose(answer.level[0], s @ w * bound / spread**2, rtol=2e-2)
    assert x < answer.lost < x * 1.001


def test_a_loss_that_no_common_weather_makes_is_said_to_be_out_of_reach() -> None:
    answer = reverse_book(pools([(0.1, 0.0)], TWO, 1024), "base", 0.9, SEEN)
    assert math.isinf(answer.beta)
    assert answer.first_order == 0.0
    assert "no common path within 12" in sheets.headline(answer)
    for share, words in ((0.0, "< 0.29%"), (1.0, "> 99.70%"), (0.01, "1.00 ± 0.10%")):
        simulated = answer._replace(beta=3.0, simulated=Estimate(share, 0.001), unseen=3.0 / 1024.0)
        assert f"what is the deals' own: {words}." in sheets.headline(simulated)


def test_what_a_book_loses_on_its_common_path_is_what_its_margin_says() -> None:
    book = load_book(SHIPPED)
    held = (book.positions[2].model_copy(update={"deal": 0}),)
    book = book.model_copy(update={"deals": (book.deals[1],), "positions": held})
    answer = reverse_book(book, "baseline", 0.1, SEEN)
    assert answer.lost > 0.1
    held = sum(p.amount / book.amount * answer.positions[p.name] for p in book.positions)
    assert held == pytest.approx(answer.lost, rel=1e-9)
    for deal_path, deal in zip(answer.deals, book.deals, strict=True):
        notes = {position.note: position.name for position in book.positions if book.deals[position.deal] is deal}
        for note, name in notes.items():
            assert float(deal_path.path["loss"][note]) == pytest.approx(answer.positions[name], abs=1e-9)
        assert deal_path.default > deal_path.expected
    months = answer.months()
    assert months[0] == 1
    assert months[-1] == max(outstanding(deal_path.path)[-1] for deal_path in answer.deals)
    sheet = sheets.months(answer)
    assert len(sheet.rows) == -(-len(months) // 3)
    assert sheet.rows[-1][0].endswith(f"-{months[-1]}")
    assert ("Later months are left out" in sheet.note) == (months[-1] < len(answer.weight))


def test_a_margin_takes_more_paths_than_a_panel_and_knows_its_draws() -> None:
    margin: BookMargin = margin_of(pools([(0.8, 0.0)], TWO, 1024), "base")
    points = np.linspace(-3.0, 3.0, 1400)[:, None] * np.array([[1.0, 0.0]])
    losses = margin(points)
    assert losses.shape == (1400,)
    assert (np.diff(losses) > 0.0).all()
    assert margin.drawn(3).shape == (32, 2)


def test_what_cannot_be_searched_is_refused() -> None:
    with pytest.raises(ConfigError, match="no \\[factors\\]"):
        reverse_book(pools([()], None, 1024), "base", 0.1, SEEN)
    with pytest.raises(ConfigError, match="from 0 to below 1"):
        reverse_book(pools([(0.8, 0.0)], TWO, 1024), "base", 1.0, SEEN)
    with pytest.raises(ConfigError, match="it has base"):
        reverse_book(pools([(0.8, 0.0)], TWO, 1024), "bas", 0.1, SEEN)
