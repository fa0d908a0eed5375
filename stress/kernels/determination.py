"""The determination at the end of a month: interest, fees, deficiency, excess spread; clean-up; the sweep of collections."""

from __future__ import annotations

from .accrual import bears_interest, charge_by_formula, coupon, fee_of_month
from .cash import move_deficiency, principal_cash
from .codes import INCOME, PRINCIPAL
from .formulas import value_of
from .jit import aside, stage
from .lanes import anywhere, fma, larger, smaller, splat, where_less
from .pool import SURVIVAL_FLOOR
from .records import Memory
from .rows import positive, worse
from .staged_rows import LATE, MIXED
from .typed import Lanes

SMALL_POOL = 1e-3
"""Share of the cut-off balance below which a pool has no excess spread worth the name: it is 0."""
SOLD = 1e-30
"""What the survival of a sold cohort falls to: what came due of it is below rounding, and what is bought into it later can
still shrink. At SURVIVAL_FLOOR it could not: a deal that revolves again after a sale was repaid as if none was prepaid."""


@stage
def total_pool(m: Memory) -> None:
    """Add the cohorts up; the running balance must agree (law 1) and nothing may be negative."""
    inverse = m.t.deal.per_cut_off
    performing, m1, m2, m3, lowest = splat(0.0), splat(0.0), splat(0.0), splat(0.0), splat(0.0)
    for c in range(m.p.n_cohort):
        for s in range(m.p.n_segment):
            cohort = m.cohort[c, s]
            lowest = smaller(cohort.performing, lowest)
            performing = performing + cohort.performing
            if m.p.seasoned == 0:
                m1 = m1 + cohort.late_1
                m2 = m2 + cohort.late_2
                m3 = m3 + cohort.late_3
    pool = m.pool
    if m.p.n_bucket > 0:
        m1, m2, m3 = _bucket(m, 0), _bucket(m, 1), _bucket(m, 2)
        pool.late_beyond = _bucket(m, 3) + _bucket(m, 4) + _bucket(m, 5)
    if m.p.uses_overdue == 1:
        pool.performing, pool.late_1, pool.late_2, pool.late_3 = performing, m1, m2, m3
    if m.p.n_bucket > 0:
        m3 = m3 + pool.late_beyond
    error = (performing + m1 + m2 + m3 - pool.balance) * inverse
    m.law.balance = worse(error, m.law.balance)
    m.law.negative = worse(lowest * inverse, m.law.negative)


@stage
def _bucket(m: Memory, b: int) -> Lanes:
    """Balance of a bucket of a long ladder over all cohorts and segments; 0 beyond its last."""
    late = splat(0.0)
    if b < m.p.n_bucket:
        for c in range(m.p.n_cohort):
            for s in range(m.p.n_segment):
                late = late + m.staged[c, s][LATE + b]
    return late


@stage
def determine(m: Memory, k: int, t: int) -> None:
    """Determination 1-4: interest and fees of the month, deficiency, excess spread; and the totals. All costs are a month of
    senior cost (Payment 7)."""
    pool, cash = m.pool, m.cash
    if m.p.fee_years == 1:
        _begin_year(m, t)
    interest, notes = _accrue(m, k, t)
    received = pool.fee_income + pool.late_charge - pool.commingled_income
    pool.total_defaulted += pool.defaulted
    pool.total_recovered += pool.recovered
    pool.total_income += received
    if m.p.uses_overdue == 1:
        m.default_ring[t % m.p.n_write_off] = pool.defaulted
    if m.p.trust == 1:
        costs = _charge(m, k, t, notes, m.trust.opening, m.trust.income)
        move_deficiency(m, m.trust.lost)
        assets = m.trust.invested + principal_cash(m)
    else:
        costs = _charge(m, k, t, notes, pool.month_start, received)
        move_deficiency(m, pool.defaulted + pool.dilution_lost + pool.commingled - pool.recovered)
        assets = pool.balance + principal_cash(m) + cash.principal_collected
    if m.p.fees_by_formula == 1 and t >= m.p.first_payment:
        costs = costs + charge_by_formula(m, k, t)
    if m.p.uses_cost == 1:
        cash.senior_cost = costs + interest
    if m.p.uses_average == 1:
        pool.excess_two_before = pool.excess_before
        pool.excess_before = pool.excess
    if m.p.trust == 1:
        _yield_of_series(m, costs + interest)
    else:
        start, tiny = pool.month_start, SMALL_POOL * m.t.deal.cut_off
        net = received + pool.cash_interest - costs - interest - pool.defaulted + pool.recovered
        pool.excess = where_less(start, tiny, 0.0, net * 12.0 / where_less(start, tiny, 1.0, start))
    error = (notes - assets - cash.gap) * m.t.deal.per_cut_off
    m.law.deficiency = worse(error, m.law.deficiency)


@aside
def _begin_year(m: Memory, t: int) -> None:
    """Payment 2: what has been paid of fees in the year is 0 again where a year begins."""
    if m.t.new_year[t] == 1:
        for f in range(m.p.n_fee):
            m.paid_this_year[f] = splat(0.0)


@stage
def _yield_of_series(m: Memory, cost: Lanes) -> None:
    """Master trusts 6: portfolio yield, base rate and what is between them."""
    trust, tiny = m.trust, SMALL_POOL * m.t.series.closing
    annual = where_less(trust.stood, tiny, 0.0, splat(12.0) / where_less(trust.stood, tiny, 1.0, trust.stood))
    trust.portfolio_yield = (trust.income + m.pool.cash_interest - trust.defaulted) * annual
    trust.base_rate = cost * annual
    m.pool.excess = trust.portfolio_yield - trust.base_rate


@stage
def _accrue(m: Memory, k: int, t: int) -> tuple[Lanes, Lanes]:
    """Determination 1: interest accrues on each note. All interest, and the balance of all notes."""
    interest, notes = splat(0.0), splat(0.0)
    for n in range(m.p.n_note):
        note = m.note[n]
        notes = notes + note.outstanding
        balance = bears_interest(m, n)
        if not anywhere(balance):
            continue  # repaid
        accrued = balance * coupon(m, k, t, n)
        interest = interest + accrued
        note.accrued += accrued
    return interest, notes


@stage
def _charge(m: Memory, k: int, t: int, notes: Lanes, base: Lanes, income: Lanes) -> Lanes:
    """Determination 2: fees fall due, what was unpaid of them with them where it carries over. All fees of the month."""
    costs = splat(0.0)
    for f in range(m.p.n_fee):
        fee = m.fee[f]
        amount = fee_of_month(m, k, t, f, notes, base, income)
        costs = costs + amount
        carry = m.t.fee_carry[f]
        if t <= m.p.first_payment:
            carry = 1.0  # nothing was payable yet
        due = fma(fee.left, carry, amount)
        fee.left = due
        if m.p.traced == 1:
            fee.current = amount
            fee.due = due
    return costs


@aside
def clean_up(m: Memory, t: int) -> None:
    """Determination 8: sell what is left of the pool once it is below the clean-up factor, or its condition holds, and the
    deal amortizes."""
    if m.t.deal.clean_up <= 0.0 and m.t.call.when < 0:
        return
    balance = m.pool.balance
    if m.p.trust == 1:
        balance = m.trust.invested - m.trust.principal
    if m.t.call.when >= 0:
        nothing = 1e-9 * m.t.deal.cut_off
        keep = where_less(balance, nothing, 1.0, splat(1.0) - value_of(m, t, m.t.call.when))
    else:
        keep = where_less(balance, m.t.deal.clean_up * m.t.deal.cut_off, 0.0, 1.0)
    keep = where_less(m.pool.phase, 0.5, 1.0, keep)
    sold = balance - balance * keep
    price = sold
    if m.t.call.price >= 0:
        price = positive(value_of(m, t, m.t.call.price)) * (splat(1.0) - keep)
        move_deficiency(m, sold - price)
    m.cash.principal_collected += price
    m.cash.cash_in += price
    if m.p.traced == 1:
        m.pool.proceeds = price
    if m.p.trust == 1:
        m.trust.invested -= sold
    else:
        _sell_pool(m, keep)


@stage
def _sell_pool(m: Memory, keep: Lanes) -> None:
    """The pool goes, on the lanes where nothing of it is kept."""
    pool = m.pool
    for c in range(m.p.n_cohort):
        for s in range(m.p.n_segment):
            _shrink(m, c, s, keep)
    for s in range(m.p.n_segment):
        m.segment[s].balance *= keep
    pool.performing *= keep
    pool.late_1 *= keep
    pool.late_2 *= keep
    pool.late_3 *= keep
    pool.late_beyond *= keep
    pool.balance *= keep


@stage
def _shrink(m: Memory, c: int, s: int, keep: Lanes) -> None:
    """All of a cohort and segment times a share: its balances, its profile, what it bought since its last step."""
    cohort = m.cohort[c, s]
    cohort.performing *= keep
    cohort.late_1 *= keep
    cohort.late_2 *= keep
    cohort.late_3 *= keep
    cohort.due_1 *= keep
    cohort.due_2 *= keep
    cohort.due_3 *= keep
    cohort.fee_1 *= keep
    cohort.fee_2 *= keep
    cohort.fee_3 *= keep
    if m.p.constant_payment == 0:  # what is due of cards is over their balance alone
        cohort.survival = larger(cohort.survival * larger(keep, SOLD), SURVIVAL_FLOOR)
    if m.p.seasoned == 1:
        own = m.staged[c, s]
        for b in range(m.p.n_bucket):
            own[LATE + b] = own[LATE + b] * keep
        for j in range(m.p.n_stage - 1):
            own[MIXED + j] = own[MIXED + j] * larger(keep, SOLD)
    for month in range(2):
        for delay in range(m.p.n_delay):
            m.unsettled[c, s, month, delay] *= keep


@stage
def sweep_collections(m: Memory) -> None:
    """Determination 9: what the month collected becomes available for its payment date."""
    cash, none = m.cash, splat(0.0)
    m.account[INCOME] += cash.income_collected
    cash.income_collected = none
    m.account[PRINCIPAL] += cash.principal_collected
    cash.principal_collected = none
