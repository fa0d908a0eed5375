"""`stress explain`: a deal or a job in words."""

from __future__ import annotations

from pathlib import Path

import click

from stress.cli.options import FILE


@click.command()
@click.argument("file", type=FILE, metavar="JOB|DEAL")
@click.option("--json", "as_json", is_flag=True, help="One JSON document with the Markdown text.")
def explain(file: Path, as_json: bool) -> None:
    """Say what a deal does: notes, phases, priority of payments, triggers, fees, dates (Markdown).

    \b
    Example:
      stress explain scenarios/deals/baitiao-24m.toml
    """
    from stress.errors import ConfigError
    from stress.explain import explain_deal, explain_job
    from stress.inputs.deal import Deal
    from stress.inputs.job import Job
    from stress.inputs.load import load

    model = load(file)
    if isinstance(model, Deal):
        text = explain_deal(model)
    elif isinstance(model, Job):
        text = explain_job(model)
    else:
        raise ConfigError(f'{file}: kind = "{model.kind}": only a deal or a job can be explained')
    if as_json:
        import json

        click.echo(json.dumps({"file": str(file), "name": model.name, "text": text}, ensure_ascii=False, indent=2))
    else:
        click.echo(text, nl=False)
