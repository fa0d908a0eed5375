"""Follow a deal: month after month the law of its paths given all reports so far, and what that makes of its notes.

After each report the whole posterior is found again (`posterior`: mode, Laplace, weighted draws), from the mode of the
month before and from that of the prior: no error adds up over the months, and a month added costs little more than the
one before. Every month draws from a generator of its own (seed, month): answers depend on no thread and on no other
month's draws.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc, ndtr

from stress.analysis import kept, posterior, trials
from stress.analysis.followed import default_now, drawn_now, expected_losses, notes_now, triggers_now
from stress.analysis.from_today import Later, Rest, Standing, later, moved, standing, with_law, with_source
from stress.analysis.observed import Ratios, months_of, probits, ratios_of
from stress.analysis.rivals import last_value
from stress.analysis.whitened import RATIOS, Sample, Whitened
from stress.answers.follow import Follow, Surprise, Update
from stress.arrays import Array
from stress.errors import ConfigError, DataError
from stress.inputs.door import from_closing
from stress.inputs.files.report_ties import contradictions, oddities
from stress.inputs.files.reported import Reported, opened, period_at
from stress.inputs.job import Job
from stress.inputs.numbers import FOLLOWED_PATHS, enough
from stress.measures.drift import drift
from stress.measures.scores import crps, log_score_of, pit_of
from stress.measures.weighted_draws import equally_likely, quantiles
from stress.tables.periods import Period

PATHS = 4096
FLOOR = 100.0
"""Effective paths below which no answer is given: an expected loss would rest on a handful of paths."""
UNLIKELY = 0.001
"""Chance of reports as far from the model below which it is said that it does not describe the deal."""
MOST_SAID = 4
"""Contradictions of the reports that are told."""
FIRST = 2**32
"""Of the generators' second key, so that no month's draws are those of a run."""
NAMES = tuple(RATIOS)


class State(NamedTuple):
    """The law of the paths given the reports so far."""

    point: Array
    """(P, n) whitened normals of whole paths."""
    weight: Array
    sample: Sample
    centre: Array
    """The mode, over the coordinates that were observed."""
    fit: float = 1.0
    """Chance of reports as far from the model as these."""

    @property
    def effective(self) -> float:
        """Independent paths that would tell as much."""
        return float(1.0 / np.sum(self.weight**2))


def follow(
    job: Job,
    reports: Reported | str | os.PathLike[str],
    as_of: Period | str | None = None,
    scenario: str | None = None,
    paths: int = PATHS,
    progress: Callable[[int, int], None] | None = None,
) -> Follow:
    """The posterior of a deal's paths given its reports up to `as_of`, under one scenario.

    Raises ConfigError, DataError where the reports are none of this deal, and where fewer than 100 effective paths are
    left: the reports then lie where the model hardly goes.

    >>> answer = follow(job, "scenarios/reports/baitiao-24m-made-up.toml", as_of="2020-02", paths=256)
    >>> answer.notes[-1].expected_loss > answer.notes[-1].expected_loss_before
    True
    """
    from_closing(job, "follow", "reads reports from closing on")
    enough(paths, FOLLOWED_PATHS)
    reports = opened(reports)
    as_of = None if as_of is None else period_at(as_of, 12)
    case = trials.case_of(job, scenario)
    job = job.model_copy(update={"scenarios": (case,)})
    reports = _known(reports, as_of)
    whitened = Whitened(job)
    ratios, left_out = ratios_of(job, reports, whitened.sample(np.zeros((1, 1))).ratio[0])
    label = dict(zip(months_of(job, reports).tolist(), map(str, reports.period), strict=True))
    state = before = _prior(whitened, job.seed, paths)
    surprises: list[Surprise] = []
    updates: list[Update] = []
    months = np.unique(ratios.month)
    stands, today, then = Later(whitened, None), before.sample, before
    loss = was = expected_losses(before.sample, before.weight)[0]
    for done, month in enumerate(months, 1):
        then, last, was = state, stands, loss
        new = ratios.of(ratios.month == month)
        surprises += _surprises(state, before, new, ratios.of(ratios.month < month), label[int(month)], job.seed)
        state = given_all(whitened, ratios.of(ratios.month <= month), state.centre, job.seed, paths)
        if state.effective < FLOOR:
            raise DataError(_refusal(reports, label[int(month)], state.effective, paths, surprises))
        status, stands = _stands(whitened, reports, int(month), state)
        today = stands.whitened.sample(state.point)
        loss, error = expected_losses(today, state.weight)
        updates.append(Update(label[int(month)], state.effective, tuple(loss.tolist()), tuple(error.tolist())))
        if progress is not None:
            progress(done, len(months))
        if done < len(months) and kept.asked_to_stop():
            left_out = (f"interrupted: {len(months) - done} later reports were not read", *left_out)
            ratios = ratios.of(ratios.month <= month)
            break
    month = int(ratios.month[-1]) + 1
    rest = Rest(status.state, status.given, today, moved(job, last, then, stands, (was, loss), month))
    return _answer(job, reports, whitened, ratios, before, state, surprises, updates, (*status.left, *left_out), rest)


def _stands(whitened: Whitened, reports: Reported, month: int, state: State) -> tuple[Standing, Later]:
    """The deal after the report of a month (from 0), and the rest of its life."""
    count = months_of(whitened.job, reports).tolist().index(month) + 1
    status = standing(whitened, reports.upto(count), month + 1, state.centre)
    try:
        return status, later(whitened.job, status.state, reports.file)
    except ConfigError as error:
        against = "".join(f"; {period}: {says}" for period, says in contradictions(reports.upto(count))[-1:])
        raise ConfigError(f"{error}{against}") from None


def _answer(
    job: Job,
    reports: Reported,
    whitened: Whitened,
    ratios: Ratios,
    before: State,
    state: State,
    surprises: list[Surprise],
    updates: list[Update],
    left_out: tuple[str, ...],
    rest: Rest,
) -> Follow:
    """All that was found, in the words of the answer."""
    lead = next(name for r, name in enumerate(NAMES) if (ratios.ratio == r).sum() == _most(ratios))
    leading = [s for s in surprises if s.figure == lead]
    test = drift([s.pit for s in leading])
    last = int(ratios.month[-1])
    return Follow(
        job=job.name,
        scenario=job.scenarios[0].name,
        reports=reports.name,
        currency=job.deal.currency,
        as_of=updates[-1].month,
        paths=len(state.point),
        seed=job.seed,
        effective=state.effective,
        floor=FLOOR,
        fit=state.fit,
        surprises=tuple(surprises),
        updates=tuple(updates),
        notes=notes_now(job, before.sample, before.weight, rest.today, state.weight, rest.state),
        triggers=triggers_now(job, rest.today, state.weight, last),
        drawn=drawn_now(job, whitened, state.point, state.weight, state.sample, last),
        **default_now(before.sample, before.weight, rest.today, state.weight),
        lead=lead,
        drift=test,
        alarm=None if test.alarm is None else leading[test.alarm].month,
        says=(
            *(f"{reports.name}: {note}" for note in reports.note),
            *_against(reports),
            *left_out,
            *_remarks(job, state.fit),
        ),
        moved=rest.moved,
        state=with_source(with_law(rest.state, whitened, state, last), job, reports, rest.given),
        given=rest.given,
    )


def _against(reports: Reported) -> list[str]:
    """Where figures of the reports end, and where these contradict themselves: the first few."""
    sentences = [f"{period}: {says}" for period, says in oddities(reports)]
    more = f"{len(sentences) - MOST_SAID} more of this kind: stress check lists all"
    return [*sentences[:MOST_SAID], *([more] if len(sentences) > MOST_SAID else [])]


def _known(reports: Reported, as_of: Period | None) -> Reported:
    count = len(reports.period) if as_of is None else sum(p <= as_of for p in reports.period)
    if not count:
        raise ConfigError(f"--as-of {as_of}: no report is that old; the first is of {reports.period[0]}")
    if as_of is not None and as_of > reports.period[-1]:
        raise ConfigError(f"--as-of {as_of}: the last report is of {reports.period[-1]}; leave it out to read all")
    return reports.upto(count)


def _generator(seed: int, month: int, stream: int) -> np.random.Generator:
    return np.random.default_rng([seed, FIRST + month, stream])


def _prior(whitened: Whitened, seed: int, paths: int) -> State:
    point = _generator(seed, 0, 0).standard_normal((paths, whitened.upto(whitened.n_month)))
    return State(point, np.full(paths, 1.0 / paths), whitened.sample(point), np.zeros(0))


def given_all(whitened: Whitened, ratios: Ratios, before: Array, seed: int, paths: int) -> State:
    """The posterior given all that was seen; `before`: the mode of an earlier month, or nothing."""
    month = int(ratios.month[-1]) + 1
    start = np.zeros(whitened.upto(month))
    warm = start.copy()
    warm[: before.size] = before

    whitened = whitened.as_of(month)
    known = whitened.until(month)

    def misfits(points: Array) -> Array:
        return ratios.misfits(known.sample(points).ratio)

    proposal = posterior.laplace(misfits, (start, warm) if before.size else (start,))
    weighted = posterior.weigh(misfits, proposal, paths, _generator(seed, month, 1))
    later = _generator(seed, month, 2).standard_normal((paths, whitened.upto(whitened.n_month) - start.size))
    point = np.hstack([weighted.point, later])
    fit = float(chdtrc(ratios.value.size, 2.0 * proposal.value))
    return State(point, weighted.weight, whitened.sample(point), proposal.centre, fit)


def _surprises(state: State, before: State, new: Ratios, old: Ratios, label: str, seed: int) -> list[Surprise]:
    """Each ratio of a report against its prediction from the reports before it."""
    made = []
    for k in range(new.value.size):
        month, ratio, error = int(new.month[k]), int(new.ratio[k]), float(new.error[k])
        noise = error * _generator(seed, month + 1, 3 + ratio).standard_normal(len(state.point))
        centre = probits(state.sample.ratio[:, month, ratio])
        draws = ndtr(centre + noise)
        static = ndtr(probits(before.sample.ratio[:, month, ratio]) + noise)
        low, median, high = quantiles(draws, state.weight, (0.05, 0.5, 0.95))
        came = float(new.value[k])
        past = old.of(old.ratio == ratio)
        walk = np.nan
        if past.value.size >= 3:
            gap = month - int(past.month[-1])
            walk = crps(100.0 * last_value(past.probit, past.month, gap, len(draws)), 100.0 * came)
        made.append(
            Surprise(
                month=label,
                figure=NAMES[ratio],
                came=came,
                low=low,
                median=median,
                high=high,
                pit=pit_of(centre, error, state.weight, float(new.probit[k])),
                log_score=log_score_of(centre, error, state.weight, float(new.probit[k])),
                crps=crps(100.0 * equally_likely(draws, state.weight), 100.0 * came),
                crps_last=walk,
                crps_static=crps(100.0 * static, 100.0 * came),
            )
        )
    return made


def _most(ratios: Ratios) -> int:
    return int(max((ratios.ratio == r).sum() for r in range(len(NAMES))))


def _refusal(reports: Reported, label: str, effective: float, paths: int, surprises: list[Surprise]) -> str:
    worst = min((s for s in surprises if s.month == label), key=lambda s: min(s.pit, 1.0 - s.pit))
    return (
        f"{reports.file}: {label}: of {paths:,} paths {effective:.0f} are effective, fewer than {FLOOR:g}: the reports "
        f"lie where the model hardly goes ({worst.figure} {100 * worst.came:.3g}% against {100 * worst.low:.3g}% to "
        f"{100 * worst.high:.3g}% predicted); see that the columns mean the same, that `error` is not too small and "
        "that the pool is this deal's, or raise --paths"
    )


def _remarks(job: Job, fit: float) -> list[str]:
    sentences = []
    if fit < UNLIKELY:
        sentences.append(
            f"the reports are further from the model than it allows: a chance of {fit:.2g} of being as far; what "
            "follows rests on a model that does not describe this deal"
        )
    if job.pool.obligors is None:
        return sentences
    return [
        *sentences,
        f"borrowers are taken as without end; that there are {job.pool.obligors:,} widens the error of each report",
    ]
