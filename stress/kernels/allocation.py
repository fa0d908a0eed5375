"""Master trusts: what of a trust's month is a series', and what the series takes from the seller."""

from __future__ import annotations

from .cash import lost_share, move_deficiency, principal_cash
from .formulas import value_of
from .jit import aside, stage
from .lanes import anywhere, larger, smaller, splat, where_less
from .records import Memory
from .rows import positive
from .typed import Lanes


@stage
def open_trust(m: Memory, notes: Lanes) -> None:
    """The series at closing: its notes stand on the trust and on the cash of principal accounts."""
    m.trust.invested = notes - principal_cash(m)
    m.trust.numerator = m.trust.invested
    m.cash.gap = splat(0.0)


@aside
def allocate(m: Memory, k: int, t: int) -> None:
    """Master trusts 1-4, at the month's end and before its determination."""
    trust, pool, others = m.trust, m.pool, m.t.others[t]
    start, invested = pool.month_start, trust.invested
    _grow(m, k, t, start * m.t.supply[k, t, 0])
    trust.opening, trust.stood = invested, invested + principal_cash(m)
    revolving = where_less(pool.phase, 0.5, 1.0, 0.0)
    if t >= m.p.n_revolving:
        revolving = splat(0.0)
    trust.numerator = where_less(revolving, 0.5, trust.numerator, invested)
    whole = larger(start, invested + others.invested)
    trust.floating = _over(invested, whole)
    trust.fixed = _over(trust.numerator, larger(start, trust.numerator + others.numerator))
    share = where_less(revolving, 0.5, trust.fixed, trust.floating)
    _collect(m, share, lost_share(m, k, t, 0))
    _share(m, t, whole, lost_share(m, k, t, 0))
    _add_accounts(m, k, t)


@stage
def _over(part: Lanes, whole: Lanes) -> Lanes:
    """A share; 0 of nothing."""
    return part / where_less(0.0, whole, whole, 1.0)


@stage
def _collect(m: Memory, share: Lanes, lost: float) -> None:
    """Master trusts 3: the series' cash takes the place of all that the pool has paid in the month."""
    trust, pool, cash = m.trust, m.pool, m.cash
    charged_off = smaller(pool.defaulted * trust.floating, trust.invested)
    left = trust.invested - charged_off
    principal = smaller((pool.scheduled + pool.prepaid + pool.cured) * share, left)
    trust.defaulted, trust.lost = charged_off, charged_off + principal * lost
    trust.invested = left - principal * lost
    trust.principal = principal * (1.0 - lost)
    trust.income = (pool.fee_income + pool.late_charge + pool.recovered) * trust.floating * (1.0 - lost)
    trust.reinvested = splat(0.0)
    income = trust.income + pool.cash_interest
    cash.cash_in += trust.principal - cash.principal_collected + (income - cash.income_collected)
    cash.principal_collected, cash.income_collected = trust.principal, income


@stage
def _share(m: Memory, t: int, whole: Lanes, lost: float) -> None:
    """Master trusts 7 and 9: what the other series of the group can spare and what they lack."""
    trust, pool, per = m.trust, m.pool, _over(splat(1.0), whole)
    collected = (pool.scheduled + pool.prepaid + pool.cured) * (1.0 - lost)
    trust.shared_principal = collected * (per * m.t.others[t].revolving)
    net = ((pool.fee_income + pool.late_charge + pool.recovered) * (1.0 - lost) - pool.defaulted) * per
    spare, short = splat(0.0), splat(0.0)
    for i in range(m.p.n_sharing):
        other = m.t.sharing[i, t]
        excess = (net - other.cost) * other.invested
        spare, short = spare + positive(excess), short + positive(-excess)
    trust.shared_income, trust.shared_shortfall = spare, short


@stage
def _grow(m: Memory, k: int, t: int, amount: Lanes) -> None:
    """Master trusts 1: new receivables join the pool, the first stage of each segment, at no cost."""
    pool = m.pool
    for w in range(m.p.n_whole):
        part, s = amount * m.t.mix[k, t, w], w * m.p.n_stage
        m.cohort[0, s].performing += part
        m.unsettled[0, s, t % 2, 0] += part
    pool.balance += amount
    pool.total_bought += amount
    if m.p.traced == 1:
        pool.bought += amount


@stage
def _add_accounts(m: Memory, k: int, t: int) -> None:
    """Master trusts 4: the seller designates further accounts where its interest has become too small."""
    if m.t.additions[k, t] <= 0.0:
        return
    trust, least = m.trust, m.t.series.least_share
    short = (trust.invested + m.t.others[t].invested) * (1.0 / (1.0 - least)) - m.pool.balance
    _grow(m, k, t, positive(smaller(short, m.pool.month_start * m.t.additions[k, t])))


@aside
def take_principal(m: Memory, k: int, t: int) -> None:
    """Master trusts 7, and 6 of Determination 9: shared principal; the invested amount falls by all that becomes available."""
    trust, cash = m.trust, m.cash
    if m.t.needed.formula >= 0:
        lacks = positive(value_of(m, t, m.t.needed.formula) - trust.principal)
        more = smaller(lacks, smaller(trust.shared_principal, trust.invested - trust.principal))
        trust.principal += more
        cash.principal_collected += more
        cash.cash_in += more
    trust.invested = positive(trust.invested - trust.principal)


@stage
def reinvest(m: Memory, t: int, source: int) -> None:
    """Master trusts 8: buy from the seller's interest, as far as it stays above its least share of the pool."""
    trust = m.trust
    room = m.pool.balance * (1.0 - m.t.series.least_share) - trust.invested - m.t.others[t].invested
    amount = positive(smaller(m.account[source], room)) * m.cash.mask
    if not anywhere(amount):
        return
    m.account[source] -= amount
    m.cash.cash_out += amount
    trust.invested += amount
    trust.reinvested += amount
    if m.t.of_principal[source] == 0:
        move_deficiency(m, -amount)
