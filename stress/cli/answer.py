"""What the commands that answer a question share: options, the job they run, their figure."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from stress.cli.books import save_answer, xlsx_option
from stress.cli.of_books import job_argument
from stress.cli.options import FILE, Enough, output_options
from stress.cli.output import Output
from stress.cli.resuming import resumable
from stress.cli.writing import drawable, save

if TYPE_CHECKING:
    from rich.console import JustifyMethod, RenderableType
    from rich.table import Table

    from stress.inputs.job import Job
    from stress.report.sheets import Sheet


class Question(NamedTuple):
    """What every command that asks something of a job is given."""

    job: Job
    """With the paths and the seed of the question."""
    scenario: str | None
    threads: int | None
    figure: Path | None
    workbook: Path | None
    output: Output
    dry_run: bool = False

    def planned(self, runs: str, note: str | None = None, can_lose: bool = False) -> bool:
        """Say what would run, where that alone is asked; the scenario and the note are checked first."""
        from stress.analysis.trials import case_of, note_index

        case = case_of(self.job, self.scenario)
        if note is not None:
            note_index(self.job, note, can_lose)
        if not self.dry_run:
            return False
        said = {"scenario": case.name, "paths": self.job.paths, "seed": str(self.job.seed)}
        self.output.plan(self.job.name, **said, runs=runs, **({} if note is None else {"tranche": note}))
        return True

    def tell(self, name: str, figure: str, answer: Any, table: Callable[[Any], RenderableType]) -> None:
        """Draw the answer as the figure of that name, write its workbook, print its table or its document."""
        draw(self.figure, figure, answer)
        self.book(name, answer)
        self.output.result(lambda: table(answer), lambda: plain(answer))

    def book(self, name: str, answer: Any) -> None:
        """Write the answer as a workbook, where one is asked for."""
        save_answer(self.workbook, name, plain(answer), self.job)


def question(command: Callable[..., None]) -> Callable[..., None]:
    """A command that asks something of a job: JOB.toml and the shared options, handed to it as one `Question`."""

    @functools.wraps(command)
    def ask(
        job: Path,
        scenario: str | None,
        paths: int | None,
        seed: int | None,
        threads: int | None,
        figure: Path | None,
        workbook: Path | None,
        dry_run: bool,
        output: Output,
        **own: Any,
    ) -> None:
        loaded = question_job(job, paths, seed, figure)
        asked = Question(loaded, scenario, threads, figure, workbook, output, dry_run)
        with contextlib.nullcontext() if dry_run else resumable(command.__name__, loaded.name, output):
            command(asked, **own)

    asks: Callable[..., None] = xlsx_option(output_options(ask))
    for option in (
        click.option("--dry-run", is_flag=True, help="Check everything, say what would run, and stop."),
        click.option("--figure", type=FILE, metavar="FILE", help="Also draw it: an .svg, .png or .pdf file."),
        click.option("--threads", type=click.IntRange(1, 1024), help="Threads to use. [default: all cores]"),
        click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Seed instead of the job's own."),
        click.option("--paths", type=Enough(), help="Paths of each run. [default: 32,768]"),
        click.option("--scenario", metavar="NAME", help="The scenario to start from. [default: the job's first]"),
        job_argument("job", "JOB.toml"),
    ):
        asks = option(asks)
    return asks


def question_job(file: Path, paths: int | None, seed: int | None, figure: Path | None) -> Job:
    """The job with the paths and the seed of the question; refuses a figure that could not be written."""
    from stress.analysis.loading import load_job

    drawable("--figure", figure)
    job = load_job(file)
    from stress.analysis.trials import PATHS

    return job.model_copy(update={"paths": paths or PATHS, "seed": job.seed if seed is None else seed})


def draw(file: Path | None, name: str, *data: Any) -> None:
    """Write the figure of that name in `stress.report.figures.answers`, where a file is asked for."""
    if file is None:
        return
    from stress.report.figures import answers

    save("--figure", file, getattr(answers, name)(*data), name)


def sheet_table(sheet: Sheet, title: str, caption: str = "", justify: Sequence[JustifyMethod] = ()) -> Table:
    """A table of the report as one of the terminal: first column left, the others right unless said otherwise."""
    from rich import box
    from rich.text import Text

    from stress.report.whole_table import WholeTable

    table = WholeTable(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        title=Text(title) if title else None,
        title_justify="left",
        caption=Text(caption or sheet.note),
        caption_justify="left",
    )
    for k, head in enumerate(sheet.head):
        table.add_column(Text(head), justify=justify[k] if k < len(justify) else "right" if k else "left")
    for row in sheet.rows:
        table.add_row(*map(Text, row))
    return table


def plain(value: Any) -> Any:
    """Named tuples and inputs as tables, arrays as lists: a JSON document."""
    if hasattr(value, "_asdict"):
        return {key: plain(item) for key, item in value._asdict().items()}
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return value.tolist()
    return value
