"""Cash flows month by month: conserved, equal to the run's own means, and the same in every file."""

import csv
import json
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import xarray as xr
from handed import Capture, Patch
from shipped import JOBS, loaded

import stress
from stress.analysis.monthly_flows import MONEY, VECTORS, cash_flows, mean_flows
from stress.cli import exit_code
from stress.inputs.deal.terms import Threshold, Trigger
from stress.inputs.job import Job
from stress.report import flows, workbook
from stress.report.flows import over
from stress.runs.trace import overdue_stock


@pytest.fixture(scope="module")
def job() -> Job:
    return loaded(JOBS / "baitiao-24m.toml")


@pytest.fixture(scope="module")
def mean(job: Job) -> xr.Dataset:
    return mean_flows(job, "macro_severe", 4_096)


@pytest.mark.parametrize(
    "name", ["baitiao-24m", "card-master-trust", "baitiao-2015", "auto-prime", "card-trust-2005-1"]
)
def test_principal_paid_and_left_is_the_note_and_the_pool_loses_what_it_pays_and_defaults(name: str) -> None:
    job = loaded(JOBS / f"{name}.toml")
    ds = cash_flows(job)
    original = (ds["balance"] + ds["principal"]).isel(month=0)
    assert np.allclose(ds["principal"].sum("month") + ds["balance"].isel(month=-1), original, rtol=1e-9, atol=1.0)
    out = sum(
        ds[k] for k in ("scheduled_principal", "prepaid", "cured_paid", "defaults", "dilution", "sold") if k in ds
    )
    opening = np.append(job.pool.balance, ds["pool_balance"].values[:-1])
    lost = np.abs(opening + ds["purchases"].values - out.values - ds["pool_balance"].values).max()
    assert lost < 1e-9 * job.pool.balance


def test_the_means_are_those_of_a_run_of_the_same_paths(job: Job, mean: xr.Dataset) -> None:
    ran = stress.simulate(job, paths=4_096, scenarios=["macro_severe"])
    sizes = np.array([note.amount or note.share * job.pool.balance for note in job.deal.notes])  # type: ignore[operator]
    assert np.allclose(mean["balance"].values, ran["note_balance_mean"].values[0].T * sizes, rtol=1e-9, atol=1e-2)
    assert np.allclose(mean["pool_balance"].values, ran["pool_balance_mean"].values[0] * job.pool.balance, rtol=1e-9)


def test_means_of_other_draws_differ_by_their_errors(job: Job, mean: xr.Dataset) -> None:
    other = mean_flows(job.but(seed=job.seed + 1), "macro_severe", 4_096)
    for name in (*MONEY, *VECTORS):
        error = np.hypot(mean[f"{name}_se"], other[f"{name}_se"]).values
        known = error > 1e-9 * np.abs(mean[name].values).max(initial=1e-12)
        z = (mean[name].values - other[name].values)[known] / error[known]
        assert np.abs(z).max(initial=0.0) < 6.0, name  # the largest of some 900 correlated figures
        assert np.sqrt(np.mean(z**2)) < 2.0 if z.size else True, name


def test_without_correlation_the_mean_is_the_deterministic_case() -> None:
    job = loaded(JOBS / "baitiao-2015.toml")
    calm = job.but(
        pool=job.pool.but(dependence=job.pool.dependence.but(rho=0.0, rho_prepayment=0.0, correlation_prepayment=0.0))
    )
    mean, case = mean_flows(calm, paths=1_024), cash_flows(calm)
    for name in ("pool_balance", "principal", "cdr", "dq60", "yield"):
        scale = float(np.abs(case[name]).max())
        assert np.abs(mean[name] - case[name]).max() < 1e-6 * scale, name


def test_vectors_follow_the_conventions_of_the_field(job: Job) -> None:
    ds = cash_flows(job, path=7)
    trace = stress.replay(job, path=7)
    start = trace["month_start_balance"].values[:30]
    assert np.allclose(ds["mdr"][:30], trace["defaults"].values[:30] / start)
    assert np.allclose(ds["cdr"], 1.0 - (1.0 - ds["mdr"]) ** 12)
    assert np.allclose(ds["cpr"], 1.0 - (1.0 - ds["smm"]) ** 12)
    some = ds["defaults"] > 1e-9 * job.pool.balance
    assert np.allclose(ds["severity"][some], 0.9)
    assert np.isnan(ds["severity"][~some]).all()
    assert (ds["dq30"] >= ds["dq60"]).all()
    assert (ds["dq60"] >= ds["dq90"]).all()


def unaccounted(job: Job, ds: xr.Dataset) -> np.ndarray:
    """By month: what came in, less what was paid, less what the accounts gained."""
    pool = ("scheduled_principal", "prepaid", "cured_paid", "dilution", "recoveries", "income")
    sold = ds["sale_proceeds"] if "sale_proceeds" in ds else ds.get("sold", 0.0)
    bought = ds["purchase_cost"] if "purchase_cost" in ds else ds["purchases"]
    lost = sum(ds.get(name, 0.0) for name in ("dilution_lost", "commingling_loss"))
    came = sum(ds[name] for name in pool) + sold - bought - lost
    went = sum(
        ds[name].sum(dim) for name, dim in (("interest", "tranche"), ("principal", "tranche"), ("fee_paid", "fee"))
    )
    if "received" in ds:
        came, went = came + ds["received"].sum("party"), went + ds["paid_out"].sum("party")
    before = sum((job.deal.opening_cash if job.state is None else job.state.accounts).values())
    kept = np.diff(ds["account_balance"].sum("account").values, prepend=before)
    return np.asarray((came - went).values - kept)


@pytest.mark.parametrize("month", [0, 5])
def test_cash_that_comes_in_goes_out_or_stays_with_what_parties_pay_and_are_paid(month: int) -> None:
    job = loaded(JOBS / "auto-swapped.toml")
    if month:
        job = job.but(state=stress.state_at(job, month, path=3))
    ds = cash_flows(job, path=3)
    assert np.abs(unaccounted(job, ds)).max() < 1e-9 * job.pool.balance
    assert np.count_nonzero(ds["sold"]) == 1
    assert not {"sale_proceeds", "purchase_cost", "dilution_lost", "commingling_loss"} & set(ds)  # all is at par
    assert float(ds["paid_out"].sel(party="swap").sum()) > 0.0
    assert (ds["paid_out"] >= 0.0).all()


def test_cash_adds_up_where_a_clean_up_and_purchases_are_not_at_par_and_cash_is_lost() -> None:
    """A pool that is sold at 96%, receivables bought at 98%, refunds of which half comes, days of cash gone."""
    job = loaded(JOBS / "baitiao-24m.toml")
    lost = (
        {"target": "commingled_days", "by_month": [[3, 5.0], [5, 0.0]], "how": "set"},
        {"target": "dilution_unpaid_share", "set": 0.5},
    )
    call = {"when": "pool < 0.1 * pool.cut_off", "price": "0.96 * pool"}
    job = job.but(
        deal=job.deal.but(clean_up=call, purchase_price=0.98),
        pool=job.pool.but(dilution=0.01),
        scenarios=(job.scenarios[0].but(shocks=lost),),
    )
    for ds in (cash_flows(job), mean_flows(job, paths=1_024)):
        assert np.abs(unaccounted(job, ds)).max() < 1e-9 * job.pool.balance
        assert float(ds["sale_proceeds"].sum()) == pytest.approx(0.96 * float(ds["sold"].sum()))
        assert float(ds["purchase_cost"].sum()) == pytest.approx(0.98 * float(ds["purchases"].sum()))
        assert np.flatnonzero(ds["commingling_loss"]).tolist() == [2, 3]
    titles = [
        head for title, sheet in flows.sheets(ds, list(VECTORS)) if title.startswith("Pool") for head in sheet.head
    ]
    assert titles[-5:] == ["sold", "sale proceeds", "paid for", "refunds lost", "lost in commingling"]


def test_severity_is_of_the_segments_that_default() -> None:
    """Loans late at closing default first: half of them in a segment that recovers all, half in one that recovers
    nothing, and that alone has new arrears, which default from the fourth month on."""
    job = loaded(JOBS / "auto-swapped.toml")
    good, bad = (
        job.pool.segments[0].but(name=name, share=0.5, new_share=None, entry_rate=rate, recovery=recovery)
        for name, rate, recovery in (("good", 0.0, 1.0), ("bad", 0.01, 0.0))
    )
    late = {"m1": 0.01, "m2": 0.01, "m3": 0.01}
    pool = job.pool.but(segments=(good, bad), delinquent=late, opening=())
    assert np.allclose(cash_flows(job.but(pool=pool))["severity"][:6], [0.5, 0.5, 0.5, 1.0, 1.0, 1.0])


def test_delinquency_is_what_a_trigger_of_the_deal_measures() -> None:
    job = loaded(JOBS / "card-master-trust.toml")
    watch = Trigger(
        name="watch", observable="overdue_60", breach="above", thresholds=(Threshold(limit=0.99),), effect="none"
    )
    watched = job.but(deal=job.deal.but(triggers=(*job.deal.triggers, watch)))
    trace = stress.replay(watched, path=3)
    value = trace["trigger_value"].sel(trigger="watch").values
    assert np.allclose(cash_flows(watched, path=3)["dq60"].values[:24], value[:24], rtol=1e-6, atol=1e-9)


def test_every_file_of_the_command_holds_the_same_numbers(tmp_path: Path, capsys: Capture) -> None:
    table, book = tmp_path / "f.csv", tmp_path / "f.xlsx"
    ask = ["cashflows", str(JOBS / "baitiao-24m.toml"), "--mean", "--paths", "1024"]
    assert exit_code([*ask, "--csv", str(table), "--xlsx", str(book), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    rows = list(csv.DictReader(table.read_text().splitlines()))
    sheets = openpyxl.load_workbook(book)
    assert said["months"] == list(range(1, 37))
    assert set(said) >= {"months", "notes", "pool", "fees", "accounts", "vectors"}
    assert set(said["notes"]["A"]) >= {"interest", "principal", "balance", "principal_se"}
    assert [float(row["A principal"]) for row in rows] == said["notes"]["A"]["principal"]
    assert [float(row["SMM"]) for row in rows] == said["vectors"]["smm"]
    heads = [cell.value for cell in sheets["A"][1]]
    assert heads[:3] == ["Month", "Collected until", "Payment"]
    at = heads.index("principal, CNY")
    column = [row[at] for row in sheets["A"].iter_rows(min_row=2, values_only=True)]
    assert column == pytest.approx(said["notes"]["A"]["principal"])
    assert {"Assumptions", "Provenance", "Vectors", "Pool"} <= set(sheets.sheetnames)
    assert "parties" not in said
    assert "job_hash" in [row[0] for row in sheets["Provenance"].iter_rows(values_only=True)]


def test_files_have_what_parties_pay_and_are_paid(tmp_path: Path, capsys: Capture) -> None:
    table, book = tmp_path / "f.csv", tmp_path / "f.xlsx"
    ask = ["cashflows", str(JOBS / "auto-swapped.toml"), "--csv", str(table), "--xlsx", str(book), "--json"]
    assert exit_code(ask) == 0
    said = json.loads(capsys.readouterr().out)["parties"]
    assert set(said) == {"swap", "liquidity bank"}
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [float(row["parties swap paid"]) for row in rows] == said["swap"]["paid"]
    first = next(openpyxl.load_workbook(book)["Parties"].iter_rows(min_row=2, values_only=True))
    assert first[3:5] == (said["swap"]["received"][0], said["swap"]["paid"][0])


def test_files_of_a_clock_that_pays_in_the_next_month_have_accounts_that_tie_out_and_say_of_when_they_are(
    tmp_path: Path, capsys: Capture
) -> None:
    table = tmp_path / "f.csv"
    ask = ["cashflows", str(JOBS / "platform-small-business.toml"), "--csv", str(table)]
    assert exit_code(ask) == 0
    assert "notes are after the payment of its collections in the next month" in " ".join(
        capsys.readouterr().out.split()
    )
    assert exit_code([*ask, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["collection_ends"][0] == "2020-04-30"
    assert said["payment_dates"][0] == "2020-05-26"
    principal = said["accounts"]["principal"]
    assert set(principal) == {"opening", "in", "out", "balance", "month_end"}
    for opening, came, went, left in zip(
        principal["opening"], principal["in"], principal["out"], principal["balance"], strict=True
    ):
        assert opening + came - went == pytest.approx(left, abs=1.0)
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [row["collection_end"] for row in rows] == said["collection_ends"]
    for name, key in (("out", "out"), ("balance", "balance"), ("month end", "month_end")):
        assert [float(row[f"accounts principal {name}"]) for row in rows] == principal[key]
    bought = [float(row["pool bought"]) for row in rows]
    assert [float(row["pool paid for at payment"]) for row in rows[:-1]] == pytest.approx(bought[1:], abs=1.0)


def test_a_series_of_a_trust_has_what_is_allocated_to_it_beside_the_pool_of_the_trust(capsys: Capture) -> None:
    assert exit_code(["cashflows", str(JOBS / "card-trust-2005-1.toml"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    series = said["series"]
    assert set(series) == {"invested", "income", "principal", "defaults", "reinvested"}
    assert 0.0 < series["principal"][0] < said["pool"]["scheduled_principal"][0]
    covered = [came + lost for came, lost in zip(series["principal"], series["defaults"], strict=True)]
    assert said["accounts"]["principal"]["in"][:36] == pytest.approx(covered[:36])  # income makes good what is lost


def test_the_table_tells_the_unit_and_what_was_averaged(capsys: Capture) -> None:
    assert exit_code(["cashflows", str(JOBS / "baitiao-24m.toml"), "--scenario", "macro_severe"]) == 0
    said = capsys.readouterr().out
    for words in ("macro_severe: deterministic", "Pool, CNY millions", "A, CNY millions", "Vectors, %", "CDR"):
        assert words in said
    assert exit_code(["cashflows", str(JOBS / "baitiao-24m.toml"), "--mean", "--path", "3"]) == 2
    assert exit_code(["cashflows", str(JOBS / "baitiao-24m.toml"), "--paths", "3"]) == 2
    assert exit_code(["cashflows", str(JOBS / "baitiao-24m.toml"), "--scenario", "none"]) == 2


def test_of_a_pool_that_is_sold_no_share_is_overdue(tmp_path: Path, capsys: Capture) -> None:
    """Only defaults are left then: they are no 100% of a pool."""
    table = tmp_path / "f.csv"
    ask = ["cashflows", str(JOBS / "auto-prime.toml"), "--csv", str(table)]
    ds = cash_flows(loaded(JOBS / "auto-prime.toml"))
    gone = ds["pool_balance"].values < 1e-9 * float(ds["pool_balance"][0])
    assert gone.any()
    assert not gone.all()
    for name in ("dq30", "dq60", "dq90"):
        assert np.isnan(ds[name].values[gone]).all()
        assert (ds[name].values[~gone] < 0.9).all()
    assert exit_code(ask) == 0
    last = [line for line in capsys.readouterr().out.splitlines() if line.strip()][-2].split()
    assert last.count("–") >= 3
    assert exit_code([*ask, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["vectors"]["dq60"][-1] is None
    assert list(csv.DictReader(table.read_text().splitlines()))[-1]["60+"] == ""


def test_defaults_of_a_path_whose_pool_is_sold_count_in_no_mean(job: Job) -> None:
    balance = job.pool.balance
    pool = np.array([[0.5, 0.5], [0.4, 0.0], [0.0, 0.0]]) * balance
    stock = overdue_stock(job, np.full((3, 2), 0.01 * balance), pool)
    assert np.allclose(stock / balance, [[0.01, 0.01], [0.02, 0.0], [0.0, 0.0]])


@pytest.mark.parametrize("width", [80, 150])
def test_no_date_or_number_of_means_is_cut(width: int, capsys: Capture, monkeypatch: Patch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert exit_code(["cashflows", str(JOBS / "baitiao-24m.toml"), "--mean", "--paths", "1024"]) == 0
    said = capsys.readouterr().out
    assert "…" not in said
    assert max(map(len, said.splitlines())) <= width
    assert said.count("2020-02-20") >= 6
    assert {"CDR", "30+", "yield"} <= set(said.split())


def test_the_tables_end_when_the_deal_is_over() -> None:
    ds = cash_flows(loaded(JOBS / "baitiao-2015.toml"))
    assert over(ds) <= ds.sizes["month"]
    assert float(ds["pool_balance"][over(ds) - 1 :].max()) < 1e-3 * float(ds["pool_balance"][0])


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "+2", "-3", "http://example.org", "{=1}"])
def test_a_name_in_a_workbook_is_text_and_never_a_formula(name: str, tmp_path: Path) -> None:
    table = workbook.Table(name, (workbook.Column(name, "text"), workbook.Column("x", "share")), [(name, 0.25)])
    workbook.write(tmp_path / "w.xlsx", [table, table], [(name, name)], {name: name})
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
            assert all(cell.hyperlink is None for cell in row)
    assert book.worksheets[0]["A2"].value == name
    assert book.worksheets[0]["B2"].number_format == "0.0000%"


def test_the_same_tables_give_the_same_bytes_and_sheets_have_names_that_excel_takes(tmp_path: Path) -> None:
    names = ["a/b:c", "a b c", "x" * 40, "x" * 41, "优先A级" * 9, ""]
    tables = [workbook.Table(name, (workbook.Column("k", "text"),), [("v",)]) for name in names]
    data = workbook.write(tmp_path / "1.xlsx", tables, [], {}).read_bytes()
    assert workbook.write(tmp_path / "2.xlsx", tables, [], {}).read_bytes() == data
    sheet_names = workbook.names_of(tables)
    assert len({name.lower() for name in sheet_names}) == len(names)
    assert all(0 < len(name) <= 31 for name in sheet_names)


def test_a_scenario_with_a_probability_has_cash_flows_of_its_own() -> None:
    job = stress.load(Path(__file__).parents[2] / "scenarios/jobs/baitiao-24m-mixture.toml")
    assert any(case.probability for case in job.scenarios)
    assert cash_flows(job, job.scenarios[-1].name).sizes["month"] == job.deal.legal_maturity_months


def test_no_fee_is_due_before_the_first_payment_of_a_deal_issued_late(capsys: Capture) -> None:
    """First payment in month 6: what fees accrue until then stood as due in months 1 to 5, a sum that grew."""
    job = loaded(JOBS / "microcredit-late-issue.toml")
    ahead = slice(0, 5)
    for ds in (cash_flows(job), cash_flows(job, path=3), mean_flows(job, paths=1_024)):
        due, paid = ds["fee_due"].values, ds["fee_paid"].values
        assert not due[ahead].any()
        assert due[5] == pytest.approx(paid[5])
        assert (due[5] > due[6]).all()
    assert exit_code(["replay", str(JOBS / "microcredit-late-issue.toml"), "--path", "3", "--json"]) == 0
    months = json.loads(capsys.readouterr().out)["months"]
    assert not any(months["fee_due vat"][ahead])
    assert months["fee_due vat"][5] == pytest.approx(months["fee_paid vat"][5])
