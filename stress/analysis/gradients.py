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

from stress.analysis import trials
from stress.analysis.remaining import since_of
from stress.analysis.score_sums import PANEL, ScoreSums
from stress.analysis.scores import Scores, scores_of
from stress.answers.gradient import Gradient, Slope
from stress.arrays import Array
from stress.errors import ConfigError, StressError
from stress.inputs.job import Job
from stress.inputs.numbers import enough
from stress.kernels.tally import NOTE_QUANTITIES, POOL_QUANTITIES
from stress.measures import batches
from stress.measures.estimate import Interval
from stress.spelling import suggest

PATHS = 32_768
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

    Raises ConfigError for fewer than 64 paths, a measure or a note that is none, StressError where an outcome is no
    number.

    >>> answer = gradient(job, "EL", "subordinated", paths=2048)
    >>> answer.inputs[0].input, answer.inputs[0].derivative > 0.0
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
    >>> [answer.measure for answer in both]
    ['EL', 'ES95']
    """
    enough(paths)
    wanted = [_wanted(job, measure, tranche) for measure, tranche in measures]
    single = trials.only(job, scenario)
    scores = scores_of(single)
    return [
        _answer(single, scores, request, sums)
        for request, sums in zip(
            wanted, _run(single, scores, wanted, max(2, -(-paths // PANEL)), progress), strict=True
        )
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
    funded = [note.name for note in job.deal.notes if trials.lends(note)]
    chosen = funded[-1] if tranche is None else tranche
    at = trials.note_index(job, chosen, can_lose=True)
    quantity = "loss" if tail is not None else OF_NOTES[name]
    level = np.nan if tail is None else float(tail[1]) / 100.0
    return Wanted(name, chosen, len(NOTE_QUANTITIES) * at + NOTE_QUANTITIES.index(quantity), level)


def _answer(job: Job, scores: Scores, wanted: Wanted, sums: _Sums) -> Gradient:
    unseen, slopes = not sums.outcome.any(), _slopes(sums, scores)
    inputs = tuple(
        Slope(name, unit, *(np.nan if unseen else float(part[k]) for part in slopes))
        for k, (name, unit) in enumerate(zip(scores.names, scores.units, strict=True))
    )
    plain, controlled = _controlled(sums, scores)
    if not np.isnan(wanted.level):  # v of the tail
        plain, controlled = (
            Interval(interval.estimate + sums.held, interval.error, interval.low + sums.held, interval.high + sums.held)
            for interval in (plain, controlled)
        )
    why = WHOLE if sums.held >= 1.0 else UNSEEN
    return Gradient(
        job.name, job.scenarios[0].name, wanted.name, wanted.note, plain, controlled, inputs, int(sums.size.sum()),
        job.seed, (*scores.left_out, *(why,) * unseen), since_of(job),
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
    """Batch after batch on all cores; of expected shortfalls the paths beyond v once more, when v is known."""
    tails = [r for r, request in enumerate(wanted) if not np.isnan(request.level)]
    summed = ScoreSums(job, scores, panels)
    table, losses = summed.outcomes([request.row for request in wanted], tails, progress)
    if not np.isfinite(table).all():
        raise StressError(f"scenario {job.scenarios[0].name}: an outcome is not a number")
    size, feature = table[:, 0, -1], table[:, 0, :-1]
    sums = [_Sums(size, part[:, -1], feature, part[:, :-1]) for part in table[:, 1:].transpose(1, 0, 2)]
    if tails:
        levels = [wanted[r].level for r in tails]
        held = [np.quantile(loss, level, method="inverted_cdf") for loss, level in zip(losses, levels, strict=True)]
        beyond = np.stack(
            [np.maximum(loss - v, 0.0) / (1.0 - q) for loss, v, q in zip(losses, held, levels, strict=True)]
        )
        for r, v, part in zip(tails, held, summed.of(beyond)[:, 1:].transpose(1, 0, 2), strict=True):
            sums[r] = _Sums(size, part[:, -1], feature, part[:, :-1], float(v))
    return sums


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
    intervals = []
    for values in (sums.outcome, sums.outcome - x @ slope):
        parts = batches.symmetric(batches.ratio(values, sums.size), sums.size)
        intervals.append(Interval(*(float(part) for part in parts)))  # type: ignore[arg-type]
    return intervals[0], intervals[1]
