"""Late issue and the first payment: interest runs from issue, what was collected is carried in."""

import datetime
from typing import Any

import numpy as np
import pytest
from hand_worked import INTEREST, PLAIN, PRINCIPAL, RESIDUAL, REST, A, B, deal, pool, run, same
from shipped import JOBS

import stress
from stress import templates
from stress.assemble.calendar import calendar_of
from stress.assemble.problem import assemble
from stress.errors import StressError
from stress.inputs.deal.remarks import notes_of_deal
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.load import load, load_job
from stress.runs.base_case import base_case

LATE = {"issue_date": datetime.date(2022, 3, 25)}
"""After the payment dates of months 1 and 2 (10 February, 10 March): the first payment is that of month 3, 10 April."""


def test_a_deal_issued_late_carries_in_what_was_collected_and_pays_interest_from_issue() -> None:
    """Months 1 to 3 collect income of 20, 16 and 12.8, principal of 200, 160 and 128; nothing is paid before 10 April.

    From 25 March to 10 April are 15 days of 30/360: A is due 600 x 12% x 15 / 360 = 3, B 300 x 24% x 15 / 360 = 3. The
    income carried in, 48.8, leaves 42.8 for the residual; the principal of 488 goes to A, which stands at 112. Month 4
    is a twelfth of a year: A is due 1.12, B 6, and 102.4 repay A to 9.6.
    """
    data = run(deal(**LATE))
    same(data, "interest_due", "A", 0.0, 0.0, 3.0, 1.12)
    same(data, "interest_paid", "B", 0.0, 0.0, 3.0, 6.0)
    same(data, "account_balance", "income", 20.0, 36.0, 0.0, 0.0)
    same(data, "account_balance", "principal", 200.0, 360.0, 0.0, 0.0)
    same(data, "principal_paid", "R", 0.0, 0.0, 42.8, 10.24 - 7.12)
    same(data, "note_balance", "A", 600.0, 600.0, 112.0, 9.6)
    assert data["irr"].sel(tranche="A").item() == pytest.approx(_rate([16, 46], [491.0, 103.52], 600.0), abs=1e-7)
    assert data["wal"].sel(tranche="A").item() == pytest.approx((488 * 16 + 102.4 * 46) / 590.4 / 365, abs=1e-12)


def _rate(days: list[int], cash: list[float], price: float) -> float:
    """Effective annual rate by bisection."""
    low, high = -0.999, 1.0
    for _ in range(200):
        rate = 0.5 * (low + high)
        value = sum(c / (1.0 + rate) ** (d / 365.0) for c, d in zip(cash, days, strict=True))
        low, high = (rate, high) if value > price else (low, rate)
    return low


def test_a_stated_first_payment_date_lets_interest_gather_without_interest_on_it() -> None:
    """Issued on 10 January, paid first on 10 April: A is due three months of 6, B three of 6, at once; 48.8 pay 36."""
    data = run(deal(first_payment_date=datetime.date(2022, 4, 10)))
    same(data, "interest_due", "A", 0.0, 0.0, 18.0, 1.12)
    same(data, "interest_due", "B", 0.0, 0.0, 18.0, 6.0)
    same(data, "principal_paid", "R", 0.0, 0.0, 12.8, 3.12)
    assert data["shortfall"].values.tolist() == [0.0, 0.0, 0.0]


def test_interest_every_two_payments_counts_from_the_first_one() -> None:
    """A pays every second payment date. The first is of month 2, so it is due in month 3 (and in month 4, the last)."""
    every_second = {**A, "payment_months": {"amortization": 2}}
    data = run(deal(notes=(every_second, B, REST), first_payment_date=datetime.date(2022, 3, 10)))
    # months 1 and 2 accrue 6 each on 600; 360 of principal at the first payment leave 240, which accrue 2.4; month 3
    # has 12.8 for these 14.4, and month 4 owes 1.6 with 1% of 112 + 1.6 of interest
    same(data, "interest_due", "A", 0.0, 0.0, 14.4, 2.736)
    same(data, "interest_paid", "A", 0.0, 0.0, 12.8, 2.736)


def test_fees_run_from_issue_and_those_on_income_take_what_was_carried_in() -> None:
    """A fee of 12% a year on the pool for 15 days of month 3: 640 x 12% x 15 / 360 = 3.2, then 512 x 1% = 5.12.

    A tax of 10% of income: 4.88 of the first three months, all due at the first payment though it does not carry over,
    then 1.024; nothing is due before, as of interest. A fixed fee of 1 a payment date: none before the first.
    """
    fees = [
        {"name": "service", "base": "pool", "rate": 0.12},
        {"name": "tax", "base": "interest_income", "rate": 0.1, "carry_over": False},
        {"name": "fixed", "base": "fixed", "amount": 1.0},
    ]
    steps = [{"step": "pay_fee", "fee": fee["name"]} for fee in fees]
    terms = deal([*steps, *PLAIN], fees=fees, **LATE)
    data = run(terms)
    assert base_case(_job(terms)).fees_unpaid == {}  # what had accrued by months 1 and 2 has not lapsed
    same(data, "fee_paid", "service", 0.0, 0.0, 3.2, 5.12)
    same(data, "fee_due", "tax", 0.0, 0.0, 4.88, 1.024)
    same(data, "fee_paid", "tax", 0.0, 0.0, 4.88, 1.024)
    same(data, "fee_paid", "fixed", 0.0, 0.0, 1.0, 1.0)


def test_a_pool_that_buys_at_each_step_keeps_buying_before_issue() -> None:
    """All principal buys: the pool stays at 1000 through the three revolving months; income of 20 a month waits."""
    revolving = [*INTEREST, {"step": "pay_residual", "note": "R"}]
    more: Any = {"revolving_months": 3, "purchase": "each_step", "priority": {"revolving": revolving}}
    data = run(deal([*INTEREST, *PRINCIPAL, *RESIDUAL], **LATE, **more))
    same(data, "pool_balance", None, 1000.0, 1000.0, 1000.0, 800.0)
    same(data, "account_balance", "income", 20.0, 40.0, 0.0, 0.0)
    same(data, "interest_paid", "A", 0.0, 0.0, 3.0, 6.0)


def test_a_pool_that_buys_at_payment_dates_buys_at_the_first() -> None:
    """Months 1 to 3 collect 200, 160 and 128; the first payment, of month 3, buys 488: the pool is whole again."""
    revolving = [*INTEREST, {"step": "purchase", "source": ["principal"]}, {"step": "pay_residual", "note": "R"}]
    more: Any = {"revolving_months": 3, "purchase": "payment_date", "priority": {"revolving": revolving}}
    data = run(deal([*INTEREST, *PRINCIPAL, *RESIDUAL], **LATE, **more))
    same(data, "purchases", None, 0.0, 0.0, 488.0, 0.0)
    same(data, "account_balance", "principal", 200.0, 360.0, 0.0)


def test_triggers_and_conditions_are_tested_from_the_first_payment_on() -> None:
    """Defaults of 10% a month breach a limit of 1% from month 1 on; the test of month 3 is the first.

    A mean of three months exists two months later, in month 5, beyond this deal's end.
    """
    limit = {"breach": "above", "thresholds": [{"limit": 0.01}], "effect": "none"}
    triggers = [
        {"name": "defaults", "observable": "cumulative_default", **limit},
        {
            "name": "spread",
            "observable": "excess_spread_3m",
            **limit,
            "breach": "below",
            "thresholds": [{"limit": 0.99}],
        },
    ]
    data = run(deal(triggers=triggers, **LATE), pool(default=0.1))
    same(data, "trigger_month", "defaults", 0.0, 0.0, 3.0, 3.0)
    same(data, "tripped", "defaults", 0.0, 0.0, 1.0, 1.0)
    same(data, "tripped", "spread", 0.0, 0.0, 0.0, 0.0)


def test_a_clean_up_waits_for_the_first_payment() -> None:
    """The pool is below 70% of the cut-off from month 2 on; it is sold at the determination of month 3."""
    data = run(deal(clean_up={"pool_factor": 0.7}, **LATE))
    same(data, "pool_balance", None, 800.0, 640.0, 0.0)


@pytest.mark.parametrize("clock", ["monthly", "daily", "payment_date"])
def test_interest_due_is_never_negative_on_any_clock(clock: Any) -> None:
    for issue in (datetime.date(2021, 12, 31), datetime.date(2022, 2, 10), datetime.date(2022, 4, 30)):
        data = run(deal(issue_date=issue), pool(default=0.02), clock=clock)
        assert data["interest_due"].min() >= 0.0
        assert data["interest_due"].sel(tranche="A").max() > 0.0


def test_a_run_with_negative_interest_is_refused_by_its_law(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a fraction negative, as it was for an issue after the first payment date, no run would end well."""
    job = _job(deal())
    problem = assemble(job)
    accrual = problem.contract.accrual.copy()
    accrual[:, 0] *= -1.0
    wrong = problem._replace(contract=problem.contract._replace(accrual=accrual))
    monkeypatch.setattr("stress.runs.engine.assemble", lambda job: wrong)
    with pytest.raises(StressError, match="negative interest due is off by"):
        stress.simulate(job)


def _job(of: Any) -> Job:
    cases = (ScenarioCase(name="base"),)
    return Job(name="small", deal=of, pool=pool(), scenarios=cases, paths=32, seed=1, clock="monthly")


def test_the_template_deal_issued_half_a_year_late_pays_ten_days_of_interest_first(tmp_path: Any) -> None:
    """Cut-off 31 December 2025, issue 10 June 2026, payment day 20: the first payment is 20 June, of month 5.

    A: 80% of 500 m at 3% for 10 of 365 days = 328,767.12; B: 50 m at 4.5% = 61,643.84. It was -3,616,438 and -678,082.
    """
    text = templates.fill("deal", "late").replace("# issue_date = 2026-01-10", "issue_date = 2026-06-10")
    (tmp_path / "deal.toml").write_text(text, encoding="utf-8")
    of = load(tmp_path / "deal.toml")
    (tmp_path / "pool.toml").write_text(templates.fill("pool", "late"), encoding="utf-8")
    job = Job(
        name="late",
        deal=of,
        pool=load(tmp_path / "pool.toml"),
        scenarios=(ScenarioCase(name="base"),),
        paths=512,
        seed=1,
        clock="monthly",
    )
    data = stress.replay(job, path=0)
    due = data["interest_due"]
    assert due.sel(tranche="A").values[:5].tolist() == pytest.approx([0, 0, 0, 0, 328_767.1232876712], abs=1e-6)
    assert due.sel(tranche="B").values[:5].tolist() == pytest.approx([0, 0, 0, 0, 61_643.8356164384], abs=1e-6)
    assert float(due.min()) == 0.0
    assert data["irr"].sel(tranche="A").item() == pytest.approx(0.0304, abs=5e-4)  # 3% paid monthly, compounded


def test_the_shipped_deal_issued_late_carries_in_six_months_and_pays_its_notes_their_coupons() -> None:
    """Issue on 4 December, first payment on 20 January, of month 6: 47 days of interest out of six months of income."""
    job = load_job(JOBS / "microcredit-late-issue.toml")
    job = job.model_copy(update={"scenarios": job.scenarios[:1]})
    data = stress.replay(job, path=0)
    income = (data["fee_income"] + data["late_charge"] + data["cash_interest"]).to_numpy()
    held = data["account_balance"].sel(account="income").to_numpy()
    assert held[:5].tolist() == pytest.approx(np.cumsum(income)[:5].tolist(), rel=1e-9)
    assert data["fee_due"].sel(fee="vat").to_numpy()[5] == pytest.approx(
        0.0326 * (data["fee_income"] + data["late_charge"]).to_numpy()[:6].sum(), rel=1e-9
    )
    due = data["interest_due"].sel(tranche="A").to_numpy()
    assert due[:6].tolist() == pytest.approx([0, 0, 0, 0, 0, 780e6 * 0.04 * 47 / 365], rel=1e-12)
    # the surplus of six months buys: the pool stands above the notes from the first payment on
    assert data["pool_balance"].to_numpy()[6] > 1.04e9
    lost = (data["defaults"] - data["recoveries"]).to_numpy()[:5].sum()  # until then it lost what defaulted, no more
    waiting = data["account_balance"].sel(account="principal").to_numpy()[4]
    assert data["pool_balance"].to_numpy()[4] + waiting == pytest.approx(1e9 - lost, rel=1e-9)
    ds = stress.simulate(job, paths=1024)
    for note, coupon in (("A", 0.040), ("B", 0.048)):
        row = ds.sel(scenario="baseline", tranche=note)
        assert float(row["expected_loss"]) == 0.0
        assert float(row["price"]) == pytest.approx(1.0, abs=1e-6)
        assert float(row["irr"]) == pytest.approx((1.0 + coupon / 12) ** 12 - 1.0, abs=3e-4)


def test_dates_that_contradict_each_other_are_refused_with_the_date_to_write() -> None:
    refused = {
        ("closing_date", datetime.date(2022, 2, 15)): "2022-01-31 or 2022-02-28",
        ("issue_date", datetime.date(2022, 5, 10)): "before the last payment date, 2022-05-10",
        ("first_payment_date", datetime.date(2022, 1, 10)): "after issue, 2022-01-10: 2022-02-10 or later",
        ("first_payment_date", datetime.date(2022, 3, 12)): "2022-03-10, 2022-04-10",
        ("first_payment_date", datetime.date(2023, 3, 10)): "is no payment date",
    }
    for (key, date), words in refused.items():
        with pytest.raises(ValueError, match=words):
            deal(**{key: date})


def test_dates_that_lie_apart_get_a_note_that_says_what_they_do() -> None:
    assert not notes_of_deal(deal())
    (late,) = notes_of_deal(deal(**LATE))
    assert late.key == "issue_date"
    assert "nothing is paid before 2022-04-10, of month 3" in late.says
    (early,) = notes_of_deal(deal(issue_date=datetime.date(2010, 1, 1)))
    assert "4423 days of interest" in early.says
    months: Any = {"scheduled_months": 24, "legal_maturity_months": 24}
    (slip,) = notes_of_deal(deal(issue_date=datetime.date(2023, 1, 10), **months))
    assert "is the year right?" in slip.says
    (gathered,) = [n for n in notes_of_deal(deal(first_payment_date=datetime.date(2022, 5, 10))) if "days of" in n.says]
    assert "120 days of interest" in gathered.says


def test_a_deal_without_the_key_has_the_calendar_it_had() -> None:
    dates = calendar_of(deal())
    assert dates.first_payment == 1
    assert np.allclose(dates.fraction, 1.0 / 12.0)
