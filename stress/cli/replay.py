"""`stress replay`: one path's cash flows, month by month."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.atomic import replacing
from stress.cli.of_books import job_argument
from stress.cli.options import CSV, FILE, output_options
from stress.cli.output import Output, console
from stress.cli.writing import writing
from stress.errors import DataError

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import RenderableType

    from stress.inputs.job import Job

Columns = dict[str, list[Any]]


@click.command()
@job_argument("job", "JOB.toml")
@click.option("--path", type=click.IntRange(0, 2**63 - 1), help="Number of the path.")
@click.option("--quantile", type=click.FloatRange(0, 1), help="The path at this quantile of a note's loss.")
@click.option("--tranche", help="The note whose loss the quantile is of.")
@click.option("--scenario", help="[default: the job's first]")
@click.option("--results", type=FILE, metavar="DIR", help="Where the run is saved. [default: results/<job name>]")
@click.option("--all", "everything", is_flag=True, help="Every month and every quantity.")
@click.option("--csv", "csv_file", type=CSV, metavar="FILE.csv", help="Also write all columns to a CSV file.")
@output_options
def replay(
    job: Path,
    path: int | None,
    quantile: float | None,
    tranche: str | None,
    scenario: str | None,
    results: Path | None,
    everything: bool,
    csv_file: Path | None,
    output: Output,
) -> None:
    """Run one path again, with the same draws, and tell its story: triggers, notes, the months that matter.

    A path is given by its number, or as the quantile of a note's loss in a saved run of the same job. --all shows every
    month and quantity instead, --csv writes them.

    \b
    Example:
      stress replay job.toml --path 123456 --scenario baseline
      stress replay job.toml --quantile 0.999 --tranche A --csv tail.csv
    """
    from stress.analysis.loading import load_job
    from stress.runs import jobs

    if (path is None) == (quantile is None):
        raise click.UsageError("give --path N, or --quantile Q with --tranche NAME")
    if (quantile is None) != (tranche is None):
        raise click.UsageError("--quantile and --tranche go together")
    if results is not None and quantile is None:
        raise click.UsageError("--results is for --quantile")
    loaded = load_job(job)
    name = jobs.choose_scenarios(loaded, [scenario] if scenario else [])[0]
    spared = 1.0
    if path is None:
        assert quantile is not None
        assert tranche is not None
        path, spared, loaded = tail_path(loaded, results, name, tranche, quantile)

    from stress.runs.trace import replay as replay_path

    trace = replay_path(loaded, path, scenario=name)
    columns = months(trace)
    if csv_file is not None:
        write_csv(csv_file, columns)
    title = f"{loaded.name}: path {path} under {name}"
    from stress import report

    said = {"job": loaded.name, "scenario": name, "path": path, "seed": str(loaded.seed), "story": report.story(trace)}
    if quantile is not None:
        loss = float(trace["loss"].sel(tranche=tranche))
        title += f"\n{quantile:g} quantile of {tranche}: {_loss_words(loss, spared)}"
        said |= {"quantile": quantile, "tranche": tranche, "loss": loss, "no_loss_share": spared}
    output.result(
        lambda: _table(title, columns) if everything else _story(title, trace), lambda: {**said, "months": columns}
    )


def _story(title: str, trace: xr.Dataset) -> RenderableType:
    """Sentences, then the months in which something happened."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    from stress.cli.answer import sheet_table
    from stress.report.replayed import key_months, story

    sheet = key_months(trace)
    table = sheet_table(sheet, "", f"{sheet.note} --all shows every month and quantity.", ("right", "left"))
    return Group(Text(title, style="bold"), *(Padding(Text(line), (0, 0, 0, 2)) for line in story(trace)), table)


def months(dataset: Any) -> Columns:
    """Every variable by month as a column; one column a label where it has one more dimension."""
    from stress.report.trace_frame import columns_of

    columns: Columns = {"month": dataset["month"].values.tolist()}
    for variable, name, values in columns_of(dataset):
        endless = "unlimited" if variable == "supply" else "none"
        columns[name] = [endless if isinstance(x, float) and math.isinf(x) else x for x in values.tolist()]
    return columns


def _loss_words(loss: float, spared: float) -> str:
    """What is lost at the quantile; where nothing is, from which quantile on a path loses."""
    from stress.report.numbers import fraction

    if loss > 0.0:
        return f"loss {fraction(loss)} of its principal"
    if spared >= 1.0:
        return "no loss on any path of this run"
    digits = 1 - math.floor(math.log10(1.0 - spared))
    first = (math.floor(spared * 10**digits) + 1) / 10**digits
    return f"no loss; it loses on {fraction(1.0 - spared)} of paths, from quantile {first:.{digits}f} on"


def tail_path(job: Job, folder: Path | None, scenario: str, tranche: str, quantile: float) -> tuple[int, float, Job]:
    """The path at the quantile, the share of paths without a loss, and the job as it was run (its seed, paths and
    scenarios)."""
    from stress import results
    from stress.inputs.load import job_from_json
    from stress.runs import jobs

    saved = folder or Path("results") / job.name
    dataset = results.open(saved)
    ran = job_from_json(str(dataset.attrs.get("job") or ""))
    before = {case.name: case for case in ran.scenarios}
    now = {case.name: case for case in job.scenarios}
    if scenario not in before:
        raise DataError(f"{saved}: the saved run has no scenario {scenario!r}; it has {', '.join(before)}")
    if (ran.deal, ran.pool, ran.clock, before.get(scenario)) != (job.deal, job.pool, job.clock, now[scenario]):
        raise DataError(f"{saved}: is a run of another version of this job; run it again with `stress run`")
    path = jobs.path_at(dataset, scenario, tranche, quantile)
    return path, jobs.share_without_loss(dataset, scenario, tranche), ran


def write_csv(path: Path, columns: Columns) -> None:
    """All columns, a row a month; names that a spreadsheet would take for a formula get an apostrophe."""
    from stress.report.export import spreadsheet_safe

    with writing("--csv", path), replacing(path) as part, open(part, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(map(spreadsheet_safe, columns))
        writer.writerows(zip(*columns.values(), strict=True))


def _table(title: str, columns: Columns, width: int | None = None) -> RenderableType:
    """Quantities in rows, months across, in blocks that fit the screen; what is always 0 is left out."""
    from rich import box
    from rich.cells import cell_len
    from rich.console import Group
    from rich.table import Table

    shown = {name: [_cell(value) for value in values] for name, values in columns.items() if name != "month"}
    shown = {name: cells for name, cells in shown.items() if set(cells) != {"0"}}
    label = max(map(cell_len, shown), default=0) + 5
    cell = max((cell_len(text) for cells in shown.values() for text in cells), default=1) + 3
    block = max(1, ((width or console().width) - label) // cell)
    tables = []
    for start in range(0, len(columns["month"]), block):
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), title=None if start else title, title_justify="left")
        table.add_column("month", no_wrap=True)
        for month in columns["month"][start : start + block]:
            table.add_column(str(month), justify="right", no_wrap=True)
        for name, cells in shown.items():
            table.add_row(name, *cells[start : start + block])
        tables.append(table)
    return Group(*tables, "m: millions, k: thousands. Quantities that are 0 in every month are left out.")


def _cell(value: object) -> str:
    """At most eight characters: 1,002.58m, 318.4k, 0.01277."""
    if not isinstance(value, float):
        return str(value).split("T")[0]
    if math.isnan(value):
        return "none"
    size = abs(value)
    if size >= 1e6:
        return f"{value / 1e6:,.2f}m"
    if size >= 1e3:
        return f"{value / 1e3:,.1f}k"
    return f"{value:.4g}" if size >= 1e-6 else "0"
