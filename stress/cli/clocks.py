"""`stress clocks`: what the clock changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from stress.cli.answer import Question, question, sheet_table
from stress.inputs.numbers import OUTAGE_DAYS

if TYPE_CHECKING:
    from rich.table import Table

    from stress.answers.clocks import Clocks


@click.command()
@click.option(
    "--days", type=click.IntRange(1, OUTAGE_DAYS), default=10, show_default=True, help="Days without purchases."
)
@click.option("--month", type=click.IntRange(1), help="The month of the outage. [default: mid revolving period]")
@question
def clocks(asked: Question, days: int, month: int | None) -> None:
    """Run a job daily, monthly and with purchases at payment dates, and daily with some days of outage.

    Shows daily purchases and what the others change, on common random numbers.

    \b
    Example:
      stress clocks scenarios/jobs/baitiao-24m.toml
      stress clocks job.toml --days 20 --month 3 --figure clocks.svg
    """
    from stress.analysis.clock_effects import clocks as run

    if asked.planned("daily, monthly and payment-date purchases, and daily ones with an outage"):
        return
    with asked.output.progress("running the clocks") as progress:
        answer = run(asked.job, days, month, asked.scenario, asked.threads, progress)
    asked.tell("clocks", "clocks", answer, _table)


def _table(answer: Clocks) -> Table:
    from stress.report.page.clock_chapter import clocks_sheet

    sheet = clocks_sheet(answer)
    words = " ".join([sheet.note, *(f"Left out, {reason}." for reason in answer.left_out)])
    return sheet_table(sheet, f"{answer.job} under {answer.scenario}: what the clock changes", words)
