"""What numbers stand for in the tables of a deal: phases, steps, observables."""

from __future__ import annotations

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
    RECEIVE,
    PAY_PARTY,
    WRITE_DOWN,
    WRITE_UP,
    PAY_GROUPS,
) = range(16)

# What triggers and conditions look at.
(
    CUMULATIVE_DEFAULT,
    DEFAULT_STOCK,
    EXCESS_SPREAD,
    EXCESS_SPREAD_3M,
    IDLE_CASH_DAYS,
    OVERDUE_30,
    OVERDUE_60,
    OVERDUE_90,
    POOL_FACTOR,
    PAYMENT_RATE,
    SENIOR_SHORTFALL,
    DEFICIENCY,
    NOTES_OUTSTANDING,
) = range(13)
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
FORMULA_TEST = 50
"""A test's code from here up to TRIGGER_TEST is a formula (its number is the side): the step runs where it is not 0."""
TRIGGER_TEST = 100
"""A test's code from here on is a trigger: the step runs while it has tripped (side 1) or has not (side 0)."""
AT_DETERMINATION, AFTER_PAYMENT = range(2)
"""When a trigger is tested."""
CUT_OFF, CUT_OFF_PLUS_PURCHASES, CURRENT_POOL = range(3)
DENOMINATORS = ("cut_off", "cut_off_plus_purchases", "current_pool")
NOTES_BASE, POOL_BASE, INTEREST_INCOME_BASE, FIXED_BASE = range(4)
FEE_BASES = ("notes", "pool", "interest_income", "fixed", "formula")

OF_ALL_NOTES, OF_SOME_NOTES = 1, 2
"""Whose unpaid interest bears interest; 0: of none."""

# What a row of a formula does: put a quantity on the stack, or combine what lies there.
(
    NUMBER,
    SCHEDULE,
    POOL_ROW,
    CASH_ROW,
    NOTE_BALANCE,
    ALL_NOTES,
    NOTE_UNPAID,
    FEE_UNPAID,
    ACCOUNT,
    TRIPPED,
    IN_PHASE,
    OBSERVED,
    KEPT,
    INDEX_LEVEL,
    RECEIVED,
    PAID,
    TRUST_ROW,
    SELLER,
    CHARGED_OFF,
    SEGMENT_BALANCE,
    PAID_THIS_YEAR,
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    SMALLER,
    LARGER,
    LESS,
    CHOOSE,
) = range(29)
OF_MONEY = 1
"""Of what a quotient's divisor is, else a bare number, a share or a count."""
FIRST_OPERATION = ADD
"""Codes below it are quantities."""
STACK = 16
"""Most quantities that wait on the stack of a formula."""

FACTORS, MACRO, MIXING, PARAMETERS, HETEROGENEITY, BINOMIALS, SCRAMBLE, SHORT_RATE = range(8)
"""Purposes of a draw (`philox`)."""
STATE, SHIFT = range(2)
"""Rows of `short`: x of the month, and what it adds to the level of every index, a year."""
