"""Counting paths that carry a weight: the arrays of a tally that plain sampling leaves empty."""

from __future__ import annotations

from typing import Any

from stress.kernels.count import add_fixed, clip, loss_bin, month_of, yield_bin
from stress.kernels.jit import aside, stage
from stress.kernels.lanes import load, total
from stress.kernels.layout import (
    EARLY_MONTH,
    FIRST_LOSS,
    LANES,
    NOTE_ROWS,
    PANEL_BLOCKS,
    TRIGGER_MONTH,
    TRIGGER_ROWS,
)
from stress.kernels.tally import N_BATCH, N_BIN, N_MONTH_BATCH, N_SPREAD_BIN

_UNIT, _TOP = 1048576.0, 1099511627776.0  # 2**20, 2**40


@aside
def weigh_block(m: Any, k: Any, block: Any, n_alive: Any) -> None:
    """What `count_block` counts, by weight and by its square. The weights stand in the rows of `alive`."""
    w, p = m.w, m.p
    n_row, batch = 8 * p.n_note + 6, block % N_BATCH
    for i in range(n_row):
        weight = load(w, p.alive)
        lanes = load(w, p.outcome + i * LANES) * weight * weight
        add_fixed(m.n, p.to_square_sum + ((k * n_row + i) * N_BATCH + batch) * 2, total(lanes))
    if k == 0:
        _weigh_paths(m, block, n_alive)
    _weigh_losses(m, k, n_alive)
    _weigh_notes(m, k, n_alive)
    _weigh_events(m, k, n_alive)


@stage
def _weigh_paths(m: Any, block: Any, n_alive: Any) -> None:
    """Weights of the batches, which all scenarios share."""
    w, p = m.w, m.p
    for lane in range(n_alive):
        _add(m, p.to_weight_sum + (block % N_BATCH) * 4, w[p.alive + lane])
        add_fixed(m.n, p.to_month_weight_sum + (block // PANEL_BLOCKS % N_MONTH_BATCH) * 2, w[p.alive + lane])


@stage
def _weigh_losses(m: Any, k: Any, n_alive: Any) -> None:
    """Loss bins of notes and pool, and the largest weight among the paths with a loss."""
    w, p = m.w, m.p
    n_note = p.n_note
    for n in range(n_note + 2):
        at = p.outcome + (8 * n if n < n_note else 8 * n_note + (n - n_note)) * LANES
        row = k * (n_note + 2) + n
        for lane in range(n_alive):
            weight = w[p.alive + lane]
            _add(m, p.to_loss_weight_sum + (row * (N_BIN + 2) + loss_bin(w[at + lane])) * 4, weight)
            if w[at + lane] > 0.0:
                m.n[p.to_loss_top + row] = max(m.n[p.to_loss_top + row], int(weight * _TOP))


@stage
def _weigh_notes(m: Any, k: Any, n_alive: Any) -> None:
    """Weighted average life, yield and month of the first loss of each note."""
    w, p = m.w, m.p
    n_note, n_month = p.n_note, p.n_month
    top = n_month / 12.0 + 1.0
    for n in range(n_note):
        at = p.outcome + 8 * n * LANES
        first_loss = p.note + n * NOTE_ROWS + FIRST_LOSS
        row = (k * n_note + n) * N_SPREAD_BIN
        for lane in range(n_alive):
            weight = w[p.alive + lane]
            units = int(weight * _UNIT + 0.5)
            principal = w[at + 4 * LANES + lane]
            if principal > 1e-9:
                life = w[at + 3 * LANES + lane] / principal
                m.n[p.to_wal_weight + row + clip(life / top * N_SPREAD_BIN, N_SPREAD_BIN)] += units
            m.n[p.to_irr_weight + row + yield_bin(w[at + 5 * LANES + lane])] += units
            month = n_month
            if w[at + lane] > 0.0 and w[first_loss + lane] > 0.5:
                month = int(w[first_loss + lane]) - 1
            _add(m, p.to_first_loss_weight_sum + ((k * n_note + n) * (n_month + 1) + month) * 4, weight)


@stage
def _weigh_events(m: Any, k: Any, n_alive: Any) -> None:
    """Months of triggers and of early amortization."""
    w, p = m.w, m.p
    n_month = p.n_month
    for g in range(p.n_trigger):
        at = p.trigger + g * TRIGGER_ROWS + TRIGGER_MONTH
        for lane in range(n_alive):
            month = month_of(w[at + lane], n_month)
            place = (k * p.n_trigger + g) * (n_month + 1) + month
            _add(m, p.to_trigger_weight_sum + place * 4, w[p.alive + lane])
    for lane in range(n_alive):
        month = month_of(w[p.cash + EARLY_MONTH + lane], n_month)
        _add(m, p.to_early_weight_sum + (k * (n_month + 1) + month) * 4, w[p.alive + lane])


@stage
def _add(m: Any, at: Any, weight: Any) -> None:
    """A weight and its square, two words each."""
    add_fixed(m.n, at, weight)
    add_fixed(m.n, at + 2, weight * weight)
