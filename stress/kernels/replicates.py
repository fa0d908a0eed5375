"""Counting by Sobol replicate: sixteen coarse histograms of every loss, from which the errors of quantiles come."""

from __future__ import annotations

from typing import Any

from stress.kernels.count import loss_bin
from stress.kernels.jit import aside, stage
from stress.kernels.layout import LANES
from stress.kernels.tally import N_BIN, N_COARSE, N_REPLICATE, OCTAVE


@aside
def count_replicate(m: Any, k: Any, block: Any, n_alive: Any) -> None:
    """Losses of a block of Sobol points under the replicate to which it belongs."""
    w, p = m.w, m.p
    for n in range(p.n_note + 2):
        at = p.outcome + (8 * n if n < p.n_note else 8 * p.n_note + (n - p.n_note)) * LANES
        counts = p.to_replicate_count + ((k * (p.n_note + 2) + n) * N_REPLICATE + block % N_REPLICATE) * N_COARSE
        for lane in range(n_alive):
            m.n[counts + coarse_bin(loss_bin(w[at + lane]))] += 1


@stage
def coarse_bin(bin_of: Any) -> Any:
    """Coarse bin of a loss bin: `tally.COARSE` by shifts."""
    if bin_of > N_BIN:
        return N_COARSE - 1
    shift = 0
    while bin_of >> shift >= 2 * OCTAVE:
        shift += 1
    return shift * OCTAVE + (bin_of >> shift)
