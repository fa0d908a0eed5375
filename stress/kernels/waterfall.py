"""The priority of payments: what is due before it, its steps by phase, dispatched once per block, and the accounts after it."""

from __future__ import annotations

from typing import Any

from stress.kernels.codes import (
    COVER_DEFAULTS,
    PAY_FEE,
    PAY_INTEREST,
    PAY_INTEREST_TOGETHER,
    PAY_PRINCIPAL,
    PAY_PRO_RATA,
    PAY_RESIDUAL,
    PURCHASE,
    RELEASE,
    TOP_UP,
    TRANSFER,
)
from stress.kernels.jit import aside, stage
from stress.kernels.lanes import anywhere, fma, load, splat, store, where_less
from stress.kernels.layout import (
    ACCRUED,
    BALANCE,
    CASH_IN,
    CASH_OUT,
    FEE_DUE,
    FEE_LEFT,
    FEE_PAID,
    FEE_ROWS,
    FIRST_LOSS,
    IDLE_DAYS,
    INCOME_COLLECTED,
    INTEREST_DUE,
    INTEREST_PAID,
    LANES,
    MASK,
    NOTE_ROWS,
    OUTSTANDING,
    PHASE,
    PRINCIPAL_COLLECTED,
    PRINCIPAL_PAID,
    PRINCIPAL_TIME,
    RETAINED,
    SHORTFALL,
    STEP_MASK,
    UNPAID,
    WORST_CASH,
    WORST_INTEREST,
    YIELD_PAID,
)
from stress.kernels.rows import keep_worst
from stress.kernels.steps import (
    cover_defaults,
    move,
    narrow_to_condition,
    pay_due,
    pay_in_full,
    pay_pro_rata,
    pay_residual,
    pay_sequential,
    pay_together,
    purchase,
    received_row,
)
from stress.kernels.tables import CUT_OFF


@aside
def pay(m: Any, k: Any, t: Any, now: Any, c: Any) -> None:
    """Distribute what is available for period t, at step (now, c) of the clock."""
    w, p = m.w, m.p
    interest_due(m, t)
    store(w, p.cash + RETAINED, 0.0)
    if p.keeps_steps == 1:
        for x in range(p.n_step):
            store(w, p.step + x * LANES, 0.0)
    phase = 0
    if t < p.first_payment:
        phase = 4  # no step runs
        store(w, p.pool + IDLE_DAYS, 0.0)
    while phase < 4:
        x, end = m.g[p.at_phase + 2 * phase], m.g[p.at_phase + 2 * phase + 1]
        first = phase
        phase += 1
        while phase < 4 and m.g[p.at_phase + 2 * phase] == x and m.g[p.at_phase + 2 * phase + 1] == end:
            phase += 1  # the same steps: its lanes go with those before
        of_lane = load(w, p.pool + PHASE)
        lanes = where_less(of_lane, first - 0.5, 0.0, where_less(of_lane, phase - 0.5, 1.0, 0.0))
        if not anywhere(lanes):
            continue
        store(w, p.cash + MASK, lanes)
        while x < end:
            kind, index = m.g[p.at_step + 8 * x + 0], m.g[p.at_step + 8 * x + 1]
            source, to = m.g[p.at_step + 8 * x + 2], m.g[p.at_step + 8 * x + 3]
            if m.g[p.at_in_full + x] > 0 and pay_in_full(m, x, t):
                x += m.g[p.at_in_full + x]
                continue
            mask = p.cash + MASK
            if m.g[p.at_step + 8 * x + 4] >= 0:
                narrow_to_condition(m, x)
                mask = p.cash + STEP_MASK
            rows = 1
            if kind == PAY_FEE or kind == PAY_INTEREST:
                rows = m.g[p.at_step + 8 * x + 7]
                pay_due(m, x, t, rows, mask)
            elif kind == PAY_INTEREST_TOGETHER:
                pay_together(m, x, t, source, mask)
            elif kind == COVER_DEFAULTS:
                cover_defaults(m, x, source, index, mask)
            elif kind == TOP_UP or kind == RELEASE or kind == TRANSFER:
                move(m, x, t, kind, source, to, mask)
            elif kind == PURCHASE:
                purchase(m, k, now, c, x, source, mask)
            elif kind == PAY_PRINCIPAL:
                pay_sequential(m, x, t, source, mask)
            elif kind == PAY_PRO_RATA:
                pay_pro_rata(m, x, t, source, mask)
            elif kind == PAY_RESIDUAL:
                pay_residual(m, x, t, index, source, mask)
            x += rows
    close(m, t)


@stage
def interest_due(m: Any, t: Any) -> None:
    """What is due on each note: unpaid interest, and the accrued where the note pays in this phase and month. Never less
    than nothing: a law."""
    w, p = m.w, m.p
    n_note, lowest = p.n_note, splat(0.0)
    stride = p.n_month * n_note
    for n in range(n_note):
        at = p.at_payable + t * n_note + n
        every = m.f[at] + m.f[at + stride] + m.f[at + 2 * stride] + m.f[at + 3 * stride]
        note = p.note + n * NOTE_ROWS
        accrued = load(w, note + ACCRUED)
        now = accrued
        if every < 3.5:
            phase = load(w, p.pool + PHASE)
            pays = where_less(phase, 0.5, m.f[at], m.f[at + stride])
            pays = where_less(phase, 1.5, pays, m.f[at + 2 * stride])
            now = accrued * where_less(phase, 2.5, pays, m.f[at + 3 * stride])
        due = load(w, note + UNPAID) + now
        lowest = where_less(due, lowest, due, lowest)
        store(w, note + ACCRUED, accrued - now)
        store(w, note + UNPAID, due)
        store(w, received_row(m, t, n), 0.0)
        if p.traced == 1:
            store(w, note + INTEREST_DUE, due)
            store(w, note + PRINCIPAL_PAID, load(w, note + OUTSTANDING))
    keep_worst(w, p.cash + WORST_INTEREST, lowest * (1.0 / m.f[p.at_scalars + CUT_OFF]))


@stage
def close(m: Any, t: Any) -> None:
    """After the last step: what stays unpaid, cash conservation, months that leave a note covered."""
    w, p = m.w, m.p
    n_note = p.n_note
    years = 0.0 - m.f[p.at_years + 2 * t]  # sum of principal x years, by parts over the balances
    if t < p.n_month - 1:
        years += m.f[p.at_years + 2 * (t + 1)]
    cash = load(w, p.cash + INCOME_COLLECTED) + load(w, p.cash + PRINCIPAL_COLLECTED)
    for a in range(p.n_account):
        cash = cash + load(w, p.account + a * LANES)
    paid_out = load(w, p.cash + CASH_OUT)
    assets = cash + load(w, p.pool + BALANCE)
    senior = splat(0.0)
    for n in range(n_note):
        note = p.note + n * NOTE_ROWS
        dust = 1e-9 * m.f[p.at_original + n]
        unpaid = load(w, note + UNPAID) - dust
        short = load(w, note + SHORTFALL)
        store(w, note + SHORTFALL, where_less(short, unpaid, unpaid, short))
        paid_out = paid_out + load(w, received_row(m, t, n))
        balance = load(w, note + OUTSTANDING)
        row = note + PRINCIPAL_TIME
        store(w, row, fma(balance, years, load(w, row)))
        senior = senior + balance
        row = note + FIRST_LOSS
        store(w, row, where_less(assets + dust, senior, load(w, row), t + 1.0))
        if p.traced == 1:
            _keep_flows(m, t, n)
    store(w, p.cash + CASH_OUT, paid_out)
    flow = load(w, p.cash + CASH_IN) - paid_out
    keep_worst(w, p.cash + WORST_CASH, (flow - cash) * (1.0 / m.f[p.at_scalars + CUT_OFF]))
    if p.traced == 1:
        for i in range(p.n_fee):
            fee = p.fee + i * FEE_ROWS
            paid = load(w, fee + FEE_DUE) - load(w, fee + FEE_LEFT)
            store(w, fee + FEE_PAID, paid)


@stage
def _keep_flows(m: Any, t: Any, n: Any) -> None:
    """For a replay: what a note received, by kind."""
    w, note = m.w, m.p.note + n * NOTE_ROWS
    interest = load(w, note + INTEREST_DUE) - load(w, note + UNPAID)
    principal = load(w, note + PRINCIPAL_PAID) - load(w, note + OUTSTANDING)
    store(w, note + INTEREST_PAID, interest)
    store(w, note + PRINCIPAL_PAID, principal)
    store(w, note + YIELD_PAID, load(w, received_row(m, t, n)) - interest - principal)
