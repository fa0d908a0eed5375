"""What a wrong command line is told: click's refusals in our words, and the option that was probably meant."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import click

from stress.spelling import fraction_for, nearest

_GIVEN = re.compile(r"^'(?P<text>.*)' is not a valid |^(?P<number>\S+) is not in the range ", re.DOTALL)
"""How click begins where a value is no number, or out of range."""


def said(error: click.UsageError, arguments: Sequence[str]) -> str:
    """The message of a usage error in one line."""
    if isinstance(error, click.NoSuchOption):
        return _no_such_option(error, arguments)
    message = _number(error) if isinstance(error, click.BadParameter) else ""
    return message or " ".join(line.strip() for line in error.format_message().splitlines())  # click lists in lines


def _number(error: click.BadParameter) -> str:
    """`--seed x: must be a whole number from 0 to ..` where a number was asked; nothing of other values."""
    match, kind = _GIVEN.match(error.message), getattr(error.param, "type", None)
    if match is None or error.param is None or not isinstance(kind, type(click.INT) | type(click.FLOAT)):
        return ""
    given = match["number"] if match["text"] is None else match["text"]
    whole = isinstance(kind, type(click.INT))
    low, high = getattr(kind, "min", None), getattr(kind, "max", None)
    first, last = (f"{end:,}" if whole else f"{end:g}" for end in (low or 0, high or 0))
    span = (f" from {first} to {last}" if high is not None else f" of at least {first}") if low is not None else ""
    hint = "" if whole else fraction_for(given, math.inf if high is None or high > 1.0 else high)
    option = next((name for name in error.param.opts if name.startswith("--")), error.param.opts[0])
    return f"{option} {given}: must be a {'whole number' if whole else 'number'}{span}{hint}"


def _no_such_option(error: click.NoSuchOption, arguments: Sequence[str]) -> str:
    """The message of an unknown option; `-paths` is told its second dash."""
    command, given = error.ctx.command if error.ctx else None, error.option_name
    known = [name for param in command.params for name in (*param.opts, *param.secondary_opts)] if command else []
    known = [name for name in known if name.startswith("--")]
    bare = {name[2:]: name for name in known}
    for word in (argument.partition("=")[0] for argument in arguments):
        if not given.startswith("--") and word.startswith(given) and word[1:] in bare:
            return f"no such option {word}; did you mean {bare[word[1:]]}?"
    meant = nearest(given.lstrip("-"), list(bare))
    return f"no such option {given}" + (f"; did you mean {bare[meant]}?" if meant else "")
