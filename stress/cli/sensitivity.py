"""`stress sensitivity`: what moves a measure most."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from stress.cli.answer import draw, plain, question_job, question_options
from stress.cli.options import FILE, output_options
from stress.cli.output import Output

if TYPE_CHECKING:
    from rich.table import Table

    from stress.analysis.sensitivity import Change, Tornado


@click.command()
@click.argument("job", type=FILE, metavar="JOB.toml")
@click.option("--measure", default="EL", show_default=True, help="EL, PD, IRR, WAL, PRICE, MULTIPLE, LGD, DEFAULT, ...")
@click.option("--tranche", metavar="NAME", help="Of this note. [default: the last]")
@question_options
@output_options
def sensitivity(
    job: Path,
    measure: str,
    tranche: str | None,
    scenario: str | None,
    paths: int | None,
    seed: int | None,
    threads: int | None,
    figure: Path | None,
    as_json: bool,
    quiet: bool,
    log_json: bool,
) -> None:
    """Move each input down and up by a stated amount: a tornado of one measure, on common random numbers.

    \b
    Example:
      stress sensitivity scenarios/jobs/baitiao-24m.toml --measure EL --tranche subordinated
      stress sensitivity job.toml --measure IRR --tranche B --scenario macro_severe --figure tornado.svg
    """
    loaded = question_job(job, paths, seed, figure)

    from stress.analysis.sensitivity import sensitivity as find

    output = Output(as_json, quiet, log_json)
    with output.progress("moving inputs") as progress:
        answer = find(loaded, measure, tranche, scenario, threads=threads, progress=progress)
    draw(figure, "tornado", answer)
    output.result(lambda: _table(answer), lambda: plain(answer))


def _table(answer: Tornado) -> Table:
    from rich.table import Table
    from rich.text import Text

    of = f" of {answer.tranche}" if answer.tranche else ""
    words = [
        f"{answer.paths:,} paths, seed {answer.seed}; ± standard error of the difference on common random numbers."
    ]
    if answer.unmoved:
        words.append(f"Moves nothing: {', '.join(answer.unmoved)}.")
    if answer.left_out:
        words.append(f"Not in this job: {', '.join(answer.left_out)}.")
    table = Table(
        title=Text(f"{answer.measure}{of} under {answer.scenario}: {_number(answer, answer.base, answer.base_error)}"),
        title_justify="left",
        caption=" ".join(words),
        caption_justify="left",
    )
    table.add_column("input")
    for head in ("down", "change", "up", "change"):
        table.add_column(head, justify="right")
    for bar in answer.bars:
        table.add_row(bar.name, *_cells(answer, bar.down), *_cells(answer, bar.up))
    return table


def _cells(answer: Tornado, side: Change | None) -> tuple[str, str]:
    return ("", "") if side is None else (side.label, _number(answer, side.estimate, side.error))


def _number(answer: Tornado, value: float, error: float) -> str:
    from stress.report.numbers import with_error

    if answer.unit == "years" or answer.measure in ("multiple", "price"):
        return f"{value:.4f} ± {error:.4f}"
    return with_error(value, error)
