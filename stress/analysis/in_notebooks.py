"""Answers as a notebook shows them: the table that their chapter of a report has."""

from __future__ import annotations

from typing import Any

from stress import answers
from stress.answers.book import BookRisk
from stress.answers.book_reverse import BookReverse


def show_tables() -> None:
    """Give every answer that has a table its `_repr_html_`; of `whatif` the page with sliders shows the surfaces."""
    kinds = [getattr(answers, name) for name in answers.__all__ if name != "WhatIf"]
    for kind in (*kinds, BookRisk, BookReverse):
        kind._repr_html_ = _html_of


def _html_of(answer: Any) -> str:
    from stress import report

    return str(report.frame(answer).to_html(border=0))
