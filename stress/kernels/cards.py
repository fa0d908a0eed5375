"""What falls due of receivables that pay a share of their balance each month: cards."""

from __future__ import annotations

from .jit import aside
from .records import Memory


@aside
def bill(m: Memory, k: int, t: int, c: int) -> None:
    """Cards: next three slots of a cohort from its balance and the month's payment rate; purchases that wait are settled
    after."""
    share = m.t.card[k, t]
    for s in range(m.p.n_segment):
        cohort = m.cohort[c, s]
        alive = cohort.alive
        cohort.due_1, cohort.fee_1 = alive * share.due_1, alive * share.fee_1
        cohort.due_2, cohort.fee_2 = alive * share.due_2, alive * share.fee_2
        cohort.due_3, cohort.fee_3 = alive * share.due_3, alive * share.fee_3
