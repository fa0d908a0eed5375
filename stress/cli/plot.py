"""`stress plot`: one figure of saved results."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from stress.cli.cells import Cell, cell_options, opened_one
from stress.cli.of_books import job_argument
from stress.cli.options import FILE, OneOf
from stress.cli.writing import drawable, save
from stress.errors import ConfigError
from stress.spelling import fraction_for

FIGURES = ("loss", "lives", "fan", "events", "heat_map", "defaults")
OF = {"tranche": ("loss", "lives"), "scenario": ("loss",), "quantity": ("fan",), "mark": ("defaults",)}
"""The figures that an option says something about."""
QUANTITY = "cumulative_default"


@click.command()
@job_argument("results", "RESULTS")
@click.argument("figure", type=OneOf(FIGURES), metavar="FIGURE")
@click.option("--tranche", help="The note of a figure of losses or lives. [default: the first]")
@click.option("--scenario", help="The scenario of a loss figure. [default: the first]")
@click.option("--quantity", help=f"What a fan shows by month. [default: {QUANTITY}]")
@click.option(
    "--mark",
    multiple=True,
    metavar="NAME=SHARE",
    help="A figure to mark among the defaults, for example 'realised=0.0463'. Repeatable.",
)
@cell_options
@click.option("-o", "--out", type=FILE, metavar="FILE", help="An .svg, .png or .pdf file. [default: FIGURE.svg]")
def plot(
    results: Path,
    figure: str,
    tranche: str | None,
    scenario: str | None,
    quantity: str | None,
    mark: tuple[str, ...],
    cell: Cell,
    out: Path | None,
) -> None:
    """Draw a note's losses, or its life, yield and price, a fan by month, trigger events, the heat map, pool defaults.

    \b
    Example:
      stress plot results/baitiao-24m loss --tranche A -o loss.svg
      stress plot results/baitiao-24m lives --tranche A -o lives.png
      stress plot results/baitiao-24m fan --quantity excess_spread -o spread.png
      stress plot results/baitiao-24m defaults --mark 'static pool=0.0101' --mark realised=0.0463 -o defaults.svg
    """
    _says_something(figure, {"tranche": tranche, "scenario": scenario, "quantity": quantity, "mark": mark})
    marks, quantity = [_mark(text) for text in mark], quantity or QUANTITY
    target = out or Path(f"{figure}.svg")
    drawable("--out", target)

    from stress.report import figures
    from stress.spelling import suggest

    dataset = opened_one(results, cell)
    if scenario is not None and scenario not in dataset["scenario"].values:
        raise ConfigError(f"--scenario {scenario}: one of {', '.join(map(str, dataset['scenario'].values))}")
    notes = [str(note) for note in dataset["tranche"].values]
    if tranche is not None and tranche not in notes:
        raise ConfigError(f"--tranche {tranche}: one of {', '.join(notes)}{suggest(tranche, notes)}")
    if quantity not in figures.FANS:
        raise ConfigError(
            f"--quantity {quantity}: one of {', '.join(figures.FANS)}{suggest(quantity, list(figures.FANS))}"
        )
    if figure == "loss":
        drawn = figures.loss(dataset, tranche or str(dataset["tranche"].values[0]), scenario)
    elif figure == "lives":
        drawn = figures.lives(dataset, tranche or str(dataset["tranche"].values[0]))
    elif figure == "fan":
        drawn = figures.fan(dataset, quantity)
    elif figure == "defaults":
        drawn = figures.defaults(dataset, marks)
    else:
        drawn = figures.events(dataset) if figure == "events" else figures.heat_map(dataset)
    save("--out", target, drawn, figure)
    click.echo(target)


def _says_something(figure: str, options: Mapping[str, object]) -> None:
    for name, given in options.items():
        if given and figure not in OF[name]:
            raise click.UsageError(f"--{name} is for {' and '.join(OF[name])}, not for {figure}")


def _mark(text: str) -> tuple[str, float]:
    name, _, share = text.rpartition("=")
    try:
        value = float(share)
    except ValueError:
        value = -1.0
    if not name or not 0.0 < value <= 1.0:
        hint = fraction_for(share)
        raise ConfigError(f"--mark {text}: NAME=SHARE, a share of the cut-off balance above 0 and at most 1{hint}")
    return name, value
