"""`stress compare`: what changed between two runs, with the noise of common draws removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.answer import FORMATS, draw
from stress.cli.options import FILE, output_options
from stress.cli.output import Output
from stress.errors import ConfigError

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import RenderableType
    from rich.table import Table


@click.command()
@click.argument("results", type=FILE, metavar="RESULTS")
@click.argument("other", type=FILE, metavar="RESULTS")
@click.option(
    "--measure", "chosen", multiple=True, default=("expected_loss",), show_default=True,
    help="expected_loss, loss_probability, wal, irr, price, mean_default, ...; may be repeated.",
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
      stress compare results/before results/after --measure irr --measure expected_loss
    """
    if figure is not None and figure.suffix.lower() not in FORMATS:
        raise ConfigError(f"--figure {figure}: must end in {', '.join(FORMATS)}")

    from stress import measures
    from stress import results as saved

    one, two = saved.open(results), saved.open(other)
    changes = {name: measures.compare(two, one, name) for name in chosen}
    draw(figure, "differences", chosen[0], changes[chosen[0]])
    Output(as_json, quiet, log_json).result(
        lambda: _tables(f"{other} minus {results}", changes), lambda: _document(changes)
    )


def _rows(change: xr.Dataset) -> list[dict[str, Any]]:
    flat = change.to_dataframe().reset_index()
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
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left")
    rows = _rows(change)
    for name in rows[0]:
        table.add_column(name, justify="left" if name in ("scenario", "tranche") else "right")
    for row in rows:
        table.add_row(*(f"{value:.5g}" if isinstance(value, float) else Text(str(value)) for value in row.values()))
    return table
