"""Waterfalls of AbsBox as priorities of payments: one action, one or more steps, or a line of what is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

PHASES = {
    "revolving": "revolving",
    "amortizing": "amortization",
    "accelerated": "acceleration",
    "defaulted": "event_of_default",
}
ACCRUALS = ("calcfee", "calcint", "calcbondint")
"""Fees and interest accrue here by themselves."""
Rows = list[dict[str, Any]]


class Names(NamedTuple):
    """What actions may name."""

    interest: Mapping[str, tuple[str, ...]]
    """Account -> what pays interest and fees from it, in this order."""
    principal: Mapping[str, tuple[str, ...]]
    """Account -> what pays principal from it."""
    fees: tuple[str, ...]
    notes: tuple[str, ...]
    residual: str | None
    reserves: Mapping[str, Any]
    """Account -> its target."""


def priority_of(waterfall: Mapping[Any, Any], names: Names, left: list[str]) -> dict[str, Rows]:
    """Steps by phase; what is left out is told in `left`."""
    found: dict[str, Rows] = {}
    for key, actions in waterfall.items():
        status = str(key[-1] if isinstance(key, tuple) else key).lower()
        if status not in PHASES:
            if actions:
                left.append(f"waterfall {key!r}: {len(actions)} actions: no such phase here")
            continue
        steps: Rows = []
        for k, action in enumerate(actions):
            made = _steps(action, names)
            if isinstance(made, str):
                left.append(f"waterfall {key!r}[{k}] {action!r}: {made}")
            else:
                steps += [step for step in made if step["step"] != "pay_residual" or step not in steps]
        found[PHASES[status]] = steps
    return found


def _steps(action: Any, names: Names) -> Rows | str:
    """The steps of an action, or why it has none."""
    if not (isinstance(action, list | tuple) and action and isinstance(action[0], str)):
        return "is not an action"
    word = action[0].lower()
    if word in ACCRUALS:
        return []
    if word not in _ACTIONS:
        return "no such step here"
    if any(isinstance(part, dict) for part in action[1:]) and word != "transfer":
        return "limits and support are not carried"
    try:
        return _ACTIONS[word](action, names)
    except (LookupError, TypeError):
        return "names an account, a fee or a bond that the deal does not have, or that is left out"


def _each(part: Any) -> list[str]:
    return [part] if isinstance(part, str) else [str(one) for one in part]


def _known(name: str, known: tuple[str, ...]) -> str:
    if name not in known:
        raise LookupError(name)
    return name


def _fees(action: Any, names: Names) -> Rows:
    source = list(names.interest[action[1]])
    return [{"step": "pay_fee", "fee": _known(fee, names.fees), "source": source} for fee in _each(action[2])]


def _interest(action: Any, names: Names) -> Rows:
    notes = [_known(note, names.notes) for note in _each(action[2])]
    step: dict[str, Any] = {"step": "pay_interest", "source": list(names.interest[action[1]])}
    return [{**step, "note": notes[0]} if len(notes) == 1 else {**step, "notes": notes}]


def _interest_in_turn(action: Any, names: Names) -> Rows:
    return [row for note in _each(action[2]) for row in _interest((action[0], action[1], [note]), names)]


def _principal(action: Any, names: Names, order: str = "pro_rata") -> Rows:
    notes, source = _each(action[2]), list(names.principal[action[1]])
    if notes == [names.residual]:
        return [{"step": "pay_residual", "note": names.residual, "source": source}]
    step = {"step": "pay_principal", "notes": [_known(note, names.notes) for note in notes], "source": source}
    return [step | ({"order": order} if len(notes) > 1 else {})]


def _principal_in_turn(action: Any, names: Names) -> Rows:
    return _principal(action, names, "sequential")


def _residual(action: Any, names: Names) -> Rows:
    (note,) = _each(action[2])
    if note != names.residual:
        raise LookupError(note)
    return [{"step": "pay_residual", "note": note, "source": list(names.principal[action[1]])}]


def _purchase(action: Any, names: Names) -> Rows:
    return [{"step": "purchase", "source": list(names.principal[action[2]])}]


def _transfer(action: Any, names: Names) -> Rows | str:
    giver, taker = action[1], action[2]
    how = action[3] if len(action) > 3 else None
    if how is None and taker in names.reserves:
        return [{"step": "transfer", "to": taker, "source": list(names.interest[giver])}]
    if how == {"reserve": "gap"}:
        source = list(names.interest[giver])
        return [{"step": "top_up", "account": taker, "target": names.reserves[taker], "source": source}]
    if how == {"reserve": "excess"}:
        to = names.interest[taker][0]
        return [{"step": "release", "account": giver, "target": names.reserves[giver], "to": to}]
    return "only to fill a reserve, or to release what it holds above its target"


_ACTIONS: dict[str, Callable[[Any, Names], Rows | str]] = {
    "payfee": _fees,
    "payfeebyseq": _fees,
    "calcandpayfee": _fees,
    "payint": _interest,
    "accrueandpayint": _interest,
    "payintbyseq": _interest_in_turn,
    "accrueandpayintbyseq": _interest_in_turn,
    "payprin": _principal,
    "payprinbyseq": _principal_in_turn,
    "payprinresidual": _residual,
    "payintresidual": _residual,
    "payresidual": _residual,
    "buyasset": _purchase,
    "transfer": _transfer,
}
"""Action -> what makes its steps."""
