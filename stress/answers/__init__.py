"""Answers to an analyst's questions, each figure with its error: `stress.analysis` gives them, reports show them.

In a notebook each shows its table; `to_dataframe()` gives its numbers, `to_dataframe(part)` those of another part.

capital    `Capital`: regulatory capital of every class, and the worth of a transfer
backtest   `BackTest`: predictions of a reported rate against what came
follow     `Follow`: a deal given its monthly reports
breakeven  `Breakeven`: how far a shock can go before a note is no longer paid in full
sizing     `Sizing`: note shares that meet a target each
reverse    `Reverse`: the most likely factor path on which a note loses
tornado    `Tornado`: what moves a measure most
clocks     `Clocks`: what the clock of purchases changes
ecl        `Ecl`: expected credit losses, 12-month and lifetime
gradient   `Gradient`: derivatives by every input of the draws
price      `Price`: yield, margin, spread, duration and window of a note at each price
rating     `Rating`: which of a user's stresses each class stands, and its gap (never a rating)
whatif     `WhatIf`: measures over ranges of inputs
committee  `Committee`: every class in one row
pool_fit   `PoolFit`: a pool whose entry rates meet their targets
book       `BookRisk`: what a book loses; `BookChange`, `BookReverse`: what changed, and the nearest path to a loss
rates      `Rates`: delinquency, net loss, payment rate and yield by month

validation_record: what `stress validate` measured, as one JSON document
"""

from stress.answers.backtest import BackTest
from stress.answers.book import BookRisk
from stress.answers.book_change import BookChange
from stress.answers.book_reverse import BookReverse
from stress.answers.breakeven import Breakeven
from stress.answers.capital import Capital
from stress.answers.clocks import Clocks
from stress.answers.committee import Committee
from stress.answers.ecl import Ecl
from stress.answers.follow import Follow
from stress.answers.gradient import Gradient
from stress.answers.pool_fit import PoolFit
from stress.answers.price import Price
from stress.answers.rates import Rates
from stress.answers.rating import Rating
from stress.answers.reverse import Reverse
from stress.answers.sizing import Sizing
from stress.answers.tornado import Tornado
from stress.answers.whatif import WhatIf

__all__ = [
    "BackTest",
    "BookChange",
    "BookReverse",
    "BookRisk",
    "Breakeven",
    "Capital",
    "Clocks",
    "Committee",
    "Ecl",
    "Follow",
    "Gradient",
    "PoolFit",
    "Price",
    "Rates",
    "Rating",
    "Reverse",
    "Sizing",
    "Tornado",
    "WhatIf",
]
