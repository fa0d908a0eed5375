"""Random short rates of a book: one for a currency on every path, by named factors where the book says so."""

from pathlib import Path

import numpy as np
import pytest
from shipped import JOBS

import stress
from stress.analysis.book_reverse import reverse_book
from stress.errors import ConfigError
from stress.explain import explain_book
from stress.inputs.book import Book, Factors
from stress.inputs.book.remarks import notes_of_book
from stress.inputs.load import load_book
from stress.runs.book.count import Counter, count, packs_of
from stress.runs.book.rates import Rate, rates_of
from stress.runs.book.replayed import replay_book
from stress.runs.book.weather import Loaded, Weather
from stress.runs.counting.book_tally import COARSE, powers

RATE = """
kind = "scenario"
version = 1
name = "random"
short_rate = { mean_reversion = 0.1, volatility = 0.02 }
"""
BOOK = """
kind = "book"
version = 1
name = "cards twice"
currency = "USD"
align = "closing"
paths = 1024
factors = { names = ["all", "other"], phi = [0.9736, 0.9736], correlation = [[1.0, 0.4], [0.4, 1.0]] }
rates.USD = { all = -0.5 }
deals = [
  { name = "one", job = "JOBS/card-master-trust.toml", loads = { all = 1.0 } },
  { name = "two", job = "JOBS/card-master-trust.toml", loads = { all = 1.0 } },
]
positions = [{ deal = "one", note = "C", share = 1.0 }, { deal = "two", note = "C", share = 1.0 }]
scenarios = [{ name = "random", file = "random.toml" }]
"""


def read(folder: Path, text: str = BOOK, **scenarios: str) -> Book:
    for name, scenario in {"random": RATE, **scenarios}.items():
        (folder / f"{name}.toml").write_text(scenario.replace('"random"', f'"{name}"'), encoding="utf-8")
    file = folder / "book.toml"
    file.write_text(text.replace("JOBS", (JOBS).as_posix()), encoding="utf-8")
    return load_book(file)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return read(tmp_path_factory.mktemp("book"))


def test_deals_in_one_currency_see_one_rate_on_every_path(book: Book) -> None:
    hand = Counter(packs_of(book))
    value = hand.simulate(0, 512).outcome[2, 0].copy()
    np.testing.assert_array_equal(value[0], value[1])
    assert np.std(value[0]) > 0.0
    rate = book.deals[1].rate
    assert rate is not None
    other = book.deals[1].model_copy(update={"rate": rate.model_copy(update={"currency": "EUR"})})
    apart = Counter(packs_of(book.model_copy(update={"deals": (book.deals[0], other)}))).simulate(0, 512)
    np.testing.assert_array_equal(apart.outcome[2, 0, 0], value[0])
    assert (apart.outcome[2, 0, 1] != value[1]).mean() > 0.9


def test_a_deal_that_shares_nothing_sees_the_rate_that_it_sees_alone(book: Book) -> None:
    rate = book.deals[0].rate
    assert rate is not None
    alone = book.deals[0].model_copy(
        update={"loads": (0.0, 0.0), "rate": rate.model_copy(update={"loads": (0.0, 0.0)})}
    )
    (tally,) = powers(count(packs_of(book.model_copy(update={"deals": (alone, book.deals[1])})), 1))
    ds = stress.simulate(alone.job, paths=1024, seed=book.seed).sel(tranche="C", scenario="random")
    assert tally.moment[0, 0, 1, 0] * COARSE / 1024 == pytest.approx(float(ds["price"]), abs=1e-6)


def test_moves_of_a_rate_have_unit_variance_and_the_correlation_that_is_asked_for() -> None:
    factors = Factors(names=("a", "b"), phi=(0.9, 0.5), correlation=((1.0, 0.4), (0.4, 1.0)))
    loads, month = np.array([-0.5, 0.3]), 4
    own = float(np.sqrt(1.0 - loads @ np.array(factors.correlation) @ loads))
    weather = Weather(factors, [Loaded(np.array([0.5, 0.5]), 0.5, 0.9, 2, 8, 1)], 11)
    rate, moves, shocks = Rate(5, loads, own, 2, 8), [], []
    for panel in range(60):
        weather.move(panel)
        moves.append(rate.normals(weather, panel)[:, month].ravel())
        level = weather.level[0][:, month + 1 : month + 3]  # the deal's month 4 is the book's month 6
        phi = np.array(factors.phi)[:, None, None]
        shocks.append(((level[:, 1] - phi * level[:, 0]) / np.sqrt(1.0 - phi**2)).reshape(2, -1))
    z, n = np.concatenate(moves), np.concatenate(shocks, axis=1)
    size = len(z)
    assert abs(z.mean()) < 4.0 / size**0.5
    assert abs(z.var() - 1.0) < 4.0 * (2.0 / size) ** 0.5
    want = np.array(factors.correlation) @ loads
    assert np.abs(n @ z / size - want).max() < 4.0 * (2.0 / size) ** 0.5
    assert rates_of(Book(name="none", currency="USD", factors=None, deals=(), positions=(), scenarios=("x",), paths=1,
                         seed=1)) == ()  # fmt: skip


def test_a_path_is_replayed_with_the_rate_with_which_it_was_counted(book: Book) -> None:
    packs = packs_of(book)
    seen = Counter(packs).simulate(0, 512)
    for path in (3, 77, 300):
        replayed = replay_book(packs, path, "random")
        first, second = replayed.deals.values()
        np.testing.assert_array_equal(first["rate_shift"].values, second["rate_shift"].values)
        assert np.ptp(first["rate_shift"].values) > 0.0
        assert float(first["price"].sel(tranche="C")) == pytest.approx(seen.outcome[2, 0, 0, path], abs=1e-12)


def test_the_common_path_moves_the_rate_by_its_factors_alone(book: Book) -> None:
    answer, again = (reverse_book(book, "random", 0.1) for _ in range(2))
    assert answer.beta == again.beta
    assert answer.lost > 0.1
    first, second = answer.deals
    np.testing.assert_array_equal(first.path["rate_shift"].values, second.path["rate_shift"].values)
    assert first.path["rate_shift"].values.mean() > 0.0


def test_a_rate_that_stands_still_in_one_deal_is_told(tmp_path: Path) -> None:
    text = BOOK.replace('{ name = "two", ', '{ name = "two", group = "still", ')
    text = text.replace('"random.toml" }', '"random.toml", groups = { still = "still.toml" } }')
    plain = RATE.replace("short_rate = { mean_reversion = 0.1, volatility = 0.02 }", "")
    read_book = read(tmp_path, text, still=plain)
    assert read_book.deals[1].rate is None
    assert "the short rate stands still" in " ".join(str(note) for note in notes_of_book(read_book))
    (tally,) = powers(count(packs_of(read_book), 1))
    assert tally.path[0] == 1024


def test_a_rate_is_told_with_the_factors_that_move_it_and_without_any(book: Book, tmp_path: Path) -> None:
    beginning = "The random short rate in USD is one for all deals in it and moves by "
    assert f"{beginning}all -0.5, the rest its own (25% shared)." in explain_book(book)
    lines = [line for line in BOOK.splitlines() if not line.startswith(("factors", "rates"))]
    alone = read(tmp_path, "\n".join(lines).replace(", loads = { all = 1.0 }", ""))
    assert f"No factor: every deal is on its own.\n\n{beginning}nothing but its own (0% shared)." in explain_book(alone)


@pytest.mark.parametrize(
    ("old", "new", "scenario", "says"),
    [
        ("", "", RATE.replace("0.02 }", "0.02, correlation = 0.2 }"), "one rate for all deals in USD"),
        ('file = "random.toml"', 'file = "random.toml", groups = { b = "b.toml" }', RATE, "moves otherwise than that"),
        ("{ all = -0.5 }", "{ all = -0.9, other = -0.9 }", RATE, "at most 1"),
        ("rates.USD", "rates.EUR", RATE, "no deal in EUR"),
        ("{ all = -0.5 }", "{ al = -0.5 }", RATE, "is not in factors.names"),
    ],
)
def test_a_rate_that_deals_cannot_share_is_refused(
    old: str, new: str, scenario: str, says: str, tmp_path: Path
) -> None:
    text = BOOK.replace(old, new) if old else BOOK
    text = text.replace('{ name = "two", ', '{ name = "two", group = "b", ')
    with pytest.raises(ConfigError, match=says):
        read(tmp_path, text, random=scenario, b=RATE.replace("0.02", "0.01"))
