"""The priority of payments: steps of each phase, dispatched once per block and run under a mask of lanes."""

from __future__ import annotations

from typing import Any

from stress.kernels.jit import stage
from stress.kernels.lanes import WIDTH, anywhere, fma, load, splat, store, total, where_less
from stress.kernels.layout import (
    ACCRUED,
    BALANCE,
    CASH_IN,
    CASH_OUT,
    COVER_DEFAULTS,
    CUT_OFF,
    DEFICIENCY,
    FEE_DUE,
    FEE_LEFT,
    FEE_PAID,
    FIRST_LOSS,
    INCOME_COLLECTED,
    INTEREST_DUE,
    INTEREST_PAID,
    LANES,
    MASK,
    NO_LIMIT,
    OUTSTANDING,
    PAY_FEE,
    PAY_INTEREST,
    PAY_INTEREST_TOGETHER,
    PAY_PRINCIPAL,
    PAY_PRO_RATA,
    PAY_RESIDUAL,
    PHASE,
    PRINCIPAL,
    PRINCIPAL_COLLECTED,
    PRINCIPAL_PAID,
    PRINCIPAL_TIME,
    PURCHASE,
    RELEASE,
    RETAINED,
    SENIOR_COST,
    SHORTFALL,
    STEP_MASK,
    TOP_UP,
    TRANSFER,
    UNPAID,
    WORST_CASH,
    YIELD_PAID,
)
from stress.kernels.purchases import buy, move_deficiency
from stress.kernels.rows import add_to, keep_worst


@stage
def pay(m: Any, k: Any, t: Any, now: Any, c: Any) -> None:
    """Distribute what is available for period t, at step (now, c) of the clock."""
    w, p = m.w, m.p
    _interest_due(m, t)
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
                _condition(m, x)
                mask = p.cash + STEP_MASK * LANES
            rows = 1
            if kind == PAY_FEE or kind == PAY_INTEREST:
                rows = m.g[p.at_step + 8 * x + 7]
                due, receiver = p.fee + (FEE_LEFT * p.n_fee + index) * LANES, p.cash + CASH_OUT * LANES
                if kind == PAY_INTEREST:
                    due, receiver = _unpaid(m, index), _received(m, t, index)
                _pay_due(m, x, rows, mask, due, receiver)
            elif kind == PAY_INTEREST_TOGETHER:
                _pay_together(m, x, t, source, mask)
            elif kind == COVER_DEFAULTS:
                _cover_defaults(m, x, source, index, mask)
            elif kind == TOP_UP or kind == RELEASE or kind == TRANSFER:
                _move(m, x, t, kind, source, to, mask)
            elif kind == PURCHASE:
                _purchase(m, k, now, c, x, source, mask)
            elif kind == PAY_PRINCIPAL:
                _pay_sequential(m, x, t, source, mask)
            elif kind == PAY_PRO_RATA:
                _pay_pro_rata(m, x, t, source, mask)
            elif kind == PAY_RESIDUAL:
                _pay_residual(m, x, t, index, source, mask)
            x += rows
    _close(m, t)


@stage
def _unpaid(m: Any, note: Any) -> Any:
    """Row of the interest that is due on a note and not paid yet."""
    return m.p.note + (UNPAID * m.p.n_note + note) * LANES


@stage
def _received(m: Any, t: Any, note: Any) -> Any:
    """Row of the cash that a note receives for period t."""
    return m.p.log + (t * m.p.n_note + note) * LANES


@stage
def _interest_due(m: Any, t: Any) -> None:
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
            store(w, _received(m, t, n) + q, 0.0)
            if p.traced == 1:
                store(w, note + INTEREST_DUE * n_note * LANES, due)
                store(w, note + PRINCIPAL_PAID * n_note * LANES, load(w, note + OUTSTANDING * n_note * LANES))


@stage
def _condition(m: Any, x: Any) -> None:
    """Narrow the phase's lanes to those on which the step's condition held at the determination."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        met = load(w, p.condition + x * LANES + q)
        store(w, p.cash + STEP_MASK * LANES + q, met * load(w, p.cash + MASK * LANES + q))


@stage
def _leaves(m: Any, x: Any, source: Any, amount: Any, q: Any) -> None:
    """Cash leaves the deal from an account."""
    w, p = m.w, m.p
    row = p.account + source * LANES + q
    store(w, row, load(w, row) - amount)
    _note_step(m, x, amount, q)


@stage
def _note_step(m: Any, x: Any, amount: Any, q: Any) -> None:
    """Keep what a step paid where a cap or a replay asks for it."""
    if m.p.keeps_steps == 1:
        add_to(m.w, m.p.step + x * LANES + q, amount)


@stage
def _pay_due(m: Any, x: Any, rows: Any, mask: Any, due: Any, receiver: Any) -> None:
    """Pay a fee or interest, row after row until nothing is left; from principal it is lent and booked as a deficiency."""
    w, p = m.w, m.p
    cap = m.f[p.at_step_value + 8 * x + 0]
    for i in range(rows):
        source = m.g[p.at_step + 8 * (x + i) + 2]
        short = splat(0.0)
        for q in range(0, LANES, WIDTH):
            owed = load(w, due + q)
            cash = load(w, p.account + source * LANES + q)
            amount = where_less(owed, cash, owed, cash)
            if cap < NO_LIMIT:
                amount = _under_cap(m, x + i, i, amount, q)
            amount = where_less(amount, 0.0, 0.0, amount) * load(w, mask + q)
            left = owed - amount
            store(w, due + q, left)
            add_to(w, receiver + q, amount)
            _leaves(m, x + i, source, amount, q)
            if source == PRINCIPAL:
                move_deficiency(m, amount, q)
            short = short + left * load(w, mask + q)
        if not anywhere(short):
            break


@stage
def _pay_together(m: Any, x: Any, t: Any, source: Any, mask: Any) -> None:
    """Pay the interest of several notes from one source, each the same share of what is still due to it."""
    w, p = m.w, m.p
    first = m.g[p.at_step + 8 * x + 6]
    last = first + m.g[p.at_step + 8 * x + 7]
    for q in range(0, LANES, WIDTH):
        due = splat(0.0)
        for i in range(first, last):
            due = due + load(w, _unpaid(m, m.g[p.at_member + i]) + q)
        share = load(w, p.account + source * LANES + q) / where_less(due, 1e-300, 1.0, due)
        share = where_less(share, 1.0, where_less(share, 0.0, 0.0, share), 1.0) * load(w, mask + q)
        paid = splat(0.0)
        for i in range(first, last):
            note = m.g[p.at_member + i]
            amount = load(w, _unpaid(m, note) + q) * share
            paid = paid + amount
            add_to(w, _unpaid(m, note) + q, amount * -1.0)
            add_to(w, _received(m, t, note) + q, amount)
        _leaves(m, x, source, paid, q)
        if source == PRINCIPAL:
            move_deficiency(m, paid, q)


@stage
def _under_cap(m: Any, x: Any, before: Any, amount: Any, q: Any) -> Any:
    """At most the step's cap less what its earlier sources paid."""
    left = splat(m.f[m.p.at_step_value + 8 * x])
    for i in range(1, before + 1):
        left = left - load(m.w, m.p.step + (x - i) * LANES + q)
    return where_less(amount, left, amount, left)


@stage
def _cover_defaults(m: Any, x: Any, source: Any, note: Any, mask: Any) -> None:
    """Move income to principal up to the deficiency (of all notes, or above those junior to one)."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        deficiency = load(w, p.cash + DEFICIENCY * LANES + q)
        if note >= 0:
            for n in range(note + 1, p.n_note):
                deficiency = deficiency - load(w, p.note + (OUTSTANDING * p.n_note + n) * LANES + q)
            deficiency = where_less(deficiency, 0.0, 0.0, deficiency)
        cash = load(w, p.account + source * LANES + q)
        amount = where_less(deficiency, cash, deficiency, cash) * load(w, mask + q)
        if not anywhere(amount):
            continue
        store(w, p.account + source * LANES + q, cash - amount)
        add_to(w, p.account + PRINCIPAL * LANES + q, amount)
        _note_step(m, x, amount, q)
        move_deficiency(m, amount * -1.0, q)


@stage
def _target(m: Any, x: Any, t: Any, q: Any) -> Any:
    """Reserve target: the largest of its parts, at least the floor."""
    w, p = m.w, m.p
    target = splat(m.f[p.at_step_target + x * p.n_month + t])
    if m.f[p.at_step_value + 8 * x + 1] > 0.0:
        part = load(w, p.pool + BALANCE * LANES + q) * m.f[p.at_step_value + 8 * x + 1]
        target = where_less(target, part, part, target)
    if m.f[p.at_step_value + 8 * x + 2] > 0.0:
        notes = splat(0.0)
        for n in range(p.n_note):
            notes = notes + load(w, p.note + (OUTSTANDING * p.n_note + n) * LANES + q)
        part = notes * m.f[p.at_step_value + 8 * x + 2]
        target = where_less(target, part, part, target)
    if m.f[p.at_step_value + 8 * x + 3] > 0.0:
        part = load(w, p.cash + SENIOR_COST * LANES + q) * m.f[p.at_step_value + 8 * x + 3]
        target = where_less(target, part, part, target)
    return where_less(target, m.f[p.at_step_value + 8 * x + 5], m.f[p.at_step_value + 8 * x + 5], target)


@stage
def _move(m: Any, x: Any, t: Any, kind: Any, source: Any, to: Any, mask: Any) -> None:
    """Between accounts: top up to a target, release what is above it, or transfer."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        cash = load(w, p.account + source * LANES + q)
        amount = cash
        if kind == TRANSFER:
            amount = cash * m.f[p.at_step_value + 8 * x + 6]
            if m.f[p.at_step_value + 8 * x] < NO_LIMIT:
                amount = _under_cap(m, x, m.g[p.at_step + 8 * x + 1], amount, q)
        elif kind == TOP_UP:
            room = _target(m, x, t, q) - load(w, p.account + to * LANES + q)
            amount = where_less(room, cash, room, cash)
        else:
            amount = cash - _target(m, x, t, q)
        amount = where_less(amount, 0.0, 0.0, amount) * load(w, mask + q)
        if not anywhere(amount):
            continue
        store(w, p.account + source * LANES + q, cash - amount)
        add_to(w, p.account + to * LANES + q, amount)
        _note_step(m, x, amount, q)
        if source == PRINCIPAL and to != PRINCIPAL:
            move_deficiency(m, amount, q)
        elif to == PRINCIPAL and source != PRINCIPAL:
            move_deficiency(m, amount * -1.0, q)


@stage
def _purchase(m: Any, k: Any, now: Any, c: Any, x: Any, source: Any, mask: Any) -> None:
    """Buy receivables at the payment date."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        _note_step(m, x, load(w, p.account + source * LANES + q), q)
    buy(m, k, now, c, source, mask)
    for q in range(0, LANES, WIDTH):
        _note_step(m, x, load(w, p.account + source * LANES + q) * -1.0, q)


@stage
def _room(m: Any, x: Any, t: Any, q: Any) -> Any:
    """Balance of a step's notes above their target."""
    w, p = m.w, m.p
    room = splat(0.0)
    for i in range(m.g[p.at_step + 8 * x + 6], m.g[p.at_step + 8 * x + 6] + m.g[p.at_step + 8 * x + 7]):
        room = room + load(w, p.note + (OUTSTANDING * p.n_note + m.g[p.at_member + i]) * LANES + q)
    room = room - m.f[p.at_step_target + x * p.n_month + t]
    return where_less(room, 0.0, 0.0, room)


@stage
def _redeem(m: Any, t: Any, note: Any, amount: Any, q: Any) -> None:
    add_to(m.w, m.p.note + (OUTSTANDING * m.p.n_note + note) * LANES + q, amount * -1.0)
    add_to(m.w, _received(m, t, note) + q, amount)


@stage
def _pay_sequential(m: Any, x: Any, t: Any, source: Any, mask: Any) -> None:
    """Repay the step's notes one after another."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        cash = load(w, p.account + source * LANES + q)
        room = _room(m, x, t, q)
        left = where_less(room, cash, room, cash) * load(w, mask + q)
        if not anywhere(left):
            continue
        paid = left
        for i in range(m.g[p.at_step + 8 * x + 6], m.g[p.at_step + 8 * x + 6] + m.g[p.at_step + 8 * x + 7]):
            note = m.g[p.at_member + i]
            balance = load(w, p.note + (OUTSTANDING * p.n_note + note) * LANES + q)
            amount = where_less(balance, left, balance, left)
            left = left - amount
            _redeem(m, t, note, amount, q)
        paid = paid - left
        _leaves(m, x, source, paid, q)
        if source != PRINCIPAL:
            move_deficiency(m, paid * -1.0, q)


@stage
def _pay_pro_rata(m: Any, x: Any, t: Any, source: Any, mask: Any) -> None:
    """Repay the step's notes by balance."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        cash = load(w, p.account + source * LANES + q)
        room = _room(m, x, t, q)
        budget = where_less(room, cash, room, cash) * load(w, mask + q)
        if not anywhere(budget):
            continue
        balances = splat(0.0)
        for i in range(m.g[p.at_step + 8 * x + 6], m.g[p.at_step + 8 * x + 6] + m.g[p.at_step + 8 * x + 7]):
            balances = balances + load(w, p.note + (OUTSTANDING * p.n_note + m.g[p.at_member + i]) * LANES + q)
        share = budget / where_less(balances, 1e-300, 1.0, balances)
        share = where_less(share, 1.0, share, 1.0)
        paid = splat(0.0)
        for i in range(m.g[p.at_step + 8 * x + 6], m.g[p.at_step + 8 * x + 6] + m.g[p.at_step + 8 * x + 7]):
            note = m.g[p.at_member + i]
            amount = load(w, p.note + (OUTSTANDING * p.n_note + note) * LANES + q) * share
            paid = paid + amount
            _redeem(m, t, note, amount, q)
        _leaves(m, x, source, paid, q)
        if source != PRINCIPAL:
            move_deficiency(m, paid * -1.0, q)


@stage
def _pay_residual(m: Any, x: Any, t: Any, note: Any, source: Any, mask: Any) -> None:
    """All that is left: principal of the residual note first, then yield."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        amount = load(w, p.account + source * LANES + q) * load(w, mask + q)
        if not anywhere(amount):
            continue
        row = p.note + (OUTSTANDING * p.n_note + note) * LANES + q
        balance = load(w, row)
        repaid = where_less(balance, amount, balance, amount)
        store(w, row, balance - repaid)
        add_to(w, _received(m, t, note) + q, amount)
        _leaves(m, x, source, amount, q)
        if source == PRINCIPAL:
            move_deficiency(m, amount - repaid, q)
        else:
            move_deficiency(m, repaid * -1.0, q)


@stage
def _close(m: Any, t: Any) -> None:
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
            paid_out = paid_out + load(w, _received(m, t, n) + q)
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
    store(w, note + YIELD_PAID * n_note * LANES, load(w, _received(m, t, n) + q) - interest - principal)
