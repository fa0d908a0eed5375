"""The priority of payments: what is due before it, its steps by phase, dispatched once per block, and the accounts after it."""

from __future__ import annotations

from typing import Any

from stress.kernels.jit import stage
from stress.kernels.lanes import WIDTH, fma, load, splat, store, total, where_less
from stress.kernels.layout import (
    ACCRUED,
    BALANCE,
    CASH_IN,
    CASH_OUT,
    COVER_DEFAULTS,
    CUT_OFF,
    FEE_DUE,
    FEE_LEFT,
    FEE_PAID,
    FIRST_LOSS,
    INCOME_COLLECTED,
    INTEREST_DUE,
    INTEREST_PAID,
    LANES,
    MASK,
    OUTSTANDING,
    PAY_FEE,
    PAY_INTEREST,
    PAY_INTEREST_TOGETHER,
    PAY_PRINCIPAL,
    PAY_PRO_RATA,
    PAY_RESIDUAL,
    PHASE,
    PRINCIPAL_COLLECTED,
    PRINCIPAL_PAID,
    PRINCIPAL_TIME,
    PURCHASE,
    RELEASE,
    RETAINED,
    SHORTFALL,
    STEP_MASK,
    TOP_UP,
    TRANSFER,
    UNPAID,
    WORST_CASH,
    YIELD_PAID,
)
from stress.kernels.rows import keep_worst
from stress.kernels.steps import (
    cover_defaults,
    move,
    narrow_to_condition,
    pay_due,
    pay_pro_rata,
    pay_residual,
    pay_sequential,
    pay_together,
    purchase,
    received_row,
    unpaid_row,
)


@stage
def pay(m: Any, k: Any, t: Any, now: Any, c: Any) -> None:
    """Distribute what is available for period t, at step (now, c) of the clock."""
    w, p = m.w, m.p
    interest_due(m, t)
    for q in range(0, LANES, WIDTH):
        store(w, p.cash + RETAINED * LANES + q, 0.0)
    if p.keeps_steps == 1:
        for x in range(p.n_step):
            for q in range(0, LANES, WIDTH):
                store(w, p.step + x * LANES + q, 0.0)
    past_0, past_1, past_2 = splat(0.0), splat(0.0), splat(0.0)
    for q in range(0, LANES, WIDTH):
        phase_of = load(w, p.pool + PHASE * LANES + q)
        past_0 = past_0 + where_less(0.5, phase_of, 1.0, 0.0)
        past_1 = past_1 + where_less(1.5, phase_of, 1.0, 0.0)
        past_2 = past_2 + where_less(2.5, phase_of, 1.0, 0.0)
    beyond_0, beyond_1, beyond_2 = total(past_0), total(past_1), total(past_2)
    for phase in range(4):
        lanes = LANES - beyond_0
        if phase == 1:
            lanes = beyond_0 - beyond_1
        elif phase == 2:
            lanes = beyond_1 - beyond_2
        elif phase == 3:
            lanes = beyond_2
        if lanes < 0.5:
            continue
        for q in range(0, LANES, WIDTH):
            away = load(w, p.pool + PHASE * LANES + q) - float(phase)
            store(w, p.cash + MASK * LANES + q, where_less(away * away, 0.25, 1.0, 0.0))
        x, end = m.g[p.at_phase + 2 * phase], m.g[p.at_phase + 2 * phase + 1]
        while x < end:
            kind, index = m.g[p.at_step + 8 * x + 0], m.g[p.at_step + 8 * x + 1]
            source, to = m.g[p.at_step + 8 * x + 2], m.g[p.at_step + 8 * x + 3]
            mask = p.cash + MASK * LANES
            if m.g[p.at_step + 8 * x + 4] >= 0:
                narrow_to_condition(m, x)
                mask = p.cash + STEP_MASK * LANES
            rows = 1
            if kind == PAY_FEE or kind == PAY_INTEREST:
                rows = m.g[p.at_step + 8 * x + 7]
                due, receiver = p.fee + (FEE_LEFT * p.n_fee + index) * LANES, p.cash + CASH_OUT * LANES
                if kind == PAY_INTEREST:
                    due, receiver = unpaid_row(m, index), received_row(m, t, index)
                pay_due(m, x, rows, mask, due, receiver)
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
    """What is due on each note: unpaid interest, and the accrued where the note pays in this phase and month."""
    w, p = m.w, m.p
    n_note = p.n_note
    stride = p.n_month * n_note
    for n in range(n_note):
        at = p.at_payable + t * n_note + n
        every = m.f[at] + m.f[at + stride] + m.f[at + 2 * stride] + m.f[at + 3 * stride]
        for q in range(0, LANES, WIDTH):
            note = p.note + n * LANES + q
            accrued = load(w, note + ACCRUED * n_note * LANES)
            now = accrued
            if every < 3.5:
                phase = load(w, p.pool + PHASE * LANES + q)
                pays = where_less(phase, 0.5, m.f[at], m.f[at + stride])
                pays = where_less(phase, 1.5, pays, m.f[at + 2 * stride])
                now = accrued * where_less(phase, 2.5, pays, m.f[at + 3 * stride])
            due = load(w, note + UNPAID * n_note * LANES) + now
            store(w, note + ACCRUED * n_note * LANES, accrued - now)
            store(w, note + UNPAID * n_note * LANES, due)
            store(w, received_row(m, t, n) + q, 0.0)
            if p.traced == 1:
                store(w, note + INTEREST_DUE * n_note * LANES, due)
                store(w, note + PRINCIPAL_PAID * n_note * LANES, load(w, note + OUTSTANDING * n_note * LANES))


@stage
def close(m: Any, t: Any) -> None:
    """After the last step: what stays unpaid, cash conservation, months that leave a note covered."""
    w, p = m.w, m.p
    n_note = p.n_note
    years = 0.0 - m.f[p.at_years + 2 * t]  # sum of principal x years, by parts over the balances
    if t < p.n_month - 1:
        years += m.f[p.at_years + 2 * (t + 1)]
    for q in range(0, LANES, WIDTH):
        cash = load(w, p.cash + INCOME_COLLECTED * LANES + q) + load(w, p.cash + PRINCIPAL_COLLECTED * LANES + q)
        for a in range(p.n_account):
            cash = cash + load(w, p.account + a * LANES + q)
        paid_out = load(w, p.cash + CASH_OUT * LANES + q)
        assets = cash + load(w, p.pool + BALANCE * LANES + q)
        senior = splat(0.0)
        for n in range(n_note):
            note = p.note + n * LANES + q
            dust = 1e-9 * m.f[p.at_original + n]
            unpaid = load(w, note + UNPAID * n_note * LANES) - dust
            short = load(w, note + SHORTFALL * n_note * LANES)
            store(w, note + SHORTFALL * n_note * LANES, where_less(short, unpaid, unpaid, short))
            paid_out = paid_out + load(w, received_row(m, t, n) + q)
            balance = load(w, note + OUTSTANDING * n_note * LANES)
            row = note + PRINCIPAL_TIME * n_note * LANES
            store(w, row, fma(balance, years, load(w, row)))
            senior = senior + balance
            row = note + FIRST_LOSS * n_note * LANES
            store(w, row, where_less(assets + dust, senior, load(w, row), t + 1.0))
            if p.traced == 1:
                _keep_flows(m, t, n, q)
        store(w, p.cash + CASH_OUT * LANES + q, paid_out)
        flow = load(w, p.cash + CASH_IN * LANES + q) - paid_out
        keep_worst(w, p.cash + WORST_CASH * LANES + q, (flow - cash) * (1.0 / m.f[p.at_scalars + CUT_OFF]))
        if p.traced == 1:
            for i in range(p.n_fee):
                fee = p.fee + i * LANES + q
                paid = load(w, fee + FEE_DUE * p.n_fee * LANES) - load(w, fee + FEE_LEFT * p.n_fee * LANES)
                store(w, fee + FEE_PAID * p.n_fee * LANES, paid)


@stage
def _keep_flows(m: Any, t: Any, n: Any, q: Any) -> None:
    """For a replay: what a note received, by kind."""
    w, n_note, note = m.w, m.p.n_note, m.p.note + n * LANES + q
    interest = load(w, note + INTEREST_DUE * n_note * LANES) - load(w, note + UNPAID * n_note * LANES)
    principal = load(w, note + PRINCIPAL_PAID * n_note * LANES) - load(w, note + OUTSTANDING * n_note * LANES)
    store(w, note + INTEREST_PAID * n_note * LANES, interest)
    store(w, note + PRINCIPAL_PAID * n_note * LANES, principal)
    store(w, note + YIELD_PAID * n_note * LANES, load(w, received_row(m, t, n) + q) - interest - principal)
