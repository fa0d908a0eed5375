"""`stress report`: one HTML page of a run, with the questions that one wants answered in it."""

from __future__ import annotations

from pathlib import Path

import click

from stress.cli.books import save_result, xlsx_option
from stress.cli.cells import Cell, cell_options, opened
from stress.cli.of_books import is_book_folder, job_argument
from stress.cli.options import FILE, PAGE, Enough, output_options
from stress.cli.output import Output
from stress.cli.report_questions import Options, answered, check_options, document, named
from stress.cli.writing import writing


@click.command()
@job_argument("results", "RESULTS")
@click.option("-o", "--out", type=PAGE, metavar="FILE.html", help="Where to write. [default: report.html beside it]")
@click.option(
    "--with", "questions", multiple=True, metavar="QUESTION", help="Answer it in a chapter: breakeven, reverse, "
    "sensitivity, bands, clocks, rates (of the pool by month), stresses (of --stresses, also on the cover), follow (of "
    "--reports), capital, ecl, price, gradient, committee (the numbers of the cover again), or several with commas. "
    "Each runs the job of RESULTS again, many times.",
)  # fmt: skip
@click.option(
    "--tranche", metavar="NAME", help="The note asked about. [default: the lowest that is owed interest; of "
    "sensitivity, the last that lent]",
)  # fmt: skip
@click.option("--stresses", type=FILE, metavar="FILE.toml", help="The table of stresses by category.")
@click.option("--reports", type=FILE, metavar="FILE", help="The monthly reports of the deal, of --with follow.")
@click.option("--scenario", metavar="NAME", help="The scenario to start from. [default: the first]")
@click.option("--paths", type=Enough(), help="Paths of each run that a question makes. [default: 32,768]")
@click.option("--threads", type=click.IntRange(1, 1024), help="Threads to use. [default: all cores]")
@click.option("--author", default="", metavar="TEXT", help="Stands on the cover. [default: a line to sign]")
@click.option("--date", default="", metavar="TEXT", help="Stands on the cover.")
@click.option("--revision", default="", metavar="TEXT", help="Stands on the cover.")
@click.option("--appendix", is_flag=True, help="With an appendix on the validation of this engine.")
@cell_options
@xlsx_option
@output_options
def report(
    results: Path,
    out: Path | None,
    questions: tuple[str, ...],
    tranche: str | None,
    stresses: Path | None,
    reports: Path | None,
    scenario: str | None,
    paths: int | None,
    threads: int | None,
    author: str,
    date: str,
    revision: str,
    appendix: bool,
    cell: Cell,
    workbook: Path | None,
    output: Output,
) -> None:
    """Write the report of a run again, and print its table.

    RESULTS is a run's folder or its results.nc, or a book's folder. The engine is needed for --with alone, and for
    books. A run that is not over gives a report of the paths that its checkpoints hold, labelled PARTIAL; of a sweep,
    --deal, --pool and --seed choose a job.

    \b
    Example:
      stress report results/baitiao-24m
      stress report results/baitiao-24m --with breakeven,reverse,sensitivity --tranche mezzanine
      stress report results/baitiao-24m --author "A. Analyst" --date 2026-11-30 --appendix
      stress report results/baitiao-sweep --deal 24-month --seed 1 -o one.html
    """
    if is_book_folder(results):
        from stress.cli.book_saved import say_report

        others = {"with": questions, "tranche": tranche, "stresses": stresses, "reports": reports, "paths": paths,
                  "threads": threads, "author": author, "date": date, "revision": revision, "appendix": appendix,
                  **cell._asdict()}  # fmt: skip
        say_report(results, out, scenario, workbook, output, others)
        return
    asked = named(questions)
    check_options(
        asked, {"tranche": tranche, "scenario": scenario, "paths": paths, "threads": threads}, stresses, reports
    )
    folder = results if results.is_dir() else results.parent
    target = out or folder / ("job.html" if cell else "report.html")

    import stress.report
    from stress.cli.measures_json import measures

    options = Options(tranche, stresses, reports, scenario, paths, threads)
    dataset, answers = answered(opened(results, cell), asked, options, output)
    with writing("--out", target):
        stress.report.write(
            dataset, target, list(answers.values()), author=author, date=date, revision=revision, appendix=appendix
        )
    save_result(workbook, dataset)
    output.log("saved", out=str(target))
    output.result(
        lambda: stress.report.table(dataset),
        lambda: {
            "report": str(target),
            "measures": measures(dataset),
            "answers": {name: document(answer) for name, answer in answers.items()},
        },
    )
