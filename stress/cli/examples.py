"""`stress examples`: the shipped deals, ready to be written by `stress new --example`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from stress.cli.options import output_options
from stress.cli.output import Output

if TYPE_CHECKING:
    from rich.table import Table

    from stress.templates.examples import Example


@click.command()
@output_options
def examples(output: Output) -> None:
    """List the shipped examples: a deal, a pool, scenarios and the job that runs them.

    \b
    Example:
      stress examples
      stress new --example baitiao && stress run baitiao/job.toml
    """
    from stress.templates.examples import examples as shipped

    shown = shipped()
    output.result(lambda: _table(shown), lambda: [example._asdict() for example in shown])


def _table(examples: list[Example]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    caption = "Write one with its files: stress new --example NAME"
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption=Text(caption), caption_justify="left")
    for head in ("example", "clock", "scenario files", "what it shows"):
        table.add_column(head, justify="right" if head.startswith("scenario") else "left", no_wrap=head == "example")
    for example in examples:
        table.add_row(Text(example.name), example.clock, str(example.scenarios), Text(example.says))
    return table
