"""`stress sensitivity`: what moves a measure most."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from stress.cli.answer import Question, question, sheet_table
from stress.cli.options import FILE
from stress.errors import ConfigError

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from stress.answers.tornado import Tornado


@click.command()
@click.option(
    "--measure", default="EL", show_default=True, help="EL, PD, VAR99.9, ES99.9, IRR, WAL, PRICE, DEFAULT, ..."
)
@click.option("--tranche", metavar="NAME", help="Of this note. [default: the last that lent]")
@click.option(
    "--parameters",
    type=FILE,
    metavar="FILE",
    help="Move default odds, correlation and persistence to its 95% intervals.",
)
@click.option(
    "--gradients", is_flag=True, help="Every input of the draws from one run, to first order: likelihood-ratio scores."
)
@question
def sensitivity(asked: Question, measure: str, tranche: str | None, parameters: Path | None, gradients: bool) -> None:
    """Move each input down and up by a stated amount: a tornado of one measure, on common random numbers.

    Losses of a note that fewer than 2% of plain paths show are sampled around the likely ways to them. With --gradients
    no input is moved: one plain run gives the derivative by every input of the draws (`stress gradient` lists them).

    \b
    Example:
      stress sensitivity scenarios/jobs/baitiao-24m.toml --measure EL --tranche subordinated
      stress sensitivity job.toml --measure IRR --tranche B --scenario macro_severe --figure tornado.svg
      stress sensitivity job.toml --parameters scenarios/parameters/us_cards.toml
      stress sensitivity job.toml --gradients --measure ES99 --tranche B
    """
    if gradients:
        _of_one_run(asked, measure, tranche, parameters)
        return
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
    asked.tell("sensitivity", "tornado", answer, _table)


def _of_one_run(asked: Question, measure: str, tranche: str | None, parameters: Path | None) -> None:
    """The tornado by derivatives."""
    from stress.analysis.score_tornado import gradient_tornado

    if parameters is not None:
        raise ConfigError("--parameters: moves inputs to ends of intervals; --gradients moves none: give one of them")
    if asked.planned("one plain run, every input of the draws by its score", tranche):
        return
    with asked.output.progress("derivatives") as progress:
        answer = gradient_tornado(asked.job, measure, tranche, asked.scenario, asked.job.paths, progress)
    asked.tell("sensitivity", "tornado", answer, _table)


def _table(answer: Tornado) -> Table | Text:
    from stress.report.page.chapters import tornado_base, tornado_sheet, unmoved

    of = f" of {answer.tranche}" if answer.tranche else ""
    sheet = tornado_sheet(answer)
    words = [sheet.note]
    if answer.unmoved:
        words.append(f"{unmoved(answer)}: {', '.join(answer.unmoved)}.")
    if answer.left_out:
        head = "No law of the draws alone" if answer.estimator == "scores" else "Not in this job"
        words.append(f"{head}: {', '.join(answer.left_out)}.")
    if answer.undone:
        words.append(f"Interrupted before: {', '.join(answer.undone)}.")
    title = f"{answer.measure}{of} under {answer.scenario}: {tornado_base(answer)}"
    if not answer.bars:
        from rich.text import Text

        return Text(f"{title}\n{' '.join(words)}")
    return sheet_table(sheet, title, " ".join(words))
