"""What if: a design of points over ranges of inputs, every measure of every note at each, surfaces between them."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from stress.analysis import trials
from stress.analysis.first_loss import multiples
from stress.analysis.kept import Interrupted
from stress.analysis.ranges import axes_of, check_axes, job_at, shocks_at
from stress.analysis.remaining import since_of
from stress.analytic.spline import best_spline, least_points
from stress.answers.whatif import Axis, Surface, WhatIf
from stress.arrays import Array
from stress.errors import ConfigError
from stress.inputs.job import Job, ScenarioCase
from stress.kernels.tally import HIGHEST_IRR
from stress.measures.names import measured

if TYPE_CHECKING:
    import xarray as xr

Kind = Literal["sobol", "grid"]

MOST_POINTS = 2_000
"""Points of a design at most: the page holds a weight of each for every measure."""
A_DIMENSION = 24
"""Points for each range, where the caller gives no number."""


class Asked(NamedTuple):
    """A measure that the page shows."""

    short: str
    title: str
    name: str
    """As `stress.measures.names` knows it."""
    level: float
    unit: str
    least: float
    most: float


OF_NOTES = (
    Asked("EL", "Expected loss", "expected_loss", math.nan, "1", 0.0, 1.0),
    Asked("PD", "Probability of a loss", "loss_probability", math.nan, "1", 0.0, 1.0),
    Asked("VaR 99%", "Value at risk, 99%", "value_at_risk", 0.99, "1", 0.0, 1.0),
    Asked("VaR 99.9%", "Value at risk, 99.9%", "value_at_risk", 0.999, "1", 0.0, 1.0),
    Asked("Yield", "Yield at par, mean", "irr", math.nan, "1", -1.0, HIGHEST_IRR),
    Asked("WAL", "Weighted average life", "wal", math.nan, "a", 0.0, math.inf),
)
OF_POOL = (
    Asked("Default", "Cumulative default of the pool", "mean_default", math.nan, "1", 0.0, 1.0),
    Asked("Net loss", "Cumulative net loss of the pool", "mean_net_loss", math.nan, "1", 0.0, 1.0),
)


def whatif(
    job: Job,
    over: Sequence[str],
    scenario: str | None = None,
    points: int | None = None,
    kind: Kind = "sobol",
    threads: int | None = None,
    progress: trials.Progress | None = None,
    stop: threading.Event | None = None,
    client: Any = None,
) -> WhatIf:
    """Run a job at points over ranges of its inputs, all on the same draws, and lay surfaces through every measure.

    `over`: ranges as `default_odds=1:3` or `share:A=0.78:0.84`. The points: where the job stands, the corners, then
    Sobol points, or a grid. `stop`: set, the points that are done make the answer. Paths and seed are the job's.
    Raises ConfigError for a range that the job cannot take, KeyboardInterrupt where too few points are done.

    >>> answer = whatif(job.but(paths=512), ["default_odds=1:3"], points=5)
    >>> loss = next(s for s in answer.surfaces if (s.measure, s.note) == ("EL", "subordinated"))
    >>> answer.read(loss, [0.0]).value < answer.read(loss, [1.0]).value
    True
    """
    axes, case = axes_of(job, over), trials.case_of(job, scenario)
    check_axes(job, case, axes)
    place = design(axes, points, kind, job.seed)
    values = [[axis.value(float(u)) for axis, u in zip(axes, row, strict=True)] for row in place]
    jobs = [job_at(job, axes, row) for row in values]
    moves = [shocks_at(axes, row) for row in values]
    groups = list(_groups(jobs, moves))
    read: list[list[Array]] = []
    done = 0
    for at, (first, last) in enumerate(groups):
        if stop is not None and stop.is_set():
            break
        varied = trials.variants(jobs[first], case, moves[first:last])
        step = trials.portion(progress, at, len(groups))
        try:
            read.append(_measures(trials.counted(varied, threads, step, client=client)))
        except Interrupted:
            break
        read[-1] += _breakevens(jobs[first], case, moves[first:last])
        done = last
    if done < least_points(len(axes)):
        raise Interrupted
    by_measure = [np.concatenate(parts) for parts in zip(*read, strict=True)]
    surfaces = tuple(_surfaces(job, place[:done], by_measure))
    return WhatIf(
        job.name, case.name, axes, place[:done], surfaces, job.paths, job.seed, kind, len(place), since_of(job)
    )


def design(axes: Sequence[Axis], points: int | None, kind: Kind, seed: int) -> Array:
    """(n_point, n_axis) places: where the job stands, then the corners and a scrambled Sobol sequence, or a grid.

    Raises ConfigError for too few or too many points.
    """
    n = len(axes)
    corners = np.array(list(itertools.product((0.0, 1.0), repeat=n)))
    least = len(corners) + 1 + n
    number = A_DIMENSION * n if points is None else points
    if not least <= number <= MOST_POINTS:
        raise ConfigError(f"--points {number}: from {least} for {n} range{'s' * (n > 1)} to {MOST_POINTS:,}")
    start = np.array([[axis.place(axis.start) for axis in axes]])
    if kind == "grid":
        side = np.linspace(0.0, 1.0, max(2, math.floor(number ** (1.0 / n) + 1e-9)))
        return _different(np.concatenate([start, np.array(list(itertools.product(side, repeat=n)))]))
    from scipy.stats import qmc

    inner = qmc.Sobol(n, scramble=True, rng=seed % 2**63).random_base2(math.ceil(math.log2(number)))
    return _different(np.concatenate([start, corners, inner]))[:number]


def _different(place: Array) -> Array:
    """Each place once, in the order given."""
    _, first = np.unique(np.round(place, 9), axis=0, return_index=True)
    return np.asarray(place[np.sort(first)])


def _groups(jobs: Sequence[Job], moves: Sequence[object]) -> Iterator[tuple[int, int]]:
    """Ranges of points that share deal and pool, a count each."""
    first = 0
    for k in range(1, len(jobs) + 1):
        if k == len(jobs) or k - first == trials.MOST or jobs[k].deal != jobs[first].deal:
            yield first, k
            first = k


def _measures(ds: xr.Dataset) -> list[Array]:
    """Of each measure (point, 1 or note, estimate error high low)."""
    rows = []
    for asked in (*OF_NOTES, *OF_POOL):
        answer = measured(ds, asked.name, asked.level)
        parts = np.stack([np.asarray(answer[k].values, np.float64) for k in ("estimate", "error", "high", "low")], -1)
        rows.append(parts if parts.ndim == 3 else parts[:, None])
    return rows


def _breakevens(job: Job, case: ScenarioCase, moves: Sequence[Sequence[Any]]) -> list[Array]:
    """(point, note, estimate error high low) of the multiple of default odds at which a note first loses principal."""
    value, error = multiples(job, case, moves)
    return [np.stack([value, error, value + error, value - error], -1)]


def _surfaces(job: Job, place: Array, by_measure: Sequence[Array]) -> Iterator[Surface]:
    """A surface of every measure that is a number at every point."""
    from stress.analysis.first_loss import HIGHEST as TURNED
    from stress.analysis.first_loss import LOWEST

    breakeven = Asked("Break-even", "Default odds at first loss, × (rho 0)", "", math.nan, "x", LOWEST, TURNED)
    for asked, parts in zip((*OF_NOTES, *OF_POOL, breakeven), by_measure, strict=True):
        fitted = best_spline(place, parts[..., 0])
        for k in range(parts.shape[1]):
            note = job.deal.notes[k] if asked not in OF_POOL else None
            if not np.isfinite(parts[:, k, 0]).all() or (note is not None and not trials.lends(note)):
                continue
            value, error, high, low = (np.ascontiguousarray(parts[:, k, j]) for j in range(4))
            yield Surface(
                asked.short, asked.title, "" if note is None else note.name, asked.unit, asked.least, asked.most,
                value, np.where(np.isfinite(error), error, 0.0), high, low, fitted.missed[:, k], fitted.weight[:, k],
                int(fitted.power[k]),
            )  # fmt: skip
