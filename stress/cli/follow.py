"""`stress follow`: the law of a deal's paths given the months that it has reported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from stress.cli.books import page_option, save_reported, xlsx_option
from stress.cli.of_books import job_argument
from stress.cli.options import FILE, Enough, output_options
from stress.cli.output import Output
from stress.cli.resuming import resumable
from stress.cli.writing import drawable, save, save_text
from stress.inputs.numbers import FOLLOWED_PATHS

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stress.answers.follow import Follow


@click.command()
@job_argument("job", "JOB.toml")
@click.argument("reports", type=FILE, metavar="[REPORTS]", required=False)
@click.option("--as-of", metavar="YYYY-MM", help="Last month that is read. [default: the last report]")
@click.option("--scenario", metavar="NAME", help="Under which scenario. [default: the job's first]")
@click.option("--paths", type=Enough(FOLLOWED_PATHS), help="Weighted paths behind each month. [default: 4,096]")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Seed instead of the job's own.")
@click.option("--state", "state_file", type=FILE, metavar="FILE", help="Also write the state after the last report.")
@click.option("--figure", type=FILE, metavar="FILE", help="Also draw it: an .svg, .png or .pdf file.")
@click.option("--dry-run", is_flag=True, help="Check everything, say what would run, and stop.")
@page_option
@xlsx_option
@output_options
def follow(
    job: Path,
    reports: Path | None,
    as_of: str | None,
    scenario: str | None,
    paths: int | None,
    seed: int | None,
    state_file: Path | None,
    figure: Path | None,
    dry_run: bool,
    page: Path | None,
    workbook: Path | None,
    output: Output,
) -> None:
    """What each monthly report was worth, and the rest of a deal's life given all of them.

    Factors and drawn parameters are filtered: the likelihood is that of the reported ratios (defaults, buckets,
    payments over the balance), with the error that the report file states for each. Paths are weighted; how many are
    effective stands beside each month, and fewer than 100 are refused. The rest of the life starts from the state of
    the last report: what it gives (balances by bucket, notes, accounts) as it gives it, all else as on the most likely
    path. REPORTS: a table, a folder with a file a report, or a file that says what columns mean; those of the job
    where left out. A job that names its reports (`reports = "reports.toml"`) answers every other question from today,
    and so does one that names the state which --state writes (`state = "state.toml"`).

    \b
    Example:
      stress follow scenarios/jobs/baitiao-24m.toml scenarios/reports/baitiao-24m-made-up.toml
      stress follow job.toml reports-2025/ --report followed.html --state today.toml
      stress follow job.toml reports.toml --scenario baseline_predictive --as-of 2020-09 --figure followed.svg
    """
    from stress.cli.answer import plain
    from stress.cli.backtest import named, reports_of
    from stress.inputs.load import load_job

    drawable("--figure", figure)
    loaded = load_job(job)
    rows = reports_of(loaded, job, reports)
    loaded = loaded.model_copy(update={"reports": ""})
    if seed is not None:
        loaded = loaded.model_copy(update={"seed": seed})
    last = None if as_of is None else named("--as-of", as_of, 12)
    from stress.analysis.filtering import PATHS
    from stress.analysis.filtering import follow as filtered
    from stress.analysis.trials import case_of

    paths = paths or PATHS
    if dry_run:
        case_of(loaded, scenario)
        output.plan(loaded.name, reports=rows.name, months=len(rows.period), paths=paths, seed=str(loaded.seed))
        return
    with resumable("follow", loaded.name, output):
        with output.progress("reading reports") as progress:
            answer = filtered(loaded, rows, last, scenario, paths, progress)
        if figure is not None:
            from stress.report.figures.followed import followed

            save("--figure", figure, followed(answer), "follow")
        if state_file is not None:
            from stress.inputs.state.written import text_of

            save_text("--state", state_file, text_of(answer.state))
        save_reported(answer, loaded, page, workbook)
        output.result(lambda: _tables(answer), lambda: plain(answer))


def _tables(answer: Follow) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from stress.cli.answer import sheet_table
    from stress.report.reported import sentences_of_follow, sheets_of_follow

    tables = (sheet_table(sheet, title) for title, sheet in sheets_of_follow(answer))
    return Group(*tables, *map(Text, sentences_of_follow(answer)))
