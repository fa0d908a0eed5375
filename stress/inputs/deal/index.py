"""The level of a floating index by month: in the deal itself, or in a CSV file beside it."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from stress.inputs.text.base import AnnualRate, Month, Strict, Text


class IndexByMonth(Strict):
    """Levels by month, each until the next: `{ by_month = [[1, 0.0385], [5, 0.0370]] }`."""

    by_month: Annotated[tuple[tuple[Month, AnnualRate], ...], Field(min_length=1)]
    """Points (month, level), from month 1; a level holds until the next."""
    source: Text = ""
    """Where the levels come from."""

    @model_validator(mode="after")
    def _from_month_1(self) -> IndexByMonth:
        months = [month for month, _ in self.by_month]
        if months[0] != 1:
            raise ValueError(f"by_month starts in month {months[0]}: month 1 needs a level")
        if any(a >= b for a, b in pairwise(months)):
            raise ValueError("months of by_month must increase")
        return self


class IndexFile(Strict):
    """A column of a table beside the deal (text or .xlsx): `{ file = "lpr.csv", column = "lpr_1y", percent = true }`.

    Its first column counts months from closing (1, 2, ...), or a column holds dates (2025-03, 2025-03-20): a month
    takes the level in force on its first day. Where none is published (holidays), the last level holds; rows before
    the deal only say which level that is. The file becomes `by_month` when the deal is read.
    """

    file: Annotated[str, Field(min_length=1, max_length=500)]
    """Relative to the deal."""
    column: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    """May be left out where the file has one column of levels."""
    percent: bool = False
    """The file says 3.85 for 3.85%; otherwise 0.0385. A percent sign in the cell says it too."""


def levels(index: float | IndexByMonth | IndexFile, n_month: int) -> list[float]:
    """Level of the index in months 1..n. Raises ValueError for a file that was never read."""
    if isinstance(index, IndexFile):
        raise ValueError(f"index file {index.file!r} is not read yet: load the deal from its file")
    if isinstance(index, IndexByMonth):
        return [next(level for start, level in reversed(index.by_month) if start <= t) for t in range(1, n_month + 1)]
    return [index] * n_month
