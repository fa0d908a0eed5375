"""One TOML file -> a plain document, or one sentence that says why not."""

from __future__ import annotations

import datetime
import functools
import json
import math
import os
import re
import stat
from pathlib import Path
from typing import Any

import tomli

from stress.errors import ConfigError
from stress.spelling import nearest

_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}([./-]\d{1,4})?")
_COMMAS = re.compile(r"[-+\d._]+(,\d+)+")
_TWICE = "Cannot overwrite a value", "Cannot declare", "Cannot mutate"
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|#.*")
TOML, HDF = ".toml", b"\x89HDF\r\n"
RUN = " with the results of a run"
MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 16
"""Tables within tables; no input file needs more than six."""
MAX_ITEMS = 100_000
"""Values in one file: bounds the time spent on a hostile one."""
KEPT = 32
"""Files whose content is kept: scenarios stand on each other, and a question loads a job more than once."""


def read_document(path: Path) -> dict[str, Any]:
    """The content of a TOML file as tables, lists, text and numbers; dates become ISO text.

    Raises ConfigError when the file is missing, not a regular file, larger than 4 MB, not UTF-8, not TOML, nested too
    deeply, or holds inf or nan.
    """
    document: dict[str, Any] = json.loads(_as_json(path, _read_bytes(path)))
    return document


@functools.lru_cache(maxsize=KEPT)
def _as_json(path: Path, raw: bytes) -> str:
    text = _decode(path, raw)
    try:
        document = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {_syntax(error, text)}") from None
    except RecursionError:
        deep = f"{_deepest(text)}: tables or lists are nested too deeply, at most {MAX_DEPTH}"
        raise ConfigError(f"{path}: {deep}") from None
    except ValueError as error:  # an integer of thousands of digits
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    return json.dumps(plain(path, document), allow_nan=False)


def plain(path: Path, document: dict[str, Any]) -> dict[str, Any]:
    """The document in JSON types alone. Raises ConfigError where it is nested too deeply, too large, or not finite."""
    try:
        return _Plain().table(document, 1)
    except _Refused as refused:
        raise ConfigError(f"{path}: {refused.key()}{refused.reason}") from None


def _read_bytes(path: Path) -> bytes:
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            run = os.path.isfile(os.path.join(path, "results.nc"))
            raise ConfigError(f"{path}: is a directory{RUN if run else ''}, a TOML file is needed{_held(path)}")
        if not stat.S_ISREG(mode):
            raise ConfigError(f"{path}: is not a regular file (a device, pipe or socket), a TOML file is needed")
        with open(path, "rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file{_near(path)}") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigError(f"{_shorten(repr(str(path)), 300)}: cannot be read: {reason}") from None
    if raw.startswith(HDF):
        raise ConfigError(f"{path}: is the results of a run, a TOML file is needed")
    if len(raw) > MAX_BYTES:
        raise ConfigError(f"{path}: larger than {MAX_BYTES // 1024**2} MB, the most an input file may have")
    return raw


def main_file_in(folder: Path) -> Path | None:
    """What `stress new` writes into a folder of inputs: the book, or the job; None where there is none."""
    files = (folder / name for name in ("book.toml", "job.toml"))
    return next((file for file in files if os.path.isfile(file)), None)


def _held(folder: Path) -> str:
    file = main_file_in(folder)
    return f"; did you mean {file}?" if file else ""


def _near(path: Path) -> str:
    """Suggest a file of the same folder whose name is close."""
    try:
        names = [entry.name[: -len(TOML)] for entry in os.scandir(path.parent) if entry.name.endswith(TOML)]
    except (OSError, ValueError):
        return ""
    close = nearest(path.name.removesuffix(TOML), names)
    return f"; did you mean {path.parent / (close + TOML)}?" if close else ""


def _decode(path: Path, raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigError(f"{path}: is UTF-16 text; save it as UTF-8 without a byte-order mark")
    if raw.startswith(b"\xef\xbb\xbf"):
        raise ConfigError(f"{path}: starts with a byte-order mark (BOM); save it as UTF-8 without one")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{path}: is not UTF-8 text: byte 0x{raw[error.start]:02x} in line {line}; save it as UTF-8"
        ) from None


def _syntax(error: tomli.TOMLDecodeError, text: str) -> str:
    """The parser's sentence with the line it stopped at, and a hint for the usual slips."""
    line_number = getattr(error, "lineno", None)
    if not isinstance(line_number, int):
        return str(error)
    lines = text.split("\n")
    line = lines[line_number - 1].strip() if line_number <= len(lines) else ""
    key, _, value = line.partition("=")
    word = value.strip().split("#")[0].strip()
    hint = ""
    if str(error).startswith(_TWICE):
        hint = "; the key or the table stands twice, or once as a table and once as a list of tables [[ ]]"
    elif str(error).startswith("Invalid date"):
        hint = "; there is no such day"
    elif _COMMAS.search(_QUOTED.sub("", value)) and "[" not in value:
        hint = "; a number has no comma: 500000000 or 500_000_000, decimals after a point: 0.05"
    elif "\\" in value:
        hint = "; write / in the place of \\, or single quotes"
    elif value.count('"') == 1 and value.strip().startswith('"'):
        hint = "; the closing quote is missing"
    elif word in ("True", "False", "TRUE", "FALSE", "yes", "no"):
        hint = "; truth values are true and false"
    elif word.endswith("%"):
        hint = "; write a fraction, not a percent: 0.05 for 5%"
    elif _DATE.fullmatch(word):
        hint = "; a date is written 2026-04-10"
    elif not _QUOTED.sub("", line).isascii():
        hint = "; names and text in other letters than a to z need quotes, on both sides of the equals sign"
    elif ":" in line and "=" not in line:
        hint = "; TOML writes key = value, not key: value"
    elif key and word[:1].isalpha() and word not in ("true", "false", "inf", "nan"):
        hint = "; text needs quotes"
    return f"{error}: {_shorten(line)}{hint}" if line else f"{error}{hint}"


def _deepest(text: str) -> str:
    """The line with the most brackets, as `line 3, key`."""
    lines = text.split("\n")
    number = max(range(len(lines)), key=lambda i: lines[i].count("[") + lines[i].count("{") + lines[i].count("."))
    key = lines[number].partition("=")[0].strip()
    return f"line {number + 1}, {_shorten(key, 60)}"


def _shorten(text: str, limit: int = 80) -> str:
    shown = text if len(text) <= limit else text[: limit - 3] + "..."
    return shown if shown.isprintable() else "".join(c if c.isprintable() else "?" for c in shown)


class _Refused(Exception):
    """A value that is refused; the tables around it say where it stands, the innermost first."""

    def __init__(self, reason: str, *parts: str) -> None:
        self.reason, self.parts = reason, list(parts)

    def key(self) -> str:
        """The key path in words: levels[2].name."""
        return "".join(reversed(self.parts)).removeprefix(".")


class _Plain:
    """Turns parsed TOML into JSON types and refuses what JSON or a model cannot hold."""

    def __init__(self) -> None:
        self.items = 0

    def table(self, table: dict[str, Any], depth: int) -> dict[str, Any]:
        """A table whose values are plain; `depth` is theirs."""
        plain = {}
        for key, value in table.items():
            try:
                plain[key] = self.value(value, depth)
            except _Refused as refused:
                refused.parts.append(f".{_shorten(key, 60)}")
                raise
        return plain

    def value(self, value: object, depth: int) -> Any:
        self.items += 1
        if depth > MAX_DEPTH:
            raise _Refused(f": tables or lists are nested too deeply, at most {MAX_DEPTH}")
        if self.items > MAX_ITEMS:
            raise _Refused(f": the file holds more than {MAX_ITEMS:,} values")
        if isinstance(value, dict):
            return self.table(value, depth + 1)
        if isinstance(value, list):
            plain = []
            for item in value:
                try:
                    plain.append(self.value(item, depth + 1))
                except _Refused as refused:
                    refused.parts.append(f"[{len(plain) + 1}]")
                    raise
            return plain
        if isinstance(value, float) and not math.isfinite(value):
            raise _Refused(f" = {value}: must be a finite number; inf and nan are refused")
        if isinstance(value, int) and abs(value) >= 2**64:
            raise _Refused(": an integer this large is refused")
        if isinstance(value, (datetime.date, datetime.time)):
            return value.isoformat()
        return value
