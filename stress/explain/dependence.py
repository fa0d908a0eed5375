"""What ties borrowers together, and what each path draws for itself, in words."""

from __future__ import annotations

from stress.explain.words import listed, percent
from stress.inputs.job import ScenarioCase
from stress.inputs.pool import Pool
from stress.inputs.scenario.short_rate import ShortRate


def dependence(pool: Pool) -> list[str]:
    """Factors, copula, borrowers."""
    d = pool.dependence
    start = "its stationary law" if d.factor_start == "stationary" else f"{d.factor_start:g}"
    sentences = [
        f"Borrowers default together: monthly correlation {percent(d.rho)}, persistence {d.phi:g} a month, the factor "
        f"starts from {start}."
    ]
    if d.loadings is not None:
        apart = listed(tuple(d.loadings.segment)) if d.loadings.segment else "none"
        sentences.append(
            f"There are {len(d.loadings.default)} independent factors, mixed by the table of loadings; segments with "
            f"weights of their own: {apart}."
        )
    if d.df is not None:
        sentences.append(
            f"A Student t copula of {d.df:g} degrees of freedom: one draw for each path scales every threshold, so "
            "very good and very bad paths are likelier, while each month's rate keeps its mean."
        )
    if pool.obligors is not None:
        sentences.append(
            f"The pool has {pool.obligors:,} borrowers of equal balance: they fall late and default whole, in binomial "
            "numbers."
        )
    return sentences


def drawn(case: ScenarioCase) -> list[str]:
    """What a scenario leaves to the path; empty where only the factors differ."""
    sentences = []
    if case.parameters is not None:
        sentences.append(
            f"Each path draws its own default rate, correlation and persistence ({case.parameters.name}), around those "
            "of the pool."
        )
    if case.swing is not None:
        var = case.swing.var
        sentences.append(
            f"{listed(var.variables)} are drawn around their path by {var.name}; entry rates follow through "
            f"{case.swing.satellite.name}."
        )
    if case.short_rate is not None:
        sentences.append(_rate(case.short_rate))
    return sentences


def _rate(law: ShortRate) -> str:
    """A random short rate in words."""
    if law.model == "vasicek":
        curve = f"Vasicek, from {percent(law.start or 0.0)} to {percent(law.mean or 0.0)}"
    else:
        fitted = "the forward curve of the scenario" if law.forward else f"the levels of {law.index or 'the index'}"
        curve = f"Hull and White, fitted to {fitted}"
    return (
        f"The short rate is random ({curve}; volatility {percent(law.volatility)} a year, mean reversion "
        f"{law.mean_reversion:g}, correlation {law.correlation:g} with the default factor): indices, cash and "
        "discounting follow it."
    )
