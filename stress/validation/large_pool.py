"""The engine against Vasicek's large pool: quantiles, tail means, notes, and the Basel retail formula."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import xarray as xr

from stress import measures
from stress.analysis.trials import counted
from stress.analytic import loss_sd, qrre_risk_weight, t_loss_quantile, tranche_el, tranche_pd
from stress.inputs.job import Job
from stress.measures.histogram import WIDTH
from stress.validation.check import Finding, simulated
from stress.validation.one_period import one_period_job
from stress.validation.published import closed_forms

PATHS = 400_000
BASEL_PD = (0.5, 1.0, 2.5)
"""Of the published table, percent."""


def large_pool() -> Iterator[Finding]:
    """Quantiles and tail means of the default rate of one month, at published levels."""
    for row in closed_forms()["A7_lhp"]["rows"]:
        p, rho = row["p"], row["rho"]
        ds = _pool(p, rho, seed=3)
        what = f"p {p:g}, rho {rho:g}"
        mean = measures.mean(ds, "mean_default").isel(scenario=0)
        yield simulated(f"{what}: mean", p, float(mean["estimate"]), float(mean["error"]))
        for key, value in row.items():
            if key[0] == "q":
                yield _quantile(ds, f"{what}: {key[1:]}% quantile", value, float(key[1:]) / 100.0)
            if key[:2] == "ES":
                yield _shortfall(ds, f"{what}: {key[2:]}% expected shortfall", value, float(key[2:]) / 100.0)


def standardised() -> Iterator[Finding]:
    """(L_a - p) / sd(L) of Vasicek's table, simulated."""
    for row in closed_forms()["A4_vasicek2002"]["rows"]:
        p, rho, sd = row["p"], row["rho"], float(loss_sd(row["p"], row["rho"]))
        ds = _pool(p, rho, seed=4)
        for level, want in zip((0.9, 0.99, 0.999, 0.9999), row["a.9/.99/.999/.9999"], strict=True):
            var = measures.default_rate(ds, [level]).isel(scenario=0, level=0)
            got, error = (float(var["estimate"]) - p) / sd, float(var["error"]) / sd
            what = f"p {p:g}, rho {rho:g}: {100 * level:g}%, in standard deviations"
            yield simulated(what, want, got, error, WIDTH / sd + 6e-4)


def t_copula() -> Iterator[Finding]:
    """Mean and quantiles of the default rate of one month under a Student t copula."""
    for p, rho, df in ((0.03, 0.04, 5.0), (0.05, 0.1, 3.0), (0.01, 0.2, 10.0), (0.02, 0.1, 2.0)):
        ds = _simulated(one_period_job(p, rho, (0.8,), df=df), seed=1)
        what = f"p {p:g}, rho {rho:g}, {df:g} degrees of freedom"
        mean = measures.mean(ds, "mean_default").isel(scenario=0)
        yield simulated(f"{what}: mean", p, float(mean["estimate"]), float(mean["error"]))
        for level in (0.95, 0.99, 0.995, 0.999):
            yield _quantile(ds, f"{what}: {100 * level:g}% quantile", t_loss_quantile(level, p, rho, df), level)


def obligors() -> Iterator[Finding]:
    """Defaults among 100 obligors: the published quadrature, simulated."""
    case = closed_forms()["A8_binomial_mixture"]
    n = case["n"]
    ds = _simulated(one_period_job(case["p"], case["rho"], (0.8,), obligors=n), seed=11)
    mean = measures.mean(ds, "mean_default").isel(scenario=0)
    yield simulated("mean number of defaults", case["mean"], n * float(mean["estimate"]), n * float(mean["error"]))
    for what, least, want in (
        ("P(a default)", 1, 1.0 - case["P0"]),
        ("P(more than 14)", 15, case["P(D>14)"]),
        ("P(more than 24)", 25, case["P(D>24)"]),
    ):
        got = measures.exceedance(ds, (least - 0.5) / n).isel(scenario=0)
        yield simulated(what, want, float(got["estimate"]), float(got["error"]))
    for level, want in zip((90, 95, 99, 99.5, 99.9), case["q50/90/95/99/99.5/99.9"][1:], strict=True):
        var = measures.default_rate(ds, [level / 100.0]).isel(scenario=0, level=0)
        got_count = n * float(var["estimate"])
        yield simulated(f"{level}% quantile", want, got_count, n * float(var["error"]), n * WIDTH)


def notes() -> Iterator[Finding]:
    """Expected loss and probability of loss of three notes; the published table, then other correlations."""
    case = closed_forms()["A13_lhp_tranche_el"]
    yield from _notes(case["p"], case["rho"], (0.0, 0.05 / case["lgd"], 0.11 / case["lgd"], 1.0), seed=5)
    for p, rho in ((0.02, 0.3), (0.1, 0.02), (0.03, 0.6)):
        yield from _notes(p, rho, (0.0, 0.05, 0.11, 1.0), seed=6)


def basel() -> Iterator[Finding]:
    """Risk weights of qualifying revolving retail at LGD 45%: 12.5 x LGD x (99.9% default rate - PD), rho 4%."""
    case = closed_forms()["A3_basel_qrre_RW_pct"]
    for pd in BASEL_PD:
        ds = _pool(pd / 100.0, 0.04, seed=7)
        var = measures.default_rate(ds, [0.999]).isel(scenario=0, level=0)
        scale = 100.0 * 12.5 * 0.45
        got, error = scale * (float(var["estimate"]) - pd / 100.0), scale * float(var["error"])
        want = case["lgd45"][case["pd_pct"].index(pd)]
        yield simulated(f"PD {pd}%: risk weight, %", want, got, error, scale * WIDTH + case["tol"])


def basel_formula() -> Iterator[Finding]:
    """Every cell of the published table by the closed form alone."""
    case = closed_forms()["A3_basel_qrre_RW_pct"]
    for lgd in (45, 85):
        for pd, want in zip(case["pd_pct"], case[f"lgd{lgd}"], strict=True):
            got = 100.0 * float(qrre_risk_weight(pd / 100.0, lgd / 100.0))
            yield Finding(f"PD {pd}%, LGD {lgd}%: risk weight, %", want, got, case["tol"])


def _pool(p: float, rho: float, seed: int) -> xr.Dataset:
    return _simulated(one_period_job(p, rho, (0.8,)), seed)


def _simulated(job: Job, seed: int) -> xr.Dataset:
    return counted(job.model_copy(update={"paths": PATHS, "seed": seed}))


def _quantile(ds: xr.Dataset, what: str, want: float, level: float) -> Finding:
    var = measures.default_rate(ds, [level]).isel(scenario=0, level=0)
    return simulated(what, want, float(var["estimate"]), float(var["error"]), WIDTH)


def _shortfall(ds: xr.Dataset, what: str, want: float, level: float) -> Finding:
    es = measures.pool_tails(ds, "default", [level])[1].isel(scenario=0, level=0)
    return simulated(what, want, float(es["estimate"]), float(es["error"]), WIDTH)


def _notes(p: float, rho: float, edges: tuple[float, ...], seed: int) -> Iterator[Finding]:
    """Notes between the edges of the default rate, each against its closed form."""
    thick = [high - low for low, high in pairwise(edges)]
    ds = _simulated(one_period_job(p, rho, tuple(thick[:0:-1])), seed)
    names = [str(n) for n in ds["tranche"].values][::-1]
    for name, (low, high) in zip(names, pairwise(edges), strict=True):
        what = f"p {p:g}, rho {rho:g}: {100 * low:.3g}-{100 * high:.3g}%"
        el = measures.expected_loss(ds).sel(tranche=name).isel(scenario=0)
        yield simulated(f"{what}: expected loss", float(tranche_el(low, high, p, rho)), float(el["estimate"]),
                        float(el["error"]))  # fmt: skip
        if low > 0.0:
            any_loss = measures.loss_probability(ds).sel(tranche=name).isel(scenario=0)
            yield simulated(f"{what}: probability of loss", float(tranche_pd(low, p, rho)),
                            float(any_loss["estimate"]), float(any_loss["error"]))  # fmt: skip
