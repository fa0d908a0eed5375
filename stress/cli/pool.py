"""`stress pool`: a loan tape aggregated into a pool file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.options import FILE, TOML, OneOf, output_options, renamed
from stress.cli.output import Output
from stress.cli.writing import save_text
from stress.errors import DataError, StressError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rich.console import RenderableType

    from stress.inputs.pool import Pool
    from stress.tape import Gathered
    from stress.tape.levels import Cuts
    from stress.tape.spelling import Late


ALL = "all"
"""Of --levels: the tape has no column of levels, and its loans are of one."""


@click.command()
@click.argument("tape", type=FILE, metavar="TAPE.csv|xlsx|parquet")
@click.option("-o", "--out", type=TOML, metavar="POOL.toml", help="Write the pool here.")
@click.option("--like", type=FILE, metavar="BASE.toml", help="Take rates, plans and dependence from this pool.")
@click.option("--column", "columns", multiple=True, metavar="OURS=THEIRS", help="Where the tape has other headings.")
@click.option(
    "--late",
    type=OneOf(["auto", "days", "buckets", "mba"]),
    default="auto",
    show_default=True,
    help="What days_past_due counts: days; buckets of thirty days, 1 to 3; MBA codes C, 3, 6, 9.",
)
@click.option(
    "--allow-dropped",
    type=click.FloatRange(0.0, 1.0),
    default=0.01,
    show_default=True,
    metavar="SHARE",
    help="Of rows or of balance: refuse the tape where more would be dropped.",
)
@click.option(
    "--levels",
    metavar="CUT,CUT|all",
    help="Cut scores that are numbers into levels at these, rising points; all: one level, of a tape without.",
)
@click.option("--name", help="Of the pool. [default: the tape's file name]")
@click.option("--currency", default="CNY", show_default=True, help="Without --like.")
@output_options
def pool(
    tape: Path,
    out: Path | None,
    like: Path | None,
    columns: tuple[str, ...],
    late: Any,
    allow_dropped: float,
    levels: str | None,
    name: str | None,
    currency: str,
    output: Output,
) -> None:
    """Aggregate a loan tape into score levels and opening lines, and say what was dropped and why.

    The tape has a row a loan with level, term, remaining (instalments left), days_past_due, balance and monthly_fee (a
    fraction of original principal): text, a workbook or Parquet, packed or not. Amounts may have thousands, currency
    and percent signs; days past due may be empty or below zero (paid ahead) where they are not late. What the cells do
    not make certain is refused. Without --like, rates are read from one day's delinquency as a steady state. Loans with
    level payments: --column apr=THEIRS reads interest a year (a fraction) in the place of the flat fee.

    In the place of remaining: --column maturity=THEIRS and --column as_of=THEIRS, the dates of the last instalment and
    of the tape; instalments left are the months between. A tape under the headings of Regulation AB II (Schedule AL) or
    of the ESMA annexes is read as it is. Its Account Status, zeroBalanceCode and chargedoffPrincipalAmount leave out
    loans in default, or no longer in the pool, whatever their days past due.

    Levels are names (A, L1) or, with --levels, ranges of a score: --levels 600,660,720 makes `720 and above`, `660 to
    720`, `600 to 660` and `below 600`, in this order; a score at a cut belongs to the level above it. A score that is
    no number, and a level without a loan (but for one that --like has), are refused.

    \b
    Example:
      stress pool tape.parquet --like scenarios/pools/baitiao.toml -o pool.toml
      stress pool autos.csv --column apr=rate --column level=grade --currency USD -o pool.toml
      stress pool cards.csv --column level=fico --levels 600,660,720 -o pool.toml
      stress pool esma-annex-6.csv --levels all --currency EUR -o pool.toml
    """
    from stress.tape import COLUMNS
    from stress.tape.source import DATES, INTEREST

    base, one_level = None if like is None else _pool(like), levels == ALL
    cuts = () if one_level else _cuts(levels)
    theirs = renamed(columns, (*COLUMNS, INTEREST, *DATES))
    gathered, made = aggregated(tape, theirs, base, name, currency, late, allow_dropped, cuts, one_level)
    if out is not None:
        _write(out, made)
    output.result(lambda: _tables(gathered), lambda: _document(gathered, made))


def aggregated(
    tape: Path,
    columns: dict[str, str] | None = None,
    base: Pool | None = None,
    name: str | None = None,
    currency: str = "CNY",
    late: Late = "auto",
    allowed: float | None = None,
    cuts: Cuts = (),
    one_level: bool = False,
) -> tuple[Gathered, Pool]:
    """A tape read, cleaned, aggregated and made a pool, its scores cut into levels where `cuts` are given.

    Raises ConfigError, DataError, which name the tape.
    """
    from stress.tape import ALLOWED_SHARE, gather
    from stress.tape.levels import said_of

    try:
        gathered = gather(tape, columns, late, ALLOWED_SHARE if allowed is None else allowed, cuts, one_level)
        if cuts:
            _all_held(gathered, cuts, base)
        from stress.tape import pool_of

        cut = f", {said_of(cuts)}" if cuts else ""
        source = f"Loan tape {tape.name}: {gathered.stock.n:,} of {gathered.n_read:,} rows{cut}."
        return gathered, pool_of(gathered.stock, name or tape.stem, source, base, currency, gathered.interest)
    except StressError as error:
        said = str(error)
        raise type(error)(said if str(tape) in said else f"{tape}: {said}") from None


def _pool(path: Path) -> Pool:
    from stress.inputs.files.parse import parse_as
    from stress.inputs.pool import Pool

    return parse_as(path, Pool, "--like")


def _cuts(levels: str | None) -> Cuts:
    from stress.tape.levels import parse_cuts

    return () if levels is None else parse_cuts(levels)


def _all_held(gathered: Gathered, cuts: Cuts, base: Pool | None) -> None:
    """DataError where a level between cuts has no loan, unless the other pool has it."""
    from stress.tape.levels import names_of

    known = () if base is None else [segment.name for segment in base.segments]
    for name in names_of(cuts):
        if name not in gathered.stock.level and name not in known:
            raise DataError(f"--levels: no loan of the pool scores {name}: leave out a cut")


def _write(out: Path, made: Pool) -> None:
    from stress.tape.pool import pool_to_toml

    save_text("--out", out, pool_to_toml(made, f"Written by stress pool. {made.source}"))


def _tables(gathered: Gathered) -> RenderableType:
    from rich import box
    from rich.console import Group
    from rich.markup import escape
    from rich.text import Text

    from stress.report.whole_table import WholeTable

    stock, priced = gathered.stock, _priced(gathered)
    heads = ("level", "balance", "share", "current", "1-30", "31-60", "61-90", *priced)
    table = WholeTable(*heads, box=box.SIMPLE)
    for column in table.columns[1:]:
        column.justify = "right"
    for level, late, *cells in zip(stock.level, stock.late, *priced.values(), strict=False):
        share = [f"{part / late.sum():.2%}" for part in late]
        table.add_row(escape(level), f"{late.sum():,.0f}", f"{late.sum() / stock.balance:.2%}", *share, *cells)
    whole = stock.late.sum(axis=0)
    total = [f"{part / stock.balance:.2%}" for part in whole]
    table.add_row("all", f"{stock.balance:,.0f}", "100.00%", *total, *(cells[-1] for cells in priced.values()))
    said = [f"{stock.n:,} loans of {gathered.n_read:,} rows; {stock.small:.1%} of the balance in loans below 3,000."]
    said += [f"note: {note}" for note in gathered.note]
    said += [
        f"dropped {d.n:,} (balance {d.balance:,.2f}), first in row {d.first_row:,}: {d.reason}"
        for d in gathered.dropped
    ]
    return Group(table, Text("\n".join(said)))


def _priced(gathered: Gathered) -> dict[str, list[str]]:
    """Columns on performing loans, means over balance, a cell a level and one of all: instalments left, and the APR of
    loans with interest or the share of the balance that bears no flat fee."""
    import numpy as np

    stock = gathered.stock
    current = stock.late[:, 0]

    def column(values: NDArray[np.float64], shown: str) -> list[str]:
        whole = float(current @ values) / float(current.sum())
        cells = [
            format(value, shown) if on else "-" for value, on in zip(values.tolist(), current.tolist(), strict=True)
        ]
        return [*cells, format(whole, shown)]

    free = stock.fee_free / np.maximum(current, 1e-300)
    price = {"APR": column(stock.rate, ".2%")} if gathered.interest else {"fee-free": column(free, ".2%")}
    return {"months left": column(stock.months_left, ".1f"), **price}


def _document(gathered: Gathered, made: Pool) -> dict[str, Any]:
    stock = gathered.stock
    return {
        "rows": gathered.n_read,
        "loans": stock.n,
        "dropped": [d._asdict() for d in gathered.dropped],
        "notes": list(gathered.note),
        "balance": stock.balance,
        "share_below_3000": stock.small,
        "levels": {
            level: dict(zip(("current", "m1", "m2", "m3"), late.tolist(), strict=True))
            for level, late in zip(stock.level, stock.late, strict=True)
        },
        "pool": made.model_dump(mode="json", exclude_none=True),
    }
