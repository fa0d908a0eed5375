"""A group of commands that are imported only when used, and that knows what a typo meant."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

from stress.spelling import nearest


class LazyGroup(click.Group):
    """Commands are given as `module:function`; they keep the order in which they are given."""

    def __init__(
        self,
        *args: Any,
        lazy: dict[str, str],
        of_table: str | None = None,
        alike: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        """`of_table`: the command that is meant where a CSV file stands in a command's place; `alike`: what is meant by
        other words."""
        super().__init__(*args, **kwargs)
        self.lazy, self.of_table, self.alike = lazy, of_table, alike or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, without importing anything."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in self.lazy:
            return None
        module, function = self.lazy[cmd_name].split(":")
        command = getattr(importlib.import_module(module), function)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but a misspelt command is told the right one."""
        if args and self.of_table is not None and args[0].lower().endswith(".csv"):
            args = [self.of_table, *args]
        if args and args[0] not in self.lazy and not args[0].startswith("-"):
            meant = self.alike.get(args[0].lower()) or nearest(args[0], list(self.lazy))
            every = f"ne of {', '.join(self.lazy)}."
            hint = f"Did you mean {meant}?" if meant else f"O{every}"
            if args[0].lower().endswith((".toml", ".nc")):
                hint = f"A file comes after a command, {ctx.command_path} COMMAND {args[0]}: o{every}"
            raise click.UsageError(f"no such command {args[0]!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)
