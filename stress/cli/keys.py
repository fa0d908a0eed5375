"""`stress explain --keys`: every key of an input file, from the models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from stress.cli.output import console

if TYPE_CHECKING:
    from stress.explain.keys import KeyTable


def show_keys(kind: str, markdown: bool, as_json: bool) -> None:
    """Print the reference of a kind of file, of one of its tables, or of `all`: tables, Markdown or JSON."""
    from stress.explain.keys import as_markdown, key_tables
    from stress.inputs.files.parse import KINDS

    tables = [table for name in (KINDS if kind == "all" else (kind,)) for table in key_tables(name)]
    if as_json:
        said = [{**table._asdict(), "keys": [key._asdict() for key in table.keys]} for table in tables]
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    elif markdown or not console().is_terminal:
        click.echo(as_markdown(tables), nl=False)
    else:
        for table in tables:
            _print(table)


def _print(table: KeyTable) -> None:
    """One table, a row a key: what it is on top, unit, range and default below."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    head = Text.assemble((table.where, "bold"), "  ", table.says)
    grid = Table(box=box.SIMPLE_HEAD, title=head, title_justify="left", pad_edge=False)
    for name in ("key", "meaning", "unit", "allowed", "default", "example"):
        grid.add_column(name, overflow="fold", ratio=3 if name in ("meaning", "example") else None)
    for key in table.keys:
        cells = (key.key, key.meaning, key.unit, key.allowed, key.default, key.example.partition(" = ")[2])
        grid.add_row(*map(Text, cells))
    console().print(grid)
