"""What every input file shares: strict frozen models and units in the types."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
"""A share between 0 and 1. A percent is refused: write 0.05, not 5."""

AnnualRate = Annotated[float, Field(gt=-0.5, lt=1.0)]
"""A rate per annum as a fraction: 0.054 is 5.4%."""

Correlation = Annotated[float, Field(gt=-1.0, lt=1.0)]
Money = Annotated[float, Field(ge=0.0, le=1e15)]
Month = Annotated[int, Field(ge=1, le=120)]
"""A month counted from closing: month 1 is the first collection period."""

_BARRED = r"\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff/\\:"
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=rf"^[^ .{_BARRED}]([^{_BARRED}]*[^ {_BARRED}])?$")]
"""A short printable name; no slash, backslash, colon, leading dot or outer blanks: it may become a folder."""

TEXT_PATTERN = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*$"
Text = Annotated[str, Field(max_length=4000, pattern=TEXT_PATTERN)]
"""Free text: any printable characters, line breaks and tabs; nothing that moves a cursor or turns the writing."""


class Strict(BaseModel):
    """A frozen model that refuses unknown keys, lax conversions and non-finite numbers."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Document(Strict):
    """The head of every input file."""

    version: Literal[1]
    name: Name
    source: Text = ""
    """Where the facts come from."""
    illustrative: tuple[Text, ...] = ()
    """What in this file is illustrative: ours, not a published fact."""
