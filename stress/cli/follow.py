"""What a running count is worth so far: the relative error of one measure of one note."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.errors import ConfigError

if TYPE_CHECKING:
    from stress.inputs.job import Job
    from stress.kernels.tally import Tally

MEASURES = {"EL": "loss", "PD": "any_loss"}


class Followed(NamedTuple):
    """A measure of a note under the first scenario."""

    measure: str
    note: str
    at: int
    """Place of the note, from the most senior."""

    def __str__(self) -> str:
        return f"{self.measure} {self.note}"

    def error(self, tally: Tally) -> float | None:
        """Standard error over estimate of what was counted so far; None where no path has lost anything."""
        from stress.kernels.tally import NOTE_QUANTITIES, decoded
        from stress.measures import batches

        row = len(NOTE_QUANTITIES) * self.at + NOTE_QUANTITIES.index(MEASURES[self.measure])
        size = tally.batch_path.astype(float)
        kept = size > 0
        mean = batches.ratio(decoded(tally.batch_sum[0, row])[kept], size[kept])
        return float(batches.error(mean, size[kept]) / mean.value) if mean.value > 0.0 else None


def followed(text: str | None, job: Job) -> Followed:
    """`EL`, `PD`, `B:EL`; where it is left out, the expected loss of the last note, which settles first."""
    from stress.inputs.messages import suggest

    notes = [note.name for note in job.deal.notes]
    note, _, measure = (text or "EL").rpartition(":")
    note = note or notes[-1]
    if measure.upper() not in MEASURES:
        raise ConfigError(f"--follow {text}: [NOTE:]EL or [NOTE:]PD{suggest(measure.upper(), list(MEASURES))}")
    if note not in notes:
        raise ConfigError(
            f"--follow {text}: the deal has no such note; it has {', '.join(notes)}{suggest(note, notes)}"
        )
    return Followed(measure.upper(), note, notes.index(note))
