"""A vector autoregression: how macro variables move around their path, and together."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.text.base import Document, Strict, Text
from stress.inputs.text.matrix import check_covariance
from stress.inputs.text.percents import NO_PERCENT

Number = Annotated[float, Field(ge=-1e6, le=1e6)]
Matrix = tuple[tuple[Number, ...], ...]


class VarSample(Strict):
    """What a vector autoregression was estimated from, and how it fits."""

    n: Annotated[int, Field(ge=1)]
    """Observations."""
    first: Text
    """First period."""
    last: Text
    """Last period."""
    largest_root: Annotated[float, Field(ge=0.0, lt=1.0, json_schema_extra={NO_PERCENT: True})]
    """Modulus of the slowest root: how much of a shock is left a period later, in the long run."""
    whiteness: Annotated[float, Field(ge=0.0, le=1.0, json_schema_extra={NO_PERCENT: True})] | None = None
    """p-value of the portmanteau test that the residuals have no memory."""


class Var(Document):
    """x_t = constant + sum_l A_l x_{t-l} + u_t, u_t ~ N(0, covariance), in the units of the tables.

    In a scenario only deviations from the tables' paths follow it: d_t = sum_l A_l d_{t-l} + u_t, from 0 at the start.
    """

    kind: Literal["var"]
    """What the file is."""
    description: Text = ""
    """What the model is, in words."""
    per_year: Literal[1, 4, 12]
    """Periods a year: 1, 4 or 12."""
    variables: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(min_length=1, max_length=6)
    ]
    """Columns of the macro tables."""
    constant: tuple[Number, ...] = ()
    """Intercept of each variable; 0 where left out."""
    lags: Annotated[tuple[Matrix, ...], Field(min_length=1, max_length=8)]
    """A_1, A_2, ...: row i, column j is what variable j, so many periods before, does to variable i."""
    errors: tuple[Matrix, ...] = ()
    """Standard errors of `lags`, where it was estimated."""
    covariance: Matrix
    """Of the shocks u, in the units of the tables."""
    sample: VarSample | None = None
    """What it was estimated from."""

    @model_validator(mode="after")
    def _fits_together(self) -> Var:
        n = len(self.variables)
        if len(set(self.variables)) != n:
            raise ValueError("variables must differ")
        if self.constant and len(self.constant) != n:
            raise ValueError(f"constant must have {n} numbers, one a variable")
        if self.errors and len(self.errors) != len(self.lags):
            raise ValueError("errors must have as many matrices as lags")
        for key, matrices in (("lags", self.lags), ("errors", self.errors)):
            for number, matrix in enumerate(matrices, 1):
                if len(matrix) != n or any(len(row) != n for row in matrix):
                    raise ValueError(f"{key}[{number}] must have {n} rows of {n} numbers")
        check_covariance("covariance", self.covariance, n)
        return self
