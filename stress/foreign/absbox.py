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
from stress.foreign.absbox_bonds import notes_of, swaps_of
from stress.foreign.absbox_fees import fees_of
from stress.foreign.absbox_formulas import Known, condition, formula, named, number
from stress.foreign.absbox_pool import ours, pool_of
from stress.foreign.absbox_steps import Names, priority_of
from stress.foreign.literal import pairs, part, read_dict, shortened, within
from stress.inputs.deal import Deal
from stress.inputs.pool import Pool

STATUS = {"accelerated": "acceleration", "amortizing": "acceleration", "defaulted": "event_of_default"}
"""New status of a trigger -> effect."""
OBSERVED = {"cumPoolDefaultedRate": "cumulative_default", "poolFactor": "pool_factor"}
SIDE = {">": "above", ">=": "above", "<": "below", "<=": "below"}
CARRIED = (
    "name",
    "dates",
    "pool",
    "accounts",
    "bonds",
    "rateSwap",
    "fees",
    "collect",
    "waterfall",
    "status",
    "trigger",
    "triggers",
)


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
    left = [f"{key}" for key in given if key not in CARRIED and given[key]]
    with within("dates", part(given, "dates")):
        dates = _dates(given["dates"], left)
    with within("bonds", part(given, "bonds")):
        notes, residual, indices = notes_of(given["bonds"], left)
    with within("collect", part(given, "collect")):
        interest, principal = _accounts(given["collect"], left)
    size = {note["name"]: note["amount"] for note in notes}
    with within("fees", given.get("fees")):
        every_fee = [name for name, _ in pairs(given.get("fees"))]
    known = Known(size, every_fee, {}, lambda date: _payments_before(date, dates), [])
    with within("accounts", given.get("accounts")):
        accounts = {name: (name,) for name, _ in pairs(given.get("accounts"))} | interest
    known = known._replace(accounts=accounts)
    issue, last = dates["issue_date"], dates["legal_maturity_months"]
    with within("fees", given.get("fees")):
        fees = fees_of(given.get("fees"), known, last, issue, left)
    known = known._replace(fees=[fee["name"] for fee in fees.own], triggers=[])
    with within("accounts", given.get("accounts")):
        reserves = _reserves(given.get("accounts"), interest, known, left)
    own = {name: (name,) for name in reserves}
    names = Names(
        {**interest, **own}, {**principal, **own}, tuple(known.fees), tuple(size), residual, reserves, known, fees.dues,
        swaps_of(given.get("rateSwap"), indices, known, left),
    )  # fmt: skip
    tests = given.get("trigger") or given.get("triggers")
    with within("trigger", tests):
        triggers, revolving = _triggers(tests, dates, known, left)
    with within("waterfall", part(given, "waterfall")):
        priority = priority_of(given["waterfall"], names, left)
    if any(trigger["effect"] == "acceleration" for trigger in triggers):
        priority.setdefault("acceleration", priority.get("amortization", []))
    if revolving == 0 and priority.pop("revolving", None) is not None:
        left.append("waterfall 'revolving': no trigger ends it at a date")
    opening = _openings(given.get("accounts"), names, left)
    priority = {phase: [*opening, *steps] for phase, steps in priority.items()}
    paid, accounts_used = _used(priority, fees.own, reserves, left)
    parties = [name for name in _parties(priority) if name]
    left += [f"fees.{name}: no step that is carried pays it" for name in fees.dues if name not in parties]
    buys = any(step["step"] == "purchase" for steps in priority.values() for step in steps)
    document = {
        "kind": "deal", "version": 1, "name": str(given.get("name", "deal")), "currency": currency, **dates,
        "revolving_months": revolving, "scheduled_months": last,
        "purchase": "payment_date" if buys else "none", "retain_senior_cost": False, "indices": indices,
        "parties": parties, "quantities": {k: v for k, v in fees.quantities.items() if k in str(priority)},
        "notes": notes, "fees": paid, "accounts": accounts_used, "triggers": triggers, "priority": priority,
    }  # fmt: skip
    deal = ours(Deal, "deal", document)
    pool = pool_of(dict(given), deal.closing_date, currency, left)
    left.append("defaults, prepayment and recovery: not in such a file; set them in pool.toml or a scenario")
    return Imported(deal, pool, tuple(left))


def _parties(priority: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Parties that some step names, each once."""
    return list(dict.fromkeys(step["party"] for steps in priority.values() for step in steps if "party" in step))


def _openings(accounts: Any, names: Names, left: list[str]) -> list[dict[str, Any]]:
    """Cash that accounts hold at closing: paid in by a party at the first payment date."""
    steps = []
    for name, about in pairs(accounts):
        held = float(about.get("balance") or 0.0)
        if held <= 0.0 or name not in names.interest:
            continue
        party = f"opening {name}"
        amount = f"max({number(held)} - {named('received', party)}, 0)"
        steps.append({"step": "receive", "party": party, "amount": amount, "to": names.interest[name][0]})
        left.append(f"accounts.{name}.balance {held:g}: is paid in at the first payment date, by the party {party!r}")
    return steps


def _dates(given: Mapping[str, Any], left: list[str]) -> dict[str, Any]:
    """Cut-off at a month end, issue, payment day, months to legal maturity."""
    cutoff, issue, stated = (_date(given, key) for key in ("cutoff", "closing", "stated"))
    end = cutoff if cutoff.day == calendar.monthrange(cutoff.year, cutoff.month)[1] else cutoff.replace(day=1) - _DAY
    if cutoff.day not in (1, calendar.monthrange(cutoff.year, cutoff.month)[1]):
        left.append(f"dates.cutoff {cutoff}: collection periods are whole months here: the pool is taken as of {end}")
    frequency = given["payFreq"]
    days = list(frequency) if isinstance(frequency, list | tuple) and len(frequency) == 2 else ["", 0]
    if str(days[0]).lower() != "dayofmonth" or not isinstance(days[1], int) or not 1 <= days[1] <= 28:
        raise ConfigError(f'dates.payFreq = {frequency!r}: must be monthly, as ["DayOfMonth", 20], a day from 1 to 28')
    if str(given.get("poolFreq", "MonthEnd")).lower() != "monthend":
        left.append(f"dates.poolFreq {given['poolFreq']!r}: collections are by month end here")
    day = int(days[1])
    months = (stated.year - end.year) * 12 + stated.month - end.month - 1 - (stated.day < day)
    found = {"closing_date": end, "issue_date": issue, "payment_day": day, "legal_maturity_months": months}
    if "firstPay" in given and _date(given, "firstPay").day == day:
        found["first_payment_date"] = _date(given, "firstPay")
    elif "firstPay" in given:
        left.append(f"dates.firstPay {given['firstPay']}: is not day {day} of a month")
    return found


_DAY = datetime.timedelta(days=1)


def _date(given: Mapping[str, Any], key: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(str(given[key]))
    except ValueError:
        raise ConfigError(f"dates.{key} = {shortened(given[key])}: must be a date, as 2022-01-31") from None


def _accounts(collect: Any, left: list[str]) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """What stands for the accounts that collections go to: income, principal, or both where one takes all."""
    into: dict[str, str] = {}
    for k, entry in enumerate(collect):
        with within(f"collect[{k}]", entry):
            source, account = entry
        if not isinstance(account, str):
            raise ConfigError(f"collect {source!r}: is divided between accounts, which is not carried")
        into[str(source).removeprefix("Collected")] = account
    cash = into.get("Cash")
    interest, principal = into.get("Interest", cash), into.get("Principal", cash)
    if interest is None or principal is None:
        raise ConfigError("collect: must say where CollectedInterest and CollectedPrincipal (or CollectedCash) go")
    for source, account in into.items():
        kind = "principal" if source in ("Principal", "Prepayment", "Recoveries") else "income"
        if account != {"principal": principal, "income": interest}[kind] and source != "Cash":
            left.append(f"collect {source!r}: comes with {kind} here, not to {account!r}")
    if interest == principal:
        return {interest: ("income", "principal")}, {interest: ("principal", "income")}
    return {interest: ("income",), principal: ("principal",)}, {interest: ("income",), principal: ("principal",)}


def _reserves(accounts: Any, collected: Mapping[str, Any], known: Known, left: list[str]) -> dict[str, Any]:
    """Reserve accounts with their targets."""
    found: dict[str, Any] = {}
    for name, about in pairs(accounts):
        if about.get("interest"):
            left.append(f"accounts.{name}.interest")
        if name in collected:
            continue
        kind, value = next(iter((about.get("type") or {"": None}).items()))
        try:
            found[name] = _target(kind, value, known)
        except (LookupError, TypeError, ValueError):
            left.append(f"accounts.{name}: {kind or 'no'} target {value!r}".removesuffix(" None"))
    return found


def _target(kind: str, value: Any, known: Known) -> Any:
    """A target in parts, or as a formula. Raises LookupError."""
    if kind == "fixReserve":
        return {"amount": float(value)}
    parts = {("poolBalance",): "share_of_pool", ("bondBalance",): "share_of_notes"}
    if kind == "targetReserve" and tuple(value[0]) in parts:
        return {parts[tuple(value[0])]: float(value[1])}
    return _target_text({kind: value}, known)


def _target_text(given: Mapping[str, Any], known: Known) -> str:
    kind, value = next(iter(given.items()))
    if kind == "fixReserve":
        return number(value)
    if kind == "targetReserve":
        return f"{number(value[1])} * {formula(value[0], known)}" if len(value) > 1 else formula(value[0], known)
    if kind in ("max", "min"):
        return f"{kind}({', '.join(_target_text(part, known) for part in value)})"
    if kind == "when":
        test, one, other = value
        return f"if({condition(test, known)}, {_target_text(one, known)}, {_target_text(other, known)})"
    raise LookupError(kind)


def _triggers(given: Any, dates: Mapping[str, Any], known: Known, left: list[str]) -> tuple[list[dict[str, Any]], int]:
    """Triggers, and the months until a date ends the revolving period."""
    found: list[dict[str, Any]] = []
    revolving = 0
    for place, group in pairs(given):
        for name, about in pairs(group):
            test, effects = list(about.get("condition") or ()), list(about.get("effects") or ())
            status = str(effects[-1]).lower() if len(effects) == 2 and effects[0] == "newStatus" else ""
            if status == "amortizing" and len(test) == 2 and test[0] in (">", ">="):
                revolving = _payments_before(datetime.date.fromisoformat(str(test[1])), dates)
                continue
            told = _test(place, test, known) if status in STATUS else None
            if told is None:
                left.append(f"trigger {place}.{name}: {test!r} -> {effects!r}")
            else:
                known.triggers.append(name)
                curable = bool(about.get("curable", False))
                found.append({"name": name, **told, "effect": STATUS[status], "curable": curable})
    return found, revolving


def _test(place: str, test: list[Any], known: Known) -> dict[str, Any] | None:
    """What a trigger looks at; None where that has no word here."""
    asked = list(test[0]) if len(test) == 3 and isinstance(test[0], list | tuple) else []
    if len(asked) == 1 and asked[0] in OBSERVED and test[1] in SIDE and isinstance(test[2], int | float):
        limit = [{"limit": float(test[2])}]
        return {"observable": OBSERVED[asked[0]], "breach": SIDE[test[1]], "thresholds": limit}
    if len(test) == 2 and not isinstance(test[1], bool):
        return None  # a date alone trips by itself
    try:
        told = {"condition": condition(test, known)}
    except (LookupError, TypeError, ValueError, IndexError):
        return None
    return told | ({"tested": "payment"} if place == "AfterDistribution" else {})


def _payments_before(date: datetime.date, dates: Mapping[str, Any]) -> int:
    """Collection periods that are paid before a date."""
    closing = dates["closing_date"]
    months: int = (date.year - closing.year) * 12 + date.month - closing.month
    return months - 1 if dates["payment_day"] < date.day else months - 2


def _used(
    priority: dict[str, Any], fees: list[dict[str, Any]], reserves: Mapping[str, Any], left: list[str]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Fees and accounts that some step names; the others are told."""
    steps = [step for rows in priority.values() for step in rows]
    paid = {step.get("fee") for step in steps}
    held = {name for step in steps for name in (step.get("account"), step.get("to"), *step.get("source", ()))}
    left += [f"fees.{fee['name']}: no step that is carried pays it" for fee in fees if fee["name"] not in paid]
    left += [f"accounts.{name}: no step that is carried fills it" for name in reserves if name not in held]
    return [fee for fee in fees if fee["name"] in paid], [name for name in reserves if name in held]
