"""`stress explain`: a deal, a job or a book in words, a deal in one picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stress.cli.check_table import layouts_text
from stress.cli.options import FILE
from stress.cli.output import console, document_text

if TYPE_CHECKING:
    from stress.explain.keys import KeyTable
    from stress.inputs.deal import Deal


@click.command()
@click.argument("file", type=FILE, metavar="JOB|DEAL|BOOK", required=False)
@click.option(
    "--keys",
    is_flag=False,
    flag_value="all",
    metavar="KIND[.TABLE]|WORD",
    help="Say every key of a kind of file (deal, pool, scenario, job, ...) or of one of its tables; or what a word is "
    "about: keys of all files, and commands; takes no file.",
)
@click.option("--tables", is_flag=True, help="Say which layouts of tables are read, by publisher; takes no file.")
@click.option("--markdown", is_flag=True, help="Markdown text, also on a terminal.")
@click.option("--svg", "picture", type=FILE, metavar="FILE.svg", help="Also draw the deal: an .svg, .png or .pdf file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document with the Markdown text.")
def explain(
    file: Path | None, keys: str | None, tables: bool, markdown: bool, picture: Path | None, as_json: bool
) -> None:
    """Say what a deal does: notes, phases, priority of payments, triggers, fees, dates.

    Of a book: what it holds, what its deals share, what each scenario is for each group.

    On a terminal the text is set for reading; into a pipe or a file it is Markdown.

    \b
    Example:
      stress explain scenarios/deals/baitiao-24m.toml
      stress explain scenarios/jobs/card-master-trust.toml --svg card.svg
      stress explain --keys pool.segments
      stress explain --keys swap
      stress explain --keys "loss severity"
    """
    asked = [name for name, given in (("FILE", file), ("--keys", keys), ("--tables", tables)) if given]
    if len(asked) > 1:
        raise click.UsageError(f"{' and '.join(asked)}: only one of them")
    if picture is not None and file is None:
        raise click.UsageError(f"--svg {picture}: draws a deal: give its FILE")
    if tables and as_json:
        raise click.UsageError("--json: is of a FILE or of --keys, not of --tables")
    if keys is not None:
        show_keys(keys, markdown, as_json)
    if tables:
        _show(layouts_text(), markdown)
    if file is not None:
        _explain(file, markdown, picture, as_json)
    elif keys is None and not tables:
        raise click.UsageError("FILE is missing: a job or a deal, or --keys KIND, or --tables")


def _explain(file: Path, markdown: bool, picture: Path | None, as_json: bool) -> None:
    """A job, a deal or a book in words, and a deal in a picture where one is asked for."""
    from stress.analysis.loading import load
    from stress.errors import ConfigError
    from stress.explain import explain_book, explain_deal, explain_job
    from stress.inputs.book import Book
    from stress.inputs.deal import Deal
    from stress.inputs.job import Job, Sweep

    model = load(file)
    if isinstance(model, Book):
        if picture is not None:
            raise ConfigError(f"--svg {picture}: draws a deal, and {file} is a book")
        _say(file, model.name, explain_book(model), markdown, as_json)
        return
    if isinstance(model, Deal):
        text, deal, balance = explain_deal(model), model, None
    elif isinstance(model, Sweep):
        raise ConfigError(f"{file}: a sweep over {len(model.jobs)} jobs: explain its deals one by one")
    elif isinstance(model, Job):
        from stress.assemble.odds import odds_words

        text, deal, balance = explain_job(model, odds_words(model)), model.deal, model.pool.balance
    else:
        raise ConfigError(f'{file}: kind = "{model.kind}": only a deal, a job or a book can be explained')
    if picture is not None:
        _draw(picture, deal, balance)
    _say(file, model.name, text, markdown, as_json)


def _say(file: Path, name: str, text: str, markdown: bool, as_json: bool) -> None:
    if as_json:
        click.echo(document_text({"file": str(file), "name": name, "text": text}))
    else:
        _show(text, markdown)


def _show(text: str, markdown: bool) -> None:
    """Set for reading on a terminal, else Markdown."""
    if markdown or not console().is_terminal:
        click.echo(text, nl=False)
    else:
        from rich.markdown import Markdown

        console().print(Markdown(text))


def _draw(target: Path, deal: Deal, balance: float | None) -> None:
    """Write the picture in the format that the file's name ends in."""
    from stress.cli.writing import drawable, save_pixels, save_text

    drawable("--svg", target)

    from stress.explain.drawing import picture, picture_svg

    if target.suffix.lower() == ".svg":
        save_text("--svg", target, picture_svg(deal, balance))
    else:
        save_pixels("--svg", target, picture(deal, balance))
    click.echo(target, err=True)


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
        cells = (
            key.key,
            key.meaning,
            key.unit,
            key.allowed,
            key.default,
            key.example.partition(" = ")[2] or key.example,
        )
        grid.add_row(*map(Text, cells))
    console().print(grid)
