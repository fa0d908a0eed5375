"""`stress breakeven`: how much of a shock a note stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from stress.cli.answer import draw, plain, question_job, question_options
from stress.cli.options import FILE, output_options
from stress.cli.output import Output

if TYPE_CHECKING:
    from rich.table import Table

    from stress.analysis.breakeven import Breakeven


@click.command()
@click.argument("job", type=FILE, metavar="JOB.toml")
@click.option("--tranche", required=True, metavar="NAME", help="The note that must be paid in full.")
@click.option(
    "--shock", default="defaults", show_default=True, help="defaults, payment, yield, prepayment, recovery, ..."
)
@click.option(
    "--percentile", "percentiles", type=float, multiple=True, default=(0.5, 0.95, 0.99), show_default=True,
    help="Share of the paths on which the note is whole; may be repeated.",
)  # fmt: skip
@click.option("--from", "benign", type=float, help="Where the search begins. [default: the shock's own]")
@click.option("--to", "adverse", type=float, help="Where it ends.")
@question_options
@output_options
def breakeven(
    job: Path,
    tranche: str,
    shock: str,
    percentiles: tuple[float, ...],
    benign: float | None,
    adverse: float | None,
    scenario: str | None,
    paths: int | None,
    seed: int | None,
    threads: int | None,
    figure: Path | None,
    as_json: bool,
    quiet: bool,
    log_json: bool,
) -> None:
    """Find the largest multiple of a shock at which a note is paid in full.

    Deterministic (unconditional rates, rho = 0) and at percentiles of the simulated paths, on common random numbers.

    \b
    Example:
      stress breakeven scenarios/jobs/baitiao-24m.toml --tranche A
      stress breakeven job.toml --tranche B --shock payment --percentile 0.999 --figure curve.svg
    """
    loaded = question_job(job, paths, seed, figure)

    from stress.analysis.breakeven import breakeven as find

    output = Output(as_json, quiet, log_json)
    with output.progress(f"break-even of {shock}") as progress:
        answer = find(loaded, tranche, shock, scenario, percentiles, (benign, adverse), threads, progress)
    draw(figure, "breakeven", answer)
    output.result(lambda: _table(answer), lambda: plain(answer))


def _table(answer: Breakeven) -> Table:
    from rich.table import Table
    from rich.text import Text

    whole = "Paid in full: no principal unpaid at legal maturity."
    table = Table(
        title=Text(f"{answer.tranche} under {answer.scenario}: break-even {answer.unit}"),
        title_justify="left",
        caption=f"{answer.paths:,} paths at each point, seed {answer.seed}. {whole}",
        caption_justify="left",
    )
    table.add_column("paid in full on")
    for head in ("break-even", "± error", "95% interval"):
        table.add_column(head, justify="right")
    table.add_column("remark")
    for one in answer.answers:
        where = "deterministic, rho = 0" if one.percentile is None else f"{100 * one.percentile:g}% of paths"
        found = one.value == one.value
        table.add_row(
            where,
            f"{one.value:.4g}" if found else "–",
            f"{one.error:.1g}" if found else "–",
            f"{one.low:.4g} to {one.high:.4g}" if found else "–",
            Text(one.says),
        )
    return table
