"""`stress export`: the tables of a result, and the paths it kept, as Parquet for any other tool."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from stress.cli.of_books import job_argument
from stress.cli.options import FILE, output_options
from stress.cli.output import Output, document_text
from stress.cli.writing import folder as no_file
from stress.cli.writing import save_text, writing


@click.command()
@job_argument("results", "RESULTS", required=False)
@click.option("-o", "--out", type=FILE, metavar="FOLDER", help="Where tables go. [default: tables, beside the results]")
@click.option("--csv", "as_csv", is_flag=True, help="Measures as CSV instead, safe to open in a spreadsheet.")
@click.option("--schema", "show_schema", is_flag=True, help="Print the schema of all tables as JSON, and stop.")
@output_options
def export(results: Path | None, out: Path | None, as_csv: bool, show_schema: bool, output: Output) -> None:
    """Write the measures of a run, and the paths it kept, as Parquet tables with a schema.json beside them.

    Columns, types, units and meanings are those of stress.schema, under a version that every file carries. DuckDB,
    pandas, polars, R and Spark open them in a line.

    \b
    Example:
      stress export results/baitiao-24m -o tables
      duckdb -c "select tranche, expected_loss from 'tables/scenario_tranche.parquet'"
      python -c "import pandas; print(pandas.read_parquet('tables/note_paths').describe())"
    """
    from stress import schema

    if show_schema:
        if results is not None or out is not None or as_csv:
            raise click.UsageError("--schema stands alone: it prints the schema and stops", click.get_current_context())
        click.echo(document_text(schema.document()))
        return
    if results is None:
        raise click.UsageError("needs RESULTS, or --schema", click.get_current_context())
    from stress.report.export import forget_paths, paths_to_parquet, to_csv, to_parquet
    from stress.results.sweep import partials
    from stress.runs.jobs.paths import STORE
    from stress.runs.jobs.reading import open as open_results

    folder = results if results.is_dir() else results.parent
    target = out or folder / "tables"
    no_file("--out", target)
    dataset = open_results(results)
    with writing("--out", target):
        files = (to_csv if as_csv else to_parquet)(dataset, target)
        if not as_csv and os.path.lexists(folder / STORE):
            files += paths_to_parquet(folder / STORE, target, dataset)
        elif not as_csv:
            forget_paths(target)
        save_text("--out", target / "schema.json", json.dumps(schema.document(), indent=1) + "\n")
    partial = partials(dataset)
    for cell in partial:
        which = ", ".join(f"{key} {value}" for key, value in cell.items() if key != "partial")
        click.echo(f"stress: note: PARTIAL{f', {which}' if which else ''}: {cell['partial']} so far", err=True)
    said = {"files": [str(file) for file in files]} | ({"partial": partial} if partial else {})
    output.result(lambda: "\n".join(map(str, files)), lambda: said)
