"""`stress check`: is a file right, and if not, what is wrong; what a deal does when nothing goes wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.check_table import checked_table, is_table
from stress.cli.options import FILE, output_options
from stress.cli.output import Output
from stress.errors import ConfigError, StressError

if TYPE_CHECKING:
    from stress.inputs.job import Job, Sweep
    from stress.inputs.text.remark import Remark

MOST_CASES = 8
"""Base cases of a sweep: the first deals and pools."""
NOT_COMPILED = "not run: the kernels are not compiled yet on this machine; --base-case does it now, in about 15 seconds"


@click.command()
@click.argument("files", type=FILE, nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--base-case/--no-base-case",
    default=None,
    help="Run the deterministic base case of a job. [default: where the kernels have been compiled before]",
)
@click.option("--scenario", metavar="NAME", help="The scenario of the base case. [default: the job's first]")
@output_options
def check(files: tuple[Path, ...], base_case: bool | None, scenario: str | None, output: Output) -> None:
    """Check deal, pool, scenario and job files, and tables; a job with all that it refers to.

    Says which file and key are wrong, what stands there and what is allowed; exit code 2 where anything is. Notes
    tell of what is allowed and seldom meant. Of a job the base case is run (expected rates, rho 0): which triggers trip
    and when, when each note is repaid, what is never paid, what stays in an account. Of a table (text
    or .xlsx, as published by FRED, the Federal Reserve, World Bank, EBA, Eurostat, OECD, and others: see
    `stress explain --tables`) notes tell how it is read.

    \b
    Example:
      stress check scenarios/deals/baitiao-24m.toml scenarios/jobs/*.toml
      stress check job.toml --scenario downturn_severe
    """
    lines = [_check(path, base_case, scenario) for path in files]
    wrong = [line["error"] for line in lines if line["error"]]
    if output.as_json or len(wrong) < len(lines):
        output.result(lambda: _lines(lines), lambda: lines)
    if wrong:
        raise ConfigError("\n".join(wrong))


def _check(path: Path, base_case: bool | None, scenario: str | None) -> dict[str, Any]:
    from stress.analysis.loading import load, refuse_misfits
    from stress.inputs.book import Book
    from stress.inputs.job import Job, Sweep

    said: dict[str, Any] = {"file": str(path), "ok": False, "kind": None, "name": None, "error": None, "notes": []}
    try:
        if is_table(path):
            kind, remarks = checked_table(path)
            return said | {"ok": True, "kind": kind, "name": path.stem, "notes": remarks}
        model = load(path)
        refuse_misfits(path, model.jobs if isinstance(model, Sweep) else [model] if isinstance(model, Job) else [])
        notes, cases = _notes(path, model), None
        if isinstance(model, Job | Sweep):
            cases, case_notes = _base_cases(path, model, base_case, scenario)
            notes += case_notes
            said["default_odds"] = _odds(model)
        if isinstance(model, Book):
            from stress.explain.book import holds

            said["holds"] = holds(model)
    except StressError as error:
        return {**said, "error": str(error)}
    kind = getattr(model, "kind", "book" if isinstance(model, Book) else "job")
    said |= {"ok": True, "kind": kind, "name": model.name, "notes": [remark._asdict() for remark in notes]}
    return said if cases is None else {**said, "base_case": cases}


def _odds(model: Job | Sweep) -> str | None:
    """What its shocks on the odds of entry mean for defaults, of a job."""
    from stress.assemble.odds import odds_words
    from stress.inputs.job import Job

    return odds_words(model) if isinstance(model, Job) else None


def _notes(path: Path, model: Any) -> list[Remark]:
    """What is allowed in a file and still likely to surprise; of a job also in all that it refers to."""
    from stress.inputs.book import Book
    from stress.inputs.book.remarks import notes_of_book
    from stress.inputs.deal import Deal
    from stress.inputs.deal.remarks import notes_of_deal
    from stress.inputs.files.expand import cases_of_file
    from stress.inputs.files.parts import located
    from stress.inputs.files.report_ties import notes_of_reports
    from stress.inputs.job import Job, Sweep
    from stress.inputs.job.scenario_remarks import notes_of_cases
    from stress.inputs.pool import Pool
    from stress.inputs.pool.remarks import notes_of_pool
    from stress.inputs.reports import Reports
    from stress.inputs.scenario import Scenario
    from stress.runs.static_default import notes_of_static_default

    match model:
        case Job() | Sweep():
            from stress.runs.remarks import remarks_of  # here: it needs arrays

            jobs = model.jobs if isinstance(model, Sweep) else (model,)
            of = [located(path, job, remarks_of(job)) for job in jobs]
            return list(dict.fromkeys(note for notes in of for note in notes))
        case Book():
            remarks = notes_of_book(model)
        case Deal():
            remarks = notes_of_deal(model)
        case Pool():
            remarks = [*notes_of_pool(model), *notes_of_static_default(model)]
        case Scenario():
            remarks = notes_of_cases(cases_of_file(path, model))
        case Reports():
            remarks = notes_of_reports(path, model)
        case _:
            remarks = []
    return [note._replace(file=str(path)) for note in remarks]


def _base_cases(
    path: Path, model: Job | Sweep, wanted: bool | None, scenario: str | None
) -> tuple[list[dict[str, Any]] | None, list[Remark]]:
    """The base case of a job, or of each deal and pool of a sweep, with what is to be said of it; None: not run."""
    from stress.inputs.files.parts import located
    from stress.inputs.job import Job

    jobs = [model] if isinstance(model, Job) else list({(j.deal.name, j.pool.name): j for j in model.jobs}.values())
    if scenario is not None:
        from stress.runs.jobs import choose_scenarios

        choose_scenarios(jobs[0], [scenario])
    if wanted is False:
        return None, []
    from stress.compiled import is_kept

    if wanted is None and not is_kept("run_panels"):
        return [{"not_run": NOT_COMPILED}], []
    from stress.cli.answer import plain
    from stress.runs.base_case import base_case, notes_of_base_case, summary

    cases, notes = [], []
    for job in jobs[:MOST_CASES]:
        case = base_case(job, scenario)
        notes += located(path, job, notes_of_base_case(job, case))
        label = "" if len(jobs) == 1 else f"{job.deal.name}, {job.pool.name}: "
        said = {"deal": job.deal.name, "pool": job.pool.name, "summary": f"{label}{summary(case)}"}
        cases.append({**said, **plain(case)})
    if len(jobs) > MOST_CASES:
        cases.append({"not_run": f"of {len(jobs) - MOST_CASES} more deals and pools of the sweep"})
    return cases, list(dict.fromkeys(notes))


def _lines(lines: list[dict[str, Any]]) -> str:
    from rich.markup import escape

    said = []
    for line in (line for line in lines if line["ok"]):
        said.append(f"ok  {line['kind']:8}  {escape(line['file'])}")
        for case in line.get("base_case", ()):
            under = f" ({case['scenario']})" if "scenario" in case else ""
            said.append(f"    base case{escape(under)}: {escape(case.get('summary') or case['not_run'])}")
        said += [f"    {escape(line['default_odds'])}"] if line.get("default_odds") else []
        said += [f"    {escape(line['holds'])}"] if "holds" in line else []
        said += [f"    note: {escape(_words(line['file'], note))}" for note in line["notes"]]
    return "\n".join(said)


def _words(file: str, note: dict[str, str]) -> str:
    """A note without the file's name where that stands above it already."""
    where = [note["file"] if note["file"] != file else "", note["part"] if " " in note["part"] else "", note["key"]]
    return ": ".join(word for word in (*where, note["says"]) if word)
