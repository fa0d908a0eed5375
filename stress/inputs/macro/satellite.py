"""A satellite model: how a rate of the pool, or another input, follows macro variables."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.text.base import Document, Strict, Text

Link = Literal["logit", "probit", "log", "linear"]
"""`logit`, `probit` move a rate between 0 and 1; `log` multiplies an input; `linear` adds to it."""

Lag = Annotated[int, Field(ge=0, le=99)]
Coefficient = Annotated[float, Field(ge=-1e6, le=1e6)]
NotNegative = Annotated[float, Field(ge=0.0)]


class Estimate(Strict):
    """A coefficient on the link's scale, with its standard errors where it was estimated."""

    coefficient: Coefficient
    """On the link's scale, per unit of the variable."""
    error: NotNegative | None = None
    """Of ordinary least squares."""
    robust_error: NotNegative | None = None
    """That allows for autocorrelation (Newey and West 1987)."""


class SatelliteTerm(Estimate):
    """A regressor: x[t - lag], less x[t - lag - difference] where a difference is given; periods of `per_year`."""

    variable: Annotated[str, Field(min_length=1, max_length=200)]
    """A column of the macro table, in its published unit."""
    lag: Lag = 0
    """Periods by which the variable leads."""
    difference: Lag = 0
    """Periods over which its change is taken; 0 for the level."""


class Sample(Strict):
    """What a satellite was estimated from, and how well it fits."""

    n: Annotated[int, Field(ge=1)]
    """Observations."""
    first: Text
    """First period."""
    last: Text
    """Last period."""
    r2: Annotated[float, Field(le=1.0)]
    """Share of the variance that is explained."""
    robust_lags: Lag
    """Lags of the robust errors."""
    residual_sd: NotNegative
    """On the link's scale."""
    residual_persistence: Annotated[float, Field(ge=-1.0, le=1.0)]
    """Lag-1 correlation of the residuals."""


class Satellite(Document):
    """link(y_t) = link(y_0) + sum_k b_k (x_k,t - x_k,0): only movements against the start act."""

    kind: Literal["satellite"]
    """What the file is."""
    description: Text = ""
    """What the model is, in words."""
    target: Text = ""
    """What was explained, in the words of its history."""
    link: Link
    """Scale on which the regressors act."""
    per_year: Literal[1, 4, 12]
    """Periods a year of the lags and differences: 4 is quarters."""
    annualised: bool = True
    """True: y is a rate per annum, shifted there and made monthly after. False: y is the monthly rate itself."""
    constant: Estimate | None = None
    """Intercept, where it was estimated."""
    terms: Annotated[tuple[SatelliteTerm, ...], Field(min_length=1, max_length=16)]
    """Regressors."""
    sample: Sample | None = None
    """What it was estimated from."""

    @model_validator(mode="after")
    def _terms_differ(self) -> Satellite:
        seen = [(term.variable, term.lag, term.difference) for term in self.terms]
        if len(set(seen)) != len(seen):
            raise ValueError("terms: the same variable, lag and difference appears twice")
        return self
