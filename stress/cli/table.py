"""`stress table`: the figures of a run on the terminal, also while it is going on."""

from __future__ import annotations

from pathlib import Path

import click

from stress.cli.books import save_result, xlsx_option
from stress.cli.cells import Cell, cell_options, opened
from stress.cli.limits import fail_on, held, refuse_breaches
from stress.cli.of_books import is_book_folder, job_argument
from stress.cli.options import FILE, output_options
from stress.cli.output import Output
from stress.cli.writing import folder as no_file
from stress.cli.writing import writing


@click.command()
@job_argument("results", "RESULTS")
@cell_options
@click.option("--csv", "folder", type=FILE, metavar="DIR", help="Also write every measure to CSV files in DIR.")
@fail_on
@xlsx_option
@output_options
def table(
    results: Path, cell: Cell, folder: Path | None, limits: tuple[str, ...], workbook: Path | None, output: Output
) -> None:
    """Print the table of a run; of one that is not over, the paths that its checkpoints hold so far.

    RESULTS is a run's folder, a results.nc or the folder of a book. A table of an unfinished run says PARTIAL and how
    many paths it rests on.

    \b
    Example:
      stress table results/baitiao-24m
      stress table results/baitiao-sweep --deal 24-month --csv figures
      stress table results/baitiao-24m --fail-on EL:B=0.001 --fail-on VAR99.9:mezzanine=0.5
    """
    if folder is not None:
        no_file("--csv", folder)
    if is_book_folder(results):
        from stress.cli.book_saved import say_table

        say_table(results, limits, workbook, output, {**cell._asdict(), "csv": folder})
        return
    result = opened(results, cell)

    from stress import report
    from stress.cli.measures_json import document

    if folder is not None:
        from stress.report.export import to_csv

        with writing("--csv", folder):
            to_csv(result, folder)
    save_result(workbook, result)
    above, said = held(limits, result, output)
    output.result(lambda: report.table(result), lambda: document(result) | said)
    refuse_breaches(above)
