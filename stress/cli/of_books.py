"""A book where a command wants one deal's job or its results: refused with the command that answers for books."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from stress.cli.options import FILE
from stress.errors import ConfigError

Command = TypeVar("Command", bound=Callable[..., Any])
READ = ("table", "report", "compare")
"""Commands that read a book's folder too."""
TELLS = "`stress book {path}` tells what it can lose"
INSTEAD = {
    "run": TELLS,
    **dict.fromkeys(READ, TELLS),
    "replay": "`stress book {path}` replays its worst path",
    "reverse": "`stress book {path} --reverse` looks for the common path to a loss of it",
    "plot": "`stress book {path} --report FILE.html` draws it",
    "export": "`stress book {path} --xlsx FILE.xlsx` and `--json` write its figures",
    "explain": "`stress explain` takes the book's file",
    "whatif": "`stress book {path}` says what the sale of each position changes",
    "sensitivity": "`stress book {path}` says what each position and each factor brings to its loss",
}
"""What answers for books, by command; for others a book has no answer but those of its deals."""
_BOOK = re.compile(r"^\s*kind\s*=\s*[\"']book[\"']", re.MULTILINE)


def job_argument(name: str, metavar: str, required: bool = True) -> Callable[[Command], Command]:
    """A job's file, or the results of a run, as a command's argument; a book is refused."""
    option: Callable[[Command], Command] = click.argument(
        name, type=FILE, metavar=metavar, required=required, callback=_of_one_deal
    )
    return option


def is_book_folder(path: Path) -> bool:
    """Whether a folder holds counts of a book; the engine is not imported."""
    return (path / "checkpoint" / "book.json").is_file()


def is_book_file(path: Path) -> bool:
    """Whether a text file says that it is a book."""
    try:
        return path.suffix.lower() == ".toml" and _BOOK.search(path.read_text(encoding="utf-8")) is not None
    except (OSError, ValueError):
        return False


def _of_one_deal(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
    command = str(ctx.info_name)
    if path is None or (is_book_folder(path) and command in READ) or not (is_book_folder(path) or is_book_file(path)):
        return path
    kind = "the results of a book" if path.is_dir() else 'kind = "book"'
    instead = INSTEAD.get(command, f"`stress {command}` takes the job of one of its deals; of the whole: {TELLS}")
    raise ConfigError(f"{path}: {kind}: {instead.format(path=path)}")
