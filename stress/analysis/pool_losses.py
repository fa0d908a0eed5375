"""What a break-even means for the pool: cumulative default and net loss there, and their multiples of the base."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from stress.analysis import trials
from stress.analysis.levers import Lever
from stress.analysis.remaining import since_of
from stress.answers.breakeven import Answer, PoolLoss
from stress.answers.since import Since
from stress.assemble.problem import assemble
from stress.inputs.job import Job, ScenarioCase
from stress.kernels.samplers import Sampler
from stress.measures import batches, sums
from stress.runs.trace import values_of

Parts = tuple[float, float, float, float, float]
"""Base, loss and its error, multiple and its error."""


def with_expected(job: Job, case: ScenarioCase, lever: Lever, answer: Answer) -> Answer:
    """A deterministic break-even with its losses: their error is that of the bracket, which is left out."""
    if not math.isfinite(answer.value):
        return answer
    outcomes, since = _expected_at(job, case, lever, answer.value), since_of(job)
    in_all = outcomes.of_pool("net_loss")
    net = _expected(*map(float, since.remaining(in_all)))
    default = _expected(*map(float, since.remaining_default(outcomes.of_pool("default"))))
    rate = constant_default_rate(job, case, lever, answer.value)
    return answer._replace(loss=PoolLoss(*net, *default, rate, float(in_all[1]), 0.0))


def _expected_at(job: Job, case: ScenarioCase, lever: Lever, value: float) -> trials.Expected:
    """The deterministic run of the scenario itself, and at a value of the shock."""
    return trials.to_maturity(trials.variants(job, case, [[lever.shock(x)] for x in (lever.neutral, value)]))


def _expected(base: float, there: float) -> Parts:
    return base, there, 0.0, there / base if base > 0.0 else math.nan, 0.0


def constant_default_rate(job: Job, case: ScenarioCase, lever: Lever, value: float) -> float:
    """The yearly rate (CDR) that the deterministic run's defaults come to over the balances they befall."""
    varied = trials.uncalled(trials.variants(job, case, [[lever.shock(value)]]))
    rows = values_of(varied, assemble(varied, deterministic=True), 0)
    exposed = float(rows["month_start_balance"][1].sum())
    return 1.0 - (1.0 - float(rows["defaults"][1].sum()) / exposed) ** 12 if exposed > 0.0 else math.nan


def with_simulated(
    job: Job,
    case: ScenarioCase,
    lever: Lever,
    answers: Sequence[Answer],
    threads: int | None,
    progress: trials.Progress | None,
    sampler: Sampler | None,
    failing: tuple[int, str],
) -> list[Answer]:
    """Break-evens with their losses: means over paths on the draws of the search, those of the pool without a call.

    Errors by batches: without a batch the mean is another, and so is the place of the break-even, by the change of the
    probability to fail over its slope between the ends of the break-even's own interval; the base of a multiple is on
    the same draws. `failing`: the note, and the quantity that is 1 on a path on which it fails.
    """
    known = [answer for answer in answers if math.isfinite(answer.value)]
    if not known:
        return list(answers)
    values = [lever.neutral, *(x for answer in known for x in (answer.low, answer.value, answer.high))]
    varied = trials.variants(job, case, [[lever.shock(x)] for x in values])
    ds = trials.counted(varied, threads, progress, sampler)
    note, asked = failing
    fails = sums.means(ds, sums.of_notes, asked)[0]
    fails = batches.Replicates(fails.value[:, note], fails.without[:, note])
    if job.deal.clean_up is not None:
        ds = trials.counted(trials.uncalled(varied), threads, progress, sampler)
    since = since_of(job)
    (net, size), (default, _) = (sums.means(ds, sums.of_pool, quantity) for quantity in ("net_loss", "default"))
    net, default = (
        batches.Replicates(*map(of, loss)) for of, loss in ((since.remaining, net), (since.remaining_default, default))
    )
    at = range(len(known))
    losses = [_pool_loss(_parts(net, size, fails, k), _parts(default, size, fails, k), since) for k in at]
    by_percentile = {answer.percentile: loss for answer, loss in zip(known, losses, strict=True)}
    return [answer._replace(loss=by_percentile.get(answer.percentile)) for answer in answers]


def _pool_loss(net: Parts, default: Parts, since: Since) -> PoolLoss:
    return PoolLoss(*net, *default, None, since.in_all(net[1]), since.pool * net[2])


def _parts(loss: batches.Replicates, size: np.ndarray, fails: batches.Replicates, at: int) -> Parts:
    """Of the `at`-th break-even."""
    value, without = loss
    low, here, high = (3 * at + k for k in (1, 2, 3))
    step = float(fails.value[high] - fails.value[low])
    slope = float(value[high] - value[low]) / step if step else math.nan
    moved = -slope * (fails.without[here] - fails.value[here])  # what brings the probability back to the percentile's
    there = batches.Replicates(value[here], without[here] + moved)
    times = batches.quotient(there, batches.Replicates(value[0], without[0]))
    error, ratio_error = (float(batches.error(replicates, size)) for replicates in (there, times))
    return float(value[0]), float(value[here]), error, float(times.value), ratio_error
