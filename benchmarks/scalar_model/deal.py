"""One path's month of the deal: senior costs, determination, triggers, priority of payments."""

from __future__ import annotations

from typing import Any

from numba import njit

from benchmarks.scalar_model.pool import book, buy
from benchmarks.scalar_model.tables import (
    ACCRUED,
    BALANCE,
    BORROWER,
    CASH_INTEREST,
    DEFAULTED,
    DEFICIENCY,
    EARLY,
    EXCESS,
    IDLE,
    INCOME,
    INTEREST_DUE,
    INTEREST_PAID,
    LOST,
    NEED,
    OUTSTANDING,
    PHASE,
    PRINCIPAL,
    PRINCIPAL_PAID,
    RECOVERED,
    RETAINED,
    SHORT,
    START,
    TIME,
    TOTAL_DEFAULTED,
    TOTAL_INCOME,
    TOTAL_RECOVERED,
    UNPAID,
    YIELD_PAID,
)


@njit
def fee_amount(d: Any, p: Any, t: int, f: int, pool: float, income: float) -> float:
    """The month's fee on its base: notes, pool, interest income, fixed."""
    base = d.fee_base[f]
    if base == 0:
        return d.fee_rate[t, f] * p.note[OUTSTANDING].sum()
    if base == 1:
        return d.fee_rate[t, f] * pool
    return d.fee_rate[t, f] * income if base == 2 else d.fee_rate[t, f]


@njit
def set_need(d: Any, p: Any, t: int) -> None:
    """Senior costs of the month that may be paid from principal."""
    need = 0.0
    if t >= d.n_revolving:
        p.x[NEED] = 0.0
        return
    for n in range(len(d.original)):
        if d.senior_note[n] > 0.0:
            base = p.note[OUTSTANDING, n] + p.note[UNPAID, n] * d.interest_on_unpaid
            need += p.note[UNPAID, n] + p.note[ACCRUED, n] + d.accrual[t, n] * base
    for f in range(len(d.fee_base)):
        if d.senior_fee[f] > 0.0:
            need += fee_amount(d, p, t, f, p.x[BALANCE], 0.0) + d.fee_carry[f] * (p.fee[1, f] - p.fee[2, f])
    p.x[NEED] = need


@njit
def accrue(d: Any, p: Any, t: int) -> None:
    """Interest, fees, deficiency, excess spread, totals."""
    costs = 0.0
    for f in range(len(d.fee_base)):
        p.fee[0, f] = fee_amount(d, p, t, f, p.x[START], p.x[BORROWER])
        costs += p.fee[0, f]
        p.fee[1, f] = p.fee[0, f] + d.fee_carry[f] * (p.fee[1, f] - p.fee[2, f])
        p.fee[2, f] = 0.0
    interest = 0.0
    for n in range(len(d.original)):
        accrued = d.accrual[t, n] * (p.note[OUTSTANDING, n] + p.note[UNPAID, n] * d.interest_on_unpaid)
        p.note[ACCRUED, n] += accrued
        interest += accrued
    book(p, p.x[DEFAULTED] + p.x[LOST] - p.x[RECOVERED])
    p.x[TOTAL_DEFAULTED] += p.x[DEFAULTED]
    p.x[TOTAL_RECOVERED] += p.x[RECOVERED]
    p.x[TOTAL_INCOME] += p.x[BORROWER]
    spread = p.x[BORROWER] + p.x[CASH_INTEREST] - costs - interest - p.x[DEFAULTED] + p.x[RECOVERED]
    p.x[EXCESS] = 0.0 if p.x[START] < 1e-3 * d.scalars[0] else 12.0 * spread / p.x[START]


@njit
def observe(d: Any, p: Any, observable: int) -> float:
    """Cumulative default over the cut-off balance, idle-cash days or the senior shortfall."""
    if observable == 0:
        return p.x[TOTAL_DEFAULTED] / d.scalars[0]
    if observable == 4:
        return p.x[IDLE]
    return p.note[UNPAID, 0] / d.original[0]


@njit
def test_triggers(d: Any, p: Any, t: int) -> None:
    """The phase becomes the later of the present one and what trips."""
    if t >= d.n_revolving:
        p.x[PHASE] = max(p.x[PHASE], 1.0)
    revolving = p.x[PHASE] == 0.0
    for g in range(len(p.count)):
        limit = d.threshold[g, t]
        if limit == limit:
            value = observe(d, p, d.trigger[g, 0])
            breach = value > limit if d.trigger[g, 2] == 1 else value < limit
            p.count[g] = p.count[g] + 1.0 if breach else 0.0
            if p.count[g] >= d.trigger[g, 3]:
                p.x[PHASE] = max(p.x[PHASE], float(d.trigger[g, 4]))
    if revolving and p.x[PHASE] > 1.0:
        p.x[EARLY] = t + 1.0


@njit
def sweep(d: Any, p: Any) -> None:
    """Retention for the payment date, then collections become available."""
    p.x[RETAINED] = max(0.0, p.x[NEED] - d.scalars[4] * p.x[INCOME])
    p.x[NEED] = 0.0
    p.account[0] += p.x[INCOME]
    p.account[1] += p.x[PRINCIPAL]
    p.x[INCOME] = p.x[PRINCIPAL] = 0.0


@njit
def pay(d: Any, p: Any, t: int) -> None:
    """The steps of the path's phase in order."""
    phase = int(p.x[PHASE])
    for n in range(len(d.original)):
        now = p.note[ACCRUED, n] * d.payable[phase, t, n]
        p.note[ACCRUED, n] -= now
        p.note[INTEREST_DUE, n] = p.note[UNPAID, n] + now
        for row in (INTEREST_PAID, PRINCIPAL_PAID, YIELD_PAID):
            p.note[row, n] = 0.0
    p.x[RETAINED] = 0.0
    for step in range(d.phase[phase, 0], d.phase[phase, 1]):
        _step(d, p, t, step)
    for n in range(len(d.original)):
        p.note[UNPAID, n] = p.note[INTEREST_DUE, n] - p.note[INTEREST_PAID, n]
        if p.note[UNPAID, n] > 1e-9 * d.original[n]:
            p.note[SHORT, n] = 1.0
        p.received[t, n] = p.note[INTEREST_PAID, n] + p.note[PRINCIPAL_PAID, n] + p.note[YIELD_PAID, n]
        p.note[TIME, n] += d.years[t] * p.note[PRINCIPAL_PAID, n]


@njit
def _step(d: Any, p: Any, t: int, step: int) -> None:
    """One step, by its code in `stress.kernels.layout`: 0 fee, 1 interest, 2 cover, 6 purchase, 7 principal, 9 rest."""
    kind, index, source = d.step[step, 0], d.step[step, 1], d.step[step, 2]
    cash = p.account[source]
    if kind == 0 or kind == 1:
        owed = (
            p.fee[1, index] - p.fee[2, index]
            if kind == 0
            else p.note[INTEREST_DUE, index] - p.note[INTEREST_PAID, index]
        )
        amount = max(0.0, min(owed, cash, d.cap[step]))
        if kind == 0:
            p.fee[2, index] += amount
        else:
            p.note[INTEREST_PAID, index] += amount
        p.account[source] -= amount
        book(p, amount if source == 1 else 0.0)
    elif kind == 2:
        amount = min(p.x[DEFICIENCY], cash)
        p.account[source] -= amount
        p.account[1] += amount
        book(p, -amount)
    elif kind == 6:
        buy(d, p, t, source)
    elif kind == 7:
        for i in range(d.step[step, 6], d.step[step, 6] + d.step[step, 7]):
            _redeem(p, d.member[i], source, min(p.note[OUTSTANDING, d.member[i]], p.account[source]))
    else:
        repaid = min(p.note[OUTSTANDING, index], cash)
        _redeem(p, index, source, repaid)
        p.note[YIELD_PAID, index] += cash - repaid
        p.account[source] = 0.0
        book(p, cash - repaid if source == 1 else 0.0)


@njit
def _redeem(p: Any, note: int, source: int, amount: float) -> None:
    p.note[OUTSTANDING, note] -= amount
    p.note[PRINCIPAL_PAID, note] += amount
    p.account[source] -= amount
    book(p, 0.0 if source == 1 else -amount)
