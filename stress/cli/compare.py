"""`stress compare`: what changed between two runs, with the noise of common draws removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.answer import draw
from stress.cli.options import FILE, output_options
from stress.cli.output import Output
from stress.cli.writing import drawable

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import JustifyMethod, RenderableType
    from rich.table import Table


@click.command()
@click.argument("results", type=FILE, metavar="RESULTS")
@click.argument("other", type=FILE, metavar="RESULTS")
@click.option(
    "--measure", "chosen", multiple=True, default=("expected_loss",), show_default=True,
    help="EL, PD, LGD, WAL, IRR, PRICE, MULTIPLE, DEFAULT, ..., or the long names; VAR99.9, ES99 of Sobol points; may "
    "be repeated.",
)  # fmt: skip
@click.option("--figure", type=FILE, metavar="FILE", help="Also draw the first measure: an .svg, .png or .pdf file.")
@output_options
def compare(
    results: Path, other: Path, chosen: tuple[str, ...], figure: Path | None, as_json: bool, quiet: bool, log_json: bool
) -> None:
    """Show the second run minus the first, for the scenarios and notes that both have.

    Both must rest on the same draws: equal seed and paths. Then most noise cancels, and a small difference shows.

    \b
    Example:
      stress compare results/before results/after --measure IRR --measure EL
    """
    drawable("--figure", figure)

    from stress import measures
    from stress import results as saved
    from stress.measures.names import long_name

    chosen = tuple(dict.fromkeys(long_name(name, "--measure") for name in chosen))
    one, two = saved.open(results), saved.open(other)
    changes = {name: _lent(measures.compare(two, one, name), name, one, two) for name in chosen}
    draw(figure, "differences", chosen[0], changes[chosen[0]])
    Output(as_json, quiet, log_json).result(
        lambda: _tables(f"{other} minus {results}", changes), lambda: _document(changes)
    )


def _lent(change: xr.Dataset, name: str, *runs: xr.Dataset) -> xr.Dataset:
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


def _document(changes: dict[str, xr.Dataset]) -> dict[str, Any]:
    first, *_ = changes
    document: dict[str, Any] = {"measure": first, "difference": _rows(changes[first])}
    if len(changes) > 1:
        document["differences"] = {name: _rows(change) for name, change in changes.items()}
    return document


def _tables(title: str, changes: dict[str, xr.Dataset]) -> RenderableType:
    from rich.console import Group

    return Group(*(_table(f"{name}: {title}", change) for name, change in changes.items()))


def _table(title: str, change: xr.Dataset) -> Table:
    from stress.cli.answer import sheet_table
    from stress.report.numbers import fraction, with_error
    from stress.report.sheets import Sheet

    share = change["estimate"].attrs.get("units") in ("1", "1/year")
    labels = [str(dim) for dim in change["estimate"].dims]
    rows = []
    for row in _rows(change):
        value, error, low, high = (float(row[key]) for key in ("estimate", "error", "low", "high"))
        if value == 0.0:
            shown = ("0", f"within {fraction(high) if share else f'{high:.2g}'}")
        elif share:
            shown = (with_error(value, error), f"{fraction(low)} to {fraction(high)}")
        else:
            shown = (f"{value:.4g} ± {error:.2g}", f"{low:.4g} to {high:.4g}")
        rows.append((*(str(row[label]) for label in labels), *shown))
    sheet = Sheet((*labels, "difference", "95% interval"), tuple(rows), "± standard error of the difference.")
    left: list[JustifyMethod] = ["left"] * len(labels)
    return sheet_table(sheet, title, justify=left)
