"""Files that an option asks for: what their names may end in, and what is said where they cannot be written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from stress.atomic import replacing, write_atomically
from stress.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".svg", ".png", ".pdf")


def drawable(option: str, file: Path | None) -> None:
    """Refuse a figure whose name ends in nothing that can be drawn. Raises ConfigError."""
    if file is not None and file.suffix.lower() not in FORMATS:
        raise ConfigError(f"{option} {file}: must end in {', '.join(FORMATS)}")


@contextlib.contextmanager
def writing(option: str, file: Path) -> Iterator[None]:
    """What is written here cannot be: say which option asked for it. Raises ConfigError."""
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{option} {file}: cannot be written: {error.strerror}") from None


def save_text(option: str, file: Path, text: str) -> None:
    """Write a text whole or not at all."""
    with writing(option, file):
        write_atomically(file, text)


def save(option: str, file: Path, figure: Figure, name: str) -> None:
    """Write a figure in the format that the file's name ends in; `name` makes the ids of an SVG its own."""
    from stress.report.figures import svg

    kind = file.suffix.lower()
    if kind == ".svg":
        save_text(option, file, svg(figure, name))
        return
    with writing(option, file), replacing(file) as part:
        figure.savefig(part, dpi=160, format=kind[1:])
