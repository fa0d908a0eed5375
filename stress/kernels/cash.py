"""Cash that reaches the deal: interest on accounts, collections, recoveries."""

from __future__ import annotations

from typing import Any

from stress.kernels.jit import stage
from stress.kernels.lanes import fma, load, splat, store
from stress.kernels.layout import (
    CASH_IN,
    CASH_INTEREST,
    COMMINGLED,
    COMMINGLED_INCOME,
    INCOME_COLLECTED,
    LANES,
    PRINCIPAL_COLLECTED,
    RECOVERABLE,
    RECOVERED,
)
from stress.kernels.rows import add_to
from stress.kernels.tables import CASH_RATE, COMMINGLED_STEPS


@stage
def earn_on_cash(m: Any, k: Any, t: Any) -> None:
    """Interest on all cash at the opening of a step, to income."""
    w, p = m.w, m.p
    rate = m.f[p.at_month + (k * p.n_month + t) * 8 + CASH_RATE]
    if rate == 0.0:
        return
    cash = load(w, p.cash + INCOME_COLLECTED) + load(w, p.cash + PRINCIPAL_COLLECTED)
    for a in range(p.n_account):
        cash = cash + load(w, p.account + a * LANES)
    interest = cash * rate
    add_to(w, p.pool + CASH_INTEREST, interest)
    add_to(w, p.cash + INCOME_COLLECTED, interest)
    add_to(w, p.cash + CASH_IN, interest)


@stage
def lost_share(m: Any, k: Any, t: Any, c: Any) -> Any:
    """Share of a step's collections lost: all of the month's first steps, the last of them in part."""
    steps = m.f[m.p.at_month + (k * m.p.n_month + t) * 8 + COMMINGLED_STEPS]
    return min(1.0, max(0.0, steps - c))


@stage
def collect(m: Any, principal: Any, income: Any, share: Any, q: Any) -> None:
    """Collections (of the lanes from q) reach the deal, less the share commingled with the servicer's own cash and lost."""
    w, cash = m.w, m.p.cash + q
    kept, earned = principal, income
    if share > 0.0:
        lost, income_lost = principal * share, income * share
        kept, earned = principal - lost, income - income_lost
        add_to(w, m.p.pool + COMMINGLED + q, lost)
        add_to(w, m.p.pool + COMMINGLED_INCOME + q, income_lost)
    add_to(w, cash + PRINCIPAL_COLLECTED, kept)
    add_to(w, cash + INCOME_COLLECTED, earned)
    add_to(w, cash + CASH_IN, kept + earned)


@stage
def collect_recoveries(m: Any, k: Any, t: Any) -> None:
    """At the month's last step: recoveries that fall due; the month's recoverable amount joins the ring."""
    w, p = m.w, m.p
    n_lag = p.n_lag
    falling_due = splat(0.0)
    slot = t % n_lag
    for age in range(min(n_lag, t)):
        slot = slot - 1 if slot > 0 else n_lag - 1
        falling_due = fma(load(w, p.recovery_ring + slot * LANES), m.f[p.at_lag + age], falling_due)
    store(w, p.recovery_ring + (t % n_lag) * LANES, load(w, p.pool + RECOVERABLE))
    add_to(w, p.pool + RECOVERED, falling_due)
    collect(m, falling_due, splat(0.0), lost_share(m, k, t, p.n_cohort - 1), 0)
