"""Seasoning stages from static-pool tables: how the default hazard grows with the age of a loan.

A loan enters stage 1 when it is made. Each month a share h_k of what is current in stage k defaults, then a share m_k
of the rest moves on to stage k + 1. Among the survivors of age t the stages have weights w(t), so the hazard of the age
is sum_k w_k(t) h_k: a phase-type law (Aalen 1995, "Phase type distributions in survival analysis", Scandinavian Journal
of Statistics 22). Defaults of an age among those at risk are binomial; what else makes months unlike is a dispersion
that widens the errors (McCullagh and Nelder 1989, "Generalized Linear Models", section 4.5).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize
from scipy.special import expit, log_expit, logit

from stress.arrays import Array

MOST = 4
"""Stages at most."""
STARTS = 4
"""Starting points of the search; the likelihood has more than one top."""
LEAST_HAZARD = 1e-7
"""Smallest monthly hazard or share that the search tells from 0."""

FEWEST = 10.0
"""Times `LEAST_HAZARD`: a mean hazard below that is none."""


class Vintages(NamedTuple):
    """A static-pool table: C cohorts, A ages. Age 1 is the first month in which a loan can default."""

    cohort: tuple[str, ...]
    at_risk: Array
    """(C, A) loans (or money) current at the start of the month of that age; 0 where it is not observed."""
    defaulted: Array
    """(C, A) of these, what defaulted in the month."""


class StageFit(NamedTuple):
    """Stages fitted to a table, each number with its standard error."""

    hazard: Array
    """(K,) monthly default rate of what is current in each stage."""
    hazard_error: Array
    moves_on: Array
    """(K - 1,) share that moves to the next stage each month."""
    moves_on_error: Array
    by_age: Array
    """(A,) fitted hazard."""
    observed: Array
    """(A,) observed hazard over all cohorts; NaN where nothing is at risk."""
    explained: float
    """Share of the observed hazard's variance, weighted by what is at risk, that the fit explains; 0 of one stage."""
    dispersion: float
    """Variance of the defaults of an age over the binomial one; errors are widened by its square root."""
    loglik: float
    """Binomial log likelihood."""

    @property
    def parameters(self) -> int:
        """Numbers fitted."""
        return 2 * len(self.hazard) - 1

    @property
    def identified(self) -> bool:
        """Whether the data tell its numbers: each share that moves on, and the largest hazard, above its own error."""
        top = int(np.argmax(self.hazard))
        return bool((self.moves_on_error < self.moves_on).all() and self.hazard_error[top] < self.hazard[top])


class Choice(NamedTuple):
    """Fits of 1, 2, ... stages and which of them the data ask for."""

    fits: tuple[StageFit, ...]
    criterion: tuple[float, ...]
    """Quasi-likelihood Bayesian information of each, the smallest is best: -2 loglik / dispersion + parameters x log
    ages. The dispersion is that of the fit with most stages (Burnham and Anderson 2002, section 2.5)."""

    @property
    def best(self) -> StageFit:
        """The fit with the smallest criterion, of those whose numbers the data tell."""
        criteria = [k if fit.identified else np.inf for fit, k in zip(self.fits, self.criterion, strict=True)]
        return self.fits[int(np.argmin(criteria))]


class Seasons(NamedTuple):
    """How cohorts differ at equal age."""

    log_odds: Array
    """(C,) log odds of a cohort's hazard over the fitted one."""
    log_odds_error: Array
    spread: float
    """Standard deviation of the log odds between cohorts, beyond what chance explains."""
    spread_error: float


def hazard_by_age(hazard: Array, moves_on: Array, ages: int) -> Array:
    """(A,) default rate among survivors of each age.

    >>> hazard_by_age(np.array([0.0, 0.01]), np.array([0.5]), 3).round(5)
    array([0.     , 0.005  , 0.00749])
    """
    rate, moves = hazard.tolist(), [*moves_on.tolist(), 0.0]
    weight = [1.0, *(0.0 for _ in rate[1:])]
    hazards = np.empty(ages)
    for age in range(ages):
        hazards[age] = sum(w * h for w, h in zip(weight, rate, strict=True))
        stays = [w * (1.0 - h) for w, h in zip(weight, rate, strict=True)]
        moved = [0.0, *(w * m for w, m in zip(stays, moves, strict=True))]
        alive = sum(stays)
        weight = [(w * (1.0 - m) + arrived) / alive for w, m, arrived in zip(stays, moves, moved, strict=False)]
    return hazards


def fit_stages(table: Vintages, stages: int) -> StageFit:
    """Maximum likelihood of a number of stages, over all cohorts of a table.

    Raises ValueError where the ages observed are fewer than the numbers to fit, or nothing defaulted.
    """
    at_risk, defaulted = _pooled(table)
    seen = at_risk > 0.0
    if not 1 <= stages <= MOST:
        raise ValueError(f"{stages} stages: a number from 1 to {MOST}")
    if seen.sum() < 2 * stages:
        raise ValueError(f"as many stages as {stages} need {2 * stages} ages: the table has {int(seen.sum())}, too few")
    if not 0.0 < defaulted.sum() < at_risk.sum():
        raise ValueError("no default is observed (or nothing else): there is no hazard to fit")
    if (mean := float(defaulted.sum() / at_risk.sum())) < FEWEST * LEAST_HAZARD:
        raise ValueError(
            f"of what is at risk {mean:.2g} defaults a month, too little to be told from 0: see that defaults and "
            "sizes are in the same unit; shares of the size are read with --unit 1 (percent: 0.01)"
        )
    point = _search(at_risk, defaulted, stages)
    return _described(at_risk, defaulted, stages, point)


def choose_stages(table: Vintages, most: int = 3) -> Choice:
    """Fits of 1 to `most` stages (as many as the ages allow), and the criterion between them."""
    ages = int((_pooled(table)[0] > 0.0).sum())
    fits = tuple(fit_stages(table, k) for k in range(1, max(1, min(most, ages // 2)) + 1))
    scale = max(1.0, fits[-1].dispersion)
    return Choice(fits, tuple(-2.0 * fit.loglik / scale + fit.parameters * float(np.log(ages)) for fit in fits))


def seasons(table: Vintages, fit: StageFit) -> Seasons:
    """Log odds of each cohort at equal age, and their spread between cohorts.

    Each cohort's is a maximum likelihood with the shape of the hazard held. The spread is the moment estimate of
    DerSimonian and Laird (1986, "Meta-analysis in clinical trials", Controlled Clinical Trials 7), its error that of a
    chi-square with C - 1 degrees of freedom. Raises ValueError for fewer than two cohorts with a default.
    """
    scale = max(1.0, fit.dispersion)
    base = logit(np.clip(fit.by_age, LEAST_HAZARD, 1.0 - LEAST_HAZARD))
    rows = [k for k in range(len(table.cohort)) if 0.0 < table.defaulted[k].sum() < table.at_risk[k].sum()]
    if len(rows) < 2:
        raise ValueError("a spread between cohorts needs two cohorts with defaults")
    shift, variance = np.full(len(table.cohort), np.nan), np.full(len(table.cohort), np.nan)
    for k in rows:
        shift[k] = brentq(lambda x, k=k: float(_score(table, k, base, x)), -12.0, 12.0, xtol=1e-12)
        rate = expit(base + shift[k])
        variance[k] = scale / float((table.at_risk[k] * rate * (1.0 - rate)).sum())
    weight = 1.0 / variance[rows]
    mean = float((weight * shift[rows]).sum() / weight.sum())
    between = float((weight * (shift[rows] - mean) ** 2).sum()) - (len(rows) - 1)
    square = max(0.0, between / float(weight.sum() - (weight**2).sum() / weight.sum()))
    total = square + float(np.mean(variance[rows]))
    error = total * np.sqrt(2.0 / (len(rows) - 1))  # of the variance
    spread = float(np.sqrt(square))
    return Seasons(
        shift, np.sqrt(variance), spread, float(0.5 * error / spread) if spread > 0.0 else float(np.sqrt(error))
    )


def _score(table: Vintages, k: int, base: Array, shift: float) -> float:
    return float((table.defaulted[k] - table.at_risk[k] * expit(base + shift)).sum())


def _pooled(table: Vintages) -> tuple[Array, Array]:
    """(A,) at risk and defaulted over all cohorts, up to the last age at which anything is at risk."""
    at_risk, defaulted = table.at_risk.sum(axis=0), table.defaulted.sum(axis=0)
    if (table.defaulted > table.at_risk + 1e-9).any() or (table.defaulted < 0.0).any():
        raise ValueError("more defaults than loans at risk, or a negative number of them, in some cell")
    last = int(np.flatnonzero(at_risk > 0.0).max(initial=0)) + 1
    return at_risk[:last], defaulted[:last]


def _parts(point: Array, stages: int) -> tuple[Array, Array]:
    """Hazards and shares of a point of the search."""
    share = expit(point)
    return share[:stages], share[stages:]


def _loss(point: Array, at_risk: Array, defaulted: Array, stages: int) -> float:
    """Minus the binomial log likelihood, over what is at risk."""
    odds = logit(np.clip(hazard_by_age(*_parts(point, stages), len(at_risk)), 1e-15, 1.0 - 1e-15))
    log_likelihood = defaulted * log_expit(odds) + (at_risk - defaulted) * log_expit(-odds)
    return -float(log_likelihood.sum() / at_risk.sum())


def _search(at_risk: Array, defaulted: Array, stages: int) -> Array:
    """The best of several searches from drawn starting points; points are log odds, kept off the ends."""
    rng = np.random.default_rng(20150401)
    mean = defaulted.sum() / at_risk.sum()
    low, high = logit(LEAST_HAZARD), logit(0.95)
    best: tuple[float, Array] | None = None
    for _ in range(STARTS if stages > 1 else 1):
        hazards = logit(np.clip(np.sort(mean * rng.uniform(0.05, 3.0, stages)), LEAST_HAZARD, 0.9))
        start = np.concatenate([hazards, logit(rng.uniform(0.03, 0.4, stages - 1))])
        optimum = minimize(
            _loss, start, (at_risk, defaulted, stages), "L-BFGS-B", bounds=[(low, high)] * len(start),
            options={"ftol": 1e-13, "gtol": 1e-10, "maxiter": 2000},
        )  # fmt: skip
        if best is None or optimum.fun < best[0]:
            best = float(optimum.fun), np.asarray(optimum.x, dtype=np.float64)
    assert best is not None
    return best[1]


def _described(at_risk: Array, defaulted: Array, stages: int, point: Array) -> StageFit:
    """The fit at a point: errors from the expected information, widened by the dispersion."""
    ages, seen = len(at_risk), at_risk > 0.0
    hazard, moves_on = _parts(point, stages)
    rate = hazard_by_age(hazard, moves_on, ages)
    observed = np.divide(defaulted, at_risk, out=np.full(ages, np.nan), where=seen)
    unit = np.where(seen, at_risk / np.clip(rate * (1.0 - rate), 1e-300, None), 0.0)
    pearson = float(np.nansum(unit * (observed - rate) ** 2))
    dispersion = pearson / max(1, int(seen.sum()) - len(point))
    slope = _slopes(hazard, moves_on, ages)
    information = (slope * unit) @ slope.T
    error = np.sqrt(np.diag(np.linalg.pinv(information, hermitian=True)) * max(1.0, dispersion))
    mean = defaulted.sum() / at_risk.sum()
    total = float(np.nansum(at_risk * (observed - mean) ** 2))
    left = float(np.nansum(at_risk * (observed - rate) ** 2))
    return StageFit(
        hazard, error[:stages], moves_on, error[stages:], rate, observed,
        1.0 - left / total if total > 0.0 and stages > 1 else 0.0, dispersion,
        -_loss(point, at_risk, defaulted, stages) * float(at_risk.sum()),
    )  # fmt: skip


def _slopes(hazard: Array, moves_on: Array, ages: int) -> Array:
    """(2K - 1, A) derivative of the hazard of an age by each number, by central differences."""
    numbers, stages = np.concatenate([hazard, moves_on]), len(hazard)
    slopes = np.empty((len(numbers), ages))
    for i, number in enumerate(numbers):
        step = 1e-5 * max(number, 1e-4)
        ends = []
        for sign in (-1.0, 1.0):
            moved = numbers.copy()
            moved[i] += sign * step
            ends.append(hazard_by_age(moved[:stages], moved[stages:], ages))
        slopes[i] = (ends[1] - ends[0]) / (2.0 * step)
    return slopes
