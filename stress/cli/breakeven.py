"""`stress breakeven`: how much of a shock a note stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from stress.cli.answer import Question, question, sheet_table

if TYPE_CHECKING:
    from rich.table import Table

    from stress.answers.breakeven import Breakeven


@click.command()
@click.option("--tranche", required=True, metavar="NAME", help="The note that must be paid in full.")
@click.option(
    "--shock",
    default="defaults",
    show_default=True,
    help="defaults, payment, yield, prepayment, recovery, ...; quantity:NAME of the deal's own, with --from and --to.",
)
@click.option(
    "--percentile", "percentiles", type=float, multiple=True, default=(0.5, 0.95, 0.99), show_default=True,
    help="Share of the paths on which the note is whole; may be repeated.",
)  # fmt: skip
@click.option("--from", "benign", type=float, help="Where the search begins. [default: the shock's own]")
@click.option("--to", "adverse", type=float, help="Where it ends.")
@click.option("--interest", is_flag=True, help="Ask for all interest when due instead of principal.")
@question
def breakeven(
    asked: Question,
    tranche: str,
    shock: str,
    percentiles: tuple[float, ...],
    benign: float | None,
    adverse: float | None,
    interest: bool,
) -> None:
    """Find the largest multiple of a shock at which a note is paid in full.

    Deterministic (expected rates, rho = 0) and at percentiles of the simulated paths, on common random numbers. Where a
    percentile leaves fewer than 50 paths beyond it, all are drawn around a loss and weighted. Of a job in mid-life
    (state or reports) the pool's net loss is that of the months that are left, over the pool then; expected rates are
    those given what is known of the factors then.

    \b
    Example:
      stress breakeven scenarios/jobs/baitiao-24m.toml --tranche A
      stress breakeven job.toml --tranche B --interest
      stress breakeven job.toml --tranche B --shock payment --percentile 0.999 --figure curve.svg
    """
    from stress.analysis.break_even import breakeven as find
    from stress.analysis.levers import lever_of

    lever_of(shock, benign, adverse, asked.job.deal)
    if asked.planned("the shock at 61 values on expected rates, and at about 40 on paths", tranche, can_lose=True):
        return
    with asked.output.progress(f"break-even of {shock}") as progress:
        answer = find(
            asked.job, tranche, shock, asked.scenario, percentiles, (benign, adverse), asked.threads, progress, interest
        )
    asked.tell("breakeven", "breakeven", answer, _table)


def _table(answer: Breakeven) -> Table:
    from stress.report.numbers import many
    from stress.report.page.chapters import breakeven_sheet

    title = f"{answer.tranche} under {answer.scenario}: break-even {answer.unit}"
    after = f" after {answer.since.as_of}" * bool(answer.since.as_of)
    whole = "Paid in full: " + (
        f"all interest paid when due{after}." if answer.interest else "no principal unpaid at legal maturity."
    )
    aimed = ", drawn around a loss" if answer.estimator == "importance" else ""
    sheet = breakeven_sheet(answer)
    caption = f"{many(answer.paths, 'path')} at each point{aimed}, seed {answer.seed}. {whole} {sheet.note}"
    if answer.undone:
        caption = f"{answer.undone[0].upper()}{answer.undone[1:]}. {caption}"
    return sheet_table(sheet, title, caption, ("left", *("right",) * 6, "left"))
