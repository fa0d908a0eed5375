"""Derivatives of expected loss, probability of loss, price or pool loss by every input of the draws, in one run.

The run's own normals give the scores (`stress.analysis.scores`); sums of outcome times feature by batch give the
derivatives with their errors, and the scores serve as control variates of the measure itself.
"""

from __future__ import annotations

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
from stress.kernels.tally import NOTE_QUANTITIES, POOL_QUANTITIES
from stress.measures import batches
from stress.measures.estimate import Interval
from stress.spelling import suggest

Array = NDArray[np.float64]

PATHS = 32_768
PANEL = PANEL_BLOCKS * LANES
MOST_BATCHES = 64
UNSEEN = "all derivatives: no path showed any of the measure; a harsher --scenario or more --paths"
OF_NOTES = {"EL": "loss", "PD": "any_loss", "PRICE": "price", "IRR": "irr", "MULTIPLE": "multiple"}
OF_POOL = {"DEFAULT": "default", "CNL": "net_loss"}


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

    `measure`: EL, PD, price, IRR, multiple of a note (`tranche`; where left out the last that lent), DEFAULT or CNL of
    the pool. Raises ConfigError for an unknown measure, note or scenario, or factors without a density. Derivatives are
    NaN where no path showed any of the measure: nothing is known of them then.

    >>> found = gradient(job, "EL", "subordinated", paths=2048)
    >>> found.inputs[0].input, found.inputs[0].derivative > 0.0
    ('level of the rates of arrears, all segments and months', True)
    """
    name = measure.upper()
    if name not in OF_NOTES | OF_POOL:
        known = [*OF_NOTES, *OF_POOL]
        raise ConfigError(f"--measure {measure}: one of {', '.join(known)}{suggest(name, known)}")
    one = trials.only(job, scenario)
    if name in OF_POOL and tranche is not None:
        raise ConfigError(f"--tranche {tranche}: {name} is a measure of the pool")
    lent = [each.name for each in job.deal.notes if trials.lends(each)]
    note = tranche or ("" if name in OF_POOL else lent[-1])
    at = trials.note_index(job, note, can_lose=True) if note else -1
    row = (
        len(NOTE_QUANTITIES) * at + NOTE_QUANTITIES.index(OF_NOTES[name])
        if note
        else len(NOTE_QUANTITIES) * len(job.deal.notes) + POOL_QUANTITIES.index(OF_POOL[name])
    )
    scores = scores_of(one)
    sums = _run(one, scores, row, max(2, -(-paths // PANEL)), progress)
    unseen, slopes = not sums.outcome.any(), _slopes(sums, scores)
    inputs = tuple(
        Slope(name_, unit, *(np.nan if unseen else float(part[k]) for part in slopes))
        for k, (name_, unit) in enumerate(zip(scores.names, scores.units, strict=True))
    )
    plain, controlled = _controlled(sums, scores)
    return Gradient(
        job.name, one.scenarios[0].name, name, note, plain, controlled, inputs, int(sums.size.sum()), job.seed,
        (*scores.left_out, *(UNSEEN,) * unseen),
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


def _run(job: Job, scores: Scores, row: int, panels: int, progress: trials.Progress | None) -> _Sums:
    """Panel after panel: outcomes and the normals that they came of stand in the workspace."""
    n_batch = min(MOST_BATCHES, panels)
    n_feature = scores.weight.shape[0]
    size, outcome = np.zeros(n_batch), np.zeros(n_batch)
    feature, product = np.zeros((n_batch, n_feature)), np.zeros((n_batch, n_feature))
    problem = assemble(job)
    space = Workspace(pack(problem, handed=True))
    shape = PANEL_BLOCKS, problem.sizes.n_month, problem.sizes.n_factor, LANES
    for panel in range(panels):
        alone.run(space, panel, 1, panels * PANEL, job.seed)
        normals = space.drawing()[0].reshape(shape).transpose(1, 2, 0, 3).reshape(*shape[1:3], PANEL)
        f = space.handed()[0, :, row].reshape(PANEL)
        more, batch = scores.quadratic(normals), panel % n_batch
        size[batch] += PANEL
        outcome[batch] += f.sum()
        feature[batch] += np.concatenate([normals.sum(axis=2).ravel(), more.sum(axis=1)])
        product[batch] += np.concatenate([(normals @ f).ravel(), more @ f])
        if progress is not None:
            progress(panel + 1, panels)
    worst = float(space.counts().residual.max())
    if not (worst <= 1e-9 and np.isfinite(outcome).all()):
        raise StressError(f"scenario {job.scenarios[0].name}: a law of the model is broken (off by {worst:.2g})")
    return _Sums(size, outcome, feature, product)


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
