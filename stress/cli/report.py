"""`stress report`: one HTML page of saved results."""

from __future__ import annotations

from pathlib import Path

import click

from stress.cli.options import FILE, output_options
from stress.cli.output import Output
from stress.errors import DataError


@click.command()
@click.argument("results", type=FILE, metavar="RESULTS")
@click.option("-o", "--out", type=FILE, metavar="FILE.html", help="Where to write. [default: report.html beside it]")
@output_options
def report(results: Path, out: Path | None, as_json: bool, quiet: bool, log_json: bool) -> None:
    """Write the report of a finished run again, and print its table.

    RESULTS is a run's folder or its results.nc. The engine is not needed.

    \b
    Example:
      stress report results/baitiao-24m
    """
    source = results / "results.nc" if results.is_dir() else results
    if not source.is_file():
        raise DataError(f"{source}: no such file; `stress run` writes it")
    target = out or source.with_name("report.html")

    import stress.report
    from stress import results as saved
    from stress.cli.run import measures_json

    dataset = saved.open(source)
    try:
        stress.report.write(dataset, target)
        output = Output(as_json, quiet, log_json)
        output.log("saved", out=str(target))
        output.result(
            lambda: stress.report.table(dataset), lambda: {"report": str(target), "measures": measures_json(dataset)}
        )
    finally:
        dataset.close()
