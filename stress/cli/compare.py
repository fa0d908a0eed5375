"""`stress compare`: what changed between two runs, with the noise of common draws removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.options import FILE, output_options
from stress.cli.output import Output

if TYPE_CHECKING:
    import xarray as xr
    from rich.table import Table


@click.command()
@click.argument("results", type=FILE, metavar="RESULTS")
@click.argument("other", type=FILE, metavar="RESULTS")
@click.option("--measure", default="expected_loss", show_default=True, help="expected_loss, wal, irr, price, ...")
@output_options
def compare(results: Path, other: Path, measure: str, as_json: bool, quiet: bool, log_json: bool) -> None:
    """Show the second run minus the first, for the scenarios and notes that both have.

    Both must rest on the same draws: equal seed and paths. Then most noise cancels, and a small difference shows.

    \b
    Example:
      stress compare results/before results/after --measure irr
    """
    from stress import measures
    from stress import results as saved

    change = measures.compare(saved.open(other), saved.open(results), measure)
    title = f"{measure}: {other} minus {results}"
    Output(as_json, quiet, log_json).result(lambda: _table(title, change), lambda: _document(measure, change))


def _rows(change: xr.Dataset) -> list[dict[str, Any]]:
    flat = change.to_dataframe().reset_index()
    return [{str(key): value for key, value in row.items()} for row in flat.to_dict("records")]


def _document(measure: str, change: xr.Dataset) -> dict[str, Any]:
    return {"measure": measure, "difference": _rows(change)}


def _table(title: str, change: xr.Dataset) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    rows = _rows(change)
    for name in rows[0]:
        table.add_column(name, justify="left" if name in ("scenario", "tranche") else "right")
    for row in rows:
        table.add_row(*(f"{value:.5g}" if isinstance(value, float) else str(value) for value in row.values()))
    return table
