"""What a book's page and workbook tell: every deal's illustrative inputs, words, notes, levels of factors, a replay."""

import html
from pathlib import Path

import openpyxl
import pytest
import xarray as xr
from markupsafe import Markup
from shipped import SCENARIOS

import stress
from stress.cli import book_answer
from stress.cli.book_counted import HERE, counted, subject_of
from stress.cli.output import Output
from stress.report import book as sheets
from stress.report.book import level
from stress.report.book_path import _of_other_note
from stress.report.inputs import illustrative, inputs

SHIPPED = SCENARIOS / "books/cards-hedged.toml"


@pytest.fixture(scope="module")
def answer() -> book_answer.BookAnswer:
    subject = subject_of(SHIPPED, 0.99, paths=2048)
    counts = counted(subject, HERE, dry_run=False, output=Output(quiet=True))
    assert counts is not None
    return book_answer.answer_of(counts, book_answer.asked_of(subject.book))


def test_the_register_of_a_book_holds_what_its_deals_call_illustrative_with_where(
    answer: book_answer.BookAnswer,
) -> None:
    book, register = answer.book, answer.risk.illustrative
    assert all(register[line] == f"book {book.name}" for line in book.illustrative)
    for deal in book.deals:
        for line, where in illustrative(deal.job):
            assert set(where.split("; ")) <= set(register[line].split("; "))
    assert len(register) > len(book.illustrative)
    pools = [part.name for kind, part in inputs(stress.load(SHIPPED.parent / "consumer.toml")) if kind == "pool"]
    assert len(pools) == len(set(pools)) == 4  # both deals of one pool read it once


def test_the_page_and_the_workbook_tell_the_inputs_and_where_they_come_from(
    answer: book_answer.BookAnswer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stress.report.page.book.svg_of", lambda *_: Markup("<svg></svg>"))
    page, workbook = tmp_path / "book.html", tmp_path / "book.xlsx"
    book_answer.save(answer, page, workbook)
    text = html.unescape(page.read_text(encoding="utf-8"))
    assert all(f'{line} <span class="quiet">({where})' in text for line, where in answer.risk.illustrative.items())
    assert answer.book.deals[0].job.scenarios[1].description in text
    assert "a short of a note" not in text
    assert "PARTIAL" not in text
    about = dict(openpyxl.load_workbook(workbook)["Provenance"].values)
    assert (about["version"], about["result_sha256"]) == (stress.__version__, answer.sha256)
    assert answer.sha256 in text
    book_answer.save(answer._replace(partial="2,048 of 4,096 paths"), page, workbook)
    assert "PARTIAL, 2,048 of 4,096 paths so far: 3 positions in 2 deals" in page.read_text(encoding="utf-8")
    assert dict(openpyxl.load_workbook(workbook)["Provenance"].values)["partial"] == "2,048 of 4,096 paths"


def test_notes_on_the_inputs_stand_on_the_page(
    answer: book_answer.BookAnswer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stress.report.page.book.svg_of", lambda *_: Markup("<svg></svg>"))
    deals = (answer.book.deals[0], answer.book.deals[1].model_copy(update={"loads": (0.0, 0.0)}))
    page = tmp_path / "book.html"
    book_answer.save(answer._replace(book=answer.book.model_copy(update={"deals": deals})), page, None)
    assert "no deal loads on 'consumer China': it moves nothing" in html.unescape(page.read_text(encoding="utf-8"))


def test_the_terminal_counts_what_the_deals_add(answer: book_answer.BookAnswer) -> None:
    own, every = answer.book.illustrative, answer.risk.illustrative
    more = len(every) - len(own)
    said = sheets.illustrative(answer.book, answer.risk)
    assert said == f"Illustrative: {'; '.join(own)}, and {more} statements of its deals' inputs (--report, --json)."
    bare = answer.book.model_copy(update={"illustrative": ()})
    risk = answer.risk._replace(illustrative={})
    assert sheets.illustrative(bare, risk) == ""


@pytest.mark.parametrize(
    ("x", "digits", "said"),
    [(-0.004, 2, "0.00"), (0.004, 2, "0.00"), (-0.0, 1, "0.0"), (-1.26, 1, "\N{MINUS SIGN}1.3"), (1.26, 2, "+1.26")],
)
def test_a_level_of_nothing_has_no_sign(x: float, digits: int, said: str) -> None:
    assert level(x, digits) == said


def test_what_is_said_of_a_certificate_that_is_not_held_is_left_out() -> None:
    trace = xr.Dataset(coords={"tranche": ["A", "certificate"]})
    for line, left_out in (
        ("certificate, a certificate, receives 50,760,799 USD.", True),
        ("A is repaid in full by month 20.", False),
        ("Acceleration begins in month 4.", False),
    ):
        assert _of_other_note(line, trace, {"A"}) == left_out
