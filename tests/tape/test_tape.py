"""Loan tapes: what is kept, what is dropped, and a pool that pays as its loans do."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from shipped import JOB, SCENARIOS

import stress
from stress.cli import exit_code
from stress.errors import ConfigError, DataError
from stress.inputs.load import load, load_job
from stress.inputs.pool import Pool
from stress.tape import aggregate, baitiao_tape, clean, gather, pool_of, read_tape
from stress.tape.pool import pool_to_toml

BASE = SCENARIOS / "pools" / "baitiao.toml"
HEAD = "level,term,remaining,days_past_due,balance,monthly_fee\n"


def written(tmp_path: Path, rows: str) -> Path:
    file = tmp_path / "tape.csv"
    file.write_text(HEAD + rows)
    return file


def base() -> Pool:
    model = load(BASE)
    assert isinstance(model, Pool)
    return model


def test_the_example_tape_has_the_published_stratification_within_four_standard_errors():
    n = 200_000
    stock = aggregate(clean(baitiao_tape(n, seed=3)).loans)
    balance = baitiao_tape(n, seed=3)["balance"].to_numpy()
    unit_error = np.sqrt((balance**2).sum()) / balance.sum()  # of a balance-weighted share, but for sqrt(p (1 - p))

    def close(share: float, truth: float) -> bool:
        return abs(share - truth) < 4.0 * unit_error * np.sqrt(truth * (1.0 - truth))

    assert close(stock.late[:, 0].sum() / stock.balance, 0.99)
    assert close(stock.small, 0.65)
    assert close(stock.fee_free.sum() / stock.late[:, 0].sum(), 0.5649)
    for got, want in zip(stock.late.sum(axis=1) / stock.balance, (0.015, 0.585, 0.385, 0.015), strict=True):
        assert close(float(got), want)


def test_a_seed_gives_the_same_tape():
    pd.testing.assert_frame_equal(baitiao_tape(500, seed=9), baitiao_tape(500, seed=9))
    assert not baitiao_tape(500, seed=9).equals(baitiao_tape(500, seed=10))


def test_csv_and_parquet_give_the_same_pool(tmp_path):
    pytest.importorskip("pyarrow")
    tape = baitiao_tape(5_000)
    tape.to_csv(tmp_path / "a.csv", index=False)
    tape.to_parquet(tmp_path / "a.parquet")
    of_csv, of_parquet = (
        pool_of(aggregate(clean(read_tape(tmp_path / name)).loans), "x", "", base()) for name in ("a.csv", "a.parquet")
    )
    assert of_csv == of_parquet


def test_csv_is_read_without_arrow_too(tmp_path, monkeypatch):
    file = written(tmp_path, "L1,3,2,0,100.5,0.005\nL1,3,oops,0,1,0\n")
    monkeypatch.setattr("stress.tape.source.arrow_module", lambda name: None)
    assert clean(read_tape(file)).loans["balance"].tolist() == [100.5]
    with pytest.raises(ConfigError, match="pyarrow"):
        read_tape(tmp_path / "x.parquet" if (tmp_path / "x.parquet").write_bytes(b"x") else file)


def test_every_dropped_row_has_one_reason(tmp_path):
    rows = {
        "L1,12,5,0,1000,0.005": None,
        "L1,12,5,90,1000,0.005": None,
        ",12,5,0,1000,0.005": "no level",
        "L1,twelve,5,0,1000,0.005": "no number",
        "L1,12,5,0,,0.005": "no number",
        "L1,12,5,0,inf,0.005": "no number",
        "L1,12,5,0,0,0.005": "zero",
        "L1,12,5,0,-3,0.005": "negative",
        "L1,361,5,0,1000,0.005": "term",
        "L1,12,13,0,1000,0.005": "instalments left",
        "L1,12,2.5,0,1000,0.005": "instalments left",
        "L1,12,5,-1,1000,0.005": None,
        "L1,12,0,10,1000,0.005": None,
        "L1,12,0,0,1000,0.005": "instalments left",
        "L1,12,5,91,1000,0.005": "more than 90",
        "L1,12,5,0,1000,-0.5": "fee",
    }
    cleaned = clean(read_tape(written(tmp_path, "\n".join(rows) + "\n")))
    assert len(cleaned.loans) == 4
    assert sum(d.n for d in cleaned.dropped) == len(rows) - 4
    said = " | ".join(d.reason for d in cleaned.dropped)
    assert all(reason in said for reason in rows.values() if reason)
    default = next(d for d in cleaned.dropped if "90" in d.reason)
    assert (default.balance, default.first_row) == (1000.0, 16)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "=1+1,3,2,0,100,0\n", r"row 2, column 'level': '=1\+1': is a spreadsheet formula"),
        (HEAD + "L1,3,2,0,100,0\n@SUM(A1),3,2,0,100,0\n", "row 3, column 'level'"),
        (HEAD + "L1,3,2,0,=B2*2,0\n", "column 'balance'"),
        (HEAD, "no loans"),
        ("", "it is empty"),
        ("level,term\nL1,3\n", r"no column 'remaining' \(instalments left to pay\); it has level, term"),
        (HEAD.replace("balance", "balances") + "L1,3,2,0,1,0\n", "--column balance=balances"),
        (HEAD + "L1,3,2,0,true,0\nL1,3,2,0,false,0\n", "true and false"),
        (HEAD + 'L1,3\n"L1,3,2,0', "CSV"),
    ],
)
def test_a_wrong_tape_is_refused_with_the_place(tmp_path, text, said):
    file = tmp_path / "tape.csv"
    file.write_text(text)
    with pytest.raises(DataError, match=said):
        read_tape(file)


def test_files_that_are_no_tapes_are_refused(tmp_path):
    pytest.importorskip("pyarrow")
    (tmp_path / "x.parquet").write_bytes(b"PAR1 nonsense")
    (tmp_path / "x.csv").write_bytes(b"level,term\n\xff\xfe\x00")
    for name, said in (
        ("x.parquet", "not a Parquet"),
        ("x.csv", "x.csv"),
        ("none.csv", "no such file"),
        (".", "is a folder"),
    ):
        with pytest.raises(DataError, match=said):
            read_tape(tmp_path / name)
    with pytest.raises(DataError, match="address"):
        read_tape("https://example.org/tape.csv")


def test_the_levels_of_tape_and_pool_must_agree():
    tape = baitiao_tape(100).assign(level=pd.Categorical(["X"] * 100))
    stock = aggregate(tape)
    with pytest.raises(ConfigError, match="level 'X'"):
        pool_of(stock, "x", "", base())
    slash = baitiao_tape(100).assign(level=pd.Categorical(["a/b"] * 100), days_past_due=[0, 0, 20, 50] * 25)
    with pytest.raises(DataError, match=r"'a/b'.*without slash"):
        pool_of(aggregate(slash), "x", "")
    many = baitiao_tape(100).assign(level=pd.Categorical([f"s{k}" for k in range(100)]))
    with pytest.raises(DataError, match="16"):
        aggregate(many)


def test_a_tape_that_shows_no_rates_or_is_unlike_its_pool_makes_none(tmp_path):
    current = aggregate(baitiao_tape(100).assign(days_past_due=0))
    with pytest.raises(DataError, match="none in M1 or M2, so it shows no rates: give a pool to be --like"):
        pool_of(current, "x", "")
    card = load(SCENARIOS / "pools/constant-payment.toml")
    assert isinstance(card, Pool)
    level = aggregate(baitiao_tape(100).assign(level=pd.Categorical([card.segments[0].name] * 100)))
    with pytest.raises(ConfigError, match="the other pool has payment_rate: a tape of instalments needs a pool with"):
        pool_of(level, "x", "", card)
    with pytest.raises(DataError, match="no loan is left in the pool"):
        aggregate(baitiao_tape(100)[:0])
    with pytest.raises(DataError, match="no loan is left in the pool"):
        gather(written(tmp_path, "L1,3,2,0,0,0.005\n"), allowed=1.0)


def test_a_pool_from_a_tape_survives_its_file(tmp_path):
    stock = aggregate(clean(baitiao_tape(20_000)).loans)
    for like in (base(), None):
        pool = pool_of(stock, "from tape", "a tape", like)
        (tmp_path / "pool.toml").write_text(pool_to_toml(pool, "made"))
        assert load(tmp_path / "pool.toml") == pool
        assert pool.balance == pytest.approx(stock.balance, rel=1e-11)
    assert all(s.entry_rate > 0.0 for s in pool.segments)


def test_the_command_writes_a_pool_that_check_accepts(tmp_path, capsys):
    assert exit_code(["new", "tape", "made", "-o", str(tmp_path), "--loans", "3000", "--seed", "5"]) == 0
    tape, pool = tmp_path / "made.csv", tmp_path / "pool.toml"
    assert exit_code(["new", "tape", "made", "-o", str(tmp_path)]) == 2
    capsys.readouterr()
    assert exit_code(["pool", str(tape), "--like", str(BASE), "-o", str(pool), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["loans"] == 3000
    assert exit_code(["check", str(pool)]) == 0
    assert exit_code(["pool", str(tape), "--column", "size=balance"]) == 2
    tape.write_text(HEAD + "L1,3,2,0,=1,0\n")
    assert exit_code(["pool", str(tape)]) == 3


def loan_by_loan(tape: pd.DataFrame, pool: Pool, n_month: int) -> dict[str, np.ndarray]:
    """Expected cash of every loan on its own, month by month, without purchases: one-step default, then instalments."""
    rate = {s.name: s for s in pool.segments}
    flow = {
        name: np.zeros(n_month) for name in ("defaults", "scheduled_principal", "prepaid", "fee_income", "recoveries")
    }
    for row in tape.itertuples():
        level, alive = rate[str(row.level)], 1.0
        instalment, fee = row.balance / row.remaining, row.monthly_fee * row.balance * row.term / row.remaining
        for t in range(min(row.remaining, n_month)):
            left = row.remaining - t
            lost = alive * level.entry_rate
            flow["defaults"][t] += lost * left * instalment
            for lag, share in enumerate(pool.recovery_lag, 1):
                if t + lag < n_month:
                    flow["recoveries"][t + lag] += share * level.recovery * lost * left * instalment
            alive -= lost
            flow["scheduled_principal"][t] += alive * instalment
            flow["fee_income"][t] += alive * fee
            flow["prepaid"][t] += alive * level.prepayment * (left - 1) * instalment
            alive *= 1.0 - level.prepayment
    return flow


def test_the_pool_of_a_tape_pays_what_its_loans_pay():
    tape = baitiao_tape(400, seed=2).assign(days_past_due=0)
    like = base()
    still = {"ladder": None, "supply": {"multiple": 0.0}, "dependence": {"rho": 0.0, "phi": 0.5}, "delinquent": {}}
    like = Pool.model_validate_json(json.dumps(like.model_dump(mode="json", exclude_none=True) | still))
    pool = pool_of(aggregate(tape), "tape", "", like)
    job = load_job(JOB)
    job = job.model_copy(update={"pool": pool, "scenarios": job.scenarios[:1]})
    data = stress.replay(job, path=0)
    flow = loan_by_loan(tape, pool, data.sizes["month"])
    for name, want in flow.items():
        got = data[name]
        got = got.sum([d for d in got.dims if d != "month"]).to_numpy()
        np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-8 * pool.balance, err_msg=name)


def test_a_tape_of_loans_with_level_payments_makes_a_pool_that_bears_its_interest(tmp_path):
    """Of a line the rate is the mean over balance: 300 at 6% and 100 at 2% are 5%; of the level 700 at 5.5%."""
    rows = ("a,60,48,0,300,0.06", "a,60,48,0,100,0.02", "a,72,70,0,300,0.0616666667", "a,60,10,12,50,0.07",
            "a,60,10,45,20,0.07")  # fmt: skip
    file = tmp_path / "autos.csv"
    file.write_text(HEAD.replace("monthly_fee", "rate") + "\n".join(rows))
    out = tmp_path / "autos.toml"
    assert exit_code(["pool", str(file), "--column", "apr=rate", "--currency", "USD", "-o", str(out)]) == 0
    pool = load(out)
    assert isinstance(pool, Pool)
    first, second = pool.opening
    assert (first.kind, first.apr, first.share) == ("level", pytest.approx(0.05), pytest.approx(4 / 7))
    assert second.apr == pytest.approx(0.0616666667)
    assert pool.segments[0].apr == pytest.approx((400 * 0.05 + 300 * 0.0616666667) / 700)
    assert {(plan.kind, plan.always_fee_free) for plan in pool.plans} == {("level", False)}
    assert pool.segments[0].monthly_fee == pool.fee_free_share == 0.0


def test_interest_is_a_fraction_or_a_percent_and_what_is_neither_is_refused(tmp_path):
    rates = {"0.0599\n{}0.199": 0.0599, "5.99\n{}19.9": 0.0599, "5.99%\n{}19.9%": 0.0599, "0.5\n{}19.9": None}
    for text, read in rates.items():
        file = tmp_path / "autos.csv"
        file.write_text(HEAD.replace("monthly_fee", "rate") + "a,60,48,0,100," + text.format("a,60,47,0,100,"))
        if read is None:
            with pytest.raises(DataError, match="above 1 a year, so no fraction, and not all rates can be percents"):
                read_tape(file, {"apr": "rate"})
        else:
            assert read_tape(file, {"apr": "rate"})["monthly_fee"].iloc[0] == pytest.approx(read)


@pytest.mark.parametrize(
    ("kind", "name", "file"),
    [("tape", "loans.csv", "loans.csv"), ("pool", "mine.toml", "mine.toml"), ("pool", "v1.2", "v1.2.toml")],
)  # fmt: skip
def test_a_name_with_the_ending_of_its_file_does_not_have_it_twice(
    kind: str, name: str, file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["--loans", "10"] if kind == "tape" else []
    assert exit_code(["new", kind, name, "-o", str(tmp_path), *more]) == 0
    assert [path.name for path in tmp_path.iterdir()] == [file]
