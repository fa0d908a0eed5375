"""Amounts of memory on the command line."""

from __future__ import annotations

import re

import click

_UNITS = {"": 1, "b": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30}


class Memory(click.ParamType[int]):
    """Bytes, also written 500MB, 4G or 2GiB."""

    name = "memory"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number of bytes."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]i?|)b?", str(value).strip().lower())
        if found is None or found[2] not in _UNITS or float(found[1]) == 0.0:
            self.fail(f"{value!r} must be an amount of memory such as 500MB, 4G or 2GiB", param, ctx)
        return int(float(found[1]) * _UNITS[found[2]])
