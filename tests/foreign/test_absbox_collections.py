"""When deals of AbsBox pay, and collections that are divided between accounts: worked by hand on a sample deal.

The pool is 200,000 over 3 months, 300,000 over 6 and 500,000 over 12, with a fee of 0.6% of it a month; first due in
February: 6,000 and 66,666.67 + 50,000 + 41,666.67 = 158,333.33 a month to April.
"""

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from absbox_deals import deal_of
from test_absbox import imported

import stress
from stress.errors import ConfigError
from stress.foreign.absbox import convert

PRINCIPAL = 2e5 / 3 + 3e5 / 6 + 5e5 / 12


def paid(deal: dict[str, Any], folder: Path) -> xr.Dataset:
    """Its cash flows by month without defaults."""
    return stress.replay(stress.load(imported(deal, folder)).but(paths=32), path=0)


def at(day: Any, first: str, stated: str) -> dict[str, Any]:
    deal = deal_of("static_cdr0")
    deal["dates"] |= {"payFreq": day, "firstPay": first, "stated": stated}
    return deal


def test_a_month_s_end_is_paid_a_day_later_over_as_many_days(tmp_path: Path) -> None:
    """Closing is 1 January, payments are on 31 January and 28 February: 30 days, 28 days, the issue a day later too."""
    deal = at("MonthEnd", "2022-01-31", "2023-09-30")
    imported = convert(deal)
    assert (imported.deal.issue_date, imported.deal.first_payment_date, imported.deal.payment_day) == (
        datetime.date(2022, 1, 2), datetime.date(2022, 2, 1), 1,
    )  # fmt: skip
    assert imported.deal.legal_maturity_months == 21  # January 2022 to September 2023, which is still paid
    assert any(line.startswith("dates.payFreq 'MonthEnd': payments, the issue and all dates") for line in imported.left)
    flows = paid(deal, tmp_path)
    due = flows["interest_due"].sel(tranche="A").values
    assert due[0] == pytest.approx(7e5 * 0.035 * 30 / 365)
    assert due[1] == pytest.approx(due[0] + (7e5 + due[0]) * 0.035 * 28 / 365)  # none of the first was paid
    np.testing.assert_allclose(flows["account_in"].sel(account="principal")[1:4], PRINCIPAL)
    assert str(flows["payment_date"].values[1])[:10] == "2022-03-01"  # what is due in February, on the 28th


def test_a_month_s_first_day_is_day_1(tmp_path: Path) -> None:
    """30 days and 31 from closing and from one to the next, as the file says them."""
    first, of_day = (convert(at(day, "2022-02-01", "2023-09-01")) for day in ("MonthFirst", ["DayOfMonth", 1]))
    assert first.deal == of_day.deal
    assert not any("payFreq" in line for line in first.left)
    assert (first.deal.payment_day, first.deal.issue_date) == (1, datetime.date(2022, 1, 1))


def test_dates_of_a_deal_that_pays_at_month_ends_are_those_of_the_file() -> None:
    """Of payments from 31 January on six lie before 31 July, as of ones on the 20th before 21 July."""
    deal = deal_of("revolve_one_cdr6")
    deal["dates"] |= {"payFreq": "MonthEnd", "firstPay": "2022-01-31", "stated": "2023-09-30"}
    deal["trigger"]["AfterDistribution"]["end of revolving"]["condition"] = [">=", "2022-07-31"]
    assert convert(deal).deal.revolving_months == 6
    deal["trigger"]["AfterDistribution"]["end of revolving"]["condition"] = [">=", "2022-08-01"]
    assert convert(deal).deal.revolving_months == 7
    deal["dates"]["firstPay"] = "2022-01-30"
    assert "dates.firstPay 2022-01-30: is not the last day of a month" in convert(deal).left


@pytest.mark.parametrize(
    "pattern", ["QuarterEnd", "QuarterFirst", "YearEnd", "SemiAnnual", ["DayOfMonth", 31], ["DayOfMonth"], [], 5, True]
)
def test_payments_that_are_not_monthly_are_refused_with_what_is_allowed(pattern: Any) -> None:
    """The engine pays each month."""
    with pytest.raises(ConfigError) as error:
        convert(at(pattern, "2022-02-20", "2023-09-20"))
    assert str(error.value).startswith(f"dates.payFreq = {pattern!r}: must be monthly")
    assert '"MonthEnd", "MonthFirst" or ["DayOfMonth", 20], a day from 1 to 28' in str(error.value)


INTEREST = [["accrueAndPayInt", "acc", ["A", "B", "M"]], *(["payPrin", "acc", [note]] for note in ("A", "B", "M"))]


def divided(collect: list[Any], *steps: list[Any]) -> dict[str, Any]:
    """Two accounts; steps of the second after notes are paid from the first."""
    deal = deal_of("static_cdr0")
    deal["accounts"] = {"acc": {"balance": 0}, "b": {"balance": 0}}
    deal["collect"] = collect
    deal["waterfall"]["amortizing"] = [*INTEREST, *steps]
    return deal


BOTH = [["CollectedInterest", [[0.7, "acc"], [0.3, "b"]]], ["CollectedPrincipal", [0.6, "acc"], [0.4, "b"]]]


def test_collections_are_divided_between_accounts_by_their_shares(tmp_path: Path) -> None:
    """A month has 4,200 + 95,000 in acc, 1,800 + 63,333.33 in b, which the residual note has."""
    flows = paid(divided(BOTH, ["payIntResidual", "b", "SUB"]), tmp_path)
    np.testing.assert_allclose(flows["account_in"].sel(account="acc")[1:4], 99_200.0)
    np.testing.assert_allclose(flows["account_in"].sel(account="b")[1:4], 1_800.0 + 0.4 * PRINCIPAL)
    assert float(flows["principal_paid"].sel(tranche="SUB", month=2)) == pytest.approx(1_800.0 + 0.4 * PRINCIPAL)
    to_notes = (flows["interest_paid"] + flows["principal_paid"]).sel(tranche=["A", "B", "M"]).sum("tranche")
    np.testing.assert_allclose(to_notes[1:4], 99_200.0)
    assert np.abs(flows["account_after"].sel(account=["income", "principal"])).max() == 0.0


def test_what_an_account_keeps_is_not_divided_again(tmp_path: Path) -> None:
    """Nothing is paid from b until the notes are repaid: it grows by the same share of each month's collections."""
    flows = paid(divided(BOTH), tmp_path)
    np.testing.assert_allclose(
        flows["account_after"].sel(account="b")[1:4], (1_800 + 0.4 * PRINCIPAL) * np.arange(1, 4)
    )


def test_one_source_may_be_divided_and_the_other_go_to_one_of_the_same_accounts(tmp_path: Path) -> None:
    """acc has half of the fees and all principal, b the other half: 3,000."""
    collect = [["CollectedInterest", [0.5, "acc"], [0.5, "b"]], ["CollectedPrincipal", "acc"]]
    imported = convert(divided(collect, ["payIntResidual", "b", "SUB"]))
    pays = {step.step: step.source for step in imported.deal.priority["amortization"]}
    assert pays["pay_interest"] == ("acc", "principal")
    assert pays["pay_principal"] == ("principal", "acc")
    flows = paid(divided(collect, ["payIntResidual", "b", "SUB"]), tmp_path)
    assert float(flows["principal_paid"].sel(tranche="SUB", month=2)) == pytest.approx(3_000.0)
    to_notes = (flows["interest_paid"] + flows["principal_paid"]).sel(tranche=["A", "B", "M"], month=2)
    assert float(to_notes.sum()) == pytest.approx(3_000.0 + PRINCIPAL)


def test_all_cash_may_be_divided_between_three_and_prepayments_must_be_as_principal() -> None:
    deal = divided([["CollectedCash", [0.2, "acc"], [0.3, "b"], [0.5, "c"]], ["CollectedPrepayment", "acc"]])
    deal["accounts"]["c"] = {"balance": 0}
    imported = convert(deal)
    first = [step for step in imported.deal.priority["amortization"] if step.step == "transfer"]
    assert [(step.source, step.to, step.share) for step in first] == [
        (("income",), "acc", 0.2), (("income",), "b", pytest.approx(0.375)), (("income",), "c", None),
        (("principal",), "acc", 0.2), (("principal",), "b", pytest.approx(0.375)), (("principal",), "c", None),
    ]  # fmt: skip
    assert "collect 'Prepayment': comes with principal here, not to 'acc'" in imported.left
    whole = divided([["CollectedCash", [[1.0, "acc"]]]])
    assert convert(whole).deal == convert(divided([["CollectedCash", "acc"]])).deal


def test_an_account_with_a_target_is_filled_by_its_share_as_well() -> None:
    deal = divided(BOTH, ["transfer", "acc", "b", {"reserve": "gap"}])
    deal["accounts"]["b"] = {"balance": 0, "type": {"fixReserve": 7_000}}
    (step,) = (step for step in convert(deal).deal.priority["amortization"] if step.step == "top_up")
    assert (step.account, step.target.amount, step.source) == ("b", 7_000.0, ("acc",))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([[0.5, "acc"], [0.4, "b"]], "0.5 to 'acc', 0.4 to 'b': must be shares above 0 of different accounts that add"),
        ([[1.5, "acc"], [-0.5, "b"]], "1.5 to 'acc', -0.5 to 'b': must be shares above 0"),
        ([[0.5, "acc"], [0.5, "acc"]], "must be shares above 0 of different accounts"),
        ([[0.5, "acc"], [0.5, "x"]], "collect 'CollectedCash': 'x' is none of the accounts: acc, b"),
        ([[0.5, "acc"], ["half", "b"]], "is not laid out as AbsBox lays it out"),
    ],
)
def test_shares_that_leave_something_open_are_refused(parts: list[Any], said: str) -> None:
    with pytest.raises(ConfigError) as error:
        convert(divided([["CollectedCash", parts]]))
    assert said in str(error.value)


def test_collections_of_one_pool_of_several_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"collect\[0\] \['PoolA'\]: is of a pool by its name: one pool is carried"):
        convert(divided([[["PoolA"], "CollectedCash", "acc"]]))


def test_the_residual_note_pari_passu_with_others_is_left_out_with_what_is_allowed() -> None:
    """It has what is left here: it has no balance that it could share by."""
    imported = convert(divided(BOTH, ["payPrin", "b", ["M", "SUB"]]))
    (line_left,) = (line for line in imported.left if "['payPrin', 'b', ['M', 'SUB']]" in line)
    assert line_left.endswith("has what is left after them (payPrinBySeq with SUB last, or payPrinResidual)")
