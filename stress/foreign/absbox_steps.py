"""Waterfalls of AbsBox as priorities of payments: one action, one or more steps, or a line of what is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from stress.foreign.absbox_formulas import REST, Known, Missing, condition, formula, named, number

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
    known: Known
    """What formulas may name."""
    dues: Mapping[str, str] = {}
    """What is due of a fee that is paid as a party is: a formula."""
    swaps: Mapping[str, str] = {}
    """What a swap pays the deal, net: a formula."""


def priority_of(waterfall: Mapping[Any, Any], names: Names, left: list[str]) -> dict[str, Rows]:
    """Steps by status; what is left out is told in `left`."""
    priority: dict[str, Rows] = {}
    for key, actions in waterfall.items():
        status = str(key[-1] if isinstance(key, tuple) else key).lower()
        if status not in (*names.known.phases, REST):
            if actions:
                left.append(f"waterfall {key!r}: {len(actions)} actions: no such phase here")
            continue
        steps: Rows = []
        for step in _run(actions, names, left, f"waterfall {key!r}"):
            if step["step"] != "pay_residual" or step not in steps:
                steps.append(step)
        priority[status] = steps
    return priority


def _run(actions: Sequence[Any], names: Names, left: list[str], place: str) -> Rows:
    """The steps of actions in their order; those within If and IfElse run on its condition."""
    steps: Rows = []
    for k, action in enumerate(actions):
        at = f"{place}[{k}]"
        if _word(action) in ("if", "ifelse"):
            steps += _branches(action, names, left, at)
            continue
        made = _steps(action, names)
        if isinstance(made, str):
            left.append(f"{at} {action!r}: {made}")
        else:
            steps += made
    return steps


def _branches(action: Any, names: Names, left: list[str], at: str) -> Rows:
    try:
        text = condition(action[1], names.known)
        branches = [(text, action[2:])] if _word(action) == "if" else [(text, action[2]), (f"not ({text})", action[3])]
    except (LookupError, TypeError, ValueError) as error:
        left.append(f"{at} {action!r}: {_why(error)}")
        return []
    left.append(f"{at} {action[0]} {text!r}: is tested at the month end before the payment")
    return [
        {**step, "when": [when, *step.get("when", ())]}
        for when, inner in branches
        for step in _run(inner, names, left, at)
    ]


def _word(action: Any) -> str:
    named_so = isinstance(action, list | tuple) and action and isinstance(action[0], str)
    return action[0].lower() if named_so else ""


def _why(error: Exception) -> str:
    """In words: no word for it here, a name that nothing has, or parts that are not what an action has."""
    if isinstance(error, Missing):
        return str(error)
    text = str(error.args[0]) if error.args else ""
    if "no word" in text:
        return text
    if type(error) in (KeyError, LookupError):
        return str(Missing(text))
    return f"is not laid out as AbsBox lays it out: {text}"


def _steps(action: Any, names: Names) -> Rows | str:
    """The steps of an action, or why it has none."""
    word = _word(action)
    if not word:
        return "is not an action"
    if word in ACCRUALS:
        return []
    if word not in _ACTIONS:
        return "no such step here"
    try:
        return _ACTIONS[word](action, names)
    except (LookupError, TypeError, ValueError) as error:
        return _why(error)


class _Limit(NamedTuple):
    """How a payment is limited, and what pays what is short."""

    share: float | None
    """Of what is due."""
    amount: str | None
    """A formula of money."""
    support: tuple[str, ...]
    """Further sources."""


def _limit(action: Any, names: Names, at: int = 3) -> _Limit:
    """Limit and support of an action. Raises LookupError where they have no word here."""
    given = action[at] if len(action) > at and isinstance(action[at], Mapping) else {}
    support, how = given.get("support"), given.get("limit", given)
    amount = number(how["balCapAmt"]) if "balCapAmt" in how else None
    if "formula" in how:
        amount = formula(how["formula"], names.known)
    unread = set(how) - {"balCapAmt", "balPct", "formula", "support"}
    if unread:
        raise LookupError(f"limit {min(unread)!r} has no word here")
    share = None if "balPct" not in how else float(how["balPct"])
    return _Limit(share, amount, _support(support, names))


def _support(given: Any, names: Names) -> tuple[str, ...]:
    if not given:
        return ()
    if given[0] == "account":
        return names.interest[given[1]]
    if given[0] == "support":
        return tuple(account for part in given[1:] for account in _support(part, names))
    raise LookupError(f"support by a {given[0]} has no word here")


def _sources(own: tuple[str, ...], limit: _Limit) -> list[str]:
    return list(dict.fromkeys((*own, *limit.support)))


def _names_in(part: Any) -> list[str]:
    return [part] if isinstance(part, str) else [str(name) for name in part]


def _known(name: str, known: tuple[str, ...]) -> str:
    if name not in known:
        raise LookupError(name)
    return name


def _fees(action: Any, names: Names) -> Rows:
    limit, asked = _limit(action, names), _names_in(action[2])
    if (limit.amount or limit.share is not None) and len(asked) > 1:
        raise LookupError("a limit of several fees together has no word here")
    source = _sources(names.interest[action[1]], limit)
    return [_fee(fee, source, limit, names) for fee in asked]


def _fee(fee: str, source: list[str], limit: _Limit, names: Names) -> dict[str, Any]:
    """A step that pays a fee: what accrues here, or what a party is due."""
    if fee in names.dues:
        due = names.dues[fee]
        due = due if limit.share is None else f"{number(limit.share)} * ({due})"
        due = due if limit.amount is None else f"min({due}, {limit.amount})"
        return {"step": "pay_party", "party": fee, "amount": due, "source": source}
    step: dict[str, Any] = {"step": "pay_fee", "fee": _known(fee, names.fees), "source": source}
    if limit.share is not None:
        step["cap"] = f"{number(limit.share)} * {named('fee', fee)}"
    return step if limit.amount is None else {**step, "cap": limit.amount}


def _interest(action: Any, names: Names) -> Rows:
    limit = _limit(action, names)
    if limit.amount or limit.share is not None:
        raise LookupError("a limit of interest has no word here")
    notes = [_known(note, names.notes) for note in _names_in(action[2]) if note != names.residual]
    if not notes:  # the residual note bears none
        return []
    step: dict[str, Any] = {"step": "pay_interest", "source": _sources(names.interest[action[1]], limit)}
    return [{**step, "note": notes[0]} if len(notes) == 1 else {**step, "notes": notes}]


def _interest_in_turn(action: Any, names: Names) -> Rows:
    return [
        row for note in _names_in(action[2]) for row in _interest((action[0], action[1], [note], *action[3:]), names)
    ]


def _principal(action: Any, names: Names, order: str = "pro_rata") -> Rows:
    notes, limit = _names_in(action[2]), _limit(action, names)
    source = _sources(names.principal[action[1]], limit)
    if notes == [names.residual]:
        if limit.amount or limit.share is not None:
            raise LookupError("a limit of the residual note has no word here")
        return [{"step": "pay_residual", "note": names.residual, "source": source}]
    if names.residual in notes:
        return _with_residual(action, names, order)
    step: dict[str, Any] = {"step": "pay_principal", "notes": [_known(note, names.notes) for note in notes]}
    held = " + ".join(named("note", note) for note in notes)
    if limit.share is not None:
        step["until"] = f"{number(1.0 - limit.share)} * ({held})"
    if limit.amount is not None:
        step["until"] = f"max({held} - {limit.amount}, 0)"
    return [step | {"source": source} | ({"order": order} if len(notes) > 1 else {})]


def _with_residual(action: Any, names: Names, order: str) -> Rows:
    """Notes in turn, the residual one the last. Raises LookupError where it is not, or is paid pari passu."""
    *before, last = _names_in(action[2])
    if order != "sequential" or last != names.residual:
        raise LookupError(
            f"the residual note {names.residual} beside others, or before them, has no word here: it has what is left "
            f"after them (payPrinBySeq with {names.residual} last, or payPrinResidual)"
        )
    return [row for part in (before, [last]) for row in _principal((*action[:2], part, *action[3:]), names, order)]


def _principal_in_turn(action: Any, names: Names) -> Rows:
    return _principal(action, names, "sequential")


def _residual(action: Any, names: Names) -> Rows:
    (note,) = _names_in(action[2])
    if note != names.residual:
        raise LookupError(note)
    return [{"step": "pay_residual", "note": note, "source": list(names.principal[action[1]])}]


def _purchase(action: Any, names: Names) -> Rows:
    return [{"step": "purchase", "source": list(names.principal[action[2]])}]


def _transfer(action: Any, names: Names) -> Rows | str:
    giver, taker = action[1], action[2]
    how = action[3] if len(action) > 3 else None
    if how == {"reserve": "gap"}:
        source = list(names.interest[giver])
        return [{"step": "top_up", "account": taker, "target": names.reserves[taker], "source": source}]
    if how == {"reserve": "excess"}:
        to = names.interest[taker][0]
        return [{"step": "release", "account": giver, "target": names.reserves[giver], "to": to}]
    limit = _limit(action, names)
    step: dict[str, Any] = {"step": "transfer", "to": names.interest[taker][0], "source": list(names.interest[giver])}
    if step["to"] in step["source"]:
        return "moves cash within one account here"
    if limit.share is not None:
        step["share"] = limit.share
    return [step if limit.amount is None else {**step, "amount": limit.amount}]


def _settled(action: Any, names: Names) -> Rows:
    swap, account = action[2], names.interest[action[1]]
    net = names.swaps[swap]
    return [
        {"step": "receive", "party": swap, "amount": f"max({net}, 0)", "to": account[0]},
        {"step": "pay_party", "party": swap, "amount": f"max(-({net}), 0)", "source": list(account)},
    ]


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
    "settleswap": _settled,
}
"""Action -> what makes its steps."""
