"""Formulas over quantities of the deal: programs of rows (what it does, of which), computed on lanes."""

from __future__ import annotations

from .codes import (
    ACCOUNT,
    ADD,
    ALL_NOTES,
    CASH_ROW,
    CHARGED_OFF,
    CHOOSE,
    DIVIDE,
    FEE_UNPAID,
    FIRST_OPERATION,
    IN_PHASE,
    INDEX_LEVEL,
    KEPT,
    LARGER,
    LESS,
    MULTIPLY,
    NOTE_BALANCE,
    NOTE_UNPAID,
    NUMBER,
    OBSERVED,
    OF_MONEY,
    PAID,
    PAID_THIS_YEAR,
    POOL_ROW,
    RECEIVED,
    SCHEDULE,
    SEGMENT_BALANCE,
    SELLER,
    SHIFT,
    SMALLER,
    SUBTRACT,
    TRIPPED,
    TRUST_ROW,
)
from .jit import aside, stage
from .lanes import larger, smaller, splat, where_less
from .observables import held_by, observe
from .records import Memory
from .rows import positive, size
from .typed import Lanes

NOTHING, FARTHEST = 1e-9, 1e9
"""A quotient is 0 where its divisor is nearer to 0 than the first (of money: of the cut-off balance), and held within the
second of 0."""


@aside
def value_of(m: Memory, t: int, formula: int) -> Lanes:
    """Formulas: the value of one, in reverse Polish order on the rows of the stack."""
    i, end, top = m.t.formula[formula].first, m.t.formula[formula].end, -1
    while i < end:
        code = m.t.code[i]
        if code.does < FIRST_OPERATION:
            top += 1
            m.stack[top] = _quantity(m, t, code.does, code.what)
        elif code.does == CHOOSE:
            top -= 2
            m.stack[top] = where_less(m.stack[top], 0.5, m.stack[top + 2], m.stack[top + 1])
        else:
            top -= 1
            nothing = NOTHING * m.t.deal.cut_off if code.what == OF_MONEY else NOTHING
            m.stack[top] = _combined(code.does, m.stack[top], m.stack[top + 1], nothing)
        i += 1
    return m.stack[0]


@stage
def _quantity(m: Memory, t: int, does: int, what: int) -> Lanes:
    """A number or a quantity of the deal."""
    if does == NUMBER:
        return splat(m.t.number[what])
    if does == SCHEDULE:
        return splat(m.t.schedule[what, t])
    if does == POOL_ROW:
        return m.pool[what]
    if does == CASH_ROW:
        return m.cash[what]
    if does == NOTE_BALANCE:
        return m.note[what].outstanding
    if does == ALL_NOTES:
        return _notes(m)
    if does == NOTE_UNPAID:
        return m.note[what].unpaid
    if does == FEE_UNPAID:
        return m.fee[what].left
    if does == ACCOUNT:
        return m.account[what]
    if does == TRIPPED:
        return m.trigger[what].on
    if does == IN_PHASE:
        return where_less(size(m.pool.phase - float(what)), 0.5, 1.0, 0.0)
    if does == OBSERVED:
        return observe(m, what // 3, what % 3)
    if does == KEPT:
        return m.kept[what]
    if does == INDEX_LEVEL:
        return m.level[what]
    if does == RECEIVED:
        return m.received[what]
    if does == PAID:
        return m.paid[what]
    if does == TRUST_ROW or does == SELLER or does == CHARGED_OFF:
        return _of_trust(m, t, does, what)
    if does == SEGMENT_BALANCE:
        return held_by(m, what, m.p.n_stage)
    if does == PAID_THIS_YEAR:
        return m.paid_this_year[what]
    return splat(0.0)


@stage
def _of_trust(m: Memory, t: int, does: int, what: int) -> Lanes:
    """A quantity of a series and of its trust."""
    if does == TRUST_ROW:
        return m.trust[what]
    if does == SELLER:
        return positive(m.pool.balance - m.trust.invested - m.t.others[t].invested)
    return _charged_off(m, what)


@stage
def _charged_off(m: Memory, n: int) -> Lanes:
    """Master trusts 10: what of a note is charged off and not reimbursed."""
    left = m.cash.deficiency
    for junior in range(n + 1, m.p.n_note):
        left = left - m.note[junior].outstanding
    return smaller(positive(left), m.note[n].outstanding)


@stage
def _notes(m: Memory) -> Lanes:
    """Balance of the notes other than the residual one, from the senior one on."""
    notes = m.note[0].outstanding
    for n in range(1, m.p.n_note):
        if m.t.residual[n] < 0.5:
            notes = notes + m.note[n].outstanding
    return notes


@stage
def _combined(does: int, a: Lanes, b: Lanes, nothing: float) -> Lanes:
    """Two values made one; a divisor nearer to 0 than `nothing` is 0."""
    if does == ADD:
        return a + b
    if does == SUBTRACT:
        return a - b
    if does == MULTIPLY:
        return a * b
    if does == SMALLER:
        return smaller(a, b)
    if does == LARGER:
        return larger(a, b)
    if does == LESS:
        return where_less(a, b, 1.0, 0.0)
    if does == DIVIDE:
        quotient = a / where_less(size(b), nothing, 1.0, b)
        held = larger(smaller(quotient, FARTHEST), -FARTHEST)
        return where_less(size(b), nothing, 0.0, held)
    return a


@aside
def keep_quantities(m: Memory, t: int) -> None:
    """Formulas: means of the last determinations, what was n of them ago, and what is of the month, kept for the payment."""
    for i in range(m.p.n_kept_quantity):
        rule = m.t.kept_of[i]
        value = value_of(m, t, rule.formula)
        if rule.months > 1:
            since = t - m.p.first_payment
            if since < 0:
                continue
            m.mean_ring[i, since % rule.months] = value
            if rule.ago == 1:
                value = m.mean_ring[i, (since + 1) % rule.months]
            else:
                value = splat(0.0)
                known = min(rule.months, since + 1)
                for age in range(known):
                    value = value + m.mean_ring[i, age]
                value = value * (1.0 / known)
        m.kept[i] = value


@stage
def set_levels(m: Memory, k: int, t: int) -> None:
    """Formulas: levels of the indices, and of own quantities that scenarios move, in the month of the determination."""
    for i in range(m.p.n_index):
        m.level[i] = splat(m.t.index_level[k, t, i])
        if m.p.random_rate == 1 and i < m.p.n_index - m.p.n_own_level:
            m.level[i] = m.level[i] + m.short[SHIFT]


@aside
def show_quantities(m: Memory, t: int) -> None:
    """For a replay: the deal's own quantities at the determination."""
    for i in range(m.p.n_shown):
        m.shown[i] = value_of(m, t, m.t.shown_of[i])
