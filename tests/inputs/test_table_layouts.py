"""Macro tables in the layouts of their publishers: one truth, read wherever its meaning is certain.

The files are made up; the layouts are those of FRED, the Federal Reserve, World Bank, EBA, Eurostat, OECD, the Bank of
Japan, NBS of China and of spreadsheets in several countries.
"""

import json
import math
import re
from random import Random

import pytest
from printed_tables import END, QUARTER, TRUTH, Label, iso, rows, table, written

from stress.cli import exit_code
from stress.errors import DataError, StressError
from stress.inputs.table import read_table
from stress.tables.periods import Period

MONTH = [(2023 + k // 12, k % 12 + 1) for k in range(len(TRUTH))]
START = {1: "01-01", 2: "04-01", 3: "07-01", 4: "10-01"}
NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
HAN = " 一二三四"


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
        ("Date,x\n01/02/2025,1\n01/09/2025,3\n", "line 2, column 'Date': '01/02/2025': may be 2025-01-02"),
        ("Date,x\n01/02/2025,1\n", r"may be 2025-01-02 \(month/day/year\) or 2025-02-01 \(day/month/year\), and"),
        ("Date,x\n2025:1,1\n2025:2,1\n2025:3,1\n", r"may be 2025 Q1 \(year:quarter\) or 2025-01 \(year:month\), and"),
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


def test_a_sign_too_many_at_the_end_of_each_row_is_no_column(tmp_path):
    assert read_table(written(tmp_path, "Date,x\n2025 Q1,1,\n2025 Q2,2,\n")).column("x") == (1.0, 2.0)


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
