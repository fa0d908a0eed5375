"""`stress report`: one HTML page of a run, with the questions that one wants answered in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.answer import LEAST, plain
from stress.cli.books import save_result, xlsx_option
from stress.cli.cells import Cell, cell_options, opened, opened_one
from stress.cli.of_books import is_book_folder, job_argument
from stress.cli.options import FILE, Count, output_options
from stress.cli.output import Output
from stress.cli.writing import writing
from stress.errors import ConfigError, DataError

if TYPE_CHECKING:
    import xarray as xr

    from stress.analysis.trials import Progress
    from stress.answers.capital import Capital
    from stress.answers.ecl import Ecl
    from stress.answers.gradient import Gradient
    from stress.answers.price import Price
    from stress.inputs.job import Job

TAKES = {
    "breakeven": ("tranche", "scenario", "paths", "threads"),
    "reverse": ("tranche", "scenario", "paths", "threads"),
    "sensitivity": ("tranche", "scenario", "paths", "threads"),
    "bands": ("scenario", "paths", "threads"),
    "clocks": ("scenario", "paths", "threads"),
    "rates": ("scenario", "paths"),
    "stresses": ("scenario",),
    "follow": ("scenario", "paths"),
    "committee": (),
    "capital": ("scenario", "paths"),
    "ecl": ("scenario", "paths"),
    "price": ("tranche", "scenario", "paths"),
    "gradient": ("tranche", "scenario", "paths"),
}
"""Questions, and the options that each is asked with."""
QUESTIONS = tuple(TAKES)
COVER = "committee"
"""Asked of the job, answered on the cover."""


@click.command()
@job_argument("results", "RESULTS")
@click.option("-o", "--out", type=FILE, metavar="FILE.html", help="Where to write. [default: report.html beside it]")
@click.option(
    "--with", "questions", multiple=True, metavar="QUESTION", help="Answer it in a chapter: breakeven, reverse, "
    "sensitivity, bands, clocks, rates (of the pool by month), stresses (of --stresses, also on the cover), follow (of "
    "--reports), capital, ecl, price, gradient, committee (the numbers of the cover again), or several with commas. "
    "Each runs the job of RESULTS again, many times.",
)  # fmt: skip
@click.option(
    "--tranche", metavar="NAME", help="The note asked about. [default: the lowest that is owed interest; of "
    "sensitivity, the last]",
)  # fmt: skip
@click.option("--stresses", type=FILE, metavar="FILE.toml", help="The table of stresses by category.")
@click.option("--reports", type=FILE, metavar="FILE", help="The monthly reports of the deal, of --with follow.")
@click.option("--scenario", metavar="NAME", help="The scenario to start from. [default: the first]")
@click.option("--paths", type=Count(), help="Paths of each run that a question makes. [default: 32,768]")
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
    deal: str | None,
    pool: str | None,
    seed: int | None,
    workbook: Path | None,
    as_json: bool,
    quiet: bool,
    log_json: bool,
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
    output = Output(as_json, quiet, log_json)
    if is_book_folder(results):
        from stress.cli.book_saved import say_report

        others = {"with": questions, "tranche": tranche, "stresses": stresses, "reports": reports, "paths": paths,
                  "threads": threads, "author": author, "date": date, "revision": revision, "appendix": appendix,
                  "deal": deal, "pool": pool, "seed": seed}  # fmt: skip
        say_report(results, out, scenario, workbook, output, others)
        return
    asked, cell = _asked(questions), Cell(deal, pool, seed)
    _check(asked, {"tranche": tranche, "scenario": scenario, "paths": paths, "threads": threads}, stresses, reports)
    folder = results if results.is_dir() else results.parent
    target = out or folder / ("job.html" if cell else "report.html")

    import stress.report
    from stress.cli.measures_json import measures

    dataset = opened(results, cell)
    answers = [
        _answer(name, opened_one(results, cell), tranche, stresses, reports, scenario, paths, threads, output)
        for name in asked
        if name != COVER
    ]
    if COVER in asked:
        dataset = _with_cover(opened_one(results, cell), output)
    with writing("--out", target):
        stress.report.write(dataset, target, answers, author=author, date=date, revision=revision, appendix=appendix)
    save_result(workbook, dataset)
    output.log("saved", out=str(target))
    output.result(
        lambda: stress.report.table(dataset),
        lambda: {
            "report": str(target),
            "measures": measures(dataset),
            "answers": dict(zip((name for name in asked if name != COVER), map(_document, answers), strict=True)),
        },
    )


def _check(asked: list[str], options: dict[str, Any], stresses: Path | None, reports: Path | None) -> None:
    """Raise ConfigError for options that no question takes of those that are asked."""
    for option, value in options.items():
        if value is not None and not asked:
            raise ConfigError(f"--{option} {value}: is for a question, and --with asks none")
        if value is not None and not any(option in TAKES[name] for name in asked):
            takers = ", ".join(name for name, taken in TAKES.items() if option in taken)
            raise ConfigError(f"--{option} {value}: --with {','.join(asked)} has no use for it; {takers} have")
    if (stresses is None) == ("stresses" in asked):
        raise ConfigError("--with stresses and --stresses FILE.toml go together")
    if (reports is None) == ("follow" in asked):
        raise ConfigError("--with follow and --reports FILE go together")


def _with_cover(dataset: xr.Dataset, output: Output) -> xr.Dataset:
    """The result with the numbers of the cover computed again from its job."""
    from stress.analysis.class_numbers import committee, with_committee
    from stress.inputs.load import job_from_json

    if not dataset.attrs.get("job"):
        raise DataError("--with committee: the results do not hold their job")
    with output.progress("numbers of every class") as step:
        return with_committee(dataset, committee(job_from_json(str(dataset.attrs["job"])), progress=step))


def _asked(questions: tuple[str, ...]) -> list[str]:
    """The questions, each once, in the order asked."""
    from stress.spelling import suggest

    asked = dict.fromkeys(name.strip() for text in questions for name in text.split(",") if name.strip())
    for name in asked:
        if name not in QUESTIONS:
            raise ConfigError(f"--with {name}: one of {', '.join(QUESTIONS)}{suggest(name, QUESTIONS)}")
    return list(asked)


def _answer(
    name: str,
    dataset: xr.Dataset,
    tranche: str | None,
    stresses: Path | None,
    reports: Path | None,
    scenario: str | None,
    paths: int | None,
    threads: int | None,
    output: Output,
) -> Any:
    """Ask the job that the results hold."""
    job = _job_of(dataset, paths)
    owed = [note.name for note in job.deal.notes if not note.residual and name != "sensitivity"]
    tranche = tranche or (owed or [job.deal.notes[-1].name])[-1]
    with output.progress(f"{name} of {tranche}") as step:
        if name == "breakeven":
            from stress.analysis.break_even import breakeven

            return breakeven(job, tranche, scenario=scenario, threads=threads, progress=step)
        if name == "reverse":
            from stress.analysis.reverse_stress import reverse

            return reverse(job, tranche, scenario=scenario, threads=threads, progress=step)
        if name == "clocks":
            from stress.analysis.clock_effects import clocks

            return clocks(job, scenario=scenario, threads=threads, progress=step)
        if name == "rates":
            from stress.analysis.rate_fans import PATHS as FEW
            from stress.analysis.rate_fans import rates

            return rates(job, scenario, paths or FEW, step)
        if name == "stresses":
            from stress.analysis.class_stresses import load_stresses, rating

            return rating(job, load_stresses(str(stresses)), scenario, progress=step)
        if name == "follow":
            from stress.analysis.filtering import PATHS as WEIGHTED
            from stress.analysis.filtering import follow

            return follow(job, str(reports), None, scenario, paths or WEIGHTED, step)
        if name in ("capital", "ecl", "price", "gradient"):
            return _of_desk(name, job, tranche, scenario, paths, step)
        if name == "bands":
            from stress.analysis.sizing import size

            return size(job, {}, scenario, threads=threads, progress=step)
        from stress.analysis.sensitivities import sensitivity

        return sensitivity(job, "EL", tranche, scenario, threads=threads, progress=step)


def _job_of(dataset: xr.Dataset, paths: int | None) -> Job:
    """The job that the results hold, with as many paths. Raises ConfigError, DataError."""
    from stress.analysis.trials import PATHS
    from stress.inputs.load import job_from_json

    if paths is not None and paths < LEAST:
        raise ConfigError(f"--paths {paths}: at least {LEAST}, as errors are measured between batches of 32 paths")
    if not dataset.attrs.get("job"):
        raise DataError("--with: the results do not hold their job")
    return job_from_json(str(dataset.attrs["job"])).model_copy(update={"paths": paths or PATHS})


def _of_desk(
    name: str, job: Job, tranche: str, scenario: str | None, paths: int | None, step: Progress
) -> Capital | Ecl | Price | Gradient:
    """A question of the capital desk, the accountant, the trader or the modeller."""
    if name == "capital":
        from stress.analysis import capital_needs

        return capital_needs.capital(job, scenario=scenario, paths=paths or capital_needs.PATHS, progress=step)
    if name == "ecl":
        from stress.analysis import credit_loss

        named = () if scenario is None else (scenario,)
        return credit_loss.ecl(job, scenarios=named, paths=paths or credit_loss.PATHS, progress=step)
    if name == "price":
        from stress.analysis import note_price

        return note_price.price(job, tranche, scenario=scenario, paths=paths or note_price.PATHS, progress=step)
    from stress.analysis import gradients

    return gradients.gradient(job, "EL", tranche, scenario, paths or gradients.PATHS, step)


def _document(answer: Any) -> Any:
    from stress.answers import Reverse

    if isinstance(answer, Reverse):
        from stress.cli.reverse import document

        return document(answer)
    return plain(answer)
