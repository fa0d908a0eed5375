"""A deal as AbsBox takes it -> our deal and pool, and a list of what could not be carried.

The layout is that of AbsBox's manual, "Modeling" (github.com/yellowbean/AbsBox, docs/source/modeling.rst).
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from stress.errors import ConfigError
from stress.foreign.absbox_accounts import Collected, collected, openings_of, reserves_of, used_of
from stress.foreign.absbox_bonds import notes_of, swaps_of
from stress.foreign.absbox_claims import completed, of_the_phases
from stress.foreign.absbox_fees import Fees, fees_of
from stress.foreign.absbox_formulas import Known
from stress.foreign.absbox_pool import ours, pool_of
from stress.foreign.absbox_steps import Names, priority_of
from stress.foreign.absbox_triggers import payments_before, phases_of, triggers_of
from stress.foreign.literal import pairs, part, read_dict, shortened, within
from stress.inputs.deal import Deal
from stress.inputs.pool import Pool

CARRIED = ("name", "dates", "pool", "accounts", "bonds", "rateSwap", "fees", "collect", "waterfall", "status",
           "trigger", "triggers")  # fmt: skip


class Imported(NamedTuple):
    """Another engine's deal as ours."""

    deal: Deal
    pool: Pool
    left: tuple[str, ...]
    """What could not be carried, each with the place where it stands."""


def read(path: Path, currency: str = "CNY") -> Imported:
    """Read a deal of AbsBox. Raises ConfigError with the file and the place where it cannot be."""
    try:
        return convert(read_dict(path), currency)
    except ConfigError as error:
        text = str(error)
        raise ConfigError(text if text.startswith(str(path)) else f"{path}: {text}") from None
    except (LookupError, TypeError, ValueError, AttributeError):
        raise ConfigError(f"{path}: is not laid out as a deal of AbsBox") from None


def convert(given: Mapping[Any, Any], currency: str = "CNY") -> Imported:
    """The deal and the pool of a dict."""
    drafted, left_out = _draft(given, currency, frozenset()), frozenset[tuple[str, str]]()
    while not drafted.unused <= left_out:  # what names them is left out as well, which may leave more of them unused
        left_out |= drafted.unused
        drafted = _draft(given, currency, left_out)
    left = drafted.left
    try:
        deal = ours(Deal, "deal", drafted.document)
    except ConfigError as error:
        lost = [line for line in left if line.startswith("waterfall")]
        raise ConfigError("; not carried: ".join((str(error), *lost))) from None
    pool = pool_of(dict(given), deal.closing_date, currency, left)
    left.append("defaults, prepayment and recovery: not in such a file; set them in pool.toml or a scenario")
    return Imported(deal, pool, tuple(left))


class _Draft(NamedTuple):
    """A deal of ours before it is checked."""

    document: dict[str, Any]
    left: list[str]
    unused: frozenset[tuple[str, str]]
    """("fee" or "account", name) of what has no word here, or no step uses: no formula can name it."""


def _draft(given: Mapping[Any, Any], currency: str, left_out: frozenset[tuple[str, str]]) -> _Draft:
    """The deal, whose formulas may name what is not left out."""
    left = [f"{key}" for key in given if key not in CARRIED and given[key]]
    with within("dates", part(given, "dates")):
        dates = _dates(given["dates"], left)
    with within("bonds", part(given, "bonds")):
        notes, residual, indices = notes_of(given["bonds"], left)
    later = dates.pop("later")
    names, fees, into = _names(given, dates, later, notes, residual, indices, left_out, left)
    tests = given.get("trigger") or given.get("triggers")
    with within("trigger", tests):
        triggers, revolving = triggers_of(tests, names.known, left)
    with within("waterfall", part(given, "waterfall")):
        priority = priority_of(given["waterfall"], names, left)
    priority = of_the_phases(priority, names.known.phases, revolving, triggers, left)
    opening = openings_of(given.get("accounts"), names, left)
    priority = {phase: [*into.steps, *opening, *steps] for phase, steps in priority.items()}
    held = list(dict.fromkeys((*into.own, *names.reserves)))
    paid, accounts = used_of(priority, fees.own, held, left)
    priority, paid = completed(priority, paid, fees.charged, notes, left)
    parties = [name for name in _parties(priority) if name]
    left += [f"fees.{name}: no step that is carried pays it" for name in fees.dues if name not in parties]
    buys = any(step["step"] == "purchase" for steps in priority.values() for step in steps)
    document = {
        "kind": "deal", "version": 1, "name": str(given.get("name", "deal")), "currency": currency, **dates,
        "revolving_months": revolving, "scheduled_months": dates["legal_maturity_months"],
        "purchase": "payment_date" if buys else "none", "retain_senior_cost": False, "indices": indices,
        "parties": parties, "quantities": {k: v for k, v in fees.quantities.items() if k in f"{priority}{triggers}"},
        "notes": notes, "fees": paid, "accounts": accounts, "triggers": triggers, "priority": priority,
    }  # fmt: skip
    spare = {name for name, _ in pairs(given.get("accounts"))} - (set(names.interest) - set(names.reserves))
    unpaid = {name for name, _ in pairs(given.get("fees"))} - {*parties, *(fee["name"] for fee in paid)}
    unused = [("account", name) for name in spare - set(accounts)] + [("fee", name) for name in unpaid]
    return _Draft(document, left, frozenset(unused))


def _names(
    given: Mapping[Any, Any],
    dates: Mapping[str, Any],
    later: datetime.timedelta,
    notes: list[dict[str, Any]],
    residual: str | None,
    indices: dict[str, float],
    left_out: frozenset[tuple[str, str]],
    left: list[str],
) -> tuple[Names, Fees, Collected]:
    """What actions may name, the fees, and where collections go."""
    with within("accounts", given.get("accounts")):
        named = [name for name, _ in pairs(given.get("accounts")) if ("account", name) not in left_out]
    with within("collect", part(given, "collect")):
        into = collected(given["collect"], given.get("accounts"), left)
    size = {note["name"]: note["amount"] for note in notes}
    with within("fees", given.get("fees")):
        every_fee = [name for name, _ in pairs(given.get("fees")) if ("fee", name) not in left_out]
    every_account = {name: (name,) for name in named} | into.interest
    known = Known(size, every_fee, {}, every_account, lambda date: payments_before(date + later, dates), [])
    tests = given.get("trigger") or given.get("triggers")
    with within("trigger", tests):
        known = known._replace(phases=phases_of(tests))
    with within("fees", given.get("fees")):
        fees = fees_of(given.get("fees"), known, dates["legal_maturity_months"], dates["issue_date"] - later, left)
    own = [fee["name"] for fee in fees.own]
    known = known._replace(
        fees=[name for name in own if ("fee", name) not in left_out],
        dues={name: due for name, due in fees.dues.items() if ("fee", name) not in left_out},
    )
    with within("accounts", given.get("accounts")):
        reserves = reserves_of(given.get("accounts"), into, known, left)
    held = {name: (name,) for name in reserves}
    swaps = swaps_of(given.get("rateSwap"), indices, known, left)
    return (
        Names(
            {**held, **into.interest},
            {**held, **into.principal},
            tuple(own),
            tuple(size),
            residual,
            reserves,
            known,
            fees.dues,
            swaps,
        ),
        fees,
        into,
    )


def _parties(priority: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Parties that some step names, each once."""
    return list(dict.fromkeys(step["party"] for steps in priority.values() for step in steps if "party" in step))


def _dates(given: Mapping[str, Any], left: list[str]) -> dict[str, Any]:
    """Cut-off at a month end, issue, payment day, months to legal maturity."""
    if "cutoff" not in given and "collect" in given:
        raise ConfigError("dates: collect and pay are those of a deal in mid-life: import it with cutoff and closing")
    cutoff, issue, stated = (_date(given, key) for key in ("cutoff", "closing", "stated"))
    end = cutoff if cutoff.day == calendar.monthrange(cutoff.year, cutoff.month)[1] else cutoff.replace(day=1) - _DAY
    if cutoff.day not in (1, calendar.monthrange(cutoff.year, cutoff.month)[1]):
        left.append(f"dates.cutoff {cutoff}: collection periods are whole months here: the pool is taken as of {end}")
    day, later = _payment_day(given["payFreq"])
    if str(given.get("poolFreq", "MonthEnd")).lower() != "monthend":
        left.append(f"dates.poolFreq {given['poolFreq']!r}: collections are by month end here")
    if later:
        left.append(
            f"dates.payFreq {given['payFreq']!r}: payments, the issue and all dates of the deal stand a day later "
            "here, on the first of the next month: the same cash, over as many days"
        )
    issue, stated = issue + later, stated + later
    months = (stated.year - end.year) * 12 + stated.month - end.month - 1 - (stated.day < day)
    dates = {"closing_date": end, "issue_date": issue, "payment_day": day, "legal_maturity_months": months}
    if "firstPay" in given and (_date(given, "firstPay") + later).day == day:
        dates["first_payment_date"] = _date(given, "firstPay") + later
    elif "firstPay" in given:
        is_none = "the last day of a month" if later else f"day {day} of a month"
        left.append(f"dates.firstPay {given['firstPay']}: is not {is_none}")
    return {**dates, "later": later}


def _payment_day(frequency: Any) -> tuple[int, datetime.timedelta]:
    """The day of a month on which is paid, and how much later that is than the file says.

    A month's end is the day before the first of the next month: collections of the month are in, and as many days lie
    between two of them. Raises ConfigError for what is not monthly.
    """
    parts = list(frequency) if isinstance(frequency, list | tuple) else [frequency]
    match [str(parts[0]).lower() if parts else "", *parts[1:]]:
        case ["monthend"]:
            return 1, _DAY
        case ["monthfirst"]:
            return 1, 0 * _DAY
        case ["dayofmonth", int(day)] if 1 <= day <= 28 and not isinstance(day, bool):
            return day, 0 * _DAY
    raise ConfigError(
        f'dates.payFreq = {frequency!r}: must be monthly, as every deal is paid here: "MonthEnd", "MonthFirst" or '
        '["DayOfMonth", 20], a day from 1 to 28'
    )


_DAY = datetime.timedelta(days=1)


def _date(given: Mapping[str, Any], key: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(str(given[key]))
    except ValueError:
        raise ConfigError(f"dates.{key} = {shortened(given[key])}: must be a date, as 2022-01-31") from None
