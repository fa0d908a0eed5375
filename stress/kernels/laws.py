"""Laws checked at every step of a clock that has several a month: no day's error may hide in a month's sum."""

from __future__ import annotations

from typing import Any

from stress.kernels.jit import stage
from stress.kernels.lanes import WIDTH, load
from stress.kernels.layout import (
    CASH_IN,
    CASH_OUT,
    CUT_OFF,
    INCOME_COLLECTED,
    LANES,
    PRINCIPAL_COLLECTED,
    WORST_CASH,
)
from stress.kernels.rows import keep_worst


@stage
def conserve_cash(m: Any) -> None:
    """Cash in since closing less cash out is what the accounts hold, collected and available."""
    w, p = m.w, m.p
    inverse = 1.0 / m.f[p.at_scalars + CUT_OFF]
    for q in range(0, LANES, WIDTH):
        row = p.cash + q
        held = load(w, row + INCOME_COLLECTED * LANES) + load(w, row + PRINCIPAL_COLLECTED * LANES)
        for a in range(p.n_account):
            held = held + load(w, p.account + a * LANES + q)
        flow = load(w, row + CASH_IN * LANES) - load(w, row + CASH_OUT * LANES)
        keep_worst(w, row + WORST_CASH * LANES, (flow - held) * inverse)
