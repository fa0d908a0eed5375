"""Pieces that open and move a pool, each on its own (`test_without_a_compiler` runs this file)."""

from __future__ import annotations

from typing import Any

import hand_worked
import pytest
from pieces import memory, plain, same

from stress.inputs.pool import Pool
from stress.kernels import opening, seasoning
from stress.kernels.staged_rows import LATE, N_KEPT

pytestmark = plain
LATE_SHARES = {"m1": 0.1, "m2": 0.05, "m3": 0.02}


def pool(**more: Any) -> Pool:
    """Two segments of 600 and 400 of plans of four months, a hundredth of their principal a month in fees: of what
    pays as agreed 40% falls due at the first step, then 30%, 20% and 10%; fees of 1.6%, 1.2%, 0.8% and 0.4%."""
    segments = [
        {"name": name, "share": share, "entry_rate": 0.1, "monthly_fee": 0.01}
        for name, share in (("one", 0.6), ("two", 0.4))
    ]
    plans = [{"term": 4, "share": 1.0}]
    return hand_worked.pool(payment_rate=None, plans=plans, segments=segments, **more)


@pytest.mark.parametrize("buckets", [3, 6])
def test_a_pool_opens_with_what_is_late_in_its_buckets(buckets: int) -> None:
    """A long ladder has rows of its own for what is late; its M4 to M6 count too."""
    late = LATE_SHARES | {f"m{b}": 0.01 * b for b in range(4, buckets + 1)}
    three = {f"roll_m{b}": 0.5 for b in (1, 2, 3)}
    m = memory(pool(ladder=three if buckets == 3 else [{"rolls": 0.5}] * buckets, delinquent=late))
    opening.open_at_closing(m, 0)
    assert same(m.pool.balance) == pytest.approx(1000.0)
    for s, size in enumerate((600.0, 400.0)):
        cohort, own = m.cohort[0, s], m.staged[0, s]
        assert same(m.segment[s].balance) == pytest.approx(size)
        assert same(cohort.alive) == pytest.approx(size * (1.0 - sum(late.values())))
        short = [same(row) for row in (cohort.late_1, cohort.late_2, cohort.late_3)]
        assert short == pytest.approx([size * share if buckets == 3 else 0.0 for share in LATE_SHARES.values()])
        if buckets > 3:
            assert [same(own[LATE + b]) for b in range(6)] == pytest.approx([size * share for share in late.values()])


def test_what_falls_due_of_an_opening_pool_is_known_slot_by_slot() -> None:
    """Three slots, with a ring of them where a ladder is long."""
    m = memory(pool(ladder=[{"rolls": 0.5}] * 4))
    opening.open_at_closing(m, 0)
    for s, size in enumerate((600.0, 400.0)):
        cohort, own = m.cohort[0, s], m.staged[0, s]
        due = [same(row) / size for row in (cohort.due_1, cohort.due_2, cohort.due_3)]
        fee = [same(row) / size for row in (cohort.fee_1, cohort.fee_2, cohort.fee_3)]
        assert due == pytest.approx([0.4, 0.3, 0.2])
        assert fee == pytest.approx([0.016, 0.012, 0.008])
        assert same(cohort.scale) == 1.0
        rows = [seasoning.slot_of(m, 0, r) for r in range(1, 1 + m.p.n_ring)]
        assert len(rows) > 4
        assert [same(own[row]) / size for row in rows[:5]] == pytest.approx([0.4, 0.3, 0.2, 0.1, 0.0])
        fees = [same(own[row + N_KEPT]) / size for row in rows[:5]]
        assert fees == pytest.approx([0.016, 0.012, 0.008, 0.004, 0.0])


def test_notes_at_closing_stand_on_the_pool_and_on_principal_cash() -> None:
    """Notes of 1000 on a pool of 1000, 5 of principal and 2 of a reserve: 7 came in, assets are 5 more than notes."""
    m = memory(
        amortization=[*hand_worked.PLAIN, {**hand_worked.RESIDUAL[0], "source": ["reserve", "funding"]}],
        accounts=["reserve", "funding"],
        principal_accounts=["funding"],
        opening_cash={"reserve": 2.0, "funding": 5.0},
    )
    opening.open_at_closing(m, 0)
    assert [same(m.note[n].outstanding) for n in range(3)] == [600.0, 300.0, 100.0]
    assert [same(m.account[a]) for a in range(4)] == [0.0, 0.0, 2.0, 5.0]
    assert same(m.cash.cash_in) == 7.0
    assert same(m.cash.gap) == pytest.approx(-5.0)
