"""Macro history -> a vector autoregression with its errors: how variables move around a path, and together."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from stress.arrays import Array
from stress.calibration.sample import position
from stress.errors import ConfigError, DataError
from stress.inputs.table import MacroTable
from stress.tables.dates import with_dates

MOST_LAGS = 8


class VarFit(NamedTuple):
    """Least squares equation by equation, with what it says of its own fit."""

    variable: tuple[str, ...]
    per_year: int
    constant: Array
    """(V,)"""
    lag: Array
    """(L, V, V) row: equation, column: variable."""
    constant_error: Array
    error: Array
    """Standard errors, the shapes of constant and lag."""
    covariance: Array
    """(V, V) of the innovations."""
    n: int
    first: str
    last: str
    criterion: tuple[tuple[int, float], ...]
    """Lags and what Akaike's criterion gave them; the fit has the smallest unless lags were asked for."""
    largest_root: float
    whiteness: float
    """p-value of the portmanteau test that residuals have no memory."""
    source: str

    def spread(self, periods: int) -> Array:
        """(periods, V) standard deviation of a forecast so many periods ahead."""
        n = len(self.variable)
        psi, total, spreads = [np.eye(n)], np.zeros((n, n)), []
        for h in range(periods):
            total = total + psi[-1] @ self.covariance @ psi[-1].T
            spreads.append(np.sqrt(np.diagonal(total)))
            reached = range(min(h + 1, len(self.lag)))
            psi.append(sum((self.lag[k] @ psi[h - k] for k in reached), np.zeros((n, n))))
        return np.array(spreads)


def fit_var(
    macro: MacroTable,
    variables: Sequence[str],
    lags: int | None = None,
    first: str | None = None,
    last: str | None = None,
) -> VarFit:
    """A VAR(p) of some columns between two periods, by statsmodels; `lags` by Akaike's criterion where left out.

    Luetkepohl (2005), "New Introduction to Multiple Time Series Analysis", chapters 3 and 4. DataError where a value is
    missing, the sample is too short, or deviations would not die out; ConfigError where statsmodels is not installed.
    """
    if len(variables) < 2:
        raise ConfigError("--variable: name at least two; a VAR is about how variables move together")
    if len(set(variables)) != len(variables):
        raise ConfigError("--variable: the same variable is named twice")
    if macro.start.per_year == 2:
        raise DataError(f"{macro.file}: half-years: a VAR is fitted to years, quarters or months")
    begin, end = position(macro, first, 0), position(macro, last, macro.n - 1, end=True)
    sample = np.array([macro.column(name)[begin : end + 1] for name in variables]).T
    missing = np.argwhere(~np.isfinite(sample))
    if missing.size:
        row, column = missing[0]
        raise DataError(f"{macro.file}: column {variables[column]!r}: row {macro.label(begin + row)} is empty")
    most = lags or min(MOST_LAGS, max(1, len(sample) // (5 * len(variables))))
    if len(sample) < most * len(variables) + most + 10:
        raise DataError(f"{macro.file}: {len(sample)} periods are too few for {most} lags, {len(variables)} variables")
    criterion = tuple((p, _fitted(sample[most - p :], p).aic) for p in range(1, most + 1)) if lags is None else ()
    chosen = lags or min(criterion, key=lambda pair: pair[1])[0]
    fit = _fitted(sample, chosen)
    root = float(np.max(1.0 / np.abs(fit.roots))) if len(fit.roots) else 0.0
    if root >= 1.0:
        raise DataError(f"{macro.file}: a shock to {', '.join(variables)} never dies out ({root:.4f}): take changes")
    error = np.asarray(fit.stderr)
    white = fit.test_whiteness(nlags=max(12, chosen + 4), adjusted=True)
    return VarFit(
        variable=tuple(variables),
        per_year=macro.start.per_year,
        constant=np.asarray(fit.intercept),
        lag=np.asarray(fit.coefs),
        constant_error=error[0],
        error=error[1:].reshape(chosen, len(variables), len(variables)).transpose(0, 2, 1),
        covariance=np.asarray(fit.sigma_u),
        n=int(fit.nobs),
        first=macro.label(begin),
        last=macro.label(end),
        criterion=criterion,
        largest_root=root,
        whiteness=float(white.pvalue),
        source=with_dates(macro.file, macro.note),
    )


def var_to_toml(fit: VarFit, name: str) -> str:
    """The fit as a file of kind = "var", to eight digits."""
    line = [
        "# Macro variables around a scenario's path, in the units of their table.",
        'kind = "var"',
        "version = 1",
        f"name = {_text(name)}",
        f"source = {_text(fit.source)}",
        f"per_year = {fit.per_year}",
        f"variables = [{', '.join(map(_text, fit.variable))}]",
        f"constant = {_row(fit.constant)}",
        "lags = [  # row: what is explained; column: the variable 1, 2, ... periods before",
        *(f"  {_matrix(matrix)}," for matrix in fit.lag),
        "]",
        "errors = [  # standard errors of these",
        *(f"  {_matrix(matrix)}," for matrix in fit.error),
        "]",
        f"covariance = {_matrix(fit.covariance)}",
        "",
        "[sample]",
        f"n = {fit.n}",
        f"first = {_text(fit.first)}",
        f"last = {_text(fit.last)}",
        f"largest_root = {fit.largest_root:.6g}",
        f"whiteness = {fit.whiteness:.6g}",
    ]
    return "\n".join(line) + "\n"


def _fitted(sample: Array, lags: int) -> Any:
    try:
        model = importlib.import_module("statsmodels.tsa.vector_ar.var_model")
    except ImportError:
        raise ConfigError("vector autoregressions need statsmodels: pip install 'abs-stress[calibration]'") from None
    try:
        return model.VAR(sample).fit(lags, trend="c")
    except (ValueError, np.linalg.LinAlgError) as error:
        raise DataError(f"no vector autoregression of {lags} lags: {error}") from None


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _row(values: Array) -> str:
    return f"[{', '.join(f'{float(x):.8g}' for x in values)}]"


def _matrix(values: Array) -> str:
    return f"[{', '.join(map(_row, values))}]"
