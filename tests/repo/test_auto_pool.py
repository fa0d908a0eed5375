"""Loans that people make, against what was reported of them: an auto trust, and a mortgage pass-through."""

import hand_worked
import numpy as np
import pytest
from shipped import JOBS

import stress
from stress.analytic import pass_through_month, psa_smm
from stress.inputs.job import Job, ScenarioCase

REPORTED = {7: 2_447_534.43, 19: 1_492_509.30, 28: 1_017_111.03, 45: 370_291.22}
"""Interest collections in USD of Ford Credit Auto Owner Trust 2021-A, Form 10-D, by transaction month."""
POOL_FACTOR_6 = 0.820
"""After month 6: the servicing fee of month 7, USD 967 thousand, is 1% a year of the pool at its start."""


def calm(job: Job) -> Job:
    return job.but(pool=job.pool.but(dependence={"rho": 0.0, "phi": 0.0}), scenarios=job.scenarios[:1])


def test_the_auto_trust_of_2021_collects_the_interest_that_it_reported() -> None:
    data = stress.replay(calm(stress.load(JOBS / "auto-2021-a.toml")), path=0)
    interest = data["fee_income"].to_numpy()
    for month, reported in REPORTED.items():
        assert interest[month - 1] == pytest.approx(reported, rel=0.05), month
    factor = data["pool_balance"].to_numpy() / data["month_start_balance"].to_numpy()[0]
    assert factor[5] == pytest.approx(POOL_FACTOR_6, abs=0.005)


def test_a_flat_fee_of_the_same_rate_collects_too_little_at_first_and_too_much_later() -> None:
    """Why the loans need their kind: 72-month plans of equal principal with the fee of a 2.53% rate."""
    job = calm(stress.load(JOBS / "auto-2021-a.toml"))
    segment = job.pool.segments[0].but(apr=None, monthly_fee=0.0253 / 12.0 / 2.0)
    plans = [plan.but(kind="equal_principal") for plan in job.pool.plans]
    data = stress.replay(job.but(pool=job.pool.but(segments=[segment], plans=plans)), path=0)
    interest = data["fee_income"].to_numpy()
    assert interest[6] < 0.75 * REPORTED[7]
    assert interest[44] > 1.2 * REPORTED[45]


def test_a_pass_through_at_165_psa_pays_month_by_month_what_the_convention_says() -> None:
    """400 m at 8.125%, 357 months left, seasoned 3 months (Fabozzi, "The Handbook of Mortgage-Backed Securities"):
    the scheduled principal, interest and prepayment of every month of its life."""
    last, age, rate = 357, 3, 0.08125
    pool = hand_worked.pool(
        balance=400e6,
        payment_rate=None,
        plans=[{"term": 360, "share": 1.0, "kind": "level", "apr": rate}],
        opening=[{"term": 360, "remaining": last, "share": 1.0}],
        segments=[{"name": "all", "share": 1.0, "entry_rate": 0.0, "prepayment_curve": f"1.65 PSA at age {age}"}],
    )
    notes = [{**note, "amount": amount} for note, amount in zip((hand_worked.A, hand_worked.B, hand_worked.REST),
             (2.4e8, 1.2e8, 4e7), strict=True)]  # fmt: skip
    deal = hand_worked.deal(notes=notes, scheduled_months=last, legal_maturity_months=last)
    job = Job(
        name="psa", deal=deal, pool=pool, scenarios=(ScenarioCase(name="base"),), paths=32, seed=1, clock="monthly"
    )
    data = stress.replay(job, path=0)
    balance = 400e6
    for t in range(last):
        month = pass_through_month(balance, rate, rate, last - t, float(psa_smm(age + t + 1, 1.65)))
        got = [float(data[name][t]) for name in ("scheduled_principal", "fee_income", "prepaid")]
        want = [month.scheduled_principal, month.net_interest, month.prepayment]
        np.testing.assert_allclose(got, want, atol=1e-3)  # a tenth of a cent of 400 m
        balance -= month.scheduled_principal + month.prepayment
    assert abs(balance) < 1e-3
