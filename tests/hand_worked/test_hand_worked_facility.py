"""A lender's facility: what is late and what is concentrated counts for nothing in its base; worked out by hand."""

import re

import pytest

from hand_worked import REST, A, deal, job, pool, run, same
from stress.inputs.job.rules import check_job

NEAR = [
    {"name": "prime", "share": 0.6, "entry_rate": 0.0},
    {"name": "near prime", "share": 0.4, "entry_rate": 0.5, "delinquent": {"m2": 0.1, "m3": 0.05}},
]
ROLLS = {"roll_m1": 1.0, "roll_m2": 1.0, "roll_m3": 1.0}
OWN = {
    "near": "segment['near prime']",
    "late": "pool.overdue_30",
    "excess": "max(near - 0.3 * (pool - late), 0)",
    "base": "0.9 * (pool - late - excess)",
}
BASE = [
    {"step": "pay_principal", "notes": ["A"], "source": ["principal"], "until": "base"},
    {"step": "pay_residual", "note": "R", "source": ["income", "principal"]},
]


def test_a_borrowing_base_leaves_out_what_is_late_and_what_is_concentrated() -> None:
    """600 prime pay 120, 96, .. a month. Near prime are 400, of which 40 are in M2, 20 in M3 and 340 pay.

    Month 1: the 20 default, 170 of 340 are late for the first time, 34 of the other 170 are paid. Of 826 the near prime
    are 346; 40 are in M3, so that 786 are eligible and 346 - 235.80 are too many: the base is 0.9 x 675.80 = 608.22,
    beyond the 600 of the note. Month 2: the 40 default, 68 of 136 are late, 13.6 paid. 676.40 are left, 292.40 near
    prime, of which 170 are in M2: 506.40 are eligible, 140.48 of them too many. The base is 0.9 x 365.92 = 329.328, and
    of 109.60 nothing is kept from the note: 490.40 are left of it.
    """
    rest = {**REST, "amount": 400.0}
    terms = deal(BASE, ({**A, "coupon": 0.0}, rest), quantities=OWN)
    data = run(terms, pool(segments=NEAR, ladder=ROLLS))
    same(data, "pool_balance", None, 826.0, 676.4)
    same(data, "quantity_value", "near", 346.0, 292.4)
    same(data, "quantity_value", "late", 40.0, 170.0)
    same(data, "quantity_value", "excess", 346.0 - 0.3 * 786.0, 292.4 - 0.3 * 506.4)
    same(data, "quantity_value", "base", 608.22, 329.328)
    same(data, "principal_paid", "A", 0.0, 109.6)


def test_receivables_past_due_are_told_by_how_long() -> None:
    """All that is late rolls on: M1 170 and 68, M2 0 and 170, M3 40 and 0; no bucket is later than M3."""
    own = {f"d{days}": f"pool.overdue_{days}" for days in (1, 30, 60, 90)}
    data = run(deal(BASE, ({**A, "coupon": 0.0}, {**REST, "amount": 400.0}), quantities=own | {"base": "0.0 * pool"}),
               pool(segments=NEAR, ladder=ROLLS))  # fmt: skip
    for days, (first, second) in {1: (210.0, 238.0), 30: (40.0, 170.0), 60: (40.0, 0.0), 90: (0.0, 0.0)}.items():
        same(data, "quantity_value", f"d{days}", first, second)


def test_what_a_payment_buys_is_in_its_segment_at_the_next_step() -> None:
    """Halves of 200 are bought of each: 580 and 420 of the 480 and 320 that are left. Once the pool is sold nothing is
    in a segment."""
    even = [{"name": name, "share": share, "new_share": 0.5} for name, share in (("prime", 0.6), ("near", 0.4))]
    revolving = [
        {"step": "purchase", "source": ["principal"]},
        {"step": "pay_party", "party": "bank", "amount": "segment.near / 1000", "source": ["income"]},
        {"step": "pay_residual", "note": "R", "source": ["income"]},
    ]
    sold = [{"step": "pay_party", "party": "bank", "amount": "segment.near", "source": ["principal"]}, BASE[1]]
    terms = deal(
        [{**BASE[0], "until": "0.0 * pool"}, *sold],
        ({**A, "coupon": 0.0}, {**REST, "amount": 400.0}),
        parties=["bank"],
        revolving_months=1,
        purchase="payment_date",
        retain_senior_cost=False,
        clean_up={"when": "month >= 2"},
        priority={"revolving": revolving},
    )
    data = run(terms, pool(segments=[{**s, "entry_rate": 0.0} for s in even]))
    same(data, "paid_out", "bank", 0.42, 0.42)


def test_a_segment_that_the_pool_has_not_is_refused() -> None:
    terms = deal(BASE, ({**A, "coupon": 0.0}, REST), quantities={"base": "segment['near-prime'] * 0.8"})
    said = "deal: formulas: no segment 'near-prime': one of prime, near prime; did you mean near prime?"
    with pytest.raises(ValueError, match=re.escape(said)):
        check_job(job(terms, pool(segments=NEAR, ladder=ROLLS)))
    with pytest.raises(ValueError, match=r"segment of which segment\? segment.NAME, one of those of the pool"):
        deal(BASE, ({**A, "coupon": 0.0}, REST), quantities={"base": "segment * 0.8"})
