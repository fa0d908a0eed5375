"""`stress clocks`: what the clock changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from stress.cli.answer import Question, draw, plain, question

if TYPE_CHECKING:
    from rich.table import Table

    from stress.analysis.clocks import Clocks
    from stress.analysis.sensitivity import Change

ROUNDING = 1e-8
"""A change below this, 0.0001 bp, is not shown: yields are solved to this."""


@click.command()
@click.option("--days", type=click.IntRange(1, 30), default=10, show_default=True, help="Days without purchases.")
@click.option("--month", type=click.IntRange(1), help="The month of the outage. [default: mid revolving period]")
@question
def clocks(
    asked: Question,
    days: int,
    month: int | None,
) -> None:
    """Run a job daily, monthly and with purchases at payment dates, and daily with some days of outage.

    Shows daily purchases and what the others change, on common random numbers.

    \b
    Example:
      stress clocks scenarios/jobs/baitiao-24m.toml
      stress clocks job.toml --days 20 --month 3 --figure clocks.svg
    """
    from stress.analysis.clocks import clocks as run

    with asked.output.progress("running the clocks") as progress:
        answer = run(asked.job, days, month, asked.scenario, asked.threads, progress)
    draw(asked.figure, "clocks", answer)
    asked.output.result(lambda: _table(answer), lambda: plain(answer))


def _table(answer: Clocks) -> Table:
    from rich.table import Table
    from rich.text import Text

    from stress.report.numbers import with_error

    words = [
        f"{answer.paths:,} paths, seed {answer.seed}. Pool figures over the cut-off balance. Changes from daily "
        "purchases ± standard error of the difference, on common random numbers; 0: on no path, or below 0.0001 bp.",
        *(f"Left out, {reason}." for reason in answer.left_out),
    ]
    table = Table(
        title=Text(f"{answer.job} under {answer.scenario}: what the clock changes"),
        title_justify="left",
        caption=Text(" ".join(words)),
        caption_justify="left",
    )
    table.add_column("")
    for head in ("daily", *answer.ways):
        table.add_column(Text(head), justify="right")
    for row in answer.rows:
        name = row.measure.replace("mean_", "").replace("_", " ") + (f" {row.tranche}" if row.tranche else "")
        table.add_row(Text(name), with_error(row.daily, row.error, row.high), *map(_change, row.changes))
    return table


def _change(change: Change) -> str:
    """0 where no path changed, or no more than the rounding of a solved yield."""
    from stress.report.numbers import with_error

    return with_error(change.estimate, change.error) if abs(change.estimate) > ROUNDING else "0"
