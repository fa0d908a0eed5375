"""Laws checked at every step of a clock that has several a month: no day's error may hide in a month's sum."""

from __future__ import annotations

from typing import Any

from stress.kernels.jit import stage
from stress.kernels.lanes import load
from stress.kernels.layout import CASH_IN, CASH_OUT, INCOME_COLLECTED, LANES, PRINCIPAL_COLLECTED, WORST_CASH
from stress.kernels.rows import keep_worst
from stress.kernels.tables import CUT_OFF


@stage
def conserve_cash(m: Any) -> None:
    """Cash in since closing less cash out is what the accounts hold, collected and available."""
    w, p = m.w, m.p
    inverse = 1.0 / m.f[p.at_scalars + CUT_OFF]
    row = p.cash
    held = load(w, row + INCOME_COLLECTED) + load(w, row + PRINCIPAL_COLLECTED)
    for a in range(p.n_account):
        held = held + load(w, p.account + a * LANES)
    flow = load(w, row + CASH_IN) - load(w, row + CASH_OUT)
    keep_worst(w, row + WORST_CASH, (flow - held) * inverse)
