"""Files that an option asks for: what their names may end in, and what is said where they cannot be written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
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
