"""Derivatives of expected loss, probability of loss, shortfall, price or pool loss by every input of the draws.

One run: its own normals give the scores (`stress.analysis.scores`); sums of outcome times feature by batch give the
derivatives with their errors, of every measure asked at once, and the scores serve as control variates of the measure
itself. Expected shortfall at level a is v + E[(L - v)+] / (1 - a) with v the value at risk; it is least at v, so that
its derivative is that of E[(L - v)+] with v held: Hong and Liu (2009), "Simulating sensitivities of conditional value
at risk", Management Science 55.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stress.analysis import trials
from stress.analysis.scores import Scores, scores_of
from stress.answers.gradient import Gradient, Slope
from stress.assemble.problem import assemble
from stress.errors import ConfigError, StressError
from stress.inputs.job import Job
from stress.kernels import alone
from stress.kernels.layout import LANES, PANEL_BLOCKS
from stress.kernels.memory import Workspace, pack
from stress.kernels.tables import Problem
from stress.kernels.tally import NOTE_QUANTITIES, POOL_QUANTITIES
from stress.measures import batches
from stress.measures.estimate import Interval
from stress.spelling import suggest

Array = NDArray[np.float64]

PATHS = 32_768
PANEL = PANEL_BLOCKS * LANES
MOST_BATCHES = 64
UNSEEN = "all derivatives: no path showed any of the measure; a harsher --scenario or more --paths"
WHOLE = "all derivatives: the whole tail loses the whole note; a lower level"
OF_NOTES = {"EL": "loss", "PD": "any_loss", "PRICE": "price", "IRR": "irr", "MULTIPLE": "multiple"}
OF_POOL = {"DEFAULT": "default", "CNL": "net_loss"}
SHORTFALL = re.compile(r"ES(\d{2}(?:\.\d+)?)")


class Wanted(NamedTuple):
    """One measure of one note, or of the pool."""

    name: str
    note: str
    """Empty: of the pool."""
    row: int
    """Of a path's outcomes."""
    level: float
    """Of an expected shortfall; NaN of anything else."""


def gradient(
    job: Job,
    measure: str = "EL",
    tranche: str | None = None,
    scenario: str | None = None,
    paths: int = PATHS,
    progress: trials.Progress | None = None,
) -> Gradient:
    """d measure / d input with standard errors by batches: mean of each factor, in all months and in each; level of the
    default rates; phi; correlation; rho where it has a score. Plain paths, rounded up to panels of 512, at least two.

    `measure`: EL, PD, ES99 (any level), price, IRR, multiple of a note (`tranche`; where left out the last that lent),
    DEFAULT or CNL of the pool. Raises ConfigError for an unknown measure, note or scenario, or factors without a
    density. Derivatives are NaN where no path showed any of the measure: nothing is known of them then.

    >>> found = gradient(job, "EL", "subordinated", paths=2048)
    >>> found.inputs[0].input, found.inputs[0].derivative > 0.0
    ('level of the rates of arrears, all segments and months', True)
    """
    return gradients(job, [(measure, tranche)], scenario, paths, progress)[0]


def gradients(
    job: Job,
    measures: Sequence[tuple[str, str | None]],
    scenario: str | None = None,
    paths: int = PATHS,
    progress: trials.Progress | None = None,
) -> list[Gradient]:
    """`gradient` of several (measure, tranche) at once, from one run.

    >>> both = gradients(job, [("EL", "subordinated"), ("ES95", "subordinated")], paths=2048)
    >>> [one.measure for one in both]
    ['EL', 'ES95']
    """
    wanted = [_wanted(job, measure, tranche) for measure, tranche in measures]
    one = trials.only(job, scenario)
    scores = scores_of(one)
    return [
        _answer(one, scores, each, sums)
        for each, sums in zip(wanted, _run(one, scores, wanted, max(2, -(-paths // PANEL)), progress), strict=True)
    ]


def _wanted(job: Job, measure: str, tranche: str | None) -> Wanted:
    name = measure.upper()
    tail = SHORTFALL.fullmatch(name)
    if name not in OF_NOTES | OF_POOL and tail is None:
        known = [*OF_NOTES, "ES99", *OF_POOL]
        raise ConfigError(f"--measure {measure}: one of {', '.join(known)}{suggest(name, known)}")
    if name in OF_POOL:
        if tranche is not None:
            raise ConfigError(f"--tranche {tranche}: {name} is a measure of the pool")
        pool = len(NOTE_QUANTITIES) * len(job.deal.notes)
        return Wanted(name, "", pool + POOL_QUANTITIES.index(OF_POOL[name]), np.nan)
    lent = [each.name for each in job.deal.notes if trials.lends(each)]
    note = tranche or lent[-1]
    at = trials.note_index(job, note, can_lose=True)
    quantity = "loss" if tail is not None else OF_NOTES[name]
    level = np.nan if tail is None else float(tail[1]) / 100.0
    return Wanted(name, note, len(NOTE_QUANTITIES) * at + NOTE_QUANTITIES.index(quantity), level)


def _answer(job: Job, scores: Scores, wanted: Wanted, sums: _Sums) -> Gradient:
    unseen, slopes = not sums.outcome.any(), _slopes(sums, scores)
    inputs = tuple(
        Slope(name, unit, *(np.nan if unseen else float(part[k]) for part in slopes))
        for k, (name, unit) in enumerate(zip(scores.names, scores.units, strict=True))
    )
    plain, controlled = _controlled(sums, scores)
    if not np.isnan(wanted.level):  # v of the tail
        plain, controlled = (
            Interval(one.estimate + sums.held, one.error, one.low + sums.held, one.high + sums.held)
            for one in (plain, controlled)
        )
    why = WHOLE if sums.held >= 1.0 else UNSEEN
    return Gradient(
        job.name, job.scenarios[0].name, wanted.name, wanted.note, plain, controlled, inputs, int(sums.size.sum()),
        job.seed, (*scores.left_out, *(why,) * unseen),
    )  # fmt: skip


class _Sums(NamedTuple):
    """Sums of a batch of paths each; X are features, f the outcome."""

    size: Array
    """(batch,)"""
    outcome: Array
    """(batch,)"""
    feature: Array
    """(batch, X)"""
    product: Array
    """(batch, X) of f X."""
    held: float = 0.0
    """v of an expected shortfall, whose f is (L - v)+ / (1 - level)."""


def _run(
    job: Job, scores: Scores, wanted: Sequence[Wanted], panels: int, progress: trials.Progress | None
) -> list[_Sums]:
    """Panel after panel: outcomes and the normals that they came of stand in the workspace."""
    n_batch, rows = min(MOST_BATCHES, panels), [one.row for one in wanted]
    size, outcome = np.zeros(n_batch), np.zeros((len(rows), n_batch))
    feature = np.zeros((n_batch, scores.weight.shape[0]))
    product = np.zeros((len(rows), *feature.shape))
    problem, paths = assemble(job), np.empty((len(rows), panels * PANEL))
    space = Workspace(pack(problem, handed=True))
    shape = PANEL_BLOCKS, problem.sizes.n_month, problem.sizes.n_factor, LANES
    for panel in range(panels):
        alone.run(space, panel, 1, panels * PANEL, job.seed)
        normals = space.drawing()[0].reshape(shape).transpose(1, 2, 0, 3).reshape(*shape[1:3], PANEL)
        f = space.handed()[0][:, rows].transpose(1, 0, 2).reshape(len(rows), PANEL)
        more, batch = scores.quadratic(normals), panel % n_batch
        paths[:, panel * PANEL : (panel + 1) * PANEL] = f
        size[batch] += PANEL
        outcome[:, batch] += f.sum(axis=1)
        feature[batch] += np.concatenate([normals.sum(axis=2).ravel(), more.sum(axis=1)])
        for r, values in enumerate(f):
            product[r, batch] += np.concatenate([(normals @ values).ravel(), more @ values])
        if progress is not None:
            progress(panel + 1, panels)
    worst = float(space.counts().residual.max())
    if not (worst <= 1e-9 and np.isfinite(outcome).all()):
        raise StressError(f"scenario {job.scenarios[0].name}: a law of the model is broken (off by {worst:.2g})")
    found = [_Sums(size, outcome[r], feature, product[r]) for r in range(len(rows))]
    for r, one in enumerate(wanted):
        if not np.isnan(one.level):
            found[r] = _of_tail(job, problem, scores, one.level, paths[r], found[r])
    return found


def _of_tail(job: Job, problem: Problem, scores: Scores, level: float, loss: Array, sums: _Sums) -> _Sums:
    """Sums of f = (L - v)+ / (1 - level): the normals of the blocks that have such a path are drawn once more."""
    held = float(np.quantile(loss, level, method="inverted_cdf"))
    f = np.maximum(loss - held, 0.0) / (1.0 - level)
    n_batch = sums.size.size
    of_panel = f.reshape(-1, PANEL).sum(axis=1)
    outcome = np.array([of_panel[batch::n_batch].sum() for batch in range(n_batch)])
    product = np.zeros_like(sums.product)
    for block in np.unique(np.flatnonzero(f) // LANES).tolist():
        normals = alone.drawn_normals(problem, block, job.seed)
        here = f[block * LANES : (block + 1) * LANES]
        product[block // PANEL_BLOCKS % n_batch] += np.concatenate(
            [(normals @ here).ravel(), scores.quadratic(normals) @ here]
        )
    return sums._replace(outcome=outcome, product=product, held=held)


def _slopes(sums: _Sums, scores: Scores) -> Interval:
    """Covariance of outcome and score: the score's mean is 0; taking it out with the outcome's cuts the variance."""
    product, feature = sums.product @ scores.weight, sums.feature @ scores.weight

    def covariance(n: Array, f: Array, s: Array, fs: Array) -> Array:
        return np.asarray(fs / n[..., None] - (f / n)[..., None] * s / n[..., None], np.float64)

    n, f, s, fs = (part.sum(axis=0) for part in (sums.size, sums.outcome, feature, product))
    whole = covariance(np.asarray(n), np.asarray(f), s, fs)
    without = covariance(n - sums.size, f - sums.outcome, s - feature, fs - product)
    return batches.symmetric(batches.Replicates(whole, without.T), sums.size)


def _controlled(sums: _Sums, scores: Scores) -> tuple[Interval, Interval]:
    """The measure plain, and less its regression on the innovations (mean 0, unit covariance)."""
    linear = scores.weight.shape[0] - 3
    n, x = sums.size.sum(), sums.feature[:, :linear]
    mean = sums.outcome.sum() / n
    slope = sums.product[:, :linear].sum(axis=0) / n - mean * x.sum(axis=0) / n
    found = []
    for values in (sums.outcome, sums.outcome - x @ slope):
        parts = batches.symmetric(batches.ratio(values, sums.size), sums.size)
        found.append(Interval(*(float(part) for part in parts)))  # type: ignore[arg-type]
    return found[0], found[1]
