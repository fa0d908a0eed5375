"""`stress backtest`: what would have been predicted from each report, against what came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.books import page_option, save_reported, xlsx_option
from stress.cli.of_books import job_argument
from stress.cli.options import FILE, Enough, output_options
from stress.cli.output import Output
from stress.cli.resuming import resumable
from stress.cli.writing import drawable, save
from stress.errors import ConfigError
from stress.inputs.numbers import FEW_DRAWS, MOST_HORIZON

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stress.answers.backtest import BackTest
    from stress.inputs.files.reported import Reported
    from stress.inputs.job import Job
    from stress.tables.periods import Period


@click.command()
@job_argument("job", "JOB.toml")
@click.argument("reports", type=FILE, required=False, metavar="[REPORTS]")
@click.option("--from", "first", required=True, metavar="YYYY-MM", help="First period that is predicted and scored.")
@click.option("--to", "last", metavar="YYYY-MM", help="Last one. [default: the last report]")
@click.option("--horizon", metavar="1,3,6,12", help="Reports ahead. [default: 1,3,6,12 of months, 1,2,4,8 of quarters]")
@click.option("--adaptive", is_flag=True, help="Widths that learn from the misses so far (conformal, online).")
@click.option("--half-life", type=click.FloatRange(1.0, 1000.0), default=12.0, show_default=True,
              help="Reports after which a surprise counts half in the local variance.")  # fmt: skip
@click.option("--draws", type=Enough(FEW_DRAWS), default=4000, show_default=True, help="Of each forecast.")
@click.option("--figure", type=FILE, metavar="FILE", help="Also draw the fans: an .svg, .png or .pdf file.")
@click.option("--dry-run", is_flag=True, help="Check everything, say what would run, and stop.")
@page_option
@xlsx_option
@output_options
def backtest(
    job: Path,
    reports: Path | None,
    first: str,
    last: str | None,
    horizon: str | None,
    adaptive: bool,
    half_life: float,
    draws: int,
    figure: Path | None,
    dry_run: bool,
    page: Path | None,
    workbook: Path | None,
    output: Output,
) -> None:
    """Predict each reported default rate from what was known before, and score the predictions.

    At every origin the law of the systematic factor (probit AR(1)) is fitted again to the reports up to it, with
    parameters drawn and a local variance. Rivals: the last value, the stationary law refitted, the job's own law.
    CRPS in percentage points a month (a rate / 12), lower is better; errors allow for overlapping forecasts. REPORTS:
    those of the job where left out.

    \b
    Example:
      stress backtest scenarios/jobs/card-master-trust.toml scenarios/reports/us-cards.toml --from 2000-01
      stress backtest job.toml reports.toml --from 2009-01 --adaptive --figure fans.svg
    """
    from stress.inputs.load import load_job

    drawable("--figure", figure)
    loaded = load_job(job)
    rows = reports_of(loaded, job, reports)
    begin, end = named("--from", first, rows.per_year), last and named("--to", last, rows.per_year)
    from stress.analysis.hindcast import backtest as scored

    ahead = _horizons(horizon)
    if dry_run:
        output.plan(loaded.name, reports=rows.name, periods=len(rows.period), first=str(begin), draws=draws,
                    adaptive=adaptive, seed=str(loaded.seed))  # fmt: skip
        return
    with resumable("backtest", loaded.name, output):
        with output.progress("origins") as progress:
            answer = scored(loaded, rows, begin, end or None, ahead, adaptive, half_life, draws, progress)
        if figure is not None:
            from stress.report.figures.fans import fans

            save("--figure", figure, fans(answer), "backtest")
        save_reported(answer, loaded, page, workbook)
        output.result(lambda: _table(answer), lambda: document(answer))


def reports_of(job: Job, path: Path, given: Path | None) -> Reported:
    """The reports that are given, or those that a job names. Raises ConfigError where it names none."""
    from stress.inputs.files.reported import read_reports

    if given is None and not job.reports:
        raise ConfigError(f"{path}: names no reports: give REPORTS, or reports = ... in the job")
    return read_reports(given or Path(job.reports))


def named(option: str, text: str, per_year: int) -> Period:
    """A period that an option names. Raises ConfigError."""
    from stress.inputs.files.reported import period_at

    try:
        return period_at(text, per_year)
    except ConfigError as error:
        raise ConfigError(f"{option} {error}") from None


def _horizons(text: str | None) -> tuple[int, ...]:
    if text is None:
        return ()
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and 1 <= int(part) <= MOST_HORIZON for part in parts) or len(set(parts)) != len(parts):
        raise ConfigError(f"--horizon {text}: whole numbers from 1 to {MOST_HORIZON}, different ones, such as 1,3,6,12")
    return tuple(sorted(map(int, parts)))


def document(answer: BackTest) -> dict[str, Any]:
    """The answer as JSON: `horizons` by their number, beside every forecast."""
    from stress.cli.answer import plain

    said: dict[str, Any] = plain(answer)
    for scores in said["horizons"].values():
        scores["crps_naive"] = scores["crps_last"]
    return said


def _table(answer: BackTest) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from stress.cli.answer import sheet_table
    from stress.report.reported import scored, sentences_of_scores, title_of_scores

    return Group(sheet_table(scored(answer), title_of_scores(answer)), *map(Text, sentences_of_scores(answer)))
