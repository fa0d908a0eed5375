"""Capital rules of securitisation notes: parameters as data, with their source, date and standing."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.text.base import Document, Fraction, Name, Strict, Text
from stress.inputs.text.percents import NO_PERCENT

Weight = Annotated[float, Field(ge=0.0, le=12.5)]
"""A risk weight as a fraction of the exposure: 0.15 is 15%, 12.5 the most."""
Supervisory = Annotated[float, Field(ge=0.01, le=2.0, json_schema_extra={NO_PERCENT: True})]


class Standardised(Strict):
    """Parameters of SEC-SA."""

    p: Supervisory
    """Supervisory parameter p of notes that are not senior."""
    p_senior: Supervisory | None = None
    """Of senior notes, where it differs."""
    floor: Fraction
    """Least risk weight of notes that are not senior."""
    floor_senior: Fraction | None = None
    """Of senior notes, where it differs."""


class Irba(Strict):
    """Parameters of SEC-IRBA for retail pools."""

    least_p: Supervisory
    """Smallest p."""
    scale: Supervisory = 1.0
    """Factor on p before the smallest applies (0.5 for STS and STC)."""
    floor: Fraction
    """Least risk weight of notes that are not senior."""
    floor_senior: Fraction | None = None
    """Of senior notes, where it differs."""


class Quality(Strict):
    """Risk weights of one external rating that the user holds."""

    name: Name
    """As the rule's table writes it."""
    senior: tuple[Weight, Weight]
    """Of a senior note at 1 and at 5 years."""
    other: tuple[Weight, Weight]
    """Of any other note at 1 and at 5 years, before the discount for thickness."""


class Erba(Strict):
    """The table of SEC-ERBA."""

    floor: Fraction
    """Least risk weight of notes that are not senior."""
    floor_senior: Fraction | None = None
    """Of senior notes, where it differs."""
    qualities: Annotated[tuple[Quality, ...], Field(min_length=1, max_length=40)]
    """Best first."""

    @model_validator(mode="after")
    def _in_order(self) -> Erba:
        before = None
        for quality in self.qualities:
            for rank in ("senior", "other"):
                short, long = getattr(quality, rank)
                if long < short:
                    raise ValueError(
                        f"erba.qualities: {quality.name}: {rank} = [{short:g}, {long:g}]: at 5 years it weighs less "
                        "than at 1 year, which stands first"
                    )
                if before is not None and any(a < b for a, b in zip((short, long), getattr(before, rank), strict=True)):
                    raise ValueError(
                        f"erba.qualities: {quality.name}: {rank} = [{short:g}, {long:g}]: weighs less than "
                        f"{before.name}, which stands above it: best first"
                    )
            before = quality
        return self


class Transfer(Strict):
    """Limits of the mechanical tests of significant risk transfer."""

    mezzanine_held: Fraction
    """Most of the risk-weighted amounts of all mezzanine notes that the originator may keep."""
    first_loss_held: Fraction
    """Most of the first loss tranche that it may keep where there is no mezzanine note."""


class Rules(Document):
    """Parameters of one body of rules."""

    kind: Literal["rules"]
    """What the file is."""
    status: Literal["in force", "proposed"]
    """Whether it binds anybody yet."""
    date: datetime.date
    """From when it applies, or when it was proposed."""
    note: Text = ""
    """What the reader must know of it."""
    look_through: bool
    """Whether a senior note needs at most the average risk weight of the pool."""
    loan_weight: Weight = 0.75
    """Standardised risk weight of a consumer loan that is not past due."""
    standardised: Standardised
    """SEC-SA, or the simplified supervisory formula."""
    irba: Irba | None = None
    """SEC-IRBA, where the rules have it."""
    erba: Erba | None = None
    """SEC-ERBA, where the rules have it."""
    transfer: Transfer | None = None
    """Tests of significant risk transfer, where the rules have them."""

    @model_validator(mode="after")
    def _sourced(self) -> Rules:
        if not self.source.strip():
            raise ValueError("source is empty: rules without a source are nobody's")
        if not 1980 <= self.date.year <= 2200:
            raise ValueError(f"date = {self.date}: must lie between 1980 and 2200")
        if self.erba is not None:
            names = [quality.name for quality in self.erba.qualities]
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"erba.qualities: {name!r} is named {names.count(name)} times: names must differ")
        return self
