"""The cut below a note: how much must rank there for its target to be met, and how well the paths know it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from stress import measures
from stress.analysis import trials
from stress.analysis.falling import Falling
from stress.analysis.inputs_moved import with_shares
from stress.analysis.note_targets import Target
from stress.inputs.bands import Bands
from stress.inputs.job import Job, ScenarioCase
from stress.kernels.samplers import Sampler
from stress.measures.estimate import NORMAL, Interval

if TYPE_CHECKING:
    import xarray as xr

SMALLEST = 0.001
"""Share of the notes below which a note is not worth issuing."""
HALVINGS = 10
"""Of a range: a cut is known to 1 / 1,024 of it."""
FINE = 1.0 / 512.0
"""Of a cut: how near the other end of its interval is bracketed."""
SIDES = 8.0
"""Parts of the interval in one of which the estimate is bracketed."""
FIRST = 1.0 / 64.0
"""Of a cut: how far it is moved to see what that does."""


class Cut(NamedTuple):
    """What must rank below a note for its target to be met, the notes above it as they stand.

    The measure falls as the cut grows, on the same draws throughout; its 95% interval meets the limit between two cuts,
    which are the interval of the cut itself (an interval inverted, as Woodruff 1952 does for quantiles: no slope of a
    noisy curve is needed, and an interval that is not even stays so).
    """

    value: float
    """The smallest at which the upper end of the measure's interval is within the limit: the safe end, the one used."""
    middle: float
    """The smallest at which the estimate is; it and `low` are equal to `value` until `with_error` has found them."""
    low: float
    """The smallest at which the lower end is."""
    step: float
    """Width of the bracket that it ends."""
    feasible: bool
    """False where no size meets the target."""

    @property
    def error(self) -> float:
        """Standard error: the interval's width over 2 x 1.96, and that of the halvings."""
        return math.hypot((self.value - self.low) / (2.0 * NORMAL), self.step / math.sqrt(12.0))


class Reading(NamedTuple):
    """What a run says of every note."""

    expected_loss: list[Interval]
    loss_probability: list[Interval]
    life: list[Interval]
    warnings: list[str]
    """Notes whose weighted estimate is not to be trusted."""

    @classmethod
    def unread(cls, notes: int) -> Self:
        """Nothing is known of any note."""
        nothing = [Interval(*(np.array(math.nan) for _ in Interval._fields))] * notes
        return cls(nothing, nothing, nothing, [])


class Work(NamedTuple):
    """What every trial needs."""

    job: Job
    case: ScenarioCase
    wanted: Mapping[int, Target]
    table: Bands
    threads: int | None
    progress: trials.Progress | None
    samplers: Mapping[str, Sampler | None] = {}
    """One a scenario for all trials, so that they share their draws and weights; none: plain paths."""

    def sampler_of(self, note: int) -> Sampler | None:
        """Who draws the paths on which a note is judged."""
        return self.samplers.get(self.case_of(note).name)

    def case_of(self, note: int) -> ScenarioCase:
        """The scenario that a note is judged under: its target's own, or the one that was asked."""
        target = self.wanted.get(note)
        if target is None or not target.scenario:
            return self.case
        return trials.case_of(self.job, target.scenario, "--target: scenario")

    def cases(self) -> dict[str, ScenarioCase]:
        """All scenarios that some note is judged under, by name, the one that was asked first."""
        used = (self.case, *(self.case_of(note) for note in self.wanted))
        return {case.name: case for case in used}


def smallest_cut(work: Work, shares: list[float], first: int, note: int) -> Cut:
    """The smallest cut that meets the target of a note, from the one that stands on.

    Notes first..note share what lies between the cut and the seniors; the juniors scale to the cut.
    """
    room, stands = sum(shares[first:]), sum(shares[note + 1 :])
    low, high = SMALLEST, room - SMALLEST
    if high <= low:
        return Cut(stands, stands, stands, 0.0, False)
    line, width = _line(work, shares, first, note, high - low), (high - low) * 0.5**HALVINGS
    begin = min(max(stands, low), high)
    if line.gap(begin, "high") > 0.0 and line.gap(high, "high") > 0.0:
        return Cut(high, high, high, 0.0, False)
    below, met = line.first_met("high", low, high, width, begin)
    return Cut(met, met, met, met - below, True)


def with_error(work: Work, shares: list[float], first: int, note: int, cut: Cut) -> Cut:
    """The cut with the other end of its interval, where the target is only just met if the paths are kind, and the
    estimate between the two."""
    if not cut.feasible:
        return cut
    line, width = _line(work, shares, first, note, cut.value), FINE * cut.value
    line.gap(cut.value, "low")
    below, above = line.first_met("low", SMALLEST, cut.value, width, (1.0 - FIRST) * cut.value)
    low = line.between("low", below, above)
    ends = line.first_met("estimate", below, cut.value, max(width, (cut.value - low) / SIDES), 0.5 * (low + cut.value))
    return cut._replace(middle=max(low, line.between("estimate", *ends)), low=low)


def _line(work: Work, shares: list[float], first: int, note: int, span: float) -> Falling:
    """The measure of a note by its cut, on the same draws throughout. Where paths are drawn around losses and none
    shows one, a bound says how few plain ones there are and nothing of the note."""

    def trial(cut: float) -> tuple[Interval, float, bool]:
        sampler = work.sampler_of(note)
        job = with_shares(work.job, moved(shares, first, note, cut))
        value, limit = against(
            work.wanted[note], read(job, work.case_of(note), work.threads, sampler), note, work.table
        )
        return value, limit, sampler is not None and float(value.estimate) == 0.0

    def report(width: float) -> None:
        if work.progress is not None:
            work.progress(min(HALVINGS, max(0, int(math.log2(span / width)))), HALVINGS)

    return Falling(trial, report)


def moved(shares: list[float], first: int, note: int, cut: float) -> list[float]:
    """Shares with `cut` below `note`; the group first..note and the juniors each keep their proportions."""
    group, junior = sum(shares[first : note + 1]), sum(shares[note + 1 :])
    room = group + junior
    return [
        share if k < first else share * (room - cut) / group if k <= note else share * cut / junior
        for k, share in enumerate(shares)
    ]


def read(job: Job, case: ScenarioCase, threads: int | None, sampler: Sampler | None) -> Reading:
    """Run the job under one scenario and measure its notes."""
    ds = trials.counted(job.model_copy(update={"scenarios": (case,)}), threads, sampler=sampler)
    loss, chance, life = measures.expected_loss(ds), measures.loss_probability(ds), measures.wal(ds)

    def intervals(answer: xr.Dataset) -> list[Interval]:
        parts = [answer[k].values[0] for k in Interval._fields]
        return [Interval(*row) for row in zip(*parts, strict=True)]

    return Reading(intervals(loss), intervals(chance), intervals(life), measures.warnings(ds))


def against(target: Target, reading: Reading, note: int, table: Bands) -> tuple[Interval, float]:
    """The measure that the target is about, and its limit."""
    if target.kind == "PD":
        return reading.loss_probability[note], target.limit
    limit = target.limit if target.kind == "EL" else table.limit(target.band, float(reading.life[note].estimate))
    return reading.expected_loss[note], limit
