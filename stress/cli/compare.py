"""`stress compare`: what changed between two runs, with the noise of common draws removed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.answer import draw
from stress.cli.books import save_tables, xlsx_option
from stress.cli.of_books import is_book_folder, job_argument
from stress.cli.options import FILE, output_options
from stress.cli.output import Output
from stress.cli.writing import drawable

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import JustifyMethod, RenderableType
    from rich.table import Table

    from stress.report.workbook import Table as Book

DEFAULT = ("expected_loss",)
"""Measures of runs, unless others are asked for."""
FROM_THE_STATE = ("wal", "irr", "price", "multiple")
"""Measures that count from where a job starts, over the balance then."""


@click.command()
@job_argument("results", "RESULTS")
@job_argument("other", "RESULTS")
@click.option(
    "--measure", "chosen", multiple=True, default=DEFAULT, show_default=True,
    help="EL, PD, LGD, WAL, IRR, PRICE, MULTIPLE, DEFAULT, ..., or the long names; VAR99.9, ES99 of Sobol points; may "
    "be repeated.",
)  # fmt: skip
@click.option("--figure", type=FILE, metavar="FILE", help="Also draw the first measure: an .svg, .png or .pdf file.")
@xlsx_option
@output_options
def compare(
    results: Path, other: Path, chosen: tuple[str, ...], figure: Path | None, workbook: Path | None, output: Output
) -> None:
    """Show both runs and the second minus the first, for the scenarios and notes that both have.

    Both must rest on the same draws: equal seed and paths. Then most noise cancels, and a small difference shows.
    Of two books' folders: losses, tails and the positions' parts in them, in money.

    \b
    Example:
      stress compare results/before results/after --measure IRR --measure EL
    """
    drawable("--figure", figure)
    if is_book_folder(results) or is_book_folder(other):
        from stress.cli.book_saved import say_changes

        others = {"measure": chosen != DEFAULT, "figure": figure}
        say_changes(results, other, workbook, output, others)
        return

    from stress import measures
    from stress import results as saved
    from stress.measures.names import long_name

    chosen = tuple(dict.fromkeys(long_name(name, "--measure") for name in chosen))
    before, after = saved.open(results), saved.open(other)
    changes = {name: _meaningful(measures.compare(after, before, name), name, before, after) for name in chosen}
    draw(figure, "differences", chosen[0], changes[chosen[0]])
    runs = {"before": str(results), "after": str(other), "seed": before.attrs["seed"], "paths": before.attrs["paths"]}
    said = _said(changes, {results: before, other: after})
    if workbook is not None:
        from stress.report.known_job import job_of

        runs |= {f"remark {k}": says for k, says in enumerate(said, 1)}
        save_tables(workbook, [_sheet(name, change) for name, change in changes.items()], runs, job_of(after))
    output.result(lambda: _tables(f"{other} minus {results}", changes, said), lambda: _document(changes, said))


def _meaningful(change: xr.Dataset, name: str, *runs: xr.Dataset) -> xr.Dataset:
    """Of a measure of principal, without the notes for which it means nothing in one of the runs."""
    import numpy as np

    from stress.measures.means import OF_PRINCIPAL, has_principal, speaks_of
    from stress.measures.tails import is_tail

    if name not in OF_PRINCIPAL and not is_tail(name):
        return change
    notes = change["tranche"]
    chosen = [ds.sel(tranche=notes) for ds in runs]
    return change.isel(tranche=np.all([has_principal(ds) & speaks_of(ds, name) for ds in chosen], axis=0))


def _rows(change: xr.Dataset) -> list[dict[str, Any]]:
    flat = change.reset_coords(drop=True).to_dataframe().reset_index()
    return [{str(key): value for key, value in row.items()} for row in flat.to_dict("records")]


def _document(changes: dict[str, xr.Dataset], said: list[str]) -> dict[str, Any]:
    first, *_ = changes
    document: dict[str, Any] = {"measure": first, "difference": _rows(changes[first])}
    if len(changes) > 1:
        document["differences"] = {name: _rows(change) for name, change in changes.items()}
    return document | {"says": said}


def _sheet(name: str, change: xr.Dataset) -> Book:
    from stress.report.workbook import OF_UNITS, Column, Table

    unit = OF_UNITS.get(str(change["estimate"].attrs.get("units")), "number")
    rows = _rows(change)
    texts = [str(dim) for dim in change["estimate"].dims]
    columns = tuple(Column(key.replace("_", " "), "text" if key in texts else unit) for key in rows[0])
    return Table(name, columns, [list(row.values()) for row in rows])


def _tables(title: str, changes: dict[str, xr.Dataset], said: list[str]) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    return Group(*(_table(name, title, change) for name, change in changes.items()), *map(Text, said))


def _said(changes: Mapping[str, xr.Dataset], runs: Mapping[Path, xr.Dataset]) -> list[str]:
    """What a reader of these measures may take for something else."""
    from stress.explain.words import listed
    from stress.report.known_job import job_of
    from stress.report.words import residual

    sentences = []
    if "irr" in changes:
        names = sorted(set(map(str, changes["irr"]["tranche"].values)).intersection(*map(residual, runs.values())))
        if names:
            sentences.append(f"irr of {listed(names)}: the mean over paths; a run's own table has the median.")
    jobs = {path: job_of(ds) for path, ds in runs.items()}
    begun = {path: job.state.as_of if job.state else "" for path, job in jobs.items() if job is not None}
    counted = [name for name in FROM_THE_STATE if name in changes]
    if len(set(begun.values())) > 1:
        starts = "; ".join(f"{path} from {month or 'closing'}" for path, month in begun.items())
        what = f"{listed(counted)} of a run that starts in mid-life is of what is left then"
        sentences.append(f"{what if counted else 'What was before a run that starts in mid-life is data'}: {starts}.")
    return [*sentences, *_engines(runs)]


def _engines(runs: Mapping[Path, xr.Dataset]) -> list[str]:
    """That two versions of the engine wrote the runs, so that a part of a difference may be theirs."""
    wrote = {path: (str(ds.attrs.get("version")), str(ds.attrs.get("source_digest"))) for path, ds in runs.items()}
    if len(set(wrote.values())) < 2:
        return []
    listed = "; ".join(f"{path} {version} ({digest[:12]})" for path, (version, digest) in wrote.items())
    return [f"Written by unlike versions of stress, whose part in the difference is not told apart: {listed}."]


def _table(measure: str, title: str, change: xr.Dataset) -> Table:
    import numpy as np

    from stress.cli.answer import sheet_table
    from stress.measures.scenarios import is_share
    from stress.measures.tails import is_tail
    from stress.report.numbers import fraction, own_unit, quantile, tail_mean, unit_of, with_error, years
    from stress.report.sheets import Sheet

    is_quantile = is_tail(measure) and measure.startswith("VAR")
    share = change["estimate"].attrs.get("units") in ("1", "1/year")
    labels = [str(dim) for dim in change["estimate"].dims]
    unit = unit_of(
        np.r_[change["before"].values.ravel(), change["after"].values.ravel(), change["high"].values.ravel()]
    )

    def shown(value: float, error: float, *ends: float) -> str:
        if is_tail(measure) and ends:
            return quantile(value, *ends, unit=unit) if is_quantile else tail_mean(value, error, ends[0], unit=unit)
        bounds = ends if is_share(measure) else ()
        return with_error(value, error, *bounds, unit=unit) if share else own_unit(value, error, digits=4)

    def end(value: float) -> str:
        return fraction(value, unit) if share else years(value, 4)

    rows = []
    for row in _rows(change):
        value, error, low, high = (float(row[key]) for key in ("estimate", "error", "low", "high"))
        runs = [
            shown(*(float(row[f"{run}{k}"]) for k in ("", "_error", "_low", "_high"))) for run in ("before", "after")
        ]
        same = value == 0.0
        cells = ("0", f"within {end(high)}") if same else (shown(value, error), f"{end(low)} to {end(high)}")
        rows.append((*(str(row[label]) for label in labels), *runs, *cells))
    head = (*labels, "before", "after", "difference", "95% interval")
    sheet = Sheet(
        head, tuple(rows), "± standard error; of the difference on common draws, of which most noise cancels."
    )
    left: list[JustifyMethod] = ["left"] * len(labels)
    return sheet_table(sheet, f"{measure}: {title}", justify=left)
