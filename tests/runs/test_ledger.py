"""Accounts tie out row by row on every clock: what a month collects, the payment made from it, and what is left."""

import functools

import numpy as np
import pytest
import xarray as xr
from shipped import JOBS

import stress
from stress.analysis.monthly_flows import cash_flows, mean_flows
from stress.analysis.positions import positions
from stress.inputs.job import Job

DEALS = ("auto-swapped", "baitiao-24m", "baitiao-2018-abn", "platform-small-business", "warehouse-baitiao")
"""A swap and a facility; purchases day by day; a payment that takes collections of its own month; purchases at payment
dates; notes that are drawn."""
ON_CLOCKS = [
    *((name, clock) for name in DEALS for clock in ("monthly", "daily")),
    *((name, "payment_date") for name in ("auto-swapped", "platform-small-business", "warehouse-baitiao")),
    ("card-trust-2005-1", "monthly"),
]


@functools.cache
def flows_of(name: str, clock: str) -> tuple[Job, xr.Dataset]:
    job = stress.load(JOBS / f"{name}.toml")
    assert isinstance(job, Job)
    job = job.but(clock=clock)
    return job, cash_flows(job, path=3)


@pytest.mark.parametrize(("name", "clock"), ON_CLOCKS)
def test_an_account_opens_with_what_the_payment_before_left_and_its_in_less_its_out_is_what_this_one_leaves(
    name: str, clock: str
) -> None:
    job, ds = flows_of(name, clock)
    off = ds["account_opening"] + ds["account_in"] - ds["account_out"] - ds["account_balance"]
    assert float(np.abs(off).max()) < 1e-9 * job.pool.balance
    assert np.array_equal(ds["account_opening"].values[1:], ds["account_balance"].values[:-1])
    assert float(ds["account_opening"][0].sum()) == sum(job.deal.opening_cash.values())
    assert min(float(ds["account_in"].min()), float(ds["account_out"].min())) > -1e-9 * job.pool.balance
    assert float(ds["account_out"].max()) > 0.01 * job.pool.balance


@pytest.mark.parametrize(("name", "clock"), ON_CLOCKS)
def test_what_all_accounts_gain_in_a_row_is_what_its_month_collects_less_what_is_paid_and_bought(
    name: str, clock: str
) -> None:
    job, ds = flows_of(name, clock)
    gained = (ds["account_balance"] - ds["account_opening"]).sum("account")
    assert float(np.abs(gained - collected(ds) + bought(ds) + paid(ds)).max()) < 1e-9 * job.pool.balance


@pytest.mark.parametrize("clock", ["daily", "payment_date"])
@pytest.mark.parametrize("name", ["auto-swapped", "platform-small-business", "warehouse-baitiao"])
def test_at_a_months_end_accounts_hold_what_the_payment_before_left_and_the_month_collected(
    name: str, clock: str
) -> None:
    """In the last month the payment does not wait."""
    job, ds = flows_of(name, clock)
    in_month = ds["bought_in_month"] if "bought_in_month" in ds else cost(ds)
    held = ds["account_opening"].sum("account") + collected(ds) - in_month
    off = (held - ds["account_month_end"].sum("account"))[:-1]
    assert float(np.abs(off).max()) < 1e-9 * job.pool.balance


@pytest.mark.parametrize("clock", ["daily", "payment_date"])
def test_the_last_row_but_the_final_one_has_the_accounts_that_a_state_of_its_month_reports(clock: str) -> None:
    job, ds = flows_of("platform-small-business", clock)
    state = stress.state_at(job, 3, path=3)
    balances = ds["account_month_end"].isel(month=2)
    assert {str(a): float(balances.sel(account=a)) for a in balances["account"].values} == pytest.approx(state.accounts)


def test_all_that_is_bought_is_bought_in_a_month_or_at_a_payment() -> None:
    _, ds = flows_of("baitiao-24m", "daily")
    assert float(ds["bought_at_payment"].sum()) > 0.0
    assert float((ds["bought_in_month"] + ds["bought_at_payment"]).sum()) == pytest.approx(float(cost(ds).sum()))
    assert float(ds["bought_in_month"].min()) > -1.0
    assert not {"bought_in_month", "account_month_end"} & set(flows_of("baitiao-24m", "monthly")[1])


@pytest.mark.parametrize(
    ("name", "clock", "month"), [("baitiao-24m-daily", "daily", 14), ("auto-swapped", "payment_date", 5)]
)
def test_a_payment_that_waits_at_the_state_is_the_first_row_of_the_rest_of_the_life(
    name: str, clock: str, month: int
) -> None:
    job = stress.load(JOBS / f"{name}.toml")
    assert isinstance(job, Job)
    job = job.but(clock=clock, scenarios=job.scenarios[:1])
    state = stress.state_at(job, month, path=3)
    later, whole = cash_flows(job.but(state=state), path=3), cash_flows(job, path=3)
    owed = np.array([note.balance for note in state.notes.values()])
    assert later["month"].values.tolist() == list(range(month, job.deal.legal_maturity_months + 1))
    assert (later["principal"].sum("month") + later["balance"][-1]).values == pytest.approx(owed)
    assert float(later["account_opening"][0].sum()) == pytest.approx(sum(state.accounts.values()))
    for paid_then in ("principal", "interest", "fee_paid", "account_balance"):
        assert later[paid_then].values == pytest.approx(whole[paid_then].values[month - 1 :], abs=1.0)
    assert not any(float(later[of_month][0]) for of_month in ("defaults", "prepaid", "income", "purchases"))
    trace = stress.replay(job.but(state=state), path=3)
    assert trace["principal_paid"].values == pytest.approx(later["principal"].values)


def test_a_class_has_the_same_support_on_every_clock_though_cash_waits_for_its_payment_on_some() -> None:
    """Cash at a month's end pays the notes of the next payment: it does not stand beside what that leaves of them."""
    job = stress.load(JOBS / "auto-swapped.toml")
    assert isinstance(job, Job)
    job = job.but(pool=job.pool.but(cash_rate=0.0))
    monthly, *others = (positions(job.but(clock=clock), 1) for clock in ("monthly", "daily", "payment_date"))
    for other in others:
        assert other.attachment[:6] == pytest.approx(monthly.attachment[:6], abs=2e-4)
        assert other.detachment[:6] == pytest.approx(monthly.detachment[:6], abs=2e-4)


def test_means_tie_out_as_single_paths_do() -> None:
    job, _ = flows_of("platform-small-business", "payment_date")
    ds = mean_flows(job, paths=1_024)
    off = ds["account_opening"] + ds["account_in"] - ds["account_out"] - ds["account_balance"]
    assert float(np.abs(off).max()) < 1e-9 * job.pool.balance
    assert float(ds["account_in_se"].max()) > 0.0


def collected(ds: xr.Dataset) -> xr.DataArray:
    """Of a series of a trust what is allocated to it."""
    if "series_income" in ds:
        earned = stress.replay(flows_of("card-trust-2005-1", "monthly")[0], path=3)["cash_interest"]
        return ds["series_income"] + ds["series_principal"] + earned.values
    names = ("scheduled_principal", "prepaid", "cured_paid", "dilution", "recoveries", "income")
    lost = ds.get("dilution_lost", 0.0) + ds.get("commingling_loss", 0.0)
    return sum(ds[name] for name in names) + ds.get("sale_proceeds", ds.get("sold", 0.0)) - lost


def cost(ds: xr.Dataset) -> xr.DataArray:
    return ds["purchase_cost"] if "purchase_cost" in ds else ds["purchases"]


def bought(ds: xr.Dataset) -> xr.DataArray:
    if "series_income" in ds:
        return ds["reinvested"]
    return ds["bought_in_month"] + ds["bought_at_payment"] if "bought_in_month" in ds else cost(ds)


def paid(ds: xr.Dataset) -> xr.DataArray:
    to = ds["interest"].sum("tranche") + ds["principal"].sum("tranche") + ds["fee_paid"].sum("fee")
    return to + (ds["paid_out"] - ds["received"]).sum("party") if "received" in ds else to
