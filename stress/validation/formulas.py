"""Closed forms and estimators against figures that others published or computed by other means."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stress import analytic
from stress.calibration import Term, calibrate_rho, fit_satellite, read_table
from stress.shipped import shipped
from stress.validation.check import Finding, exact
from stress.validation.published import closed_forms

CARDS = "data/us_cards/fed_chargeoff_all_banks_NSA_1991Q1_2015Q4_all_loan_types.csv"
MACRO = "data/dfast/2025-Table_1A_Historic_Domestic.csv"
UNEMPLOYMENT = (Term("Unemployment rate"), Term("Unemployment rate", 0, 4))


def prepayment() -> Iterator[Finding]:
    """The PSA curve as SMM, and the first month of a published pass-through."""
    case = closed_forms()["A2_psa"]
    for speed, key, tolerance in ((1.0, "smm_100psa", 6e-7), (1.65, "smm_165psa", 6e-8)):
        for age, smm in case[key].items():
            got = float(analytic.psa_smm(float(age.rstrip("+")), speed))
            yield exact(f"{100 * speed:g} PSA, month {age}: SMM", smm, got, tolerance)
    deal, month = case["passthrough"], case["passthrough"]["month1"]
    smm = float(analytic.psa_smm(deal["age"] + 1, deal["psa"]))
    flow = analytic.pass_through_month(deal["balance"], deal["wac"], deal["net"], deal["wam"], smm)
    month_one = {
        "payment": flow.payment,
        "net_interest": flow.net_interest,
        "sched_prin": flow.scheduled_principal,
        "prepay": flow.prepayment,
        "total_prin": flow.scheduled_principal + flow.prepayment,
        "cash_flow": flow.cash_flow,
    }
    for key, value in month_one.items():
        yield exact(f"pass-through of 400 m, month 1: {key}", month[key], value, 1.0)


def vasicek() -> Iterator[Finding]:
    """Standard deviation and standardised quantiles of the large pool, and its quantiles and tail means."""
    for row in closed_forms()["A4_vasicek2002"]["rows"]:
        p, rho = row["p"], row["rho"]
        sd = float(analytic.loss_sd(p, rho))
        yield exact(f"p {p:g}, rho {rho:g}: standard deviation", row["sd"], sd, 6e-7)
        for level, want in zip((0.9, 0.99, 0.999, 0.9999), row["a.9/.99/.999/.9999"], strict=True):
            got = (float(analytic.loss_quantile(level, p, rho)) - p) / sd
            yield exact(f"p {p:g}, rho {rho:g}: {100 * level:g}%, in standard deviations", want, got, 6e-4)


def finite_pool() -> Iterator[Finding]:
    """Defaults among 100 equal obligors: an exact quadrature computed by other means."""
    case = closed_forms()["A8_binomial_mixture"]
    mass = analytic.default_count_distribution(case["n"], case["p"], case["rho"])
    count = np.arange(case["n"] + 1)
    mean = float(mass @ count)
    yield exact("mean", case["mean"], mean, 1e-9)
    yield exact("standard deviation", case["sd"], float(np.sqrt(mass @ count**2 - mean**2)), 1e-6)
    yield exact("P(no default)", case["P0"], float(mass[0]), 1e-8)
    yield exact("P(more than 14)", case["P(D>14)"], float(mass[15:].sum()), 1e-10)
    yield exact("P(more than 24)", case["P(D>24)"], float(mass[25:].sum()), 1e-10)
    for level, want in zip((50, 90, 95, 99, 99.5, 99.9), case["q50/90/95/99/99.5/99.9"], strict=True):
        yield exact(f"{level}% quantile", want, float(np.searchsorted(mass.cumsum(), level / 100.0)), 0.0)


def correlation() -> Iterator[Finding]:
    """Asset correlation of US card charge-offs, 100 quarters."""
    case = closed_forms()["A11_mle_rho"]
    fit = calibrate_rho(np.array(read_table(shipped(CARDS)).column("CreditCards")) / 100.0, 4, replicates=10)
    yield exact("rho, maximum likelihood", case["rho_mle"], fit.independent.rho, 5e-7)
    yield exact("mean rate, maximum likelihood", case["pbar_mle"], fit.independent.p, 5e-7)
    yield exact("rho, moments", case["rho_mom"], fit.moment_rho, 5e-7)
    yield exact("lag-1 correlation of the probits", case["probit_ar1"], fit.persistence, 5e-6)


def satellite() -> Iterator[Finding]:
    """US card charge-offs on unemployment: coefficients, their errors and the fit."""
    case = closed_forms()["A12_satellite_ols"]
    fit = fit_satellite(read_table(shipped(CARDS)), "CreditCards", read_table(shipped(MACRO)), UNEMPLOYMENT)
    for k, name in enumerate(("constant", *map(str, UNEMPLOYMENT))):
        yield exact(f"{name}: coefficient", case["b"][k], fit.coefficient[k], 6e-7)
        yield exact(f"{name}: error", case["se"][k], fit.error[k], 6e-7)
    yield exact("R2", case["R2"], fit.r2, 5e-5)
