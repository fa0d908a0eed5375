"""The month-end determination and the payment that follows it."""

from oracle.accrual import fee_of_month, interest_of_month
from oracle.dates import payment_date
from oracle.flows import PaymentRecord
from oracle.observables import observe, test_triggers
from oracle.priority import Payment, all_steps, pay, phase_of_order
from oracle.state import PHASES


def determine(path, t: int) -> None:
    """Accrue, book the month's losses, pass to later phases, and make collections available."""
    state, flows = path.state, path.flows
    if payment_date(path.deal.closing_date, path.deal.payment_day, t).month == path.deal.year_begins:
        state.paid_this_year = dict.fromkeys(state.paid_this_year, 0.0)
    received = flows.fee_income[-1] + flows.late_charge[-1] - flows.commingled_income[-1]
    if path.trust is not None:
        received = path.trust.income
    interest = [interest_of_month(path, n, t) for n in range(len(path.deal.notes))]
    flows.interest_accrued.append(interest)
    lost = flows.defaults[-1] + flows.dilution_unpaid[-1] + flows.commingled_principal[-1]
    state.book_deficiency(lost - flows.recoveries[-1] if path.trust is None else path.trust.lost)
    path.formulas.open(t)
    path.fees_determined = []
    for f in range(len(path.deal.fees)):
        path.fees_determined.append(fee_of_month(path, f, t, received))
    fees = path.fees_determined
    flows.excess_spread.append(excess_spread(path, sum(fees), sum(interest)))
    if t > path.deal.revolving_months and state.lasting == "revolving":
        state.lasting = "amortization"
        state.phase = max(state.phase, state.lasting, key=PHASES.index)
    observed = observe(path, t)
    path.formulas.determine(t, observed, month_cost(path, interest, fees))
    flows.trigger_value.append([0.0] * len(path.deal.triggers) if path.triggers else [])
    flows.tripped.append(list(state.tripped))
    if path.triggers:
        test_triggers(path, t, observed, "determination")
    flows.phase.append(state.phase)
    met = {text: bool(path.formulas.value(text)) for text in stated(path.deal)}
    if t >= path.first_payment:
        clean_up(path)
    path.retention.determine()
    if path.trust is not None:
        path.trust.take_principal()
    path.release_collected("income")
    path.release_collected("principal")
    path.pending = payment_of(path, t, interest, fees, observed, met)


def excess_spread(path, fees: float, interest: float) -> float:
    """Annualised income less costs and defaults, over the pool at the month's start."""
    if path.trust is not None:
        return path.trust.determine(fees + interest)
    flows, base = path.flows, path.month_start
    if base < 1e-3 * path.pool.balance:
        return 0.0
    income = flows.fee_income[-1] + flows.late_charge[-1] - flows.commingled_income[-1] + flows.cash_interest[-1]
    return 12.0 * (income - fees - interest - flows.defaults[-1] + flows.recoveries[-1]) / base


def clean_up(path) -> None:
    """After the revolving period, sell a pool that has become too small."""
    call = path.deal.clean_up
    if call is None or path.state.phase == "revolving":
        return
    there_is = path.pool_balance() if path.trust is None else path.trust.invested - path.trust.principal
    if call.when is not None:
        sells = path.formulas.value(call.when) and there_is >= 1e-9 * path.pool.balance
    else:
        sells = path.pool_balance() < call.pool_factor * path.pool.balance
    if sells:
        price = None if call.price is None else max(0.0, path.formulas.value(call.price))
        sold = path.portfolio.sell() if path.trust is None else path.trust.sell()
        price = sold if price is None else price
        path.state.par_gained += price - sold
        path.state.book_deficiency(sold - price)
        path.flows.add("sold", sold if path.trust is None else 0.0)
        path.flows.add("sale_proceeds", price)
        path.state.collected["principal"] += price


def payment_of(path, t: int, interest: list[float], fees: list[float], observed, met) -> Payment:
    """What is due at payment date t."""
    deal, state = path.deal, path.state
    due, pays = [], []
    for n, note in enumerate(deal.notes):
        state.accrued[n] += interest[n]
        number = t - path.first_payment + 1
        payable = number > 0 and (number % note.payment_months.get(state.phase, 1) == 0 or t == path.last)
        due.append(state.unpaid[n] + (state.accrued[n] if payable else 0.0))
        pays.append(payable)
    order = deal.priority[phase_of_order(deal, state.phase)]
    return Payment(
        interest_due=due,
        pays_accrued=pays,
        fee_due=[x + owed for x, owed in zip(fees, state.fee_owed, strict=True)],
        month_cost=month_cost(path, interest, fees),
        met=met,
        formulas=path.formulas,
        target={i: target_balance(step.to_balance, t) for i, step in enumerate(order) if step.step == "pay_principal"},
        observed=observed,
        tripped={trigger.name: on for trigger, on in zip(deal.triggers, state.tripped, strict=True)},
        cut_off=path.pool.balance,
        begun=t >= path.first_payment,
    )


def month_cost(path, interest: list[float], fees: list[float]) -> float:
    """A month of fees and of interest on all notes."""
    paying = zip(interest, path.deal.notes, strict=True)
    return sum(fees) + sum(x for x, note in paying if not note.residual)


def stated(deal) -> list[str]:
    """Conditions of steps that are formulas."""
    steps = (step for order in deal.priority.values() for step in order)
    return [when for step in steps for when in step.when if isinstance(when, str)]


def target_balance(points, t: int) -> float:
    """The target in force in month t; zero before the first."""
    return next((balance for month, balance in reversed(points) if month <= t), 0.0)


def pay_period(path) -> None:
    """Pay the pending period and keep what it paid."""
    deal, state, flows, payment = path.deal, path.state, path.flows, path.pending
    path.pending, before, first = None, dict(state.available), len(state.ledger)
    path.retention.waiting = 0.0
    path.paying = payment
    behind = path.pool_balance() if path.trust is None else path.trust.invested
    if payment.begun and behind < 1e-9 * path.pool.balance:
        for n, already in enumerate(payment.pays_accrued):
            payment.interest_due[n] += 0.0 if already else state.accrued[n]
        payment.pays_accrued = [True] * len(deal.notes)
    pay(deal, state, path, payment)
    if not payment.begun:
        state.idle_days = 0.0
    for n, pays_accrued in enumerate(payment.pays_accrued):
        state.accrued[n] = 0.0 if pays_accrued else state.accrued[n]
        state.unpaid[n] = payment.interest_due[n] - payment.interest_paid[n]
        state.shortfall[n] = state.unpaid[n] if state.unpaid[n] > 1e-9 * state.original[n] else 0.0
    for f, fee in enumerate(deal.fees):
        left = payment.fee_due[f] - payment.fee_paid[f]
        state.fee_owed[f] = left if fee.carry_over or not payment.begun else 0.0
    flows.payments.append(PaymentRecord(state.phase, before, dict(state.available), state.ledger[first:]))
    flows.note_balance.append(list(state.balance))
    flows.written_down.append(list(state.written))
    behind = path.pool_balance() if path.trust is None else path.trust.invested
    flows.assets.append(behind + sum(state.account(name) for name in state.accounts))
    flows.interest_due.append(payment.interest_due)
    flows.interest_paid.append(payment.interest_paid)
    flows.interest_shortfall.append(list(state.shortfall))
    flows.principal_paid.append(payment.principal_paid)
    flows.residual_yield.append(payment.residual_yield)
    flows.fee_due.append(payment.fee_due if payment.begun else [0.0] * len(deal.fees))
    flows.fee_paid.append(payment.fee_paid)
    flows.deficiency.append(state.deficiency)
    flows.step_paid.append([payment.step_paid.get(key, 0.0) for key in all_steps(deal)])
    path.paying = path.fees_determined = None
    if path.triggers:
        test_triggers(path, path.formulas.month, payment.observed, "payment")
