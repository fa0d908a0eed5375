"""`stress calibrate rolls`: a delinquency ladder from balances by bucket or from transitions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.options import FILE, TOML, OneOf, output_options
from stress.cli.output import Output
from stress.cli.writing import save_text
from stress.errors import ConfigError, DataError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stress.calibration.roll_series import Slope
    from stress.calibration.rolls import Rolls


@click.command()
@click.argument("history", type=FILE, metavar="HISTORY.csv")
@click.option("--bucket", "buckets", multiple=True, metavar="COLUMN", help="Of balances, the least late first; repeat.")
@click.option("--current", metavar="COLUMN", help="What is not late: then entry is known too.")
@click.option("--loss", metavar="COLUMN", help="Charged off in the row's period: then the last roll is known too.")
@click.option(
    "--shape", type=OneOf(["rolls", "stays", "pays down"]), help="What a bucket may do. [default: as the data ask]"
)
@click.option("--amount", metavar="COLUMN", help="Of a table of transitions (from, to, amount).")
@click.option("--macro", type=FILE, metavar="MACRO.csv", help="How each roll moves with --variable of this table.")
@click.option("--variable", metavar="NAME", help="Of --macro.")
@click.option("-o", "--out", type=TOML, metavar="FILE.toml", help="Write the [[ladder]] of a pool's file here.")
@output_options
def rolls(
    history: Path,
    buckets: tuple[str, ...],
    current: str | None,
    loss: str | None,
    shape: Any,
    amount: str | None,
    macro: Path | None,
    variable: str | None,
    out: Path | None,
    output: Output,
) -> None:
    """Fit what of each bucket rolls on, stays, pays down and cures in a month, with errors.

    HISTORY.csv holds balances by bucket, a row a date: months that follow one another give the whole matrix, dates
    apart give what ever reaches the next bucket. Or transitions: a row for each from, to, amount and month, or a
    matrix a month (or one on average) with states from before its rows and states to above its columns.

    \b
    Example:
      stress calibrate rolls scenarios/data/card_trusts/citi_master_trust_annual.csv --loss gross_charge_offs_kusd
      stress calibrate rolls report.csv --current current --bucket d30 --bucket d60 --bucket d90 -o ladder.toml
    """
    if (macro is None) != (variable is None):
        raise ConfigError("--macro and --variable belong together: a table and the name of one of its columns")
    from stress.calibration.move_tables import matrices
    from stress.calibration.roll_series import with_entry, with_macro
    from stress.calibration.roll_tables import read_stocks, transitions
    from stress.calibration.rolls import fit_rolls
    from stress.tables.dates import with_dates

    moves = None if buckets or current or loss else transitions(history, amount) or matrices(history)
    fit, notes = moves or (None, ())
    entry: list[Slope] = []
    moved: list[Slope] = []
    beside: list[str] = []
    if fit is None:
        stocks = read_stocks(history, buckets, current, loss)
        notes = stocks.note
        with _of(history):
            fit = fit_rolls(stocks, shape)
            entry = [] if current is None else with_entry(stocks)
        if macro is not None and variable is not None:
            from stress.calibration import read_table

            table = read_table(macro)
            moved = with_macro(stocks, table, variable)
            beside = [f"{macro.name}: {note}" for note in table.note]
    elif macro is not None:
        raise ConfigError(f"{history}: a table of transitions has too few months for --macro: give balances by bucket")
    words = ladder_toml(fit, with_dates(history.name, notes), entry)
    if out is not None:
        save_text("--out", out, words)
    from stress.cli.calibration_tables import noted

    output.result(
        lambda: noted(_table(fit, entry, moved, variable, words), [*notes, *beside]),
        lambda: {**_document(fit, entry, moved, words), "notes": [*notes, *beside]},
    )


@contextlib.contextmanager
def _of(file: Path) -> Iterator[None]:
    """What a fit refuses, with the file that it rests on."""
    try:
        yield
    except DataError as error:
        raise DataError(f"{file}: {error}") from None


def ladder_toml(fit: Rolls, source: str, entry: list[Slope]) -> str:
    """`[[ladder]]` of a pool's file; a roll that the data do not know is left open."""
    elastic = {slope.row: slope for slope in entry}
    line = [f"# Fitted to {source}: {_how(fit)}. Each bucket is 30 days; default after the last."]
    for k in range(1, len(fit.rolls)):
        known = fit.rolls[k] == fit.rolls[k]
        error = f"   # error {fit.rolls_error[k]:.2g}" if fit.rolls_error[k] == fit.rolls_error[k] else ""
        line += ["", "[[ladder]]", f"rolls = {fit.rolls[k]:.4g}{error}" if known else f"# rolls = ?   ({_open(fit)})"]
        if known and (fit.stays[k] > 0.0 or fit.pays_down[k] > 0.0):
            line.append(f"cures = {max(fit.cures[k], 0.0):.4g}")
        if fit.pays_down[k] > 0.0:
            line.append(f"pays_down = [{fit.pays_down[k]:.4g}]")
        if k in elastic and abs(elastic[k].slope) > 2.0 * elastic[k].error:
            line.append(f"elasticity = {elastic[k].slope:.3g}   # error {elastic[k].error:.2g}")
    return "\n".join([*line, ""])


def _open(fit: Rolls) -> str:
    """Why a roll is not known."""
    if fit.how == "transitions":
        return "the transitions do not say what of the last bucket defaults: give a state of default"
    return "the balances do not say what is lost after the last bucket: give --loss"


def _how(fit: Rolls) -> str:
    return {
        "months": f"{fit.n} pairs of months, a bucket {_allowed(fit)}",
        "dates": f"{fit.n} dates, what ever reaches the next bucket (a pool that neither grows nor shrinks)",
        "transitions": f"{fit.n} month{'s' * (fit.n > 1)} of transitions",
    }[fit.how]


def _allowed(fit: Rolls) -> str:
    return {
        "rolls": "rolls on or cures",
        "stays": "rolls on, stays or cures",
        "pays down": "rolls on, stays, pays down one bucket or cures",
    }[fit.shape]


TELLS = {
    "months": "Balances alone do not tell a cure from a payment of the same amount, nor what stays in the first bucket "
    "or pays down to it (entry moves by itself; both count as cures). Shares of buckets that rise and fall together "
    "(condition above 30) can hardly be told apart.",
    "dates": "At dates apart neighbouring balances tell one number a bucket: what rolls on over one less what stays, "
    "too low while delinquency rises and too high while it falls. What cures, stays or pays down they do not tell.",
    "transitions": "Transitions tell every share; jumps of two buckets and more count as staying, payments of several "
    "buckets as one.",
}


def _table(fit: Rolls, entry: list[Slope], moved: list[Slope], variable: str | None, words: str) -> RenderableType:
    from rich import box
    from rich.console import Group
    from rich.text import Text

    from stress.report.whole_table import WholeTable

    table = WholeTable("", "rolls on", "stays", "pays down", "cures or is paid", box=box.SIMPLE)
    for column in table.columns[1:]:
        column.justify = "right"
    for slopes, name in ((entry, "elasticity to entry"), (moved, f"log odds a unit of {variable}")):
        if slopes:
            table.add_column(name, justify="right")
    for k in range(len(fit.rolls)):
        slope = [
            next((_shown(s.slope, s.error) for s in slopes if s.row == k), "–") for slopes in (entry, moved) if slopes
        ]
        table.add_row(
            f"bucket {k}" if k else "current", _share(fit.rolls[k], fit.rolls_error[k]),
            _share(fit.stays[k], fit.stays_error[k]), _share(fit.pays_down[k], fit.pays_down_error[k]),
            f"{round(fit.cures[k], 3) + 0.0:.1%}" if k and fit.cures[k] == fit.cures[k] else "–", *slope,
        )  # fmt: skip
    by = {"months": "circular blocks of months", "dates": "the spread of dates", "transitions": "leaving out a month"}
    head = _how(fit)[0].upper() + _how(fit)[1:]
    quality = f", explained {fit.explained:.1%}, condition {fit.condition:.0f}" if fit.how == "months" else ""
    known = any(error == error for error in fit.rolls_error)
    said = f"{f'± one standard error by {by[fit.how]}' if known else 'One month tells no error'}. {TELLS[fit.how]}"
    if fit.explained < 0.0:
        said += (
            " What is explained is below 0: the balances move otherwise; see that buckets stand the least late first."
        )
    return Group(Text(f"{head}{quality}"), table, Text(said), Text(f"\n{words}"))


def _share(value: float, error: float) -> str:
    if value != value or (value == 0.0 and not error > 0.0):
        return "–"
    return f"{value:.1%}" + (f" ± {error:.1%}" if error == error else "")


def _shown(value: float, error: float) -> str:
    return f"{value:.3f} ± {error:.3f}"


def _document(fit: Rolls, entry: list[Slope], moved: list[Slope], words: str) -> dict[str, Any]:
    from stress.cli.answer import plain

    return {
        **plain(fit),
        "cures": plain(fit.cures),
        "with_entry": [slope._asdict() for slope in entry],
        "with_macro": [slope._asdict() for slope in moved],
        "words": words,
    }
