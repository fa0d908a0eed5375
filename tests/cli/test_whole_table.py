"""Tables of answers on narrow terminals: every number stands in one piece, and nothing is left out."""

from __future__ import annotations

from io import StringIO

import pytest
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


def test_what_cannot_be_whole_says_so() -> None:
    lines = printed(30)
    assert any("…" in line for line in lines)
