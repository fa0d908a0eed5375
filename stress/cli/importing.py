"""`stress import`: a deal of another engine as our files."""

from __future__ import annotations

from pathlib import Path

import click

from stress.cli.options import FILE, OneOf, output_options
from stress.cli.output import Output
from stress.cli.writing import new_files


@click.command("import")
@click.argument("engine", type=OneOf(["absbox"]), metavar="ENGINE")
@click.argument("file", type=FILE)
@click.option("-o", "--out", type=FILE, required=True, metavar="FOLDER", help="Where the files go.")
@click.option("--currency", default="CNY", show_default=True, help="Of all amounts: that engine has none.")
@output_options
def importing(engine: str, file: Path, out: Path, currency: str, output: Output) -> None:
    """Write another engine's deal as deal.toml, pool.toml, scenario.toml and job.toml.

    ENGINE is absbox: a deal as the dict that AbsBox takes, in JSON or as a Python literal (nothing is run). What could
    not be carried is listed, with the place where it stands, and again at the head of job.toml. Nothing is overwritten.

    \b
    Example:
      stress import absbox deal.py -o mine && stress check mine/job.toml && stress cashflows mine/job.toml
    """
    from stress.foreign.absbox import read
    from stress.foreign.files import files_of
    from stress.inputs.load import load_job

    imported = read(file, currency)
    texts = {out / name: text.encode() for name, text in files_of(imported, file.name).items()}
    with new_files(texts):
        load_job(out / "job.toml")
    said = {"files": [str(path) for path in texts], "not_carried": list(imported.left)}
    listed = "\n".join((*map(str, texts), "Not carried:", *(f"- {line}" for line in imported.left)))
    output.result(lambda: listed, lambda: said)
