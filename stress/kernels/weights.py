"""Counting paths that carry a weight: the arrays of a tally that plain sampling leaves empty."""

from __future__ import annotations

from .count import first_loss_month, life_bin, loss_bin, month_of, was_repaid, yield_bin
from .counting import add_fixed, count_each, keep_most, weigh_each
from .counts import leads, own
from .jit import aside
from .lanes import splat, total, where_less
from .layout import PANEL_BLOCKS
from .records import Memory
from .tally import N_BATCH, N_MONTH_BATCH, TOP_UNIT
from .typed import Lanes


@aside
def weigh_block(m: Memory, k: int, block: int, n_path: int) -> None:
    """What `count_block` counts, by weight and by its square."""
    n_note, never = m.p.n_note, float(m.p.n_month)
    if k == 0:
        _weigh_paths(m, block, n_path)
    for n in range(n_note):
        for i in range(8):
            _square(m, k, 8 * n + i, block, m.outcome[n][i])
        _weigh_note(m, k, n, n_path)
    for i in range(6):
        _square(m, k, 8 * n_note + i, block, m.pool_outcome[i])
    _weigh_loss(m, k, n_note, m.pool_outcome.default, n_path)
    _weigh_loss(m, k, n_note + 1, m.pool_outcome.net_loss, n_path)
    for g in range(m.p.n_trigger):
        weigh_each(m, k, m.to.trigger_weight_sum[k, g], month_of(m.trigger[g].month, never), n_path)
    weigh_each(m, k, m.to.early_weight_sum[k], month_of(m.cash.early_month, never), n_path)


@aside
def _square(m: Memory, k: int, i: int, block: int, value: Lanes) -> None:
    """Add a quantity by the square of the weights to its batch."""
    weight = m.counting.weight
    of_paths = total(value * weight * weight)
    if leads():
        add_fixed(m, k, m.to.square_sum[k, i, block % N_BATCH], of_paths)


@aside
def _weigh_paths(m: Memory, block: int, n_path: int) -> None:
    """Weights of the batches, which all scenarios share."""
    weigh_each(m, 0, m.to.weight_sum[block % N_BATCH], splat(0.0), n_path)
    at = m.to.month_weight_sum[block // PANEL_BLOCKS % N_MONTH_BATCH]
    m.amount[0] = m.counting.weight
    for lane in own(n_path):
        add_fixed(m, 0, at, m.amount[lane])


@aside
def _weigh_loss(m: Memory, k: int, i: int, loss: Lanes, n_path: int) -> None:
    """A loss, and the largest weight among the paths with one."""
    weigh_each(m, k, m.to.loss_weight_sum[k, i], loss_bin(loss), n_path)
    lost = where_less(0.0, loss, m.counting.weight * float(TOP_UNIT), 0.0)
    keep_most(m, m.to.loss_top[k, i], lost * m.counting.path)


@aside
def _weigh_note(m: Memory, k: int, n: int, n_path: int) -> None:
    """Loss, life, yield and month of the first loss of a note."""
    units = m.counting.units
    _weigh_loss(m, k, n, m.outcome[n].loss, n_path)
    count_each(m, m.to.wal_weight[k, n], life_bin(m, n), units * was_repaid(m, n))
    count_each(m, m.to.irr_weight[k, n], yield_bin(m, n), units)
    weigh_each(m, k, m.to.first_loss_weight_sum[k, n], first_loss_month(m, n), n_path)
