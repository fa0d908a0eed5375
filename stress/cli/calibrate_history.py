"""`stress calibrate rho` and `stress calibrate satellite`: parameters from a history of default rates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.answer import plain
from stress.cli.options import FILE, TOML, OneOf, output_options
from stress.cli.output import Output
from stress.cli.writing import save_text
from stress.errors import ConfigError, DataError
from stress.inputs.numbers import LEVELS, MOST_LAGS

if TYPE_CHECKING:
    from stress.inputs.table import MacroTable


@click.command()
@click.argument("history", type=FILE, metavar="HISTORY.csv")
@click.option("--column", help="The default rate. [default: the only column]")
@click.option("--unit", type=float, default=0.01, show_default=True, help="0.01 where the rates are in percent.")
@click.option("--first", metavar="PERIOD", help="First period of the sample. [default: the history's first]")
@click.option("--last", metavar="PERIOD", help="Last one. [default: the history's last]")
@click.option("--level", type=click.FloatRange(*LEVELS), default=0.95, show_default=True, help="Of the intervals.")
@click.option("--satellite", type=FILE, metavar="SAT.toml", help="Take out what this fitted satellite explains.")
@click.option("--macro", type=FILE, metavar="MACRO.csv", help="The satellite's variables over the history.")
@click.option("-o", "--out", type=TOML, metavar="FILE.toml", help="Write a pool's [dependence] here.")
@click.option("--draws", type=TOML, metavar="FILE.toml", help="Write how far the estimates may be off: `predictive`.")
@output_options
def rho(
    history: Path,
    column: str | None,
    unit: float,
    first: str | None,
    last: str | None,
    level: float,
    satellite: Path | None,
    macro: Path | None,
    out: Path | None,
    draws: Path | None,
    output: Output,
) -> None:
    """Estimate default rate, asset correlation and persistence, at the engine's monthly horizon.

    HISTORY.csv holds a row per month, quarter or year: the period, then annualised default rates above 0 (see --first
    and --last; `stress explain --tables`). The intervals know that such histories are persistent. With --satellite: of
    the residual factor, for scenarios that use it. With --draws: histories are simulated from the estimates and
    estimated again; a job whose `predictive` names the file runs with (p, rho, phi) drawn by path beside the estimates.

    \b
    Example:
      stress calibrate rho chargeoffs.csv --column "Credit cards" -o dependence.toml
    """
    from stress.calibration import read_table

    if (satellite is None) != (macro is None):
        raise ConfigError("--satellite and --macro belong together: the model and its variables over the history")
    table = read_table(history)
    name = _column(history, table.variable, column)
    from stress.calibration.sample import sample

    of = sample(table, name, unit, first, last)
    from stress.calibration import calibrate_rho  # SciPy's solvers: not for a table that is refused

    table, notes = of.table, list(of.note)
    expected = None if satellite is None or macro is None else _explained(satellite, macro, table, notes)
    try:
        fit = calibrate_rho(of.rate, table.start.per_year, expected=expected, level=level)
    except DataError as error:
        raise DataError(f"{history}: column {name!r} times {unit:g}: {error}") from None
    from stress.cli.calibration_tables import noted, rho_table, rho_toml
    from stress.tables.dates import with_dates

    source = with_dates(history.name, table.note)
    if out is not None:
        save_text("--out", out, rho_toml(fit, name, source))
    sampling = None
    if draws is not None:
        from stress.calibration.sampling import parameters_toml, sampling_of

        sampling = sampling_of(fit)
        span = (table.label(0), table.label(table.n - 1))
        save_text("--draws", draws, parameters_toml(sampling, fit, draws.stem, f"{name} of {source}", *span))
    worth = {"effective": fit.effective, "effective_spread": fit.effective_spread}
    document = {"column": name, **plain(fit), **worth}
    if sampling is not None:
        document["draws"] = sampling.summary(level)
    document["notes"] = notes
    output.result(lambda: noted(rho_table(fit, name, sampling), notes), lambda: document)


@click.command()
@click.argument("history", type=FILE, metavar="HISTORY.csv")
@click.argument("macro", type=FILE, metavar="MACRO.csv")
@click.option("--column", help="The default rate. [default: the only column of HISTORY.csv]")
@click.option(
    "--term", "terms", multiple=True, required=True, metavar="NAME[@lagN][@diffN]",
    help="May be repeated; @lagN without a name is the rate itself N periods before.",
)  # fmt: skip
@click.option("--link", type=OneOf(["logit", "probit"]), default="logit", show_default=True)
@click.option("--unit", type=float, default=0.01, show_default=True, help="0.01 where the rates are in percent.")
@click.option("--first", metavar="PERIOD", help="First period of the sample. [default: the history's first]")
@click.option("--last", metavar="PERIOD", help="Last one. [default: the history's last]")
@click.option("--lags", type=click.IntRange(0, MOST_LAGS), help="Of the robust errors. [default: 4 (n / 100)^(2/9)]")
@click.option("-o", "--out", type=TOML, metavar="FILE.toml", help="Write the satellite here.")
@output_options
def satellite(
    history: Path,
    macro: Path,
    column: str | None,
    terms: tuple[str, ...],
    link: Any,
    unit: float,
    first: str | None,
    last: str | None,
    lags: int | None,
    out: Path | None,
    output: Output,
) -> None:
    """Fit default rates on macro variables, with errors that stand autocorrelation.

    Where the two tables have different frequencies, the finer is averaged to the coarser (lags and differences count
    in its periods).

    \b
    Example:
      stress calibrate satellite chargeoffs.csv macro.csv \\
          --term "Unemployment rate" --term "Unemployment rate@diff4" -o satellite.toml
    """
    from stress.calibration import fit_satellite, parse_term, read_table, satellite_to_toml

    table = read_table(history)
    name = _column(history, table.variable, column)
    wanted = tuple(map(parse_term, terms))
    from stress.calibration.sample import same_frequency, sample

    of = sample(table, name, unit, first, last)
    moving = read_table(macro)
    rates, variables, averages = same_frequency(of.table, moving)
    notes = [*of.note, *(f"{macro.name}: {note}" for note in moving.note), *averages]
    fit = fit_satellite(rates, name, variables, wanted, link=link, unit=unit, robust_lags=lags)
    from stress.cli.calibration_tables import noted, satellite_table

    if out is not None:
        save_text("--out", out, satellite_to_toml(fit, out.stem))
    document = {**plain(fit), "notes": notes}
    output.result(lambda: noted(satellite_table(fit), notes), lambda: document)


def _explained(satellite: Path, macro: Path, history: MacroTable, notes: list[str]) -> Any:
    """The satellite's rates over the history, from variables at its own frequency or a higher one, averaged."""
    from stress.calibration import read_satellite, read_table
    from stress.calibration.sample import averaged

    variables = read_table(macro)
    notes += [f"{macro.name}: {note}" for note in variables.note]
    if variables.start.per_year > history.start.per_year:
        variables = averaged(variables, history.start.per_year)
        notes.append(f"the rows of {macro} are averaged to the periods of the history")
    return read_satellite(satellite).expected(variables, history.start, history.n)


def _column(file: Path, columns: tuple[str, ...], wanted: str | None) -> str:
    from stress.spelling import suggest

    if wanted is None and len(columns) == 1:
        return columns[0]
    names = ", ".join(columns)
    if wanted is None:
        raise ConfigError(f"{file}: has {len(columns)} columns; choose one with --column: {names}")
    if wanted not in columns:
        raise ConfigError(f"{file}: has no column {wanted!r}: one of {names}{suggest(wanted, columns)}")
    return wanted
