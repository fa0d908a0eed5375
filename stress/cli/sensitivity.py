"""`stress sensitivity`: what moves a measure most."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from stress.cli.answer import Question, draw, plain, question, sheet_table
from stress.cli.options import FILE

if TYPE_CHECKING:
    from rich.table import Table

    from stress.answers.tornado import Tornado


@click.command()
@click.option(
    "--measure", default="EL", show_default=True, help="EL, PD, VAR99.9, ES99.9, IRR, WAL, PRICE, DEFAULT, ..."
)
@click.option("--tranche", metavar="NAME", help="Of this note. [default: the last]")
@click.option(
    "--parameters",
    type=FILE,
    metavar="FILE",
    help="Move default odds, correlation and persistence to its 95% intervals.",
)
@question
def sensitivity(
    asked: Question,
    measure: str,
    tranche: str | None,
    parameters: Path | None,
) -> None:
    """Move each input down and up by a stated amount: a tornado of one measure, on common random numbers.

    Losses of a note that fewer than 2% of plain paths show are sampled around the likely ways to them.

    \b
    Example:
      stress sensitivity scenarios/jobs/baitiao-24m.toml --measure EL --tranche subordinated
      stress sensitivity job.toml --measure IRR --tranche B --scenario macro_severe --figure tornado.svg
      stress sensitivity job.toml --parameters scenarios/parameters/us_cards.toml
    """
    from stress.analysis.inputs_moved import INPUTS, calibrated
    from stress.analysis.sensitivities import sensitivity as find
    from stress.inputs.files.parse import parse_as
    from stress.inputs.job.parameters import Parameters
    from stress.measures.names import long_name

    inputs = INPUTS if parameters is None else calibrated(parse_as(parameters, Parameters, "--parameters"))
    long_name(measure, "--measure")
    if asked.planned("each input down and up, on common draws", tranche):
        return
    with asked.output.progress("moving inputs") as progress:
        answer = find(asked.job, measure, tranche, asked.scenario, inputs, asked.threads, progress)
    draw(asked.figure, "tornado", answer)
    asked.book("sensitivity", answer)
    asked.output.result(lambda: _table(answer), lambda: plain(answer))


def _table(answer: Tornado) -> Table:
    from stress.report.page.chapters import tornado_number, tornado_sheet, unmoved

    of = f" of {answer.tranche}" if answer.tranche else ""
    sheet = tornado_sheet(answer)
    words = [sheet.note]
    if answer.unmoved:
        words.append(f"{unmoved(answer)}: {', '.join(answer.unmoved)}.")
    if answer.left_out:
        words.append(f"Not in this job: {', '.join(answer.left_out)}.")
    if answer.undone:
        words.append(f"Interrupted before: {', '.join(answer.undone)}.")
    base = tornado_number(answer, answer.base, answer.base_error)
    return sheet_table(sheet, f"{answer.measure}{of} under {answer.scenario}: {base}", " ".join(words))
