"""`stress rating`: each class under a table of stresses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.answer import plain, sheet_table
from stress.cli.books import save_answer, xlsx_option
from stress.cli.of_books import job_argument
from stress.cli.options import FILE, once, output_options, pairs
from stress.cli.output import Output

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stress.answers.rating import Rating


@click.command()
@job_argument("job", "JOB.toml")
@click.option("--stresses", type=FILE, required=True, metavar="FILE.toml", help='Your table, kind = "stresses".')
@click.option("--class", "held", multiple=True, metavar="NOTE=CATEGORY", help="Hold a class to another category.")
@click.option("--size", is_flag=True, help="Also size every class to its own stress, the most senior first.")
@click.option("--scenario", metavar="NAME", help="The base of the multiples. [default: the job's first]")
@xlsx_option
@output_options
def rating(
    job: Path,
    stresses: Path,
    held: tuple[str, ...],
    size: bool,
    scenario: str | None,
    workbook: Path | None,
    output: Output,
) -> None:
    """Hold each class against a table of stresses: break-even in cumulative net loss, pass or fail, gap.

    A category asks for a multiple of the base case's net loss under cuts of payments, yield, purchases and recoveries;
    runs are deterministic. The table is yours and so are the names of its categories; they are no ratings. Of a job in
    mid-life (state or reports) net losses and multiples are of the months that are left, over the pool then.

    \b
    Example:
      stress rating scenarios/jobs/baitiao-24m.toml --stresses scenarios/stresses/example.toml
      stress rating job.toml --stresses mine.toml --class A=hard --size --xlsx gaps.xlsx
    """
    from stress.analysis.loading import load_job

    loaded = load_job(job)

    from stress.analysis.class_stresses import load_stresses
    from stress.analysis.class_stresses import rating as find

    table = load_stresses(stresses)
    with output.progress("stresses") as progress:
        answer = find(
            loaded,
            table,
            scenario,
            once("--class", pairs("--class", held, "NOTE=CATEGORY, for example A=hard")),
            size,
            progress,
        )
    if workbook is not None:
        save_answer(workbook, "rating", plain(answer), loaded)
    output.result(lambda: _tables(answer), lambda: _document(answer))


def _document(answer: Rating) -> dict[str, Any]:
    document: dict[str, Any] = plain(answer)
    return document | {"classes": {row["note"]: row for row in document["classes"]}}


def _tables(answer: Rating) -> RenderableType:
    from rich.console import Group

    from stress.report.page.rating_chapter import by_category_sheet, rating_sheet, sizes_sheet

    title = f"{answer.job} under {answer.scenario}: stresses of '{answer.table}'"
    tables = [sheet_table(rating_sheet(answer), title), sheet_table(by_category_sheet(answer), "", " ")]
    if answer.sizes:
        tables.append(sheet_table(sizes_sheet(answer), "Largest sizes that stand their stress", " "))
    return Group(*tables)
