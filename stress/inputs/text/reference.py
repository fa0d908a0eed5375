"""A file named by another file: local, relative to the folder of the file that names it, or a sheet beside it."""

from __future__ import annotations

from pathlib import Path

from stress.errors import ConfigError
from stress.inputs.text.messages import show
from stress.tables.source import WORKBOOKS, parted, suffix

MAX_LENGTH = 500


def resolve(base: Path, reference: str, wanted_by: str) -> Path:
    """A reference of a file, relative to the folder of that file. Raises ConfigError where it cannot be a file name."""
    if not reference.strip() or "\x00" in reference:
        raise ConfigError(f"{wanted_by} = {show(reference)}: must name a file")
    if len(reference) > MAX_LENGTH:
        raise ConfigError(f"{wanted_by} = {show(reference)}: must be a file name of at most {MAX_LENGTH} characters")
    if "://" in reference:
        raise ConfigError(f"{wanted_by} = {show(reference)}: must be a local file, not an address")
    if reference.startswith("#"):
        return _sheet_of(base, reference, wanted_by)
    return base.parent / reference


def _sheet_of(base: Path, reference: str, wanted_by: str) -> Path:
    """`#NAME`: another input file of the same workbook."""
    book = parted(base)[0]
    if suffix(base) not in WORKBOOKS:
        raise ConfigError(f"{wanted_by} = {show(reference)}: names a sheet of this workbook, but {book} is none")
    return book.with_name(book.name + reference)
