"""The slow model against cash flows of another engine: flat-fee instalments, static and revolving."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import numpy as np
import pytest
from oracle.model import run_path
from oracle.months import base_months, unconditional

from stress.inputs.deal import Deal, Note, PayInterest, PayPrincipal, PayResidual, Purchase
from stress.inputs.pool import Dependence, OpeningLine, Plan, Pool, Segment

PUBLISHED = json.loads((Path(__file__).parent / "data" / "instalment_cashflows.json").read_text(encoding="utf-8"))
CASH = ("principal", "income")
ORIGIN = datetime.date(2022, 1, 1)
MIX = {
    "static_cdr0": {3: 0.2, 6: 0.3, 12: 0.5},
    "static_cdr6": {3: 0.2, 6: 0.3, 12: 0.5},
    "revolve_one_cdr6": {12: 1.0},
}
TOLERANCE = {"static_cdr0": 0.3, "static_cdr6": 0.3, "revolve_one_cdr6": 1.0}
"""The other engine truncates to cents at each step, on a pool of a million."""


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
    sizes = PUBLISHED["conventions"]["tranches"]
    notes = [Note(name=name, amount=float(sizes[name][0]), coupon=sizes[name][1]) for name in ("A", "B", "M")]
    interest = tuple(PayInterest(step="pay_interest", note=note.name, source=("income", "principal")) for note in notes)
    principal = PayPrincipal(step="pay_principal", notes=("A", "B", "M"), source=CASH)
    priority = {"amortization": (*interest, principal, PayResidual(step="pay_residual", note="SUB", source=CASH))}
    revolving = 6 if case.startswith("revolve") else 0
    if revolving:
        priority["revolving"] = (*interest, Purchase(step="purchase", source=CASH))
    return Deal(
        version=1,
        kind="deal",
        name=case,
        currency="CNY",
        closing_date=ORIGIN,
        payment_day=20,
        revolving_months=revolving,
        scheduled_months=20,
        legal_maturity_months=20,
        purchase="payment_date" if revolving else "none",
        retain_senior_cost=False,
        notes=(*notes, Note(name="SUB", amount=float(sizes["SUB"][0]), residual=True)),
        priority=priority,
    )


def default_rates(cdr: float, last: int) -> np.ndarray:
    """Monthly default rate from an annual one by the days since the due date of the month before."""
    rates = np.zeros((last, 1))
    for t in range(2, last + 1):
        due = datetime.date(2022 + (t - 1) // 12, (t - 1) % 12 + 1, 1)
        before = datetime.date(2022 + (t - 2) // 12, (t - 2) % 12 + 1, 1)
        rates[t - 1] = 1.0 - (1.0 - cdr) ** ((due - before).days / 365.0)
    return rates


@pytest.fixture(scope="module", params=sorted(MIX))
def replayed(request):
    """A published case and what the slow model makes of it."""
    deal, pool, case = deal_of(request.param), pool_of(request.param), PUBLISHED["cases"][request.param]
    months = base_months(deal, pool)._replace(entry=default_rates(case["CDR"], deal.legal_maturity_months))
    flows = run_path(deal, pool, months, "payment_date", unconditional(months), None)
    return case, flows, TOLERANCE[request.param]


def test_the_pool_amortizes_and_defaults_as_published(replayed):
    case, flows, tolerance = replayed
    for t, (_, balance, principal, fee, default) in enumerate(case["pool"][1:]):
        assert flows.pool_balance[t] == pytest.approx(balance, abs=tolerance)
        assert flows.scheduled_principal[t] == pytest.approx(principal, abs=tolerance)
        assert flows.fee_income[t] == pytest.approx(fee, abs=tolerance)
        assert flows.defaults[t] == pytest.approx(default, abs=tolerance)


def test_the_notes_are_paid_as_published(replayed):
    case, flows, tolerance = replayed
    for n, name in enumerate(("A", "B", "M", "SUB")):
        paid = {tuple(map(int, row[0].split("-")[:2])): row[1:] for row in case["bonds"][name]}
        for t, balances in enumerate(flows.note_balance):
            balance, interest, principal = paid.get((2022 + (t + 1) // 12, (t + 1) % 12 + 1), (None, 0.0, 0.0))
            assert flows.interest_paid[t][n] + flows.residual_yield[t][n] == pytest.approx(interest, abs=tolerance)
            assert flows.principal_paid[t][n] == pytest.approx(principal, abs=tolerance)
            assert balance is None or balances[n] == pytest.approx(balance, abs=tolerance)


def test_receivables_are_bought_on_the_published_dates(replayed):
    case, flows, tolerance = replayed
    bought = {int(date.split("-")[1]): face for date, face in case["purchases"]}
    for t, face in enumerate(flows.purchases, start=1):
        assert face == pytest.approx(bought.get(t, 0.0), abs=tolerance)
