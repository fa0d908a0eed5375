"""One pool in many spellings: a tape gives the same balances, or is refused naming column, row and cell.

The tapes are made up. MBA codes: the Mortgage Bankers Association's method (3: 30-59 days past due, 6: 60-89, 9: 90+).
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stress.cli import exit_code
from stress.errors import DataError, LimitError
from stress.tape import gather
from stress.tape import source as source_module

N = 400
HEAD = "level,term,remaining,days_past_due,balance,monthly_fee"


def loans() -> pd.DataFrame:
    """400 loans, one in eight late by 15, 45 or 75 days: the middles of the buckets."""
    draw = np.random.default_rng(5)
    term = draw.choice([3, 6, 12, 24], N)
    return pd.DataFrame(
        {
            "level": draw.choice(["A", "B", "C"], N),
            "term": term,
            "remaining": [int(draw.integers(1, n + 1)) for n in term],
            "days_past_due": draw.choice([0, 15, 45, 75], N, p=[0.88, 0.06, 0.04, 0.02]),
            "balance": np.round(draw.uniform(800.0, 9_999.0, N), 2),
            "monthly_fee": draw.choice([0.0, 0.006, 0.009], N),
        }
    )


LOANS = loans()


def csv(frame: pd.DataFrame, sep: str = ",", head: str = HEAD) -> str:
    text = [head.replace(",", sep), *(sep.join(map(str, row)) for row in frame.itertuples(index=False))]
    return "\n".join(text) + "\n"


def changed(column: str, to) -> str:
    return csv(LOANS.assign(**{column: [to(x) for x in LOANS[column]]}))


def bucket(days: int) -> int:
    return (days + 15) // 30


def comma(x: float) -> str:
    return f"{x:g}".replace(".", ",") if x < 100 else f"{x:,.2f}".translate(str.maketrans(",.", ".,"))


SAME: dict[str, tuple[str | bytes, list[str]]] = {
    "thousands": (changed("balance", lambda x: f'"{x:,.2f}"'), []),
    "dollars": (changed("balance", lambda x: f'"${x:,.2f}"'), []),
    "yuan": (changed("balance", lambda x: f"¥{x:.2f}"), []),
    "percents with signs": (changed("monthly_fee", lambda x: f"{100 * x:.2f}%"), []),
    "percents without": (changed("monthly_fee", lambda x: f"{100 * x:.2f}"), []),
    "paid ahead": (changed("days_past_due", lambda d: d or -3), []),
    "empty where not late": (changed("days_past_due", lambda d: d or ""), []),
    "days in words": (changed("days_past_due", lambda d: f"{d} days"), []),
    "months in words": (changed("term", lambda n: f"{n} months"), []),
    "Chinese months": (changed("term", lambda n: f"{n}期"), []),
    "codes of buckets": (changed("days_past_due", lambda d: bucket(d) or "C"), []),
    "numbers of buckets": (changed("days_past_due", bucket), ["--late", "buckets"]),
    "MBA codes": (changed("days_past_due", lambda d: {0: "C", 15: "C"}.get(d, 3 * (bucket(d) - 1))), []),
    "semicolons": (csv(LOANS, ";"), []),
    "tabs": (csv(LOANS, "\t"), []),
    "decimal commas": (
        csv(LOANS.assign(balance=LOANS["balance"].map(comma), monthly_fee=LOANS["monthly_fee"].map(comma)), ";"),
        [],
    ),
    "a prospectus line above": ("Notes offered by prospectus (see, in part, the deed)\n\n" + csv(LOANS), []),
    "other capitals": (csv(LOANS, head="Level,Term,Remaining,Days Past Due,Balance,Monthly Fee"), []),
    "UTF-16": (csv(LOANS).encode("utf-16"), []),
    "Latin-1": (csv(LOANS, head=HEAD.replace("level", "catégorie")).encode("latin-1"), ["--column", "level=catégorie"]),
    "GBK": (csv(LOANS, head=HEAD.replace("level", "评级")).encode("gbk"), ["--column", "level=评级"]),
}


def written(folder: Path, content: str | bytes, name: str = "tape.csv") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def balances(capsys, file: Path, *options: str) -> dict[str, dict[str, float]]:
    capsys.readouterr()
    assert exit_code(["pool", str(file), "--json", *options]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)["levels"]


def truth(frame: pd.DataFrame = LOANS) -> dict[str, dict[str, float]]:
    names = ("current", "m1", "m2", "m3")
    at = frame["days_past_due"].map(bucket)
    return {
        level: {
            name: float(frame.loc[(frame["level"] == level) & (at == k), "balance"].sum())
            for k, name in enumerate(names)
        }
        for level in sorted(set(frame["level"]))
    }


def same(got: dict[str, dict[str, float]], want: dict[str, dict[str, float]]) -> None:
    assert set(got) == set(want)
    for level, late in want.items():
        assert got[level] == pytest.approx(late, abs=1e-6)


@pytest.mark.parametrize("arrow", [True, False])
@pytest.mark.parametrize("spelling", SAME)
def test_a_tape_is_the_same_pool_in_every_spelling(tmp_path, capsys, monkeypatch, spelling, arrow):
    if not arrow:
        monkeypatch.setattr(source_module, "arrow_module", lambda name: None)
    content, options = SAME[spelling]
    want = LOANS
    if spelling == "MBA codes":  # 1-29 days are current there
        want = LOANS.assign(days_past_due=LOANS["days_past_due"].replace(15, 0))
        capsys.readouterr()
        got = gather(written(tmp_path, content)).stock
        np.testing.assert_allclose(got.late[:, 0], [late["current"] for late in truth(want).values()])
        np.testing.assert_allclose(got.late[:, 2], [late["m2"] for late in truth(want).values()])
        return
    same(balances(capsys, written(tmp_path, content), *options), truth(want))


@pytest.mark.parametrize("index", ["level", ["level", "term"]])
def test_an_index_of_pandas_is_a_column_like_any_other(tmp_path, capsys, index):
    pytest.importorskip("pyarrow")
    LOANS.set_index(index).to_parquet(tmp_path / "tape.parquet")
    same(balances(capsys, tmp_path / "tape.parquet"), truth())


def test_a_workbook_is_a_tape_too(tmp_path, capsys):
    excel = pytest.importorskip("openpyxl")
    book = excel.Workbook()
    book.active.append(["Cut-off 31 December"])
    book.active.append(HEAD.split(","))
    for row in LOANS.itertuples(index=False):
        book.active.append([x.item() if hasattr(x, "item") else x for x in row])
    book.save(tmp_path / "tape.xlsx")
    same(balances(capsys, tmp_path / "tape.xlsx"), truth())
    other = book.copy_worksheet(book.active)
    other.title = "as of June"
    other.delete_rows(10, 5)
    book.save(tmp_path / "two.xlsx")
    assert exit_code(["pool", str(tmp_path / "two.xlsx"), "--json"]) == 3
    said = capsys.readouterr().err
    assert f"2 sheets that hold a tape: 'Sheet', 'as of June'; say which, such as '{tmp_path}/two.xlsx#Sheet'" in said
    same(balances(capsys, tmp_path / "two.xlsx#Sheet"), truth())
    assert exit_code(["check", str(tmp_path / "two.xlsx#as of June")]) == 0


def test_a_sheet_beside_the_tape_that_holds_none_is_passed_over(tmp_path):
    excel = pytest.importorskip("openpyxl")
    book = excel.Workbook()
    book.save(tmp_path / "empty.xlsx")
    with pytest.raises(DataError, match="has no sheet with cells"):
        gather(tmp_path / "empty.xlsx")
    book.create_sheet("notes").append(["Notes"])
    sheet = book.create_sheet("loans")
    for row in (HEAD.split(","), ["A", 6, 3, 0, 100.0, 0.006], [], ["B", 6, 3, 15, 50.0, 0.006]):
        sheet.append(row)
    book.save(tmp_path / "tape.xlsx")
    got = gather(tmp_path / "tape.xlsx", allowed=0.5)
    assert (got.stock.n, got.stock.level) == (2, ("A", "B"))


def test_a_fee_that_stands_in_no_row_of_a_chunk_is_blank_there_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(source_module, "CHUNK", 2)
    monkeypatch.setattr(source_module, "arrow_module", lambda name: None)
    rows = "A,6,3,0,100,0.006\nA,6,3,0,100,0.006\nA,6,3,0,100,\nA,6,3,0,100,\n"
    gathered = gather(written(tmp_path, HEAD + "\n" + rows), allowed=0.6)
    assert (gathered.n_read, gathered.stock.n) == (4, 2)
    lost = gathered.dropped[0]
    assert (lost.n, lost.first_row, lost.column, lost.cell) == (2, 4, "monthly_fee", "")


def test_numbers_of_a_parquet_file_may_be_text_and_are_never_truth(tmp_path):
    pytest.importorskip("pyarrow")
    few = LOANS[:20]
    few.astype({"balance": str, "level": "category"}).to_parquet(tmp_path / "text.parquet")
    assert gather(tmp_path / "text.parquet").stock.small == gather(written(tmp_path, csv(few))).stock.small
    few.assign(remaining=few["remaining"] > 3).to_parquet(tmp_path / "truth.parquet")
    with pytest.raises(DataError, match="column 'remaining': holds true and false; numbers are needed"):
        gather(tmp_path / "truth.parquet")


@pytest.mark.parametrize("arrow", [True, False])
def test_a_sign_far_down_that_is_no_text_is_refused(tmp_path, monkeypatch, arrow):
    if not arrow:
        monkeypatch.setattr(source_module, "arrow_module", lambda name: None)
    late = csv(LOANS).encode() * 40 + b"A\xff,3,2,0,100,0.01\n"
    with pytest.raises(DataError, match=r"tape\.csv: is not"):
        gather(written(tmp_path, late))


def test_a_late_loan_past_its_last_due_date_is_late(tmp_path, capsys):
    over = LOANS.assign(remaining=LOANS["remaining"].where(LOANS["days_past_due"] == 0, 0))
    same(balances(capsys, written(tmp_path, csv(over))), truth())


def test_loans_of_six_years_and_of_thirty_belong_to_the_pool(tmp_path, capsys):
    for months in (72, 360):
        long = LOANS.assign(term=LOANS["term"].replace(24, months))
        same(balances(capsys, written(tmp_path, csv(long))), truth(long))


def test_a_level_may_be_called_na(tmp_path, capsys):
    named = LOANS.assign(level=LOANS["level"].replace("C", "NA"))
    same(balances(capsys, written(tmp_path, csv(named))), truth(named))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            changed("term", lambda n: 480 if n == 24 else n),
            r"would be dropped, more than 1% of either\n  row \d+, column 'term': '480': term is no whole number "
            "from 1 to 360, the longest that the engine takes",
        ),
        (changed("days_past_due", bucket), "column 'days_past_due': row .*: '3' is the latest: .*--late buckets"),
        (
            changed("days_past_due", lambda d: {0: "C", 15: 3}.get(d, 3)),
            "'3' beside codes: a bucket or a code of thirty days",
        ),
        (changed("monthly_fee", lambda x: 100 * x if x > 0.008 else x), "'0.9': above 0.1 .*smallest is 0.006"),
        (changed("monthly_fee", lambda x: f"{100 * x:g}%" if x > 0.008 else x), "sign stands on all fees or on none"),
        (changed("balance", lambda x: f"{x:.0f} or so"), r"100\.00% of the rows.*column 'balance': .* or so'"),
        (
            changed("balance", lambda x: f'"{x / 1000:.3f}"'.replace(".", ",")),
            "has a decimal point and '.,...' a decimal comma",
        ),
        (HEAD + ",balance\nA,6,3,0,999,0.01,100\n", "columns 5 and 7 are both called 'balance'"),
        (HEAD + "\nA,6,3,10,100,0.01\nA,6,3,40,100,0.01\n", "no loan that is current"),
    ],
)  # fmt: skip
def test_what_the_cells_leave_open_is_refused(tmp_path, capsys, content, said):
    import re

    file = written(tmp_path, content)
    assert exit_code(["pool", str(file)]) == 3
    err = capsys.readouterr().err
    assert re.search(said, err, re.DOTALL), err
    assert str(file) in err


def test_an_allowance_takes_what_is_left_and_says_what_is_not(tmp_path, capsys):
    file = written(tmp_path, changed("term", lambda n: 480 if n == 24 else n))
    assert exit_code(["pool", str(file), "--allow-dropped", "0.5", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    kept = LOANS[LOANS["term"] != 24]
    assert said["loans"] == len(kept)
    assert said["balance"] == pytest.approx(kept["balance"].sum())
    assert said["dropped"][0]["column"] == "term"
    assert said["dropped"][0]["cell"] == "480"


def test_repaid_loans_count_for_no_allowance(tmp_path):
    repaid = LOANS.assign(balance=LOANS["balance"].where(LOANS.index % 2 == 0, 0.0))
    got = gather(written(tmp_path, csv(repaid)))
    assert (got.stock.n, got.dropped[0].n) == (N // 2, N // 2)


@pytest.mark.parametrize("arrow", [True, False])
def test_a_tape_in_many_chunks_is_the_tape_in_one(tmp_path, monkeypatch, arrow):
    if not arrow:
        monkeypatch.setattr(source_module, "arrow_module", lambda name: None)
    file = written(
        tmp_path,
        csv(LOANS.assign(balance=[f"{x:.2f}" if k < 300 else f'"{x:,.2f}"' for k, x in enumerate(LOANS["balance"])])),
    )
    whole = gather(file)
    monkeypatch.setattr(source_module, "CHUNK", 37)
    monkeypatch.setattr(source_module, "BLOCK", 1_000)
    parts = gather(file)
    assert (parts.stock.level, parts.stock.n, parts.n_read) == (whole.stock.level, whole.stock.n, whole.n_read)
    for name in ("late", "line", "fee", "fee_free", "bearing"):
        np.testing.assert_allclose(getattr(parts.stock, name), getattr(whole.stock, name), rtol=1e-12)
    assert parts.stock.small == pytest.approx(whole.stock.small)


@pytest.mark.parametrize("name", ["tape.csv", "tape.csv.gz", "tape.parquet", "tape.xlsx"])
def test_the_limit_on_rows_holds_for_every_kind_of_file(tmp_path, monkeypatch, name):
    pytest.importorskip("pyarrow")
    write = {"csv": "to_csv", "gz": "to_csv", "parquet": "to_parquet", "xlsx": "to_excel"}[name.split(".")[-1]]
    getattr(LOANS, write)(tmp_path / name, index=False)
    assert gather(tmp_path / name).n_read == N
    monkeypatch.setattr(source_module, "MAX_ROWS", N - 1)
    with pytest.raises(LimitError, match="a tape may have 399"):
        gather(tmp_path / name)


def test_a_packed_tape_is_bounded_by_what_is_unpacked(tmp_path, monkeypatch):
    import gzip

    file = written(tmp_path, gzip.compress((csv(LOANS) + "A,3,2,0,100,0.01\n" * 200_000).encode()), "tape.csv.gz")
    assert file.stat().st_size < 30_000
    monkeypatch.setattr(source_module, "MAX_BYTES", 1_000_000)
    with pytest.raises(LimitError, match="once unpacked"):
        gather(file)


@pytest.mark.parametrize("arrow", [True, False])
@pytest.mark.parametrize("column", ["monthly_fee", "remark"])
def test_a_quote_that_is_not_closed_swallows_no_loans(tmp_path, monkeypatch, arrow, column):
    if not arrow:
        monkeypatch.setattr(source_module, "arrow_module", lambda name: None)
    text = LOANS.assign(remark="none").astype({"monthly_fee": object})
    text.loc[10, column] = f'"{text.loc[10, column]}'
    text.loc[200, column] = f'{text.loc[200, column]}"'
    with pytest.raises(DataError, match="lines 12 to 202 are one row: a quote is not closed"):
        gather(written(tmp_path, csv(text, head=HEAD + ",remark")))


def test_a_row_with_other_cells_than_the_heading_is_refused(tmp_path):
    pytest.importorskip("pyarrow")
    for row in ("A,3,2\n", "A,3,2,0,1,0,7,8\n"):
        with pytest.raises(DataError, match="row 402 has"):
            gather(written(tmp_path, csv(LOANS) + row))
