"""`stress calibrate projection`: what vintages of a static-pool table will have lost, and a loss curve from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from stress.cli.options import FILE, output_options
from stress.cli.output import Output
from stress.errors import ConfigError, DataError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stress.arrays import Array
    from stress.calibration.chain_ladder import Projection
    from stress.tables.vintages import VintageTable


@click.command()
@click.argument("file", type=FILE, metavar="TABLE.csv")
@click.option("--loss", metavar="COLUMN", help="What is lost, net or gross. [default: the only figure]")
@click.option("--size", metavar="COLUMN|N", help="What each vintage began with: a figure by vintage, or one number.")
@click.option("--unit", type=float, help="Figures are shares of the size in this unit: 0.01 for percent.")
@click.option(
    "--cumulative/--by-age", default=None, help="Running totals, or figures of each month. [default: as seen]"
)
@click.option(
    "--months",
    type=click.IntRange(1, 12),
    help="From one age to the next: 3 where ages are quarters. [default: as seen]",
)
@click.option("--age", type=click.IntRange(0), default=0, help="Age of the pool at the cut-off, months. [default: 0]")
@click.option("--pool-factor", type=float, metavar="SHARE", help="What is left of the original balance at that age.")
@output_options
def projection(
    file: Path,
    loss: str | None,
    size: str | None,
    unit: float | None,
    cumulative: bool | None,
    months: int | None,
    age: int,
    pool_factor: float | None,
    output: Output,
) -> None:
    """Project what each vintage will have lost in the end, and when: a base case and its timing, with errors.

    TABLE.csv holds vintages by months on book: running totals or figures by month, amounts or shares of the size. Each
    goes on by the factors from age to age of those before it (chain ladder, errors of Mack 1993); the end is the last
    age of the oldest. A pool in mid-life (--age, --pool-factor) loses what is still to come, over what is left of it.

    \b
    Example:
      stress calibrate projection static-pools.csv
      stress calibrate projection losses.xlsx --loss "net loss" --size originated --age 8 --pool-factor 0.82
      stress calibrate projection scenarios/data/lendingclub/36m_2015_by_payments.csv \\
          --loss charged_off_loans --size loans --by-age
    """
    from stress.calibration.chain_ladder import chain_ladder
    from stress.calibration.vintages import Columns, months_an_age, running_totals
    from stress.cli.calibrate_vintage import number_or_name
    from stress.tables.vintages import read_vintages

    table = read_vintages(file)
    totals, sizes, notes = running_totals(table, Columns(loss, number_or_name(size), unit=unit, cumulative=cumulative))
    try:
        projected = chain_ladder(totals)
    except ValueError as error:
        raise DataError(f"{file}: {error}") from None
    every = months or months_an_age(table, projected.reached)
    if months is None and every > 1:
        notes.append(f"ages are of {every} months, as vintages and the ages that they have reached show; else --months")
    base = _base(tuple(every * k for k in table.age), projected, sizes, age, pool_factor)
    notes = [*table.note, *notes]
    output.result(
        lambda: _shown(table, projected, sizes, base, notes), lambda: _document(table, projected, sizes, base, notes)
    )


class Base(NamedTuple):
    """What a pool loses by the projection of all vintages, weighted by size."""

    life: float
    """Over the original balance."""
    error: float
    end: int
    """Last age of the table, in months."""
    age: int
    net_loss: float
    """Still to come from that age on, over the balance then."""
    timing: tuple[float, ...]
    """By year from that age on."""
    left_out: int
    """Vintages that have lost nothing yet, without a projection."""


def _base(ages: tuple[int, ...], projected: Projection, sizes: Array, age: int, pool_factor: float | None) -> Base:
    """`ages` in months. ConfigError for an age beyond them, or an age without what is left of the pool then."""
    import numpy as np

    if (age > 0) != (pool_factor is not None):
        raise ConfigError("--age and --pool-factor: give both for a pool in mid-life, neither for one of new loans")
    if pool_factor is not None and not 0.0 < pool_factor <= 1.0:
        raise ConfigError(f"--pool-factor {pool_factor:g}: must be above 0 and at most 1: 0.82")
    if age >= ages[-1]:
        raise ConfigError(f"--age {age}: the table ends at an age of {ages[-1]} months")
    known = np.isfinite(projected.final)
    size = float(sizes[known].sum())
    life = float(projected.final[known].sum()) / size
    error = float(np.sqrt(projected.covariance[np.ix_(known, known)].sum())) / size
    ends = np.arange(age, ages[-1] + 12, 12)
    share = np.interp(ends, ages, projected.share, left=0.0)
    share[0] *= age > 0
    rest = 1.0 - share[0]
    return Base(
        life, error, ages[-1], age, life * float(rest) / (pool_factor or 1.0),
        tuple((np.diff(share) / rest).tolist()), int((~known).sum()),
    )  # fmt: skip


def _shown(table: VintageTable, projected: Projection, sizes: Array, base: Base, notes: list[str]) -> RenderableType:
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from stress.cli.calibration_tables import noted

    rows = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in ("vintage", "size", "age", "lost so far", "of its life's loss", "projected", "± error"):
        rows.add_column(head, justify="left" if head == "vintage" else "right")
    for k, (name, size) in enumerate(zip(table.cohort, sizes.tolist(), strict=True)):
        at, final = int(projected.reached[k]), float(projected.final[k]) / size
        told = (f"{final:.2%}", f"{float(projected.error[k]) / size:.2%}") if final == final else ("–", "–")
        lost = f"{float(projected.so_far[k]) / size:.2%}"
        rows.add_row(name, f"{size:,.0f}", str(table.age[at]), lost, f"{projected.share[at]:.1%}", *told)
    timing = ", ".join(f"{share:.1%}" for share in base.timing)
    rest = f" After {base.age} months: {base.net_loss:.2%} of what is left then." if base.age else ""
    said = (
        f"All vintages, by size: {base.life:.2%} ± {base.error:.2%} of the original balance by {base.end} months, "
        f"which is taken for the end; what comes later is in no vintage.{rest} Errors are those of the factors and of "
        "chance, not of seasons that turn worse: projections of young vintages rest on old ones."
    )
    if base.left_out:
        said += f" Left out: {base.left_out} that have lost nothing yet."
    command = f"stress calibrate losses JOB.toml --net-loss {base.net_loss:.4f} --timing {_timing(base)}"
    return noted(Group(rows, Text(f"{said}\nBy year: {timing}\n{command}")), notes)


def _timing(base: Base) -> str:
    """Shares of four decimals that sum to 1: the largest takes up the rounding."""
    share = [round(part, 4) for part in base.timing]
    share[share.index(max(share))] += 1.0 - sum(share)
    return ",".join(f"{part:.4f}" for part in share)


def _document(table: VintageTable, projected: Projection, sizes: Array, base: Base, notes: list[str]) -> dict[str, Any]:
    vintages = {
        name: {
            "size": size,
            "age": table.age[int(at)],
            "loss": so_far / size,
            "projected": None if final != final else final / size,
            "error": None if final != final else error / size,
        }
        for name, size, at, so_far, final, error in zip(
            table.cohort, sizes.tolist(), projected.reached, projected.so_far.tolist(), projected.final.tolist(),
            projected.error.tolist(), strict=True,
        )
    }  # fmt: skip
    curve = dict(zip(map(str, table.age), projected.share.tolist(), strict=True))
    return {"vintages": vintages, "curve": curve, **base._asdict(), "timing": list(base.timing), "notes": notes}
