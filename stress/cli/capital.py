"""`stress capital`: regulatory capital of every class, at closing or in mid-life and by month; a transfer's worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.answer import plain, sheet_table
from stress.cli.books import about_job, save_tables, xlsx_option
from stress.cli.cells import job_or_results
from stress.cli.of_books import job_argument
from stress.cli.options import FILE, Enough, once, output_options, pairs
from stress.cli.output import Output
from stress.errors import ConfigError
from stress.spelling import fraction_for

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stress.answers.capital import Capital


@click.command()
@job_argument("job", "JOB.toml|RESULTS")
@click.option("--rules", type=FILE, metavar="FILE.toml", help='Parameters, kind = "rules". [default: Basel standard]')
@click.option("--pool-weight", type=float, help="Standardised risk weight of loans. [default: the rules', Basel 0.75]")
@click.option("--delinquent", type=float, help="Share 90 days past due, W. [default: 0 at closing, else the state's]")
@click.option("--irb-capital", type=float, help="The bank's K_IRB with expected loss: SEC-IRBA, and a transfer by it.")
@click.option("--lgd", type=float, help="Loss given default beside it. [default: 0.85]")
@click.option("--quality", multiple=True, metavar="NOTE=NAME", help="An external rating that you hold, for SEC-ERBA.")
@click.option("--keep", multiple=True, metavar="NOTE=SHARE", help="What the originator keeps; asks about a transfer.")
@click.option(
    "--excess-spread", type=float, metavar="RATE", help="Of a synthetic transfer: designated a year, of the pool."
)
@click.option("--excess-kind", help="Or trapped: unused it stays. [default: use-it-or-lose-it]")
@click.option("--scenario", metavar="NAME", help="Of the months. [default: the job's first]")
@click.option("--paths", type=Enough(), help="Paths of the months. [default: 2,048]")
@xlsx_option
@output_options
def capital(
    job: Path,
    rules: Path | None,
    pool_weight: float | None,
    delinquent: float | None,
    irb_capital: float | None,
    lgd: float | None,
    quality: tuple[str, ...],
    keep: tuple[str, ...],
    excess_spread: float | None,
    excess_kind: str | None,
    scenario: str | None,
    paths: int | None,
    workbook: Path | None,
    output: Output,
) -> None:
    """Regulatory capital of every class: SEC-SA, SEC-IRBA, SEC-ERBA at closing; SEC-SA by month over paths.

    Of a job in mid-life (state or reports) after the month of its state: all is of what is outstanding then.
    Parameters are a file with source, date and standing (in force or proposed): the Basel standard, or yours; others
    are in scenarios/rules.
    With --keep also the tests of a transfer of risk, the losses that it transfers and what released capital costs; with
    --excess-spread of a synthetic one, whose tranches bear the pool's net losses after the excess spread.

    \b
    Example:
      stress capital scenarios/jobs/baitiao-24m.toml
      stress capital scenarios/jobs/baitiao-24m.toml --rules scenarios/rules/eu-crr-sts.toml
      stress capital job.toml --rules eu-crr.toml --irb-capital 0.045 --keep subordinated=1 --xlsx capital.xlsx
    """
    loaded = job_or_results(job)

    _beside("--lgd", lgd, "--irb-capital", irb_capital)
    _beside("--excess-kind", excess_kind, "--excess-spread", excess_spread)

    from stress.analysis.capital_needs import PATHS, Bank, load_rules
    from stress.analysis.capital_needs import capital as find

    kept = {
        note: _number("--keep", note, text)
        for note, text in once("--keep", pairs("--keep", keep, "NOTE=VALUE")).items()
    } or None
    bank = Bank(
        pool_weight,
        delinquent,
        irb_capital,
        Bank().loss_given_default if lgd is None else lgd,
        once("--quality", pairs("--quality", quality, "NOTE=VALUE")),
        kept,
        excess_spread,
        excess_kind or Bank().excess_kind,
    )
    with output.progress("capital by month") as progress:
        answer = find(loaded, load_rules(rules), bank, scenario, paths or PATHS, progress)
    if workbook is not None:
        from stress.report.workbook_capital import tables

        save_tables(workbook, tables(answer), about_job("capital", loaded, answer.paths), loaded)
    output.result(lambda: _tables(answer), lambda: _document(answer))


def _beside(option: str, given: float | str | None, other: str, needed: float | None) -> None:
    """ConfigError where an option is given without the one that it belongs to, and would change nothing."""
    if given is not None and needed is None:
        raise ConfigError(f"{option} {given}: says nothing without {other}")


def _number(option: str, note: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        hint = fraction_for(text)
        raise ConfigError(f"{option} {note}={text}: must be a fraction from 0 to 1{hint}") from None


def _document(answer: Capital) -> dict[str, Any]:
    document: dict[str, Any] = plain(answer)
    document["notes"] = {row["note"]: row for row in document.pop("weights")}
    document["months"] = {row["note"] or "all notes": row for row in document["months"]}
    return document


def _tables(answer: Capital) -> RenderableType:
    from rich.console import Group

    from stress.report.page.capital_chapter import capital_sheet, months_sheet, transfer_sheet

    tables = [
        sheet_table(capital_sheet(answer), f"{answer.job}: regulatory capital {answer.when()}"),
        sheet_table(months_sheet(answer, 6), "By month"),
    ]
    if answer.transfer is not None:
        tables.append(sheet_table(transfer_sheet(answer.transfer), "", "", ("left", "left")))
    return Group(*tables)
