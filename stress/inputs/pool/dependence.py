"""How defaults, prepayment and recovery move together: factors, their loadings, a copula."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.text.base import AssetCorrelation, Correlation, Persistence, Strict


class Copula(Strict):
    """What ties defaults beyond the factors: nothing (gaussian), or one chi-square variable for the path (t)."""

    kind: Literal["gaussian", "t"] = "gaussian"
    """Gaussian, or t: one chi-square variable for the path fattens joint tails."""
    df: Annotated[float, Field(ge=2.0, le=1000.0)] | None = None
    """Degrees of freedom of a t copula; small numbers make joint extremes likelier."""

    @model_validator(mode="after")
    def _df_goes_with_t(self) -> Copula:
        if (self.kind == "t") != (self.df is not None):
            raise ValueError('df goes with kind = "t": { kind = "t", df = 5.0 }')
        return self


Loading = Annotated[tuple[Annotated[float, Field(ge=-1.0, le=1.0)], ...], Field(min_length=1, max_length=24)]


class Loadings(Strict):
    """Weights of each latent variable on independent factors; squares of a row sum to 1 (rho: how much they count)."""

    default: Loading
    """Of entry (or one-step default) and rolls."""
    segment: dict[str, Loading] = {}
    """Segments whose default loads differently."""
    prepayment: Loading
    """Weights of prepayment."""
    recovery: Loading
    """Weights of recovery."""

    @model_validator(mode="after")
    def _rows(self) -> Loadings:
        rows = {"default": self.default, "prepayment": self.prepayment, "recovery": self.recovery}
        rows |= {f"segment.{name}": row for name, row in self.segment.items()}
        for name, row in rows.items():
            if len(row) != len(self.default):
                raise ValueError(f"loadings.{name}: has {len(row)} weights, default has {len(self.default)}")
            square = sum(weight * weight for weight in row)
            if abs(square - 1.0) > 1e-6:
                raise ValueError(f"loadings.{name}: squares must sum to 1, not {square:.6g}")
        return self

    def row(self, segment: str) -> tuple[float, ...]:
        """Weights of a segment's default."""
        return self.segment.get(segment, self.default)


class Dependence(Strict):
    """Systematic factors: a stationary AR(1) each, correlated innovations (model: Vasicek 2002 conditional rates)."""

    rho: AssetCorrelation
    """Asset correlation of the monthly latent variable behind entry (or one-step default)."""
    rho_roll: AssetCorrelation = 0.0
    """Asset correlation of the latent variable behind the roll rates, on the default factor."""
    rho_prepayment: AssetCorrelation = 0.0
    """Asset correlation of the latent variable behind prepayment, on the prepayment factor."""
    rho_recovery: AssetCorrelation = 0.0
    """Asset correlation of the latent variable behind recovery, on the recovery factor."""
    phi: Persistence
    """Monthly persistence of the factors."""
    correlation_prepayment: Correlation = 0.0
    """Of the default and the prepayment factor; positive: bad months pay slowly."""
    correlation_recovery: Correlation = 0.0
    """Of the default and the recovery factor."""
    correlation_prepayment_recovery: Correlation = 0.0
    """Of the prepayment and the recovery factor."""
    factor_start: Literal["stationary"] | Annotated[float, Field(ge=-6.0, le=6.0)] = "stationary"
    """Draw the first month from the stationary law, or start all factors at a value (low is bad)."""
    copula: Copula | None = None
    """Of the latent variables behind entry (or one-step default); Gaussian where left out."""
    loadings: Loadings | None = None
    """Instead of the three correlations: what each latent variable loads on."""

    @property
    def df(self) -> float | None:
        """Degrees of freedom of a t copula; None under the Gaussian one."""
        return None if self.copula is None else self.copula.df

    @model_validator(mode="after")
    def _positive_definite(self) -> Dependence:
        a, b, c = self.correlation_prepayment, self.correlation_recovery, self.correlation_prepayment_recovery
        if self.loadings is not None and (a or b or c):
            raise ValueError("loadings already say how the factors are correlated: leave the correlation_ keys out")
        if 1.0 + 2.0 * a * b * c - a * a - b * b - c * c <= 1e-9:
            raise ValueError("the factor correlations do not form a positive definite matrix")
        return self
