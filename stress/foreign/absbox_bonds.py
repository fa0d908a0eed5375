"""Bonds and swaps of AbsBox: notes with their coupons, and what a swap pays or is paid at each payment date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stress.foreign.absbox_formulas import Known, formula, number, reason_of
from stress.foreign.literal import pairs, within
from stress.inputs.deal.index_file import HIGH, LOW

_BOND = ("balance", "rate", "originBalance", "originRate", "startDate", "rateType", "bondType")
_DAY_COUNTS = (
    dict.fromkeys(("DC_ACT_365F", "DC_ACT_365", "DC_ACT_365A"), "ACT/365F")
    | {"DC_ACT_360": "ACT/360"}
    | dict.fromkeys(("DC_30E_360", "DC_30_360_ISDA", "DC_30_360_US", "DC_30_360_German"), "30/360")
)
"""Ours, or what differs from it in leap years or at the ends of months alone."""


def notes_of(bonds: Any, left: list[str]) -> tuple[list[dict[str, Any]], str | None, dict[str, float]]:
    """Notes in the order given, the equity last; levels of the indices that floating ones are on."""
    notes, indices = list[dict[str, Any]](), dict[str, float]()
    for name, about in pairs(bonds):
        with within(f"bonds.{name}", about):
            notes.append(_note(name, about, indices, left))
    residual = next((str(note["name"]) for note in reversed(notes) if "residual" in note), None)
    return notes, residual, indices


def _note(name: str, about: Any, indices: dict[str, float], left: list[str]) -> dict[str, Any]:
    kinds = about.get("bondType") or {}
    kind = str(next(iter(kinds), "Sequential") if isinstance(kinds, Mapping) else kinds)
    if kind not in ("Sequential", "Equity"):
        left.append(f"bonds.{name}.bondType {kinds!r}: it is repaid as the waterfall says")
    left += _unread(f"bonds.{name}", about, _BOND)
    note = {"name": name, "amount": float(about["balance"])}
    if kind != "Equity":
        return note | _coupon(f"bonds.{name}", about, indices, left)
    if any(_bears(about.get("rateType"))):
        left.append(
            f"bonds.{name}.rateType {about['rateType']!r}: a residual note bears no coupon, it has what is left"
        )
    return note | {"residual": True}


def _bears(rate: Any) -> Iterator[bool]:
    """Whether anything of a rate's type is a rate that is not 0."""
    if isinstance(rate, Mapping):
        rate = list(rate.values())
    if isinstance(rate, list | tuple):
        for part in rate:
            yield from _bears(part)
    yield isinstance(rate, int | float) and rate != 0.0


def _coupon(place: str, about: Mapping[str, Any], indices: dict[str, float], left: list[str]) -> dict[str, Any]:
    """Coupon, or margin over an index within cap and floor."""
    rate, held = _unwrapped(f"{place}.rateType", about.get("rateType") or {}, left)
    terms = {str(k).lower(): v for k, v in rate.items()} if isinstance(rate, Mapping) else {}
    days = terms.get("daycount", "DC_ACT_365F")
    if days not in _DAY_COUNTS:
        left.append(f"{place}.rateType dayCount {days!r}: interest accrues by ACT/365F here")
    ours = _DAY_COUNTS.get(days, "ACT/365F")
    note = {} if ours == "ACT/365F" else {"day_count": ours}  # the deal's
    if "floater" in terms:
        return note | _floating(place, terms["floater"], indices, left, held)
    coupon = terms.get("fix", terms.get("fixed"))
    if coupon is None:
        coupon = about.get("rate", 0.0)
        left.append(f"{place}.rateType {rate!r}: its present rate {coupon} stands as a fixed coupon")
    return note | _fixed(place, float(coupon), left)


def _unwrapped(place: str, rate: Any, left: list[str]) -> tuple[Any, dict[str, float]]:
    """The rate itself, and the cap and the floor around it. Unpaid interest bears interest in any case, there too."""
    held = dict[str, float]()
    while True:
        if isinstance(rate, Mapping) and "intOverInt" in rate:
            rate = ("withIntOverInt", next(iter(rate["intOverInt"].items())), rate["rateType"])
        word = str(rate[0]).lower() if isinstance(rate, list | tuple) and len(rate) == 3 else ""
        if word in ("cap", "floor"):
            if _fits(f"{place} {word}", float(rate[1]), "it is left out", left):
                held[word] = float(rate[1])
        elif word == "withintoverint":
            if float(rate[1][1]) != 0.0:
                left.append(f"{place} {rate[0]} {rate[1]!r}: unpaid interest bears interest at the coupon alone here")
        else:
            return rate, held
        rate = rate[2]


def _fixed(place: str, coupon: float, left: list[str]) -> dict[str, Any]:
    return {"coupon": coupon if _fits(f"{place}: coupon", coupon, "the note bears none", left) else 0.0}


def _floating(
    place: str, given: Any, indices: dict[str, float], left: list[str], held: Mapping[str, float]
) -> dict[str, Any]:
    """The margin over an index; its rate at the start as a fixed coupon where margin or level cannot be ours."""
    start, index, margin, *resets = given
    key, rate, level = str(index).lower(), float(start), round(float(start) - float(margin), 10)
    place = f"{place}.rateType floater"
    fixed = f"its rate at the start, {rate:g}, stands as a fixed coupon"
    if not (_fits(f"{place}: margin", float(margin), fixed, left) and _fits(f"{place}: {index}", level, fixed, left)):
        return _fixed(place, rate, left)
    indices.setdefault(key, level)
    left.append(
        f"{place}: the index {key} stands at {indices[key]:g} for life, its level at the start; "
        f"give it by month in deal.toml; it is reset each month{f', not {resets[0]!r}' if resets else ''}"
    )
    return {"index": key, "coupon": float(margin), **held}


def _fits(place: str, rate: float, instead: str, left: list[str]) -> bool:
    """Whether a rate per annum can be one of ours; told in `left` where it cannot."""
    fits = LOW < rate < HIGH
    if not fits:
        left.append(f"{place} {rate:g}: not carried, a rate per annum lies above {LOW:g} and below {HIGH:g}; {instead}")
    return fits


def _unread(place: str, about: Mapping[str, Any], known: tuple[str, ...]) -> list[str]:
    """Keys that say something and that nothing here reads."""
    return [f"{place}.{key} {value!r}" for key, value in about.items() if key not in known and value]


def swaps_of(given: Any, indices: Mapping[str, float], known: Known, left: list[str]) -> dict[str, str]:
    """Swap -> formula of what it pays the deal net at a payment date; below 0 the deal pays."""
    swaps = {}
    for name, about in pairs(given):
        try:
            pays, receives = (_leg(leg, indices) for leg in about["pair"])
            base = about["base"]
            notional = number(base["fix"]) if "fix" in base else formula(base["formula"], known)
        except (LookupError, TypeError, ValueError) as error:
            left.append(f"rateSwap.{name}: {reason_of(error)}")
            continue
        swaps[str(name)] = f"({receives} - {pays}) / 12 * {notional}"
        left.append(f"rateSwap.{name}: is settled for a twelfth of a year at each payment date")
    return swaps


def _leg(given: Any, indices: Mapping[str, float]) -> str:
    """A rate, fixed or over an index. Raises LookupError for an index whose level no note tells."""
    if isinstance(given, int | float):
        return number(given)
    index, margin = given
    key = str(index).lower()
    if key not in indices:
        raise LookupError(f"the level of {index} is not in the file")
    return f"(index.{key} + {number(margin)})"
