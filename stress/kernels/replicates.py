"""Counting by Sobol replicate: coarse histograms of every loss and months of events, from which their errors come."""

from __future__ import annotations

from .count import first_loss_month, loss_bin, month_of
from .counting import count_each
from .jit import aside, stage
from .lanes import bits_float, float_bits, where_less
from .records import Memory
from .tally import N_BIN, N_COARSE, N_REPLICATE, OCTAVE
from .typed import Lanes

_TWO_52 = 0x4330000000000000


@aside
def count_replicate(m: Memory, k: int, block: int) -> None:
    """Losses and events of a block of Sobol points under the replicate to which it belongs."""
    n_note, replicate = m.p.n_note, block % N_REPLICATE
    path, never = m.counting.path, float(m.p.n_month)
    for n in range(n_note):
        _count(m, k, n, replicate, m.outcome[n].loss)
        count_each(m, m.to.first_loss_replicate[k, n, replicate], first_loss_month(m, n), path)
    for g in range(m.p.n_trigger):
        count_each(m, m.to.trigger_replicate[k, g, replicate], month_of(m.trigger[g].month, never), path)
    count_each(m, m.to.early_replicate[k, replicate], month_of(m.cash.early_month, never), path)
    _count(m, k, n_note, replicate, m.pool_outcome.default)
    _count(m, k, n_note + 1, replicate, m.pool_outcome.net_loss)


@aside
def _count(m: Memory, k: int, i: int, replicate: int, loss: Lanes) -> None:
    count_each(m, m.to.replicate_count[k, i, replicate], coarse_bin(loss_bin(loss)), m.counting.path)


@stage
def coarse_bin(bins: Lanes) -> Lanes:
    """Coarse bins of loss bins, `tally.coarse_bins`: from 64 on the exponent and the six bits after the leading one."""
    leading = bits_float((float_bits(bins) >> 46) | _TWO_52) - (4503599627370496.0 + (1023 + 5) * OCTAVE)
    coarse = where_less(bins, float(OCTAVE), bins, leading)
    return where_less(bins, N_BIN + 0.5, coarse, N_COARSE - 1.0)
