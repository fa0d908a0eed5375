"""`stress check`: is a file right, and if not, what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stress.cli.options import FILE, output_options
from stress.cli.output import Output
from stress.errors import ConfigError, StressError

if TYPE_CHECKING:
    from stress.inputs.remark import Remark


@click.command()
@click.argument("files", type=FILE, nargs=-1, required=True, metavar="FILE...")
@output_options
def check(files: tuple[Path, ...], as_json: bool, quiet: bool, log_json: bool) -> None:
    """Check deal, pool, scenario and job files; a job with all that it refers to.

    Says which file and key are wrong, what stands there and what is allowed; exit code 2 where anything is. Notes
    tell of inputs that move less than one may think.

    \b
    Example:
      stress check scenarios/deals/baitiao-24m.toml scenarios/jobs/*.toml
    """
    found = [_check(path) for path in files]
    wrong = [line["error"] for line in found if line["error"]]
    output = Output(as_json, quiet, log_json)
    if as_json or len(wrong) < len(found):
        output.result(lambda: _lines(found), lambda: found)
    if wrong:
        raise ConfigError("\n".join(wrong))


def _check(path: Path) -> dict[str, Any]:
    from stress.inputs.load import load

    try:
        model = load(path)
        notes = _notes(path, model)
    except StressError as error:
        return {"file": str(path), "ok": False, "kind": None, "name": None, "error": str(error), "notes": []}
    kind = getattr(model, "kind", "job")
    said = [remark._asdict() for remark in notes]
    return {"file": str(path), "ok": True, "kind": kind, "name": model.name, "error": None, "notes": said}


def _notes(path: Path, model: Any) -> list[Remark]:
    """What is allowed in a file and still likely to surprise; of a job also in all that it refers to."""
    from stress.inputs.deal import Deal
    from stress.inputs.deal_notes import notes_of_deal
    from stress.inputs.expand import cases_of_file
    from stress.inputs.job import Job, Sweep
    from stress.inputs.job_notes import notes_of
    from stress.inputs.parts import located
    from stress.inputs.pool import Pool
    from stress.inputs.pool_notes import notes_of_pool
    from stress.inputs.scenario import Scenario
    from stress.inputs.scenario_notes import notes_of_cases

    match model:
        case Job():
            return located(path, model, notes_of(model))
        case Sweep():
            return list(dict.fromkeys(note for job in model.jobs for note in located(path, job, notes_of(job))))
        case Deal():
            found = notes_of_deal(model)
        case Pool():
            found = notes_of_pool(model)
        case Scenario():
            found = notes_of_cases(cases_of_file(path, model))
        case _:
            found = []
    return [note._replace(file=str(path)) for note in found]


def _lines(found: list[dict[str, Any]]) -> str:
    from rich.markup import escape

    said = []
    for line in (line for line in found if line["ok"]):
        said.append(f"ok  {line['kind']:8}  {escape(line['file'])}")
        said += [f"    note: {escape(_words(line['file'], note))}" for note in line["notes"]]
    return "\n".join(said)


def _words(file: str, note: dict[str, str]) -> str:
    """A note without the file's name where that stands above it already."""
    where = [note["file"] if note["file"] != file else "", note["part"] if " " in note["part"] else "", note["key"]]
    return ": ".join(word for word in (*where, note["says"]) if word)
