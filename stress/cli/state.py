"""`stress state`: a deal as it stands at the end of a month, as a file from which a job starts."""

from __future__ import annotations

from pathlib import Path

import click

from stress.cli.of_books import job_argument
from stress.cli.options import TOML, output_options
from stress.cli.output import Output
from stress.cli.writing import save_text


@click.command()
@job_argument("job", "JOB.toml")
@click.option("--month", type=click.IntRange(1), required=True, help="Months of the deal that are over.")
@click.option("--path", type=click.IntRange(0, 2**63 - 1), help="Of this path. [default: of the base case]")
@click.option("--scenario", metavar="NAME", help="Under which scenario. [default: the job's first]")
@click.option("--out", "-o", type=TOML, metavar="FILE.toml", help="Write it to a file. [default: show it]")
@output_options
def state(job: Path, month: int, path: int | None, scenario: str | None, out: Path | None, output: Output) -> None:
    """Write the state of a deal at the end of a month: notes, accounts, pool, triggers and sums, as a file.

    Put the reported figures in the place of the model's, name the file in a job (`state = "state.toml"`), and every
    command answers for the rest of the life: what happened before is data.

    \b
    Example:
      stress state scenarios/jobs/baitiao-24m.toml --month 6 -o state.toml
      stress state job.toml --month 9 --path 77 --scenario macro_severe
    """
    from stress.analysis.loading import load_job
    from stress.inputs.state.written import text_of
    from stress.runs.mid_life import state_at

    deal_state = state_at(load_job(job), month, path, scenario)
    text = text_of(deal_state)
    if out is not None:
        save_text("--out", out, text)
    shown = text.rstrip("\n") if out is None else f"{out}: {deal_state.name}, as of {deal_state.as_of}"
    output.result(lambda: _escaped(shown), lambda: deal_state.model_dump(mode="json"))


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
