"""`stress calibrate tape`: seasoning stages from a loan tape with outcomes."""

from __future__ import annotations

from pathlib import Path

import click

from stress.cli.calibrate_vintage import fitted
from stress.cli.options import CSV, FILE, TOML, OneOf, output_options, renamed
from stress.cli.output import Output
from stress.cli.writing import drawable, save_text

WAYS = ("mdy", "dmy")
PER_YEAR = {"month": 12, "quarter": 4, "year": 1}


@click.command()
@click.argument("tape", type=FILE, metavar="TAPE.csv|xlsx|parquet")
@click.option("--defaulted", multiple=True, metavar="STATUS", help="Of loans that defaulted; may be repeated.")
@click.option("--still", multiple=True, metavar="STATUS", help="Of loans that go on; all others ended otherwise.")
@click.option(
    "--column", "columns", multiple=True, metavar="OURS=THEIRS", help="Other headings of issued, age, status."
)
@click.option(
    "--cohort", type=OneOf(list(PER_YEAR)), default="month", show_default=True, help="Loans that belong together."
)
@click.option(
    "--dates", type=OneOf(list(WAYS)), help="How dates such as 3/4/2025 are written. [default: as the column shows]"
)
@click.option("--stages", type=click.IntRange(1, 4), help="Number of stages. [default: what the data ask for, 1 to 3]")
@click.option("--figure", type=FILE, metavar="FILE", help="Draw data against fits: an .svg, .png or .pdf file.")
@click.option(
    "--table", type=CSV, metavar="FILE.csv", help="Write the static-pool table here: cohort, age, at risk, defaulted."
)
@click.option("-o", "--out", type=TOML, metavar="FILE.toml", help="Write the words of a pool's file here.")
@click.option("--draws", type=TOML, metavar="FILE.toml", help="Write the spread of seasons: `predictive` of a job.")
@output_options
def tape(
    tape: Path,
    defaulted: tuple[str, ...],
    still: tuple[str, ...],
    columns: tuple[str, ...],
    cohort: str,
    dates: str | None,
    stages: int | None,
    figure: Path | None,
    table: Path | None,
    out: Path | None,
    draws: Path | None,
    output: Output,
) -> None:
    """Make a static-pool table of a tape with outcomes, and fit stages of seasoning to it.

    A row a loan: `issued`, `age` (months on book at its outcome, or at the tape's date) and `status`; --column where
    the tape has other headings. However long the tape, it is read a chunk at a time.

    \b
    Example:
      stress calibrate tape loans.csv --defaulted "Charged Off" --still Current \\
          --column issued=issue_d --column age=months --column status=loan_status
    """
    drawable("--figure", figure)
    from stress.calibration.stages import Vintages
    from stress.tape.outcomes import outcomes_of
    from stress.tape.source import OUTCOMES

    outcomes = outcomes_of(tape, defaulted, still, PER_YEAR[cohort], renamed(columns, OUTCOMES), dates=dates or "")
    if table is not None:
        rows = [
            f"{name},{age},{outcomes.at_risk[c, a]:.0f},{outcomes.defaulted[c, a]:.0f}"
            for c, name in enumerate(outcomes.cohort)
            for a, age in enumerate(outcomes.age)
            if outcomes.at_risk[c, a] > 0.0
        ]
        save_text("--table", table, "\n".join(["cohort,age,at_risk,defaulted", *rows]) + "\n")
    vintages = Vintages(outcomes.cohort, outcomes.at_risk, outcomes.defaulted)
    fitted(vintages, outcomes.age, list(outcomes.note), tape, stages, figure, out, draws, output)
