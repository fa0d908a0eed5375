"""Regulatory capital of each class at closing, or after the month of a state, and by month over paths, and what a
transfer of risk is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.answers.compared import compared
from stress.answers.frames import frame_of
from stress.answers.shown import shown
from stress.arrays import Array
from stress.measures.estimate import Interval

if TYPE_CHECKING:
    import pandas as pd


class Weights(NamedTuple):
    """Risk weights of a class in the first month, as fractions of its exposure; NaN where an approach was not asked."""

    note: str
    attachment: float
    detachment: float
    senior: bool
    K_A: float
    """Standardised capital of the pool with its delinquent share."""
    risk_weight: float
    """By SEC-SA (SSFA), after floor and look-through."""
    looked_through: bool
    """Whether the pool's average risk weight caps it."""
    irba: float
    """By SEC-IRBA, after floor and look-through."""
    irba_looked_through: bool
    """Whether 12.5 K_IRB, the pool's average risk weight with expected loss, caps it."""
    erba: float
    """By SEC-ERBA, after floor and look-through."""
    erba_looked_through: bool
    """Whether the pool's average risk weight caps it."""
    capital: float
    """8% of the SEC-SA risk weight times the balance, in the deal's currency."""


@compared
class Months(NamedTuple):
    """One class, or all of them, over paths by month of the deal: from closing (0), or from the month of a state."""

    note: str
    """Empty: what is kept of all notes, or all of them."""
    month: Array
    outstanding: Array
    """Share of the paths on which the class is not repaid."""
    risk_weight: Interval
    """(T + 1,) Mean by SEC-SA of the paths on which it is outstanding."""
    risk_weight_95: Interval
    """The weight that 95% of those paths do not exceed."""
    capital: Interval
    """(T + 1,) Mean over all paths, of the class's original balance; of all notes over the cut-off balance."""
    capital_95: Interval
    """The capital that 95% of all paths do not exceed."""


class Transferred(NamedTuple):
    """A share of loss that is transferred."""

    what: str
    share: Interval
    """Of the loss that all notes bear."""
    borne: Interval
    """By all notes, of the cut-off balance."""


class Excess(NamedTuple):
    """Synthetic excess spread over the life of a transfer; amounts over the cut-off balance, means over paths."""

    kind: str
    """`use-it-or-lose-it` or `trapped`."""
    rate: float
    """Designated a year, of the pool's balance."""
    designated: Interval
    used: Interval
    """Losses that it took."""
    rest: Interval
    """Net losses that the tranches bear."""


class Transfer(NamedTuple):
    """Tests and worth of a transfer of risk."""

    kept: dict[str, float]
    """Share of each note that the originator keeps."""
    mezzanine_kept: float
    """Of the risk-weighted amounts of the mezzanine notes; NaN where there is none."""
    first_loss_kept: float
    """Of the exposure value of the first loss tranche."""
    passes: bool | None
    """The mechanical test of the rules; None where they have none."""
    says: str
    """Which of its two tests was used, and against what limit."""
    losses: tuple[Transferred, ...]
    """Commensurate transfer: lifetime expected and unexpected loss."""
    pool_capital: float
    """Of the loans, had they stayed, over the cut-off balance: K_IRB with expected loss under SEC-IRBA."""
    kept_capital: float
    """Of the notes kept, after the cap at K_P times the largest share kept."""
    capped: bool
    cost: float
    """Interest a year on what is sold, over the cut-off balance."""
    efficiency: float
    """Cost over capital saved, a year: what a unit of released capital costs."""
    excess: Excess | None = None
    """Of a synthetic transfer, whose tranches bear the pool's own losses; None where notes lose what the deal says."""
    approach: str = "SEC-SA"
    """By which loans and notes weigh here: SEC-IRBA where K_IRB is known."""


@shown
class Capital(NamedTuple):
    """Capital of a deal's notes under one body of rules."""

    job: str
    scenario: str
    rules: str
    status: str
    """`in force` or `proposed`."""
    date: str
    paths: int
    seed: int
    pool_weight: float
    """Risk weight of the loans that are not past due, the user's or the rules' own."""
    delinquent: float
    """W in the first month."""
    weights: tuple[Weights, ...]
    months: tuple[Months, ...]
    transfer: Transfer | None
    says: tuple[str, ...]
    """What was left out, and why."""
    as_of: str = ""
    """Month of the state from which a job in mid-life starts; empty at closing."""

    def when(self) -> str:
        """Of what day the weights are."""
        return f"after {self.as_of}" if self.as_of else "at closing"

    def exposures(self) -> tuple[Weights, ...]:
        """Classes of which something is outstanding: a certificate of size 0, or what is repaid, is no exposure."""
        return tuple(note for note in self.weights if note.capital > 0.0)

    def to_dataframe(self, part: str = "weights") -> pd.DataFrame:
        """A row a class; `months` a row a class and month, `transfer.losses` who bears what of a transfer."""
        return frame_of(self, part)
