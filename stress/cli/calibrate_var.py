"""`stress calibrate var`: how macro variables move around a path, from their history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from stress.cli.answer import plain
from stress.cli.options import FILE, TOML, output_options
from stress.cli.output import Output
from stress.cli.writing import save_text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stress.calibration.var import VarFit


@click.command()
@click.argument("macro", type=FILE, metavar="MACRO.csv")
@click.option("--variable", "variables", multiple=True, required=True, metavar="NAME", help="May be repeated.")
@click.option("--lags", type=click.IntRange(1, 8), help="Periods that count. [default: by Akaike's criterion]")
@click.option("--first", metavar="PERIOD", help="First period of the sample. [default: the table's first]")
@click.option("--last", metavar="PERIOD", help="Last one: leave out a pandemic. [default: the table's last]")
@click.option("-o", "--out", type=TOML, metavar="FILE.toml", help="Write the VAR here: `var` of a scenario.")
@output_options
def var(
    macro: Path,
    variables: tuple[str, ...],
    lags: int | None,
    first: str | None,
    last: str | None,
    out: Path | None,
    output: Output,
) -> None:
    """Fit a vector autoregression of macro variables, so that a scenario's paths may be random.

    \b
    Example:
      stress calibrate var macro.csv --variable "Unemployment rate" --variable "Real GDP growth" \\
          --first 1990Q1 --last 2019Q4 -o var.toml
    """
    from stress.calibration.var import fit_var, var_to_toml
    from stress.inputs.table import read_table

    table = read_table(macro)
    fit = fit_var(table, variables, lags, first, last)
    if out is not None:
        save_text("--out", out, var_to_toml(fit, out.stem))
    from stress.cli.calibration_tables import noted

    document = {**plain(fit), "notes": list(table.note)}
    output.result(lambda: noted(var_table(fit), table.note), lambda: document)


def var_table(fit: VarFit) -> RenderableType:
    """Coefficients with 95% intervals, and how far the variables stray."""
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from stress.cli.calibration_tables import NORMAL_95

    table = Table("equation", "regressor", "coefficient", "95% interval", "error", box=box.SIMPLE)
    for column in table.columns[2:]:
        column.justify = "right"
    for i, name in enumerate(fit.variable):
        rows = [("constant", fit.constant[i], fit.constant_error[i])]
        rows += [
            (f"{other} {lag + 1} before", fit.lag[lag, i, j], fit.error[lag, i, j])
            for lag in range(len(fit.lag))
            for j, other in enumerate(fit.variable)
        ]
        for regressor, b, error in rows:
            span = f"{b - NORMAL_95 * error:.3f} to {b + NORMAL_95 * error:.3f}"
            table.add_row(name, regressor, f"{b:.4f}", span, f"{error:.4f}")
            name = ""
    horizon = (1, fit.per_year, 2 * fit.per_year, 3 * fit.per_year)
    spread = fit.spread(horizon[-1])
    stray = Table("standard deviation after", *(f"{h} periods" for h in horizon), box=box.SIMPLE)
    for i, name in enumerate(fit.variable):
        stray.add_row(name, *(f"{spread[h - 1, i]:.3f}" for h in horizon))
    chosen = "" if not fit.criterion else f" (by Akaike among {len(fit.criterion)})"
    head = f"VAR({len(fit.lag)}){chosen}, {fit.n} periods, {fit.first} to {fit.last}"
    says = (
        f"Largest root {fit.largest_root:.3f}: of a shock so much is left a period later, in the long run. "
        f"Residuals without memory: p = {fit.whiteness:.3f}"
        + (" (refused at 5%: more lags, or another sample)." if fit.whiteness < 0.05 else ".")
    )
    return Group(Text(head), table, stray, Text(says))
