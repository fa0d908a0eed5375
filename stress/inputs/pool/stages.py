"""Seasoning: stages that a receivable passes, each with its own hazard."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from stress.inputs.text.base import Fraction, MonthlyRate, Name, Strict
from stress.inputs.text.curve import DefaultWords, PrepaymentWords, read_first_month

MOST_STAGES = 4


class Stage(Strict):
    """A stage of a receivable's life: it is bought into the first and moves on, month by month, to the last."""

    name: Name
    """What tables call it."""
    moves_on: Fraction | None = None
    """Monthly share of its performing balance that moves on to the next stage; the last stage leaves it out."""
    default_odds: Annotated[float, Field(gt=0.0, le=1000.0)] | None = None
    """Multiple of the odds of each segment's `entry_rate` in this stage; 1 where neither is given."""
    entry_rate: tuple[MonthlyRate, ...] | None = None
    """Instead: the monthly rates of entry themselves, one a segment in their order."""
    entry_rate_curve: tuple[DefaultWords, ...] | None = None
    """Instead: by month in curve words, one a segment in their order."""
    prepayment: MonthlyRate | None = None
    """Single monthly mortality in this stage; that of the segment where left out."""
    prepayment_curve: PrepaymentWords | None = None
    """Instead: by month in curve words."""

    @model_validator(mode="after")
    def _one_hazard(self) -> Stage:
        read_first_month(self, {"entry_rate_curve": "entry_rate", "prepayment_curve": "prepayment"}, f"{self.name}: ")
        if self.default_odds is not None and self.entry_rate is not None:
            raise ValueError("give default_odds or entry_rate, not both")
        return self


Stages = Annotated[tuple[Stage, ...], Field(max_length=MOST_STAGES)]
