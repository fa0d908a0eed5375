"""From lanes to counts: histograms, fixed-point sums, fans."""

from __future__ import annotations

import math
from typing import Any

from stress.kernels.elementary import logarithm
from stress.kernels.jit import aside, stage
from stress.kernels.lanes import anywhere, fma, load, root, splat, store, total, where_less
from stress.kernels.layout import (
    BALANCE,
    EARLY_MONTH,
    EXCESS,
    FIRST_LOSS,
    LANES,
    N_LAW,
    NOTE_ROWS,
    OUTSTANDING,
    TOTAL_DEFAULTED,
    TOTAL_RECOVERED,
    TRIGGER_MONTH,
    TRIGGER_ROWS,
    WORST_BALANCE,
)
from stress.kernels.tables import CUT_OFF
from stress.kernels.tally import (
    HIGHEST_IRR,
    N_BATCH,
    N_BIN,
    N_FAN_BIN,
    N_MONTH_BATCH,
    N_PRICE_BIN,
    N_SPREAD_BIN,
    PAR_BIN,
    PRICE_STEPS,
    PRICE_UNIT,
)

_HIGH = 1048576.0  # 2**20
_LOW = 1152921504606846976.0  # 2**60
N_POOL_MONTH = 5


@stage
def add_fixed(n: Any, at: Any, value: Any) -> None:
    """Add a float64 to a fixed-point pair of words (2^-20, 2^-60)."""
    if not abs(value) < 1e12:
        return  # counted as a fault where it arose
    high = math.floor(value * _HIGH)
    n[at] += high
    n[at + 1] += int((value - high / _HIGH) * _LOW)


@aside
def record_pool_month(m: Any, k: Any, t: Any, fans: Any) -> None:
    """Pool quantities of a month at its determination, as shares of the cut-off balance."""
    w, p = m.w, m.p
    inverse = 1.0 / m.f[p.at_scalars + CUT_OFF]
    n_row = N_POOL_MONTH + p.n_note
    defaulted = load(w, p.pool + TOTAL_DEFAULTED)
    at = p.month_sums + t * n_row
    _record(m, at, defaulted, inverse)
    _record(m, at + 1, defaulted - load(w, p.pool + TOTAL_RECOVERED), inverse)
    _record(m, at + 2, load(w, p.pool + EXCESS), 1.0)
    _record(m, at + 3, load(w, p.pool + BALANCE), inverse)
    if fans == 1:
        one, fan = splat(1.0), _fans_of(m, k, t)
        _fan(m, fan, _spread(defaulted * inverse, one))
        _fan(m, fan + N_FAN_BIN, _spread((defaulted - load(w, p.pool + TOTAL_RECOVERED)) * inverse, one))
        excess = load(w, p.pool + EXCESS)
        size = _spread(where_less(excess, 0.0, excess * -1.0, excess), one) * 0.5
        size = where_less(excess, 0.0, size * -1.0, size) + (0.5 * N_FAN_BIN)
        _fan(m, fan + 2 * N_FAN_BIN, where_less(size, N_FAN_BIN - 1.0, size, N_FAN_BIN - 1.0))
        _fan(m, fan + 3 * N_FAN_BIN, _spread(load(w, p.pool + BALANCE) * (0.5 * inverse), one))


@aside
def record_payment(m: Any, k: Any, t: Any, fans: Any) -> None:
    """Cash and note balances after the payment of period t."""
    w, p = m.w, m.p
    inverse = 1.0 / m.f[p.at_scalars + CUT_OFF]
    n_row = N_POOL_MONTH + p.n_note
    cash = splat(0.0)
    for a in range(p.n_account):
        cash = cash + load(w, p.account + a * LANES)
    at = p.month_sums + t * n_row
    fan = _fans_of(m, k, t)
    _record(m, at + 4, cash, inverse)
    if fans == 1:
        _fan(m, fan + 4 * N_FAN_BIN, _spread(cash * (0.5 * inverse), splat(1.0)))
    for n in range(p.n_note):
        balance, per = load(w, p.note + n * NOTE_ROWS + OUTSTANDING), 1.0 / m.f[p.at_original + n]
        if anywhere(balance):
            _record(m, at + N_POOL_MONTH + n, balance, per)
        if fans == 1:
            _fan(m, fan + (N_POOL_MONTH + n) * N_FAN_BIN, _spread(balance * per, splat(1.0)))


@stage
def _record(m: Any, at: Any, value: Any, unit: Any) -> None:
    """Add the sum over the block's paths, in units, to a month sum."""
    m.w[at] += total(value * load(m.w, m.p.alive)) * unit


@stage
def _spread(share: Any, top: Any) -> Any:
    """Fan bin of a share of its top, uniform in the square root."""
    share = where_less(share, 0.0, 0.0, share)
    bin_of = root(share) * float(N_FAN_BIN)
    return where_less(bin_of, N_FAN_BIN - 1.0, bin_of, top * (N_FAN_BIN - 1.0))


@stage
def _fans_of(m: Any, k: Any, t: Any) -> Any:
    """Counts of the first quantity of a month, N_FAN_BIN of them; those of the others follow."""
    return m.p.to_fan_count + (k * m.p.n_month + t) * (N_POOL_MONTH + m.p.n_note) * N_FAN_BIN


@aside
def _fan(m: Any, at: Any, bins: Any) -> None:
    """Count the bins of a quantity. They pass through the first step row (scratch of the waterfall, free between
    payments); where all lanes share one, as notes do that are whole or repaid, one addition counts them."""
    w, p = m.w, m.p
    store(w, p.step, bins)
    apart = bins - w[p.step]
    if p.weighted == 0 and not anywhere(apart * apart):
        m.n[at + int(w[p.step])] += int(total(load(w, p.alive)))
        return
    for lane in range(LANES):
        if w[p.alive + lane] > 0.0:
            m.n[at + int(w[p.step + lane])] += int(w[p.alive + lane] * p.unit + 0.5)


@stage
def flush_months(m: Any, k: Any, batch: Any) -> None:
    """Move a panel's month sums into the tally and start again at zero."""
    w, p = m.w, m.p
    n_row = N_POOL_MONTH + p.n_note
    for t in range(p.n_month):
        for r in range(n_row):
            at = p.month_sums + t * n_row + r
            add_fixed(m.n, p.to_month_sum + (((k * p.n_month + t) * n_row + r) * N_MONTH_BATCH + batch) * 2, w[at])
            w[at] = 0.0


@aside
def count_block(m: Any, k: Any, block: Any, n_alive: Any) -> None:
    """Outcomes of a block: sums by batch, loss bins with their smallest path, months of triggers."""
    w, p = m.w, m.p
    n_note, n_month = p.n_note, p.n_month
    batch = block % N_BATCH
    for i in range(8 * n_note + 6):
        at = p.outcome + i * LANES
        sum_of = total(load(w, at) * load(w, p.alive))
        if sum_of != sum_of:
            m.n[p.to_fault + 4 * k] += 1
        add_fixed(m.n, p.to_batch_sum + ((k * (8 * n_note + 6) + i) * N_BATCH + batch) * 2, sum_of)
    for i in range(N_LAW):
        at = p.cash + WORST_BALANCE + i * LANES
        for lane in range(n_alive):
            worst = w[at + lane]
            if not worst <= w[p.residuals + N_LAW * k + i]:
                w[p.residuals + N_LAW * k + i] = worst
    m.n[p.to_fault + 4 * k + 3] += n_alive
    for n in range(n_note + 2):
        at = p.outcome + (8 * n if n < n_note else 8 * n_note + (n - n_note)) * LANES
        none = (k * (n_note + 2) + n) * (N_BIN + 2)
        if not _happened(w, at):
            m.n[p.to_loss_count + none] += n_alive
            m.n[p.to_loss_path + none] = min(m.n[p.to_loss_path + none], block * LANES)
            continue
        for lane in range(n_alive):
            place = none + loss_bin(w[at + lane])
            m.n[p.to_loss_count + place] += 1
            m.n[p.to_loss_path + place] = min(m.n[p.to_loss_path + place], block * LANES + lane)
    top = n_month / 12.0 + 1.0
    for n in range(n_note):
        at = p.outcome + 8 * n * LANES
        first_loss = p.note + n * NOTE_ROWS + FIRST_LOSS
        for lane in range(n_alive):
            principal = w[at + 4 * LANES + lane]
            if principal > 1e-9:
                life = w[at + 3 * LANES + lane] / principal
                m.n[
                    p.to_wal_count + (k * n_note + n) * N_SPREAD_BIN + clip(life / top * N_SPREAD_BIN, N_SPREAD_BIN)
                ] += 1
            m.n[p.to_irr_count + (k * n_note + n) * N_SPREAD_BIN + yield_bin(w[at + 5 * LANES + lane])] += 1
        _fan(m, p.to_price_count + (k * n_note + n) * N_PRICE_BIN, price_bins(load(w, at + 6 * LANES)))
        counts = p.to_first_loss_count + (k * n_note + n) * (n_month + 1)
        if not _happened(w, at):
            m.n[counts + n_month] += n_alive
            continue
        for lane in range(n_alive):
            month = n_month
            if w[at + lane] > 0.0 and w[first_loss + lane] > 0.5:
                month = int(w[first_loss + lane]) - 1
            m.n[counts + month] += 1
    for g in range(p.n_trigger):
        at = p.trigger + g * TRIGGER_ROWS + TRIGGER_MONTH
        _count_months(m, p.to_trigger_count + (k * p.n_trigger + g) * (n_month + 1), at, n_alive)
    _count_months(m, p.to_early_count + k * (n_month + 1), p.cash + EARLY_MONTH, n_alive)


@stage
def _happened(w: Any, row: Any) -> Any:
    """Whether any lane of a row is above zero."""
    return anywhere(load(w, row))


@stage
def _count_months(m: Any, counts: Any, row: Any, n_alive: Any) -> None:
    """Count the months of an event that stand in a row; zero: it never came."""
    if not _happened(m.w, row):
        m.n[counts + m.p.n_month] += n_alive
        return
    for lane in range(n_alive):
        m.n[counts + month_of(m.w[row + lane], m.p.n_month)] += 1


@stage
def loss_bin(loss: Any) -> Any:
    """Bin of a loss share: exact ones at 0 and 1."""
    if loss >= 1.0:
        return N_BIN + 1
    if loss > 0.0:
        return min(N_BIN, 1 + int(loss * N_BIN))
    return 0


@stage
def price_bins(price: Any) -> Any:
    """Bins of prices over par, uniform in the inverse hyperbolic sine of the distance to par."""
    off = (price - 1.0) * (1.0 / PRICE_UNIT)
    size = where_less(off, 0.0, off * -1.0, off)
    size = logarithm(size + root(fma(size, size, 1.0))) * PRICE_STEPS
    bins = where_less(off, 0.0, size * -1.0, size) + (PAR_BIN + 0.5)
    bins = where_less(bins, 0.0, 0.0, bins)
    return where_less(bins, N_PRICE_BIN - 1.0, bins, N_PRICE_BIN - 1.0)


@stage
def clip(bin_of: Any, n_bin: Any) -> Any:
    """A bin within its histogram."""
    if not bin_of > 0.0:
        return 0
    return min(n_bin - 1, int(bin_of))


@stage
def yield_bin(rate: Any) -> Any:
    """Bin of a yield; those at the cap have the last to themselves."""
    if rate >= HIGHEST_IRR:
        return N_SPREAD_BIN - 1
    return clip((rate + 1.0) * (0.5 * N_SPREAD_BIN), N_SPREAD_BIN - 1)


@stage
def month_of(month: Any, never: Any) -> Any:
    """Index of an event's month (0: it never came)."""
    return never if month < 0.5 else int(month) - 1
