"""Mutants of CSV tables: a cell, a row, a column or the text of the file changed."""

import csv
import io
from collections.abc import Callable
from random import Random

from mutants.documents import encode_otherwise, insert_byte, truncate
from mutants.mutant import Mutant

Rows = list[list[str]]


def mutant_of(text: str, rng: Random) -> Mutant:
    """One mutant of a table; the same for the same generator."""
    while True:
        kind = rng.choice(sorted(KINDS))
        mutant = KINDS[kind](text, rng)
        if mutant is not None and mutant.content != text.encode():
            return mutant._replace(kind=kind)


def rows_of(text: str) -> Rows:
    return [row for row in csv.reader(io.StringIO(text)) if row]


def written(rows: Rows) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def cell(*values: str) -> Callable[[str, Random], Mutant]:
    """A cell below the heading replaced; `{}` in a value stands for what was there."""

    def change(text: str, rng: Random) -> Mutant:
        rows = rows_of(text)
        i = rng.randrange(1, len(rows))
        j = rng.randrange(len(rows[i]))
        was = rows[i][j]
        rows[i][j] = rng.choice(values).format(was)
        return Mutant("", written(rows), (i + 1, rows[0][j]), was, rows[i][j])

    return change


def in_heading(text: str, rng: Random) -> Mutant:
    rows = rows_of(text)
    j = rng.randrange(len(rows[0]))
    was = rows[0][j]
    rows[0][j] = rng.choice((was + "x", "", rng.choice(rows[0]), was.swapcase(), "=1+1"))
    return Mutant("", written(rows), (1, was), was, rows[0][j])


def drop_column(text: str, rng: Random) -> Mutant:
    rows = rows_of(text)
    j = rng.randrange(len(rows[0]))
    return Mutant("", written([row[:j] + row[j + 1 :] for row in rows]), (1, rows[0][j]), rows[0][j])


def row_change(change: Callable[[Rows, int], object]) -> Callable[[str, Random], Mutant]:
    def changed(text: str, rng: Random) -> Mutant:
        rows = rows_of(text)
        i = rng.randrange(1, len(rows))
        change(rows, i)
        return Mutant("", written(rows), (i + 1, ""))

    return changed


def swap_rows(rows: Rows, i: int) -> None:
    j = 1 + i % (len(rows) - 1)
    rows[i], rows[j] = rows[j], rows[i]


def delimiter(text: str, rng: Random) -> Mutant:
    out = io.StringIO()
    mark = rng.choice(";\t|")
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows(rows_of(text))
    return Mutant("", out.getvalue().encode(), (), ",", mark)


def decimal_commas(text: str, rng: Random) -> Mutant:
    rows = rows_of(text)
    commas = [rows[0], *([cell.replace(".", ",") for cell in row] for row in rows[1:])]
    return Mutant("", written(commas), (), ".", ",")


def unclosed_quote(text: str, rng: Random) -> Mutant:
    i = rng.randrange(len(text))
    return Mutant("", (text[:i] + '"' + text[i:]).encode(), (), i)


KINDS: dict[str, Callable[[str, Random], Mutant | None]] = {
    "an empty cell": cell(""),
    "text in a cell": cell("n/a", "about {}", "None", "-", "x"),
    "a formula in a cell": cell("=1+1", "@SUM(A1:A9)", '=HYPERLINK("http://example.org")', "+1+cmd|' /C calc'!A0"),
    "not finite in a cell": cell("nan", "inf", "-Infinity", "1e999"),
    "a huge number in a cell": cell("1e300", "9" * 400, "-1e308", "1" + "0" * 60),
    "a percent in a cell": cell("{}%", "{} %"),
    "a sign in a cell": cell("-{}", "({})", "+{}", "--{}"),
    "a thousands mark in a cell": cell("1,{}", "1'{}", "1_{}", "1 {}"),
    "a wrong heading": in_heading,
    "drop a column": drop_column,
    "drop a row": row_change(lambda rows, i: rows.pop(i)),
    "repeat a row": row_change(lambda rows, i: rows.insert(i, rows[i])),
    "swap rows": row_change(swap_rows),
    "a short row": row_change(lambda rows, i: rows[i].pop()),
    "a long row": row_change(lambda rows, i: rows[i].append("1")),
    "another delimiter": delimiter,
    "decimal commas": decimal_commas,
    "an unclosed quote": unclosed_quote,
    "truncate the file": truncate,
    "encode otherwise": encode_otherwise,
    "insert a control byte": insert_byte,
}
"""Every way of changing a table, by its name in words."""
