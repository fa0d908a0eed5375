"""Reverse stress: the most likely path of the systematic factors that makes a note lose.

First-order reliability (Hasofer and Lind 1974; Rackwitz and Fiessler 1978): among all whitened normals e with a margin
of at most -x, the shortest. Its length is beta; Phi(-beta) is exact where the surface is a plane, and is set beside
the simulated probability.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from stress.analysis import design, trials
from stress.analysis.kept import Interrupted
from stress.analysis.likely_path import TOUCH, UNKNOWN, says, search
from stress.analysis.margin import holds, margin_of
from stress.analysis.remaining import at_all_times, since_of
from stress.answers.reverse import Reverse
from stress.assemble.problem import assemble
from stress.errors import ConfigError
from stress.inputs.job import Job
from stress.links import FACTOR_RANGE
from stress.measures.estimate import Interval
from stress.measures.proportions import proportion
from stress.runs.trace import trace_of
from stress.spelling import fraction_for


def reverse(
    job: Job,
    tranche: str,
    loss: float = 0.0,
    scenario: str | None = None,
    threads: int | None = None,
    progress: trials.Progress | None = None,
) -> Reverse:
    """The most likely factor path on which a note loses more than `loss` (the residual note: of its money).

    Paths and seed are the job's. Raises ConfigError for an unknown note or scenario, or a loss outside [0, 1).

    >>> answer = reverse(job.but(paths=512), "subordinated")
    >>> answer.beta > 0.0 and bool(answer.path["loss"].sel(tranche="subordinated") > 0.0)
    True
    """
    if not 0.0 <= loss < 1.0:
        hint = fraction_for(str(loss))
        raise ConfigError(f"--loss {loss:g}: a share of the original amount, from 0 to below 1{hint}")
    note, case = trials.note_index(job, tranche, can_lose=True), trials.case_of(job, scenario)
    varied = trials.variants(job, case, [[]])
    margin = margin_of(varied, note)
    goal = -loss - TOUCH
    nearest, searches, aimed = search(margin, goal)
    try:
        simulated = _simulated(varied, note, loss, threads, progress)
    except Interrupted:
        simulated = UNKNOWN
    shape = margin.shape
    if not np.isfinite(nearest.distance):
        held = f"conditional rates are held beyond {FACTOR_RANGE:g} of a factor"
        why = f"no path within {design.FAR:g} standard deviations loses more than {loss:g} ({held})"
        blank = np.zeros(shape)
        return Reverse(job.name, case.name, tranche, loss, np.inf, 0.0, simulated, aimed, job.paths, job.seed,
                       blank, blank[:, 0], searches, why, None, None, since_of(job))  # fmt: skip
    normals = nearest.point.reshape(shape)
    return Reverse(
        job=job.name,
        scenario=case.name,
        tranche=tranche,
        loss=loss,
        beta=nearest.distance,
        first_order=float(ndtr(-nearest.distance)),
        simulated=simulated,
        aimed=aimed,
        paths=job.paths,
        seed=job.seed,
        normals=normals,
        weight=(normals**2).sum(axis=1) / max(nearest.distance**2, 1e-300),
        searches=searches,
        says="; ".join(filter(None, (says(nearest, searches), holds(varied)))),
        path=trace_of(varied, margin.problem, 0, normals),
        expected=trace_of(varied, assemble(at_all_times(varied), deterministic=True), 0),
        since=since_of(job),
    )


def _simulated(job: Job, note: int, loss: float, threads: int | None, progress: trials.Progress | None) -> Interval:
    """Share of paths that lose more than `loss`, exact counts (bins of one basis point for a loss above 0)."""
    from stress.measures.histogram import LOW

    count = trials.counted(job, threads, progress)["loss_count"].values[0, note]
    first = max(1, int(np.searchsorted(LOW, loss + 1e-12))) if loss > 0.0 else 1
    return proportion(float(count[first:].sum()), float(count.sum()))
