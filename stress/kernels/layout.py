"""Where everything lies: the rows of the scratch array.

A row is 32 lanes of float64 (256 bytes); every offset below is in lanes, so `load(scratch, offset)` reads a row.
K scenarios, T months, C cohorts, S segments, J purchase months, B parts of a purchase, W ways to fall due, N notes, A accounts, P fees, G triggers, X steps, L recovery lags.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LANES = 32
PANEL_BLOCKS = 16
PANEL_PATHS = LANES * PANEL_BLOCKS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def _rows(count: int) -> range:
    """First lanes of so many rows, one after another; the last says how long all before it are."""
    return range(0, count * LANES, LANES)


# Pool rows: one each, in this order (see `Rows.pool`).
(
    BALANCE,
    PERFORMING,
    LATE_1,
    LATE_2,
    LATE_3,
    MONTH_START,
    DEFAULTED,
    SCHEDULED,
    PREPAID,
    CURED,
    DILUTED,
    DILUTION_LOST,
    COMMINGLED,
    COMMINGLED_INCOME,
    RECOVERED,
    FEE_INCOME,
    LATE_CHARGE,
    CASH_INTEREST,
    BOUGHT,
    COST,
    TOTAL_DEFAULTED,
    TOTAL_RECOVERED,
    TOTAL_BOUGHT,
    TOTAL_INCOME,
    EXCESS,
    EXCESS_BEFORE,
    EXCESS_TWO_BEFORE,
    IDLE_DAYS,
    PHASE,
    RECOVERABLE,
    IDLE_MOST,
    POOL_ROWS,
) = _rows(32)
POOL_ROW_NAMES = (
    "pool_balance",
    "performing",
    "m1",
    "m2",
    "m3",
    "month_start_balance",
    "defaults",
    "scheduled_principal",
    "prepaid",
    "cured_paid",
    "dilution",
    "dilution_lost",
    "commingled",
    "commingled_income",
    "recoveries",
    "fee_income",
    "late_charge",
    "cash_interest",
    "purchases",
    "purchase_cost",
    "",
    "",
    "",
    "",
    "excess_spread",
    "",
    "",
    "",
    "phase",
    "",
    "idle_cash_days",
)
"""Names of the pool rows in a replay (empty: not shown); money in the deal's currency."""
# Cash rows (see `Rows.cash`): collections of the month and the path's running totals.
(
    INCOME_COLLECTED,
    PRINCIPAL_COLLECTED,
    LOCKED,
    SUPPLY_LEFT,
    CASH_IN,
    CASH_OUT,
    GAP,
    DEFICIENCY,
    EARLY_MONTH,
    MASK,
    STEP_MASK,
    WORST_BALANCE,
    WORST_CASH,
    WORST_DEFICIENCY,
    WORST_NEGATIVE,
    WORST_INTEREST,
    NEED,
    RETAINED,
    SENIOR_COST,
    CASH_ROWS,
) = _rows(20)
N_LAW = 5
"""Laws whose worst errors a path keeps: the rows from WORST_BALANCE on."""

# Rows of a note, note after note (see `Rows.note`). UNPAID: what is due, less what has been paid.
# SHORTFALL: the most that a payment left unpaid (less rounding). FIRST_LOSS: the last month whose payment left the note
# covered; `outcome.finish` makes it the first month of its loss.
(
    OUTSTANDING,
    ACCRUED,
    UNPAID,
    SHORTFALL,
    PRINCIPAL_TIME,
    FIRST_LOSS,
    INTEREST_DUE,
    INTEREST_PAID,
    PRINCIPAL_PAID,
    YIELD_PAID,
    NOTE_ROWS,
) = _rows(11)
NOTE_ROW_NAMES = (
    "note_balance",
    "interest_accrued",
    "interest_unpaid",
    "",
    "",
    "",
    "interest_due",
    "interest_paid",
    "principal_paid",
    "residual_yield",
)
"""The last four are kept for replays alone."""

# Rows of a fee, fee after fee. FEE_LEFT: what is due, less what has been paid; the others are kept for replays alone.
FEE_LEFT, FEE_CURRENT, FEE_DUE, FEE_PAID, FEE_ROWS = _rows(5)
FEE_ROW_NAMES = ("", "fee_current", "fee_due", "fee_paid")
# Rows of a trigger, trigger after trigger.
TRIGGER_VALUE, TRIGGER_COUNT, TRIGGER_MONTH, TRIGGER_ON, TRIGGER_ROWS = _rows(5)
TRIGGER_ROW_NAMES = ("trigger_value", "trigger_count", "trigger_month", "tripped")

# Rows of a cohort and segment. SCALE: cumulative survival. HISTORY: purchases by month and way over the survival at their
# time, and after them (`Rows.fresh`) those since the cohort's last step, which are in ALIVE but not in the profile yet.
ALIVE, PAST_1, PAST_2, PAST_3, DUE_1, DUE_2, DUE_3, FEE_1, FEE_2, FEE_3, SCALE, HISTORY = _rows(12)

# Rate rows of a segment.
ENTRY, ROLL_1, ROLL_2, ROLL_3, PREPAYMENT, RECOVERY, N_RATE = range(7)

# Path rows (see `Rows.path`).
PERSISTENCE, GAIN, MIXING_VARIABLE, DRAWN_SHIFT, DRAWN_ODDS, PATH_ROWS = _rows(6)


class Sizes(NamedTuple):
    """Counts, all run-time integers: one compiled kernel serves every deal and clock."""

    n_scenario: int
    n_month: int
    n_cohort: int
    n_segment: int
    n_history: int
    """Months in which a purchase can happen."""
    n_part: int
    """Parts of a purchase, by due day."""
    n_way: int
    """Ways in which a part falls due; 1: at the next step of its own cohort, a month after the purchase."""
    n_note: int
    n_account: int
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
    """1 where segment limits bind purchases."""
    interest_on_unpaid: int
    constant_payment: int
    """1 where the pool pays a share of its balance (cards), not instalments."""
    granular: int
    """1 where whole obligors move: the rates that act are counted, not conditional."""


class Rows(NamedTuple):
    """First lane of each group of rows in the scratch array. Those from `pool` to `log` start a path at zero."""

    step: int
    condition: int
    pool: int
    account: int
    cash: int
    note: int
    fee: int
    trigger: int
    rate: int
    """Conditional rates given the factors."""
    acting: int
    """Rates that act on the pool: the shares of counted obligors that move, `rate` itself in a pool without end."""
    factor: int
    path: int
    """What lasts a path's whole life."""
    recovery_ring: int
    default_ring: int
    lock_ring: int
    segment: int
    """Balance of each segment over cohorts (kept where limits bind)."""
    cohort: int
    cohort_stride: int
    """Lanes of one cohort x segment."""
    fresh: int
    """Lanes from the first row of a cohort and segment to its purchases since the last step: even months, odd months."""
    log: int
    """Cash of each note by payment, (T, N) rows: for the IRR and the replay."""
    outcome: int
    """Per-path results in the order of the batch quantities."""
    size: int


def rows_of(sizes: Sizes) -> Rows:
    """Lay the groups out one after another."""
    fresh = HISTORY + LANES * sizes.n_history * sizes.n_way
    stride = fresh + LANES * 2 * sizes.n_way
    lengths = {
        "step": LANES * sizes.n_step,
        "condition": LANES * sizes.n_step,
        "pool": POOL_ROWS,
        "account": LANES * sizes.n_account,
        "cash": CASH_ROWS,
        "note": NOTE_ROWS * sizes.n_note,
        "fee": FEE_ROWS * sizes.n_fee,
        "trigger": TRIGGER_ROWS * sizes.n_trigger,
        "rate": LANES * N_RATE * sizes.n_segment,
        "acting": LANES * N_RATE * sizes.n_segment * sizes.granular,
        "factor": LANES * sizes.n_factor,
        "path": PATH_ROWS,
        "recovery_ring": LANES * sizes.n_lag,
        "default_ring": LANES * sizes.n_write_off,
        "lock_ring": LANES * sizes.n_lock,
        "segment": LANES * sizes.n_segment,
        "cohort": sizes.n_cohort * sizes.n_segment * stride,
        "log": LANES * sizes.n_month * sizes.n_note,
        "outcome": LANES * (8 * sizes.n_note + 6),
    }
    start: dict[str, int] = {}
    at = 0
    for name, length in lengths.items():
        start[name] = at
        at += length
    if sizes.granular == 0:
        start["acting"] = start["rate"]
    return Rows(cohort_stride=stride, fresh=fresh, size=at, **start)
