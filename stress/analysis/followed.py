"""The rest of a followed deal's life from its weighted paths: notes, triggers, what was drawn, cumulative default."""

from __future__ import annotations

import numpy as np

from stress.analysis.whitened import Sample, Whitened
from stress.answers.follow import FactorNow, NoteNow, TriggerNow
from stress.arrays import Array
from stress.assemble.calendar import calendar_of
from stress.assemble.market import factors_of
from stress.inputs.job import Job
from stress.inputs.state import State
from stress.measures.weighted_draws import mean_of, quantiles

PARAMETERS = ("log odds of the default rate", "log odds of rho", "log odds of phi")


def expected_losses(sample: Sample, weight: Array) -> tuple[Array, Array]:
    """(N,) expected loss of each note and its error."""
    return mean_of(sample.loss, weight)


def notes_now(
    job: Job, before: Sample, weight_before: Array, now: Sample, weight: Array, state: State
) -> tuple[NoteNow, ...]:
    """Every note before any report and after the last one, from the state in which that leaves the deal."""
    columns: list[Array] = []
    for then, today in (
        (before.loss, now.loss),
        ((before.loss > 0.0).astype(np.float64), (now.loss > 0.0).astype(np.float64)),
    ):
        columns += [*mean_of(then, weight_before), *mean_of(today, weight)]
    rows = zip(*(np.atleast_1d(c).tolist() for c in columns), worth_now(now.price, weight), strict=True)
    return tuple(
        NoteNow._make((note.name, *row[:-1], state.notes[note.name].balance, *row[-1]))
        for note, row in zip(job.deal.notes, rows, strict=True)
    )


def worth_now(price: Array, weight: Array) -> list[tuple[float, float, float, float]]:
    """Mean, its error, 5% and 95% of the weighted paths, of each note's value (P, N)."""
    mean, error = (np.atleast_1d(x) for x in mean_of(price, weight))
    rows = []
    for n in range(price.shape[1]):
        low, high = quantiles(price[:, n], weight, (0.05, 0.95))
        rows.append((float(mean[n]), float(error[n]), float(low), float(high)))
    return rows


def default_now(before: Sample, weight_before: Array, now: Sample, weight: Array) -> dict[str, float]:
    """Mean cumulative default of the life, before and now, with errors, by the names of the answer."""
    (a, b), (c, d) = mean_of(before.default, weight_before), mean_of(now.default, weight)
    return {"default_before": float(a), "default_before_se": float(b), "default": float(c), "default_se": float(d)}


def triggers_now(job: Job, sample: Sample, weight: Array, last: int) -> tuple[TriggerNow, ...]:
    """Probability of each trigger by month after the last report (month `last`, from 0)."""
    label = [f"{day:%Y-%m}" for day in calendar_of(job.deal).collection_end][last + 1 :]
    made = []
    for k, trigger in enumerate(job.deal.triggers):
        month = sample.tripped[:, k]
        by = np.array([(month > 0) & (month <= last + 2 + t) for t in range(len(label))], dtype=float)
        ever, error = mean_of((month > 0).astype(float), weight)
        now = float(weight @ ((month > 0) & (month <= last + 1)).astype(float))
        probability = tuple((by @ weight).tolist()) if len(label) else ()
        made.append(TriggerNow(trigger.name, now, tuple(label), probability, float(ever), float(error)))
    return tuple(made)


def drawn_now(
    job: Job, whitened: Whitened, point: Array, weight: Array, sample: Sample, last: int
) -> tuple[FactorNow, ...]:
    """Factors in the month of the last report and drawn parameters, in their own standard deviations."""
    made = []
    for f, name in enumerate(factors_of(job.pool).name):
        mean, sd = _moments(sample.factor[:, last, f], weight)
        made.append(FactorNow(f"{name} factor", mean, sd))
    root, drawn = whitened.problem.market.draw_root[0], whitened.of(point, "parameters")
    for k, word in enumerate(PARAMETERS if drawn.size else ()):
        spread = float(np.sqrt((root[k] ** 2).sum()))
        if spread > 0.0:
            made.append(FactorNow(word, *_moments(drawn @ root[k] / spread, weight)))
    return tuple(made)


def _moments(value: Array, weight: Array) -> tuple[float, float]:
    mean = float(weight @ value)
    return mean, float(np.sqrt(weight @ (value - mean) ** 2))
