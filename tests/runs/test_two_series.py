"""Two series of one trust in a book: the same receivables on every path, each with its own allocation."""

import time

import numpy as np
import pytest
from shipped import JOBS, SCENARIOS

import stress
from stress.inputs.book import Book
from stress.inputs.load import load_book
from stress.runs.book.count import Packs, count, packs_of
from stress.runs.book.replayed import replay_book

BOOK = SCENARIOS / "books/card-trust.toml"


def book(paths: int = 512) -> Book:
    return load_book(BOOK).model_copy(update={"paths": paths})


@pytest.fixture(scope="module")
def packs() -> Packs:
    return packs_of(book())


@pytest.mark.parametrize("path", [3, 200])
@pytest.mark.parametrize("scenario", ["baseline", "severe"])
def test_both_series_stand_on_the_same_receivables_and_divide_them(packs: Packs, path: int, scenario: str) -> None:
    """Pool, defaults and rates are one; shares of the month are those of each series' own numerator."""
    of_first, of_second = replay_book(packs, path, scenario).deals.values()
    months = min(of_first.sizes["month"], of_second.sizes["month"])
    for name in ("pool_balance", "defaults", "entry_rate", "fee_income", "purchases"):
        first, second = (np.asarray(data[name].values)[:months] for data in (of_first, of_second))
        assert np.allclose(first, second, rtol=1e-12, atol=0.0), name
    trust = of_first["month_start_balance"].values[0]
    assert of_first["allocation_floating"].values[0] == pytest.approx(600e6 / trust)
    assert of_second["allocation_floating"].values[0] == pytest.approx(425e6 / trust)
    given = of_first["series_income"].values[0] + of_second["series_income"].values[0]
    whole = of_first["fee_income"].values[0] + of_first["recoveries"].values[0]
    assert given == pytest.approx(whole * 1025e6 / trust)


@pytest.mark.slow
def test_two_series_take_at_most_a_fifth_more_than_twice_one() -> None:
    """Seconds of one thread, the best of five; series 2005-1 lives 76 months, 2006-1 83."""
    both = book(8_192)
    first = tuple(held for held in both.positions if held.deal == 0)
    single, double = (
        packs_of(held) for held in (both.model_copy(update={"deals": both.deals[:1], "positions": first}), both)
    )

    def seconds(packs: Packs) -> float:
        began = time.process_time()
        count(packs, 1)
        return time.process_time() - began

    turns = [(seconds(single), seconds(double)) for _ in range(6)][
        1:
    ]  # in turn: the machine is busy with other things too
    assert min(of_two for _, of_two in turns) <= 2.2 * min(of_one for of_one, _ in turns)


def test_a_series_of_a_trust_conserves_cash_on_every_path() -> None:
    job = stress.load(JOBS / "card-trust-2006-1.toml")
    ds = stress.simulate(job, paths=1024)
    assert float(ds["residual"].max()) < 1e-9
