"""`stress run`: simulate a job and leave its results in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.options import FILE, Count, output_options
from stress.cli.output import Output

if TYPE_CHECKING:
    from rich.table import Table

    from stress.inputs.job import Job


@click.command()
@click.argument("job", type=FILE, metavar="JOB.toml")
@click.option("--paths", type=Count(), help="Number of paths instead of the job's own.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Seed instead of the job's own.")
@click.option("--scenario", "scenarios", multiple=True, metavar="NAME", help="Only this scenario; may be repeated.")
@click.option("--out", type=FILE, metavar="DIR", help="Where results go. [default: results/<job name>]")
@click.option("--threads", type=click.IntRange(1, 1024), help="Threads to use. [default: all cores]")
@click.option("--dry-run", is_flag=True, help="Check everything, say what would run, and stop.")
@output_options
def run(
    job: Path,
    paths: int | None,
    seed: int | None,
    scenarios: tuple[str, ...],
    out: Path | None,
    threads: int | None,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
    log_json: bool,
) -> None:
    """Simulate a job: loss of every note under every scenario.

    Writes DIR/results.nc, DIR/report.html and DIR/manifest.json, and prints a table.

    \b
    Example:
      stress run scenarios/jobs/baitiao-24m.toml --paths 1e6 --seed 7
      stress run job.toml --scenario baseline --scenario macro_severe --json
    """
    from stress import jobs
    from stress.inputs.load import load_job

    output = Output(as_json, quiet, log_json)
    loaded = load_job(job)
    plan = jobs.plan(loaded, paths=paths, seed=seed, scenarios=scenarios, out=out, threads=threads)
    if dry_run:
        output.result(lambda: _plan_table(plan), lambda: plan_json(plan))
        return
    output.log("running", job=loaded.name, paths=plan.paths, scenarios=len(plan.scenarios))
    with output.progress(loaded.name) as progress:
        done = jobs.run(plan, progress)
    output.log("saved", out=str(plan.out))

    from stress import report

    output.result(
        lambda: report.table(done.dataset), lambda: {**done.manifest, "measures": measures_json(done.dataset)}
    )


def plan_json(plan: Any) -> dict[str, Any]:
    """What a dry run says with --json."""
    return {
        "job": plan.job.name,
        "deal": plan.job.deal.name,
        "pool": plan.job.pool.name,
        "scenarios": list(plan.scenarios),
        "paths": plan.paths,
        "seed": str(plan.seed),
        "clock": plan.job.clock,
        "months": plan.job.deal.legal_maturity_months,
        "out": str(plan.out),
    }


def measures_json(dataset: Any) -> dict[str, Any]:
    """The figures by scenario, tranche and level: every variable without month, bin, batch or path."""
    shown = {}
    for name, values in dataset.data_vars.items():
        if values.dims and set(values.dims) <= {"scenario", "tranche", "level"}:
            shown[str(name)] = _nested(values)
    return shown


def _nested(values: Any) -> Any:
    if not values.dims:
        return values.item()
    dim = values.dims[0]
    return {str(label): _nested(values.isel({dim: i})) for i, label in enumerate(values[dim].values.tolist())}


def _plan_table(plan: Any) -> Table:
    from rich.table import Table

    job: Job = plan.job
    table = Table("what", "value", title=f"{job.name}: would run")
    for key, value in plan_json(plan).items():
        table.add_row(key, ", ".join(value) if isinstance(value, list) else str(value))
    return table
