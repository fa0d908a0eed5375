"""The answer of following a deal: what each report was worth, and the rest of the life as seen from the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.answers.frames import frame_of
from stress.answers.shown import shown
from stress.inputs.state import State
from stress.measures.drift import Drift

if TYPE_CHECKING:
    import pandas as pd


class Surprise(NamedTuple):
    """A reported ratio against what was predicted from the reports before it; shares of a month."""

    month: str
    figure: str
    came: float
    low: float
    median: float
    high: float
    """90% band, the report's own error included."""
    pit: float
    log_score: float
    """Log density of the probit."""
    crps: float
    crps_last: float
    crps_static: float
    """Percentage points a month: of the posterior, of the value before (a random walk; nan with fewer than 3), of the
    model that reads no report."""


class Update(NamedTuple):
    """The state after a report."""

    month: str
    effective: float
    """Effective paths behind it."""
    expected_loss: tuple[float, ...]
    expected_loss_se: tuple[float, ...]
    """Of each note, a fraction of its original balance."""


class NoteNow(NamedTuple):
    """A note before any report and after the last one."""

    name: str
    expected_loss_before: float
    expected_loss_before_se: float
    expected_loss: float
    expected_loss_se: float
    loss_probability_before: float
    loss_probability_before_se: float
    loss_probability: float
    loss_probability_se: float
    balance: float
    """As it stands, in the deal's currency."""
    worth: float
    worth_se: float
    worth_low: float
    worth_high: float
    """Value of the cash from today on at the note's coupon and the deal's discount spread, over that balance: mean, and
    5% and 95% of the weighted paths."""


class Moved(NamedTuple):
    """What moved a note's expected loss since the report before; parts of its original balance that add up exactly."""

    name: str
    before: float
    """After the report before; before any report, where there is none."""
    roll_off: float
    """A month has passed as it was predicted: nothing more can be lost in it."""
    new_data: float
    """Balances and cash as reported, in the place of those predicted."""
    macro: float
    """The factors and drawn parameters, as the report lets them be seen."""
    now: float


class TriggerNow(NamedTuple):
    """How near a trigger is, given the reports: probability that it has tripped by a month of the deal."""

    name: str
    by_now: float
    month: tuple[str, ...]
    probability: tuple[float, ...]
    """By each month after the last report, cumulative."""
    ever: float
    ever_se: float


class FactorNow(NamedTuple):
    """What the reports say of something drawn: in its own standard deviations before."""

    name: str
    mean: float
    sd: float
    """Of the posterior; 1 says that the reports told nothing of it."""


@shown
class Follow(NamedTuple):
    """A deal as its reports have left it."""

    job: str
    scenario: str
    reports: str
    currency: str
    """Of balances and of the state."""
    as_of: str
    paths: int
    seed: int
    effective: float
    floor: float
    fit: float
    """Chance, under the model, of reports as far from it as these (chi-square of mode and misfits)."""
    surprises: tuple[Surprise, ...]
    updates: tuple[Update, ...]
    notes: tuple[NoteNow, ...]
    triggers: tuple[TriggerNow, ...]
    drawn: tuple[FactorNow, ...]
    default_before: float
    default_before_se: float
    default: float
    default_se: float
    """Cumulative default of the whole life over the cut-off balance."""
    lead: str
    """The ratio whose PITs are tested for drift."""
    drift: Drift
    alarm: str | None
    says: tuple[str, ...]
    moved: tuple[Moved, ...]
    state: State
    """In which the deal stands after the last report: what every run from today starts from."""
    given: tuple[str, ...]
    """What of it was reported; all else is that of the most likely path."""

    def to_dataframe(self, part: str = "notes") -> pd.DataFrame:
        """A row a note; `surprises`, `updates`, `triggers`, `drawn` and `moved` likewise."""
        return frame_of(self, part)
