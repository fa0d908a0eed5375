"""The delinquency ladder: what of each bucket of 30 days rolls on, cures, pays down or stays."""

from __future__ import annotations

import functools
from typing import Annotated

from pydantic import Field, model_validator

from stress.inputs.text.base import AssetCorrelation, Fraction, Strict

MOST_BUCKETS = 6


class Ladder(Strict):
    """Three buckets: monthly roll rates M1 -> M2 -> M3 -> default at 90+; what does not roll cures."""

    roll_m1: Fraction
    """Monthly share of M1 (1-30 days past due) that rolls to M2."""
    roll_m2: Fraction
    """Monthly share of M2 that rolls to M3."""
    roll_m3: Fraction
    """Monthly share of M3 that defaults."""


class Bucket(Strict):
    """One bucket of 30 days of a ladder, the least late first: default (charge-off) is what rolls on from the last."""

    rolls: Fraction
    """Monthly share that is a bucket later at the next step; default from the last bucket."""
    cures: Fraction | None = None
    """Monthly share that pays what it is late with and performs again; all that does not roll where left out."""
    pays_down: tuple[Fraction, ...] = ()
    """Monthly shares that pay their way 1, 2, ... buckets down and stay late. What is left of all stays."""
    rho: AssetCorrelation | None = None
    """Asset correlation of the latent variable behind this roll; `dependence.rho_roll` where left out."""
    elasticity: Annotated[float, Field(ge=-5.0, le=5.0)] = 0.0
    """Log odds of this roll move by so much for each log odds by which a scenario's shocks move entry."""

    @property
    def cured(self) -> float:
        """Monthly share that cures."""
        return 1.0 - self.rolls - sum(self.pays_down) if self.cures is None else self.cures

    @property
    def stays(self) -> float:
        """Monthly share that stays in the bucket."""
        left = 0.0 if self.cures is None else 1.0 - self.rolls - self.cures - sum(self.pays_down)
        return left if left > 1e-9 else 0.0

    @model_validator(mode="after")
    def _at_most_all(self) -> Bucket:
        shares = self.rolls + (self.cures or 0.0) + sum(self.pays_down)
        if shares > 1.0 + 1e-9:
            raise ValueError(f"rolls, cures and pays_down sum to {shares:.6g}: at most 1, what is left stays")
        return self


@functools.lru_cache(maxsize=64)
def as_buckets(ladder: Ladder) -> tuple[Bucket, ...]:
    """Three buckets, in which what does not roll cures."""
    return tuple(Bucket(rolls=roll) for roll in (ladder.roll_m1, ladder.roll_m2, ladder.roll_m3))


Buckets = Annotated[tuple[Bucket, ...], Field(min_length=1, max_length=MOST_BUCKETS)]


class DelinquencyStock(Strict):
    """Opening shares of balance already past due."""

    m1: Fraction = 0.0
    """Share 1-30 days past due at the cut-off date."""
    m2: Fraction = 0.0
    """Share 31-60 days past due at the cut-off date."""
    m3: Fraction = 0.0
    """Share 61-90 days past due at the cut-off date."""
    m4: Fraction = 0.0
    """Share 91-120 days past due and not charged off."""
    m5: Fraction = 0.0
    """Share 121-150 days past due and not charged off."""
    m6: Fraction = 0.0
    """Share 151-180 days past due and not charged off."""

    @property
    def shares(self) -> tuple[float, ...]:
        """M1 .. M6."""
        return (self.m1, self.m2, self.m3, self.m4, self.m5, self.m6)

    @model_validator(mode="after")
    def _at_most_all(self) -> DelinquencyStock:
        if sum(self.shares) > 1.0:
            raise ValueError("delinquent shares exceed 1")
        return self
