"""Tables of answers on narrow terminals: every number stands in one piece, and nothing is left out."""

import re
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from stress.cli.answer import sheet_table
from stress.report.sheets import Sheet

HEAD = (
    "Class",
    "Attachment",
    "Detachment",
    "Spread duration",
    "Weight",
    "SEC-IRBA",
    "Convexity",
    "Capital, of the class",
)
ROWS = (
    ("优先 A, month 6", "15.8%", "100.0%", "1.635", "1,200.0%", "17.3%", "4.294", "71.231 ± 0.046 bp"),
    ("B", "7.92%", "15.8%", "1.645", "503.9%", "–", "4.346", "40.31%"),
)


def printed(width: int) -> list[str]:
    out = StringIO()
    Console(file=out, width=width).print(sheet_table(Sheet(HEAD, ROWS, "note"), ""))
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [64, 70, 80, 100])
def test_no_number_is_cut_and_no_head_loses_a_letter(width: int) -> None:
    lines = printed(width)
    rule = next(k for k, line in enumerate(lines) if "─" in line)
    said = [word for line in lines[rule:] for word in line.split()]
    for word in " ".join(cell for row in ROWS for cell in row).split():
        assert word in said
    letters = "".join("".join(lines[:rule]).split())
    assert sorted(letters) == sorted("".join("".join(HEAD).split()))
    assert not any("…" in line for line in lines)


def test_where_there_is_room_nothing_is_broken() -> None:
    lines = printed(140)
    assert sum("Capital, of the class" in line for line in lines) == 1
    assert sum("71.231 ± 0.046 bp" in line for line in lines) == 1


@pytest.mark.parametrize("width", [36, 40, 50])
def test_where_not_even_the_words_fit_columns_stand_in_parts_with_what_tells_rows_apart(width: int) -> None:
    lines = printed(width)
    rules = [k for k, line in enumerate(lines) if "─" in line]
    said = [word for line in lines for word in line.split()]
    assert len(rules) > 1
    assert all(said.count("优先") == said.count("B") == len(rules) for _ in rules)
    for word in " ".join(cell for row in ROWS for cell in row[1:]).split():
        assert word in said
    assert not any("…" in line for line in lines)
    assert max(map(cell_len, lines)) <= width
    assert said.count("note") == 1


def test_the_columns_that_tell_rows_apart_are_as_few_as_do() -> None:
    """Scenario, class and month; a table whose rows are alike is parted by its first column."""
    rows = tuple((f"scenario{k // 4}", f"class{k // 2 % 2}", f"month{k % 2}", "1,234.56", "7,890.12") for k in range(8))
    sheet = Sheet(("Scenario", "Class", "Month", "Balance", "Loss"), rows, "")
    for body, repeated in ((rows, "month1"), (rows[:1] * 2, "scenario0")):
        out = StringIO()
        Console(file=out, width=40).print(sheet_table(sheet._replace(rows=body), ""))
        parts = re.split("─+", out.getvalue())[1:]
        assert len(parts) > 1
        assert all(repeated in part for part in parts)
        assert "…" not in out.getvalue()


def test_what_cannot_be_whole_says_so() -> None:
    lines = printed(16)
    assert any("…" in line for line in lines)
