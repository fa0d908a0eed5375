"""Words of the field that no key is called by -> the keys and the commands that they are about."""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """A command line, and what it answers."""

    line: str
    says: str


class Meant(NamedTuple):
    """What some words of one meaning are about."""

    words: tuple[str, ...]
    """In small letters, blanks for hyphens."""
    keys: tuple[str, ...]
    """KIND.KEY, KIND.TABLE or KIND.TABLE.KEY; a step of a priority is a table."""
    commands: tuple[Command, ...] = ()


CASH_FLOWS = Command(
    "stress cashflows job.toml --mean --xlsx flows.xlsx",
    "SMM, CPR, MDR, CDR, severity, delinquency and net loss by month; notes, fees, accounts, own quantities, triggers.",
)
PRICE = Command(
    'stress price job.toml --tranche A --speeds "10% CPR,1.3% ABS"',
    "Yield, discount margin, Z-spread, duration, WAL and window of a note by price and speed of prepayment.",
)
RUN = Command("stress run job.toml", "Loss, WAL and yield of every note under every scenario, and triggers by month.")
EXPLAIN = Command("stress explain deal.toml", "The deal in words: enhancement of each class, priority of payments.")
RATING = Command(
    "stress rating job.toml --stresses stresses.toml",
    "The break-even net loss of each class against a table of stresses, by the timing that the table gives.",
)
BREAK_EVEN = Command("stress breakeven job.toml --tranche B", "The pool's net loss at which a note begins to lose.")
SIZE = Command("stress size job.toml --target EL=0.0005", "The largest notes that meet a target.")
LOSSES = Command(
    "stress calibrate losses job.toml --net-loss 0.009 --timing 0.4,0.35,0.25 -o base.toml",
    "Monthly rates of default that come to a cumulative net loss with this timing.",
)
PROJECTION = Command(
    "stress calibrate projection static-pools.csv",
    "What each vintage of a static-pool table will have lost in the end, and when.",
)
VINTAGE = Command(
    "stress calibrate vintage static-pools.csv --default defaults --size loans",
    "How the rate of default moves with age, as stages of seasoning.",
)
STATIC = Command("stress calibrate pool pool.toml -o pool.toml", "Entry rates that give each segment's static_default.")
OUTCOMES = Command(
    'stress calibrate tape loans.csv --defaulted "Charged Off" --still Current',
    "A static-pool table from a tape of loans with their outcomes.",
)
TAPE = Command("stress pool tape.csv -o pool.toml", "A pool from a loan tape: balances by level, term and months left.")
SWAPPED = Command("stress new --example auto-swapped", "A deal to start from: a swap and a liquidity facility.")
WAREHOUSE = Command("stress new --example warehouse-baitiao", "A deal to start from: a note that follows its base.")
PREFUNDED = Command("stress new --example platform-prefunded", "A deal to start from: it is filled after closing.")

DEFAULTS = ("pool.segments.entry_rate", "pool.segments.entry_rate_curve")
BASE = (
    "deal.pay_principal.until", "deal.quantities", "deal.formulas.pool", "deal.formulas.pool.overdue_30",
    "deal.formulas.segment", "deal.triggers.condition",
)  # fmt: skip
HEDGED = (
    "deal.parties", "deal.receive", "deal.pay_party", "deal.indices", "scenario.targets.index_rate",
    "scenario.targets.quantity",
)  # fmt: skip
UNPAID = ("deal.interest_on_unpaid_interest", "deal.notes.interest_on_unpaid_interest", "deal.formulas.unpaid")

MEANT = (
    Meant(
        ("severity", "loss severity", "lgd", "loss given default"),
        ("pool.segments.recovery", "pool.segments.recovery_curve", "pool.recovery_lag", "scenario.targets.recovery",
         "stresses.categories.recovery_cut", "pool.dependence.rho_recovery"),
        (CASH_FLOWS,),
    ),
    Meant(
        ("timing", "loss timing", "timing of losses", "default timing"),
        ("stresses.timing", "pool.segments.entry_rate_curve", "pool.recovery_lag", "scenario.shocks.curve"),
        (LOSSES, PROJECTION, RATING),
    ),
    Meant(
        ("static pool", "static pool data", "static pools", "loss triangle"),
        ("pool.segments.static_default", *DEFAULTS),
        (PROJECTION, VINTAGE, STATIC, LOSSES, OUTCOMES),
    ),
    Meant(
        ("loss curve", "default curve"),
        ("pool.segments.entry_rate_curve", "pool.stages.entry_rate_curve", "scenario.shocks.curve", "stresses.timing"),
        (LOSSES, PROJECTION),
    ),
    Meant(
        ("cnl", "cumulative net loss", "net loss"),
        ("deal.formulas.default_stock", "deal.formulas.cumulative_default", "deal.triggers.observable",
         "deal.triggers.denominator", "deal.triggers.thresholds"),
        (BREAK_EVEN, RATING, LOSSES, CASH_FLOWS),
    ),
    Meant(
        ("oc", "overcollateralization", "overcollateralisation", "enhancement", "credit enhancement"),
        ("deal.pay_principal.until", "deal.quantities", "deal.formulas.pool", "deal.formulas.notes"),
        (EXPLAIN, SIZE, CASH_FLOWS),
    ),
    Meant(
        ("pdl", "principal deficiency", "principal deficiency ledger"),
        ("deal.formulas.deficiency", "deal.cover_defaults", "deal.write_down"),
        (CASH_FLOWS,),
    ),
    Meant(
        ("cpr", "smm", "speed", "prepayment speed"),
        ("pool.segments.prepayment", "pool.segments.prepayment_curve", "pool.stages.prepayment",
         "scenario.targets.prepayment", "scenario.shocks.curve"),
        (CASH_FLOWS, PRICE),
    ),
    Meant(
        ("cdr", "mdr"),
        (*DEFAULTS, "scenario.targets.default_rate", "scenario.targets.default_odds", "scenario.shocks.curve"),
        (CASH_FLOWS,),
    ),
    Meant(
        ("reserve", "reserve account", "reserve fund", "cash reserve", "liquidity reserve"),
        ("deal.accounts", "deal.opening_cash", "deal.top_up", "deal.release", "deal.target"),
        (EXPLAIN, CASH_FLOWS),
    ),
    Meant(("clean up call", "optional redemption", "call"), ("deal.clean_up",)),
    Meant(("swap", "interest rate swap", "swap counterparty"), HEDGED, (SWAPPED,)),
    Meant(("hedge", "hedging"), (*HEDGED, "book.positions.share"), (SWAPPED,)),
    Meant(
        ("commingling", "commingling reserve", "commingled"),
        ("scenario.targets.commingled_days", "deal.formulas.commingled_principal", "deal.formulas.commingled_income",
         "deal.transfer.amount"),
        (CASH_FLOWS,),
    ),
    Meant(
        ("set off", "setoff"),
        ("pool.dilution", "pool.dilution_unpaid_share", "scenario.targets.dilution",
         "scenario.targets.dilution_unpaid_share"),
        (CASH_FLOWS,),
    ),
    Meant(("step up", "coupon step up"), ("deal.notes.step_up", "deal.step_up"), (PRICE,)),
    Meant(("wal", "weighted average life", "average life"), ("deal.notes.payment_months",), (RUN, PRICE)),
    Meant(
        ("dm", "discount margin"),
        ("deal.notes.index", "deal.notes.coupon", "deal.discount_spread", "scenario.targets.note_spread"),
        (PRICE,),
    ),
    Meant(("advance rate", "borrowing base"), BASE, (WAREHOUSE,)),
    Meant(
        ("warehouse", "warehouse facility", "facility"),
        (*BASE, "deal.principal_accounts", "deal.opening_cash", "deal.receive"),
        (WAREHOUSE,),
    ),
    Meant(("excess concentration", "concentration limit"), (*BASE, "pool.eligibility"), (WAREHOUSE,)),
    Meant(
        ("prefunding", "pre funding", "prefunding account"),
        ("deal.principal_accounts", "deal.opening_cash", "deal.purchase", "deal.revolving_months", "pool.supply"),
        (PREFUNDED,),
    ),
    Meant(
        ("seasoning", "months on book", "loan age"),
        ("pool.opening", "pool.stages", "pool.segments.entry_rate_curve"),
        (VINTAGE, PROJECTION, TAPE),
    ),
    Meant(
        ("vintage", "cohort"),
        ("pool.segments.static_default", "pool.stages", "scenario.targets.new_default_odds"),
        (PROJECTION, VINTAGE, OUTCOMES),
    ),
    Meant(
        ("deferral", "interest deferral", "deferred interest", "payment holiday"),
        (*UNPAID, "deal.step.when", "scenario.targets.collections_deferred", "scenario.targets.payment"),
        (CASH_FLOWS,),
    ),
    Meant(("pik", "payment in kind", "capitalised interest", "capitalized interest"), (*UNPAID, "deal.step.when")),
    Meant(
        ("turbo", "full turbo"),
        ("deal.pay_principal", "deal.step.source", "deal.step.when", "deal.triggers.effect"),
        (EXPLAIN,),
    ),
    Meant(
        ("lockout", "lock out"),
        ("deal.revolving_months", "deal.step.when", "deal.pay_principal.notes", "deal.formulas.month"),
        (EXPLAIN,),
    ),
    Meant(
        ("servicing fee cap", "fee cap", "expense cap", "senior fee cap", "senior expense cap"),
        ("deal.pay_fee", "deal.formulas.paid_this_year", "deal.year_begins", "deal.fees"),
        (EXPLAIN, CASH_FLOWS),
    ),
)  # fmt: skip


def meant_by(word: str) -> Meant | None:
    """What a word is about, in small letters with blanks for hyphens; also where it is one of many."""
    return next((meant for meant in MEANT if word in meant.words or word.removesuffix("s") in meant.words), None)
