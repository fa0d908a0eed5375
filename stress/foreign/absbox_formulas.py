"""Formulas and conditions of AbsBox in our words. What has no word here is a LookupError that names it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

WORDS = {
    "poolBalance": "pool",
    "poolBegBalance": "pool.month_start",
    "originalPoolBalance": "pool.cut_off",
    "currentPoolDefaultedBalance": "defaults",
    "cumPoolDefaultedBalance": "(cumulative_default * pool.cut_off)",
    "cumPoolNetLoss": "(default_stock * pool.cut_off)",
    "cumPoolDefaultedRate": "cumulative_default",
    "cumPoolNetLossRate": "default_stock",
    "poolFactor": "pool_factor",
    "periodNum": "month",
}
"""Quantities without names."""
PHASE = {
    "revolving": "revolving",
    "amortizing": "amortization",
    "accelerated": "acceleration",
    "defaulted": "event_of_default",
}
"""Status of a deal -> phase."""
BY_TRIGGER = "amortization or acceleration"
"""The phase of a deal that amortizes, where a trigger as well as a date may lead there: both have one waterfall."""
REST = "default"
"""The waterfall of every status that has none of its own."""
COMPARED = (">", ">=", "<", "<=")


class Known(NamedTuple):
    """What formulas may name."""

    size: Mapping[str, float]
    """Note -> its original balance, all notes."""
    fees: Sequence[str]
    dues: Mapping[str, str]
    """Fee that is paid as a party is -> formula of what is due of it."""
    accounts: Mapping[str, Sequence[str]]
    """Account -> ours that stand for it."""
    month_of: Callable[[datetime.date], int]
    """The last collection period that is paid before a date."""
    triggers: list[str]
    """Those that are carried, as far as they have been read."""
    phases: Mapping[str, str] = PHASE
    """Status of the deal -> its phase here."""


class Missing(LookupError):
    """A name that the deal does not have, or that is left out."""

    def __str__(self) -> str:
        return f"names {self.args[0]}, which the deal does not have or is left out"


def named(kind: str, name: str) -> str:
    """A quantity of a note, an account, a party by its name.

    >>> named("note", "A1"), named("paid", "rating fee")
    ('note.A1', "paid['rating fee']")
    """
    return f"{kind}.{name}" if name.isidentifier() else f"{kind}['{name}']"


def fees_in(text: str) -> set[str]:
    """The fees that a formula of ours names.

    >>> sorted(fees_in("fee.a + 2 * fee['b c'] + pool"))
    ['a', 'b c']
    """
    return {bare or quoted for bare, quoted in re.findall(r"\bfee(?:\.(\w+)|\['([^']*)'\])", text)}


def reason_of(error: Exception) -> str:
    """What an error of a formula tells: a name that is missing, or its own words."""
    if isinstance(error, KeyError):
        return str(Missing(repr(error.args[0])))
    return str(error) if isinstance(error, Missing) or not error.args else str(error.args[0])


def number(value: float) -> str:
    """A number as formulas write it, without an exponent."""
    return f"{float(value):.10f}".rstrip("0").rstrip(".") or "0"


def formula(given: Any, known: Known) -> str:
    """A formula. Raises LookupError."""
    if isinstance(given, bool) or given is None:
        raise Missing(repr(given))
    if isinstance(given, int | float):
        return number(given)
    if isinstance(given, str):
        raise LookupError(f"{given!r} stands alone: AbsBox writes ({given!r},)")
    word, *parts = given
    if word in WORDS and not parts:
        return WORDS[word]
    if word in ("constant", "const"):
        return number(parts[0])
    if word in _NAMED:
        return _NAMED[word](parts, known)
    if word in _MADE:
        return _MADE[word]([formula(part, known) for part in parts])
    raise LookupError(f"{word!r} has no word here")


def condition(given: Sequence[Any], known: Known) -> str:
    """A condition. Raises LookupError."""
    word, *parts = given
    if word in ("all", "any", "and", "or"):
        return (
            "(" + (" and " if word in ("all", "and") else " or ").join(condition(part, known) for part in parts) + ")"
        )
    if word == "not":
        return f"not ({condition(parts[0], known)})"
    if word == "status":
        return _phase(parts[0], known)
    if word in COMPARED:
        before = known.month_of(datetime.date.fromisoformat(str(parts[0])))
        return f"month > {before}" if word in (">", ">=") else f"month <= {before}"
    if len(given) == 3 and given[1] in COMPARED and isinstance(given[2], int | float):
        return f"{formula(word, known)} {given[1]} {number(given[2])}"
    if len(given) == 2 and isinstance(given[1], bool):
        text = _truth(word, known)
        return text if given[1] else f"not {text}"
    raise LookupError(f"{given!r} has no word here")


def _truth(given: Sequence[Any], known: Known) -> str:
    """What is true or false by itself."""
    if given[0] == "trigger":
        if given[-1] not in known.triggers:
            raise Missing(f"trigger {given[-1]!r}")
        return named("tripped", given[-1])
    if given[0] == "status":
        return _phase(given[1], known)
    raise LookupError(f"{given[0]!r} has no word here")


def _phase(status: str, known: Known) -> str:
    phase = known.phases[str(status).lower()]
    return "(phase.amortization or phase.acceleration)" if phase == BY_TRIGGER else f"phase.{phase}"


def _sum(parts: Sequence[str]) -> str:
    if not parts:
        raise LookupError("a sum of nothing has no word here")
    return parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"


def _notes(names: Sequence[str], known: Known) -> str:
    asked = names or tuple(known.size)
    return _sum([named("note", name) for name in asked if known.size[name] >= 0.0])


def _accounts(names: Sequence[str], known: Known) -> str:
    if missing := [name for name in names if name not in known.accounts]:
        raise Missing(f"account {missing[0]!r}")
    ours = dict.fromkeys(account for name in names or known.accounts for account in known.accounts[name])
    return _sum([named("account", account) for account in ours])


def _fees(names: Sequence[str], known: Known) -> str:
    if missing := [name for name in names if name not in (*known.fees, *known.dues)]:
        raise Missing(f"fee {missing[0]!r}")
    return _sum([known.dues.get(name, named("fee", name)) for name in names or (*known.fees, *known.dues)])


def _original(names: Sequence[str], known: Known) -> str:
    return number(sum(known.size[name] for name in names or known.size))


_NAMED: dict[str, Callable[[Sequence[str], Known], str]] = {
    "bondBalance": _notes,
    "originalBondBalance": _original,
    "bondFactor": lambda names, known: f"({_notes(names, known)} / {_original(names, known)})",
    "accountBalance": _accounts,
    "feeDue": _fees,
}
_MADE: dict[str, Callable[[list[str]], str]] = {
    "sum": _sum,
    "avg": lambda parts: f"({_sum(parts)} / {len(parts)})",
    "subtract": lambda parts: f"({' - '.join(parts)})",
    "substract": lambda parts: f"({' - '.join(parts)})",
    "-": lambda parts: f"({' - '.join(parts)})",
    "factor": lambda parts: f"({parts[1]} * {parts[0]})",
    "*": lambda parts: f"({parts[1]} * {parts[0]})",
    "/": lambda parts: f"({' / '.join(parts)})",
    "max": lambda parts: f"max({', '.join(parts)})",
    "min": lambda parts: f"min({', '.join(parts)})",
    "floorWith": lambda parts: f"max({parts[0]}, {parts[1]})",
    "floorWithZero": lambda parts: f"max({parts[0]}, 0)",
    "capWith": lambda parts: f"min({parts[0]}, {parts[1]})",
    "floorCap": lambda parts: f"min(max({parts[2]}, {parts[0]}), {parts[1]})",
    "excess": lambda parts: f"max({' - '.join(parts)}, 0)",
}
"""Formulas of formulas, as the manual defines them."""
