"""How many of everything: lanes and blocks, the sizes of a problem, and what its stages are told beside them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LANES = 32
NARROW = 8
"""Lanes of a row, and numbers of a sum on its way (`lanes.fold`). What is worked on at a time: `lanes.WIDTH` to `NARROW`."""
PANEL_BLOCKS = 16
PANEL_PATHS = LANES * PANEL_BLOCKS
ENTRY, ROLL_1, ROLL_2, ROLL_3, PREPAYMENT, RECOVERY, ROLL_4, ROLL_5, ROLL_6 = range(9)
ROLLS = (ROLL_1, ROLL_2, ROLL_3, ROLL_4, ROLL_5, ROLL_6)
N_RATE = 9
"""Rates of a segment: the rows of `Rates`."""
MONTH_YEARS = 365.25 / 365.0 / 12.0
"""A mean month in years of ACT/365F: the even grid that payment dates are measured against."""
N_QUADRATIC = 3
"""Features of a path beside its normals (`scores`)."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Sizes(NamedTuple):
    """Counts, all run-time integers: one compiled kernel serves every deal and clock."""

    n_scenario: int
    n_month: int
    n_cohort: int
    n_segment: int
    """Segments, each in all its stages: row s = segment x n_stage + stage."""
    n_whole: int
    """Segments, their stages taken together, once for each quality of what is bought."""
    n_level: int
    """Segments as the pool names them."""
    n_stage: int
    n_bucket: int
    """Buckets of the ladder of a pool with stages, or of one from which not all that does not roll cures, or which has not
    three; else 0."""
    n_down: int
    """Most buckets that something of these pays its way down in a month, and one: 1 where some only stays, 0 where none."""
    n_ring: int
    """Slots ahead that are kept: 3, of a ladder of more buckets 6."""
    n_rebase: int
    """Months after which the histories of stages start again at what survives."""
    n_history: int
    """Months in which a purchase can happen."""
    n_part: int
    """Parts of a purchase, by due day."""
    n_delay: int
    """Ways in which a part falls due; 1: at the next step of its own cohort, a month after the purchase."""
    n_note: int
    n_account: int
    n_party: int
    """Parties outside the deal."""
    n_index: int
    """Levels by scenario that formulas look at: of indices, and of own quantities (`n_own_level`)."""
    n_fee: int
    n_trigger: int
    n_step: int
    n_factor: int
    n_lag: int
    n_write_off: int
    n_lock: int
    """Steps of the purchase-lag ring (1 where there is no lag)."""
    n_revolving: int
    first_payment: int
    """Period of the first payment, from 0: in those before it nothing is paid."""
    payment_step: int
    """Step of month t + 1 at which period t is paid; -1: at once (monthly clock)."""
    buys_each_step: int
    ladder: int
    longest: int
    """Largest number of slots of a purchased receivable."""
    limits: int
    """1 where the balance of each segment is kept: limits bind purchases, or a formula looks at it."""
    interest_on_unpaid: int
    """Whose unpaid interest bears interest: `codes.OF_ALL_NOTES`, OF_SOME_NOTES (`Contract.on_unpaid`), or 0."""
    constant_payment: int
    """1 where the pool pays a share of its balance (cards), not instalments."""
    seasoned: int
    """1 where there are stages or a long ladder (`in_stages`)."""
    granular: int
    """1 where whole obligors move: the rates that act are counted, not conditional."""
    trust: int
    """1 where the deal is a series of a master trust."""
    writes_down: int = 0
    """1 where a step writes notes down."""
    n_past: int = 1
    """Determinations of which a mean or an `ago` keeps something."""
    fee_years: int = 0
    """1 where a formula looks at what capped steps have paid of a fee in the year."""
    n_before: int = 0
    """Months that are data: a deal that is met in mid-life starts after them (Opening state)."""
    n_paid: int = 0
    """Periods whose payment is data."""
    knows_factors: int = 0
    """1 where the opening state gives the levels of the factors, 2 where it gives their law."""
    n_own_level: int = 0
    """Own quantities of the deal that scenarios move: the last of the `n_index` levels."""
    n_stop: int = -1
    """Months after which a path is left as it stands, to be read; the packer makes all of them of -1."""


class Switches(NamedTuple):
    """What else the packer tells the stages, beside the sizes."""

    by_path: int
    """1 where the entry rates of some scenario take more of a path than its factors."""
    traced: int
    """1 where rows are kept month by month, for a replay."""
    keeps_steps: int
    """1 where it is kept what each step paid: for a replay, or because a step has a cap."""
    has_conditions: int
    dilutes: int
    """1 where some month has dilution."""
    commingles: int
    earns: int
    """1 where cash earns interest in some month."""
    retains: int
    """1 where purchases leave cash for senior costs."""
    uses_overdue: int
    """1 where something looks at what is overdue (a trigger, a condition, a replay); so the next four."""
    uses_payments: int
    uses_average: int
    uses_idle: int
    even_late: int
    """1 where rolls and recovery are one number a month, on every path and in every segment: no row holds them."""
    uses_cost: int
    """1 where a target is in months of senior cost."""
    fees_by_formula: int
    """1 where a fee is a formula."""
    weighted: int
    """1 where paths carry weights."""
    unit: int
    """What a path of weight 1 adds to a weighted count."""
    replicated: int
    """1 where losses are counted by replicate."""
    handed_block: int
    """Blocks of a panel whose outcomes are handed over one by one in place of being counted: all of them, or none."""
    keeps_quantities: int
    """1 where formulas need what stood at a determination."""
    tests_payment: int
    """1 where a trigger is tested after the payment."""
    cures: int
    """1 where a phase can be left by the cure of a trigger."""
    random_rate: int
    """1 where the short rate of some scenario is random."""
    given_rate: int
    """1 where its normals are put into the scratch and not drawn."""
