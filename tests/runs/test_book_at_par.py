"""A note that pays in full and is valued at its own coupon is worth what was paid for it: rounding is no loss."""

from shipped import SCENARIOS

from stress.analysis.book_risk import book_risk
from stress.inputs.load import load_book
from stress.runs.book.count import count, packs_of


def test_notes_bought_at_par_that_lose_nothing_are_not_below_cost() -> None:
    """Of the card trust's notes, all bought at 1.0, few lose anything in the base case; the book is below cost on
    those paths alone, and not on those where 1 minus some 1e-15 is left of 1."""
    book = load_book(SCENARIOS / "books/card-trust.toml").model_copy(update={"paths": 1024})
    baseline = book_risk(book, count(packs_of(book), 2)).scenarios[0]
    assert all(position.price == 1.0 for position in book.positions)
    assert 0.0 < baseline.loss_probability < 0.05
    assert baseline.loss_probability <= baseline.below_cost < 0.05
