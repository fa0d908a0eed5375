"""EL-implied bands: a table of expected losses by life, the user's own or an illustrative one. Never a rating."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.errors import ConfigError
from stress.inputs.text.base import Document, Fraction, Name, Strict
from stress.spelling import suggest


class Band(Strict):
    """A band and its largest expected loss at each life."""

    name: Name
    """Of the band; never a rating."""
    limit: Annotated[tuple[Fraction, ...], Field(min_length=1)]
    """Largest expected loss at each of `years`."""


class Bands(Document):
    """A table of bands, best first: the limit of a band grows with life, and from band to band."""

    kind: Literal["bands"]
    """What the file is."""
    years: Annotated[tuple[Annotated[float, Field(gt=0.0, le=60.0)], ...], Field(min_length=1, max_length=60)]
    """Weighted average lives at which limits are given; linear between, the outer ones held."""
    bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=60)]
    """Best first."""

    @model_validator(mode="after")
    def _ordered(self) -> Bands:
        if any(a >= b for a, b in zip(self.years, self.years[1:], strict=False)):
            raise ValueError("years must increase")
        for band in self.bands:
            if len(band.limit) != len(self.years):
                raise ValueError(f"band {band.name}: limit needs {len(self.years)} numbers, one for each of years")
        for better, worse in zip(self.bands, self.bands[1:], strict=False):
            if any(a >= b for a, b in zip(better.limit, worse.limit, strict=True)):
                raise ValueError(f"band {worse.name}: its limits must lie above those of band {better.name}")
        return self

    def limit(self, name: str, years: float) -> float:
        """Largest expected loss of a band at a weighted average life. Raises ConfigError for an unknown band."""
        names = [band.name for band in self.bands]
        if name not in names:
            raise ConfigError(f"no band {name!r} in {self.name}: one of {', '.join(names)}{suggest(name, names)}")
        limits, at = self.bands[names.index(name)].limit, bisect_left(self.years, years)
        if math.isnan(years) or not 0 < at < len(limits):
            return math.nan if math.isnan(years) else limits[min(at, len(limits) - 1)]
        share = (years - self.years[at - 1]) / (self.years[at] - self.years[at - 1])
        return limits[at - 1] + share * (limits[at] - limits[at - 1])

    def band(self, expected_loss: float, years: float) -> str:
        """The best band whose limit an expected loss does not exceed; "none" beyond the last."""
        for band in self.bands:
            if expected_loss <= self.limit(band.name, years):
                return band.name
        return "none"
