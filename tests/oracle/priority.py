"""The priority of payments of one payment date, step by step."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from oracle.state import PHASES, State


class Receivables(Protocol):
    """The pool as the priority of payments sees it."""

    def pool_balance(self) -> float: ...

    def buy(self, sources: tuple[str, ...]) -> float: ...


@dataclass
class Payment:
    """What one payment date pays."""

    interest_due: list[float]
    pays_accrued: list[bool]
    """Whether a note pays in this month what has accrued since it last did."""
    fee_due: list[float]
    month_cost: float
    """Fees without carry-over and interest on all notes but the residual one, accrued in the month."""
    target: dict[int, float]
    """Balance down to which a principal step pays, by position in the phase's order."""
    observed: dict[str, float]
    """Observables of the determination: the conditions of steps look at them."""
    tripped: dict[str, bool]
    """Triggers by name, at the determination."""
    cut_off: float
    met: dict[str, bool] = field(default_factory=dict)
    """Conditions that are formulas, at the determination."""
    formulas: Any = None
    begun: bool = True
    """Whether the first payment date has come: before it no step runs."""
    interest_paid: list[float] = field(default_factory=list)
    fee_paid: list[float] = field(default_factory=list)
    principal_paid: list[float] = field(default_factory=list)
    residual_yield: list[float] = field(default_factory=list)
    step_paid: dict[tuple[str, int], float] = field(default_factory=dict)


def phase_of_order(deal, phase: str) -> str:
    """The phase whose order applies; what is left out follows amortization."""
    return phase if phase in deal.priority else "amortization"


def all_steps(deal) -> list[tuple[str, int]]:
    """Every step of the deal: its phase and its position in the phase's order."""
    return [(phase, i) for phase in PHASES for i in range(len(deal.priority.get(phase, ())))]


def pay(deal, state: State, pool: Receivables, payment: Payment) -> None:
    """Run the steps of the path's phase in order."""
    payment.interest_paid = [0.0] * len(deal.notes)
    payment.principal_paid = [0.0] * len(deal.notes)
    payment.residual_yield = [0.0] * len(deal.notes)
    payment.fee_paid = [0.0] * len(deal.fees)
    phase = phase_of_order(deal, state.phase)
    for i, step in enumerate(deal.priority[phase]):
        runs = payment.begun and all(holds(condition, payment) for condition in step.when)
        paid = STEPS[step.step](deal, state, pool, payment, step, i) if runs else 0.0
        payment.step_paid[phase, i] = paid


def holds(when, payment: Payment) -> bool:
    """Whether a condition holds; before an observable exists it does not."""
    if isinstance(when, str):
        return payment.met[when]
    if when.trigger is not None:
        return payment.tripped[when.trigger] == when.tripped
    value = payment.observed[when.observable]
    return value > when.above if when.above is not None else value < when.below


def position(names, name: str) -> int:
    return [x.name for x in names].index(name)


def amount_of(payment, amount) -> float | None:
    """A number or a formula; None where there is no limit."""
    return payment.formulas.value(amount) if isinstance(amount, str) else amount


def pay_fee(deal, state, pool, payment, step, i):
    f = position(deal.fees, step.fee)
    due = payment.fee_due[f] - payment.fee_paid[f]
    cap = amount_of(payment, step.cap)
    paid = state.take(step.source, due if cap is None else max(0.0, min(due, cap)), "fee")
    payment.fee_paid[f] += paid
    if cap is not None:
        state.paid_this_year[step.fee] += paid
    return paid


def pay_interest(deal, state, pool, payment, step, i):
    """Interest of one note, or of several: what can be paid is divided by what is due to each."""
    notes = [position(deal.notes, name) for name in step.notes or (step.note,)]
    owed = [payment.interest_due[n] - payment.interest_paid[n] for n in notes]
    paid = state.take(step.source, sum(owed), "interest")
    for n, due in zip(notes, owed, strict=True):
        payment.interest_paid[n] += paid * due / sum(owed) if sum(owed) > 0.0 else 0.0
    return paid


def cover_defaults(deal, state, pool, payment, step, i):
    junior = [] if step.note is None else state.balance[position(deal.notes, step.note) + 1 :]
    amount = max(0.0, state.deficiency - sum(junior))
    return into(state, step.source, amount, "principal")


def top_up(deal, state, pool, payment, step, i):
    room = max(0.0, reserve_target(deal, state, pool, payment, step.target) - state.available[step.account])
    return into(state, step.source, room, step.account)


def release(deal, state, pool, payment, step, i):
    above = max(0.0, state.available[step.account] - reserve_target(deal, state, pool, payment, step.target))
    return into(state, (step.account,), above, step.to)


def transfer(deal, state, pool, payment, step, i):
    most = amount_of(payment, step.amount)
    moved, left = 0.0, float("inf") if most is None else max(0.0, most)
    for source in step.source:
        share = 1.0 if step.share is None else step.share
        paid = into(state, (source,), min(share * state.cash((source,)), left), step.to)
        moved, left = moved + paid, left - paid
    return moved


def into(state, sources, amount, account):
    """Move cash to an account of the deal."""
    use = "to_principal" if account in state.principal else "to_account"
    paid = state.take(sources, amount, use)
    state.put(account, paid, use)
    return paid


def receive(deal, state, pool, payment, step, i):
    """Cash from outside; in principal it covers what principal has lost or lent."""
    amount = max(0.0, amount_of(payment, step.amount))
    state.put(step.to, amount, "received")
    state.received[step.party] += amount
    if step.to in state.principal:
        state.applied += amount
        state.book_deficiency(-amount)
    return amount


def pay_party(deal, state, pool, payment, step, i):
    paid = state.take(step.source, max(0.0, amount_of(payment, step.amount)), "party")
    state.paid[step.party] += paid
    return paid


def purchase(deal, state, pool, payment, step, i):
    return pool.buy(step.source)


def pay_principal(deal, state, pool, payment, step, i):
    groups = in_groups(deal, step)
    owed = sum(state.balance[n] for group in groups for n in group)
    target = payment.target[i] if step.until is None else max(0.0, payment.formulas.value(step.until))
    amount = min(state.cash(step.source), max(0.0, owed - target))
    return sum(repay(state, payment, step, n, part) for n, part in in_turn(groups, state.balance, amount))


def in_groups(deal, step) -> list[list[int]]:
    """The notes of a step in turn, those together that share."""
    turns = [[part] if isinstance(part, str) else list(part) for part in step.notes]
    if getattr(step, "order", None) == "pro_rata":
        turns = [[name for turn in turns for name in turn]]
    return [[position(deal.notes, name) for name in turn] for turn in turns]


def in_turn(groups, room, amount) -> list[tuple[int, float]]:
    """What each note gets of an amount: a group all that it has room for before the next, divided by that room."""
    parts = []
    for group in groups:
        whole = sum(room[n] for n in group)
        to_group = min(whole, amount)
        amount -= to_group
        parts += [(n, to_group * room[n] / whole if len(group) > 1 and whole > 0.0 else to_group) for n in group]
    return parts


def repay(state, payment, step, n, amount):
    paid = state.take(step.source, min(amount, state.balance[n]), "note_principal")
    state.balance[n] -= paid
    payment.principal_paid[n] += paid
    return paid


def pay_residual(deal, state, pool, payment, step, i):
    n = position(deal.notes, step.note)
    principal = repay(state, payment, step, n, state.balance[n])
    rest = state.take(step.source, state.cash(step.source), "residual_yield")
    payment.residual_yield[n] += rest
    return principal + rest


def reserve_target(deal, state, pool, payment, reserve):
    """A formula, or the largest part of a reserve's target, never below its floor."""
    if isinstance(reserve, str):
        return max(0.0, payment.formulas.value(reserve))
    return max(
        reserve.amount,
        reserve.share_of_pool * pool.pool_balance(),
        reserve.share_of_notes * sum(b for b, note in zip(state.balance, deal.notes, strict=True) if not note.residual),
        reserve.share_of_cut_off * payment.cut_off,
        reserve.months_of_senior_cost * payment.month_cost,
        reserve.floor,
    )


def write_down(deal, state, pool, payment, step, i):
    """Balances fall by the deficiency, and the deficiency with them; no cash moves."""
    most = amount_of(payment, step.amount)
    left = first = max(0.0, state.deficiency if most is None else min(most, state.deficiency))
    for n, part in in_turn(in_groups(deal, step), state.balance, first):
        state.balance[n] -= part
        state.written[n] += part
        left -= part
    state.book_deficiency(left - first)
    return first - left


def write_up(deal, state, pool, payment, step, i):
    """Balances rise by the surplus, or by the amount where that corrects an estimate, each at most by what it was
    written down by."""
    most = amount_of(payment, step.amount)
    behind = most if step.corrects else state.surplus
    left = first = max(0.0, behind if most is None else min(most, behind))
    for n, part in in_turn(in_groups(deal, step), state.written, first):
        state.balance[n] += part
        state.written[n] -= part
        left -= part
    state.book_deficiency(first - left)
    return first - left


STEPS = {
    "write_down": write_down,
    "write_up": write_up,
    "pay_fee": pay_fee,
    "pay_interest": pay_interest,
    "cover_defaults": cover_defaults,
    "top_up": top_up,
    "release": release,
    "transfer": transfer,
    "purchase": purchase,
    "receive": receive,
    "pay_party": pay_party,
    "pay_principal": pay_principal,
    "pay_residual": pay_residual,
}
