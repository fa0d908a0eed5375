"""Where a job's net losses count from, and which of its notes are still owed something then."""

from __future__ import annotations

import math

import numpy as np

from stress.analysis.inputs_moved import note_share
from stress.answers.since import Since
from stress.assemble.told_factors import silent
from stress.errors import ConfigError
from stress.inputs.job import Job
from stress.measures.estimate import Interval


def since_of(job: Job) -> Since:
    """Closing and the cut-off balance, or the job's state and the pool that it leaves.

    >>> import stress
    >>> since = since_of(stress.load("scenarios/jobs/baitiao-24m-followed.toml"))
    >>> since.as_of, round(since.pool, 4), round(since.net_loss, 4)
    ('2020-12', 0.4244, 0.0802)
    """
    state, size = job.state, job.pool.balance
    if state is None:
        return Since()
    return Since(
        state.as_of,
        state.receivables / size,
        (state.sums.defaults - state.sums.recoveries) / size,
        state.sums.defaults / size,
        bool(state.factors),
    )


def pool_since(job: Job) -> Since:
    """The same. Raises ConfigError where nothing is left of the pool: no loss is over it."""
    since = since_of(job)
    if since.pool <= 0.0:
        raise ConfigError(
            f"job {job.name!r} starts after {since.as_of}: nothing is left of its pool, so no net loss is over it"
        )
    return since


def at_all_times(job: Job) -> Job:
    """The job without what its state tells of the factors: its expected rates are those of all times."""
    return job if job.state is None else job.model_copy(update={"state": silent(job.state)})


def from_there(job: Job) -> Job:
    """The job whose shortfalls of interest are those of the months from where it starts on: what its state tells of
    those before is left out, what is still unpaid of them is not."""
    if job.state is None:
        return job
    notes = {name: note.model_copy(update={"worst_shortfall": 0.0}) for name, note in job.state.notes.items()}
    return job.model_copy(update={"state": job.state.model_copy(update={"notes": notes})})


def share_left(job: Job, note: int) -> float:
    """Balance of a note over the pool, both where the job starts; at closing its share of the cut-off balance. NaN over
    none."""
    if job.state is None:
        return note_share(job, note)
    return job.state.notes[job.deal.notes[note].name].balance / (job.state.receivables or math.nan)


def of_left(job: Job, note: int, loss: Interval) -> Interval:
    """An expected loss, over the original balance, as one of what is left of a note where the job starts: without what
    it had been written down by then. A residual note's stays as it is; NaN of one that is repaid."""
    if job.state is None or job.deal.notes[note].residual:
        return loss
    stands, original = job.state.notes[job.deal.notes[note].name], job.deal.notes[note].original(job.pool.balance)
    times = original / (stands.balance or math.nan)
    lost = [np.asarray((part - stands.written_down / original) * times) for part in (loss.estimate, *loss[2:])]
    return Interval(lost[0], np.asarray(loss.error * times), *lost[1:])
