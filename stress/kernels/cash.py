"""Cash that reaches the deal (interest on accounts, collections, recoveries) and the ledger of the deficiency."""

from __future__ import annotations

from .jit import aside, stage
from .lanes import fma, smaller, splat
from .records import Memory
from .row_records import Cash, Pool
from .rows import positive, worse
from .short_rate import cash_rate
from .typed import Lanes


@stage
def cash_held(m: Memory) -> Lanes:
    """All cash of the deal, collected and available."""
    cash = m.cash.income_collected + m.cash.principal_collected
    for a in range(m.p.n_account):
        cash = cash + m.account[a]
    return cash


@stage
def principal_cash(m: Memory) -> Lanes:
    """Available cash of the accounts whose cash is principal (Payment 5)."""
    cash = splat(0.0)
    for a in range(m.p.n_account):
        if m.t.of_principal[a] == 1:
            cash = cash + m.account[a]
    return cash


@stage
def earn_on_cash(m: Memory, k: int, t: int) -> None:
    """Step 0: interest on all cash at the opening of a step, to income."""
    rate = m.t.month[k, t].cash_rate
    if rate == 0.0:
        return
    interest = cash_held(m) * (cash_rate(m, k, rate) if m.p.random_rate == 1 else splat(rate))
    m.pool.cash_interest += interest
    m.cash.income_collected += interest
    m.cash.cash_in += interest


@stage
def lost_share(m: Memory, k: int, t: int, c: int) -> float:
    """Share of a step's collections lost: all of the month's first steps, the last of them in part."""
    return min(1.0, max(0.0, m.t.month[k, t].commingled_steps - c))


@stage
def collect(pool: Pool, cash: Cash, principal: Lanes, income: Lanes, share: float) -> None:
    """Collections reach the deal, less the share commingled with the servicer's own cash and lost (step 5)."""
    kept, earned = principal, income
    if share > 0.0:
        lost, income_lost = principal * share, income * share
        kept, earned = principal - lost, income - income_lost
        pool.commingled += lost
        pool.commingled_income += income_lost
    cash.principal_collected += kept
    cash.income_collected += earned
    cash.cash_in += kept + earned


@stage
def collect_recoveries(m: Memory, k: int, t: int) -> None:
    """Step 5, in the month's last step: recoveries that fall due; the month's recoverable amount joins the ring."""
    n_lag = m.p.n_lag
    falling_due = splat(0.0)
    slot = t % n_lag
    for age in range(min(n_lag, t)):
        slot = slot - 1 if slot > 0 else n_lag - 1
        falling_due = fma(m.recovery_ring[slot], m.t.lag[age], falling_due)
    m.recovery_ring[t % n_lag] = m.pool.recoverable
    m.pool.recovered = falling_due
    collect(m.pool, m.cash, falling_due, splat(0.0), lost_share(m, k, t, m.p.n_cohort - 1))


@stage
def move_deficiency(m: Memory, change: Lanes) -> None:
    """Determination 3, Payment 5: notes less assets by `change`, and the same in the deficiency ledger, which stops at zero."""
    m.cash.gap += change
    if m.p.writes_down == 1:
        _move_below_zero(m, change)
    else:
        m.cash.deficiency = positive(m.cash.deficiency + change)


@aside
def _move_below_zero(m: Memory, change: Lanes) -> None:
    """Payment 9: the ledger of a deal that writes notes down, whose floor is what they have been written down by."""
    written = splat(0.0)
    for n in range(m.p.n_note):
        written = written + m.written[n]
    ledger = m.cash.deficiency - m.surplus[0] + change
    m.cash.deficiency = positive(ledger)
    m.surplus[0] = smaller(positive(-ledger), written)


@stage
def conserve_cash(m: Memory) -> None:
    """A law of each step without a payment: cash in less cash out since closing is what the accounts hold."""
    flow = m.cash.cash_in - m.cash.cash_out
    error = (flow - cash_held(m)) * m.t.deal.per_cut_off
    m.law.cash = worse(error, m.law.cash)
