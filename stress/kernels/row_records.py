"""Records: rows of the scratch with names. A stage writes `note.unpaid`.

A row is 32 lanes of float64 (256 bytes), one lane a path of the block. To add a row, write its name in its record. Rows
lie in the order in which they are written here.
"""

from __future__ import annotations

from .staged_rows import Staged
from .typed import Record, Row


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
    proceeds: Row
    """Of the clean-up."""
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

    performing: Row
    late_1: Row
    late_2: Row
    late_3: Row
    due_1: Row
    due_2: Row
    due_3: Row
    fee_1: Row
    fee_2: Row
    fee_3: Row
    survival: Row
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
        Staged,
        Segment,
        Rates,
        Path,
        NoteOutcome,
        PoolOutcome,
        Counting,
    ),
)
ROWS: dict[type, tuple[str, ...]] = {record: tuple(record.__annotations__) for record in RECORDS}
"""Names of the rows of each record, in their order."""
N_LAW = len(ROWS[Laws])
