"""What is counted of a block: histograms, fixed-point sums, fans."""

from __future__ import annotations

from .counting import add_fixed, count_each, keep_first, keep_worst
from .counts import count, leads
from .elementary import logarithm
from .jit import aside, stage
from .lanes import anywhere, floor, fma, fold, root, smaller, splat, total, where_less
from .layout import LANES, PANEL_BLOCKS
from .records import Memory
from .row_records import N_LAW
from .rows import positive, size
from .tally import (
    COUPON_BIN,
    HIGHEST_IRR,
    N_BATCH,
    N_BIN,
    N_FAN_BIN,
    N_PRICE_BIN,
    N_SPREAD_BIN,
    N_YIELD_BIN,
    PAR_BIN,
    PRICE_STEPS,
    PRICE_UNIT,
    YIELD_STEPS,
    YIELD_UNIT,
)
from .typed import Lanes

N_POOL_MONTH = 5


@stage
def record_pool_month(m: Memory, k: int, t: int, fans: int) -> None:
    """Pool quantities of a month at its determination, as shares of the cut-off balance."""
    pool, inverse = m.pool, m.t.deal.per_cut_off
    stock = pool.total_defaulted - pool.total_recovered
    _record(m, t, 0, pool.total_defaulted)
    _record(m, t, 1, stock)
    _record(m, t, 2, pool.excess)
    _record(m, t, 3, pool.balance)
    if fans == 1:
        whole = splat(1.0)
        _fan(m, k, t, 0, _spread(pool.total_defaulted * inverse, whole))
        _fan(m, k, t, 1, _spread(stock * inverse, whole))
        half = _spread(size(pool.excess), whole) * 0.5
        both = where_less(pool.excess, 0.0, -half, half) + (0.5 * N_FAN_BIN)
        _fan(m, k, t, 2, smaller(both, N_FAN_BIN - 1.0))
        _fan(m, k, t, 3, _spread(pool.balance * (0.5 * inverse), whole))


@stage
def record_payment(m: Memory, k: int, t: int, fans: int) -> None:
    """Cash and note balances after the payment of period t."""
    inverse, cash = m.t.deal.per_cut_off, splat(0.0)
    for a in range(m.p.n_account):
        cash = cash + m.account[a]
    _record(m, t, 4, cash)
    if fans == 1:
        _fan(m, k, t, 4, _spread(cash * (0.5 * inverse), splat(1.0)))
    for n in range(m.p.n_note):
        balance, per = m.note[n].outstanding, m.t.per_original[n]
        if anywhere(balance):
            _record(m, t, N_POOL_MONTH + n, balance)
        if fans == 1:
            _fan(m, k, t, N_POOL_MONTH + n, _spread(balance * per, splat(1.0)))


@stage
def _record(m: Memory, t: int, i: int, value: Lanes) -> None:
    """Add the block's paths to a month sum, which stays in eight lanes until the panel is done."""
    m.month_sum[t, i] += fold(value * m.counting.weight)


@stage
def _spread(share: Lanes, top: Lanes) -> Lanes:
    """Fan bin of a share of its top, uniform in the square root."""
    return smaller(root(positive(share)) * float(N_FAN_BIN), top * (N_FAN_BIN - 1.0))


@stage
def _fan(m: Memory, k: int, t: int, i: int, bins: Lanes) -> None:
    """Count the bins of a quantity."""
    count_each(m, m.to.fan_count[k, t, i], bins, m.counting.units)


@stage
def flush_months(m: Memory, k: int, batch: int) -> None:
    """Move a panel's month sums into the tally, in their units, and start again at zero."""
    inverse = m.t.deal.per_cut_off
    for i in range(N_POOL_MONTH + m.p.n_note):
        unit = 1.0 if i == 2 else inverse if i < N_POOL_MONTH else 1.0 / m.t.original[i - N_POOL_MONTH]
        for t in range(m.p.n_month):
            of_paths = total(m.month_sum[t, i]) * unit
            if leads():
                add_fixed(m, k, m.to.month_sum[k, t, i, batch], of_paths)
            m.month_sum[t, i] = 0.0


@aside
def count_block(m: Memory, k: int, block: int, n_path: int) -> None:
    """Outcomes of a block: sums by batch, worst errors of the laws, histograms of the notes and the pool, first months."""
    n_note = m.p.n_note
    for n in range(n_note):
        for i in range(8):
            _sum(m, k, 8 * n + i, block, m.outcome[n][i])
        _count_note(m, k, n, block, n_path)
    for i in range(6):
        _sum(m, k, 8 * n_note + i, block, m.pool_outcome[i])
    _count_loss(m, k, n_note, m.pool_outcome.default, block, n_path)
    _count_loss(m, k, n_note + 1, m.pool_outcome.net_loss, block, n_path)
    for i in range(N_LAW):
        keep_worst(m, k, i, m.law[i])
    if leads():
        count(m.n, m.to.fault[k, 3], n_path)
    path, never = m.counting.path, float(m.p.n_month)
    for g in range(m.p.n_trigger):
        count_each(m, m.to.trigger_count[k, g], month_of(m.trigger[g].month, never), path)
    count_each(m, m.to.early_count[k], month_of(m.cash.early_month, never), path)


@aside
def hand_over(m: Memory, k: int, block: int) -> None:
    """Keep what the paths of a block came to, and the worst errors of the laws, for a caller that counts."""
    n_note, b = m.p.n_note, block % PANEL_BLOCKS
    for n in range(n_note):
        for i in range(8):
            m.handed[k, b, 8 * n + i] = m.outcome[n][i]
    for i in range(6):
        m.handed[k, b, 8 * n_note + i] = m.pool_outcome[i]
    for i in range(N_LAW):
        keep_worst(m, k, i, m.law[i])


@aside
def _sum(m: Memory, k: int, i: int, block: int, value: Lanes) -> None:
    """Add a quantity of a block's paths to the sum of its batch."""
    of_paths = total(value * m.counting.weight)
    if leads():
        add_fixed(m, k, m.to.batch_sum[k, i, block % N_BATCH], of_paths)


@aside
def _count_loss(m: Memory, k: int, i: int, loss: Lanes, block: int, n_path: int) -> None:
    """A loss and the first path of its bin."""
    bins = loss_bin(loss)
    count_each(m, m.to.loss_count[k, i], bins, m.counting.path)
    keep_first(m, m.to.loss_path[k, i], bins, block * LANES, n_path)


@aside
def _count_note(m: Memory, k: int, n: int, block: int, n_path: int) -> None:
    """A note's loss, life, yield, price and first month of loss."""
    out, path = m.outcome[n], m.counting.path
    _count_loss(m, k, n, out.loss, block, n_path)
    count_each(m, m.to.wal_count[k, n], life_bin(m, n), path * was_repaid(m, n))
    count_each(m, m.to.irr_count[k, n], yield_bin(m, n), path)
    count_each(m, m.to.price_count[k, n], price_bin(out.price), m.counting.units)
    count_each(m, m.to.first_loss_count[k, n], first_loss_month(m, n), path)


@stage
def loss_bin(loss: Lanes) -> Lanes:
    """Bin of a loss share: exact ones at 0 and 1."""
    inner = smaller(floor(loss * float(N_BIN)) + 1.0, float(N_BIN))
    return where_less(0.0, loss, where_less(loss, 1.0, inner, N_BIN + 1.0), 0.0)


@stage
def was_repaid(m: Memory, n: int) -> Lanes:
    """1 where a note received principal: it has a life then."""
    return where_less(1e-9, m.outcome[n].principal, 1.0, 0.0)


@stage
def life_bin(m: Memory, n: int) -> Lanes:
    """Bin of a note's weighted average life."""
    out, top = m.outcome[n], m.p.n_month / 12.0 + 1.0
    life = out.principal_time / where_less(1e-9, out.principal, out.principal, 1.0)
    return _within(life / top * float(N_SPREAD_BIN), N_SPREAD_BIN - 1.0)


@stage
def yield_bin(m: Memory, n: int) -> Lanes:
    """Bin of a note's yield, by its distance to the mean coupon; those at the cap have the last to themselves."""
    rate = m.outcome[n].irr
    off = (rate - m.t.mean_coupon[n]) * (1.0 / YIELD_UNIT)
    inner = smaller(positive(_spaced(off, YIELD_STEPS) + (COUPON_BIN + 0.5)), N_YIELD_BIN - 2.0)
    return where_less(rate, HIGHEST_IRR, inner, N_YIELD_BIN - 1.0)


@stage
def price_bin(price: Lanes) -> Lanes:
    """Bins of prices over par, uniform in the inverse hyperbolic sine of the distance to par."""
    off = (price - 1.0) * (1.0 / PRICE_UNIT)
    return smaller(positive(_spaced(off, PRICE_STEPS) + (PAR_BIN + 0.5)), N_PRICE_BIN - 1.0)


@stage
def _spaced(off: Lanes, steps: float) -> Lanes:
    """Steps to a distance, even in its inverse hyperbolic sine."""
    far = size(off)
    far = logarithm(far + root(fma(far, far, 1.0))) * steps
    return where_less(off, 0.0, -far, far)


@stage
def _within(bins: Lanes, last: float) -> Lanes:
    """Bins of a histogram whose last is given; what is not above zero is in the first."""
    return smaller(where_less(0.0, bins, bins, 0.0), last)


@stage
def first_loss_month(m: Memory, n: int) -> Lanes:
    """Index of the month of a note's first loss; the number of months where it has none."""
    never = float(m.p.n_month)
    return where_less(0.0, m.outcome[n].loss, month_of(m.note[n].first_loss, never), never)


@stage
def month_of(month: Lanes, never: float) -> Lanes:
    """Index of an event's month (0: it never came)."""
    return where_less(month, 0.5, never, month - 1.0)
