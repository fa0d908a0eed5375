"""`stress whatif`: an offline page with sliders over ranges of inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.books import about_job, save_tables, xlsx_option
from stress.cli.of_books import job_argument
from stress.cli.options import PAGE, Count, Enough, OneOf, output_options
from stress.cli.output import Output
from stress.cli.resuming import resumable
from stress.cli.writing import save_text, writing
from stress.runs.jobs.where import Where

if TYPE_CHECKING:
    from rich.table import Table

    from stress.answers.whatif import WhatIf
    from stress.inputs.job import Job


@click.command()
@job_argument("job", "JOB.toml")
@click.option(
    "--over", multiple=True, metavar="TARGET=FROM:TO",
    help="A range of an input: a target of shocks (a multiple of the scenario's own where it has one, else added or "
    "set), share:NOTE, or quantity:NAME of the deal's own; may be repeated.",
)  # fmt: skip
@click.option("--points", type=Count(), help="Points to run. [default: 24 for each range]")
@click.option("--design", "kind", type=OneOf(["sobol", "grid"]), default="sobol", show_default=True)
@click.option("--scenario", metavar="NAME", help="The scenario to start from. [default: the job's first]")
@click.option("--paths", type=Enough(), help="Paths of each point. [default: 32,768]")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Seed instead of the job's own.")
@click.option("--threads", type=click.IntRange(1, 1024), help="Threads to use. [default: all cores]")
@click.option("--workers", type=click.IntRange(1, 1024), help="Worker processes on this machine instead.")
@click.option("--scheduler", metavar="ADDRESS", help="A Dask cluster instead.")
@click.option("-o", "--out", type=PAGE, metavar="FILE.html", help="The page. [default: results/<job name>/whatif.html]")
@click.option("--dry-run", is_flag=True, help="Check everything, say what would run, and stop.")
@xlsx_option
@output_options
def whatif(
    job: Path,
    over: tuple[str, ...],
    points: int | None,
    kind: str,
    scenario: str | None,
    paths: int | None,
    seed: int | None,
    threads: int | None,
    workers: int | None,
    scheduler: str | None,
    out: Path | None,
    dry_run: bool,
    workbook: Path | None,
    output: Output,
) -> None:
    """Run a job at points over ranges of its inputs, and write a page with sliders.

    The page stands alone, needs no server and reads without a script. It shows EL, PD, VaR, break-even, yield and life
    of every note between the points, each with its error of simulation and of interpolation. All points use the same
    draws. An interrupted run writes the page of the points that are done.

    \b
    Example:
      stress whatif scenarios/jobs/baitiao-24m.toml --over default_odds=1:3 --over payment=0.6:1
      stress whatif job.toml --over default_odds=0.5:4 --over share:A=0.78:0.84 --scenario macro_severe
    """
    from stress.analysis.ranges import axes_of, check_axes
    from stress.analysis.trials import case_of
    from stress.analysis.what_if import design
    from stress.cli.answer import plain, question_job

    loaded = question_job(job, paths, seed, None)
    Where(threads, workers, scheduler).check()
    axes, case = axes_of(loaded, over), case_of(loaded, scenario)
    check_axes(loaded, case, axes)
    number = len(design(axes, points, "grid" if kind == "grid" else "sobol", loaded.seed))
    target = out or Path("results") / loaded.name / "whatif.html"
    if dry_run:
        output.plan(loaded.name, scenario=case.name, points=number, paths=loaded.paths,
                    path_runs=number * loaded.paths, seed=str(loaded.seed), out=str(target))  # fmt: skip
        return
    with writing("--out", target):
        target.parent.mkdir(parents=True, exist_ok=True)
    with resumable("whatif", loaded.name, output) as kept:
        with output.progress("what if") as progress:
            how = {"threads": threads, "workers": workers, "scheduler": scheduler, "progress": progress,
                   "stop": kept.stop}  # fmt: skip
            answer = _asked(loaded, over, scenario, points, kind, how)
        from stress.report.page import whatif as page

        save_text("--out", target, page.render(answer))
        output.log("saved", out=str(target))
        if workbook is not None:
            from stress.report.workbook_first import points as sheets

            save_tables(workbook, sheets(answer, plain(answer)), about_job("whatif", loaded, answer.paths), loaded)
        output.result(lambda: _table(answer, target), lambda: {"page": str(target), **plain(answer)})
        if answer.planned > len(answer.place):
            kept.cut = True
            click.echo(f"stress: the page holds {len(answer.place)} points of {answer.planned}", err=True)


def _asked(job: Job, over: tuple[str, ...], scenario: str | None, points: int | None, kind: str, how: Any) -> WhatIf:
    """The answer, counted on threads, on workers of this machine, or on a cluster."""
    import contextlib

    from stress.analysis import trials
    from stress.analysis.what_if import whatif as find
    from stress.runs import cluster

    workers, address = how.pop("workers"), how.pop("scheduler")
    with contextlib.ExitStack() as stack:
        client = None
        if workers is not None:
            trials.counted(job.but(paths=64), 1)  # compiles once, here: the workers load what this leaves
            client = stack.enter_context(cluster.local(workers))
        elif address is not None:
            client = stack.enter_context(cluster.join(address))
        return find(job, over, scenario, points, "grid" if kind == "grid" else "sobol", client=client, **how)


def _table(answer: WhatIf, target: Path) -> Table:
    from stress.cli.answer import sheet_table
    from stress.report.page.whatif import ends

    sheet = ends(answer)
    title = f"{answer.job} under {answer.scenario}: {len(answer.place)} points"
    return sheet_table(sheet, title, f"{sheet.note} Page: {target}")
