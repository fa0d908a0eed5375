"""Sensitivity: what moves a measure most, each input down and up, on common random numbers."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from stress import measures
from stress.analysis import trials
from stress.analysis.inputs_moved import INPUTS, Input, Side
from stress.analysis.kept import Interrupted
from stress.analysis.remaining import since_of
from stress.answers.tornado import Bar, Change, Tornado
from stress.errors import ConfigError, DataError
from stress.inputs.deal.terms import Note
from stress.inputs.job import Job, ScenarioCase
from stress.kernels.samplers import Sampler
from stress.measures.means import OF_LIFE, OF_PRINCIPAL
from stress.measures.names import long_name, measured, of_pool
from stress.measures.tails import is_tail
from stress.runs.sampling.shifts import shifted_towards

if TYPE_CHECKING:
    import xarray as xr

NOTHING = 1e-12
"""A change below this share of the base (or below this itself, where that is 0) is rounding."""
OF_LOSSES = ("expected_loss", "loss_probability", "lgd")
"""Measures that plain paths cannot tell where a note loses rarely."""


def sensitivity(
    job: Job,
    measure: str = "EL",
    tranche: str | None = None,
    scenario: str | None = None,
    inputs: Sequence[Input] | None = None,
    threads: int | None = None,
    progress: trials.Progress | None = None,
) -> Tornado:
    """Move each input down and up around a scenario and measure what changes.

    All shocks run as scenarios of one job; an edit of deal or pool is a run of its own on the same draws. Losses that
    plain paths hardly show are sampled around the most likely way to them, in all runs alike. `tranche`: where left
    out the last note, for a measure of principal the last that lent some. `inputs`: some of
    `stress.analysis.inputs_moved.INPUTS`, or others, instead of all of them. Raises ConfigError for an unknown measure,
    note or scenario, for the principal of a certificate and the life of a residual note.

    >>> answer = sensitivity(job.but(paths=512), "EL", "subordinated")
    >>> answer.bars[0].reach >= answer.bars[-1].reach
    True
    """
    inputs, name = INPUTS if inputs is None else inputs, long_name(measure, "--measure")
    tail, of_note = is_tail(name), not of_pool(name)
    note, case = _note_of(job, name, tranche), trials.case_of(job, scenario)
    sides = [side for item in inputs for side in (item.down, item.up) if side is not None]
    shocks = [side for side in sides if side.shock is not None and _has(job, case, side)]
    total, of = 1 + sum(side.edit is not None for side in sides), note if of_note else None
    moves = [[], *([side.shock] for side in shocks if side.shock is not None)]
    sampler = shifted_towards(trials.variants(job, case, [[]]), note) if name in OF_LOSSES else None
    step = trials.portion(progress, 0, total)
    base, done = _shocked(trials.variants(job, case, moves), shocks, threads, step, sampler, tail)
    changes = _changes(measures.difference(base, name), of, [None, *done])
    edited = [side for side in sides if side.edit is not None and side.edit(job) is not None]
    with contextlib.suppress(Interrupted):  # what is not done is told below
        for at, side in enumerate(edited if done == shocks else (), start=1):
            ds = _edited(job, case, side, threads, trials.portion(progress, at, total), sampler, tail)
            changes |= _changes(measures.compare(ds, base.isel(scenario=[0]), name), of, [side])
    undone = {side for side in (*shocks, *edited) if side not in changes}
    first = measured(base, name).isel({"scenario": 0, **({"tranche": note} if of_note else {})})
    whole = [item for item in inputs if not undone & {item.down, item.up}]
    bars = [Bar(item.name, changes.get(item.down), changes.get(item.up)) for item in whole]
    known, least = [bar for bar in bars if bar.down or bar.up], NOTHING * (abs(float(first["estimate"])) or 1.0)
    moving = sorted((bar for bar in known if bar.reach > least), key=lambda bar: -bar.reach)
    return Tornado(
        job=job.name,
        scenario=case.name,
        measure=name,
        tranche=job.deal.notes[note].name if of_note else None,
        unit=str(first["estimate"].attrs.get("units", "1")),
        base=float(first["estimate"]),
        base_error=float(first["error"]),
        bars=tuple(moving),
        unmoved=tuple(bar.name for bar in known if bar.reach <= least),
        left_out=tuple(bar.name for bar in bars if not (bar.down or bar.up)),
        undone=tuple(item.name for item in inputs if item not in whole),
        paths=job.paths,
        seed=job.seed,
        estimator="plain" if sampler is None else "importance",
        since=since_of(job),
    )


def _note_of(job: Job, name: str, tranche: str | None) -> int:
    """The note that is asked about. Raises ConfigError where it has no such measure."""
    if tranche is not None and of_pool(name):
        raise ConfigError(f"--tranche {tranche}: {name} is a measure of the pool")
    principal = is_tail(name) or name in OF_PRINCIPAL
    asked = [note.name for note in job.deal.notes if (trials.lends(note) or not principal) and _lives(note, name)]
    note = trials.note_index(job, asked[-1] if tranche is None else tranche, can_lose=principal)
    if not of_pool(name) and not _lives(job.deal.notes[note], name):
        raise ConfigError(f"--tranche {tranche}: a residual note takes what is left: it has no average life")
    return note


def _shocked(
    varied: Job,
    shocks: list[Side],
    threads: int | None,
    progress: trials.Progress | None,
    sampler: Sampler | None,
    tail: bool,
) -> tuple[xr.Dataset, list[Side]]:
    """The base and its shocks; of a question that was stopped, the shocks that are done. Raises Interrupted."""
    try:
        return trials.counted(varied, threads, progress, sampler, tail), shocks
    except Interrupted as cut:
        if cut.done is None:
            raise
        return cut.done, shocks[: cut.done.sizes["scenario"] - 1]


def _edited(
    job: Job,
    case: ScenarioCase,
    side: Side,
    threads: int | None,
    progress: trials.Progress | None,
    sampler: Sampler | None,
    tail: bool,
) -> xr.Dataset:
    """A run of its own, of the job as a side changes it."""
    moved = None if side.edit is None else side.edit(job)
    assert moved is not None
    return trials.counted(trials.variants(moved, case, [[]]), threads, progress, sampler, tail)


def _lives(note: Note, name: str) -> bool:
    return not (note.residual and name in OF_LIFE)


def _has(job: Job, case: ScenarioCase, side: Side) -> bool:
    """Whether the shock has something to move in this job."""
    assert side.shock is not None
    if not trials.has_target(job, side.shock.target):
        return False
    try:
        trials.variants(job, case, [[side.shock]])
    except (ConfigError, DataError):
        return False
    return True


def _changes(change: xr.Dataset, note: int | None, sides: Sequence[Side | None]) -> dict[Side | None, Change]:
    """Differences by side; the sides are in the order of the scenarios."""
    selected = change if note is None else change.isel(tranche=note)
    parts = np.stack([selected[k].values for k in ("estimate", "error", "low", "high")], axis=-1)
    return {
        side: Change(side.label, *(float(x) for x in row))
        for side, row in zip(sides, parts, strict=True)
        if side is not None
    }
