"""A deal as AbsBox takes it -> our deal and pool, and a list of what could not be carried.

The layout is that of AbsBox's manual, "Modeling" (github.com/yellowbean/AbsBox, docs/source/modeling.rst).
"""

from __future__ import annotations

import calendar
import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from stress.errors import ConfigError
from stress.foreign.absbox_pool import pool_of
from stress.foreign.absbox_steps import Names, priority_of
from stress.foreign.literal import pairs, read_dict
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
    "fees",
    "collect",
    "waterfall",
    "status",
    "trigger",
    "triggers",
)

_BOND = ("balance", "rate", "originBalance", "originRate", "startDate", "rateType", "bondType")
_FEE = ("type",)
_SAME_DAYS = ("DC_ACT_365F", "DC_ACT_365", "DC_ACT_365A")
"""Day counts that are ACT/365F, or differ from it in leap years alone."""


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
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigError(f"{path}: as a deal of ours: {where}: {first['msg']}".replace(": :", ":")) from None
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path}: is not laid out as a deal of AbsBox: {type(error).__name__}: {error}") from None


def convert(given: Mapping[Any, Any], currency: str = "CNY") -> Imported:
    """The deal and the pool of a dict."""
    left = [f"{key}" for key in given if key not in CARRIED and given[key]]
    dates = _dates(given["dates"], left)
    notes, residual = _notes(given["bonds"], left)
    fees = _fees(given.get("fees"), left)
    interest, principal = _accounts(given["collect"])
    reserves = _reserves(given.get("accounts"), interest, left)
    own = {name: (name,) for name in reserves}
    names = Names(
        {**interest, **own}, {**principal, **own}, tuple(fee["name"] for fee in fees),
        tuple(note["name"] for note in notes), residual, reserves,
    )  # fmt: skip
    triggers, revolving = _triggers(given.get("trigger") or given.get("triggers"), dates, left)
    priority = priority_of(given["waterfall"], names, left)
    priority, fees, accounts = _used(priority, fees, reserves, left)
    if any(trigger["effect"] == "acceleration" for trigger in triggers):
        priority.setdefault("acceleration", priority.get("amortization", []))
    if revolving == 0 and priority.pop("revolving", None) is not None:
        left.append("waterfall 'revolving': no trigger ends it at a date")
    buys = any(step["step"] == "purchase" for steps in priority.values() for step in steps)
    document = {
        "kind": "deal", "version": 1, "name": str(given.get("name", "deal")), "currency": currency, **dates,
        "revolving_months": revolving, "scheduled_months": dates["legal_maturity_months"],
        "purchase": "payment_date" if buys else "none", "retain_senior_cost": False,
        "notes": notes, "fees": fees, "accounts": accounts, "triggers": triggers, "priority": priority,
    }  # fmt: skip
    deal = Deal.model_validate_json(json.dumps(document, default=str))
    pool = pool_of(dict(given), deal.closing_date, currency, left)
    left.append("defaults, prepayment and recovery: not in such a file; set them in pool.toml or a scenario")
    return Imported(deal, pool, tuple(left))


def _dates(given: Mapping[str, Any], left: list[str]) -> dict[str, Any]:
    """Cut-off at a month end, issue, payment day, months to legal maturity."""
    cutoff, issue = (_date(given[key]) for key in ("cutoff", "closing"))
    end = cutoff if cutoff.day == calendar.monthrange(cutoff.year, cutoff.month)[1] else cutoff.replace(day=1) - _DAY
    if cutoff.day not in (1, calendar.monthrange(cutoff.year, cutoff.month)[1]):
        left.append(f"dates.cutoff {cutoff}: collection periods are whole months here: the pool is taken as of {end}")
    frequency = given["payFreq"]
    if not (isinstance(frequency, list | tuple) and str(frequency[0]).lower() == "dayofmonth"):
        raise ConfigError(f'dates.payFreq = {frequency!r}: must be monthly, as ["DayOfMonth", 20]')
    if str(given.get("poolFreq", "MonthEnd")).lower() != "monthend":
        left.append(f"dates.poolFreq {given['poolFreq']!r}: collections are by month end here")
    day, stated = int(frequency[1]), _date(given["stated"])
    months = (stated.year - end.year) * 12 + stated.month - end.month - 1 - (stated.day < day)
    found = {"closing_date": end, "issue_date": issue, "payment_day": day, "legal_maturity_months": months}
    if "firstPay" in given and _date(given["firstPay"]).day == day:
        found["first_payment_date"] = _date(given["firstPay"])
    elif "firstPay" in given:
        left.append(f"dates.firstPay {given['firstPay']}: is not day {day} of a month")
    return found


_DAY = datetime.timedelta(days=1)


def _date(value: Any) -> datetime.date:
    return datetime.date.fromisoformat(str(value))


def _notes(bonds: Any, left: list[str]) -> tuple[list[dict[str, Any]], str | None]:
    """Notes in the order given, the equity last."""
    found, residual = [], None
    for name, about in pairs(bonds):
        kinds = about.get("bondType") or {}
        kind = str(next(iter(kinds), "Sequential") if isinstance(kinds, Mapping) else kinds)
        rate = about.get("rateType") or {}
        fixed = {str(k).lower(): v for k, v in rate.items()} if isinstance(rate, Mapping) else {}
        coupon = fixed.get("fix", fixed.get("fixed"))
        if coupon is None:
            coupon = about.get("rate", 0.0)
            left.append(f"bonds.{name}.rateType {rate!r}: its present rate {coupon} stands as a fixed coupon")
        if kind not in ("Sequential", "Equity"):
            left.append(f"bonds.{name}.bondType {kinds!r}: it is repaid as the waterfall says")
        left += _unread(f"bonds.{name}", about, _BOND)
        days = fixed.get("daycount", _SAME_DAYS[0])
        if days not in _SAME_DAYS:
            left.append(f"bonds.{name}.rateType dayCount {days!r}: interest accrues by ACT/365F here")
        note = {"name": name, "amount": float(about["balance"])}
        if kind == "Equity":
            residual = name
            found.append({**note, "residual": True})
        else:
            found.append({**note, "coupon": float(coupon)})
    return found, residual


def _unread(place: str, about: Mapping[str, Any], known: tuple[str, ...]) -> list[str]:
    """Keys that say something and that nothing here reads."""
    return [f"{place}.{key} {value!r}" for key, value in about.items() if key not in known and value]


def _fees(fees: Any, left: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, about in pairs(fees):
        left += _unread(f"fees.{name}", about, _FEE)
        kind, value = next(iter((about.get("type") or {"": None}).items()))
        base = {"poolBalance": "pool", "bondBalance": "notes"}.get(value[0][0]) if kind == "annualPctFee" else None
        if base is not None and len(value[0]) == 1:
            found.append({"name": name, "base": base, "rate": float(value[1])})
        elif kind == "byPeriod":
            found.append({"name": name, "base": "fixed", "amount": float(value)})
        else:
            left.append(f"fees.{name}: {kind} {value!r}: no such fee here")
    return found


def _accounts(collect: Any) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """What stands for the accounts that collections go to: income, principal, or both where one takes all."""
    into: dict[str, str] = {}
    for source, account in collect:
        if not isinstance(account, str):
            raise ConfigError(f"collect {source!r}: is divided between accounts, which is not carried")
        into[str(source).removeprefix("Collected")] = account
    cash = into.get("Cash")
    interest, principal = into.get("Interest", cash), into.get("Principal", cash)
    if interest is None or principal is None:
        raise ConfigError("collect: must say where CollectedInterest and CollectedPrincipal (or CollectedCash) go")
    if interest == principal:
        return {interest: ("income", "principal")}, {interest: ("principal", "income")}
    return {interest: ("income",), principal: ("principal",)}, {interest: ("income",), principal: ("principal",)}


def _reserves(accounts: Any, known: Mapping[str, Any], left: list[str]) -> dict[str, Any]:
    """Reserve accounts with their targets."""
    found: dict[str, Any] = {}
    for name, about in pairs(accounts):
        if float(about.get("balance") or 0.0) != 0.0:
            left.append(f"accounts.{name}.balance {about['balance']}: accounts begin empty here")
        if about.get("interest"):
            left.append(f"accounts.{name}.interest")
        if name in known:
            continue
        kind, value = next(iter((about.get("type") or {"": None}).items()))
        if kind == "fixReserve":
            found[name] = {"amount": float(value)}
        elif kind == "targetReserve" and value[0] in (("poolBalance",), ["poolBalance"]):
            found[name] = {"share_of_pool": float(value[1])}
        elif kind == "targetReserve" and value[0] in (("bondBalance",), ["bondBalance"]):
            found[name] = {"share_of_notes": float(value[1])}
        else:
            left.append(f"accounts.{name}: {kind or 'no'} target")
    return found


def _triggers(given: Any, dates: Mapping[str, Any], left: list[str]) -> tuple[list[dict[str, Any]], int]:
    """Triggers on ratios, and the months until a date ends the revolving period."""
    found: list[dict[str, Any]] = []
    revolving = 0
    for place, group in pairs(given):
        for name, about in pairs(group):
            condition, effects = list(about.get("condition") or ()), list(about.get("effects") or ())
            status = str(effects[-1]).lower() if len(effects) == 2 and effects[0] == "newStatus" else ""
            if status == "amortizing" and len(condition) == 2 and condition[0] in (">", ">="):
                revolving = _payments_before(_date(condition[1]), dates)
                continue
            asked = list(condition[0]) if len(condition) == 3 and isinstance(condition[0], list | tuple) else []
            ratio = asked[0] if len(asked) == 1 else None
            if ratio in OBSERVED and condition[1] in SIDE and status in STATUS:
                found.append({
                    "name": name, "observable": OBSERVED[ratio], "breach": SIDE[condition[1]],
                    "thresholds": [{"limit": float(condition[2])}], "effect": STATUS[status],
                    "curable": bool(about.get("curable", False)),
                })  # fmt: skip
            else:
                left.append(f"trigger {place}.{name}: {condition!r} -> {effects!r}")
    return found, revolving


def _payments_before(date: datetime.date, dates: Mapping[str, Any]) -> int:
    """Collection periods that are paid before a date."""
    closing = dates["closing_date"]
    months: int = (date.year - closing.year) * 12 + date.month - closing.month
    return months - 1 if dates["payment_day"] < date.day else months - 2


def _used(
    priority: dict[str, Any], fees: list[dict[str, Any]], reserves: Mapping[str, Any], left: list[str]
) -> tuple[dict[str, Any], list[dict[str, Any]], list[str]]:
    """Fees and accounts that some step names; the others are told."""
    steps = [step for rows in priority.values() for step in rows]
    paid = {step.get("fee") for step in steps}
    held = {name for step in steps for name in (step.get("account"), step.get("to"), *step.get("source", ()))}
    left += [f"fees.{fee['name']}: no step that is carried pays it" for fee in fees if fee["name"] not in paid]
    left += [f"accounts.{name}: no step that is carried fills it" for name in reserves if name not in held]
    return priority, [fee for fee in fees if fee["name"] in paid], [name for name in reserves if name in held]
