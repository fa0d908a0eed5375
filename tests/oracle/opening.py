"""A path of the slow model that begins in mid-life, from the words of a state (accounting page, Opening state).

For the monthly clock. What rules look back at stands in the flows of the months before: the sums so far, less what is
known of the last months, in month 1.
"""

from oracle.cohort import Cohort
from oracle.flows import MONTHLY, Flows
from oracle.model import Path


def rest_of_life(deal, pool, months, rates, supply, state, month: int) -> Flows:
    """The flows of the months after `month`, as many as are left."""
    path = Path(deal, pool, months, "monthly", rates, supply, triggers=True)
    _look_back(path, state, month)
    _notes_and_cash(path, deal, state)
    _triggers(path, deal, state)
    if path.trust is not None:
        path.trust.invested, path.trust.numerator = state.series.invested, state.series.numerator
        path.flows.series_lost.extend([0.0] * month)
    path.portfolio.cohorts = [[_cohort(path, held) for held in state.pool]]
    path.first_gap = path.gap()
    for t in range(month + 1, path.last + 1):
        path.open_month(t)
        path.step(t, 0)
        path.end_month(t)
    return path.flows


def _look_back(path: Path, state, month: int) -> None:
    flows, known = path.flows, {"defaults": state.lately.defaults}
    sums = {
        "defaults": state.sums.defaults,
        "recoveries": state.sums.recoveries,
        "purchases": state.sums.purchases,
        "fee_income": state.sums.income,
    }
    for name in MONTHLY:
        last = list(known.get(name, ()))[-month:]
        row = [0.0] * (month - len(last)) + last
        row[0] += sums.get(name, 0.0) - sum(last)
        getattr(flows, name).extend(row)
    spreads = list(state.lately.excess_spread)[-month:]
    flows.excess_spread.extend([0.0] * (month - len(spreads)) + spreads)
    recoverable = list(state.lately.recoverable)[-month:]
    path.recoverable.extend([0.0] * (month - len(recoverable)) + recoverable)
    path.principal_by_step.extend([(0, 0.0)] * month)
    for k, amount in enumerate(state.lately.locked):
        path.principal_by_step.append((k + 1, amount))
    flows.bought.extend([[0.0]] * month)
    path.state.idle_days = state.lately.idle_days


def _notes_and_cash(path: Path, deal, state) -> None:
    stands = [state.notes[note.name] for note in deal.notes]
    path.state.balance = [note.balance for note in stands]
    path.state.written, path.state.surplus = [note.written_down for note in stands], state.surplus
    path.state.unpaid = [note.unpaid_interest for note in stands]
    path.state.shortfall = [
        x if x > 1e-9 * size else 0.0 for x, size in zip(path.state.unpaid, path.state.original, strict=True)
    ]
    path.state.accrued = [note.accrued_interest for note in stands]
    path.state.fee_owed = [state.fees[f.name].unpaid if f.name in state.fees else 0.0 for f in deal.fees]
    for name, fee in state.fees.items():
        path.state.paid_this_year[name] = fee.paid_this_year or 0.0
    path.state.available = dict(state.accounts)
    path.state.deficiency = state.deficiency
    for name, party in state.parties.items():
        path.state.received[name], path.state.paid[name] = party.received, party.paid


def _triggers(path: Path, deal, state) -> None:
    of = [state.triggers[trigger.name] for trigger in deal.triggers]
    path.state.in_breach = [trigger.breaches for trigger in of]
    path.state.passed = [trigger.passes for trigger in of]
    path.state.tripped = [bool(t.tripped) if t.in_force is None else t.in_force for t in of]
    path.state.phase, path.state.lasting = state.phase, state.lasting_phase or state.phase
    path.flows.early_amortization_month = state.early_amortization or 0


def _cohort(path: Path, held) -> Cohort:
    slots = path.portfolio.slots
    due, fee = (list(part or ()) for part in (held.due, held.fee))
    return Cohort(
        held.performing,
        list(held.late),
        due + [0.0] * (slots - len(due)),
        fee + [0.0] * (slots - len(fee)),
        held.waiting,
    )
