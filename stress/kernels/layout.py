"""Where everything lies that a running thread writes: the rows of the scratch.

A row is 32 lanes of float64 (256 bytes), one lane a path of the block. A record is a few rows with names: a stage writes
`note.unpaid`. To add a row, write its name in its record; to add a group, write it in `Scratch`. Rows lie in the order
in which they are written here.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple, Protocol, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from .axes import Axis, Declared, declared
from .codes import MEAN_MONTHS, STACK
from .typed import Lanes, Row

LANES = 32
NARROW = 8
"""Lanes of a row, and numbers of a sum on its way (`lanes.fold`). What is worked on at a time: `lanes.WIDTH` to `NARROW`."""
PANEL_BLOCKS = 16
PANEL_PATHS = LANES * PANEL_BLOCKS
ENTRY, ROLL_1, ROLL_2, ROLL_3, PREPAYMENT, RECOVERY, ROLL_4, ROLL_5, ROLL_6 = range(9)
ROLLS = (ROLL_1, ROLL_2, ROLL_3, ROLL_4, ROLL_5, ROLL_6)
N_RATE = 9
"""Rates of a segment: the rows of `Rates`."""

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
    """Buckets of a ladder from which not all that does not roll cures, or which has not three; else 0."""
    n_ring: int
    """Slots ahead that wait in the ring of a pool with stages or a long ladder: the slots kept, less the next two."""
    n_rebase: int
    """Months after which the histories of stages start again at what survives."""
    n_history: int
    """Months in which a purchase can happen."""
    n_part: int
    """Parts of a purchase, by due day."""
    n_way: int
    """Ways in which a part falls due; 1: at the next step of its own cohort, a month after the purchase."""
    n_note: int
    n_account: int
    n_party: int
    """Parties outside the deal."""
    n_index: int
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
    long_ladder: int
    """1 where n_bucket is in force."""
    seasoned: int
    """1 where stages or a long ladder need more of the future than three slots of one survival."""
    granular: int
    """1 where whole obligors move: the rates that act are counted, not conditional."""
    trust: int
    """1 where the deal is a series of a master trust."""
    n_before: int = 0
    """Months that are data: a deal that is met in mid-life starts after them (Opening state)."""
    n_paid: int = 0
    """Periods whose payment is data."""
    knows_factors: int = 0
    """1 where the opening state gives the levels of the factors."""
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


K, T, C, S, U, J, B, W, N, A, P, G, X, F, L = (
    Axis(f"n_{name}")
    for name in (
        *(
            "scenario",
            "month",
            "cohort",
            "segment",
            "whole",
            "history",
            "part",
            "way",
            "note",
            "account",
            "fee",
            "trigger",
        ),
        *("step", "factor", "lag"),
    )
)
"""Axes by their letters: scenarios, months, cohorts, segments in their stages, whole segments, purchase months, parts of a purchase, ways to fall due,
notes, accounts, fees (P), triggers (G), steps (X), factors, recovery lags."""


Q, E = Axis("n_party"), Axis("n_index")
"""Parties outside the deal (Q) and indices that formulas look at (E)."""


class Record:
    """Rows with names, which may be taken by number as well."""

    def __getitem__(self, row: int) -> Lanes:
        """Load a row by its number."""
        raise NotImplementedError


class Pool(Record):
    """The receivables pool."""

    balance: Row
    """Kept up to date by every movement; `determination.total_pool` holds it to the sum of the cohorts."""
    performing: Row
    late_1: Row
    late_2: Row
    late_3: Row
    late_beyond: Row
    """M4 and later of a long ladder."""
    month_start: Row
    # Of the month, down to `idle_most`.
    defaulted: Row
    scheduled: Row
    prepaid: Row
    cured: Row
    diluted: Row
    dilution_lost: Row
    commingled: Row
    commingled_income: Row
    recovered: Row
    fee_income: Row
    late_charge: Row
    cash_interest: Row
    bought: Row
    cost: Row
    recoverable: Row
    idle_most: Row
    # Running.
    total_defaulted: Row
    total_recovered: Row
    total_bought: Row
    total_income: Row
    excess: Row
    excess_before: Row
    excess_two_before: Row
    idle_days: Row
    phase: Row


class Cash(Record):
    """Collections of the month and the ledgers of the path."""

    income_collected: Row
    principal_collected: Row
    locked: Row
    supply_left: Row
    cash_in: Row
    cash_out: Row
    gap: Row
    """Notes less assets."""
    deficiency: Row
    early_month: Row
    mask: Row
    """1 on the lanes on which the present step acts."""
    phase_mask: Row
    """1 on the lanes of the phase whose steps run."""
    need: Row
    retained: Row
    senior_cost: Row
    lasting: Row
    """The phase but for what curable triggers brought about."""
    next_phase: Row
    """The phase that tests after a payment give."""
    cap: Row
    target: Row
    """Of the step that runs, where they are formulas."""


class Trust(Record):
    """What a series has of a master trust."""

    invested: Row
    numerator: Row
    """The invested amount in the last month that revolved."""
    # Of the month.
    opening: Row
    """Invested amount at its start."""
    stood: Row
    """With the cash of principal accounts."""
    floating: Row
    fixed: Row
    income: Row
    principal: Row
    """Cash, that of other series of the group included; in the invested amount until it becomes available."""
    defaulted: Row
    lost: Row
    """Charge-off and principal that the servicer lost."""
    shared_principal: Row
    """What other series of the group can spare; so the next."""
    shared_income: Row
    shared_shortfall: Row
    portfolio_yield: Row
    base_rate: Row
    reinvested: Row


class Laws(Record):
    """The worst error of the path against each law: pool balance, cash, notes less assets, a negative balance, negative
    interest due."""

    balance: Row
    cash: Row
    deficiency: Row
    negative: Row
    interest: Row


class Note:
    """A class of notes."""

    outstanding: Row
    accrued: Row
    unpaid: Row
    """What is due, less what has been paid."""
    shortfall: Row
    """The most that a payment left unpaid (less rounding)."""
    principal_time: Row
    first_loss: Row
    """The last month whose payment left the note covered; `outcome.finish` makes it the first month of its loss."""
    # Kept for replays alone.
    interest_due: Row
    interest_paid: Row
    principal_paid: Row
    yield_paid: Row


class Fee:
    """A fee."""

    left: Row
    """What is due, less what has been paid."""
    # Kept for replays alone.
    current: Row
    due: Row
    paid: Row


class Trigger:
    """A trigger."""

    value: Row
    count: Row
    month: Row
    on: Row
    passed: Row
    """Months in a row without a breach."""


class Cohort:
    """A cohort and segment: buckets, the next three slots of the profile."""

    alive: Row
    late_1: Row
    late_2: Row
    late_3: Row
    due_1: Row
    due_2: Row
    due_3: Row
    fee_1: Row
    fee_2: Row
    fee_3: Row
    scale: Row
    """Cumulative survival."""


class Segment:
    """A segment over all cohorts (kept where limits bind)."""

    balance: Row


class Rates(Record):
    """Rates of a segment in a month, in the order of the tables."""

    entry: Row
    roll_1: Row
    roll_2: Row
    roll_3: Row
    prepayment: Row
    recovery: Row
    roll_4: Row
    roll_5: Row
    roll_6: Row


class Back:
    """What a long ladder gives back in a step, of a segment."""

    loss: Row
    rejoins: Row
    paid: Row
    fee: Row
    charge: Row
    entered: Row


class Path:
    """What lasts a path's whole life."""

    persistence: Row
    gain: Row
    mixing_variable: Row
    drawn_shift: Row
    drawn_odds: Row
    swing: Row
    """Of the month: shift of log odds by which the path's macro variables differ from the scenario's."""


class NoteOutcome(Record):
    """What a path came to for a note, in the order of `tally.NOTE_QUANTITIES`."""

    loss: Row
    any_loss: Row
    shortfall: Row
    principal_time: Row
    principal: Row
    irr: Row
    price: Row
    multiple: Row


class PoolOutcome(Record):
    """What a path came to for the pool, in the order of `tally.POOL_QUANTITIES`."""

    default: Row
    net_loss: Row
    early_amortization: Row
    purchased: Row
    income: Row
    recovered: Row


class Counting:
    """While a block is counted."""

    weight: Row
    """Of each path; 0 on a lane without one."""
    path: Row
    """1 for a path, 0 on a lane without one."""
    units: Row
    """What a path adds to a count by weight."""


RECORDS: tuple[type, ...] = (
    *(
        Pool,
        Cash,
        Trust,
        Laws,
        Note,
        Fee,
        Trigger,
        Cohort,
        Segment,
        Rates,
        Back,
        Path,
        NoteOutcome,
        PoolOutcome,
        Counting,
    ),
)
ROWS: dict[type, tuple[str, ...]] = {record: tuple(record.__annotations__) for record in RECORDS}
"""Names of the rows of each record, in their order."""
N_LAW = len(ROWS[Laws])

Index = int | tuple[int, ...]
R = TypeVar("R", covariant=True)


class Each(Protocol[R]):
    """A record for each index."""

    def __getitem__(self, index: Index) -> R:
        """The record."""
        ...


class Rows(Protocol):
    """A row for each index."""

    def __getitem__(self, index: Index) -> Lanes:
        """Load the row."""
        ...

    def __setitem__(self, index: Index, value: Lanes | float) -> None:
        """Store the row."""


class NarrowRows(Rows, Protocol):
    """A row of eight lanes for each index: sums on their way to one number."""


class Numbers(Protocol):
    """A number for each index."""

    def __getitem__(self, index: Index) -> float:
        """Read it."""
        ...

    def __setitem__(self, index: Index, value: float | Lanes) -> None:
        """Write it; lanes lie from there on."""


class Scratch:
    """Groups of rows, in the order in which they lie."""

    # Kept at each payment of a replay (up to `pool`); from `cash` to `log` all starts a path at zero.
    step_paid: Annotated[Rows, X]
    condition: Annotated[Rows, X]
    cash: Cash
    law: Laws
    note: Annotated[Each[Note], N]
    fee: Annotated[Each[Fee], P]
    trigger: Annotated[Each[Trigger], G]
    received: Annotated[Rows, Q]
    """From each party outside the deal, so far; and paid to it."""
    paid: Annotated[Rows, Q]
    level: Annotated[Rows, E]
    """Of each index, in the month of the last determination."""
    kept: Annotated[Rows, Axis("n_kept_quantity")]
    """Means, and what formulas of steps need of the last determination."""
    mean_ring: Annotated[Rows, Axis("n_kept_quantity"), MEAN_MONTHS]
    # Kept at each determination of a replay (up to `path`).
    pool: Pool
    account: Annotated[Rows, A]
    trust: Trust
    shown: Annotated[Rows, Axis("n_shown")]
    """The deal's own quantities, in a replay."""
    rate: Annotated[Rows, S, N_RATE]
    """Conditional rates given the factors."""
    acting: Annotated[Each[Rates], S]
    """Rates that act on the pool: the shares of counted obligors that move; `rate` itself in a pool without end."""
    factor: Annotated[Rows, F]
    short: Annotated[Rows, 2, "random_rate"]
    """State of the short rate, and what it adds to every index (`short_rate`)."""
    path: Path
    recovery_ring: Annotated[Rows, L]
    default_ring: Annotated[Rows, Axis("n_write_off")]
    lock_ring: Annotated[Rows, Axis("n_lock")]
    segment: Annotated[Each[Segment], S]
    cohort: Annotated[Each[Cohort], C, S]
    fresh: Annotated[Rows, C, S, 2, W]
    """Purchases since the cohort's last step, in even and odd months: in its balance, not in its profile yet."""
    history: Annotated[Rows, C, S, J, W]
    """Purchases by month and way over the survival at their time; of each stage where there are some (`seasoning`)."""
    late: Annotated[Rows, C, S, Axis("n_bucket")]
    """Balances of a long ladder, in the place of the cohort's own three."""
    staying: Annotated[Rows, Axis("n_bucket")]
    """While a long ladder moves: what stays in each bucket or pays its way down to it."""
    due_share: Annotated[Rows, 6, "long_ladder"]
    """Principal due in the next 1 .. 6 slots over the performing balance."""
    fee_share: Annotated[Rows, 6, "long_ladder"]
    joining: Annotated[Rows, Axis("n_stage"), "seasoned"]
    """A purchase while it joins the histories of the stages."""
    back: Annotated[Each[Back], S, "long_ladder"]
    mixed: Annotated[Rows, C, S, Axis("n_stage"), "seasoned"]
    """What of stage l is in stage s by now, over the survival of s (below the diagonal; see `seasoning`)."""
    since: Annotated[Rows, C, S, Axis("n_stage"), "seasoned"]
    """The same of the opening pool at the last rebasing, survival included."""
    ring: Annotated[Rows, C, S, Axis("n_ring"), 2, "seasoned"]
    """Principal and fee that come within three slots at a later step, over survival."""
    log: Annotated[Rows, T, N]
    """Cash of each note by payment."""
    path_discount: Annotated[Rows, T, "random_rate"]
    """Discount factor of each payment on the path's short rate."""
    outcome: Annotated[Each[NoteOutcome], N]
    pool_outcome: PoolOutcome
    counting: Counting
    stack: Annotated[Rows, STACK]
    """Of the formula that is computed."""
    bins: Annotated[Numbers, LANES]
    amount: Annotated[Numbers, LANES]
    """By lane, while a quantity is counted."""
    # Of a panel, not of a block.
    month_sum: Annotated[NarrowRows, T, N + 5]
    panel: Annotated[Rows, PANEL_BLOCKS, T, F]
    """Normals of the factors."""
    own: Annotated[Rows, PANEL_BLOCKS, Axis("n_level")]
    mixing_normal: Annotated[Rows, PANEL_BLOCKS]
    parameters: Annotated[Rows, PANEL_BLOCKS, 3]
    shocks: Annotated[Rows, PANEL_BLOCKS, Axis("n_shock")]
    rate_normal: Annotated[Rows, PANEL_BLOCKS, T, "random_rate"]
    """The short rate's own normals."""
    weight: Annotated[Rows, PANEL_BLOCKS]
    """Weights of the paths: 1 unless a sampler set them."""
    handed: Annotated[Rows, K, Axis("handed_block"), 8 * N + 6]
    """Outcomes of a panel's blocks, where they are handed over."""
    residual: Annotated[Numbers, K, N_LAW]
    """Worst errors of the laws over the cut-off balance."""
    total_bought: Annotated[Numbers, T, C]
    """On the first lane, after each step of a replay."""
    trace: Annotated[Numbers, T, Axis("n_kept")]
    """The groups before `path`, month by month, in a replay."""


class Group(NamedTuple):
    """How a group of the scratch lies."""

    record: type | None
    """Of which records; None: of rows, or of numbers."""
    stride: int
    """Numbers from one of its elements to the next."""
    axes: Declared


def _group(what: Any, axes: Declared) -> Group:
    if what is Numbers:
        return Group(None, 1, axes)
    if what in (Rows, NarrowRows):
        return Group(None, LANES if what is Rows else NARROW, axes)
    (record,) = get_args(what) or (what,)
    return Group(record, LANES * len(ROWS[record]), axes)


GROUPS: dict[str, Group] = {name: _group(what, axes) for name, what, axes in declared(Scratch)}
"""Every group of the scratch, in the order in which they lie."""
