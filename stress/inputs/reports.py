"""Reports of a live deal or trust: what each column of its table means; the rows are read by `reading`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.text.base import Document, Strict, Text
from stress.spelling import suggest
from stress.tables.framed import word

FIGURES: dict[str, str] = {
    "default_rate": "Defaults (charge-offs) of the period, annualised, over the balance",
    "pool_begin": "Receivables at the beginning of the period",
    "pool": "Receivables at its end",
    "late_1": "Of these, 1 to 30 days past due",
    "late_2": "31 to 60 days past due",
    "late_3": "61 to 90 days past due",
    "defaults": "Receivables that defaulted in the period",
    "recoveries": "Recovered in the period",
    "principal_collections": "Principal collected in the period",
    "income": "Finance charges and fees collected in the period",
    "new_receivables": "Receivables that joined the pool in the period",
}
"""What a report may hold; beside these `note:NAME`, the balance of a note after the payment, `written:NAME`, what it
has been written down by and not written up by then, and `account:NAME`, the cash of an account after it."""
NOTE, WRITTEN, ACCOUNT = "note:", "written:", "account:"
NAMED = (NOTE, WRITTEN, ACCOUNT)

PerYear = Literal[1, 2, 4, 12]


Heading = Annotated[Text, Field(min_length=1)]


class Column(Strict):
    """Where a figure stands in the table."""

    column: Heading | Annotated[tuple[Heading, ...], Field(min_length=2, max_length=12)]
    """Its heading; a list of headings where it was renamed: each period gives it under one of them."""
    unit: Annotated[float, Field(ge=1e-9, le=1e12)] = 1.0
    """What a printed 1 is worth: 0.01 where percents are printed, 1000 where thousands are."""
    error: Annotated[float, Field(gt=0.0, le=1.0)] = 0.05
    """How far the reported figure may stand from the model's, one standard deviation, as a share of the figure: timing,
    rounding, what the model leaves out. Only `stress follow` reads it."""

    @model_validator(mode="after")
    def _once(self) -> Column:
        for heading in self.headings:
            if self.headings.count(heading) > 1:
                raise ValueError(f"column: {heading!r} stands twice")
        return self

    @property
    def headings(self) -> tuple[str, ...]:
        """All that it is called."""
        return (self.column,) if isinstance(self.column, str) else self.column


class Reports(Document):
    """The reports of one deal: a table with a row a month (or quarter) and what its columns mean."""

    kind: Literal["reports"]
    """What the file is."""
    table: Annotated[Text, Field(min_length=1)]
    """The table: CSV or .xlsx, relative to this file; newest first is turned round. Any row may be missing, and any
    cell."""
    period: Text = ""
    """Heading of the column of periods; the first column where it is left out."""
    per_year: PerYear | None = None
    """Reports a year; found from the dates where it is left out."""
    columns: Annotated[dict[str, Column], Field(min_length=1)]
    """Which column holds which figure, note:NAME, written:NAME and account:NAME among them; at least one. Columns that
    no figure names are not read."""

    @model_validator(mode="after")
    def _known(self) -> Reports:
        for name in self.columns:
            if name not in FIGURES and not (name.startswith(NAMED) and name not in NAMED):
                known = ", ".join(FIGURES)
                raise ValueError(
                    f"columns.{name}: one of {known}, {', '.join(f'{kind}NAME' for kind in NAMED)}"
                    f"{suggest(name, tuple(FIGURES))}"
                )
        return self


def _as_figure(heading: str) -> str:
    return word(heading).replace(" ", "_")


def unread(headings: Sequence[str], columns: Iterable[Column]) -> tuple[str, ...]:
    """Which columns of a table no figure names, in words.

    >>> unread(["pool", "A"], [Column(column="pool")])
    ("not read: 'A' (balances of notes are called note:NAME, cash of accounts account:NAME)",)
    >>> unread(["pool", "late1"], [Column(column="pool")])
    ("not read: 'late1'; did you mean late_1?",)
    """
    read = {heading for column in columns for heading in column.headings}
    others = [heading for heading in headings if heading and heading not in read]
    free = [name for name in FIGURES if name not in map(_as_figure, read)]
    meant = [suggest(_as_figure(heading), free) for heading in others]
    plain = [heading for heading, hint in zip(others, meant, strict=True) if not hint]
    named = f" (balances of notes are called {NOTE}NAME, cash of accounts {ACCOUNT}NAME)"
    sentences = [f"not read: {heading!r}{hint}" for heading, hint in zip(others, meant, strict=True) if hint]
    return (*sentences, *([f"not read: {', '.join(map(repr, plain))}{named}"] if plain else []))
