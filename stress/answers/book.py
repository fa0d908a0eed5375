"""What a book of positions can lose: the answer of `stress book`. Figures are shares of the book's original balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.answers.compared import compared
from stress.answers.frames import frame_of
from stress.answers.shown import shown
from stress.arrays import Array

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


class Estimate(NamedTuple):
    """A figure with its standard error."""

    estimate: float
    se: float


class Quantile(NamedTuple):
    """A loss at a level, with its interval at 95% by order statistics."""

    estimate: float
    low: float
    high: float


class PositionRisk(NamedTuple):
    """What a position is to the book under a scenario."""

    name: str
    deal: str
    note: str
    originator: str
    amount: float
    """Original balance held, in the book's currency; below 0: short, whose losses are those of its note with the other
    sign."""
    expected_loss: float
    """Over the book, so that positions sum to the book's."""
    expected_loss_se: float
    loss_probability: float
    loss_probability_se: float
    contribution_es: float
    """Euler: mean loss of the position where the book is in its tail. They sum to the book's expected shortfall."""
    se: float
    share_es: float
    """Of the book's expected shortfall."""
    marginal_es: float
    """Of a little more of the position, per unit of its original balance: contribution over weight."""
    standalone_es: float
    """Of the position alone, over the book."""
    incremental_var: float
    """Value at risk of the book less that without the position."""
    incremental_es: float
    """Expected shortfall of the book less that without the position: what a sale takes away, a purchase added."""
    value: float
    """Mean value of its cash flows at the scenario's discount rate, over its original balance; below 0 of a short."""
    value_se: float
    below_cost: float
    """Probability that this value falls short of the price paid."""


class Share(NamedTuple):
    """A part of the book: its original balance and of expected shortfall."""

    name: str
    amount: float
    """Share of the book's original balance, less its shorts; of a factor: share of the default factors' variance,
    weighted by amount, held or short: they sum to 1."""
    contribution_es: float
    se: float


class FactorTail(NamedTuple):
    """Where a named factor stands on some paths."""

    name: str
    mean: float
    """Mean over the book's months, in its standard deviations; low is bad."""
    se: float


class Way(NamedTuple):
    """Reverse stress: the weather on the paths on which the book loses more than some share."""

    loss: float
    probability: float
    se: float
    factors: list[FactorTail]


class Pair(NamedTuple):
    """Two deals that lose together."""

    first: str
    second: str
    probability: float
    independent: float
    """The product of the two probabilities."""


class ScenarioRisk(NamedTuple):
    """A book under one scenario."""

    scenario: str
    expected_loss: float
    expected_loss_se: float
    loss_probability: float
    loss_probability_se: float
    value_at_risk: dict[str, Quantile]
    expected_shortfall: dict[str, Estimate]
    exceedance: dict[str, Estimate]
    """P(loss > x) by x."""
    curve: dict[str, list[float]]
    """P(loss > x) at every bin: `loss`, `probability`."""
    income: float
    income_se: float
    value: float
    value_se: float
    below_cost: float
    below_cost_se: float
    standalone_es: float
    """Sum over positions of each alone."""
    diversification: float
    """Expected shortfall of the book over that sum: 1 where nothing diversifies. Not a number where nothing loses."""
    variance_ratio: float
    """Of expected shortfall at the level: variance on as many plain paths over that of these. 1 for plain paths."""
    positions: list[PositionRisk]
    deals: list[Share]
    notes: list[Share]
    originators: list[Share]
    factors: list[Share]
    tail_factors: list[FactorTail]
    """On the paths of the tail."""
    ways: list[Way]
    """By loss; none where no path loses so much."""
    deals_at_once: list[Estimate]
    """P(k deals or more lose), k = 1, 2, ..."""
    pairs: list[Pair]
    worst_path: int | None
    """The first path of the worst bin of the book's loss; None where none loses."""
    tail_path: int | None
    """The first path of the bin of the value at risk."""


@shown
class BookRisk(NamedTuple):
    """A book under all its scenarios."""

    book: str
    currency: str
    amount: float
    """Original balance of what is held, or of what is short where that is more."""
    short: float
    """Original balance of what is sold short."""
    cost: float
    """Paid, less what shorts brought."""
    paths: int
    seed: str
    estimator: str
    """plain or importance."""
    unseen: float
    """What no path shows has a probability below this (with 95%, rule of three)."""
    level: float
    """Of contributions, increments and concentrations."""
    illustrative: dict[str, str]
    """What the inputs of the book and of its deals call illustrative, each statement with where it is made."""
    scenarios: list[ScenarioRisk]

    def to_dataframe(self, part: str = "scenarios") -> pd.DataFrame:
        """A row a scenario; `scenarios.positions` a row a position under each, likewise `.deals`, `.pairs`, `.ways`."""
        return frame_of(self, part)


@compared
class BookPath(NamedTuple):
    """A path of the whole book."""

    path: int
    scenario: str
    factors: list[str]
    factor: Array
    """(T, F) level of each named factor, from the book's first month."""
    deals: dict[str, xr.Dataset]
    """By name, as `stress.replay` gives them."""
    start: dict[str, int]
    """Months from the book's first closing to each deal's."""
