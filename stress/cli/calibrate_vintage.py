"""`stress calibrate vintage`: seasoning stages from a static-pool table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.options import FILE, TOML, output_options
from stress.cli.output import Output
from stress.cli.writing import drawable, save, save_text
from stress.errors import ConfigError, DataError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stress.calibration.stages import Choice, Seasons, Vintages


@click.command()
@click.argument("file", type=FILE, metavar="TABLE.csv")
@click.option("--default", metavar="COLUMN", help="What defaults, by age or cumulative. [default: the only figure]")
@click.option("--size", metavar="COLUMN|N", help="What each cohort began with: a figure by cohort, or one number.")
@click.option("--exits", multiple=True, metavar="COLUMN", help="What leaves otherwise, paid early; may be repeated.")
@click.option("--at-risk", metavar="COLUMN", help="Instead: what is current at the start of each age.")
@click.option("--unit", type=float, help="Figures are shares of the size in this unit: 0.01 for percent.")
@click.option(
    "--cumulative/--by-age", default=None, help="Running totals, or figures of each month. [default: as seen]"
)
@click.option("--stages", type=click.IntRange(1, 4), help="Number of stages. [default: what the data ask for, 1 to 3]")
@click.option("--figure", type=FILE, metavar="FILE", help="Draw data against fits: an .svg, .png or .pdf file.")
@click.option("-o", "--out", type=TOML, metavar="FILE.toml", help="Write the words of a pool's file here.")
@click.option("--draws", type=TOML, metavar="FILE.toml", help="Write the spread of seasons: `predictive` of a job.")
@output_options
def vintage(
    file: Path,
    default: str | None,
    size: str | None,
    exits: tuple[str, ...],
    at_risk: str | None,
    unit: float | None,
    cumulative: bool | None,
    stages: int | None,
    figure: Path | None,
    out: Path | None,
    draws: Path | None,
    output: Output,
) -> None:
    """Fit stages of seasoning to a static-pool table: how the default hazard grows with age, with errors.

    TABLE.csv holds cohorts by months on book: counts or amounts with what each cohort began with (--size) and what is
    paid early (--exits), or shares of the size (--unit, with --size for the number of loans behind them).

    \b
    Example:
      stress calibrate vintage scenarios/data/lendingclub/36m_2015_by_payments.csv \\
          --default charged_off_loans --size loans --exits fully_paid_loans --figure hazard.png
    """
    drawable("--figure", figure)
    from stress.tables.vintages import read_vintages

    table = read_vintages(file)
    from stress.calibration.vintages import Columns, vintages_of

    columns = Columns(default, number_or_name(size), exits, at_risk, unit, cumulative)
    vintages, notes = vintages_of(table, columns)
    fitted(vintages, table.age, [*table.note, *notes], file, stages, figure, out, draws, output)


def fitted(
    table: Vintages,
    age: tuple[int, ...],
    notes: list[str],
    file: Path,
    stages: int | None,
    figure: Path | None,
    out: Path | None,
    draws: Path | None,
    output: Output,
) -> None:
    """Fit a table, write and draw what was asked for, print."""
    from stress.calibration.stages import Choice, choose_stages, fit_stages, seasons
    from stress.calibration.stages_file import season_parameters_toml, stages_toml
    from stress.tables.dates import with_dates

    try:
        choice = choose_stages(table) if stages is None else Choice((fit_stages(table, stages),), (0.0,))
    except ValueError as error:
        raise DataError(f"{file}: {error}") from None
    source, spread = with_dates(file.name, notes), None
    words = stages_toml(choice.best, source)
    try:
        spread = seasons(table, choice.best)
    except ValueError as error:
        notes = [*notes, str(error)]
    if out is not None:
        save_text("--out", out, words)
    if draws is not None:
        if spread is None:
            raise ConfigError(f"--draws {draws}: {notes[-1]}")
        if spread.spread == 0.0:
            raise ConfigError(f"--draws {draws}: seasons differ by no more than chance, so there is nothing to draw")
        rate = float(table.defaulted.sum() / table.at_risk.sum())
        named = (table.cohort[0], table.cohort[-1], draws.stem, f"{source}: spread of seasons at equal age")
        save_text("--draws", draws, season_parameters_toml(spread, rate, len(table.cohort), *named))
    if figure is not None:
        from stress.report.figures.hazard import hazard

        save("--figure", figure, hazard(table, choice, age, file.stem), "hazard")
    from stress.cli.calibration_tables import noted

    output.result(lambda: noted(_table(choice, spread, words), notes), lambda: _document(choice, spread, words, notes))


def number_or_name(size: str | None) -> str | float | None:
    """What --size says: a number, or the name of a column."""
    try:
        return None if size is None else float(size)
    except ValueError:
        return size


def _table(choice: Choice, spread: Seasons | None, words: str) -> RenderableType:
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(
        "stages", "hazard a month", "moves on a month", "explained", "dispersion", "criterion", box=box.SIMPLE
    )
    for column in table.columns[3:]:
        column.justify = "right"
    for fit, criterion in zip(choice.fits, choice.criterion, strict=True):
        chosen = " *" if fit is choice.best and len(choice.fits) > 1 else "" if fit.identified else " ?"
        table.add_row(
            f"{len(fit.hazard)}{chosen}",
            "\n".join(_with_error(h, e, 4) for h, e in zip(fit.hazard, fit.hazard_error, strict=True)),
            "\n".join(_with_error(m, e, 2) for m, e in zip(fit.moves_on, fit.moves_on_error, strict=True)) or "–",
            f"{fit.explained:.1%}", f"{fit.dispersion:.1f}", f"{criterion:.1f}" if len(choice.fits) > 1 else "–",
        )  # fmt: skip
    said = (
        "± one standard error, widened by the dispersion. Explained: of the variance of the hazard by age, weighted by "
        "what is at risk. * what the data ask for: the smallest criterion (quasi-likelihood BIC) whose numbers they "
        "tell; ? numbers that they do not tell."
    )
    season = "" if spread is None else (
        f"Seasons: at equal age the log odds of cohorts spread by {spread.spread:.3f} ± {spread.spread_error:.3f} "
        f"beyond chance, over {len(spread.log_odds)} cohorts."
    )  # fmt: skip
    return Group(table, Text(said), Text(season), Text(f"\n{words}"))


def _with_error(value: float, error: float, digits: int) -> str:
    return f"{value:.{digits}%} ± {error:.{digits}%}" if error < 1.0 else f"{value:.{digits}%}, not told"


def _document(choice: Choice, spread: Seasons | None, words: str, notes: list[str]) -> dict[str, Any]:
    from stress.cli.answer import plain

    return {
        "stages": len(choice.best.hazard),
        "fits": [{**plain(fit), "identified": fit.identified} for fit in choice.fits],
        "criterion": list(choice.criterion),
        "seasons": None if spread is None else plain(spread),
        "words": words,
        "notes": notes,
    }
