"""Macro tables in the layouts of their publishers: one truth, read wherever its meaning is certain.

The files are made up; the layouts are those of FRED, the Federal Reserve, World Bank, EBA, Eurostat, OECD, the Bank of
Japan, NBS of China and of spreadsheets in several countries.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import math
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from stress.cli import exit_code
from stress.errors import DataError, LimitError, StressError
from stress.inputs.table import read_table
from stress.tables.periods import Period

TRUTH = (3.6, 3.5, 3.4, 3.6, 3.9, 4.4, 5.2, 6.1, 6.8, 7.2, 7.4, 7.3, 7.1)
QUARTER = [(2023 + k // 4, k % 4 + 1) for k in range(len(TRUTH))]
MONTH = [(2023 + k // 12, k % 12 + 1) for k in range(len(TRUTH))]
END = {1: "03-31", 2: "06-30", 3: "09-30", 4: "12-31"}
START = {1: "01-01", 2: "04-01", 3: "07-01", 4: "10-01"}
NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
HAN = " 一二三四"

Label = Callable[[int, int], str]


def iso(y: int, q: int) -> str:
    return f"{y}-{END[q]}"


def rows(label: Label = iso, cell: Callable[[float], str] = str, by: str = ",", at=QUARTER) -> list[str]:
    return [f"{label(y, q)}{by}{cell(u)}" for (y, q), u in zip(at, TRUTH, strict=True)]


def table(head: str, lines: list[str], before: str = "", after: str = "") -> str:
    return before + "\n".join([head, *lines]) + "\n" + after


def monthly(label: Label) -> str:
    return table("month,rate", rows(label, at=MONTH))


def quarterly(label: Label, head: str = "Quarter,rate") -> str:
    return table(head, rows(label))


QUARTERS: dict[str, str | bytes] = {
    "FRED": quarterly(lambda y, q: f"{y}-{START[q]}", "observation_date,UNRATE"),
    "FRED text": table(
        "DATE          VALUE",
        rows(lambda y, q: f"{y}-{START[q]}", by="    "),
        "Title:               Unemployment Rate\nSeries ID:           UNRATE\n\n",
    ),
    "Federal Reserve data download": table(
        '"Time Period","X_N.Q"',
        rows(lambda y, q: f"{y}Q{q}"),
        '"Series Description","Charge-off rate"\n"Unit:","Percent"\n"Multiplier:","1"\n"Unique Identifier: ","CHG"\n',
        "2026Q2,ND\n",
    ),
    "Federal Reserve scenario": table(
        "SCENARIO_NAME,DATE,rate", [f"Severely Adverse,{line}" for line in rows(lambda y, q: f"{y} Q{q}")]
    ),
    "colon": quarterly(lambda y, q: f"{y}:{q}"),
    "2023 Q1": quarterly(lambda y, q: f"{y} Q{q}"),
    "2023/Q1": quarterly(lambda y, q: f"{y}/Q{q}"),
    "2023-Q1": quarterly(lambda y, q: f"{y}-Q{q}"),
    "Q1 2023": quarterly(lambda y, q: f"Q{q} {y}"),
    "Q1-23": quarterly(lambda y, q: f"Q{q}-{y % 100}"),
    "1Q23": quarterly(lambda y, q: f"{q}Q{y % 100}"),
    "1Q2023": quarterly(lambda y, q: f"{q}Q{y}"),
    "US dates": quarterly(lambda y, q: f"{int(END[q][:2])}/{END[q][3:]}/{y}"),
    "US dates, first of the quarter": quarterly(lambda y, q: f"{int(START[q][:2])}/1/{y}"),
    "British dates": quarterly(lambda y, q: f"{END[q][3:]}/{END[q][:2]}/{y}"),
    "German": table(
        "Datum;rate",
        rows(lambda y, q: f"{END[q][3:]}.{END[q][:2]}.{y}", lambda u: str(u).replace(".", ","), ";"),
    ),
    "semicolons": table("Date;rate", rows(by=";")),
    "tabs": table("Date\trate", rows(by="\t")),
    "percent signs": table("Date,rate", rows(cell=lambda u: f"{u}%")),
    "Latin-1": table("Date,Quote de défaut", rows()).encode("latin-1"),
    "GBK": table("日期,不良率", rows()).encode("gbk"),
    "UTF-16": table("Date,rate", rows()).encode("utf-16"),
    "UTF-16 without a mark": table("Date,rate", rows()).encode("utf-16-le"),
    "UTF-8 with a mark": table("\ufeffDate,rate", rows()),
    "NBS quarters": quarterly(lambda y, q: f"{y}年第{HAN[q]}季度", "时间,失业率"),
    "NBS quarters, short": quarterly(lambda y, q: f"{y}年{HAN[q]}季度", "时间,失业率"),
    "newest first": table("Date,rate", rows()[::-1]),
    "year and quarter": table("Year,Quarter,rate", rows(lambda y, q: f"{y},{q}")),
    "year and Q1": table("Year,Qtr,rate", rows(lambda y, q: f"{y},Q{q}")),
    "counted rows": table(",Date,rate", [f"{k},{line}" for k, line in enumerate(rows())]),
    "a remark below": table("Date,rate", rows(), after="\nSource: central bank\n"),
    "a title above": table("Date,rate", rows(), "Table 3A. Severely adverse scenario\n"),
    "units below the heading": table("Date,rate", [",percent", *rows()]),
    "CRLF": table("Date,rate", rows()).replace("\n", "\r\n"),
    "CR": table("Date,rate", rows()).replace("\n", "\r"),
    "hard blanks": table("Date,rate", rows(cell=lambda u: f"\u00a0{u}")),
    "flags": table("Date,rate", rows(cell=lambda u: f"{u} p")),
    "midnight": table("Date,rate", rows(lambda y, q: iso(y, q) + " 00:00:00")),
    "T midnight": table("Date,rate", rows(lambda y, q: iso(y, q) + "T00:00:00")),
    "a blank line": table("Date,rate", [*rows()[:5], "", *rows()[5:]]),
    "commas at the ends": table("Date,rate,", [line + "," for line in rows()]),
    "OECD, one series": table(
        '"LOCATION","FREQUENCY","TIME","Value","Flag Codes"',
        [f'"FRE","Q",{line},' for line in rows(lambda y, q: f"{y}-Q{q}")],
    ),
    "text beside": table("Date,rate,comment", [f"{line},as published" for line in rows()]),
    "Bank of Japan": table(
        "Time,", rows(lambda y, q: f"{y}/{3 * q - 2:02d}-{3 * q:02d}."), "Series code,FOO\n"
    ),
}  # fmt: skip


def written(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.mark.parametrize("layout", QUARTERS)
def test_quarters_are_read_as_their_publishers_write_them(tmp_path, layout):
    got = read_table(written(tmp_path, QUARTERS[layout]))
    assert (got.start, [row[0] for row in got.value]) == (Period(2023, 1, 4), list(TRUTH))


@pytest.mark.parametrize(
    "label",
    [
        lambda y, m: f"{y}年{m}月",
        lambda y, m: f"{y}{m:02d}",
        lambda y, m: f"{y}/{m:02d}",
        lambda y, m: f"{y}M{m:02d}",
        lambda y, m: f"{NAMES[m - 1]}-{y % 100}",
        lambda y, m: f"{NAMES[m - 1]}-{y}",
        lambda y, m: f"{y} {NAMES[m - 1].upper()}",
        lambda y, m: f"{y}:{m}",
        lambda y, m: f"15/{m:02d}/{y}",
        lambda y, m: f"{m}/15/{y % 100}",
    ],
)
def test_months_are_read_as_their_publishers_write_them(tmp_path, label):
    got = read_table(written(tmp_path, monthly(label)))
    assert (got.start, [row[0] for row in got.value]) == (Period(2023, 1, 12), list(TRUTH))
    year_and_month = read_table(written(tmp_path, table("Year,Month,rate", rows(lambda y, m: f"{y},{m}", at=MONTH))))
    assert year_and_month.value == got.value


def test_half_years_are_a_frequency_of_their_own(tmp_path):
    ends = [f"{2018 + k // 2}-{'06-30' if k % 2 == 0 else '12-31'},{k}" for k in range(5)]
    halves = [f"{2018 + k // 2}H{k % 2 + 1},{k}" for k in range(5)]
    for lines in (ends, halves):
        got = read_table(written(tmp_path, table("Date,rate", lines)))
        assert (got.start, got.label(4)) == (Period(2018, 1, 2), "2020 H1")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('"23,600.5"', 23600.5),
        ("−3.6", -3.6),
        ("(3.6)", -3.6),
        ("$3.60", 3.6),
        ('"€1,234.50"', 1234.5),
        ("1e3", 1000.0),
    ],
)
def test_a_number_is_read_as_it_is_printed(tmp_path, cell, value):
    assert read_table(written(tmp_path, f"Date,x\n2023 Q1,{cell}\n2023 Q2,1.5\n")).value[0] == (value,)


@pytest.mark.parametrize("cell", ["(-3.6)", "(+3.6)", "--3.6"])
def test_two_signs_of_one_number_are_refused(tmp_path, cell):
    with pytest.raises(DataError, match=r"line 2, column 'x'"):
        read_table(written(tmp_path, f"Date,x\n2023 Q1,{cell}\n2023 Q2,1.5\n"))


@pytest.mark.parametrize("word", ["", ".", "..", "NA", "ND", ":", "#N/A", "nan", "-"])
def test_what_is_not_published_is_missing_until_it_is_used(tmp_path, word):
    got = read_table(written(tmp_path, f"Date,x,y\n2023 Q1,1,2\n2023 Q2,{word},3\n2023 Q3,4,5\n"))
    assert math.isnan(got.column("x")[1])
    assert got.column("y") == (2.0, 3.0, 5.0)


def test_variables_down_and_years_across(tmp_path):
    years = ",".join(f'"{y}"' for y in range(2015, 2019))
    bank = (
        '"Data Source","World Development Indicators",\n\n"Last Updated Date","2026-07-01",\n\n'
        f'"Country Name","Indicator Name",{years},\n"Freedonia","Unemployment, total","5.0","5.1","5.2","",\n'
    )
    got = read_table(written(tmp_path, bank))
    assert (got.start, got.n, got.variable) == (Period(2015, 1, 1), 3, ("Freedonia, Unemployment, total",))
    assert "nothing is published for 2018: left out" in got.note
    bank = "Country Name,Series,2015 [YR2015],2016 [YR2016]\nFreedonia,Unemployment,5.0,..\nSylvania,Unemployment,1,2\n"
    assert read_table(written(tmp_path, bank)).column("Sylvania, Unemployment") == (1.0, 2.0)
    eba = "Country,Variable,2027,2026,2025,Level deviation 2027\nEU,GDP,-0.5%,-3.1%,-2.0%,-8.0\n"
    got = read_table(written(tmp_path, eba))
    assert got.column("EU, GDP") == (-2.0, -3.1, -0.5)
    assert any("Level deviation 2027" in note for note in got.note)
    head = "\t".join(f"{y}-Q{q} " for y, q in QUARTER)
    cells = "\t".join(f"{u} p" for u in TRUTH)
    euro = f"freq,unit,geo\\TIME_PERIOD\t{head}\nQ,PC_ACT,FRE\t{cells}\nQ,PC_ACT,SYL\t" + ": \t" * 12 + "1.0 \n"
    assert read_table(written(tmp_path, euro)).column("Q, PC_ACT, FRE") == TRUTH


def test_one_observation_a_row_is_a_series_for_each_of_its_names(tmp_path):
    lines = [f"{place},{name},{line}" for place, name in (("FRE", "Freedonia"), ("SYL", "Sylvania")) for line in rows()]
    got = read_table(written(tmp_path, table("LOCATION,Country,TIME,Value", lines)))
    assert got.variable == ("FRE", "SYL")
    assert got.column("SYL") == TRUTH


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Year,rate\nFY2010,3.0\nFY2011,3.1\n", "line 2: 'FY2010': is a fiscal year"),
        ("rate\n3.6\n3.5\n", "line 2: '3.6': there is no column of periods"),
        ("Age,2018,2019\n1,0.1,0.2\n2,0.2,0.3\n", "line 2: .* this is a vintage table"),
        ("Country,2025,2026,2025,2026\nEU,1,2,3,4\n", "line 1, column 4: '2025': stands twice"),
        ("Scenario,Date,x\nA,2025 Q1,1\nB,2025 Q1,2\n", r"2 scenarios \(A, B\).*keep the heading and lines 2 to 2"),
        ("Date,x\n2025 Q1,1\nsecond part,x\n2025 Q2,2\n", "line 3: 'second part': must be a period.*take the line out"),
        ("Date,x\n2025 Q1,1\nMean,1\n", "line 3: 'Mean': is neither a row that begins with a period nor .*take line 3"),
        ("Date,x\n2025-Q1x,1\n2025-Q2,2\n2025-Q3,2\n", "line 2: '2025-Q1x': is neither"),
        ("Datum,x\n2025-Q1x,1\n2025-Q2,2\n2025-Q3,2\n", "line 2: '1' stands in the heading"),
        ("Date,x\n2025-Q1,1\n2025-Q2,2\n2025-Q3%2\n", "line 4: '2025-Q3%2': is neither"),
        ("Jahr,Qtr,x\n2025,Q1,1\n2025,Q2,2\n2026,Q1,2\n2026,Q2,2\n", "column 'Qtr' counts within"),
        ("Date,x\n2025-01-02,1\n2025-01-03,1\n2025-01-06,1\n", "line 3.*the months repeat"),
        ("2025 Q1,1\n2025 Q2,1\n", "line 1: is a row of values: a heading"),
        ("Date,x\n01/02/2025,1\n01/09/2025,3\n", "follow each other in no way"),
        ("Date,x\n01/02/2025,1\n", "may be month/day/year or day/month/year"),
        ("Date,x\n2025:1,1\n2025:2,1\n2025:3,1\n", "may be year:quarter or year:month"),
        ("Date,Größe ÀÉ\n2025 Q1,1\n".encode("cp1252"), "line 1: .*save the table as UTF-8"),
        ("LOCATION,TIME,Value\nA,2025 Q1,1\nA,2025 Q1,2\n", "line 3: 2025 Q1 stands twice, first in line 2"),
        ("LOCATION,TIME,Value\nA,2025 Q1,1\nB,2025 Q1,1\nA,2025 Q3,2\n", "has no row 2025 Q2; periods must follow"),
        ("Country,2025,2026\n", "needs a heading and at least one row"),
        ("Country,2025,2026\nEU,..,\n", "line 1: no row below these periods has a value"),
        ("Country,2025,2026\nEU,1,2\nUSA,,\nIowa,1,2\n", "line 3: 'USA': has no values: is it the title of another"),
        ("Country,2025,2026,2028\nEU,1,2,3\n", "line 1, column 4: '2028': must be 2027, without a gap"),
        ("Country,2028,2026,2025\nEU,1,2,3\n", "line 1, column 2: '2028': must be 2027, without a gap"),
        ("Country,2025,2024,2026\nEU,1,2,3\n", "line 1, column 3: '2024': must be 2026, without a gap"),
        ("Country,2025 Q1,2025 Q3,2025 Q2,2025 Q4\nEU,1,2,3,4\n", "column 3: '2025 Q3': must be 2025 Q2, without"),
        ("Scenario,Date\nA,2025 Q1\nA,2025 Q2\n", "has no column of values beside its dates"),
        ("Year,Quarter,x\nsoon,Q1,1\nlater,Q2,2\n", "has no row that begins with"),
        (b"PAR1xxxx", "is a Parquet file"),
        (b"PK\x03\x04xxxx", "is damaged"),
        (b"\x1f\x8bxxxx", "is damaged"),
    ],
)  # fmt: skip
def test_a_table_whose_meaning_is_not_certain_is_refused_by_its_line(tmp_path, content, said):
    with pytest.raises(DataError, match=said):
        read_table(written(tmp_path, content))


SLIPS = (*',;\t"\n-%(.:=|/ 9A一', "", "NA", "..", "1e9", "2023 Q1", "1/2/2023")


def test_a_slip_in_a_row_changes_one_number_or_is_refused(tmp_path):
    """A row is never lost, no number moves to another period: 2,000 slips of one sign in all layouts of text."""
    draw, read = Random(7), 0
    texts = [text for text in QUARTERS.values() if isinstance(text, str)]
    for _ in range(2_000):
        text = draw.choice(texts)
        lines = text.splitlines(keepends=True)
        rows = [k for k, line in enumerate(lines) if re.search(r"\d[.,]\d", line)]
        k = draw.choice(rows)
        at = draw.randrange(len(lines[k].rstrip("\r\n")) + 1)
        line = lines[k][:at] + draw.choice(SLIPS) + lines[k][at + draw.choice((0, 1)) :]
        slipped = "".join([*lines[:k], line, *lines[k + 1 :]])
        try:
            got = read_table(written(tmp_path, slipped))
        except StressError:
            continue
        read += 1
        value = [row[0] for row in got.value]
        there = [j for j, (a, b) in enumerate(zip(value, TRUTH, strict=True)) if a != b]
        assert got.start == Period(2023, 1, 4), slipped
        assert len(there) <= 1, slipped
    assert 200 < read < 1_800


def test_a_sheet_of_a_workbook_is_read_as_it_shows(tmp_path):
    excel = pytest.importorskip("openpyxl")
    import datetime

    book = excel.Workbook()
    sheet = book.active
    sheet.append(["Scenario of the bank"])
    sheet.append(["Date", "rate", "share"])
    for (y, q), u in zip(QUARTER, TRUTH, strict=True):
        sheet.append([datetime.date.fromisoformat(iso(y, q)), u, u / 100.0])
        sheet.cell(sheet.max_row, 3).number_format = "0.0%"
    book.create_sheet("empty")
    book.save(tmp_path / "one.xlsx")
    got = read_table(tmp_path / "one.xlsx")
    assert (got.start, got.column("rate"), got.column("share")) == (Period(2023, 1, 4), TRUTH, TRUTH)
    book["empty"].append(["a", 1])
    book.save(tmp_path / "two.xlsx")
    with pytest.raises(
        DataError, match=r"2 sheets with cells: 'Sheet', 'empty'; say which, such as '.*two.xlsx#Sheet'"
    ):
        read_table(tmp_path / "two.xlsx")
    assert read_table(tmp_path / "two.xlsx#Sheet").column("rate") == TRUTH
    with pytest.raises(DataError, match=r"two.xlsx: has no sheet 'Shet': it has 'Sheet', 'empty'; did you mean"):
        read_table(tmp_path / "two.xlsx#Shet")
    with pytest.raises(DataError, match=r"cannot be read: No such file"):
        read_table(tmp_path / "none.xlsx#Sheet")


def test_a_sign_too_many_at_the_end_of_each_row_is_no_column(tmp_path):
    assert read_table(written(tmp_path, "Date,x\n2025 Q1,1,\n2025 Q2,2,\n")).column("x") == (1.0, 2.0)


def test_blank_rows_and_cells_beside_a_table_of_a_workbook_are_none_of_it(tmp_path, monkeypatch):
    excel = pytest.importorskip("openpyxl")
    book = excel.Workbook()
    with pytest.raises(DataError, match="has no sheet with cells"):
        read_table(saved(book, tmp_path))
    sheet = book.active
    for row in (["Date", "rate", "final"], ["2025 Q1", 0.5, True], [], ["2025 Q2", 0.25, False], ["2025 Q3", 1.0]):
        sheet.append(row)
    for row in (1, 2, 7):
        sheet.cell(row, 5).number_format = "0.0%"
    got = read_table(saved(book, tmp_path))
    assert got.column("rate") == (0.5, 0.25, 1.0)
    assert "columns of text are left out: final" in got.note
    sheet["C2"] = 7
    with pytest.raises(DataError, match="row 4, column 'final': 'false': must be a finite number"):
        read_table(saved(book, tmp_path))
    sheet.cell(2, 600).value = 1
    with pytest.raises(DataError, match="sheet 'Sheet': row 2: more than 500 columns"):
        read_table(saved(book, tmp_path))
    monkeypatch.setattr("stress.tables.cells.MAX_ROWS", 3)
    sheet.cell(2, 600).value = None
    with pytest.raises(DataError, match="sheet 'Sheet': has more than 3 rows, the most a table may have"):
        read_table(saved(book, tmp_path))


def saved(book, folder):
    book.save(folder / "table.xlsx")
    return folder / "table.xlsx"


def packed(name: str, raw: bytes) -> bytes:
    if name == "zip":
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("table.csv", raw)
        return stream.getvalue()
    return {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[name](raw)


@pytest.mark.parametrize("name", ["gz", "bz2", "xz", "zip"])
def test_a_packed_table_is_bounded_by_what_is_unpacked(tmp_path, name):
    assert read_table(written(tmp_path, packed(name, table("Date,rate", rows()).encode()))).column("rate") == TRUTH
    bomb = written(tmp_path, packed(name, b"Date,rate\n" + b"0" * 50_000_000))
    assert bomb.stat().st_size < 100_000
    with pytest.raises(LimitError, match="larger than 4 MB once unpacked"):
        read_table(bomb)


def test_an_archive_of_several_files_is_unpacked_by_its_reader(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("a.csv", "b.csv"):
            archive.writestr(name, "Date,x\n2025 Q1,1\n")
    with pytest.raises(DataError, match="holds 2 files; one table is needed: unpack it and name one"):
        read_table(written(tmp_path, stream.getvalue()))


def test_check_tells_how_a_table_is_read(tmp_path, capsys):
    file = written(tmp_path, QUARTERS["GBK"])
    assert exit_code(["check", str(file), "--json"]) == 0
    (line,) = json.loads(capsys.readouterr().out)
    said = " | ".join(note["says"] for note in line["notes"])
    assert (line["kind"], line["ok"]) == ("table", True)
    assert "13 quarters, 2023 Q1 to 2026 Q1: '不良率'" in said
    assert "GB18030" in said
    assert exit_code(["check", str(written(tmp_path, "rate\n3.6\n"))]) == 2
    assert "no column of periods" in capsys.readouterr().err


def test_check_of_a_scenario_tells_what_its_tables_leave_out(tmp_path, capsys):
    written(tmp_path, QUARTERS["a title above"])
    satellite = (
        'kind = "satellite"\nversion = 1\nname = "s"\nlink = "log"\nper_year = 4\n'
        '[[terms]]\nvariable = "rate"\ncoefficient = 0.1\n'
    )
    (tmp_path / "s.toml").write_text(satellite)
    scenario = (
        'kind = "scenario"\nversion = 1\nname = "m"\nmacro = { tables = [{ file = "table.csv" }], start = "2023 Q2" }\n'
        'satellites = [{ file = "s.toml", target = "default_odds" }]\n'
    )
    (tmp_path / "m.toml").write_text(scenario)
    assert exit_code(["check", str(tmp_path / "m.toml"), "--json"]) == 0, capsys.readouterr().err
    (line,) = json.loads(capsys.readouterr().out)
    (note,) = (note for note in line["notes"] if note["key"] == "macro.tables[1].file")
    assert note["says"] == "table.csv: left out as no rows of the table: line 1"


def test_the_layouts_are_listed_by_publisher(capsys):
    assert exit_code(["explain", "--tables"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("FRED", "World Bank", "EBA", "Eurostat", "OECD", "Bank of Japan", "GB18030"))
    assert exit_code(["explain"]) == 2
