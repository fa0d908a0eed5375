"""An option that a command does not have, and the one of its own that was probably meant."""

from __future__ import annotations

from collections.abc import Sequence

import click

from stress.spelling import nearest


def no_such_option(error: click.NoSuchOption, arguments: Sequence[str]) -> str:
    """The message of an unknown option; `-paths` is told its second dash."""
    command, given = error.ctx.command if error.ctx else None, error.option_name
    known = [name for param in command.params for name in (*param.opts, *param.secondary_opts)] if command else []
    known = [name for name in known if name.startswith("--")] + ["--help"]
    bare = {name[2:]: name for name in known}
    for word in (one.partition("=")[0] for one in arguments):
        if not given.startswith("--") and word.startswith(given) and word[1:] in bare:
            return f"no such option {word}; did you mean {bare[word[1:]]}?"
    meant = nearest(given.lstrip("-"), list(bare))
    return f"no such option {given}" + (f"; did you mean {bare[meant]}?" if meant else "")
