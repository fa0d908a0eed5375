"""One path's month of the pool: rates, transitions, collections, purchases."""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from benchmarks.scalar_model.tables import (
    BALANCE,
    BORROWER,
    CASH_INTEREST,
    DEFAULTED,
    DEFICIENCY,
    IDLE,
    INCOME,
    LOST,
    NEED,
    PHASE,
    PRINCIPAL,
    RECOVERED,
    RETAINED,
    SUPPLY,
    TOTAL_BOUGHT,
)


@njit
def set_rates(d: Any, p: Any, normals: Any, t: int) -> None:
    """Factors of the month (normals: (F,)) and the conditional rates, by libm's erfc."""
    phi, gain = d.chain[0], math.sqrt(1.0 - d.chain[0] ** 2)
    for i in range(len(p.z)):
        shock = 0.0
        for j in range(i + 1):
            shock += d.cholesky[i, j] * normals[j]
        p.z[i] = d.chain[1] + d.chain[2] * shock if t == 0 else phi * p.z[i] + gain * shock
    for r in range(6):
        for s in range(p.rate.shape[1]):
            if d.loads[r] == 1:
                z = min(9.0, max(-9.0, p.z[d.factor[r]]))
                p.rate[r, s] = 0.5 * math.erfc(-(d.level[r, t, s] + d.slope[r, t, s] * z) * math.sqrt(0.5))
            else:
                p.rate[r, s] = d.level[r, t, s]


@njit
def collect(p: Any, principal: float, income: float, lost_share: float) -> None:
    """Collections reach the deal, less the commingled share."""
    p.x[LOST] += lost_share * principal
    p.x[PRINCIPAL] += (1.0 - lost_share) * principal
    p.x[INCOME] += (1.0 - lost_share) * income


@njit
def advance(d: Any, p: Any, t: int) -> None:
    """Cash interest, then the month of every segment."""
    interest = d.month[t, 5] * (p.account.sum() + p.x[INCOME] + p.x[PRINCIPAL])
    p.x[CASH_INTEREST] += interest
    p.x[INCOME] += interest
    multiple, unpaid_share, lost_share = d.month[t, 1], d.month[t, 3], d.month[t, 4]
    for s in range(len(p.alive)):
        out, refund, fee, charge, default = _segment(d, p, t, s)
        p.recoverable[t] += default * p.rate[5, s]
        p.x[DEFAULTED] += default
        p.x[LOST] += unpaid_share * refund
        p.x[BALANCE] -= out + default
        p.x[BORROWER] += (multiple * fee + charge) * (1.0 - lost_share)
        collect(p, out - unpaid_share * refund, multiple * fee + charge, lost_share)


@njit
def _segment(d: Any, p: Any, t: int, s: int) -> Any:
    """(what leaves in cash or as a refund, refund, fees, late charges, default)."""
    payment, dilution = d.month[t, 0], d.month[t, 2]
    due, fee = p.slot[0, s], p.slot[1, s]
    stays = 1.0 - p.rate[0, s]
    if stays < 1e-9:
        stays = 0.0
    entered = p.alive[s] * (1.0 - stays)
    alive = p.alive[s] * stays
    default = p.late[s, 2] * p.rate[3, s]
    cured = at_once = late_fee = charge = due_so_far = fee_so_far = 0.0
    empty = alive < 1e-9 * d.scalars[0]
    for k in range(3):
        cure = p.late[s, k] * (1.0 - p.rate[1 + k, s])
        cured += cure
        charge += d.late_charge[k] * cure
        due_so_far += stays * due[k + 1]
        fee_so_far += stays * fee[k + 1]
        if empty:
            at_once += cure
        else:
            at_once += cure * min(1.0, due_so_far / alive)
            late_fee += cure * fee_so_far / alive
    p.late[s, 2] = p.late[s, 1] * p.rate[2, s]
    p.late[s, 1] = p.late[s, 0] * p.rate[1, s]
    p.late[s, 0] = entered
    growth = stays if empty else stays * (1.0 + (cured - at_once) / alive)
    alive += cured - at_once
    now, now_fee = min(due[1] * growth, alive), fee[1] * growth
    alive -= payment * now
    early = alive * p.rate[4, s]
    alive -= early
    refund = alive * dilution
    alive -= refund
    rest = (1.0 - p.rate[4, s]) * (1.0 - dilution)
    for r in range(1, due.shape[0] - 1):
        due[r] = due[r + 1] * growth * rest
        fee[r] = fee[r + 1] * growth * rest
    due[due.shape[0] - 1] = 0.0
    fee[due.shape[0] - 1] = 0.0
    due[1] += (1.0 - payment) * now * rest
    fee[1] += (1.0 - payment) * now_fee * rest
    p.alive[s] = alive
    return at_once + payment * now + early + refund, refund, payment * now_fee + late_fee, charge, default


@njit
def recover(d: Any, p: Any, t: int) -> None:
    """Recoveries of the last months' defaults."""
    for age in range(1, min(len(d.lag), t) + 1):
        p.x[RECOVERED] += d.lag[age - 1] * p.recoverable[t - age]
    collect(p, p.x[RECOVERED], 0.0, d.month[t, 4])


@njit
def buy(d: Any, p: Any, t: int, source: int) -> None:
    """Purchases with an account's cash; the cost leaves the account."""
    cash, price = p.account[source], d.month[t, 6]
    if source == 1:
        cash = max(0.0, cash - p.x[RETAINED] - max(0.0, p.x[NEED] - d.scalars[4] * p.x[INCOME]))
    face = min(cash / price, p.x[SUPPLY])
    bought = 0.0
    for s in range(len(p.alive)):
        amount = face * d.mix[t, s]
        p.alive[s] += amount
        bought += amount
        for r in range(1, p.slot.shape[2]):
            p.slot[0, s, r] += amount * d.new_profile[t, 0, s, r]
            p.slot[1, s, r] += amount * d.new_profile[t, 1, s, r]
    p.account[source] -= bought * price
    p.x[SUPPLY] -= bought
    p.x[BALANCE] += bought
    p.x[TOTAL_BOUGHT] += bought
    book(p, (bought * price if source == 1 else 0.0) - bought)


@njit
def book(p: Any, change: float) -> None:
    """Move the deficiency, which stops at zero."""
    p.x[DEFICIENCY] = max(0.0, p.x[DEFICIENCY] + change)


@njit
def buy_with_collections(d: Any, p: Any, t: int) -> None:
    """A revolving path buys with what it collected."""
    if p.x[PHASE] == 0.0:
        p.account[1] += p.x[PRINCIPAL]
        p.x[PRINCIPAL] = 0.0
        buy(d, p, t, 1)


@njit
def count_idle_days(d: Any, p: Any) -> None:
    """Days in a row with principal cash above its share of the pool."""
    p.x[IDLE] = p.x[IDLE] + 30.0 if p.account[1] > d.scalars[2] * p.x[BALANCE] + 1e-9 * d.scalars[0] else 0.0
