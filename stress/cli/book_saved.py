"""What `stress table`, `report` and `compare` say of a book's folder: the book's own tables, page and changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from stress.cli.answer import plain, sheet_table
from stress.cli.book_answer import answer_of, asked_of, document, save, table, tell
from stress.cli.book_counted import kept, subject_of
from stress.cli.output import Output
from stress.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stress.answers.book_change import BookChange
    from stress.cli.book_counted import BookCounted


def say_table(
    folder: Path, limits: tuple[str, ...], workbook: Path | None, output: Output, others: dict[str, Any]
) -> None:
    """The tables of a book. `others`: options that are for runs of jobs; raises ConfigError where one is given."""
    counts = _opened(folder, output, others)
    tell(counts, asked_of(counts.packs.book, limits=limits), None, workbook, output)


def say_report(
    folder: Path, out: Path | None, scenario: str | None, workbook: Path | None, output: Output, others: dict[str, Any]
) -> None:
    """The page of a book beside its counts or where `out` says, and its tables. Raises as `say_table`."""
    counts = _opened(folder, output, others)
    answer = answer_of(counts, asked_of(counts.packs.book, scenario=scenario))
    page = out or folder / "report.html"
    save(answer, page, workbook)
    output.log("saved", out=str(page))
    output.result(lambda: table(answer), lambda: document(answer) | {"report": str(page)})


def say_changes(before: Path, after: Path, workbook: Path | None, output: Output, others: dict[str, Any]) -> None:
    """What changed between two books. Raises as `say_table`, and where a folder is none of a book."""
    from stress.analysis.book_changes import book_change
    from stress.analysis.book_risk import book_risk
    from stress.cli.of_books import is_book_folder

    for folder in (before, after):
        if not is_book_folder(folder):
            raise ConfigError(f"{folder}: is no folder of a book, as the other is: both of books, or both of runs")
    both = [_opened(folder, output, others) for folder in (before, after)]
    change = book_change(*(book_risk(counted.packs.book, counted.tally, counted.level) for counted in both))
    if workbook is not None:
        from stress.cli.writing import writing
        from stress.report import book_change as written
        from stress.report.book_workbook import inputs
        from stress.report.workbook import write

        about = {"before": str(before), "after": str(after), "same draws": change.same_draws}
        with writing("--xlsx", workbook):
            write(workbook, written.tables(change), inputs(both[1].packs.book), about)
    output.result(lambda: _changes(change), lambda: plain(change))


def _changes(change: BookChange) -> RenderableType:
    from rich.console import Group

    from stress.report.book_change import sheets

    return Group(*(sheet_table(sheet, title) for title, sheet in sheets(change)))


def _opened(folder: Path, output: Output, others: dict[str, Any]) -> BookCounted:
    given = [f"--{name}" for name, value in others.items() if value]
    if given:
        raise ConfigError(f"{', '.join(given)}: for runs of jobs; `stress book --help` says what there is for books")
    subject = subject_of(folder, None)
    assert subject.packs is not None
    assert subject.tally is not None
    return kept(subject.packs, subject.tally, subject.level, output)
