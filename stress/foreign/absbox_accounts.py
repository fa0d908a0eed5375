"""Accounts of AbsBox: where collections go, reserves with their targets, and what no step that is carried uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stress.errors import ConfigError
from stress.foreign.absbox_formulas import Known, condition, formula, named, number
from stress.foreign.absbox_steps import Names
from stress.foreign.literal import pairs, within


def collected(collect: Any, left: list[str]) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
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


def reserves_of(accounts: Any, collected: Mapping[str, Any], known: Known, left: list[str]) -> dict[str, Any]:
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


def openings_of(accounts: Any, names: Names, left: list[str]) -> list[dict[str, Any]]:
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


def used_of(
    priority: dict[str, Any], fees: list[dict[str, Any]], reserves: Mapping[str, Any], left: list[str]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Fees and accounts that some step names; the others are told."""
    steps = [step for rows in priority.values() for step in rows]
    paid = {step.get("fee") for step in steps}
    held = {name for step in steps for name in (step.get("account"), step.get("to"), *step.get("source", ()))}
    left += [f"fees.{fee['name']}: no step that is carried pays it" for fee in fees if fee["name"] not in paid]
    left += [f"accounts.{name}: no step that is carried fills it" for name in reserves if name not in held]
    return [fee for fee in fees if fee["name"] in paid], [name for name in reserves if name in held]
