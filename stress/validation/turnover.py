"""Pools without correlation whose whole life has a closed form: run-off, break-even, turnover, flat-fee plans."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from stress.analytic import psa_smm, turnover_by_payment_rate, turnover_of_plans
from stress.arrays import Array
from stress.inputs.clocks import Clock
from stress.inputs.deal import AnyStep, CoverDefaults, Deal, Note, PayPrincipal, Phase, Purchase
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Dependence, OpeningLine, PaymentRate, Plan, Pool, Segment, Supply
from stress.inputs.scenario import Shock
from stress.runs.trace import replay
from stress.validation.check import Finding, exact
from stress.validation.published import closed_forms

BAITIAO_MIX = {1: 0.565, 3: 0.05, 4: 0.02, 6: 0.1, 8: 0.025, 12: 0.18, 24: 0.06}
"""Originations by term of the worked case (illustrative)."""
MIXES: tuple[Mapping[int, float], ...] = ({1: 1.0}, {12: 1.0}, {1: 0.5, 24: 0.5}, BAITIAO_MIX)
PAYMENT_RATES = (0.2, 0.3, 0.4, 0.6, 1.0)
STATIC = 0.0101
"""Static default of the 2020 deals."""
TINY = 1e-7
"""Static default at which a formula of first order in it is exact to 1e-6."""


def pool_of(entry: float, mix: Mapping[int, float] | None = None, rate: PaymentRate | None = None, **more: Any) -> Pool:
    """One segment with a one-step default and unlimited supply, on a balance of 1. `mix`: originations by term."""
    segment = {"monthly_fee": more.pop("monthly_fee", 0.0), "prepayment": more.pop("prepayment", 0.0)}
    return Pool(
        version=1,
        kind="pool",
        name="one segment",
        currency="CNY",
        balance=1.0,
        plans=tuple(Plan(term=n, share=w) for n, w in (mix or {}).items()),
        payment_rate=rate,
        segments=(Segment(name="all", share=1.0, entry_rate=entry, **segment),),
        supply=Supply(unlimited=True),
        dependence=Dependence(rho=0.0, phi=0.0),
        **more,
    )


def deal_of(last: int, revolving: int = 0, notes: Sequence[tuple[str, float]] = (("A", 1.0),)) -> Deal:
    """Sequential notes without coupon; while revolving all cash buys, so that the pool stays full."""
    names = tuple(name for name, _ in notes)
    priority: dict[Phase, tuple[AnyStep, ...]] = {
        "amortization": (PayPrincipal(step="pay_principal", notes=names, source=("principal", "income")),)
    }
    if revolving:
        cover = CoverDefaults(step="cover_defaults", source=("income",))
        priority["revolving"] = (cover, Purchase(step="purchase", source=("principal",)))
    return Deal(
        version=1,
        kind="deal",
        name="sequential",
        currency="CNY",
        closing_date=datetime.date(2021, 12, 31),
        payment_day=26,
        revolving_months=revolving,
        scheduled_months=last,
        legal_maturity_months=last,
        purchase="payment_date" if revolving else "none",
        notes=tuple(Note(name=name, share=share) for name, share in notes),
        priority=priority,
    )


def months_of(deal: Deal, pool: Pool, clock: Clock = "monthly", shocks: tuple[Shock, ...] = ()) -> xr.Dataset:
    """The one path of a pool without correlation, month by month."""
    cases = (ScenarioCase(name="base", shocks=shocks),)
    job = Job(name="closed form", deal=deal, pool=pool, scenarios=cases, paths=32, seed=1, clock=clock)
    return replay(job, path=0)


def run_off() -> Iterator[Finding]:
    """Static pool: total default, and the default rate that just uses up the enhancement."""
    case = closed_forms()["A14_runoff"]
    rate, q = PaymentRate(monthly=case["pi"], annual_yield=0.0), case["breakeven_q_for_11pct_no_revolving"]
    months = months_of(deal_of(120), pool_of(case["q"], rate=rate))
    yield exact("total default", case["total_loss"], float(months["cumulative_default"][-1]), 5e-8)
    deal = deal_of(120, notes=(("senior", 0.89), ("junior", 0.11)))

    def margin(entry: float) -> float:
        """Default left over the enhancement at the end of the run-off."""
        lost = months_of(deal, pool_of(entry, rate=rate))["loss"]
        return float(0.89 * lost[0] + 0.11 * lost[1]) - 0.11

    root = brentq(margin, 0.5 * q, 2.0 * q, xtol=1e-12)
    yield exact("monthly default rate at which the senior note breaks even", q, root, 5e-9)
    yield exact("break-even multiple", case["breakeven_multiple"], root / case["q"], 5e-7)


def full_pool() -> Iterator[Finding]:
    """A pool kept full for a year: one payment rate (exact) and instalment plans (first order)."""
    for m in PAYMENT_RATES:
        want = turnover_by_payment_rate(STATIC, m)
        pool = pool_of(want.default_rate, rate=PaymentRate(monthly=m, annual_yield=0.99))
        run = months_of(deal_of(120, revolving=12), pool)
        what = f"payment rate {m:.0%}"
        yield exact(f"{what}: cumulative default", want.cumulative_default, float(run["cumulative_default"][-1]), 1e-10)
        off = np.abs(run["pool_balance"].to_numpy()[:12] - 1.0).max()
        yield exact(f"{what}: largest gap of the pool while revolving", 0.0, float(off), 1e-12)
    for mix in MIXES:
        first = turnover_of_plans(TINY, list(mix.values()), list(mix))
        run = months_of(deal_of(60, revolving=12), pool_of(first.default_rate, mix))
        multiple = float(run["cumulative_default"][-1]) / TINY
        what = f"plans {'/'.join(map(str, mix))}: cumulative over static default"
        yield exact(what, first.cumulative_default / TINY, multiple, 1e-4)


def prepaid() -> Iterator[Finding]:
    """Prepayment by month on the PSA curve: what the engine prepays of what is left after the scheduled payment."""
    case = closed_forms()["A2_psa"]
    last = 36
    for speed, key in ((1.0, "smm_100psa"), (1.65, "smm_165psa")):
        points = tuple((t, float(psa_smm(t, speed))) for t in range(1, last + 1))
        shock = Shock(target="prepayment", by_month=points, how="set")
        months = months_of(deal_of(last), pool_of(0.0, {60: 1.0}, prepayment=0.001), shocks=(shock,))
        left = months["pool_balance"] + months["prepaid"]
        for age, smm in case[key].items():
            month = int(age.rstrip("+"))
            got = float((months["prepaid"] / left).sel(month=month))
            yield exact(f"{100 * speed:g} PSA, month {month}: share prepaid", smm, got, 6e-7)


def flat_fee() -> Iterator[Finding]:
    """One plan lent at closing and collected by the engine: payments and 12 x the monthly return on them."""
    case = closed_forms()["A1_flat_fee_apr"]
    fee = case["monthly_flat_fee"]
    for term, payment in case["example_payments_P3000"].items():
        flow = _collected(fee, int(term))
        yield exact(f"payment on 3,000 over {term} months", payment, 3000.0 * float(flow[0]), 1e-9)
    for term, apr in case["exact_apr_pct"].items():
        got = 1200.0 * _monthly_return(_collected(fee, int(term)))
        yield exact(f"APR of {term} months, %", apr, got, 5e-5)
        yield exact(
            f"APR of {term} months, %, as printed", case["published_apr_pct"][term], got, case["tol_pct_points"]
        )


def _collected(fee: float, term: int) -> Array:
    """Principal and fee by month of one plan originated at closing, on 1."""
    opening = (OpeningLine(term=term, remaining=term, share=1.0),)
    months = months_of(deal_of(term + 1), pool_of(0.0, {term: 1.0}, monthly_fee=fee, opening=opening))
    both = months["scheduled_principal"] + months["fee_income"]
    return np.asarray(both.to_numpy()[:term], dtype=np.float64)


def _monthly_return(flow: Array) -> float:
    month = np.arange(1, len(flow) + 1)
    return float(brentq(lambda r: float(flow @ (1.0 + r) ** -month) - 1.0, 0.0, 0.1, xtol=1e-14))
