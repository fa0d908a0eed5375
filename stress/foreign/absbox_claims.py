"""What phases of a deal of AbsBox leave unsaid and ours say: the waterfall of a phase, claims that only another phase
pays, and where cash goes that is left when the notes are repaid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from stress.errors import ConfigError
from stress.foreign.absbox_formulas import BY_TRIGGER, REST

Rows = list[dict[str, Any]]


def of_the_phases(
    given: Mapping[str, Rows],
    phases: Mapping[str, str],
    revolving: int,
    triggers: Sequence[Mapping[str, Any]],
    left: list[str],
) -> dict[str, Rows]:
    """The steps of the phases that occur, from those of each status; those that nothing leads to are told."""
    effects = {str(trigger["effect"]) for trigger in triggers}
    occur = ["revolving"] * (revolving > 0) + ["amortization"]
    occur += [phase for phase in ("acceleration", "event_of_default") if phase in effects]
    status = {phase: name for name, phase in phases.items() if phase != BY_TRIGGER} | {"amortization": "amortizing"}
    if revolving == 0 and "revolving" in given:
        left.append("waterfall 'revolving': no trigger ends it at a date")
    led_to = {"revolving", REST, *(status[phase] for phase in occur if phase in status)}
    left += [f"waterfall {name!r}: no trigger that is carried leads there" for name in given if name not in led_to]
    for needed in occur[: 1 + (revolving > 0)]:
        if status[needed] not in given and REST not in given:
            raise ConfigError(f"waterfall: has no {status[needed]!r} (but {', '.join(given) or 'nothing'})")
    priority = {phase: given.get(status.get(phase, ""), given.get(REST)) for phase in occur}
    if "acceleration" in priority and (priority["acceleration"] is None or "acceleration" not in status):
        priority["acceleration"] = priority["amortization"]
    return {phase: steps for phase, steps in priority.items() if steps is not None}


class Completed(NamedTuple):
    """A priority that says of every claim and of all cash what becomes of it."""

    priority: dict[str, Rows]
    fees: Rows


def completed(
    priority: Mapping[str, Rows],
    fees: Rows,
    charged: Sequence[str],
    notes: Sequence[Mapping[str, Any]],
    left: list[str],
) -> Completed:
    """Each phase with steps that pay nothing of what only another phase pays. It accrues and is owed; the fees
    `charged`, shares of an amount, arise only where they are paid. What a phase leaves in an account for ever goes to
    the residual note."""
    once: set[str] = set()
    complete = {phase: list(steps) for phase, steps in priority.items()}
    for name in [fee["name"] for fee in fees]:
        for phase in _silent(priority, ("fee", name)):
            complete[phase].insert(0, {"step": "pay_fee", "fee": name, "cap": 0, "source": ["income"]})
            once |= {name} & set(charged)
            consequence = "it is not charged there; elsewhere, what is short is not owed" if name in once else _OWED
            left.append(f"fees.{name}: the {_words(phase)} does not pay it: {consequence}")
    for note in notes:
        _note(priority, complete, note, left)
    residual = next((note["name"] for note in reversed(notes) if "residual" in note), None)
    if residual is not None:
        _end(complete, residual, left)
    return Completed(complete, [fee | {"carry_over": False} if fee["name"] in once else fee for fee in fees])


_OWED = "it accrues and is owed"


def _note(priority: Mapping[str, Rows], complete: Mapping[str, Rows], note: Mapping[str, Any], left: list[str]) -> None:
    """Steps of phases that pay a note nothing."""
    name = note["name"]
    for phase in _silent(priority, ("interest", name)) if note.get("coupon") or "index" in note else ():
        complete[phase].insert(0, {"step": "pay_interest", "note": name, "source": ["income"], **_never(phase)})
        left.append(f"bonds.{name}: the {_words(phase)} pays it no interest: {_OWED}")
    for phase in _silent(priority, ("principal", name)) if "residual" not in note else ():
        if phase != "revolving":
            complete[phase].insert(
                0, {"step": "pay_principal", "notes": [name], "source": ["principal"], **_never(phase)}
            )
            left.append(f"bonds.{name}: the {_words(phase)} does not repay it")


def _silent(priority: Mapping[str, Rows], claim: tuple[str, str]) -> list[str]:
    """The phases that do not pay what another one does."""
    missing = [phase for phase, steps in priority.items() if not any(claim in _claims(row) for row in steps)]
    return missing if len(missing) < len(priority) else []


def _claims(row: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What a step pays: a fee, interest or principal of notes."""
    kind = str(row["step"]).removeprefix("pay_")
    return {(kind, name) for key in ("fee", "note", "notes") if key in row for name in _listed(row[key])}


def _listed(names: str | Sequence[str]) -> Sequence[str]:
    return [names] if isinstance(names, str) else names


def _words(phase: str) -> str:
    return f"{phase.replace('_', ' ')} phase"


def _never(phase: str) -> dict[str, Any]:
    """A condition that no payment of a phase meets."""
    return {"when": [f"not phase.{phase}"]}


def _end(priority: dict[str, Rows], residual: str, left: list[str]) -> None:
    """The residual note takes, once the others are repaid, what a phase would leave in an account."""
    filled = {row["to"] for rows in priority.values() for row in rows if "to" in row}
    filled |= {row["account"] for rows in priority.values() for row in rows if row["step"] == "top_up"}
    for phase, steps in priority.items():
        for account in sorted({"income", "principal", *filled} - _emptied(steps)) if phase != "revolving" else ():
            steps.append({"step": "pay_residual", "note": residual, "source": [account], "when": ["notes < 1"]})
            left.append(f"the {_words(phase)} leaves what is in {account}: {residual} has it once the notes are repaid")


def _emptied(steps: Rows) -> set[str]:
    """Accounts of which nothing is left: the residual note takes it, or it is moved on."""
    taken = {account for row in steps if row["step"] == "pay_residual" for account in row["source"]}
    whole = [row for row in steps if row["step"] == "transfer" and not row.keys() & {"amount", "share"}]
    freed = {row["account"] for row in steps if row["step"] == "release" and "amount" not in row["target"]}
    return taken | freed | {account for row in whole for account in row["source"]}
