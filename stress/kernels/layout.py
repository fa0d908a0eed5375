"""Where everything lies: the problem as arrays, and the rows of the scratch array.

A row is 32 lanes of float64 (256 bytes); every offset below is in lanes, so `load(scratch, offset + q)` reads lanes q..q+7.
K scenarios, T months, C cohorts, S segments, J purchase months, B parts of a purchase, W ways to fall due, N notes, A accounts, P fees, G triggers, X steps, L recovery lags.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stress.kernels.tally import TALLY_ARRAYS

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
    NEED,
    RETAINED,
    SENIOR_COST,
    CASH_ROWS,
) = _rows(19)

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

NO_LIMIT = 1e300
"""A cap that never binds."""
INCOME, PRINCIPAL = 0, 1
"""The two accounts that always exist."""
REVOLVING, AMORTIZATION, ACCELERATION, EVENT_OF_DEFAULT = range(4)
PHASES = ("revolving", "amortization", "acceleration", "event_of_default")

# Steps of a priority of payments.
(
    PAY_FEE,
    PAY_INTEREST,
    COVER_DEFAULTS,
    TOP_UP,
    RELEASE,
    TRANSFER,
    PURCHASE,
    PAY_PRINCIPAL,
    PAY_PRO_RATA,
    PAY_RESIDUAL,
    PAY_INTEREST_TOGETHER,
) = range(11)

OBSERVABLES = (
    "cumulative_default",
    "default_stock",
    "excess_spread",
    "excess_spread_3m",
    "idle_cash_days",
    "overdue_30",
    "overdue_60",
    "overdue_90",
    "pool_factor",
    "payment_rate",
    "senior_shortfall",
    "deficiency",
    "notes_outstanding",
)
TRIGGER_TEST = 100
"""A test's code from here on is a trigger: the step runs while it has tripped (side 1) or has not (side 0)."""
DENOMINATORS = ("cut_off", "cut_off_plus_purchases", "current_pool")
FEE_BASES = ("notes", "pool", "interest_income", "fixed")


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
    payment_step: int
    """Step of month t + 1 at which period t is paid; -1: at once (monthly clock)."""
    buys_each_step: int
    ladder: int
    longest: int
    """Largest number of slots of a purchased receivable."""
    limits: int
    """1 where segment limits bind purchases."""
    interest_on_unpaid: int
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


# Path rows (see `Rows.path`).
PERSISTENCE, GAIN, MIXING_VARIABLE, DRAWN_SHIFT, DRAWN_ODDS, PATH_ROWS = _rows(6)

N_PARAMETER = 3
"""Parameters that a path may draw: log odds of the entry rate, log odds of rho, log odds of phi."""
MIXING_RANGE = 7.0
"""The mixing normal divided by this is the argument of its polynomial; no draw exceeds 6.8."""
BY_PATH = -2
"""Degree of an entry rate that takes more of a path than its factor (see `kernels.by_path`)."""
REACH, SPREAD, ODDS, SWING_REACH = range(4)
"""Columns of `Market.lens`."""


class Market(NamedTuple):
    """Factors, conditional rates and month scalars of each scenario."""

    phi: Floats
    """(K,) monthly persistence."""
    phi_logit: Floats
    """(K,) its log odds, from which a path's own is drawn."""
    start: Floats
    """(K, 2): Y_0, and 1 where it is drawn from the stationary law instead."""
    cholesky: Floats
    """(K, F, F) lower factor of the innovation correlation."""
    link: Floats
    """(K, T, S, N_RATE, D) ascending powers of z / 9."""
    degree: Ints
    """(K, N_RATE) degree of each link; -1: rational, link[..., :2] = (a, b) of Phi(a + b z); -2: see `lens`."""
    steady: Ints
    """(K, N_RATE) 1 where the rate is the same in every month and on every path."""
    common: Ints
    """(K, N_RATE) 1 where the rate is the same in every segment."""
    lens: Floats
    """(K, T, 4) of entry rates by path: largest shift of log odds x, spread of the segments' own normals, rho / (1 - rho),
    largest shift of the macro index."""
    quantile: Floats
    """(K, T, S, D) ascending powers of x / reach: the normal or t quantile of the shifted rate."""
    mixing: Floats
    """(D,) ascending powers of e / 7: log sqrt(chi2 / df) of the path; one 0 under the Gaussian copula."""
    draw_root: Floats
    """(K, 3, 3) lower root of the covariance of the drawn parameters; zeros where none are drawn."""
    shock: Floats
    """(K, T, J) weight of each macro innovation in the month's index of the satellite."""
    response: Floats
    """(K, T, D) ascending powers of index / its reach: shift of log odds of the entry rate."""
    exposed: Floats
    """(K, S) 1 where the satellite moves the segment."""
    draws: Ints
    """(4, 3) purpose, indices and items of the normals of a path beside the factors': own, mixing, parameters, shocks."""
    ticket: Floats
    """(1,) what one obligor owes; 0: without end."""
    factor_of: Ints
    """(N_RATE, S) factor each rate loads on."""
    month: Floats
    """(K, T, 8): payment, yield, dilution, unpaid share, commingled steps, cash rate a step, price, lag steps."""
    supply: Floats
    """(K, T + 1, C) face that may be bought at a step."""


PAYMENT, YIELD, DILUTION, UNPAID_SHARE, COMMINGLED_STEPS, CASH_RATE, PRICE, LAG = range(8)


class Receivables(NamedTuple):
    """Profiles of the opening pool and of purchases."""

    opening: Floats
    """(C, S, 4) performing, M1, M2, M3 at closing."""
    open_due: Floats
    """(K, S, T + 5) principal due in slot r of the opening pool per unit of its performing balance; index 0 unused."""
    open_fee: Floats
    """(K, S, T + 5) the fee likewise."""
    due: Ints
    """(C, B, 2) cohort that each part of a purchase at a step joins, and the way in which it falls due."""
    first_due: Floats
    """(K, J, S, W, 6) slots 1-3 of principal, then of fee, per unit bought in month j."""
    pull: Floats
    """(K, T, S, J, W, 2) principal and fee that enter slot 3 at step t per unit bought in month j."""
    mix: Floats
    """(K, J, S) share of each segment in what is bought."""
    limit: Floats
    """(S,) largest share of the pool a segment may reach by purchases."""
    lag: Floats
    """(L,) share of a recovery paid l + 1 months after default."""
    late_charge: Floats
    """(3,) charge on a balance cured from M1, M2, M3."""


class Contract(NamedTuple):
    """Notes, fees, steps and triggers."""

    original: Floats
    """(N,) what a note's results are over: its balance at closing; the cut-off balance for a certificate of size 0."""
    opening_note: Floats
    """(N,) balance at closing: 0 for a certificate."""
    residual: Floats
    """(N,) 1 for the residual note; 0 for a certificate, which has nothing to lose."""
    accrual: Floats
    """(K, T, N) coupon x day-count fraction."""
    payable: Floats
    """(4, T, N) 1 where the note pays interest in this phase and month."""
    years: Floats
    """(T, 2) years from issue to the payment date (ACT/365F); its difference from the even grid."""
    step_up: Floats
    """(K, T, N) what a step-up adds to `accrual` while its trigger has tripped."""
    step_up_trigger: Ints
    """(N,) trigger of a note's step-up, -1 where there is none."""
    guess: Floats
    """(N,) first guess of ln(1 + IRR)."""
    discount: Floats
    """(K, T, N) discount factor of the payment date at coupon + spread."""
    fee_base: Ints
    """(P,) index in FEE_BASES."""
    fee_rate: Floats
    """(K, T, P) rate x fraction, or the amount."""
    fee_carry: Floats
    """(P,)"""
    step: Ints
    """(X, 8): kind, index, source, destination, first test (-1 none), tests, first member, members.
    A step with several sources is as many rows. Transfers say in the index how many came before; fees and interest of
    one note say in the members how many rows the step has, and are paid row after row until nothing is left."""
    in_full: Ints
    """(X,) rows of the run of fees and interest that begins here and is paid at one go where its first account suffices
    (uncapped, unconditional, not first from principal, none twice); 0 elsewhere."""
    step_value: Floats
    """(X, 8): cap or amount, target parts (share of pool, of notes, months of senior cost), unused, floor, share moved."""
    step_target: Floats
    """(X, T) target balance of a principal step, or the fixed part of a reserve target."""
    test: Ints
    """(Q, 2) conditions of steps: observable, or TRIGGER_TEST + trigger; side (1 above or tripped, 0 below or not)."""
    test_limit: Floats
    """(Q,) limit of an observable."""
    member: Ints
    """(M,) notes of principal steps and of interest steps that pay several."""
    phase: Ints
    """(4, 2) first step of each phase and the one after its last; a phase left out shares those of amortization."""
    trigger: Ints
    """(G, 6): observable, denominator, breach (1 above), months, effect phase (0 none), curable."""
    threshold: Floats
    """(G, T) limit; NaN where not tested."""
    senior_fee: Floats
    """(P,) 1 where a revolving purchase leaves cash for the fee."""
    senior_note: Floats
    """(N,) 1 where it leaves cash for the note's interest."""
    opening_cash: Floats
    """(A,)"""
    scalars: Floats
    """(5,): cut-off balance, clean-up pool factor, idle-cash share of the pool, first-payment years, share of income left
    after the fees on income that purchases leave cash for."""


CUT_OFF, CLEAN_UP, IDLE_SHARE, FIRST_YEARS, NET_INCOME = range(5)


class Problem(NamedTuple):
    """Everything the kernels need for a job."""

    sizes: Sizes
    rows: Rows
    market: Market
    receivables: Receivables
    contract: Contract


NORMALS = ("own", "mixing", "parameters", "shocks")
"""Regions of a path's normals beside the factors', in the order of `Market.draws`."""
REGIONS = ("alive", "month_sums", "panel", *NORMALS, "weight", "residuals", "trace")
"""What follows the rows in the scratch: weight of each lane (0: no path), month sums, normals, weights of the panel's
paths (1 unless a sampler set them), worst errors, trace."""
HEADER_FIELDS = (
    *Sizes._fields,
    *Rows._fields,
    *(f"at_{name}" for group in (Market, Receivables, Contract) for name in group._fields),
    "link_width",
    "mixing_width",
    "quantile_width",
    "response_width",
    "n_shock",
    "by_path",
    *REGIONS,
    "traced",
    "keeps_steps",
    "has_conditions",
    "weighted",
    "unit",
    *(f"to_{name}" for name in TALLY_ARRAYS),
)
"""Names in the header of a packed problem, in order."""
