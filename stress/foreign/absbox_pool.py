"""Assets of an AbsBox pool as opening lines: instalments, mortgages and loans, one line for all that are alike."""

from __future__ import annotations

import datetime
import json
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from stress.errors import ConfigError
from stress.foreign.literal import within
from stress.inputs.pool import Pool
from stress.inputs.text.messages import message

Model = TypeVar("Model", bound=BaseModel)

KINDS = {
    ("installment", "f_p"): "equal_principal",
    ("mortgage", "level"): "level",
    ("mortgage", "even"): "equal_principal",
    ("mortgage", "i_p"): "bullet",
    ("loan", "i_p"): "bullet",
    ("loan", "level"): "level",
    ("loan", "even"): "equal_principal",
}
"""(Asset, type) of AbsBox -> how principal is repaid."""


class Line(NamedTuple):
    """What assets share that are one line."""

    term: int
    remaining: int
    kind: str
    rate: float
    """Interest per annum on the balance."""
    fee: float
    """Flat fee a month on the original balance."""
    first_due: int


def pool_of(deal: dict[Any, Any], closing: datetime.date, currency: str, left: list[str]) -> Pool:
    """The pool, what is left out being told in `left`. Raises ConfigError where nothing remains."""
    lines: dict[Line, float] = {}
    given = deal.get("pool") or {}
    several = (
        isinstance(given, dict)
        and "assets" not in given
        and bool(given)
        and all(_is_pool(value) for value in given.values())
    )
    pools = {f"pool.{name}": value for name, value in given.items()} if several else {"pool": given}
    for place, pool in pools.items():
        with within(place, pool):
            assets = pool.get("assets")
        if not isinstance(assets, list | tuple):
            has = ", ".join(map(str, pool)) or "nothing"
            raise ConfigError(f"{place}: has no list of assets (but {has}): pools are carried loan by loan")
        for k, asset in enumerate(assets):
            with within(f"{place}.assets[{k}]", asset):
                line, balance, why = _line(asset, closing)
            if why:
                left.append(f"{place}.assets[{k}]: {why}")
            if line is not None:
                lines[line] = lines.get(line, 0.0) + balance
        left += [f"{place}.{key}" for key in pool if key != "assets"]
    if several:
        left.append(f"pool: {', '.join(given)} are one pool here, with all their loans")
    total = sum(lines.values())
    if not total > 0.0:
        raise ConfigError("pool.assets: no asset of it can be carried: " + "; ".join(left[:3]))
    return ours(Pool, "pool", _document(deal, lines, total, currency))


def ours(model: type[Model], kind: str, document: dict[str, Any]) -> Model:
    """A document as a deal or pool of ours. Raises ConfigError with the key, the value and what is allowed."""
    text = json.dumps(document, default=str)
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise ConfigError(message(f"as a {kind} of ours", model, json.loads(text), error)) from None


def _is_pool(given: Any) -> bool:
    """One of several pools, each by its name."""
    return isinstance(given, dict) and ("assets" in given or "cashflow" in given)


def _line(asset: Any, closing: datetime.date) -> tuple[Line | None, float, str]:
    """The line of an asset and its balance, or why it has none; a remark on one that it has."""
    if not (isinstance(asset, list | tuple) and len(asset) >= 3):
        return None, 0.0, "is not [kind, description, status]"
    name, about, status = str(asset[0]), asset[1], asset[2]
    kind = KINDS.get((name.lower(), str(about.get("type", "")).lower()))
    if kind is None:
        return None, 0.0, f"{name} of type {about.get('type')!r} is not known here"
    if str(about.get("freq", "Monthly")).lower() != "monthly":
        return None, 0.0, f"paid {about['freq']}: loans here pay monthly"
    if str(status.get("status", "current")).lower() != "current":
        return None, 0.0, f"status {status['status']!r}: only what performs is carried"
    rate = about.get("feeRate" if name.lower() == "installment" else "originRate", ["fix", 0.0])
    if str(rate[0]).lower() != "fix":
        return None, 0.0, f"rate {rate!r}: only fixed rates are carried"
    origin = datetime.date.fromisoformat(str(about["originDate"]))
    term, remaining = int(about["originTerm"]), int(status["remainTerm"])
    paid = term - remaining
    due = (origin.year - closing.year) * 12 + origin.month - closing.month + paid + 1
    if due > 12:
        return None, 0.0, f"next due in month {due} from the cut-off: must be 1 to 12"
    why = "" if due >= 1 else f"{remaining} instalments left would begin before the cut-off: the next is due in month 1"
    due = max(due, 1)
    balance = float(status["currentBalance"])
    if name.lower() == "installment":
        return Line(term, remaining, kind, 0.0, float(rate[1]), due), balance, why
    return Line(term, remaining, kind, float(status.get("currentRate", rate[1])), 0.0, due), balance, why


def _document(deal: dict[Any, Any], lines: dict[Line, float], total: float, currency: str) -> dict[str, Any]:
    plans: dict[int, dict[str, Any]] = {}
    for line, balance in lines.items():
        plan = plans.setdefault(line.term, {"term": line.term, "share": 0.0, "kind": line.kind, "apr": line.rate})
        plan["share"] += balance / total
    opening = [
        {"term": line.term, "remaining": line.remaining, "share": balance / total, "kind": line.kind, "apr": line.rate,
         "monthly_fee": line.fee, "first_due": line.first_due}
        for line, balance in lines.items()
    ]  # fmt: skip
    fee = sum(line.fee * balance for line, balance in lines.items()) / total
    return {
        "kind": "pool", "version": 1, "name": str(deal.get("name", "pool")), "currency": currency, "balance": total,
        "plans": [{k: v for k, v in plan.items() if k != "apr" or v} for plan in plans.values()],
        "opening": [{k: v for k, v in line.items() if k != "apr" or v} for line in opening],
        "segments": [{"name": "all", "share": 1.0, "entry_rate": 0.0, "monthly_fee": fee}],
        "dependence": {"rho": 0.0, "phi": 0.0},
    }  # fmt: skip
