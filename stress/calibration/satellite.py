"""Satellite models: the level of a default rate explained by macro variables, by least squares.

link(rate_t) = b_0 + sum_k b_k x_k,t + residual, fitted on annualised rates; x_k a variable of a macro table, lagged or
differenced, in its published unit. Errors that allow for autocorrelation: Newey and West (1987).
"""

from __future__ import annotations

import importlib
import math
import re
from typing import Any, Literal, NamedTuple

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from stress.arrays import Array
from stress.errors import ConfigError, DataError
from stress.inputs.table import MacroTable
from stress.tables.dates import with_dates
from stress.tables.periods import Period

Link = Literal["logit", "probit"]

MOST_OWN_LAG = 24
_TERM = re.compile(r"^(?P<variable>.+?)(?:@lag(?P<lag>\d{1,2}))?(?:@diff(?P<difference>\d{1,2}))?$")


class Term(NamedTuple):
    """A regressor: x[t - lag], less x[t - lag - difference] where a difference is asked for. Periods of the table.

    Without a variable: what is explained itself, on the link's scale, `lag` periods before.
    """

    variable: str
    lag: int = 0
    difference: int = 0

    def __str__(self) -> str:
        lag = f"@lag{self.lag}" if self.lag else ""
        return self.variable + lag + (f"@diff{self.difference}" if self.difference else "")


class SatelliteFit(NamedTuple):
    """A fitted satellite; prints as a table."""

    target: str
    """What is explained: a column of the history."""
    link: Link
    """The scale on which terms add up."""
    term: tuple[Term, ...]
    coefficient: tuple[float, ...]
    """Constant first, then one per term."""
    error: tuple[float, ...]
    """Standard errors of ordinary least squares: too small where residuals persist."""
    robust_error: tuple[float, ...]
    """Newey-West standard errors with `robust_lags`."""
    robust_lags: int
    r2: float
    n: int
    """Periods fitted, `first` to `last`, `per_year` of them a year."""
    per_year: int
    first: str
    last: str
    residual_sd: float
    """On the link's scale, over n."""
    residual_persistence: float
    """Lag-1 correlation of the residuals."""
    source: str

    def __repr__(self) -> str:
        return _table(self)

    def expected(self, macro: MacroTable, start: Period, n: int) -> Array:
        """Fitted rate of n periods from `start`, as an annualised fraction; own lags start from rest."""
        given = [i for i, term in enumerate(self.term) if term.variable]
        beside = np.array([self.coefficient[0], *(self.coefficient[1 + i] for i in given)])
        level = design(macro, tuple(self.term[i] for i in given), start, n) @ beside
        own = {term.lag: b for term, b in zip(self.term, self.coefficient[1:], strict=True) if not term.variable}
        rest = level[0] / (1.0 - sum(own.values()))
        for t in range(n if own else 0):
            level[t] += sum(b * (level[t - lag] if lag <= t else rest) for lag, b in own.items())
        return np.asarray(expit(level) if self.link == "logit" else ndtr(level), dtype=np.float64)


def parse_term(text: str) -> Term:
    """A term as written on the command line: `Unemployment rate`, `Unemployment rate@lag1`, `...@lag1@diff4`; `@lag1`
    alone is the explained rate itself a period before.

    Raises ConfigError for a text that is no term, with how one is written.

    >>> parse_term("Unemployment rate@diff4"), parse_term("@lag1")
    (Term(variable='Unemployment rate', lag=0, difference=4), Term(variable='', lag=1, difference=0))
    """
    if own := re.fullmatch(r"@lag(\d{1,2})", text.strip()):
        if not 1 <= int(own[1]) <= MOST_OWN_LAG:
            raise ConfigError(f"{text!r}: a lag of the rate itself is from 1 to {MOST_OWN_LAG} periods")
        return Term("", int(own[1]))
    match = _TERM.match(text.strip())
    if not match or "@" in match["variable"]:
        raise ConfigError(f"{text!r}: a satellite term is NAME, NAME@lag2, NAME@diff4, NAME@lag1@diff4, or @lag1")
    return Term(match["variable"].strip(), int(match["lag"] or 0), int(match["difference"] or 0))


def fit_satellite(
    history: MacroTable,
    target: str,
    macro: MacroTable,
    terms: tuple[Term, ...],
    link: Link = "logit",
    unit: float = 0.01,
    robust_lags: int | None = None,
) -> SatelliteFit:
    """Least squares of link(unit x target) on the terms over the whole history, by statsmodels.

    history and macro must have the same frequency; `unit` 0.01 where the history is in percent. `robust_lags` defaults
    to the whole part of 4 (n / 100)^(2/9) (Newey and West 1994). DataError where a value is missing or out of range;
    ConfigError where statsmodels is not installed.

    >>> from stress.calibration import read_table  # the fit needs statsmodels
    >>> cards = read_table("scenarios/data/us_cards/"
    ...                    "fed_chargeoff_all_banks_NSA_1991Q1_2015Q4_all_loan_types.csv")
    >>> macro = read_table("scenarios/data/dfast/2025-Table_1A_Historic_Domestic.csv")
    >>> fit = fit_satellite(cards, "CreditCards", macro, (parse_term("Unemployment rate"),))
    >>> fit.coefficient[1] > 0.0  # more unemployment, more charge-offs
    True
    """
    if history.start.per_year == 2:
        raise DataError(f"{history.file}: half-years: a satellite is fitted to years, quarters or months")
    y = linked(history, target, link, unit)
    terms = tuple(sorted(terms, key=lambda term: not term.variable))
    given, lags_of_its_own = [t for t in terms if t.variable], [t.lag for t in terms if not t.variable]
    if not given:
        raise ConfigError("--term: at least one variable: @lag1 alone explains a rate by itself")
    skip = max(lags_of_its_own, default=0)
    whole, y = y, y[skip:]
    x = design(macro, tuple(given), history.start.shift(skip), len(y))
    x = np.column_stack([x, *(whole[skip - lag : len(whole) - lag] for lag in lags_of_its_own)])
    if len(y) <= x.shape[1] + 2:
        raise DataError(f"{history.file}: {len(y)} observations are too few for {x.shape[1]} coefficients")
    lags = int(4.0 * (len(y) / 100.0) ** (2.0 / 9.0)) if robust_lags is None else robust_lags
    model = _statsmodels().OLS(y, x)
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise DataError(f"{macro.file}: the terms {', '.join(map(str, terms))} are linearly dependent over the sample")
    plain = model.fit()
    robust = model.fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    residual = np.asarray(plain.resid, dtype=np.float64)
    spread = float(residual.std())
    persistence = float(np.corrcoef(residual[1:], residual[:-1])[0, 1]) if spread > 1e-12 else 0.0
    return SatelliteFit(
        target, link, terms, _numbers(plain.params), _numbers(plain.bse), _numbers(robust.bse), lags,
        float(plain.rsquared), len(y), history.start.per_year, history.label(skip), history.label(history.n - 1),
        spread, persistence, f"{with_dates(history.file, history.note)} on {with_dates(macro.file, macro.note)}",
    )  # fmt: skip


def linked(history: MacroTable, target: str, link: Link, unit: float) -> Array:
    """The history on the link's scale."""
    rate = unit * np.array(history.column(target))
    wrong = np.flatnonzero(~((rate > 0.0) & (rate < 1.0)))
    if wrong.size:
        where = f"{history.file}: row {history.label(int(wrong[0]))}, column {target!r}"
        raise DataError(f"{where}: rate {rate[wrong[0]]:g}: must lie between 0 and 1, exclusive (unit {unit:g})")
    return np.asarray(logit(rate) if link == "logit" else ndtri(rate), dtype=np.float64)


def design(macro: MacroTable, terms: tuple[Term, ...], start: Period, n: int) -> Array:
    """(n, 1 + terms): a column of ones and each term over n periods from `start`."""
    column = [np.ones(n)]
    for term in terms:
        value = np.array(macro.column(term.variable))
        now = _window(macro, term, value, start, n, term.lag)
        column.append(
            now - _window(macro, term, value, start, n, term.lag + term.difference) if term.difference else now
        )
    return np.column_stack(column)


def _window(macro: MacroTable, term: Term, value: Array, start: Period, n: int, back: int) -> Array:
    first = macro.position(start.shift(-back))
    macro.position(start.shift(n - 1 - back))
    part = value[first : first + n]
    missing = np.flatnonzero(~np.isfinite(part))
    if missing.size:
        row = macro.label(first + int(missing[0]))
        raise DataError(f"{macro.file}: row {row}, column {term.variable!r}: is empty; the sample needs a number there")
    return part


def _statsmodels() -> Any:
    try:
        return importlib.import_module("statsmodels.api")
    except ImportError:
        raise ConfigError("satellite models need statsmodels: pip install 'abs-stress[calibration]'") from None


def _numbers(value: Any) -> tuple[float, ...]:
    return tuple(float(v) for v in value)


def _table(fit: SatelliteFit) -> str:
    line = [f"{fit.link}({fit.target}), {fit.n} periods {fit.first} to {fit.last}, R2 {fit.r2:.4f}"]
    line.append(f"{'':<44}{'coefficient':>13}{'OLS error':>12}{'HAC error':>12}{'t (HAC)':>9}")
    for name, b, se, hac in zip(
        ["constant", *map(str, fit.term)], fit.coefficient, fit.error, fit.robust_error, strict=True
    ):
        line.append(f"{name:<44}{b:>13.6f}{se:>12.6f}{hac:>12.6f}{b / hac if hac else math.inf:>9.2f}")
    line.append(
        f"residual sd {fit.residual_sd:.4f}, lag-1 correlation {fit.residual_persistence:.3f}; HAC = Newey-West,"
        f" {fit.robust_lags} lags; source {fit.source}"
    )
    return "\n".join(line)
