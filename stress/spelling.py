"""The name that was probably meant: what a refusal adds after the names that it knows."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from stress.look_alike import look_alike


def suggest(word: str, allowed: Sequence[str]) -> str:
    """`; did you mean ...?` where an allowed word is close, else nothing."""
    lowered = {a.lower(): a for a in allowed}
    close = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
    return f"; did you mean {lowered[close[0]]}?" if close else ""


def exists(where: str, name: str, known: Collection[str]) -> None:
    """Raise ValueError where a name is not among the known ones, with the one that was probably meant."""
    if name not in known:
        names = list(known)
        choice = f"one of {', '.join(names)}{_meant(name, names)}" if names else "none is defined"
        raise ValueError(f"{where} names {name!r}, which does not exist: {choice}")


def _meant(name: str, names: Sequence[str]) -> str:
    """The name that was meant; where it looks the same, the sign in which it differs."""
    for known in names:
        for one, other, why in look_alike([known, name]):
            if "U+" in why:
                return f"; {other!r} looks like {one!r}, but {why}"
    return suggest(name, names)
