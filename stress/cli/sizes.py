"""Amounts of memory on the command line."""

from __future__ import annotations

import click

from stress.cli.options import IntegerType


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
