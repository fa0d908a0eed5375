"""`stress check`: is a file right, and if not, what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from stress.cli.options import FILE, output_options
from stress.cli.output import Output
from stress.errors import ConfigError, StressError


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
    from stress.inputs.deal import Deal
    from stress.inputs.deal_notes import notes_of_deal
    from stress.inputs.job import Job
    from stress.inputs.job_notes import notes_of
    from stress.inputs.load import load

    try:
        model = load(path)
    except StressError as error:
        return {"file": str(path), "ok": False, "kind": None, "name": None, "error": str(error), "notes": []}
    kind = getattr(model, "kind", "job")
    notes = notes_of(model) if isinstance(model, Job) else notes_of_deal(model) if isinstance(model, Deal) else []
    return {"file": str(path), "ok": True, "kind": kind, "name": model.name, "error": None, "notes": notes}


def _lines(found: list[dict[str, Any]]) -> str:
    from rich.markup import escape

    said = []
    for line in (line for line in found if line["ok"]):
        said.append(f"ok  {line['kind']:8}  {escape(line['file'])}")
        said += [f"    note      {escape(note)}" for note in line["notes"]]
    return "\n".join(said)
