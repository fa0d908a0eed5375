"""A random short rate: one factor, fitted to a forward curve or from its own level."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.text.base import AnnualRate, Month, Name, Strict, Text
from stress.inputs.text.percents import NO_PERCENT

Reversion = Annotated[float, Field(ge=0.0, le=5.0, json_schema_extra={"unit": "a year", NO_PERCENT: True})]
Volatility = Annotated[float, Field(gt=0.0, le=0.2, json_schema_extra={"unit": "a year"})]


class ShortRate(Strict):
    """One rate for every index of the deal, for cash and for discounting: `model = "hull_white"` fitted to a curve, or
    `model = "vasicek"` from its own level to its own mean."""

    model: Literal["hull_white", "vasicek"] = "hull_white"
    """hull_white is fitted to the levels of the deal's index, or to `forward`; vasicek has `start` and `mean`."""
    mean_reversion: Reversion
    """Speed a year at which the rate returns: after one year e^-speed of a deviation is left."""
    volatility: Volatility
    """Standard deviation of the rate over a short time, a year: 0.01 is 100 basis points."""
    correlation: Annotated[float, Field(ge=-1.0, le=1.0, json_schema_extra={"unit": "correlation"})] = 0.0
    """With the innovations of the default factor; a low factor is bad: negative where rates rise in bad times."""
    index: Name | None = None
    """The index of the deal whose levels are the forward curve; needed where the deal has several."""
    forward: tuple[tuple[Month, AnnualRate], ...] = ()
    """Forward curve as points (month, level), from month 1, each until the next; in place of the deal's own levels."""
    start: AnnualRate | None = None
    """Of vasicek: the rate at issue."""
    mean: AnnualRate | None = None
    """Of vasicek: the rate to which it returns."""
    source: Text = ""
    """Where the numbers come from."""

    @model_validator(mode="after")
    def _agrees(self) -> ShortRate:
        vasicek = self.model == "vasicek"
        for key in ("start", "mean"):
            if (getattr(self, key) is not None) != vasicek:
                raise ValueError(f'{key} goes with model = "vasicek", which needs start and mean')
        if vasicek and (self.forward or self.index is not None):
            raise ValueError("vasicek has a curve of its own: leave forward and index out, or take hull_white")
        if self.forward and self.index is not None:
            raise ValueError("give index or forward: one forward curve")
        months = [month for month, _ in self.forward]
        if months and months[0] != 1:
            raise ValueError(f"forward starts in month {months[0]}: month 1 needs a level")
        if any(a >= b for a, b in pairwise(months)):
            raise ValueError("months of forward must increase")
        return self

    @property
    def own_curve(self) -> bool:
        """Whether it brings a curve of its own, in place of the deal's levels."""
        return self.model == "vasicek" or bool(self.forward)
