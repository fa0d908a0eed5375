"""The layouts that are read, by publisher: what `stress explain --tables` prints."""

from __future__ import annotations

from typing import NamedTuple


class Layout(NamedTuple):
    """One way in which tables are published."""

    publisher: str
    looks: str
    """A heading and a row, lines parted by a slash."""
    read: str
    """What is done with it."""


LAYOUTS = (
    Layout("Federal Reserve, stress-test scenarios", "Scenario Name,Date,Unemployment rate / X,2025 Q1,5.6",
           "one scenario a file; columns named as published"),
    Layout("Federal Reserve, Data Download Program", "five lines on the series / Time Period,X_N.Q / 2023Q1,3.6",
           "lines above the heading left out; ND: not published"),
    Layout("FRED, ALFRED", "observation_date,UNRATE / 2023-01-01,3.6", "'.' or empty: not published; text files too"),
    Layout("World Bank", 'Country Name,...,Indicator Code,"2015","2016" / ...', "a variable a row, its text joined"),
    Layout("World Bank DataBank", "Country Name,Series Name,2015 [YR2015] / ...", "the same; '..': not published"),
    Layout("EBA, ECB, national stress tests", "Country,Variable,2025,2026 / EU,Unemployment rate,7.5,9.8",
           "the same; columns that are no year are left out; blocks side by side are refused"),
    Layout("Eurostat", "freq,unit,geo\\TIME_PERIOD<tab>2023-Q1 / Q,PC_ACT,FR<tab>3.6 p",
           "':': not published; flags p, e, b, ... left out"),
    Layout("OECD, IMF, ECB: one observation a row", "LOCATION,SUBJECT,TIME,Value / FRA,TOT,2023-Q1,3.6",
           "a series for each value of the text columns that differ"),
    Layout("Bank of Japan", "Series code,FOO / Time, / 2023/01-03.,3.6", "names from the line above the heading"),
    Layout("NBS of China, PBoC, Wind", "日期,不良率 / 2023年一季度,3.6", "UTF-8 or GB18030; 2023年3月, 2023年第1季度"),
    Layout("ONS", "Title,... / 2023 Q1,3.6 or 2023 JAN,3.6", "lines above the rows left out"),
    Layout("spreadsheets (.xlsx)", "the sheet with cells, or FILE.xlsx#SHEET",
           "dates and percents as shown; several sheets are refused unless one is named"),
    Layout("Excel in a land of decimal commas", "Date;rate / 31.03.2023;1.234,5", "where all cells agree on it"),
    Layout("year and quarter (or month) in two columns", "Year,Quarter,rate / 2023,1,3.6", "joined"),
    Layout("vintages", "Age,2018,2019 / 1,0.10,0.12; or Vintage,1,2; or vintage,age,loss a row",
           "cohorts by age, never as periods; the amount originated in a column or row"),
    Layout("transitions of loans", "month,from,to,n / 2024-01,0,1,20; or from,Current,1-30 / Current,95%,5%",
           "a matrix a month or one on average: states down and across; rows of shares add up"),
)  # fmt: skip
"""Macro tables, histories and (with dates of any spacing) index files."""

RULES = (
    "Dates: 2023Q1, 2023-Q1, 2023 Q1, 2023/Q1, 2023:1, Q1 2023, Q1-23, 1Q23, 1Q2023, 2023H1, 2023-03, 202303, 2023/03, "
    "2023M03, Jan-23, January 2023, 2023-03-31, 20230331, 31.03.2023, 31-Mar-2023, 3/31/2023 or 31/3/2023, 2023年3月, "
    "3月-23, 2023年一季度, 2023年末, 2023. A whole column has the month first or the day, as a part above 12 shows, or "
    "that its dates follow each other in one way alone; else it is refused. Newest first is turned round. Fiscal years "
    "are refused.",
    "Numbers: 1,234.5 or 1.234,5 where the cells agree; 3.6% is 3.6 (a column is all percent or none); $, €, £, ¥; "
    "(3.6) is -3.6. Not published: empty, ., .., -, :, NA, N/A, ND, #N/A, NaN; such a cell is refused only where it is "
    "used.",
    "Text: UTF-8, UTF-16 and UTF-32; GB18030 or Latin-1/Windows-1252 where it is certain which. Cells parted by tabs, "
    "semicolons, bars, commas or runs of blanks. gzip, bzip2, xz, zip with one file; at most 4 MB once unpacked.",
    "Lines above the heading and remarks below the rows are left out and noted; anything between the rows, a second "
    "table, a line of numbers without a period are refused by their line.",
    "A heading of two rows, Balance over Opening and Closing, is read as Balance Opening and Balance Closing where "
    "neither row alone names every column. Merged cells of a workbook say what stands under what; in text a blank goes "
    "on with the cell to its left, and is refused where it may as well stand by itself. Years over their months, "
    "quarters or half-years (Jan, 3, Q1, 3月, 一季度, H1) are periods; 1 to 4 below one year alone are refused.",
    "A row of units (%, 万元) below the names is left out. Rows and levels called total or average (合计, 平均) are no "
    "cohort and no loan. An empty cohort, month or year goes on with the one above it, as where cells are merged. "
    "Reports, histories by bucket, indices and shocks may have their periods across. A formula that was never "
    "calculated is refused.",
    "A loan tape has a row a loan with level, term, remaining, days_past_due, balance, monthly_fee (or --column OURS="
    "THEIRS), as text, .xlsx or Parquet, of any length; `stress pool --help` says which spellings of cells are read. "
    "One under the headings of Regulation AB II (Schedule AL) or of the ESMA annexes is read as it is. Columns Account "
    "Status (ESMA), zeroBalanceCode and chargedoffPrincipalAmount (auto loans) leave out loans in default or ended.",
    "An index file may have any days: a month takes the level in force on its first day; where none is published "
    "(holidays) the last level holds.",
)
