"""Fees of AbsBox: those that accrue here as theirs do, and those that fall due on dates of their own, which a party is
paid by a formula of what is due."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from stress.foreign.absbox_formulas import Known, fees_in, formula, named, number, reason_of
from stress.foreign.literal import pairs

Dates = Sequence[Any]
MONTHLY = ("monthend", "monthfirst")
MONTHS = {
    "quarterfirst": (3, 6, 9, 12), "quarterend": (3, 6, 9, 12), "yearfirst": (1,), "yearend": (12,),
}  # fmt: skip
"""Pattern -> months of the year in which it falls due."""


class Fees(NamedTuple):
    """What a deal's fees become."""

    own: list[dict[str, Any]]
    """Fees that accrue here."""
    dues: dict[str, str]
    """Fee -> formula of what is due of it: paid as a party outside the deal."""
    quantities: dict[str, list[list[float]]]
    """What has fallen due by month, summed."""
    charged: list[str]
    """Fees that arise when they are paid, not by time."""


def fees_of(given: Any, known: Known, last: int, issue: datetime.date, left: list[str]) -> Fees:
    """The fees of a deal of so many months; what has no word here is told in `left`."""
    fees = Fees([], {}, {}, [])
    for name, about in pairs(given):
        left += [f"fees.{name}.{key} {value!r}" for key, value in about.items() if key != "type" and value]
        kind, value = next(iter((about.get("type") or {"": None}).items()))
        if kind not in _KINDS:
            left.append(f"fees.{name}: {kind} {value!r}: no such fee here")
            continue
        try:
            _KINDS[kind](fees, name, value, known, _Life(last, issue))
        except (LookupError, TypeError, ValueError) as error:
            left.append(f"fees.{name}: {kind} {value!r}: {reason_of(error)}")
            continue
    return fees._replace(own=_in_turn(fees.own, left))


def _in_turn(fees: Sequence[dict[str, Any]], left: list[str]) -> list[dict[str, Any]]:
    """Fees in an order in which each looks at those above it alone; those that look at each other are told."""
    ordered = [fee for fee in fees if fee["base"] != "formula"]
    waiting = [fee for fee in fees if fee["base"] == "formula"]
    while waiting:
        above = {fee["name"] for fee in ordered}
        ready = next((fee for fee in waiting if fees_in(fee["amount"]) <= above), None)
        if ready is None:
            left += [f"fees.{fee['name']}: looks at itself, or at a fee that does not accrue here" for fee in waiting]
            break
        ordered.append(ready)
        waiting.remove(ready)
    return ordered


class _Life(NamedTuple):
    last: int
    issue: datetime.date


def _annual(fees: Fees, name: str, value: Any, known: Known, life: _Life) -> None:
    base = {("poolBalance",): "pool", ("bondBalance",): "notes"}.get(tuple(value[0]))
    if base is not None and not 0.0 <= float(value[1]) <= 1.0:
        raise ValueError("not carried, a rate per annum lies from 0 to 1")
    if base is not None:
        fees.own.append({"name": name, "base": base, "rate": float(value[1])})
    else:
        _by_formula(fees, name, f"{number(value[1])} / 12 * {formula(value[0], known)}")


def _share(fees: Fees, name: str, value: Any, known: Known, life: _Life) -> None:
    _by_formula(fees, name, f"{number(value[1])} * {formula(value[0], known)}")
    fees.charged.append(name)


def _by_formula(fees: Fees, name: str, amount: str) -> None:
    fees.own.append({"name": name, "base": "formula", "amount": amount})


def _each_period(fees: Fees, name: str, value: Any, known: Known, life: _Life) -> None:
    fees.own.append({"name": name, "base": "fixed", "amount": float(value)})


def _once(fees: Fees, name: str, value: Any, known: Known, life: _Life) -> None:
    fees.dues[name] = f"max({number(value)} - {named('paid', name)}, 0)"


def _dated(fees: Fees, name: str, value: Any, known: Known, life: _Life) -> None:
    _scheduled(fees, name, [(datetime.date.fromisoformat(str(date)), float(x)) for date, x in value], known, life)


def _recurring(fees: Fees, name: str, value: Any, known: Known, life: _Life) -> None:
    pattern, amount = value
    if _is_monthly(pattern):
        _each_period(fees, name, amount, known, life)
    else:
        dates = ((date, float(amount)) for date in _dates(pattern, life))
        _scheduled(fees, name, list(dates), known, life)


def _is_monthly(pattern: Any) -> bool:
    return str(pattern if isinstance(pattern, str) else pattern[0]).lower() in (*MONTHLY, "dayofmonth")


def _dates(pattern: Any, life: _Life) -> Iterator[datetime.date]:
    """When a pattern falls due within the life, after issue. Raises LookupError for one that is not known."""
    word = str(pattern if isinstance(pattern, str) else pattern[0]).lower()
    if word == "monthdayofyear":
        months: Sequence[int] = (int(pattern[1]),)
    elif word in MONTHS:
        months = MONTHS[word]
    else:
        raise LookupError(f"the dates {pattern!r} have no word here")
    day = int(pattern[2]) if word == "monthdayofyear" else 1 if word.endswith("first") else 28
    for year in range(life.issue.year, life.issue.year + life.last // 12 + 2):
        yield from (date for m in months if (date := datetime.date(year, m, min(day, 28))) > life.issue)


def _scheduled(
    fees: Fees, name: str, amounts: Sequence[tuple[datetime.date, float]], known: Known, life: _Life
) -> None:
    """What has fallen due by month, less what has been paid."""
    total, by_month = 0.0, dict[int, float]()
    for date, amount in sorted(amounts):
        total += amount
        month = max(1, known.month_of(date) + 1)
        if month <= life.last:
            by_month[month] = total
    if not by_month:
        raise LookupError("falls due after legal maturity")
    quantity = "due_" + re.sub(r"\W+", "_", name).strip("_").lower()
    fees.quantities[quantity] = [[month, value] for month, value in sorted(by_month.items())]
    fees.dues[name] = f"max({quantity} - {named('paid', name)}, 0)"


_KINDS: Mapping[str, Callable[[Fees, str, Any, Known, _Life], None]] = {
    "annualPctFee": _annual,
    "pctFee": _share,
    "byPeriod": _each_period,
    "fixFee": _once,
    "recurFee": _recurring,
    "customFee": _dated,
}
