"""What a running count is worth so far: the relative error of one measure of one note."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.errors import ConfigError

if TYPE_CHECKING:
    from stress.inputs.job import Job
    from stress.kernels.tally import Tally

MEASURES = ("EL", "PD")
"""Short names of `stress.measures.names`: they take no time to know while a run goes on."""


class Followed(NamedTuple):
    """A measure of a note under the first scenario."""

    measure: str
    note: str
    at: int
    """Place of the note, from the most senior."""
    estimator: str

    def __str__(self) -> str:
        return f"{self.measure} {self.note}"

    def error(self, tally: Tally) -> float | None:
        """Standard error over estimate of what was counted so far; None where no path has lost anything."""
        import numpy as np

        from stress.measures.names import SHORT, measured
        from stress.results.build import counted

        n_scenario, n_trigger, n_event = tally.trigger_count.shape
        cases, notes, triggers = ([str(k) for k in range(n)] for n in (n_scenario, tally.wal_count.shape[1], n_trigger))
        months = np.zeros(n_event - 1, "datetime64[ns]")
        ds = counted(tally._asdict(), cases, notes, triggers, months, {"estimator": self.estimator})
        answer = measured(ds, SHORT[self.measure]).isel(scenario=0, tranche=self.at)
        estimate, error = float(answer["estimate"]), float(answer["error"])
        return error / estimate if estimate > 0.0 else None


def followed(text: str | None, job: Job) -> Followed:
    """`EL`, `PD`, `B:EL`; where it is left out, the expected loss of the last note, which settles first."""
    from stress.spelling import suggest

    notes = [note.name for note in job.deal.notes]
    note, _, measure = (text or "EL").rpartition(":")
    note = note or notes[-1]
    if measure.upper() not in MEASURES:
        raise ConfigError(f"--follow {text}: [NOTE:]EL or [NOTE:]PD{suggest(measure.upper(), MEASURES)}")
    if note not in notes:
        raise ConfigError(
            f"--follow {text}: the deal has no such note; it has {', '.join(notes)}{suggest(note, notes)}"
        )
    return Followed(measure.upper(), note, notes.index(note), job.estimator)
