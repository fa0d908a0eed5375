"""`stress gradient`: derivatives of a measure by every input of the draws, from one run."""

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
    "--measure",
    default="EL",
    show_default=True,
    help="EL, PD, ES99 (any level), price, IRR, multiple; of the pool DEFAULT, CNL.",
)
@click.option("--tranche", metavar="NAME", help="The note. [default: the last that lent]")
@click.option("--scenario", metavar="NAME", help="[default: the job's first]")
@click.option("--paths", type=Enough(), help="Plain paths. [default: 32,768]")
@click.option("--months", is_flag=True, help="Show each month's mean of a factor too.")
@xlsx_option
@output_options
def gradient(
    job: Path,
    measure: str,
    tranche: str | None,
    scenario: str | None,
    paths: int | None,
    months: bool,
    workbook: Path | None,
    output: Output,
) -> None:
    """Derivatives by the level of default rates, the mean of each factor by month, phi, correlation and rho: one run.

    A likelihood-ratio score per input is summed with the outcomes, so no input is moved and no run is repeated; the
    scores also serve as control variates. An input that no law of the draws carries alone is named and left out.

    \b
    Example:
      stress gradient scenarios/jobs/baitiao-24m.toml --tranche mezzanine --scenario macro_severe
      stress gradient job.toml --measure CNL --months --json
    """
    loaded = job_or_results(job)

    from stress.analysis.gradients import PATHS
    from stress.analysis.gradients import gradient as find
    from stress.report.desk_sheets import gradient_sheet

    with output.progress(f"gradient of {measure}") as progress:
        answer = find(loaded, measure, tranche, scenario, paths or PATHS, progress)
    save_answer(workbook, "gradient", plain(answer), loaded)
    title = f"{answer.measure} of {answer.tranche or 'the pool'} under {answer.scenario}"
    output.result(
        lambda: sheet_table(gradient_sheet(answer, months), title, "", ("left", "left")),
        lambda: plain(answer) | {"variance_cut": answer.variance_cut},
    )
