"""What a committee, a capital desk and an accountant look for first: every class in one row, from one run's job."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.answers.frames import frame_of
from stress.answers.shown import shown
from stress.answers.since import Since
from stress.measures.estimate import Interval

if TYPE_CHECKING:
    import pandas as pd


class ClassNumbers(NamedTuple):
    """One class under the job's first scenario. What has no error is exact or deterministic; NaN where it has none."""

    note: str
    attachment: float
    """What bears losses before it, of the pool with its funded cash; at closing, or after the month of a state."""
    detachment: float
    risk_weight: float
    """By SEC-SA then, after floor and look-through."""
    capital_charge: float
    """8% of the risk weight: capital over exposure."""
    breakeven_net_loss: float
    """Net loss of the pool from where the job starts on, over the pool then (`Since`), where it begins to lose as the
    odds of default rise; the lowest, where it does so more than once."""
    breakeven_net_loss_precision: float
    """Width of the bracket in which it was found."""
    breakeven_multiple: float
    """Of the scenario's own deterministic net loss, without a call that ends the deal."""
    breakeven_multiple_precision: float
    breakeven_open: bool
    """True where the class is still paid in full at the end of the search."""
    breakeven_crossings: float
    """How often it begins to lose; of more than once: in between it is paid in full again."""
    ecl_12m: Interval
    """12-month expected credit loss then, of its original balance, discounted at its effective rate."""
    ecl_lifetime: Interval
    """Lifetime, likewise (CECL)."""
    yield_at_par: float
    """Effective a year, on deterministic cash flows."""
    discount_margin: float
    """At par over its index, likewise; NaN of a fixed note."""


@shown
class Committee(NamedTuple):
    """Every class of a job."""

    job: str
    scenario: str
    rules: str
    """Of capital; empty, as what follows, where it is left out."""
    status: str
    """`in force` or `proposed`."""
    date: str
    pool_weight: float
    """Risk weight of the loans that are not past due."""
    base_net_loss: float
    """Of the scenario on expected rates, from where the job starts on, over the pool then."""
    since: Since
    """Where it starts."""
    paths: int
    """Of the expected credit losses."""
    seed: int
    classes: tuple[ClassNumbers, ...]
    left_out: tuple[str, ...]
    """What could not be computed for this deal, and why."""

    def to_dataframe(self, part: str = "classes") -> pd.DataFrame:
        """A row a class."""
        return frame_of(self, part)
