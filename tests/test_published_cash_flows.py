"""The compiled engine against cash flows of another engine: flat-fee instalments, static and revolving, real dates."""

from __future__ import annotations

import pytest
from test_oracle_instalments import MIX, PUBLISHED, TOLERANCE, deal_of, default_rates, pool_of

import stress
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Supply
from stress.inputs.scenario import Shock


@pytest.fixture(scope="module", params=sorted(MIX))
def replayed(request):
    """A published case and the engine's months of it; purchases on the 20th, first due a month later."""
    case = PUBLISHED["cases"][request.param]
    deal, pool = deal_of(request.param), pool_of(request.param).model_copy(update={"supply": Supply(unlimited=True)})
    rates = default_rates(case["CDR"], deal.legal_maturity_months)[:, 0]
    points = tuple((t, float(rate)) for t, rate in enumerate(rates, start=1))
    scenario = ScenarioCase(name="published", shocks=(Shock(target="default_rate", by_month=points, how="set"),))
    job = Job(name="x", deal=deal, pool=pool, scenarios=(scenario,), paths=32, seed=1, clock="payment_date")
    return case, stress.replay(job, path=0), TOLERANCE[request.param]


def test_the_pool_amortizes_and_defaults_as_published(replayed):
    case, months, tolerance = replayed
    for t, (_, balance, principal, fee, default) in enumerate(case["pool"][1:]):
        assert months["scheduled_principal"].values[t] == pytest.approx(principal, abs=tolerance)
        assert months["fee_income"].values[t] == pytest.approx(fee, abs=tolerance)
        assert months["defaults"].values[t] == pytest.approx(default, abs=tolerance)
        assert months["pool_balance"].values[t] == pytest.approx(balance, abs=tolerance)


def test_the_notes_are_paid_as_published(replayed):
    case, months, tolerance = replayed
    for name in ("A", "B", "M", "SUB"):
        note = months.sel(tranche=name)
        paid = {tuple(map(int, row[0].split("-")[:2])): row[1:] for row in case["bonds"][name]}
        for t in range(months.sizes["month"]):
            balance, interest, principal = paid.get((2022 + (t + 1) // 12, (t + 1) % 12 + 1), (None, 0.0, 0.0))
            income = float(note["interest_paid"][t] + note["residual_yield"][t])
            assert income == pytest.approx(interest, abs=tolerance)
            assert float(note["principal_paid"][t]) == pytest.approx(principal, abs=tolerance)
            assert balance is None or float(note["note_balance"][t]) == pytest.approx(balance, abs=tolerance)


def test_receivables_are_bought_on_the_published_dates(replayed):
    case, months, tolerance = replayed
    bought = {int(date.split("-")[1]): face for date, face in case["purchases"]}
    for t, face in enumerate(months["purchases"].values, start=1):
        assert face == pytest.approx(bought.get(t, 0.0), abs=tolerance)
