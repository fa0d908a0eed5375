"""Questions an analyst asks of a deal, each answered with its errors (see `stress.answers`).

breakeven       how far a shock can go before a note is no longer paid in full
book            positions on common factors: loss of the book, contributions, what a sale changes
book_change     what changed between two answers of `book`, in money
capital         regulatory capital of every class by a body of rules, at closing and by month
ecl             expected credit losses of loans and notes, 12-month and lifetime
committee       break-even, capital, expected credit loss and yield of every class at once: the first page of a report
with_committee  a run's Dataset with that answer in it
gradient        derivatives of a measure by every input of the draws, from one run
gradient_tornado  what a small move of each of these inputs does, to first order
price           yield, margin, spread, duration and window of a note at each price
rating          which of a user's stresses each class stands, and its gap in net loss (never a rating)
size            note shares that meet a target, and another run that proves it
backtest        reported default rates predicted from each past report, against what came
follow          the law of a deal's paths given its monthly reports
reverse         the most likely factor path on which a note loses
reverse_book    the most likely path of a book's named factors on which it loses more than a share
sensitivity     what moves a measure most: a tornado on common random numbers
clocks          what purchases by the day, the month or at payment dates change, and days without any
cash_flows      cash flows month by month: the deterministic case, or one path
mean_flows      the same as means over paths, with errors
rates           delinquency, net loss, payment rate and yield by month, as fans over paths
calibrate_pool  entry rates that meet static default targets
whatif          measures over ranges of inputs, as surfaces between points that were run
target_of       a target of `size` from text, as `A:PD=0.001`
load_rules      parameters of capital rules, with source and standing
load_stresses   a user's table of stresses by category
load_bands      the table of EL-implied bands, the illustrative one or your own (never a rating)
aims_of         the most likely way to a loss of each note: what importance sampling draws around

In a notebook an answer shows its table. `answer.to_dataframe()` gives its numbers, `to_dataframe(part)` those of
another part (`help(type(answer))` names them), `answer._asdict()` all of it. `stress.report` draws and tabulates every
answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stress.inputs.arguments import on_demand
from stress.inputs.kinds import Checks

if TYPE_CHECKING:
    import pandas as pd

    from stress.analysis.book_answer import book
    from stress.analysis.book_changes import book_change
    from stress.analysis.book_reverse import reverse_book
    from stress.analysis.break_even import breakeven
    from stress.analysis.capital_needs import Bank, capital, load_rules
    from stress.analysis.class_numbers import committee, with_committee
    from stress.analysis.class_stresses import load_stresses, rating
    from stress.analysis.clock_effects import clocks
    from stress.analysis.credit_loss import ecl
    from stress.analysis.entry_rates import calibrate_pool
    from stress.analysis.filtering import follow
    from stress.analysis.gradients import gradient
    from stress.analysis.hindcast import backtest
    from stress.analysis.monthly_flows import cash_flows, mean_flows
    from stress.analysis.note_price import price
    from stress.analysis.note_targets import load_bands, target_of
    from stress.analysis.rate_fans import rates
    from stress.analysis.reverse_stress import reverse
    from stress.analysis.score_tornado import gradient_tornado
    from stress.analysis.sensitivities import sensitivity
    from stress.analysis.sizing import size
    from stress.analysis.what_if import whatif
    from stress.runs.sampling.shifts import aims_of

__all__ = [
    "Bank",
    "aims_of",
    "backtest",
    "book",
    "book_change",
    "breakeven",
    "calibrate_pool",
    "capital",
    "cash_flows",
    "clocks",
    "committee",
    "ecl",
    "follow",
    "gradient",
    "gradient_tornado",
    "load_bands",
    "load_rules",
    "load_stresses",
    "mean_flows",
    "price",
    "rates",
    "rating",
    "reverse",
    "reverse_book",
    "sensitivity",
    "size",
    "target_of",
    "whatif",
    "with_committee",
]

_HOME = {
    "book": "stress.analysis.book_answer",
    "book_change": "stress.analysis.book_changes",
    "gradient": "stress.analysis.gradients",
    "gradient_tornado": "stress.analysis.score_tornado",
    "price": "stress.analysis.note_price",
    "ecl": "stress.analysis.credit_loss",
    "Bank": "stress.analysis.capital_needs",
    "capital": "stress.analysis.capital_needs",
    "load_rules": "stress.analysis.capital_needs",
    "aims_of": "stress.runs.sampling.shifts",
    "breakeven": "stress.analysis.break_even",
    "backtest": "stress.analysis.hindcast",
    "follow": "stress.analysis.filtering",
    "calibrate_pool": "stress.analysis.entry_rates",
    "cash_flows": "stress.analysis.monthly_flows",
    "mean_flows": "stress.analysis.monthly_flows",
    "rates": "stress.analysis.rate_fans",
    "clocks": "stress.analysis.clock_effects",
    "committee": "stress.analysis.class_numbers",
    "with_committee": "stress.analysis.class_numbers",
    "load_bands": "stress.analysis.note_targets",
    "load_stresses": "stress.analysis.class_stresses",
    "rating": "stress.analysis.class_stresses",
    "reverse": "stress.analysis.reverse_stress",
    "reverse_book": "stress.analysis.book_reverse",
    "sensitivity": "stress.analysis.sensitivities",
    "size": "stress.analysis.sizing",
    "target_of": "stress.analysis.note_targets",
    "whatif": "stress.analysis.what_if",
}
"""Where each public name lives; nothing is imported before it is asked for."""


def _checks() -> Checks:
    from stress.analysis.subjects import CHECKS
    from stress.answers.shown import show_by

    show_by(_table)
    return CHECKS


def _table(answer: Any) -> pd.DataFrame:
    from stress.report import frame

    return frame(answer)


__getattr__ = on_demand(globals(), _HOME, _checks)
