"""A satellite model: how a rate of the pool, or another input, follows macro variables."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.text.base import Document, Strict, Text
from stress.inputs.text.percents import NO_PERCENT

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


class OwnLag(Estimate):
    """What is explained, some periods before: the coefficient of link(y[t - lag])."""

    lag: Annotated[int, Field(ge=1, le=24)]
    """Periods of `per_year`."""


class Sample(Strict):
    """What a satellite was estimated from, and how well it fits."""

    n: Annotated[int, Field(ge=1)]
    """Observations."""
    first: Text
    """First period."""
    last: Text
    """Last period."""
    r2: Annotated[float, Field(le=1.0, json_schema_extra={NO_PERCENT: True})]
    """Share of the variance that is explained."""
    robust_lags: Lag
    """Lags of the robust errors."""
    residual_sd: NotNegative
    """On the link's scale."""
    residual_persistence: Annotated[float, Field(ge=-1.0, le=1.0, json_schema_extra={NO_PERCENT: True})]
    """Lag-1 correlation of the residuals."""


class Satellite(Document):
    """link(y_t) = link(y_0) + s_t, s_t = sum_k b_k (x_k,t - x_k,0) + sum_j a_j s_{t-j}: only movements act.

    The a_j are its own lags, where it has some; s is 0 up to the start.
    """

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
    own: Annotated[tuple[OwnLag, ...], Field(max_length=8)] = ()
    """Lags of what is explained itself: a shock to a variable then builds up over periods."""
    sample: Sample | None = None
    """What it was estimated from."""

    @model_validator(mode="after")
    def _terms_differ(self) -> Satellite:
        keys = [(term.variable, term.lag, term.difference) for term in self.terms]
        if len(set(keys)) != len(keys):
            raise ValueError("terms: the same variable, lag and difference appears twice")
        if len({term.lag for term in self.own}) != len(self.own):
            raise ValueError("own: the same lag appears twice")
        if not dies_out(self.own):
            raise ValueError("own: what these coefficients carry on does not die out: a root is not below 1")
        return self

    @property
    def memory(self) -> float:
        """Sum of the coefficients of its own lags; a lasting move acts 1 / (1 - memory) times in the end."""
        return sum(term.coefficient for term in self.own)


def carried(own: tuple[OwnLag, ...], moves: list[float]) -> list[float]:
    """Moves by period with what the own lags carry on of those before; nothing has moved before the first.

    >>> carried((OwnLag(lag=1, coefficient=0.5),), [0.0, 1.0, 1.0, 1.0])
    [0.0, 1.0, 1.5, 1.75]
    """
    moved: list[float] = []
    for place, move in enumerate(moves):
        moved.append(move + sum(a.coefficient * moved[place - a.lag] for a in own if a.lag <= place))
    return moved


def dies_out(own: tuple[OwnLag, ...]) -> bool:
    """Whether all roots of an autoregression are below 1: its partial autocorrelations are, by Levinson's recursion
    backwards (Barndorff-Nielsen and Schou 1973)."""
    order = max((term.lag for term in own), default=0)
    phi = [0.0] * order
    for term in own:
        phi[term.lag - 1] = term.coefficient
    while phi:
        last = phi[-1]
        if abs(last) >= 1.0 - 1e-9:
            return False
        phi = [(a + last * b) / (1.0 - last * last) for a, b in zip(phi[:-1], reversed(phi[:-1]), strict=True)]
    return True
