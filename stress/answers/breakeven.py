"""How far a shock can go before a note is no longer paid in full: each break-even with its interval, and the curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.answers.compared import compared
from stress.answers.frames import frame_of
from stress.answers.shown import shown
from stress.answers.since import Since
from stress.arrays import Array

if TYPE_CHECKING:
    import pandas as pd


class Crossing(NamedTuple):
    """A value of the shock at which the note passes from paid in full to not, or back."""

    value: float
    error: float
    """Standard error from the number of paths (of the bracket, for the deterministic run)."""
    low: float
    high: float
    fails: bool
    """True where the note fails beyond it, False where it is paid again."""
    low_open: bool = False
    """True where the interval goes on below `low`, the end of what was searched; the error is NaN then."""
    high_open: bool = False


class PoolLoss(NamedTuple):
    """What the pool loses at a break-even, from where the job starts on, over the pool then (`Since`): at closing the
    cut-off balance. Means over paths, or of the deterministic run."""

    base_net_loss: float
    """Net loss of the scenario itself, without a call that ends the deal: of whole lives its cumulative one (CNL)."""
    net_loss: float
    """Where the note breaks even."""
    net_loss_error: float
    """Standard error: of the mean, and of the break-even's own place."""
    net_loss_multiple: float
    """Net loss at break-even over that of the scenario: what agencies call the multiple."""
    net_loss_multiple_error: float
    base_default: float
    """Cumulative default, likewise."""
    default: float
    default_error: float
    default_multiple: float
    default_multiple_error: float
    constant_default_rate: float | None
    """Of the deterministic run: the CDR of the first dollar of loss, a year."""
    net_loss_since_closing: float
    """Where the note breaks even, with what was lost before the job starts, over the cut-off balance (CNL)."""
    net_loss_since_closing_error: float


class Answer(NamedTuple):
    """The break-even at one percentile of the paths, or of the deterministic run."""

    percentile: float | None
    """Share of the paths on which the note must be paid in full; None: deterministic, rho = 0."""
    value: float
    """First crossing from the benign end; NaN where there is none."""
    error: float
    low: float
    high: float
    crossings: tuple[Crossing, ...]
    monotone: bool
    """False where more of the shock helps somewhere: the first crossing is not the whole answer."""
    says: str
    low_open: bool = False
    high_open: bool = False
    """As of the crossing."""
    loss: PoolLoss | None = None
    """What the pool loses there; None where there is no break-even."""


@compared
class Curve(NamedTuple):
    """What the search evaluated, from the benign to the adverse end."""

    value: Array
    probability: Array
    """Of any loss; 0 or 1 in the deterministic run."""
    error: Array
    low: Array
    high: Array
    loss: Array
    """Expected loss, share of the original balance."""
    loss_error: Array
    loss_low: Array
    loss_high: Array


@shown
class Breakeven(NamedTuple):
    """Break-even of one note under one shock."""

    job: str
    scenario: str
    tranche: str
    shock: str
    unit: str
    neutral: float
    paths: int
    seed: int
    answers: tuple[Answer, ...]
    """Deterministic first, then by percentile."""
    curve: Curve
    calm: Curve
    interest: bool = False
    """True: all interest when due is asked for, not principal."""
    estimator: str = "plain"
    """`importance` where a percentile leaves plain paths too few to tell."""
    undone: str = ""
    """What an interrupted search came to; empty where it is whole."""
    since: Since = Since()
    """Where the job starts."""

    def to_dataframe(self, part: str = "answers") -> pd.DataFrame:
        """A row a percentile; `curve` a row a point of the shock, `answers.crossings` each where it begins to lose."""
        return frame_of(self, part)
