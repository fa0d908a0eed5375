"""Break-even: how far a shock can go before a note is no longer paid in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stress.analysis import trials
from stress.analysis.crossings import answer, at_percentile, inside, rises
from stress.analysis.levers import Lever, lever_of
from stress.analysis.pool_losses import with_expected, with_simulated
from stress.answers.breakeven import Answer, Breakeven, Crossing, Curve
from stress.errors import ConfigError
from stress.inputs.job import Job, ScenarioCase
from stress.kernels.sampling import Sampler
from stress.measures import expected_loss, loss_probability, shortfall_probability
from stress.measures.sums import of_notes
from stress.runs.sampling.shifts import shifted_towards

Array = NDArray[np.float64]

PERCENTILES = (0.5, 0.95, 0.99)
SCAN = 25
"""Points of the simulated curve."""
FEW = 50.0
"""Paths beyond a percentile below which plain sampling says too little of it."""
SCAN_CALM, ROUNDS = 61, 5
"""Points of the deterministic scan; rounds that each divide a bracket by 16."""


def breakeven(
    job: Job,
    tranche: str,
    shock: str = "defaults",
    scenario: str | None = None,
    percentiles: Sequence[float] = PERCENTILES,
    ends: tuple[float | None, float | None] = (None, None),
    threads: int | None = None,
    progress: trials.Progress | None = None,
    interest: bool = False,
) -> Breakeven:
    """How much of a shock a note stands, on top of a scenario: paid in full means no principal unpaid at legal maturity
    (the residual note: its money back); with `interest` instead that all its interest is paid when due.

    Deterministic means unconditional rates with rho = 0. At a percentile q: the probability of a loss reaches 1 - q;
    where that is less than 50 of the paths they are drawn around a loss. Paths and seed are the job's; every point uses
    the same draws. Raises ConfigError for an unknown note, shock or scenario, for ends beyond what
    the shock may be, and for index rates where the deal has none.

    >>> few = job.but(paths=512)
    >>> answer = breakeven(few, "subordinated", "defaults", percentiles=[0.5])
    >>> bool(answer.answers[1].low <= answer.answers[1].value <= answer.answers[1].high)
    True
    """
    for q in percentiles:
        if not 0.0 < q < 1.0:
            raise ConfigError(f"--percentile {q:g}: must lie between 0 and 1, for example 0.99")
    note, case, lever = (
        trials.note_index(job, tranche, can_lose=True),
        trials.case_of(job, scenario),
        lever_of(shock, *ends),
    )
    if not trials.has_target(job, lever.target):
        raise ConfigError(f"--shock {shock}: the job has no index rates, so it would move nothing")
    calm, first = _deterministic(job, case, lever, note, interest)
    last = 1.0 if np.isnan(first.value) else min(1.0, 1.3 * float(lever.place(first.value)) + 0.05)
    trial, scan = _Trial(job, case, lever, note, threads, interest), np.linspace(0.0, last, SCAN)
    rare = min(1.0 - q for q in percentiles) * job.paths < FEW if percentiles else False
    parts = 4 if rare else 3
    curve, sums = _simulated(trial, scan, trials.portion(progress, 0, parts))
    if rare and (sampler := _aimed(trial, curve)) is not None:
        trial = trial._replace(sampler=sampler)
        curve, sums = _simulated(trial, scan, trials.portion(progress, 1, parts))
    more = [inside(lever, curve, 1.0 - q) for q in percentiles]
    places = np.unique(np.concatenate(more)) if more else np.array([])
    if places.size:
        extra, extra_sums = _simulated(trial, places, trials.portion(progress, parts - 2, parts))
        curve, sums = _joined(lever, curve, sums, extra, extra_sums)
    monotone = rises(sums)
    ranked = [at_percentile(lever, curve, q, monotone) for q in percentiles]
    last_part = trials.portion(progress, parts - 1, parts)
    ranked = with_simulated(job, case, lever, ranked, threads, last_part, trial.sampler)
    return Breakeven(
        job.name,
        case.name,
        tranche,
        shock,
        lever.unit,
        lever.neutral,
        job.paths,
        job.seed,
        (with_expected(job, case, lever, first), *ranked),
        curve,
        calm,
        interest,
        "plain" if trial.sampler is None else "importance",
    )


class _Trial(NamedTuple):
    """What is evaluated at every point."""

    job: Job
    case: ScenarioCase
    lever: Lever
    note: int
    threads: int | None
    interest: bool
    sampler: Sampler | None = None
    """One for all points, so that they share their draws and weights."""


def _aimed(trial: _Trial, curve: Curve) -> Sampler | None:
    """Shifts towards a loss where plain paths begin to show it: there it is rare, and near the break-even sought."""
    seen = np.flatnonzero(curve.probability > 0.0)
    if not seen.size:
        return None
    first = trial.lever.shock(float(curve.value[seen[0]]))
    return shifted_towards(trials.variants(trial.job, trial.case, [[first]]), trial.note)


def _deterministic(job: Job, case: ScenarioCase, lever: Lever, note: int, interest: bool) -> tuple[Curve, Answer]:
    """Scan, then divide every bracket until the value is known to about 1e-6 of the range."""

    def lost(place: Array) -> tuple[Array, Array]:
        varied = trials.variants(job, case, [[lever.shock(x)] for x in lever.value(place)])
        found = trials.outcomes(varied)
        return found.of_notes(_asked(interest))[:, note], found.of_notes("loss")[:, note]

    place = np.linspace(0.0, 1.0, SCAN_CALM)
    fails, loss = lost(place)
    crossings = []
    for at in np.flatnonzero(np.diff(fails) != 0.0):
        low, high, fails_after = place[at], place[at + 1], fails[at + 1]
        for _ in range(ROUNDS):
            inside = np.linspace(low, high, 17)[1:-1]
            beyond = np.append(lost(inside)[0] == fails_after, True)
            k = int(np.argmax(beyond))
            edges = np.concatenate([[low], inside, [high]])
            low, high = edges[k], edges[k + 1]
        a, b = sorted(float(x) for x in lever.value([low, high]))
        crossings.append(Crossing((a + b) / 2.0, (b - a) / 12.0**0.5, a, b, bool(fails_after)))
    zero = np.zeros_like(loss)
    curve = Curve(lever.value(place), fails, zero, fails, fails, loss, zero, loss, loss)
    return curve, answer(lever, None, crossings, bool(fails[0]), len(crossings) <= 1, float(lever.value(1.0)))


def _simulated(trial: _Trial, place: Array, progress: trials.Progress | None) -> tuple[Curve, Array]:
    """The curve at some places, and how many paths of each batch fail there, (point, batch)."""
    values = trial.lever.value(place)
    varied = trials.variants(trial.job, trial.case, [[trial.lever.shock(x)] for x in values])
    ds = trials.counted(varied, trial.threads, progress, trial.sampler)
    both = ((shortfall_probability if trial.interest else loss_probability)(ds), expected_loss(ds))
    found = (answer[k].isel(tranche=trial.note).values for answer in both for k in ("estimate", "error", "low", "high"))
    lost = of_notes(ds, _asked(trial.interest)).total[:, trial.note]
    return Curve(values, *found), lost


def _asked(interest: bool) -> str:
    """The quantity that tells a path on which the note fails: 1 there, else 0."""
    return "shortfall" if interest else "any_loss"


def _joined(lever: Lever, one: Curve, sums: Array, two: Curve, more: Array) -> tuple[Curve, Array]:
    order = np.argsort(lever.place(np.concatenate([one.value, two.value])), kind="stable")
    joined = Curve(*(np.concatenate(pair)[order] for pair in zip(one, two, strict=True)))
    return joined, np.concatenate([sums, more])[order]
