"""The priority of payments: what is due before it, its steps by phase, dispatched once per block, and the accounts after it."""

from __future__ import annotations

from .cash import cash_held
from .codes import (
    AFTER_PAYMENT,
    COVER_DEFAULTS,
    PAY_FEE,
    PAY_GROUPS,
    PAY_INTEREST,
    PAY_INTEREST_TOGETHER,
    PAY_PARTY,
    PAY_PRINCIPAL,
    PAY_PRO_RATA,
    PAY_RESIDUAL,
    PURCHASE,
    RECEIVE,
    RELEASE,
    TOP_UP,
    TRANSFER,
    WRITE_DOWN,
    WRITE_UP,
)
from .jit import stage
from .lanes import anywhere, fma, larger, smaller, splat, where_less
from .records import Memory
from .redemption import pay_groups, pay_pro_rata, pay_residual, pay_sequential
from .rows import worse
from .steps import cover_defaults, move, pay_due, pay_in_full, pay_party, pay_together, purchase, receive
from .triggers import test_triggers
from .typed import Lanes
from .written import write_down, write_up


@stage
def pay(m: Memory, k: int, t: int, now: int, c: int) -> None:
    """Payment: distribute what is available for period t, at step (now, c) of the clock."""
    interest_due(m, t)
    m.cash.retained = splat(0.0)
    if m.p.keeps_steps == 1:
        for x in range(m.p.n_step):
            m.step_paid[x] = splat(0.0)
    phase = 0
    if t < m.p.first_payment:
        phase = 4  # no step runs
        m.pool.idle_days = splat(0.0)
    while phase < 4:
        steps, first = m.t.phase[phase], phase
        phase += 1
        while phase < 4 and m.t.phase[phase].first == steps.first and m.t.phase[phase].end == steps.end:
            phase += 1  # the same steps: its lanes go with those before
        of_lane = m.pool.phase
        lanes = where_less(of_lane, first - 0.5, 0.0, where_less(of_lane, phase - 0.5, 1.0, 0.0))
        if anywhere(lanes):
            m.cash.mask = lanes
            _run_steps(m, k, t, now, c, steps.first, steps.end)
    close(m, t)
    if m.p.tests_payment == 1:
        test_triggers(m, t, int(AFTER_PAYMENT))


@stage
def _run_steps(m: Memory, k: int, t: int, now: int, c: int, first: int, end: int) -> None:
    """Payment 2: the steps of a phase in order, a conditional one on the lanes where it is met."""
    x = first
    while x < end:
        conditional = m.t.step[x].first_test >= 0
        if m.t.in_full[x] > 0 and pay_in_full(m, x, t):
            x += m.t.in_full[x]
            continue
        if conditional:
            m.cash.phase_mask = m.cash.mask
            m.cash.mask = m.condition[x] * m.cash.mask
        x += _run_step(m, k, t, now, c, x)
        if conditional:
            m.cash.mask = m.cash.phase_mask


@stage
def _run_step(m: Memory, k: int, t: int, now: int, c: int, x: int) -> int:
    """One step; how many rows of the table it takes."""
    step = m.t.step[x]
    kind = step.kind
    if kind == PAY_FEE or kind == PAY_INTEREST:
        pay_due(m, x, t)
        return step.members
    if kind == PAY_INTEREST_TOGETHER:
        pay_together(m, x, t)
    elif kind == COVER_DEFAULTS:
        cover_defaults(m, x)
    elif kind == TOP_UP or kind == RELEASE or kind == TRANSFER:
        move(m, x, t)
    elif kind == PURCHASE:
        purchase(m, k, now, c, x)
    elif kind == PAY_PRINCIPAL:
        pay_sequential(m, x, t)
    elif kind == PAY_PRO_RATA:
        pay_pro_rata(m, x, t)
    elif kind == PAY_RESIDUAL:
        pay_residual(m, x, t)
    elif kind == RECEIVE:
        receive(m, x, t)
    elif kind == PAY_PARTY:
        pay_party(m, x, t)
    elif kind == WRITE_DOWN:
        write_down(m, x, t)
    elif kind == WRITE_UP:
        write_up(m, x, t)
    elif kind == PAY_GROUPS:
        pay_groups(m, x, t)
    return 1


@stage
def interest_due(m: Memory, t: int) -> None:
    """Payment 1: what is due on each note: unpaid interest, and the accrued where the note pays in this phase and month,
    or nothing is left of the pool. Never less than nothing: a law."""
    payable, phase, lowest = m.t.payable, m.pool.phase, splat(0.0)
    for n in range(m.p.n_note):
        note = m.note[n]
        accrued = note.accrued
        now = accrued
        every = payable[0, t, n] + payable[1, t, n] + payable[2, t, n] + payable[3, t, n]
        if every < 3.5:
            pays = where_less(phase, 0.5, payable[0, t, n], payable[1, t, n])
            pays = where_less(phase, 1.5, pays, payable[2, t, n])
            pays = where_less(phase, 2.5, pays, payable[3, t, n])
            if t >= m.p.first_payment:
                pays = where_less(_behind(m), 1e-9 * m.t.deal.cut_off, 1.0, pays)
            now = accrued * pays
        due = note.unpaid + now
        lowest = smaller(due, lowest)
        note.accrued = accrued - now
        note.unpaid = due
        m.log[t, n] = splat(0.0)
        if m.p.traced == 1:
            note.interest_due = due
            note.principal_paid = note.outstanding
    m.law.interest = worse(lowest * m.t.deal.per_cut_off, m.law.interest)


@stage
def _behind(m: Memory) -> Lanes:
    """Receivables behind the notes: the pool, or what a series has invested in its trust."""
    if m.p.trust == 1:
        return m.trust.invested
    return m.pool.balance


@stage
def close(m: Memory, t: int) -> None:
    """Payment 2 and 8, after the last step: what stays unpaid, conservation of cash, months that leave a note covered."""
    cash, held = m.cash, cash_held(m)
    years = -m.t.years[t].paid  # sum of principal x years, by parts over the balances
    if t < m.p.n_month - 1:
        years += m.t.years[t + 1].paid
    assets, senior, paid_out = held + _behind(m), splat(0.0), cash.cash_out
    for n in range(m.p.n_note):
        note, dust = m.note[n], 1e-9 * m.t.original[n]
        short = note.unpaid - dust
        if anywhere(short):
            note.shortfall = larger(note.shortfall, short)
        paid_out = paid_out + m.log[t, n]
        balance = note.outstanding
        note.principal_time = fma(balance, years, note.principal_time)
        senior = senior + balance
        if m.p.writes_down == 1:
            senior = senior + m.written[n]
        note.first_loss = where_less(assets + dust, senior, note.first_loss, t + 1.0)
        if m.p.traced == 1:
            _keep_flows(m, t, n)
    cash.cash_out = paid_out
    error = (cash.cash_in - paid_out - held) * m.t.deal.per_cut_off
    m.law.cash = worse(error, m.law.cash)
    if m.p.traced == 1:
        for f in range(m.p.n_fee):
            fee = m.fee[f]
            fee.paid = fee.due - fee.left


@stage
def _keep_flows(m: Memory, t: int, n: int) -> None:
    """For a replay: what a note received, by kind."""
    note = m.note[n]
    interest: Lanes = note.interest_due - note.unpaid
    principal: Lanes = note.principal_paid - note.outstanding
    note.interest_paid = interest
    note.principal_paid = principal
    note.yield_paid = m.log[t, n] - interest - principal
