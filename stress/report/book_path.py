"""A path of a book: its story across deals, and month by month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from stress.answers.book import BookPath, PositionRisk
from stress.arrays import Array
from stress.report.book import level
from stress.report.numbers import percent, span
from stress.report.replayed import story as story_of_deal
from stress.report.sheets import Sheet
from stress.report.workbook import Column, Table

MOST = 8
"""Positions of a figure and its table: those that lose most of the book."""
NOTE = "Factors: standard deviations, low is bad; notes: of their largest balance."
QUARTER = 3
"""Months of a row."""


class Line(NamedTuple):
    """A position that loses on the path."""

    name: str
    balance: Array
    """(T,) of the note over its largest, by month of the book; not a number where the deal does not live."""
    lost: float
    """Of the note."""


def story(path: BookPath, positions: Sequence[PositionRisk]) -> list[tuple[str, list[str]]]:
    """A path across deals: the factors, then every deal as its replay tells it. (heading, sentences)."""
    sentences, of_the_book = [], " of the book" * any(path.start.values())
    for f, name in enumerate(path.factors):
        low = int(np.argmin(path.factor[:, f]))
        sentences.append(
            f"{name} is at {level(path.factor[:, f].mean())} on average and lowest in month {low + 1}{of_the_book} "
            f"({level(path.factor[low, f])} standard deviations; low is bad)."
        )
    sections = [(f"Path {path.path} under {path.scenario}: the factors", sentences)] if sentences else []
    for deal, trace in path.deals.items():
        notes = {p.note for p in positions if p.deal == deal}
        lines = [line for line in story_of_deal(trace) if not _of_other_note(line, trace, notes)]
        begins = path.start[deal]
        sections.append((deal, [f"Its month 1 is month {begins + 1} of the book.", *lines] if begins else lines))
    return sections


def losing(path: BookPath, positions: Sequence[PositionRisk]) -> list[Line]:
    """Positions that lose on the path, those that lose most of the book first."""
    losses = [(p, float(path.deals[p.deal]["loss"].sel(tranche=p.note))) for p in positions]
    losses.sort(key=lambda loss: -abs(loss[0].amount) * loss[1])
    return [Line(p.name, _balance(path, p), lost) for p, lost in losses if lost > 0.0]


def months(path: BookPath, positions: Sequence[PositionRisk]) -> Sheet:
    """Factors by quarter of the book's life, and what is left of the notes that lose."""
    lines, rows = losing(path, positions)[:MOST], []
    n_month = max([len(path.factor), *(len(line.balance) for line in lines)])
    for begin in range(0, n_month, QUARTER):
        last = min(begin + QUARTER, n_month)
        levels = map(level, path.factor[begin:last].mean(axis=0)) if path.factors else ()
        left = (percent(float(line.balance[last - 1]), 1) for line in lines)
        rows.append((span(begin + 1, last), *levels, *left))
    heads = (*path.factors, *(f"{line.name}, left" for line in lines))
    return Sheet(("Months", *heads), tuple(rows), NOTE)


def table(path: BookPath, positions: Sequence[PositionRisk]) -> Table:
    """The path month by month: factors, defaults of every deal so far, and what is left of the notes that lose."""
    lines = losing(path, positions)
    defaults = [_aligned(path, deal, trace["cumulative_default"].values) for deal, trace in path.deals.items()]
    columns = (
        Column("Month", "number"),
        *(Column(name, "number") for name in path.factors),
        *(Column(f"{deal}: defaults so far", "share") for deal in path.deals),
        *(Column(f"{line.name}: left", "share") for line in lines),
    )
    parts = [*path.factor.T, *defaults, *(line.balance for line in lines)]
    rows = [(t + 1, *_cells(parts, t)) for t in range(len(path.factor))]
    note = f"Path {path.path} under {path.scenario}. {NOTE} Defaults: over the cut-off balance."
    return Table("Worst path", columns, rows, note)


def _cells(parts: Sequence[Array], t: int) -> Iterator[float | None]:
    for part in parts:
        x = float(part[t])
        yield x if np.isfinite(x) else None


def _balance(path: BookPath, p: PositionRisk) -> Array:
    balance = path.deals[p.deal]["note_balance"].sel(tranche=p.note).values
    return _aligned(path, p.deal, balance / max(float(balance.max()), 1e-300))


def _aligned(path: BookPath, deal: str, values: Array) -> Array:
    """(T,) by month of the book; not a number where the deal does not live, or what it did is data."""
    total, first = np.full(len(path.factor), np.nan), int(path.deals[deal]["month"][0])
    total[path.start[deal] + first - 1 :][: len(values)] = values
    return total


def _of_other_note(line: str, trace: xr.Dataset, notes: set[str]) -> bool:
    """Whether a sentence is of a note that the book does not hold."""
    others = [str(note) for note in trace["tranche"].values if note not in notes]
    return any(line.startswith((f"{note} ", f"{note}, ")) for note in others)
