"""Deals of a book that are met in mid-life: on the calendar, from their states, in the weather that others share."""

from pathlib import Path

import numpy as np
import pytest
from shipped import JOBS, SCENARIOS

import stress
from stress.analysis.book_risk import book_risk
from stress.errors import ConfigError
from stress.explain import explain_book
from stress.inputs.book import Book
from stress.inputs.book.remarks import notes_of_book
from stress.inputs.load import load_book
from stress.inputs.state.written import text_of
from stress.report import book_path
from stress.runs.book.count import count, packs_of
from stress.runs.book.replayed import replay_book
from stress.runs.counting.book_tally import UNIT, powers

BOOK = """
kind = "book"
version = 1
name = "one old, one new"
currency = "CNY"
paths = 1024
factors = { names = ["a"], phi = [0.9736] }
deals = [
  { name = "old", job = "JOBS/baitiao-24m-mid-life.toml", loads = { a = LOAD } },
  { name = "new", job = "JOBS/baitiao-12m.toml", loads = { a = 1.0 } },
]
positions = [
  { deal = "old", note = "subordinated", share = 0.5 },
  { deal = "new", note = "mezzanine", share = 1.0 },
]
scenarios = [{ name = "severe", file = "JOBS/../pboc_npl_severe.toml" }]
"""


def read(folder: Path, text: str = BOOK, load: float = 1.0) -> Book:
    file = folder / "book.toml"
    text = text.replace("JOBS", (JOBS).as_posix()).replace("LOAD", f"{load}")
    file.write_text(text, encoding="utf-8")
    return load_book(file)


def test_a_deal_in_mid_life_that_shares_nothing_loses_on_the_paths_on_which_it_loses_alone(tmp_path: Path) -> None:
    book = read(tmp_path, load=0.0)
    job = book.deals[0].job
    assert job.state is not None
    (tally,) = powers(count(packs_of(book), 2))
    ds = stress.simulate(job, paths=1024, seed=book.seed).sel(tranche="subordinated", scenario="severe")
    assert tally.loss_count[0, 0, 0] == ds["loss_count"].values[0] < 1024
    mean = tally.by_book[0, 0].sum() * UNIT / 1024
    assert mean == pytest.approx(float(ds["expected_loss"]), rel=1e-6)


def test_a_deal_whose_level_is_known_moves_on_from_it_with_the_named_factor(tmp_path: Path) -> None:
    """Y_t = phi^(t - b) y + u_t - phi^(t - b) u_b: the innovations are those of the named factor, the past is data."""
    book = read(tmp_path)
    old, y, b, phi = book.deals[0], -1.5, 6, 0.9736
    assert old.job.state is not None
    n_factor = packs_of(book).packed[0].problem.sizes.n_factor
    state = old.job.state.model_copy(update={"factors": (y, *[0.0] * (n_factor - 1))})
    job = old.job.but(state=state)
    book = book.model_copy(update={"deals": (old.model_copy(update={"job": job}), book.deals[1])})
    for path in (3, 40):
        replayed = replay_book(packs_of(book), path, "severe")
        level = replayed.deals["old"]["factor_value"].values[:, 0]
        u = replayed.factor[old.start + b - 1 :, 0]  # from the month of the state on
        k = np.arange(len(level)) + 1
        np.testing.assert_allclose(level, phi**k * y + u[k] - phi**k * u[0], atol=1e-9)
        other = replayed.deals["new"]["factor_value"].values[:, 0]
        at = book.deals[1].start
        np.testing.assert_allclose(other, replayed.factor[at : at + len(other), 0], atol=1e-9)


def test_what_is_data_is_not_drawn_on_a_path(tmp_path: Path) -> None:
    book = read(tmp_path)
    packs = packs_of(book)
    scenario_risk = book_risk(book, count(packs, 2), 0.99).scenarios[0]
    assert scenario_risk.worst_path is not None
    replayed = replay_book(packs, scenario_risk.worst_path, "severe")
    assert int(replayed.deals["old"]["month"][0]) == 7
    story = dict(book_path.story(replayed, scenario_risk.positions))
    months = book.deals[1].start + 1
    assert story["new"][0] == f"Its month 1 is month {months} of the book."
    assert months > 1
    assert not story["old"][0].startswith("Its month 1")
    assert " of the book (" in story[f"Path {scenario_risk.worst_path} under severe: the factors"][0]
    line = next(line for line in book_path.losing(replayed, scenario_risk.positions) if line.name == "old subordinated")
    assert np.isnan(line.balance[:6]).all()
    assert line.balance[6] <= 1.0


REPAID = """
kind = "book"
version = 1
name = "half repaid"
currency = "USD"
paths = 1024
deals = [{ name = "autos", job = "job.toml" }]
positions = [
  { deal = "autos", note = "A-2", share = 0.5 },
  { name = "as sold", deal = "autos", note = "A-2", share = 0.5, price = 0.99 },
]
scenarios = [{ name = "none" }, { name = "told", file = "told.toml" }]
"""


def test_a_note_half_repaid_is_worth_half_of_its_original_balance(tmp_path: Path) -> None:
    """Prices of a job from a state are over the balance then, a book's figures over the original one."""
    job = (JOBS / "auto-prime.toml").read_text(encoding="utf-8").replace("../", f"{SCENARIOS.as_posix()}/")
    whole = stress.load(JOBS / "auto-prime.toml")
    state = stress.state_at(whole, 11)
    left = state.notes["A-2"].balance / whole.deal.notes[1].original(whole.pool.balance)
    assert 0.3 < left < 0.6
    (tmp_path / "state.toml").write_text(text_of(state), encoding="utf-8")
    (tmp_path / "job.toml").write_text(f'{job}\nstate = "state.toml"\n', encoding="utf-8")
    shock = 'shocks = [{ target = "default_odds", multiply = 1.5 }]'
    head = 'kind = "scenario"\nversion = 1\nname = "told"\n'
    (tmp_path / "told.toml").write_text(f"{head}{shock}\n", encoding="utf-8")
    book = read(tmp_path, REPAID)
    assert [position.price for position in book.positions] == [left, 0.99]
    assert f"of which {100.0 * left:.3g}% is left" in " ".join(str(note) for note in notes_of_book(book))
    assert "| told | all | default odds times 1.5 |" in explain_book(book)
    scenario_risk = book_risk(book, count(packs_of(book), 2)).scenarios[0]
    alone = stress.simulate(book.deals[0].job, paths=1024, seed=book.seed).sel(tranche="A-2", scenario="none")
    at_par, sold = scenario_risk.positions
    assert at_par.value == sold.value
    assert scenario_risk.value == pytest.approx(left * float(alone["price"]), abs=1e-6)
    assert scenario_risk.income == pytest.approx(left * (float(alone["multiple"]) - 1.0), abs=1e-6)
    assert (at_par.below_cost, sold.below_cost) == (0.0, 1.0)


def test_mid_life_is_explained_and_told(tmp_path: Path) -> None:
    book = read(tmp_path)
    assert "met after 2020-06" in explain_book(book)
    assert notes_of_book(book) == []
    twin = read(tmp_path, BOOK.replace("baitiao-12m", "baitiao-24m"))
    said = " ".join(str(note) for note in notes_of_book(twin))
    assert "new: simulated from a closing before others' states" in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("paths = 1024", 'paths = 1024\nalign = "closing"', 'needs align = "date"'),
        ("baitiao-24m-mid-life", "baitiao-24m-followed", "starts after its reports, which stress.load reads"),
    ],
)
def test_what_has_no_month_of_the_calendar_is_refused(old: str, new: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=says):
        read(tmp_path, BOOK.replace(old, new))
