"""What the commands that answer a question share: options, the job they run, their figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from stress.cli.options import FILE, Count
from stress.errors import ConfigError

if TYPE_CHECKING:
    from stress.inputs.job import Job

Command = TypeVar("Command", bound=Any)
FORMATS = (".svg", ".png", ".pdf")


def question_options(command: Command) -> Command:
    """--scenario, --paths, --seed, --threads and --figure."""
    for option in (
        click.option("--figure", type=FILE, metavar="FILE", help="Also draw it: an .svg, .png or .pdf file."),
        click.option("--threads", type=click.IntRange(1, 1024), help="Threads to use. [default: all cores]"),
        click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Seed instead of the job's own."),
        click.option("--paths", type=Count(), help="Paths of each run. [default: 32,768]"),
        click.option("--scenario", metavar="NAME", help="The scenario to start from. [default: the job's first]"),
    ):
        command = option(command)
    return command


def question_job(file: Path, paths: int | None, seed: int | None, figure: Path | None) -> Job:
    """The job with the paths and the seed of the question; refuses a figure that could not be written."""
    from stress.inputs.load import load_job

    if figure is not None and figure.suffix.lower() not in FORMATS:
        raise ConfigError(f"--figure {figure}: must end in {', '.join(FORMATS)}")
    job = load_job(file)
    from stress.analysis.runs import PATHS

    return job.model_copy(update={"paths": paths or PATHS, "seed": job.seed if seed is None else seed})


def draw(file: Path | None, name: str, *data: Any) -> None:
    """Write the figure of that name in `stress.report.figures.answers`, where a file is asked for."""
    if file is None:
        return
    from stress.report.figures import answers, svg

    figure = getattr(answers, name)(*data)
    try:
        if file.suffix.lower() == ".svg":
            file.write_text(svg(figure, name), encoding="utf-8")
        else:
            figure.savefig(file, dpi=160)
    except OSError as error:
        raise ConfigError(f"--figure {file}: cannot be written: {error.strerror}") from None


def plain(value: Any) -> Any:
    """Named tuples as tables and arrays as lists: a JSON document."""
    if hasattr(value, "_asdict"):
        return {key: plain(item) for key, item in value._asdict().items()}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return value.tolist()
    return value
