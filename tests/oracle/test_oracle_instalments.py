"""The slow model against cash flows of another engine: flat-fee instalments, static and revolving."""

import pytest

from oracle.model import run_path
from oracle.months import base_months, unconditional
from stress.validation.cash_flows import MIX, TOLERANCE, deal_of, default_rates, pool_of
from stress.validation.published import cash_flows

PUBLISHED = cash_flows()


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
