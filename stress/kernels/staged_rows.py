"""Rows of a pool that `in_stages` moves: late balances of any ladder, the slots that it looks at, and what stages mix."""

from __future__ import annotations

from .typed import Record, Row


class Staged(Record):
    """A cohort, segment and stage of a pool that `in_stages` moves, beside its `Cohort`."""

    late_1: Row
    late_2: Row
    late_3: Row
    late_4: Row
    late_5: Row
    late_6: Row
    # Principal that falls due in the slots kept, over what survives: a ring, by step modulo their number. Fees likewise.
    due_0: Row
    due_1: Row
    due_2: Row
    due_3: Row
    due_4: Row
    due_5: Row
    fee_0: Row
    fee_1: Row
    fee_2: Row
    fee_3: Row
    fee_4: Row
    fee_5: Row
    # What is here by now of what has begun in stage 1, 2, 3, if these are before it (see `seasoning`).
    mixed_1: Row
    mixed_2: Row
    mixed_3: Row


LATE, RING, MIXED = (tuple(Staged.__annotations__).index(name) for name in ("late_1", "due_0", "mixed_1"))
"""Where these begin among the rows of `Staged`."""
N_KEPT = 6
"""Slots of a ring."""
