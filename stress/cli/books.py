"""Workbooks that an option --xlsx asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from stress.cli.options import FILE, PAGE
from stress.cli.writing import writing
from stress.errors import ConfigError

if TYPE_CHECKING:
    from stress.answers.backtest import BackTest
    from stress.answers.follow import Follow
    from stress.inputs.job import Job
    from stress.report.workbook import Table
    from stress.results import Result

Command = TypeVar("Command", bound=Callable[..., Any])
ENDING = ".xlsx"


def xlsx_option(command: Command) -> Command:
    """--xlsx FILE, handed to the command as `workbook`."""
    text = "Also write a workbook: figures with errors, assumptions, provenance."
    option: Callable[[Command], Command] = click.option(
        "--xlsx", "workbook", type=FILE, metavar="FILE.xlsx", callback=_named, help=text
    )
    return option(command)


def save_answer(file: Path | None, name: str, answer: Mapping[str, Any], job: Job) -> None:
    """The workbook of an answered question, where a file is asked for; `answer` as its JSON document has it."""
    if file is None:
        return
    from stress.report import workbook

    _save(file, workbook.of_answer(name, answer), workbook.of_job(job), about_job(name, job, answer.get("paths")))


def page_option(command: Command) -> Command:
    """--report FILE.html, handed to the command as `page`."""
    option: Callable[[Command], Command] = click.option(
        "--report", "page", type=PAGE, metavar="FILE.html", help="Also write a page with figures and tables."
    )
    return option(command)


def save_result(file: Path | None, result: Result) -> None:
    """The workbook of a run: a summary by class, every measure beside its error, the inputs of its job."""
    if file is None:
        return
    from stress.report import workbook
    from stress.report.known_job import job_of
    from stress.report.workbook_first import summary
    from stress.results.sweep import cells

    _, first = next(iter(cells(result)))
    about = {key: value for key, value in first.attrs.items() if key not in ("job", "input_notes", "base_case")}
    _save(file, [summary(result), *workbook.of_result(result)], workbook.of_job(job_of(first)), about)


def save_reported(answer: Follow | BackTest, job: Job, page: Path | None, file: Path | None) -> None:
    """The page and the workbook of a followed deal or of a back-test, where they are asked for."""
    about = about_job("follow" if hasattr(answer, "updates") else "backtest", job, getattr(answer, "paths", None))
    about |= {"job": answer.job, "reports": answer.reports}
    if page is not None:
        from stress.cli.writing import save_text
        from stress.report.page.reported import render

        save_text("--report", page, render(answer, job, about))
    if file is not None:
        from stress.report import workbook
        from stress.report.workbook_reported import tables

        _save(file, tables(answer), workbook.of_job(job), about)


def save_tables(file: Path | None, tables: list[Table], about: Mapping[str, Any], job: Job | None) -> None:
    """A workbook of tables with the inputs of a job."""
    if file is not None:
        from stress.report import workbook

        _save(file, tables, workbook.of_job(job), about)


def _save(file: Path, tables: list[Table], assumptions: list[tuple[str, Any]], about: Mapping[str, Any]) -> None:
    from stress.report import workbook

    with writing("--xlsx", file):
        workbook.write(file, tables, assumptions, about)


def about_job(name: str, job: Job, paths: int | None) -> dict[str, Any]:
    """Provenance of what the command of that name made of a job, with as many paths as it drew; None: it drew none."""
    from stress.digest import source_digest
    from stress.inputs.load import job_hash
    from stress.version import __version__

    known = {
        "command": f"stress {name}",
        "version": __version__,
        "source_digest": source_digest(),
        "job_hash": job_hash(job),
    }
    return known | ({} if paths is None else {"seed": str(job.seed), "paths": paths})


def _named(ctx: click.Context, param: click.Parameter, file: Path | None) -> Path | None:
    if file is not None and file.suffix.lower() != ENDING:
        raise ConfigError(f"--xlsx {file}: must end in {ENDING}")
    return file
