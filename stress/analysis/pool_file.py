"""Write calibrated rates back into a pool's file, keeping its comments and its layout."""

from __future__ import annotations

import re

import tomli

from stress.errors import ConfigError
from stress.inputs.pool import Pool

_TABLE = re.compile(r"^\s*\[(\[?)\s*([A-Za-z0-9_.\-]+)\s*\]?\]\s*(#.*)?$")
_VALUE = re.compile(r"^(\s*([A-Za-z0-9_\-]+)\s*=\s*)([0-9.eE+\-_]+)(\s*(#.*)?)$")


def pool_with_rates(text: str, pool: Pool) -> str:
    """The pool's file text with the segments' `entry_rate` and the ladder's roll rates as in `pool`.

    Only numbers that differ are edited, to 6 significant digits; all else stays as it is. ConfigError where the file
    does not hold the rates as plain lines of [[segments]] and [ladder] tables.
    """
    line = text.splitlines(keepends=True)
    table, segment = "", -1
    for k, raw in enumerate(line):
        head = _TABLE.match(raw.rstrip("\r\n"))
        if head:
            table = head[2]
            segment += table == "segments"
            continue
        body = raw.rstrip("\r\n")
        pair = _VALUE.match(body)
        new = _wanted(table, segment, pair[2], pool) if pair else None
        if pair and new is not None and float(pair[3].replace("_", "")) != new:
            line[k] = f"{pair[1]}{new:.6g}{pair[4]}{raw[len(body) :]}"
    edited = "".join(line)
    _verify(edited, pool)
    return edited


def _wanted(table: str, segment: int, key: str, pool: Pool) -> float | None:
    """The value that this key should have, or None where it is none of ours."""
    if table == "segments" and key == "entry_rate" and 0 <= segment < len(pool.segments):
        return pool.segments[segment].entry_rate
    if table == "ladder" and pool.ladder is not None and key in ("roll_m1", "roll_m2", "roll_m3"):
        return float(getattr(pool.ladder, key))
    return None


def _verify(text: str, pool: Pool) -> None:
    """The edited text must hold the rates: read it again."""
    got = [row.get("entry_rate") for row in tomli.loads(text).get("segments", [])]
    want = [s.entry_rate for s in pool.segments]
    same = len(got) == len(want) and all(abs(a - b) <= 1e-5 * b for a, b in zip(got, want, strict=True))
    if not same:
        raise ConfigError("the file does not hold entry_rate as plain lines of [[segments]] tables: edit it by hand")
