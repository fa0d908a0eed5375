"""Names of the states of a loan, as publishers write them: current, buckets of days late, default, paid off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from stress.tables.framed import word

CURRENT = frozenset((
    "current", "performing", "not late", "not past due", "up to date", "0 days", "0 dpd", "c", "正常",
))  # fmt: skip
DEFAULT = frozenset((
    "default", "defaulted", "in default", "charge off", "charged off", "chargeoff", "write off", "written off",
    "writeoff", "loss", "foreclosure", "npl", "违约", "核销",
))  # fmt: skip
PAID = frozenset((
    "paid", "paid off", "paid in full", "payoff", "pay off", "prepaid", "prepayment", "repaid", "closed", "matured",
    "结清", "还清",
))  # fmt: skip
_NUMBER = re.compile(r"^(?:late|bucket|stage|m|b)? ?(-?\d)(\+?)$")
_UNIT = r"(?: ?(?:d|days?|dpd|天)(?: (?:late|past due|delinquent|overdue|dpd))?)?"
_DAYS = re.compile(rf"^(?:dpd )?(\d{{1,3}}) ?(?:-|–|to) ?(\d{{1,3}}){_UNIT}$")
_MORE = r"(?:>|>=|over|more than) ?(\d{2,3})|(\d{2,3}) ?\+|(\d{2,3}) ?(?:and|or) more"
_BEYOND = re.compile(rf"^(?:dpd )?(?:{_MORE}){_UNIT}$")
_LAST = 10_000
"""The last day of a bucket without an end."""


class State(NamedTuple):
    """What a label says."""

    kind: str
    """`current`, `number` (a bucket by its number), `days` (by its days), `default` or `paid`."""
    first: int = 0
    """Number of the bucket, or its first day."""
    last: int = 0
    """Of days, the last one."""


def state_of(label: str) -> State | None:
    """The state that a label names; None where it names none.

    >>> state_of("31-60 days"), state_of("M2")
    (State(kind='days', first=31, last=60), State(kind='number', first=2, last=0))
    """
    text = re.sub(r"^(?:to|from) ", "", word(label).replace("charge-off", "charge off").replace("-off", " off"))
    for kind, names in (("current", CURRENT), ("default", DEFAULT), ("paid", PAID)):
        if text in names:
            return State(kind)
    if match := _NUMBER.match(text):
        return State("number", int(match[1])) if int(match[1]) > 0 else State("current")
    if match := _DAYS.match(text):
        first, last = int(match[1]), int(match[2])
        return State("current") if first == 0 else State("days", first, last) if last > first else None
    if match := _BEYOND.match(text):
        return State("days", int(match[1] or match[2] or match[3]), _LAST)
    return None


class Ladder(NamedTuple):
    """What the states of a table are in a ladder."""

    place: tuple[int | None, ...]
    """Of each state: 0 current, 1..K buckets, K + 1 default, None paid off."""
    buckets: int
    """K."""
    defaults: bool
    """Whether one is default."""


def ladder_of(labels: Sequence[str]) -> Ladder:
    """The places of states in a ladder. Raises ValueError, in words, where the labels leave them open."""
    states = [state_of(label) or State("") for label in labels]
    kinds, listed = [state.kind for state in states], ", ".join(labels)
    late = [(label, state) for label, state in zip(labels, states, strict=True) if state.kind in ("number", "days")]
    for kind, least in (("current", 1), ("default", 0), ("paid", 0)):
        if not least <= kinds.count(kind) <= 1:
            verb = "must be" if least else "may be"
            raise ValueError(f"{kinds.count(kind)} of the states {listed} are {kind}: one {verb}")
    if not late:
        raise ValueError(f"none of the states {listed} is a bucket: such as 1-30, 31-60; M1, M2; or 1, 2")
    if len({state.kind for _, state in late}) > 1:
        raise ValueError(f"buckets are named by number and by days ({', '.join(label for label, _ in late)}): by one")
    for k, (label, state) in enumerate(late, 1):
        _follows(label, state, k, late[k - 2][1] if k > 1 else None)
    known = {state: k for k, (_, state) in enumerate(late, 1)} | {State("current"): 0, State("default"): len(late) + 1}
    return Ladder(tuple(known.get(state) for state in states), len(late), "default" in kinds)


def _follows(label: str, state: State, k: int, before: State | None) -> None:
    """Bucket k goes on where the one before it ends. Raises ValueError."""
    if state.kind == "number":
        if state.first != k:
            raise ValueError(f"{label!r}: bucket {k} must stand there: buckets are given in order, each once")
        return
    if before is None and state.first > 31:
        raise ValueError(f"{label!r}: the first bucket must begin 1 to 31 days late")
    if before is not None and state.first not in (before.last, before.last + 1):
        raise ValueError(f"{label!r}: must begin where the bucket before it ends, at day {before.last + 1}")
    if state.last < _LAST and not 28 <= state.last - state.first + 1 <= 32:
        raise ValueError(f"{label!r}: has {state.last - state.first + 1} days: a bucket of a ladder has 30")
