"""US card charge-offs predicted out of sample: the satellite and its residual factor, given what unemployment did."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from stress.arrays import Array
from stress.calibration import MacroTable, SatelliteFit, calibrate_rho, fit_satellite, read_table
from stress.calibration.satellite import design
from stress.shipped import shipped
from stress.tables.periods import Period
from stress.validation.formulas import CARDS, UNEMPLOYMENT
from stress.validation.outcome import Shown

LARGE_BANKS = "data/us_cards/RCCCBNCOPCT_2012Q3_2025Q4.csv"
MACRO = "data/dfast/2026_Final_Historic_Domestic.csv"
"""Its history part: what happened to the end of 2025."""
PATHS, SEED = 40_000, 1
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
JUMP_OFF = 4
"""Quarters before the first prediction whose mean is the level that it starts from, as a pool file's would be."""


class Trial(NamedTuple):
    """A back-test: fit to the end of one period, predict another."""

    name: str
    last: Period
    n: int
    """Quarters predicted."""
    splice: bool
    """Whether the history goes on with the large banks' series."""
    why: str
    """What is known of the years predicted that the satellite does not hold."""


TRIALS = (
    Trial(
        "2008-2010", Period(2007, 4, 4), 12, False,
        "From 1991 to 2007 the level of unemployment counts for little, or the wrong way, and only its change is "
        "left: the prediction falls back as soon as unemployment stops rising, while charge-offs stayed high as "
        "long as it did. A calibration without a deep recession in it does not hold one.",
    ),
    Trial(
        "2020-2025", Period(2019, 4, 4), 24, True,
        "Unemployment rose by more than nine points in one quarter, further than any history used, and charge-offs "
        "fell: relief payments and forbearance are no macro variable. The band holds what happened again once both "
        "were over.",
    ),
)  # fmt: skip


def outcome() -> Shown:
    """Both back-tests: bands by quarter, what happened, and how much of it the bands held."""
    macro = read_table(shipped(MACRO))
    trials = [_trial(trial, macro) for trial in TRIALS]
    return Shown(_said(trials), {"trials": trials, "paths": PATHS})


def history(splice: bool) -> MacroTable:
    """All banks, 1991-2015; with `splice` on to 2025 by the large banks, moved by the mean gap of their log odds."""
    every = read_table(shipped(CARDS))
    rate, label = np.array(every.column("CreditCards")) / 100.0, "all banks"
    if splice:
        large = read_table(shipped(LARGE_BANKS))
        theirs = np.array(large.column(large.variable[0])) / 100.0
        first = large.start.ordinal - every.start.ordinal
        gap = float(np.mean(logit(rate[first:]) - logit(theirs[: every.n - first])))
        rate = np.concatenate([rate, expit(logit(theirs[every.n - first :]) + gap)])
        label = f"all banks, large banks from {every.label(every.n)}"
    return MacroTable(label, "", every.start, ("rate",), tuple((float(r),) for r in rate))


def _trial(trial: Trial, macro: MacroTable) -> dict[str, Any]:
    table = history(trial.splice)
    n = table.position(trial.last) + 1
    known = table._replace(value=table.value[:n])
    fit = fit_satellite(known, "rate", macro, UNEMPLOYMENT, unit=1.0)
    rate = np.array(known.column("rate"))
    rho = calibrate_rho(rate, 4, expected=fit.expected(macro, known.start, n), replicates=10)
    happened = np.array(table.column("rate"))[n : n + trial.n]
    drawn, centre = _predicted(trial, known, macro, fit, rho.ar1.rho, rho.ar1.phi)
    band = np.quantile(drawn, LEVELS, axis=0)
    inside = [float(np.mean((happened >= band[k]) & (happened <= band[-1 - k]))) for k in (0, 1)]
    most, _ = _predicted(trial, known, macro, fit, rho.profile_rho.high, rho.profile_phi.high)
    low, high = np.quantile(most, (LEVELS[0], LEVELS[-1]), axis=0)
    mean, peak = drawn.mean(axis=1), drawn.max(axis=1)
    return {
        "name": trial.name,
        "series": table.file,
        "fitted": [fit.first, fit.last],
        "r2": fit.r2,
        "coefficient": list(fit.coefficient),
        "robust_error": list(fit.robust_error),
        "rho": rho.ar1.rho,
        "rho_interval": [rho.profile_rho.low, rho.profile_rho.high],
        "phi": rho.ar1.phi,
        "quarter": [str(trial.last.shift(k + 1)) for k in range(trial.n)],
        "before": rate[-16:].tolist(),
        "happened": happened.tolist(),
        "centre": centre.tolist(),
        "quantiles": band.T.tolist(),
        "inside_90": inside[0],
        "inside_50": inside[1],
        "inside_90_widest": float(np.mean((happened >= low) & (happened <= high))),
        "later": trial.n - trial.n // 3,
        "inside_later": float(np.mean(((happened >= band[0]) & (happened <= band[-1]))[trial.n // 3 :])),
        "why": trial.why,
        "mean": _place(mean, float(happened.mean())),
        "peak": _place(peak, float(happened.max())),
    }


def _predicted(
    trial: Trial, known: MacroTable, macro: MacroTable, fit: SatelliteFit, rho: float, phi: float
) -> tuple[Array, Array]:
    """(path, quarter) rates and (quarter,) rates at the fitted coefficients without a factor.

    As the engine has it: the log odds move from the jump-off by the satellite's movement, the factor is stationary and
    keeps the mean (Vasicek). Coefficients are drawn from their Newey-West covariance, taken as normal.
    """
    draw = np.random.default_rng(SEED)
    start = trial.last.shift(1)
    x = design(macro, fit.term, start, trial.n) - design(macro, fit.term, trial.last, 1)
    level = float(np.mean(logit(np.array(known.column("rate"))[-JUMP_OFF:])))
    beta = draw.multivariate_normal(fit.coefficient, _covariance(known, macro, fit), size=PATHS)
    mean = expit(level + beta @ x.T)
    y = np.empty((PATHS, trial.n))
    y[:, 0] = draw.standard_normal(PATHS)
    for t in range(1, trial.n):
        y[:, t] = phi * y[:, t - 1] + np.sqrt(1.0 - phi * phi) * draw.standard_normal(PATHS)
    rates = ndtr((ndtri(mean) - np.sqrt(rho) * y) / np.sqrt(1.0 - rho))
    return np.asarray(rates, np.float64), np.asarray(expit(level + x @ np.array(fit.coefficient)), np.float64)


def _covariance(known: MacroTable, macro: MacroTable, fit: SatelliteFit) -> Array:
    """Newey and West (1987) of the coefficients: Bartlett weights, with the lags of the fit."""
    x = design(macro, fit.term, known.start, known.n)
    residual = logit(np.array(known.column("rate"))) - x @ np.array(fit.coefficient)
    score = x * residual[:, None]
    middle = score.T @ score
    for lag in range(1, fit.robust_lags + 1):
        cross = score[lag:].T @ score[:-lag]
        middle += (1.0 - lag / (fit.robust_lags + 1.0)) * (cross + cross.T)
    bread = np.linalg.inv(x.T @ x)
    return np.asarray(bread @ middle @ bread, np.float64)


def _place(drawn: Array, happened: float) -> dict[str, float]:
    """A figure of the whole window beside what was predicted: 5%, median, 95%, and the share of paths below it."""
    low, middle, high = (float(q) for q in np.quantile(drawn, (0.05, 0.5, 0.95)))
    return {"happened": happened, "low": low, "median": middle, "high": high, "below": float(np.mean(drawn < happened))}


def _said(trials: list[dict[str, Any]]) -> tuple[str, ...]:
    first, second = trials
    held = [f"{t['name']}: {t['inside_90']:.0%} of quarters inside the 90% band" for t in trials]
    return (
        f"{'; '.join(held)}: the satellite {'failed' if min(t['inside_90'] for t in trials) < 0.8 else 'held'}",
        "; ".join(
            f"{t['name']}: {t['inside_90']:.0%} of quarters inside the 90% band, {t['inside_50']:.0%} inside the 50% "
            f"band; mean rate {t['mean']['happened']:.2%} against {t['mean']['median']:.2%} [{t['mean']['low']:.2%}, "
            f"{t['mean']['high']:.2%}], peak {t['peak']['happened']:.2%} against {t['peak']['median']:.2%} "
            f"[{t['peak']['low']:.2%}, {t['peak']['high']:.2%}]"
            for t in trials
        )
        + ".",
        _verdict(first),
        _verdict(second),
        "The predictions are given what unemployment did: they try the link, not a forecast of the economy. The "
        "bands hold the residual factor and the Newey-West errors of the coefficients. With rho and phi at the "
        f"upper ends of their 95% intervals (rho {first['rho_interval'][1]:.3f} for {first['rho']:.3f} in the first "
        f"fit) they hold {first['inside_90_widest']:.0%} and {second['inside_90_widest']:.0%} of quarters: what failed "
        "is the link, not its error.",
        "What follows for a user: take a scenario's default path from a satellite only beside direct shocks of the "
        "same size, and do not read the band of a satellite as the range of what can happen.",
    )


def _verdict(t: dict[str, Any]) -> str:
    """In words, whichever way it fell."""
    peak, mean = t["peak"], t["mean"]
    if t["inside_90"] >= 0.8 and 0.05 <= mean["below"] <= 0.95:
        return f"{t['name']}: the satellite held; the mean lies at its {mean['below']:.0%} quantile."
    side = (
        "too high" if mean["below"] < 0.05 else "too low" if mean["below"] > 0.95 else "right on average, wrong in time"
    )
    return (
        f"{t['name']}: the satellite failed: it was {side}. Of predicted paths {_share(mean['below'])} have a lower "
        f"mean and {_share(peak['below'])} a lower peak than what happened. {t['why']} (Coefficients of level and "
        f"change: {t['coefficient'][1]:+.3f} ± {t['robust_error'][1]:.3f} and {t['coefficient'][2]:+.3f} ± "
        f"{t['robust_error'][2]:.3f}; of the last {t['later']} quarters predicted {t['inside_later']:.0%} lie inside "
        "the 90% band.)"
    )


def _share(x: float) -> str:
    if x > 0.999 or x < 0.001:
        return "over 99.9%" if x > 0.5 else "under 0.1%"
    return f"{x:.1%}"
