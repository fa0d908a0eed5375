"""What net losses of an answer are of, in words: whole lives, or the months that are left of a job in mid-life."""

from __future__ import annotations

from stress.answers.since import Since
from stress.report.numbers import fraction


def short(since: Since) -> str:
    """Name of the net loss: CNL, or remaining CNL."""
    return "remaining CNL" if since.as_of else "CNL"


def whole(since: Since) -> str:
    """The same in words."""
    after = f"net loss after {since.as_of} to maturity (over the pool then)"
    return after if since.as_of else "cumulative net loss to maturity"


def of_what(since: Since) -> str:
    """A sentence or two on what it is over."""
    if not since.as_of:
        return "CNL: net loss over the cut-off balance, no call ending the deal."
    return (
        f"Remaining CNL: net loss after {since.as_of} over the pool then, {fraction(since.pool)} of the cut-off "
        f"balance, no call ending the deal. CNL since closing: with the {fraction(since.net_loss)} lost by then, over "
        "the cut-off balance."
    )


def expected(since: Since) -> str:
    """What a deterministic run moves at."""
    told = f" given what is known of the factors in {since.as_of}" if since.told else ""
    return f"expected rates{told}"


def starts(since: Since) -> str:
    """Of an answer for a job in mid-life, what its figures are over; empty where it starts at closing."""
    if not since.as_of:
        return ""
    return (
        f"The deal after {since.as_of}, with {fraction(since.pool)} of the cut-off balance left: losses of notes are "
        f"over the original balance, default and net loss of the pool since closing, {fraction(since.default)} and "
        f"{fraction(since.net_loss)} by then."
    )
