"""The name that was probably meant: what a refusal adds after the names that it knows."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence


def suggest(word: str, allowed: Sequence[str]) -> str:
    """`; did you mean ...?` where an allowed word is close, else nothing."""
    lowered = {a.lower(): a for a in allowed}
    close = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
    return f"; did you mean {lowered[close[0]]}?" if close else ""


def exists(where: str, name: str, known: Collection[str]) -> None:
    """Raise ValueError where a name is not among the known ones, with the one that was probably meant."""
    if name not in known:
        names = list(known)
        choice = f"one of {', '.join(names)}{suggest(name, names)}" if names else "none is defined"
        raise ValueError(f"{where} names {name!r}, which does not exist: {choice}")
