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

    Says which file and key are wrong, what stands there and what is allowed. Exit code 2 where anything is.

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
    except StressError as error:
        return {"file": str(path), "ok": False, "kind": None, "name": None, "error": str(error)}
    kind = getattr(model, "kind", "job")
    return {"file": str(path), "ok": True, "kind": kind, "name": model.name, "error": None}


def _lines(found: list[dict[str, Any]]) -> str:
    from rich.markup import escape

    return "\n".join(f"ok  {line['kind']:8}  {escape(line['file'])}" for line in found if line["ok"])
