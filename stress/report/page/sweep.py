"""A sweep for the terminal and as a page: a row for each job and scenario, a table for each deal where they differ."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import xarray as xr
from rich import box
from rich.console import Group
from rich.text import Text

from stress import measures
from stress.report.known_job import may_end_early
from stress.report.numbers import MISSING, PERCENT, chance, count, percent, with_error
from stress.report.page.deal import input_notes
from stress.report.page.template import rendered
from stress.report.sheets import early, parts
from stress.report.whole_table import WholeTable
from stress.results import with_mixture
from stress.results.sweep import DIMS, Result, cells, dims_of, groups

LISTED = 3
"""Warnings that the caption lists; the page and the JSON list all."""
POOL = ("Default", "99%", "Early am.")


class Note(NamedTuple):
    """Expected loss of a note in a row."""

    text: str
    loss: float

    @property
    def colour(self) -> str:
        """Background of its cell: darker as the loss grows tenfold."""
        from matplotlib.colors import to_hex  # here: a terminal needs no colours, and matplotlib takes 0.4 s

        from stress.report.figures.overview import RAMP

        return str(to_hex(RAMP(self._depth)))

    @property
    def ink(self) -> str:
        """Legible upon it, in a light and in a dark scheme."""
        return "#fff" if self._depth > 0.6 else "#1d2530"

    @property
    def _depth(self) -> float:
        from stress.report.figures.overview import FLOOR

        loss = self.loss if math.isfinite(self.loss) else 0.0
        return math.log(max(loss, FLOOR) / FLOOR) / math.log(1.0 / FLOOR)


class Row(NamedTuple):
    """A job under a scenario."""

    labels: tuple[str, ...]
    scenario: str
    pool: tuple[str, ...]
    notes: tuple[Note, ...]


class Sheet(NamedTuple):
    """Jobs whose notes are the same."""

    deal: str
    """Where deals differ; else empty."""
    over: tuple[str, ...]
    tranches: tuple[str, ...]
    rows: tuple[Row, ...]


def is_sweep(result: Result) -> bool:
    """Whether a result holds several jobs."""
    return isinstance(result, xr.DataTree) or bool(dims_of(result))


def sheets(result: Result) -> list[Sheet]:
    """One where all deals have the same notes, else one for each deal."""
    by_deal = []
    for deal, ds in groups(result):
        over = dims_of(ds)
        rows = tuple(
            row for labels, cell in cells(ds) for row in _rows(tuple(str(labels[d]) for d in over), with_mixture(cell))
        )
        by_deal.append(Sheet(deal, over, tuple(str(n) for n in ds["tranche"].values), rows))
    return by_deal


def table(result: Result) -> Group:
    """Rich tables: labels, scenario, defaults, expected loss of each note with its error."""
    return Group(*(_table(sheet) for sheet in sheets(result)), Text(caption(result), style="dim"))


def caption(result: Result) -> str:
    """How many jobs and paths, and what the signs mean."""
    paths = [int(ds.attrs["paths"]) for _, ds in cells(result)]
    n_paths = count(paths[0]) if len(set(paths)) == 1 else f"{count(min(paths))} to {count(max(paths))}"
    partial = [str(ds.attrs["partial"]) for _, ds in cells(result) if "partial" in ds.attrs]
    label = f"PARTIAL: {len(partial)} of {len(paths)} jobs are not whole yet. " if partial else ""
    used = ", ".join(dict.fromkeys(str(ds.attrs.get("estimator", "plain")) for _, ds in cells(result)))
    doubts = warnings(result)
    doubt = f" NOT TO BE TRUSTED: {'; '.join(doubts[:LISTED])}" if doubts else ""
    doubt += f"; and {len(doubts) - LISTED} more" if len(doubts) > LISTED else ""
    return (
        f"{label}{len(paths)} jobs of {n_paths} paths, {used}; jobs of one seed share their draws. "
        "Default: mean and 99% over the cut-off balance. "
        "Notes: expected loss ± standard error; '<' 95% upper bound where no path lost anything, '>' 95% lower bound "
        "where each lost all."
        f"{doubt}{'.' * bool(doubts)}"
    )


def warnings(result: Result) -> list[str]:
    """Estimates that rest on too few weighted paths, of all jobs, each after the labels of its job."""
    return [
        f"{', '.join(map(str, labels.values()))}: {line}" if labels else line
        for labels, ds in cells(result)
        for line in measures.warnings(ds)
    ]


def input_notes_of(result: Result) -> list[str]:
    """What stands in the inputs and is seldom meant, each note once: of a sweep after the deal and the pool."""
    notes: dict[str, None] = {}
    for labels, ds in cells(result):
        of = ", ".join(str(name) for dim, name in labels.items() if dim != "seed")
        notes |= dict.fromkeys(f"{of}: {note}" if of else str(note) for note in input_notes(ds))
    return list(notes)


def render(result: Result) -> str:
    """One self-contained page."""
    from stress.report.page.sweep_cover import covers  # here: it needs figures

    tables = sheets(result)
    _, first = next(cells(result))
    return rendered(
        "sweep.html.j2",
        covers=covers(result),
        sheets=tables,
        pool=POOL,
        scenarios=list(dict.fromkeys(row.scenario for sheet in tables for row in sheet.rows)),
        caption=caption(result),
        warnings=warnings(result),
        input_notes=input_notes_of(result),
        choices=[(dim, names) for dim in DIMS if (names := _names(result, dim))],
        provenance=[(k, str(first.attrs[k])) for k in ("version", "source_digest", "estimator", "rng")],
    )


def _names(result: Result, dim: str) -> list[str]:
    return list(dict.fromkeys(str(labels[dim]) for labels, _ in cells(result) if dim in labels))


def _table(sheet: Sheet) -> WholeTable:
    grid = WholeTable(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), title=Text(sheet.deal or ""))
    grid.title_justify, grid.telling = "left", len(sheet.over) + 1
    for dim in sheet.over:
        grid.add_column(dim.capitalize())
    grid.add_column("Scenario")
    for head in (*POOL, *sheet.tranches):
        grid.add_column(Text(head), justify="right")
    before: tuple[str, ...] = ()
    for row in sheet.rows:
        labels = [Text("" if before[: k + 1] == row.labels[: k + 1] else name) for k, name in enumerate(row.labels)]
        grid.add_row(*labels, Text(row.scenario), *map(Text, (*row.pool, *(note.text for note in row.notes))))
        before = row.labels
    return grid


def _rows(labels: tuple[str, ...], ds: xr.Dataset) -> Iterator[Row]:
    for k in range(ds.sizes["scenario"]):
        scenario = ds.isel(scenario=k)
        tail = float(scenario["default_rate"].sel(level=0.99))
        pool = (
            percent(float(scenario["default_rate_mean"])),
            percent(tail, 1),
            chance(*early(scenario)) if may_end_early(ds) else MISSING,
        )
        notes = tuple(_note(scenario.isel(tranche=n)) for n in range(ds.sizes["tranche"]))
        yield Row(labels, str(scenario["scenario"].item()), pool, notes)


def _note(note: xr.Dataset) -> Note:
    values = parts(note, "expected_loss", "", "_se", "_low", "_high")
    return Note(with_error(*values, unit=PERCENT), values[0])
