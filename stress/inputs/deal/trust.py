"""Master trusts: the seller's share, other series, what a group shares."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from stress.inputs.deal.formulas import FormulaText, Schedule
from stress.inputs.text.base import AnnualRate, Fraction, Name, Strict


class OtherSeries(Strict):
    """Another series of the trust, by its schedule."""

    name: Name
    """What formulas and tables call it."""
    invested: Schedule
    """[month, invested amount]: each holds until the next month that is given; 0 before the first. While it has not
    fallen yet the series revolves."""
    cost: AnnualRate | None = None
    """Its coupons and servicing, a year. Given, it is of this series' group: it shares excess finance charges, and
    principal while it revolves. Left out, it shares nothing."""


class Trust(Strict):
    """What surrounds a series in its master trust."""

    seller_share: Fraction
    """Least share of the seller in the trust's principal: the series reinvests only what leaves the seller as much."""
    additions: Fraction = 0.0
    """Most that the seller adds a month in further accounts where its share is below the least, as a share of the trust
    at the month's start; originations of a scenario multiply it."""
    principal_needed: FormulaText | None = None
    """Principal that the series needs in the month, a formula of money: what its own share lacks comes from other
    series of the group that revolve."""
    series: Annotated[tuple[OtherSeries, ...], Field(max_length=64)] = ()
    """The other series of the trust."""
