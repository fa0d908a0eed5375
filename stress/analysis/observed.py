"""What reports say about a path: ratios of the reported amounts against those of the model, as standardised misfits.

A ratio x is compared on the scale of probits, where a large pool's rate is linear in its factor (Vasicek 2002):
misfit = (Phi^-1(x) - Phi^-1(model)) / s, s = x times the figure's relative error over the normal density there, and
beside it the binomial variance of a pool of counted borrowers.
"""

from __future__ import annotations

import math
from itertools import chain
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from stress.analysis.whitened import RATIOS
from stress.arrays import Array, Bools, Ints
from stress.errors import ConfigError, DataError
from stress.inputs.files.reported import Reported
from stress.inputs.job import Job
from stress.inputs.reports import NOTE, WRITTEN
from stress.spelling import suggest
from stress.tables.periods import Period

LEAST = 1e-9
"""A ratio of the model below this is none; one nearer to 0 or 1 counts as this."""


class Ratios(NamedTuple):
    """Reported ratios (K,), in the order of the months."""

    month: Ints
    """From 0: month 1 of the deal is 0."""
    ratio: Ints
    """Place in RATIOS."""
    value: Array
    probit: Array
    error: Array
    """One standard deviation, on the scale of probits."""

    def of(self, chosen: Bools) -> Ratios:
        """Some of them."""
        return Ratios(self.month[chosen], self.ratio[chosen], *(part[chosen] for part in self[2:]))

    def misfits(self, ratio: Array) -> Array:
        """(P, T, R) ratios of paths -> (P, K)."""
        return np.asarray((self.probit - probits(ratio[:, self.month, self.ratio])) / self.error)


def probits(ratio: Array) -> Array:
    """Probits of ratios, those of 0 and 1 held."""
    return np.asarray(ndtri(np.clip(ratio, LEAST, 1.0 - LEAST)))


def months_of(job: Job, reports: Reported) -> Ints:
    """Month of the deal, from 0, of each report. Raises ConfigError, DataError where they are none of its months."""
    if reports.per_year != 12:
        raise ConfigError(f"{reports.file}: a deal is followed by monthly reports; for quarters see stress backtest")
    closing = job.deal.closing_date
    first = Period(closing.year, closing.month, 12).ordinal + 1
    month = np.array([p.ordinal - first for p in reports.period])
    last = job.deal.legal_maturity_months
    if month.min() < 0 or month.max() >= last:
        wrong = reports.period[int(np.argmax((month < 0) | (month >= last)))]
        begin, end = (Period(first // 12, first % 12 + 1, 12).shift(k) for k in (0, last - 1))
        raise DataError(
            f"{reports.file}: {wrong} is no collection month of {job.deal.name}: they run from {begin} to {end}"
        )
    return month


def ratios_of(job: Job, reports: Reported, model: Array) -> tuple[Ratios, tuple[str, ...]]:
    """Every ratio that the reports tell and the model has, and in words what was left out.

    `model` (T, R): ratios at the median of all draws. Raises DataError where a report tells no ratio at all, a note
    that the deal has not, or a pool of which nothing is left.
    """
    _notes_of_the_deal(job, reports)
    _alive(job, reports)
    month = months_of(job, reports)
    rows: list[tuple[int, int, float, float]] = []
    none: dict[str, list[str]] = {}
    for r, (name, (_, base)) in enumerate(RATIOS.items()):
        value, error = _ratio(reports, name, base)
        for k, x in enumerate(value):
            if math.isnan(x):
                continue
            if not 0.0 < x < 1.0:
                none.setdefault(f"{name}: a share of {x:g} has no probit", []).append(str(reports.period[k]))
            elif model[month[k], r] < LEAST:
                none.setdefault(f"{name}: the model has none", []).append(str(reports.period[k]))
            else:
                rows.append((int(month[k]), r, x, error))
    if not rows:
        known = ", ".join(RATIOS)
        raise DataError(
            f"{reports.file}: tells nothing that the model has: needs one of {known} (or default_rate) with pool"
        )
    rows.sort()
    at, ratio = (np.array([row[k] for row in rows], dtype=np.int64) for k in (0, 1))
    share, spread = (np.array([row[k] for row in rows]) for k in (2, 3))
    by_period = list(zip(map(str, reports.period), month, strict=True))
    needs = "defaults need pool_begin or the pool of the month before"
    if early := [period for period, m in by_period if m < at[0] and period not in {*chain(*none.values())}]:
        none[f"reports that tell no ratio ({needs})"] = early
    if late := [period for period, m in by_period if m > at[-1]]:  # the deal stands where the last ratio leaves it
        none[f"reports that tell no ratio ({needs}): none of them is used"] = late
    sentences = tuple(
        f"left out: {reason} ({', '.join(when[:4])}{', ...' * (len(when) > 4)})" for reason, when in none.items()
    )
    return Ratios(at, ratio, share, ndtri(share), _spread(share, spread, job.pool.obligors)), sentences


def _spread(value: Array, error: Array, obligors: int | None) -> Array:
    """Standard deviation of the probits of ratios."""
    density = np.exp(-0.5 * ndtri(value) ** 2) / math.sqrt(2.0 * math.pi)
    counted = 0.0 if obligors is None else value * (1.0 - value) / obligors
    return np.asarray(np.sqrt((error * value) ** 2 + counted) / density)


def _ratio(reports: Reported, name: str, base: str) -> tuple[tuple[float, ...], float]:
    """A ratio by report and its relative error; nan where a report does not tell it."""
    figure = reports.figure
    if name == "defaults" and "defaults" not in figure and "default_rate" in figure:
        return tuple(x / 12.0 for x in figure["default_rate"]), reports.error["default_rate"]
    if name not in figure:
        return (), 0.0
    whole = figure.get("pool", ()) if base == "pool_balance" else _begin(reports)
    if not whole:
        return (), 0.0
    return tuple(a / b if b > 0.0 else math.nan for a, b in zip(figure[name], whole, strict=True)), reports.error.get(
        name, 0.05
    )


def _begin(reports: Reported) -> tuple[float, ...]:
    """Balance at the beginning of each month: as reported, else the one at the end of the month before."""
    figure, at = reports.figure, reports.at
    own = figure.get("pool_begin", (math.nan,) * len(at))
    end = figure.get("pool", (math.nan,) * len(at))
    before = [end[k - 1] if k and at[k] == at[k - 1] + 1 else math.nan for k in range(len(at))]
    return tuple(b if math.isnan(a) else a for a, b in zip(own, before, strict=True))


def _alive(job: Job, reports: Reported) -> None:
    """DataError where a report says that nothing is left of the pool: the model's own would go on in its place."""
    pool = reports.figure.get("pool", ())
    if 0.0 not in pool:
        return
    gone = pool.index(0.0)
    where = f"{reports.file}: {reports.period[gone]}: a pool of 0"
    if any(balance > 0.0 for balance in pool[gone:]):
        raise DataError(f"{where} before reports of more: leave empty what is not reported")
    raise DataError(
        f"{where}: {job.deal.name} is over, called or repaid, and nothing is left to follow; the reports before "
        f"{reports.period[gone]} alone tell what was known then"
    )


def _notes_of_the_deal(job: Job, reports: Reported) -> None:
    sizes = {note.name: note.original(job.pool.balance) for note in job.deal.notes}
    for name, balance in reports.figure.items():
        if not name.startswith((NOTE, WRITTEN)):
            continue
        note = name.split(":", 1)[1]
        if note not in sizes:
            known = ", ".join(sizes)
            raise DataError(f"{reports.file}: {name}: the deal has no such note: {known}{suggest(note, tuple(sizes))}")
        most = max((x for x in balance if not math.isnan(x)), default=0.0)
        if most > sizes[note] * (1.0 + 1e-6):
            raise DataError(f"{reports.file}: {name}: {most:,.2f} is more than was issued, {sizes[note]:,.2f}")
