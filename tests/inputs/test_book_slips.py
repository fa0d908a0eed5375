"""What a desk gets wrong in a book or in a table of capital weights: refused, or asked about, in one line."""

from pathlib import Path

import pytest
from shipped import SCENARIOS

import stress
from stress.analysis.capital_needs import load_rules
from stress.cli import exit_code
from stress.errors import ConfigError
from stress.inputs.book import Book
from stress.inputs.book.remarks import notes_of_book

HEDGED = (SCENARIOS / "books/cards-hedged.toml").read_text(encoding="utf-8")
RULES = (SCENARIOS / "rules/eu-crr.toml").read_text(encoding="utf-8")


def written(folder: Path, shipped: str, old: str, new: str) -> Path:
    """A shipped file with one thing changed."""
    assert old in shipped
    file = folder / "changed.toml"
    text = shipped.replace(old, new, 1).replace('"../', f'"{SCENARIOS.as_posix()}/')
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[[1.0, 0.3], [0.3, 1.0]]", "[[1.0]]", r"factors.correlation: must have 2 rows of 2 numbers"),
        ("[[1.0, 0.3], [0.3, 1.0]]", "[[1.0, 0.3], [0.3]]", r"factors.correlation: must have 2 rows of 2 numbers"),
        ("CNY = 0.14", "CNY = 0.14, USD = 1.1", r"exchange.USD: is the book's own currency"),
        ("CNY = 0.14", "CNY = 0.14, JPY = 0.006", r"exchange.JPY: no deal is in JPY: the others are in CNY$"),
        ('{ "consumer US" = 0.9 }', '{ "consumer US" = 1.2 }', r"must be a number from -1 to 1$"),
        ("share = 0.5", "share = 50", r"a fraction, not a percent: did you mean 0.5\?$"),
    ],
)
def test_what_a_book_cannot_mean_is_refused(old: str, new: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=words) as refused:
        stress.load(written(tmp_path, HEDGED, old, new))
    assert str(refused.value).count("\n") == 0


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("price = 0.98", "price = 9.8", "price", "9.8 per 1 of original balance"),
        ("price = 0.98", "price = 0.0098", "price", "0.0098 per 1 of original balance"),
        ("amount = 6_000_000.0", "amount = 6.0", "amount", "6 is less than a millionth of the note, whose original "
                                                           "balance is 65,000,000: is it in millions?"),
        ("amount = 6_000_000.0", "amount = 0.5", "amount", "0.5 is an amount of money, not a share, whose original"),
    ],
)  # fmt: skip
def test_what_a_book_hardly_means_is_asked_about(old: str, new: str, key: str, words: str, tmp_path: Path) -> None:
    book = stress.load(written(tmp_path, HEDGED, old, new))
    assert isinstance(book, Book)
    (note,) = [note for note in notes_of_book(book) if note.key == f'positions["cards C"].{key}']
    assert words in note.says


def test_a_check_says_what_a_book_comes_to(capsys: pytest.CaptureFixture[str]) -> None:
    """The shipped one: 6 million at 0.98, and half of 60 million of yuan at 0.14 at 0.995; 4 million short at par."""
    assert exit_code(["check", str(SCENARIOS / "books/cards-hedged.toml")]) == 0
    says = "3 positions in 2 deals: 10,200,000 USD, 4,000,000 short; paid 6,059,000\n"
    assert says in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("senior = [0.15, 0.2]", "senior = [0.2, 0.15]", "at 5 years it weighs less than at 1 year"),
        ('{ name = "2", senior = [0.15, 0.3]', '{ name = "2", senior = [1.5, 3.0]', "3: senior = .*less than 2, which"),
        ("other = [0.3, 1.2] }", "other = [0.3, 0.8] }", r"3: other = \[0.3, 0.8\]: weighs less than 2"),
    ],
)
def test_a_table_of_weights_by_rating_is_best_first(old: str, new: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=words):
        load_rules(written(tmp_path, RULES, old, new))


def test_a_probability_of_a_scenario_says_nothing_in_a_book_and_is_told_so(tmp_path: Path) -> None:
    """It was dropped in silence: a job's scenarios are mixed by theirs, a book's stand side by side."""
    likely = tmp_path / "likely.toml"
    likely.write_text(
        'kind = "scenario"\nversion = 1\nname = "likely"\nprobability = 0.25\n'
        'shocks = [{ target = "default_odds", multiply = 1.5 }]\n',
        encoding="utf-8",
    )
    book = stress.load(written(tmp_path, HEDGED, 'file = "../baseline.toml"', f'file = "{likely.as_posix()}"'))
    assert isinstance(book, Book)
    notes = [str(note) for note in notes_of_book(book) if "probability" in note.key]
    assert len(notes) == 1
    assert "0.25: a book's scenarios stand side by side and none weighs more: it says nothing here" in notes[0]
