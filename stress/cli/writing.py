"""Files that an option asks for: what their names may end in, and what is said where they cannot be written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stress.atomic import replacing, write_atomically
from stress.errors import ConfigError, Unwritten

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".svg", ".png", ".pdf")


def drawable(option: str, file: Path | None) -> None:
    """Refuse a figure whose name ends in nothing that can be drawn. Raises ConfigError."""
    if file is not None and file.suffix.lower() not in FORMATS:
        raise ConfigError(f"{option} {file}: must end in {', '.join(FORMATS)}")


def folder(option: str, path: Path) -> None:
    """Refuse a file where a folder is to be written. Raises ConfigError."""
    if path.exists() and not path.is_dir():
        raise ConfigError(f"{option} {path}: is a file, a folder is needed")


@contextlib.contextmanager
def writing(option: str, file: Path) -> Iterator[None]:
    """What is written here cannot be: say which option asked for it. Raises Unwritten."""
    try:
        yield
    except OSError as error:
        raise Unwritten(f"{option} {file}: cannot be written: {error.strerror}") from None


def save_text(option: str, file: Path, text: str) -> None:
    """Write a text whole or not at all."""
    with writing(option, file):
        write_atomically(file, text)


@contextlib.contextmanager
def new_files(files: Mapping[Path, bytes]) -> Iterator[None]:
    """Write new files and their folders; all are taken back where one cannot be written or the body raises.

    Raises ConfigError where one is there already, and where it cannot be written.
    """
    for path in files:
        if path.exists():
            raise ConfigError(f"{path}: already exists; it is not overwritten")
    made: list[Path] = []
    try:
        for path, content in files.items():
            for folder in reversed([parent for parent in path.parents if not parent.exists()]):
                folder.mkdir()
                made.append(folder)
            write_atomically(path, content)
            made.append(path)
        yield
    except BaseException as error:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        if isinstance(error, OSError):
            raise ConfigError(f"{error.filename or path}: cannot be written: {error.strerror}") from None
        raise


def save(option: str, file: Path, figure: Figure, name: str) -> None:
    """Write a figure in the format that the file's name ends in; `name` makes the ids of an SVG its own."""
    from stress.report.figures import svg

    if file.suffix.lower() == ".svg":
        save_text(option, file, svg(figure, name))
    else:
        save_pixels(option, file, figure)


def save_pixels(option: str, file: Path, figure: Figure) -> None:
    """Write a PNG or a PDF by installed fonts, and say on stderr what to install where none holds its names."""
    from matplotlib.figure import Figure as Plain

    from stress.lettering import for_pixels

    if missing := for_pixels(figure):
        click.echo(f"stress: note: {missing}", err=True)
    with writing(option, file), replacing(file) as part:
        Plain.savefig(figure, part, dpi=160, format=file.suffix.lower()[1:], facecolor="white")
