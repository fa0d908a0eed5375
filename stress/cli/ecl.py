"""`stress ecl`: expected credit losses by IFRS 9 and CECL."""

from __future__ import annotations

from pathlib import Path

import click

from stress.cli.answer import plain, sheet_table
from stress.cli.books import save_answer, xlsx_option
from stress.cli.cells import job_or_results
from stress.cli.of_books import job_argument
from stress.cli.options import Enough, output_options
from stress.cli.output import Output


@click.command()
@job_argument("job", "JOB.toml|RESULTS")
@click.option(
    "--date",
    "dates",
    type=int,
    multiple=True,
    help="Reporting date, months from closing. [default: where the job starts, and a year later while it lives]",
)
@click.option("--multiple", type=float, default=2.0, show_default=True, help="Rise of a rate that makes stage 2.")
@click.option("--scenario", "scenarios", multiple=True, metavar="NAME", help="[default: all, and weighted]")
@click.option("--paths", type=Enough(), help="Paths of every scenario. [default: 2,048]")
@xlsx_option
@output_options
def ecl(
    job: Path,
    dates: tuple[int, ...],
    multiple: float,
    scenarios: tuple[str, ...],
    paths: int | None,
    workbook: Path | None,
    output: Output,
) -> None:
    """Expected credit loss of the loans and of every note: 12-month and lifetime, at reporting dates.

    Losses are discounted at the effective rate and weighted by the scenarios' probabilities where the job has them.
    CECL is the lifetime figure. Loans: the closing pool, with stages by a rise of the entry rate and 30 days past due.

    \b
    Example:
      stress ecl scenarios/jobs/baitiao-24m.toml --date 0 --date 6
      stress ecl results/baitiao-24m --multiple 2.5 --xlsx allowance.xlsx
    """
    loaded = job_or_results(job)

    from stress.analysis.credit_loss import PATHS
    from stress.analysis.credit_loss import ecl as find
    from stress.report.desk_sheets import ecl_sheet

    with output.progress("expected credit loss") as progress:
        answer = find(loaded, dates, multiple, scenarios, paths or PATHS, progress)
    save_answer(workbook, "ecl", plain(answer), loaded)
    title = f"{answer.job}: expected credit loss"
    output.result(lambda: sheet_table(ecl_sheet(answer), title, "", ("left", "left")), lambda: plain(answer))
