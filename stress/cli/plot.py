"""`stress plot`: one figure of saved results."""

from __future__ import annotations

from pathlib import Path

import click

from stress.cli.options import FILE
from stress.errors import ConfigError

FIGURES = ("loss", "fan", "events", "heat_map")
FORMATS = (".svg", ".png", ".pdf")


@click.command()
@click.argument("results", type=FILE, metavar="RESULTS")
@click.argument("figure", type=click.Choice(FIGURES))
@click.option("--tranche", help="The note of a loss figure. [default: the first]")
@click.option("--scenario", help="The scenario of a loss figure. [default: the first]")
@click.option("--quantity", default="cumulative_default", show_default=True, help="What a fan shows by month.")
@click.option("-o", "--out", type=FILE, metavar="FILE", help="An .svg, .png or .pdf file. [default: FIGURE.svg]")
def plot(
    results: Path, figure: str, tranche: str | None, scenario: str | None, quantity: str, out: Path | None
) -> None:
    """Draw a loss distribution, a fan by month, trigger events or the heat map of all scenarios.

    \b
    Example:
      stress plot results/baitiao-24m loss --tranche A -o loss.svg
      stress plot results/baitiao-24m fan --quantity excess_spread -o spread.png
    """
    target = out or Path(f"{figure}.svg")
    if target.suffix.lower() not in FORMATS:
        raise ConfigError(f"--out {target}: must end in {', '.join(FORMATS)}")

    from stress import results as saved
    from stress.report import figures

    dataset = saved.open(results)
    if scenario is not None and scenario not in dataset["scenario"].values:
        raise ConfigError(f"--scenario {scenario}: one of {', '.join(map(str, dataset['scenario'].values))}")
    if figure == "loss":
        drawn = figures.loss(dataset, tranche or str(dataset["tranche"].values[0]), scenario)
    elif figure == "fan":
        drawn = figures.fan(dataset, quantity)
    else:
        drawn = figures.events(dataset) if figure == "events" else figures.heat_map(dataset)
    try:
        if target.suffix.lower() == ".svg":
            target.write_text(figures.svg(drawn, figure), encoding="utf-8")
        else:
            drawn.savefig(target, dpi=160)
    except OSError as error:
        raise ConfigError(f"--out {target}: cannot be written: {error.strerror}") from None
    click.echo(target)
