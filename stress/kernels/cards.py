"""What falls due of receivables that pay a share of their balance each month: cards."""

from __future__ import annotations

from typing import Any

from stress.kernels.jit import aside
from stress.kernels.lanes import load, store
from stress.kernels.layout import ALIVE, DUE_1, LANES


@aside
def bill(m: Any, k: Any, t: Any, c: Any) -> None:
    """Next three slots of a cohort from its balance and the month's payment rate; purchases that wait are settled after."""
    w, p = m.w, m.p
    share = p.at_card + (k * p.n_month + t) * 6
    for s in range(p.n_segment):
        at = p.cohort + (c * p.n_segment + s) * p.cohort_stride
        alive = load(w, at + ALIVE)
        for slot in range(6):
            store(w, at + DUE_1 + slot * LANES, alive * m.f[share + slot])
