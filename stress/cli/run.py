"""`stress run`: simulate a job and leave its results in a folder."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.books import save_result, xlsx_option
from stress.cli.limits import check, fail_on, held, refuse_breaches
from stress.cli.of_books import job_argument
from stress.cli.options import FILE, QUEUES, Count, Memory, OneOf, output_options
from stress.cli.output import Output
from stress.errors import ConfigError, StressError

if TYPE_CHECKING:
    import xarray as xr

    from stress.inputs.job import Job, Sweep
    from stress.results import Result
    from stress.runs.jobs.plans import Plan, SweepPlan
    from stress.runs.jobs.running import Done

ESTIMATORS = ("plain", "sobol", "importance", "auto")


@click.command()
@job_argument("job", "JOB.toml")
@click.option("--paths", type=Count(), help="Number of paths instead of the job's own.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Seed instead of the job's own.")
@click.option("--scenario", "scenarios", multiple=True, metavar="NAME", help="Only this scenario; may be repeated.")
@click.option(
    "--estimator",
    type=OneOf(ESTIMATORS),
    help="How factors are drawn, instead of the job's own: importance aims at rare losses, sobol at smooth means, auto "
    "asks a pilot. What paths draw besides factors (t mixing, parameters, macro shocks, borrowers) stays plain.",
)
@click.option(
    "--target-error", "target", metavar="MEASURE[:NOTE]=REL",
    help="Stop once this relative error is reached: EL:B=0.05, VAR99.9:B=0.02, EL=0.1 of all; --paths is a budget.",
)  # fmt: skip
@click.option("--out", type=FILE, metavar="DIR", help="Where results go. [default: results/<job name>]")
@click.option("--threads", type=click.IntRange(1, 1024), help="Threads of this process. [default: all cores]")
@click.option("--workers", type=click.IntRange(1, 1024), help="Worker processes on this machine instead.")
@click.option(
    "--queue",
    type=OneOf(QUEUES),
    help="Workers as jobs of this batch queue, set up in Dask's jobqueue.yaml; needs dask-jobqueue.",
)
@click.option("--scheduler", metavar="ADDRESS", help="A Dask cluster instead. [env: DASK_SCHEDULER_ADDRESS]")
@click.option(
    "--device",
    type=OneOf(["cpu", "gpu", "auto"]),
    default="cpu",
    show_default=True,
    help="What counts: cpu, gpu (an NVIDIA card; the same numbers, bit for bit), or auto, both where there is a card.",
)
@click.option("--resume/--fresh", default=True, help="Go on with what DIR holds (default), or start over.")
@click.option("--keep-paths", is_flag=True, help="Also write every path's outcome to DIR/paths.zarr.")
@click.option("--max-paths", type=Count(), help="Refuse a run of more paths. [default: 1e10]")
@click.option("--max-memory", type=Memory(), metavar="SIZE", help="Refuse a run that needs more, such as 4GB.")
@click.option("--follow", metavar="[NOTE:]EL|PD", help="Whose error the progress shows. [default: EL of the last note]")
@fail_on
@click.option("--dry-run", is_flag=True, help="Check everything, say what would run and how long, and stop.")
@xlsx_option
@output_options
def run(
    job: Path,
    resume: bool,
    follow: str | None,
    limits: tuple[str, ...],
    dry_run: bool,
    workbook: Path | None,
    output: Output,
    **options: Any,
) -> int:
    """Simulate a job: loss of every note under every scenario.

    Writes DIR/results.nc, DIR/report.html and DIR/manifest.json, and prints a table. What was counted is kept in
    DIR/checkpoint: a run that was stopped goes on where it was, and one with more paths counts only those it lacks.
    A job that lists several deals, pools or seeds is a sweep: every combination is run, into one result.

    \b
    Example:
      stress run scenarios/jobs/baitiao-24m.toml --paths 1e6 --seed 7
      stress run job.toml --scenario baseline --scenario macro_severe --json
      stress run job.toml --paths 1e8 --workers 8
      stress run job.toml --estimator importance --target-error EL:B=0.05 --paths 1e7
      stress run job.toml --fail-on EL:B=0.001 --fail-on PD:A=0.0001
    """
    from stress.runs.jobs.plans import SweepPlan, check_paths

    if options["paths"] is not None:
        check_paths(options["paths"], options["max_paths"])
    from stress.analysis.loading import load_run

    plan = _planned(load_run(job), {**options, "fresh": not resume})

    from stress.runs.jobs.estimates import refuse, refuse_sweep

    plans = plan.plans if isinstance(plan, SweepPlan) else (plan,)
    check(limits, list(dict.fromkeys(note.name for cell in plans for note in cell.job.deal.notes)))
    refuse_sweep(plan) if isinstance(plan, SweepPlan) else refuse(plan)
    if dry_run:
        from stress.cli.output import plan_table

        said = plan_json(plan)
        output.result(lambda: plan_table(said["job"], said), lambda: said)
        return 0
    return execute(plan, output, follow, limits, workbook)


def _planned(loaded: Job | Sweep, options: dict[str, Any]) -> Plan | SweepPlan:
    """The plan of a job or a sweep. Raises ConfigError where an option is not for a sweep, and what the plan raises."""
    from stress.inputs.job import Sweep
    from stress.runs.jobs.plans import plan, plan_sweep

    also = functools.partial(_with_committee, {})
    if not isinstance(loaded, Sweep):
        return plan(loaded, **options)._replace(also=also)
    if options["target"] is not None:
        raise ConfigError("--target-error: is for one job, not for a sweep")
    sweep = plan_sweep(loaded, **options)
    return sweep._replace(plans=tuple(cell._replace(also=also) for cell in sweep.plans))


def _with_committee(known: dict[str, Any], job: Job) -> Callable[[xr.Dataset], xr.Dataset]:
    """Numbers of a deal's committees beside what is counted; imported when it is, for a refusal needs none of it."""
    from stress.analysis.class_numbers import beside_counts

    return beside_counts(job, known)


def execute(
    plan: Plan | SweepPlan,
    output: Output,
    follow: str | None = None,
    limits: Sequence[str] = (),
    workbook: Path | None = None,
) -> int:
    """Run the plan and print what came of it: the table as soon as it is known. 130 after an interrupt.

    Raises LimitBreached, the results being written and printed, where a measure is above its limit.
    """
    from stress.runs.jobs.plans import Plan

    unsaid: list[Exception] = []
    try:
        done = _done(plan, output, follow, unsaid)
    except KeyboardInterrupt as error:
        click.echo(f"stress: {str(error) or 'interrupted'}", err=True)
        return 130
    _say_notes(plan, done, output)
    save_result(workbook, done.dataset)
    above, said = held(limits, done.dataset, output)
    shown = isinstance(plan, Plan) and plan.target is None and not done.before and not output.as_json
    if not shown:
        _say_result(done, output, said)
    refuse_breaches(above)
    for lost in unsaid:
        raise lost
    return 0


def _done(plan: Plan | SweepPlan, output: Output, follow: str | None, unsaid: list[Exception]) -> Done:
    """Run the plan under a progress bar; `unsaid` gets what the table could not be printed for."""
    from stress.cli.watch import followed, interruptible, progress
    from stress.runs import jobs
    from stress.runs.jobs.plans import Plan

    name, first = (plan.job.name, plan) if isinstance(plan, Plan) else (plan.sweep.name, plan.plans[0])
    measure = followed(follow, first.job)
    output.log("running", job=name, paths=plan.paths, scenarios=len(first.scenarios))
    with interruptible() as stop, progress(output, name, measure) as step:

        def ready(result: Result) -> None:
            step.close()
            if output.as_json:
                return
            try:
                from stress import report

                output.result(lambda: report.table(result), dict)
            except (StressError, BrokenPipeError) as error:
                unsaid.append(error)  # after the report and the manifest

        if isinstance(plan, Plan) and plan.target is not None:
            return jobs.run_to_target(plan, step, output.log, stop, step.seen)
        if isinstance(plan, Plan):
            return jobs.run(plan, step, output.log, stop, step.seen, ready)
        return jobs.run_sweep(plan, step, output.log, stop, step.seen)


def _say_notes(plan: Plan | SweepPlan, done: Done, output: Output) -> None:
    """Where the results are, what in them is not to be trusted, and what of the inputs is to be known."""
    from stress.report.page.sweep import input_notes_of

    if not done.before:
        output.log("saved", out=str(plan.out))
    for line in str(done.dataset.attrs.get("warnings", "")).split("; "):
        if line:
            output.log("warning", note=f"not to be trusted: {line}")
    for note in input_notes_of(done.dataset):
        output.log("note", note=note)


def _say_result(done: Done, output: Output, said: dict[str, Any]) -> None:
    """The table, or the document of `--json`."""
    from stress import report
    from stress.cli.measures_json import measures, trust

    trusted = trust(done.dataset)
    output.result(
        lambda: report.table(done.dataset),
        lambda: {**done.manifest, **trusted, "unchanged": done.before, "measures": measures(done.dataset), **said},
    )


def plan_json(plan: Plan | SweepPlan) -> dict[str, Any]:
    """What a dry run says with --json."""
    from stress.runs.counting.machines import machines
    from stress.runs.engine import n_core
    from stress.runs.jobs.estimates import estimate, estimate_sweep
    from stress.runs.jobs.plans import Plan

    plans = (plan,) if isinstance(plan, Plan) else plan.plans
    cost = estimate(plan) if isinstance(plan, Plan) else estimate_sweep(plan)
    first, where = plans[0], plans[0].where
    workers = f"{where.workers} worker processes" + (f" as jobs of {where.queue}" if where.queue else "")
    hands = machines(where.device, where.threads or n_core()) if where.device != "cpu" and not where.address else None
    local = workers if where.workers else hands.words if hands else f"{where.threads or 'all'} threads"

    def shared(values: Iterable[Any]) -> Any:
        """The value that all jobs share, or the list of all."""
        known = list(dict.fromkeys(values))
        return known[0] if len(known) == 1 else known

    return {
        "job": first.job.name,
        **({} if len(plans) == 1 else {"jobs": len(plans)}),
        "deal": shared(cell.job.deal.name for cell in plans),
        "pool": shared(cell.job.pool.name for cell in plans),
        "scenarios": list(first.scenarios),
        "paths": plan.paths,
        "seed": shared(str(cell.seed) for cell in plans),
        "clock": first.job.clock,
        "months": shared(cell.job.deal.legal_maturity_months for cell in plans),
        "where": f"cluster {where.address}" if where.address else local,
        "tasks": cost.tasks,
        "paths_per_task": cost.task_paths,
        "memory_mb": round(cost.memory / 1e6),
        "memory_per_task_mb": round(cost.task_memory / 1e6),
        "paths_per_second": round(cost.rate),
        "seconds": round(cost.seconds, 1),
        "out": str(plan.out),
    }
