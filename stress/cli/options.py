"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import click

from stress.cli.output import Output
from stress.errors import ConfigError
from stress.inputs.numbers import FEW_PATHS, enough

Command = TypeVar("Command", bound=Any)
Key = TypeVar("Key")
Value = TypeVar("Value")

if TYPE_CHECKING:
    IntegerType: TypeAlias = click.ParamType[int]
    WordType: TypeAlias = click.Choice[str]
    PathType: TypeAlias = click.Path
else:  # before click 8.4 they take no type
    IntegerType, WordType, PathType = click.ParamType, click.Choice, click.Path


class Count(IntegerType):
    """A whole number from 1 on, also written 1_000_000, 1e6, 200k or 2m."""

    name = "count"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number as int."""
        if isinstance(value, int):
            return value
        text = str(value).strip().lower().replace("_", "").replace(",", "")
        scale = {"k": 10**3, "m": 10**6}.get(text[-1:], 1)
        digits = text[:-1] if scale > 1 else text
        try:
            number = int(digits) * scale if digits.isdigit() else float(digits) * scale
        except ValueError:
            number = 0
        if not 1 <= number < 2**63 or number != int(number):
            self.fail(
                f"{value!r} must be a whole number of at least 1, such as 50000, 1_000_000, 1e6 or 2m", param, ctx
            )
        return int(number)


class Enough(Count):
    """Paths, or draws: at least as many as the answer needs to mean anything."""

    def __init__(self, least: int = FEW_PATHS) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number as int. Raises ConfigError where it is too small."""
        number = super().convert(value, param, ctx)
        enough(number, self.least, "--paths" if param is None else param.opts[0])
        return number


class OneOf(WordType):
    """A word of a list; a misspelt one is told the right one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word."""
        words = [str(word) for word in self.choices]
        if value not in words:
            from stress.spelling import suggest

            self.fail(f"{value!r}: one of {', '.join(words)}{suggest(str(value), words)}", param, ctx)
        return str(value)


class Written(PathType):
    """A file to write, whose name ends in one of these."""

    def __init__(self, *endings: str) -> None:
        super().__init__(path_type=Path)
        self.endings = endings

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path. Raises ConfigError for another ending: what is written there would be taken for something else."""
        path = Path(str(super().convert(value, param, ctx)))
        if path.suffix.lower() not in self.endings:
            name = next((opt for opt in param.opts if opt.startswith("--")), "") if param else ""
            raise ConfigError(f"{name} {path}: must end in {' or '.join(self.endings)}".strip())
        return path


def once(option: str, pairs: Iterable[tuple[Key, Value]]) -> dict[Key, Value]:
    """What an option says of each key. ConfigError where it says it of one twice: the last would win in silence."""
    values: dict[Key, Value] = {}
    for key, value in pairs:
        if key in values:
            raise ConfigError(f"{option}: {'all notes' if key is None else key} stands twice; say it once")
        values[key] = value
    return values


def pairs(option: str, texts: Iterable[str], shape: str, known: Collection[str] | None = None) -> list[tuple[str, str]]:
    """KEY=VALUE as pairs, each key one of the known. Raises ConfigError, which says the shape that is asked for."""
    parts = []
    for text in texts:
        key, _, value = (part.strip() for part in text.partition("="))
        if not key or not value or (known is not None and key not in known):
            raise ConfigError(f"{option} {text}: write {shape}")
        parts.append((key, value))
    return parts


def renamed(texts: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """Our name of a column -> the heading that a tape has for it. Raises ConfigError."""
    shape = f"OURS=THEIRS, with one of {', '.join(known)} before the sign"
    return once("--column", pairs("--column", texts, shape, known))


def output_options(command: Command) -> Command:
    """--json, --quiet and --log-json: handed to the command as its `output`."""

    @functools.wraps(command)
    def talks(*, as_json: bool, quiet: bool, log_json: bool, **own: Any) -> Any:
        return command(output=Output(as_json, quiet, log_json), **own)

    asks: Any = talks
    for option in (
        click.option("--log-json", is_flag=True, help="Write the log to stderr as JSON lines."),
        click.option("-q", "--quiet", is_flag=True, help="No table, no progress."),
        click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout instead of a table."),
    ):
        asks = option(asks)
    return cast("Command", asks)


FILE = click.Path(path_type=Path)
"""A path whose existence the loader checks, with a better message than click's."""
PAGE, TOML, CSV = Written(".html", ".htm"), Written(".toml"), Written(".csv")
"""Files to write."""
QUEUES = ("slurm", "pbs", "sge", "lsf", "oar", "moab", "htcondor", "local")
"""Batch queues whose jobs workers may be."""


class Memory(IntegerType):
    """Bytes, also written 500MB, 4G or 2GiB."""

    name = "memory"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number of bytes."""
        from dask.utils import parse_bytes

        try:
            text = str(value).strip()
            amount = int(parse_bytes(text)) if text[:1].isdigit() else 0  # a unit alone would be one of it
        except (ValueError, TypeError, OverflowError):
            amount = 0
        if amount <= 0:
            self.fail(f"{value!r} must be an amount of memory such as 500MB, 4G or 2GiB", param, ctx)
        return amount
