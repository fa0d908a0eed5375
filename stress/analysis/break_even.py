"""Break-even: how far a shock can go before a note is no longer paid in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stress.analysis import trials
from stress.analysis.crossings import answer, at_percentile, inside, rises
from stress.analysis.kept import Interrupted
from stress.analysis.levers import Lever, left_alone, lever_of
from stress.analysis.pool_losses import with_expected, with_simulated
from stress.analysis.remaining import from_there, pool_since
from stress.answers.breakeven import Answer, Breakeven, Crossing, Curve
from stress.arrays import Array
from stress.errors import ConfigError
from stress.inputs.job import Job, ScenarioCase
from stress.kernels.samplers import Sampler
from stress.measures import expected_loss, loss_probability, shortfall_probability
from stress.measures.sums import of_notes
from stress.runs.sampling.shifts import shifted_towards

if TYPE_CHECKING:
    import xarray as xr


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
    (the residual note: its money back); with `interest` instead that all its interest is paid when due, of a job in
    mid-life from its state on.

    Deterministic means expected rates with rho = 0. At a percentile q: the probability of a loss reaches 1 - q;
    where that is less than 50 of the paths they are drawn around a loss. Paths and seed are the job's; every point uses
    the same draws. What the pool loses at a break-even is the net loss of the months from where the job starts on, over
    the pool then. Raises ConfigError for an unknown note, shock or scenario, for a note that is repaid where the job
    starts, for ends beyond what the shock may be, and for index rates where the deal has none.

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
        lever_of(shock, *ends, job.deal),
    )
    since, job = pool_since(job), from_there(job)
    if lever.how == "set":
        left_alone(case, shock, f"--shock {shock}")
    trials.refuse_idle(job, case, f"--shock {shock}", lever.shock(lever.benign), lever.shock(lever.adverse))
    calm, first = _deterministic(job, case, lever, note, interest)
    last = 1.0 if np.isnan(first.value) else min(1.0, 1.3 * float(lever.place(first.value)) + 0.05)
    trial = _Trial(job, case, lever, note, threads, interest)
    search = _Search(trial, percentiles)
    search.run(np.linspace(0.0, last, SCAN), progress)
    return Breakeven(
        job.name,
        case.name,
        tranche,
        shock,
        lever.unit,
        lever.neutral,
        job.paths,
        job.seed,
        (with_expected(job, case, lever, first), *search.answers()),
        calm if search.curve is None else search.curve,
        calm,
        interest,
        "plain" if search.trial.sampler is None else "importance",
        search.undone,
        since,
    )


class _Search:
    """The simulated curve, point by point, and the break-evens on it: what is done by now, at any time."""

    def __init__(self, trial: _Trial, percentiles: Sequence[float]) -> None:
        self.trial, self.percentiles = trial, percentiles
        self.curve: Curve | None = None
        self.sums: Array | None = None
        self.lost: list[Answer] = []
        """Break-evens with what the pool loses there."""
        self.undone = ""

    def run(self, scan: Array, progress: trials.Progress | None) -> None:
        """Scan, look closer where a percentile lies, ask what the pool loses there; ends early where it is to."""
        job, rare = self.trial.job, min((1.0 - q for q in self.percentiles), default=1.0) * self.trial.job.paths < FEW
        parts = 4 if rare else 3
        try:
            self._scan(scan, trials.portion(progress, 0, parts))
            if rare and self.curve is not None and (sampler := _sampler(self.trial, self.curve)) is not None:
                plain, self.trial = self.trial, self.trial._replace(sampler=sampler)
                self._again(plain, scan, trials.portion(progress, 1, parts))
            self._closer(trials.portion(progress, parts - 2, parts))
            last = trials.portion(progress, parts - 1, parts)
            case, lever, threads = self.trial.case, self.trial.lever, self.trial.threads
            failing = self.trial.note, _asked(self.trial.interest)
            self.lost = with_simulated(job, case, lever, self.answers(), threads, last, self.trial.sampler, failing)
        except Interrupted:
            self.undone = "interrupted: " + (
                "the deterministic break-even alone is known"
                if self.curve is None
                else f"{len(self.curve.value)} points of the curve, up to {self.curve.value[-1]:.4g}"
            )

    def _scan(self, scan: Array, progress: trials.Progress | None) -> None:
        try:
            self.curve, self.sums = _simulated(self.trial, scan, progress)
        except Interrupted as cut:
            if cut.done is not None:
                self.curve, self.sums = _read(self.trial, scan[: cut.done.sizes["scenario"]], cut.done)
            raise

    def _again(self, plain: _Trial, scan: Array, progress: trials.Progress | None) -> None:
        """The same scan on paths drawn around a loss; the plain one stands until it is whole."""
        try:
            self.curve, self.sums = _simulated(self.trial, scan, progress)
        except Interrupted:
            self.trial = plain
            raise

    def _closer(self, progress: trials.Progress | None) -> None:
        assert self.curve is not None
        assert self.sums is not None
        lever = self.trial.lever
        inner = [inside(lever, self.curve, 1.0 - q) for q in self.percentiles]
        places = np.unique(np.concatenate(inner)) if inner else np.array([])
        if places.size:
            extra, sums = _simulated(self.trial, places, progress)
            self.curve, self.sums = _joined(lever, self.curve, self.sums, extra, sums)

    def answers(self) -> list[Answer]:
        """By percentile, as far as is known."""
        if self.lost or self.curve is None or self.sums is None:
            return self.lost
        monotone = rises(self.sums)
        return [at_percentile(self.trial.lever, self.curve, q, monotone) for q in self.percentiles]


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


def _sampler(trial: _Trial, curve: Curve) -> Sampler | None:
    """Shifts towards a loss where plain paths begin to show it: there it is rare, and near the break-even sought."""
    losing = np.flatnonzero(curve.probability > 0.0)
    if not losing.size:
        return None
    first = trial.lever.shock(float(curve.value[losing[0]]))
    return shifted_towards(trials.variants(trial.job, trial.case, [[first]]), trial.note)


def _deterministic(job: Job, case: ScenarioCase, lever: Lever, note: int, interest: bool) -> tuple[Curve, Answer]:
    """Scan, then divide every bracket until the value is known to about 1e-6 of the range."""

    def lost(place: Array) -> tuple[Array, Array]:
        varied = trials.variants(job, case, [[lever.shock(x)] for x in lever.value(place)])
        outcomes = trials.outcomes(varied)
        return outcomes.of_notes(_asked(interest))[:, note], outcomes.of_notes("loss")[:, note]

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
    return _read(trial, place, trials.counted(varied, trial.threads, progress, trial.sampler))


def _read(trial: _Trial, place: Array, ds: xr.Dataset) -> tuple[Curve, Array]:
    """The curve from counts at its places."""
    both = ((shortfall_probability if trial.interest else loss_probability)(ds), expected_loss(ds))
    parts = (answer[k].isel(tranche=trial.note).values for answer in both for k in ("estimate", "error", "low", "high"))
    lost = of_notes(ds, _asked(trial.interest)).total[:, trial.note]
    return Curve(trial.lever.value(place), *parts), lost


def _asked(interest: bool) -> str:
    """The quantity that tells a path on which the note fails: 1 there, else 0."""
    return "shortfall" if interest else "any_loss"


def _joined(lever: Lever, curve: Curve, sums: Array, extra: Curve, extra_sums: Array) -> tuple[Curve, Array]:
    order = np.argsort(lever.place(np.concatenate([curve.value, extra.value])), kind="stable")
    joined = Curve(*(np.concatenate(pair)[order] for pair in zip(curve, extra, strict=True)))
    return joined, np.concatenate([sums, extra_sums])[order]
