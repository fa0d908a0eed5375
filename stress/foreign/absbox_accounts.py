"""Accounts of AbsBox: where collections go, reserves with their targets, and what no step that is carried uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from stress.errors import ConfigError
from stress.foreign.absbox_formulas import Known, condition, formula, named, number
from stress.foreign.absbox_steps import Names
from stress.foreign.literal import pairs, within

Parts = tuple[tuple[str, float], ...]
"""Accounts with their shares of what is collected, which add up to 1."""


class Collected(NamedTuple):
    """Where collections go."""

    interest: dict[str, tuple[str, ...]]
    """Account -> ours that stand for it, in the order in which they pay interest and fees."""
    principal: dict[str, tuple[str, ...]]
    """The same in the order in which they pay principal."""
    steps: list[dict[str, Any]]
    """What divides collections, before all else of a payment: nothing of them stays where they came in."""
    own: tuple[str, ...]
    """Accounts that are filled so."""


def collected(collect: Any, accounts: Any, left: list[str]) -> Collected:
    """What stands for the accounts that collections go to: income, principal, or both where one takes all; an account
    of its own for one that takes a share of them."""
    into: dict[str, Parts] = {}
    for k, entry in enumerate(collect):
        with within(f"collect[{k}]", entry):
            if not isinstance(entry, list | tuple) or len(entry) < 2:
                raise ValueError("no source and account")
            source = _source(k, entry[0])
            into[source] = _parts(entry[0], entry[1:], [name for name, _ in pairs(accounts)])
    cash = into.get("Cash")
    interest, principal = into.get("Interest", cash), into.get("Principal", cash)
    if interest is None or principal is None:
        raise ConfigError("collect: must say where CollectedInterest and CollectedPrincipal (or CollectedCash) go")
    for source, parts in into.items():
        kind = "principal" if source in ("Principal", "Prepayment", "Recoveries") else "income"
        if parts != {"principal": principal, "income": interest}[kind] and source != "Cash":
            to = repr(parts[0][0]) if len(parts) == 1 else " and ".join(f"{x:g} to {name!r}" for name, x in parts)
            left.append(f"collect {source!r}: comes with {kind} here, not to {to}")
    steps = [*_divided("income", interest), *_divided("principal", principal)]
    own = tuple(dict.fromkeys(step["to"] for step in steps))
    ours = {
        name: tuple(
            account
            for account, stands in (
                ("income", interest == ((name, 1.0),)),
                (name, name in own),
                ("principal", principal == ((name, 1.0),)),
            )
            if stands
        )
        for name, _ in (*interest, *principal)
    }
    return Collected(ours, {name: order[::-1] for name, order in ours.items()}, steps, own)


def _source(k: int, given: Any) -> str:
    if not isinstance(given, str):
        raise ConfigError(f"collect[{k}] {given!r}: is of a pool by its name: one pool is carried, ['Collected..', ..]")
    return given.removeprefix("Collected")


def _parts(source: str, given: Sequence[Any], accounts: Sequence[str]) -> Parts:
    """One account, or shares of several: [0.8, "a"], [0.2, "b"], in a list of their own or not."""
    if isinstance(given[0], str):
        (account,) = given
        return ((account, 1.0),)
    shares = given[0] if len(given) == 1 and isinstance(given[0][0], list | tuple) else given
    parts = tuple((str(account), float(share)) for share, account in shares)
    unknown = next((account for account, _ in parts if account not in accounts), None)
    if unknown is not None:
        raise ConfigError(f"collect {source!r}: {unknown!r} is none of the accounts: {', '.join(accounts)}")
    total = sum(share for _, share in parts)
    if abs(total - 1.0) > 1e-9 or min(share for _, share in parts) <= 0.0 or len(dict(parts)) < len(parts):
        listed = ", ".join(f"{share:g} to {account!r}" for account, share in parts)
        raise ConfigError(
            f"collect {source!r}: {listed}: must be shares above 0 of different accounts that add up to 1"
        )
    return parts if len(parts) > 1 else ((parts[0][0], 1.0),)


def _divided(kind: str, parts: Parts) -> list[dict[str, Any]]:
    """Steps that move the shares of what has come in to accounts of their own, the last one what is left."""
    steps, rest = list[dict[str, Any]](), 1.0
    for account, share in parts if len(parts) > 1 else ():
        steps.append({"step": "transfer", "source": [kind], "to": account, "share": min(share / rest, 1.0)})
        rest -= share
    return [*steps[:-1], *({k: v for k, v in step.items() if k != "share"} for step in steps[-1:])]


def reserves_of(accounts: Any, into: Collected, known: Known, left: list[str]) -> dict[str, Any]:
    """Reserve accounts with their targets."""
    reserves: dict[str, Any] = {}
    for name, about in pairs(accounts):
        if about.get("interest"):
            left.append(f"accounts.{name}.interest")
        if name in into.interest and not (name in into.own and about.get("type")):
            continue
        kind, value = next(iter((about.get("type") or {"": None}).items()))
        try:
            reserves[name] = _target(kind, value, known)
        except (LookupError, TypeError, ValueError):
            left.append(f"accounts.{name}: {kind or 'no'} target {value!r}".removesuffix(" None"))
    return reserves


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
        test, then, otherwise = value
        return f"if({condition(test, known)}, {_target_text(then, known)}, {_target_text(otherwise, known)})"
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
    priority: dict[str, Any], fees: list[dict[str, Any]], accounts: Sequence[str], left: list[str]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Fees and accounts that some step names; the others are told."""
    steps = [step for rows in priority.values() for step in rows]
    paid = {step.get("fee") for step in steps}
    held = {name for step in steps for name in (step.get("account"), step.get("to"), *step.get("source", ()))}
    left += [f"fees.{fee['name']}: no step that is carried pays it" for fee in fees if fee["name"] not in paid]
    left += [f"accounts.{name}: no step that is carried fills it" for name in accounts if name not in held]
    return [fee for fee in fees if fee["name"] in paid], [name for name in accounts if name in held]
