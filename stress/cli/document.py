"""`stress document`: the model document of a job, for a validator."""

from __future__ import annotations

from pathlib import Path

import click

from stress.cli.cells import job_and_run
from stress.cli.of_books import job_argument
from stress.cli.options import FILE, Enough, output_options
from stress.cli.output import Output
from stress.cli.writing import save_text
from stress.errors import ConfigError

ENDINGS = (".html", ".md")
PATHS = 8192


@click.command()
@job_argument("job", "JOB|RESULTS")
@click.option(
    "-o", "--out", type=FILE, default=Path("model.html"), show_default=True, metavar="FILE",
    help="An .html page that opens offline, or an .md text.",
)  # fmt: skip
@click.option(
    "--measure", "measured", multiple=True, default=("EL",), show_default=True, metavar="NAME",
    help="Whose sensitivity is shown, of the last note or the pool; may be repeated.",
)  # fmt: skip
@click.option("--paths", type=Enough(), help="Paths of a run of JOB, and of each sensitivity. [default: 8,192]")
@click.option("--threads", type=click.IntRange(1, 1024), help="Threads to use. [default: all cores]")
@output_options
def document(
    job: Path, out: Path, measured: tuple[str, ...], paths: int | None, threads: int | None, output: Output
) -> None:
    """Write the model document: purpose, theory, assumptions, data, results, sensitivity, outcomes, limits, changes.

    All of it is read from where it stands: the inputs and what they call illustrative, the accounting page, a run (that
    of RESULTS, or a small one of JOB), the record of `stress validate` that ships.

    \b
    Example:
      stress document results/baitiao-24m
      stress document scenarios/jobs/card-master-trust.toml -o card.md --measure EL --measure DEFAULT
    """
    if out.suffix.lower() not in ENDINGS:
        raise ConfigError(f"--out {out}: must end in {' or '.join(ENDINGS)}")
    loaded, run = job_and_run(job)
    small = loaded.but(paths=paths or PATHS)

    from stress.analysis.sensitivities import sensitivity
    from stress.answers.validation_record import SHIPPED, read
    from stress.measures.names import long_name
    from stress.report.document import as_page
    from stress.report.document import document as written
    from stress.runs.engine import simulate

    for name in measured:
        long_name(name, "--measure")
    with output.progress("moving inputs") as progress:
        dataset = simulate(small, threads=threads) if run is None else run
        tornado = [sensitivity(small, name, threads=threads, progress=progress) for name in measured]
    text = written(loaded, dataset, tornado, read(SHIPPED))
    save_text("--out", out, as_page(text) if out.suffix.lower() == ".html" else text)
    output.log("saved", out=str(out))
    output.result(lambda: f"{out}", lambda: {"document": str(out), "text": text})
