"""Parameters that are not known: the sampling distribution of an estimate, from which each path draws its own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.text.base import Document, Strict, Text
from stress.inputs.text.matrix import check_covariance
from stress.inputs.text.percents import CORRELATION, NO_PERCENT

Row = tuple[float, float, float]


class DrawnFrom(Strict):
    """What the parameters were estimated from."""

    n: Annotated[int, Field(ge=1)]
    """Observations."""
    first: Text
    """First period."""
    last: Text
    """Last period."""
    replicates: Annotated[int, Field(ge=1)] | None = None
    """Histories that were simulated from the estimates and estimated again."""


class Parameters(Document):
    """Covariance of the log odds of (p, rho, phi) at the monthly horizon.

    A path draws a shift of each and adds it to the log odds of the pool's own: of every entry rate, of rho, of phi.
    """

    kind: Literal["parameters"]
    """What the file is."""
    p: Annotated[float, Field(gt=0.0, lt=1.0)]
    """Estimated monthly default rate (of the history: the pool keeps its own)."""
    rho: Annotated[float, Field(gt=0.0, lt=1.0, json_schema_extra={"unit": CORRELATION})] | None = None
    """Estimated monthly asset correlation; left out where only p was."""
    phi: Annotated[float, Field(gt=0.0, lt=1.0, json_schema_extra={"unit": "a month", NO_PERCENT: True})] | None = None
    """Estimated monthly persistence; likewise."""
    covariance: tuple[Row, Row, Row]
    """Of the log odds of p, rho, phi, in this order."""
    sample: DrawnFrom | None = None
    """What they were estimated from."""

    @model_validator(mode="after")
    def _is_a_covariance(self) -> Parameters:
        check_covariance("covariance", self.covariance, 3)
        largest = max(self.covariance[i][i] for i in range(3))
        if largest > 25.0:
            raise ValueError(f"covariance: a variance of {largest:g} of log odds knows nothing; at most 25")
        return self
