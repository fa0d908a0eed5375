"""The first page of a sweep: the classes of every job as one job's cover has them, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import xarray as xr

from stress.report.cover import base_net_loss, desks, since_of, structure
from stress.report.known_job import job_of
from stress.report.numbers import percent
from stress.report.remaining import short
from stress.report.sheets import Sheet
from stress.results import with_mixture
from stress.results.sweep import Result, cells

Labelled = tuple[tuple[str, ...], Sheet]
"""What the sweep calls a job, and its table."""


class Titled(NamedTuple):
    """One table."""

    title: str
    sheet: Sheet


def covers(result: Result) -> list[Titled]:
    """Structure, then capital, expected credit loss and price, of every job of which a path is counted."""
    jobs = [(labels, with_mixture(ds)) for labels, ds in cells(result) if int(ds.attrs["paths"])]
    over = tuple(dim.capitalize() for dim in jobs[0][0]) if jobs else ()
    named = [(tuple(map(str, labels.values())), ds) for labels, ds in jobs]
    structures = [Titled("", joined) for joined in _beside(over, ((name, _structure(ds)) for name, ds in named))]
    at_desks = ((name, sheet) for name, ds in named if (sheet := desks(ds)) is not None)
    return structures + [
        Titled("Capital, expected credit loss and price", joined) for joined in _beside(over, at_desks)
    ]


def _structure(ds: xr.Dataset) -> Sheet:
    """A job's table, with the net loss that break-evens are multiples of where the run found any."""
    sheet = structure(ds, job_of(ds), based=False)
    if "breakeven_multiple" not in ds:
        return sheet
    base = percent(base_net_loss(ds))
    return Sheet((*sheet.head, f"Base {short(since_of(ds))}"), tuple((*row, base) for row in sheet.rows), sheet.note)


def _beside(over: tuple[str, ...], sheets: Iterable[Labelled]) -> list[Sheet]:
    """Tables with the same columns as one; notes that differ each after the jobs that they are of."""
    by_head: dict[tuple[str, ...], list[Labelled]] = {}
    for name, sheet in sheets:
        by_head.setdefault(sheet.head, []).append((name, sheet))
    return [
        Sheet((*over, *head), tuple((*name, *row) for name, sheet in alike for row in sheet.rows), _notes(alike))
        for head, alike in by_head.items()
    ]


def _notes(sheets: list[Labelled]) -> str:
    of: dict[str, list[str]] = {}
    for name, sheet in sheets:
        of.setdefault(sheet.note, []).append(", ".join(name))
    if len(of) == 1:
        return next(iter(of))
    return " ".join(f"{'; '.join(names)}: {note}" for note, names in of.items())
