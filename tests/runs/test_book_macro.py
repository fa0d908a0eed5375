"""Macro variables that a book's deals draw: one path of the economy for all that name it."""

from pathlib import Path

import numpy as np
import pytest
from shipped import JOBS, SCENARIOS

import stress
from stress.analysis.book_risk import book_risk
from stress.analysis.book_tail import EDGES
from stress.errors import ConfigError
from stress.inputs.book import Book
from stress.inputs.book.remarks import notes_of_book
from stress.inputs.load import load_book
from stress.runs.book.count import count, packs_of
from stress.runs.book.macro import Shared
from stress.runs.book.replayed import replay_book
from stress.runs.counting.book_tally import powers

TEXT = """
kind = "book"
version = 1
name = "cards twice"
currency = "USD"
align = "ALIGN"
paths = 1024
factors = { names = ["all"], phi = [0.9736] }
deals = [
  { name = "one", job = "JOBS/card-master-trust.toml", loads = { all = 1.0 } },
  { name = "two", job = "JOBS/card-master-trust.toml", loads = { all = 1.0 } },
]
positions = [{ deal = "one", note = "C", share = 1.0 }, { deal = "two", note = "C", share = 1.0 }]
scenarios = [{ name = "random", file = "JOBS/../fed2025_severely_adverse_random.toml" }]
"""


def read(folder: Path, text: str) -> Book:
    file = folder / "book.toml"
    file.write_text(text.replace("JOBS", str(JOBS)).replace("ALIGN", "closing"), encoding="utf-8")
    return load_book(file)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return read(tmp_path_factory.mktemp("book"), TEXT)


def test_deals_that_name_one_economy_live_through_the_same_one(book: Book) -> None:
    (same,) = powers(count(packs_of(book), 1))
    assert (same.loss_count[0, 0] == same.loss_count[0, 1]).all()
    assert same.joint[0, 0, 1] == same.joint[0, 0, 0] > 0
    other = book.deals[1].model_copy(update={"var": "another economy"})
    (apart,) = powers(count(packs_of(book.model_copy(update={"deals": (book.deals[0], other)})), 1))
    assert (apart.loss_count[0, 0] == same.loss_count[0, 0]).all()
    assert (apart.loss_count[0, 1] != same.loss_count[0, 1]).any()
    said = " ".join(str(note) for note in notes_of_book(book.model_copy(update={"deals": (book.deals[0], other)})))
    assert "one name, one economy" in said
    still = book.deals[1].model_copy(update={"var": None})
    said = " ".join(str(note) for note in notes_of_book(book.model_copy(update={"deals": (book.deals[0], still)})))
    assert "two: no macro variables are drawn, where those of other deals are" in said


def test_a_deal_in_a_book_has_the_law_that_it_has_alone(book: Book) -> None:
    risk = book_risk(book, count(packs_of(book), 1)).scenarios[0]
    ds = stress.simulate(book.deals[0].job, paths=1024, seed=99).sel(tranche="C", scenario="random")
    first = next(p for p in risk.positions if p.deal == "one")
    mean, error = 2.0 * first.expected_loss, 2.0 * first.expected_loss_se  # over the position, half of the book
    assert abs(mean - float(ds["expected_loss"])) < 4.0 * np.hypot(error, float(ds["expected_loss_se"]))


def test_a_path_is_replayed_in_the_economy_in_which_it_was_counted(book: Book) -> None:
    packs = packs_of(book)
    (tally,) = powers(count(packs, 1))
    last = int(np.flatnonzero(tally.loss_count[0, -1])[-1])
    replayed = replay_book(packs, int(tally.first_path[0, last]), "random")
    first, second = (float(deal["loss"].sel(tranche="C")) for deal in replayed.deals.values())
    assert first == second
    assert EDGES[last] <= first * (1.0 + 1e-9)
    assert first <= EDGES[last + 1] or last == len(EDGES) - 2


def test_a_later_deal_takes_the_later_periods_of_the_economy() -> None:
    whole, later = Shared(7, 0, 6, 2).normals(1, 64), Shared(7, 2, 4, 2).normals(1, 64)
    np.testing.assert_array_equal(whole[:, 4:], later)


@pytest.mark.parametrize("where", ["other deals", "one deal"])
def test_two_economies_of_one_name_or_of_one_deal_are_refused(tmp_path: Path, where: str) -> None:
    """A copy of the autoregression with another covariance, under its old name."""
    text = (SCENARIOS / "vars/us_unemployment_growth.toml").read_text(encoding="utf-8")
    assert "0.032139837" in text
    (tmp_path / "var.toml").write_text(text.replace("0.032139837", "0.064"), encoding="utf-8")
    scenario = (SCENARIOS / "fed2025_severely_adverse_random.toml").read_text(encoding="utf-8")
    scenario = scenario.replace('vars/us_unemployment_growth.toml"\n', f'{tmp_path}/var.toml"\n')
    scenario = scenario.replace('extends = "', f'extends = "{SCENARIOS}/')
    (tmp_path / "other.toml").write_text(scenario, encoding="utf-8")
    if where == "one deal":
        more = TEXT.replace(
            '_random.toml" }]', f'_random.toml" }}, {{ name = "more", file = "{tmp_path}/other.toml" }}]'
        )
        with pytest.raises(ConfigError, match=r'deals\["one"\]: its scenarios draw macro variables by "us_unemp'):
            read(tmp_path, more)
        return
    groups = f'groups = {{ b = "{tmp_path}/other.toml" }}'
    wrong = TEXT.replace('_random.toml" }]', f'_random.toml", {groups} }}]')
    wrong = wrong.replace('name = "two", ', 'name = "two", group = "b", ')
    with pytest.raises(ConfigError, match="two unlike vector autoregressions"):
        read(tmp_path, wrong)
