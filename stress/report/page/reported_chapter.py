"""Chapters of a followed deal and of a back-test: what was predicted, what came, how good that was so far."""

from __future__ import annotations

from stress.answers.backtest import BackTest
from stress.answers.follow import Follow
from stress.report.figures.fans import fans
from stress.report.figures.followed import followed
from stress.report.page.exhibit import Chapter, Exhibit, svg_of
from stress.report.reported import (
    WORTH,
    scored,
    sentences_of_follow,
    sentences_of_scores,
    sheets_of_follow,
    title_of_scores,
)
from stress.report.sheets import Sheet


def follow(answer: Follow) -> Chapter:
    """Each report beside its prediction; notes and triggers from today."""
    (title, months), *others = sheets_of_follow(answer)
    by_title = dict(others)
    notes = next(sheet for name, sheet in by_title.items() if name.startswith(WORTH))
    says = [s[0].upper() + s[1:] + "." for s in sentences_of_follow(answer)]
    texts = [
        f"{name}: " + "; ".join(f"{row[0]}: {', '.join(_cells(sheet, row))}" for row in _moving(sheet)) + "."
        for name, sheet in others
        if sheet is not notes
    ]
    exhibit = Exhibit(svg_of(followed(answer), "follow"), "Reports and predictions", months.note, months)
    return Chapter(title, (*says, *texts), notes, exhibit)


def backtest(answer: BackTest) -> Chapter:
    """Scores by horizon, fans from past origins, the evidence of drift."""
    says = tuple(s[0].upper() + s[1:] + "." for s in sentences_of_scores(answer))
    sheet = scored(answer)
    exhibit = Exhibit(svg_of(fans(answer), "backtest"), "Bands, fans, evidence", sheet.note, sheet)
    return Chapter(title_of_scores(answer), says, Sheet((), ()), exhibit)


def _moving(sheet: Sheet) -> list[tuple[str, ...]]:
    """Rows in which something is not nothing; all of them where nothing is."""
    return [row for row in sheet.rows if any(_some(cell) for cell in row[1:])] or list(sheet.rows)


def _some(cell: str) -> bool:
    return cell not in ("0", "0%", "") and not cell.startswith("<")


def _cells(sheet: Sheet, row: tuple[str, ...]) -> list[str]:
    return [f"{head} {cell}" for head, cell in zip(sheet.head[1:], row[1:], strict=True) if cell]
