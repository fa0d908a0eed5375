"""What falls due of receivables that pay a share of their balance each month: cards."""

from __future__ import annotations

from .jit import aside, stage
from .records import Memory
from .seasoning import slot_of
from .staged_rows import N_KEPT


@aside
def bill(m: Memory, k: int, t: int, c: int) -> None:
    """Cards: next three slots of a cohort from its balance and the month's payment rate; purchases that wait are settled
    after."""
    if m.p.seasoned == 1:
        _bill_ahead(m, k, t, c)
        return
    share = m.t.card[k, t]
    for s in range(m.p.n_segment):
        cohort = m.cohort[c, s]
        performing = cohort.performing
        cohort.due_1, cohort.fee_1 = performing * share.due_1, performing * share.fee_1
        cohort.due_2, cohort.fee_2 = performing * share.due_2, performing * share.fee_2
        cohort.due_3, cohort.fee_3 = performing * share.due_3, performing * share.fee_3


@stage
def _bill_ahead(m: Memory, k: int, t: int, c: int) -> None:
    """All slots kept of a pool by stage and bucket; nothing survives or moves but the balance itself."""
    later = 1.0 - m.t.card[k, t].due_1
    for s in range(m.p.n_segment):
        due, fee = m.cohort[c, s].performing * m.t.card[k, t].due_1, m.cohort[c, s].performing * m.t.card[k, t].fee_1
        for r in range(1, 1 + m.p.n_ring):
            m.staged[c, s][slot_of(m, t, r)] = due
            m.staged[c, s][slot_of(m, t, r) + N_KEPT] = fee
            due, fee = due * later, fee * later
