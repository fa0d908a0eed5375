"""`stress cashflows`: cash flows month by month, deterministic, of a path, or means with errors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from stress.cli.books import xlsx_option
from stress.cli.of_books import job_argument
from stress.cli.options import CSV, FILE, Enough, output_options
from stress.cli.output import Output
from stress.cli.writing import writing

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import RenderableType

    from stress.report.sheets import Sheet

GAP = 3
"""Columns of a screen between two of a table."""


@click.command()
@job_argument("job", "JOB.toml")
@click.option("--scenario", metavar="NAME", help="[default: the job's first]")
@click.option("--mean", is_flag=True, help="Means over paths with their errors instead of the deterministic case.")
@click.option("--paths", type=Enough(), help="Paths of a mean. [default: 8,192]")
@click.option("--path", type=click.IntRange(0, 2**63 - 1), help="One path by its number instead.")
@click.option("--quantile", type=click.FloatRange(0, 1), help="The path at this quantile of a note's loss instead.")
@click.option("--tranche", metavar="NAME", help="The note whose loss the quantile is of.")
@click.option("--results", type=FILE, metavar="DIR", help="Of a quantile: the saved run. [default: results/<job name>]")
@click.option("--csv", "csv_file", type=CSV, metavar="FILE.csv", help="Also write all columns to one CSV file.")
@xlsx_option
@output_options
def cashflows(
    job: Path,
    scenario: str | None,
    mean: bool,
    paths: int | None,
    path: int | None,
    quantile: float | None,
    tranche: str | None,
    results: Path | None,
    csv_file: Path | None,
    workbook: Path | None,
    output: Output,
) -> None:
    """Print cash flows month by month: notes, fees, accounts, parties, pool, and the vectors that deal engines import.

    A row has what its month collected and the payment made from that, which falls into the next month on the daily and
    the payment-date clocks. An account's opening + in - out is its balance after that payment.

    The deterministic case has expected rates (of a job in mid-life those given what is known of the factors then) and
    rho 0; it is no mean of the paths, and --mean says by how much they
    differ. Vectors (SMM, CPR, MDR, CDR, severity, 30+/60+/90+, payment rate, yield, net loss) are fractions in files.
    Files have the deal's own quantities and its triggers too, under the names of `stress replay`: quantity_value,
    trigger_value, trigger_limit, tripped (of a mean the share of paths).

    \b
    Example:
      stress cashflows scenarios/jobs/baitiao-24m.toml
      stress cashflows job.toml --mean --scenario macro_severe --csv flows.csv
      stress cashflows job.toml --quantile 0.999 --tranche B --xlsx tail.xlsx
    """
    from stress.analysis.loading import load_job

    if (quantile is None) != (tranche is None):
        raise click.UsageError("--quantile and --tranche go together")
    if sum((mean, path is not None, quantile is not None)) > 1:
        raise click.UsageError("one of --mean, --path and --quantile")
    if results is not None and quantile is None:
        raise click.UsageError("--results is for --quantile")
    if paths is not None and not mean:
        raise click.UsageError("--paths is for --mean")
    loaded = load_job(job)

    from stress.analysis.monthly_flows import PATHS, VECTORS, cash_flows, mean_flows
    from stress.report import flows

    if quantile is not None and tranche is not None:
        from stress.cli.replay import tail_path

        scenario = scenario or loaded.scenarios[0].name
        path, _, loaded = tail_path(loaded, results, scenario, tranche, quantile)
    if mean:
        with output.progress("mean cash flows") as step:
            ds = mean_flows(loaded, scenario, paths or PATHS, step)
    else:
        ds = cash_flows(loaded, scenario, path)
    names = list(VECTORS)
    if csv_file is not None:
        from stress.cli.replay import write_csv

        write_csv(csv_file, flows.columns(ds, names))
    if workbook is not None:
        from stress.report import workbook as books

        with writing("--xlsx", workbook):
            books.write(workbook, books.of_flows(ds, names), books.of_job(loaded), ds.attrs)
    output.result(lambda: _tables(ds, names), lambda: flows.document(ds, names))


def _tables(ds: xr.Dataset, names: list[str]) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from stress.cli.answer import sheet_table
    from stress.cli.output import console
    from stress.report import flows
    from stress.report.numbers import many

    kinds = {
        "deterministic": "deterministic: expected rates, rho 0",
        "path": f"path {ds.attrs.get('path')}",
        "mean": f"means of {many(ds.attrs.get('paths', 0), 'path')} ± standard error",
    }
    title = f"{ds.attrs['job']} under {ds.attrs['scenario']}: {kinds[ds.attrs['kind']]}"
    wide = console().width
    tables = [sheet_table(part, name, " ") for name, sheet in flows.sheets(ds, names) for part in fitting(sheet, wide)]
    waits = "The pool is of the month; notes are after the payment of its collections in the next month. "
    note = (
        f"{waits if 'account_month_end' in ds else ''}In files: fees, accounts, parties, own quantities, triggers. "
        "Severity: of the month's defaults, never recovered. –: nothing to divide by."
    )
    return Group(Text(title, style="bold"), *tables, Text(note, style="dim"))


def fitting(sheet: Sheet, width: int) -> list[Sheet]:
    """The sheet in parts that fit so many columns of a screen, month and payment date in each."""
    from rich.cells import cell_len

    wide = [GAP + max(map(cell_len, column)) for column in zip(sheet.head, *sheet.rows, strict=True)]
    parts, room = [[0, 1]], width - sum(wide[:2])
    for k in range(2, len(wide)):
        if wide[k] > room and len(parts[-1]) > 2:
            parts.append([0, 1])
            room = width - sum(wide[:2])
        parts[-1].append(k)
        room -= wide[k]
    return [
        sheet._replace(head=_of(sheet.head, part), rows=tuple(_of(row, part) for row in sheet.rows)) for part in parts
    ]


def _of(cells: tuple[str, ...], part: list[int]) -> tuple[str, ...]:
    return tuple(cells[k] for k in part)
