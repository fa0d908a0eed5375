"""Another engine's cash flows: flat-fee instalments, static and revolving, on real dates."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import numpy as np
import xarray as xr

from stress.arrays import Array
from stress.inputs.deal import AnyStep, Deal, Note, PayInterest, PayPrincipal, PayResidual, Phase, Purchase
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Dependence, OpeningLine, Plan, Pool, Segment, Supply
from stress.inputs.scenario import Shock
from stress.runs.trace import replay
from stress.validation.check import Finding, exact
from stress.validation.published import cash_flows

CASH = ("principal", "income")
CUT_OFF, ORIGIN = datetime.date(2021, 12, 31), datetime.date(2022, 1, 1)
MIX = {
    "static_cdr0": {3: 0.2, 6: 0.3, 12: 0.5},
    "static_cdr6": {3: 0.2, 6: 0.3, 12: 0.5},
    "revolve_one_cdr6": {12: 1.0},
}
"""Opening balance by term of each published case."""
TOLERANCE = {"static_cdr0": 0.3, "static_cdr6": 0.3, "revolve_one_cdr6": 1.0}
"""The other engine truncates to cents at each step, on a pool of a million."""
POOL = ("pool_balance", "scheduled_principal", "fee_income", "defaults")
"""Our names of the published columns after the date."""


def pool_of(case: str) -> Pool:
    """Instalments originated at closing, the first of them due on the first of the next month."""
    mix = MIX[case]
    return Pool(
        version=1,
        kind="pool",
        name=case,
        currency="CNY",
        balance=1e6,
        plans=tuple(Plan(term=term, share=share) for term, share in mix.items()),
        opening=tuple(OpeningLine(term=n, remaining=n, share=share, first_due=2) for n, share in mix.items()),
        segments=(Segment(name="all", share=1.0, entry_rate=0.0, monthly_fee=0.006),),
        dependence=Dependence(rho=0.0, phi=0.0),
    )


def deal_of(case: str) -> Deal:
    """Four classes; in the revolving case all cash after interest buys on five payment dates."""
    sizes = cash_flows()["conventions"]["tranches"]
    notes = [Note(name=name, amount=float(sizes[name][0]), coupon=sizes[name][1]) for name in ("A", "B", "M")]
    interest = tuple(PayInterest(step="pay_interest", note=note.name, source=("income", "principal")) for note in notes)
    principal = PayPrincipal(step="pay_principal", notes=("A", "B", "M"), source=CASH)
    rest = PayResidual(step="pay_residual", note="SUB", source=CASH)
    priority: dict[Phase, tuple[AnyStep, ...]] = {"amortization": (*interest, principal, rest)}
    revolving = 6 if case.startswith("revolve") else 0
    if revolving:
        priority["revolving"] = (*interest, Purchase(step="purchase", source=CASH))
    return Deal(
        version=1,
        kind="deal",
        name=case,
        currency="CNY",
        closing_date=CUT_OFF,
        issue_date=ORIGIN,
        payment_day=20,
        revolving_months=revolving,
        scheduled_months=20,
        legal_maturity_months=20,
        purchase="payment_date" if revolving else "none",
        retain_senior_cost=False,
        notes=(*notes, Note(name="SUB", amount=float(sizes["SUB"][0]), residual=True)),
        priority=priority,
    )


def default_rates(cdr: float, last: int) -> Array:
    """(month, 1) default rates from an annual one, by the days since the due date of the month before."""
    rates = np.zeros((last, 1))
    for t in range(2, last + 1):
        due = datetime.date(2022 + (t - 1) // 12, (t - 1) % 12 + 1, 1)
        before = datetime.date(2022 + (t - 2) // 12, (t - 2) % 12 + 1, 1)
        rates[t - 1] = 1.0 - (1.0 - cdr) ** ((due - before).days / 365.0)
    return rates


def months_of(case: str) -> xr.Dataset:
    """The engine's months of a published case; purchases on the 20th, first due a month later."""
    deal, pool = deal_of(case), pool_of(case).model_copy(update={"supply": Supply(unlimited=True)})
    rates = default_rates(cash_flows()["cases"][case]["CDR"], deal.legal_maturity_months)[:, 0]
    points = tuple((t, float(rate)) for t, rate in enumerate(rates, start=1))
    scenario = ScenarioCase(name="published", shocks=(Shock(target="default_rate", by_month=points, how="set"),))
    job = Job(name=case, deal=deal, pool=pool, scenarios=(scenario,), paths=32, seed=1, clock="payment_date")
    return replay(job, path=0)


def published_cash_flows() -> Iterator[Finding]:
    """Worst month of every published column: pool, each note, purchases."""
    for case, tolerance in TOLERANCE.items():
        months = months_of(case)
        for what, want, got in columns(case, months):
            k = int(np.argmax(np.abs(got - want)))
            yield exact(f"{case}: {what}, worst row ({k + 1})", float(want[k]), float(got[k]), tolerance)


def columns(case: str, months: xr.Dataset) -> Iterator[tuple[str, Array, Array]]:
    """Each published column and ours: name, published, got. A month without a published row pays nothing."""
    published = cash_flows()["cases"][case]
    pool = np.array([row[1:] for row in published["pool"][1:]], dtype=np.float64)
    for k, name in enumerate(POOL):
        yield name, pool[:, k], months[name].to_numpy()[: len(pool)]
    for name, rows in published["bonds"].items():
        note = months.sel(tranche=name)
        at = [_month(row[0]) - 1 for row in rows]
        paid = np.zeros((months.sizes["month"], 2))
        paid[at] = [row[2:] for row in rows]
        yield f"{name} balance", np.array([row[1] for row in rows], float), note["note_balance"].to_numpy()[at]
        income = (note["interest_paid"] + note["residual_yield"]).to_numpy()
        yield f"{name} interest", paid[:, 0], income
        yield f"{name} principal", paid[:, 1], note["principal_paid"].to_numpy()
    bought = np.zeros(months.sizes["month"])
    for date, face in published["purchases"]:
        bought[int(date.split("-")[1]) - 1] = face
    yield "purchases", bought, months["purchases"].to_numpy()


def _month(date: str) -> int:
    """Month of the deal whose payment falls on a date: the one before."""
    year, month, _ = map(int, date.split("-"))
    return (year - 2022) * 12 + month - 1
