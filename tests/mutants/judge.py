"""Which mutants may be accepted: those whose meaning is legal, by ranges and lists written here by hand.

The ranges are those of the documentation, not read from the models. A mutant that the reader accepts and that is not
legal here was accepted wrongly.
"""

import math
import re
from typing import Any

import tomli

from mutants.mutant import Mutant, Place

FRACTIONS = """
share new_share entry_rate static_default prepayment recovery roll_m1 roll_m2 roll_m3 m1 m2 m3 dilution
dilution_unpaid_share rho rho_roll rho_prepayment rho_recovery phi pool_factor idle_cash_share share_of_pool
share_of_notes share_of_cut_off fee_free_share probability monthly annual_yield base_rate rate seller_share additions
purchase_rate discount_rate hurdle_rate m4 m5 m6 cures rolls moves_on payment_cut yield_cut purchase_cut recovery_cut
mezzanine_held first_loss_held largest_root segment_limit.* plan_limit.* .p
"""
RATES = ["coupon", "cap", "floor", "cash_rate", "discount_spread", "LPR", "cost"]
FLOORS = "standardised.floor irba.floor erba.floor floor_senior"
MONEY = """
received unpaid_interest worst_shortfall performing deficiency accounts.* opening_cash.* target.floor target.cap
sums.defaults sums.recoveries sums.purchases sums.income
revolving.cap amortization.cap acceleration.cap event_of_default.cap
"""
RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys(FRACTIONS.split(), (0.0, 1.0)),
    **dict.fromkeys(RATES, (-0.5, 1.0)),
    **dict.fromkeys(("from_month", "to_month", "write_off_months"), (1, 120)),
    **dict.fromkeys(("scheduled_months", "legal_maturity_months"), (1, 120)),
    **dict.fromkeys(("term", "remaining"), (1, 60)),
    **dict.fromkeys(("amount", "balance"), (0.0, 1e15)),
    **dict.fromkeys(MONEY.split(), (0.0, 1e11)),
    **dict.fromkeys(FLOORS.split(), (0.0, 1.0)),
    **dict.fromkeys(("standardised.p", "least_p", "scale"), (0.01, 2.0)),
    **dict.fromkeys(("loads.*", "positions.share", "short_rate.correlation"), (-1.0, 1.0)),
    **dict.fromkeys(("early_amortization", "passes"), (0, 360)),
    "loan_weight": (0.0, 12.5),
    "positions.amount": (-1e15, 1e15),
    "positions.price": (1e-9, 10.0),
    "exchange.*": (1e-9, 1e9),
    "indices.*": (-0.5, 1.0),
    "payment_months.*": (1, 12),
    "default_rate.unit": (1e-9, 0.5),
    "mean_reversion": (0.0, 5.0),
    "volatility": (1e-9, 0.2),
    "default_odds": (1e-9, 1000.0),
    "apr": (0.0, 3.0),
    "days_to_due": (0, 30),
    "replicates": (1, math.inf),
    **dict.fromkeys(("error", "robust_error", "residual_sd"), (0.0, math.inf)),
    **dict.fromkeys(("at_least", "at_most"), (-math.inf, math.inf)),
    **dict.fromkeys(("lag", "difference", "robust_lags"), (0, 99)),
    **dict.fromkeys(("limit", "above", "below"), (-12.0, 3600.0)),
    "monthly_fee": (0.0, 0.1),
    "late_charge_daily": (0.0, 0.01),
    "multiple": (0.0, 100.0),
    "payment_day": (1, 28),
    "revolving_months": (0, 120),
    "months_before_legal_maturity": (0, 60),
    "months": (1, 12),
    "cure_months": (1, 24),
    "months_of_senior_cost": (0.0, 24.0),
    "first_due": (1, 12),
    "whiteness": (0.0, 1.0),
    "purchase_price": (0.5, 1.5),
    "multiply": (0.0, 1000.0),
    "add": (-10.0, 10.0),
    "set": (-0.5, 360.0),
    "elasticity": (-10.0, 10.0),
    "coefficient": (-1e6, 1e6),
    "r2": (-math.inf, 1.0),
    "residual_persistence": (-1.0, 1.0),
    "n": (1, math.inf),
    "paths": (1, 10**12),
    "seed": (0, 2**64 - 1),
    "per_year": (1, 12),
    **dict.fromkeys(("correlation_prepayment", "correlation_recovery", "correlation_prepayment_recovery"), (-1.0, 1.0)),
}
"""Legal values of each number: by its key, by `table.key` where it means another thing there, by `table.*` under names.

Of a mutant in the state of a deal the readers refuse much more: what does not fit the deal and the pool.
"""
PERCENT_OF_ANYTHING = {"coefficient", "error", "robust_error", "residual_sd", "multiply", "elasticity", "multiple"}
"""Numbers that may lie above 1 and still be meant: no percent can be told from them."""
_OPTIONAL = """
plan_limit.* segment_limit.* notes.floor target.floor
source illustrative description note probability step_up cap payment_months carry_over when trigger tripped
to_month from_month months curable denominator day_count interest_on_unpaid_interest purchase retain_senior_cost
purchase_price discount_spread idle_cash_share indices fees accounts opening_cash clean_up triggers
issue_date always_fee_free residual
fee_free_share opening ladder delinquent m1 m2 m3 new_share static_default monthly_fee prepayment recovery plan_share
eligible late_charge_daily recovery_lag dilution dilution_unpaid_share write_off_months supply multiple unlimited
eligibility months_before_legal_maturity segment_limit plan_limit rho_roll rho_prepayment rho_recovery factor_start
correlation_prepayment correlation_recovery correlation_prepayment_recovery cash_rate history satellites shocks levels
combine segments start interpolation after_end elasticity base_rate at_least at_most residual_rho target lag difference
annualised constant error robust_error sample paths seed clock estimator coupon order to_balance revolving acceleration
event_of_default amount additions cost principal_needed principal_accounts quantities tested cure_months discount_rate
share_of_pool share_of_notes share_of_cut_off months_of_senior_cost whiteness
hurdle_rate apr m4 m5 m6 cures pays_down moves_on default_odds plans.kind opening.kind sample.replicates .errors
.var .short_rate .macro .extends factors.correlation short_rate.correlation floor_senior irba.scale .irba .erba
.transfer .timing .held payment_cut yield_cut purchase_cut recovery_cut .align .exchange .factors deals.loads loads.*
deals.originator deals.group scenarios.groups scenarios.file positions.price .period .lasting_phase .early_amortization
.deficiency received unpaid_interest worst_shortfall passes pool.due pool.fee .state .reports .predictive
"""
OPTIONAL = frozenset(_OPTIONAL.split())
"""Keys that may be left out, written as those of `RANGES`: each has a documented meaning then."""
FREE_TEXT = {"name", "description", "source", "note", "illustrative", "year", "target", "first", "last", "levels"}
"""Words that nothing refers to, or names that may be chosen; a name that something refers to is refused there."""
NEVER = {"rename a key", "give a key twice", "not finite", "a wrong date", "nest deeply", "insert a control byte"}
NEVER |= {"a formula in a cell", "text in a cell", "a percent in a cell", "not finite in a cell", "a short row"}
NEVER |= {"a huge number in a cell", "a long row", "repeat a row", "swap rows"}
IN_A_TAPE = {"a wrong heading", "drop a column", "a short row", "a long row"}
"""What even a tape, of which wrong rows are dropped and counted, must not survive."""
ONCE = {"scenarios", "levels", "shocks", "satellites", "tables", "combine", "terms", "year"}
ONCE |= {"notes", "fees", "accounts", "triggers", "segments", "pool", "deal", "seed"}
ONCE |= {"deals", "positions", "names", "categories", "held", "qualities", "variables"}
"""Lists in which the same entry twice would act twice, or is two things of one name."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(?P<by>[,' ])\d{3}((?P=by)\d{3})*)(\.\d*)?([eE][+-]?\d+)?")
"""With or without thousands, in groups of three."""
_COMMA, _POINT = re.compile(r"\d+,(\d{1,2}|\d{4,})"), re.compile(r"\d\.\d")
"""A decimal comma that cannot be one of thousands; what rules it out elsewhere in the table."""
_EURO = re.compile(rb"[,\n]\"?\x80[-\d.]|\d\x80\"?[,\n]")
"""A euro sign of Windows beside a number: a currency, as printed."""
_BRACKETS = re.compile(r"^\((\d[^()]*)\)$")
"""A negative number as accounts write it."""


def legal(file: str, text: str, mutant: Mutant) -> bool:
    """Whether a mutant of a file with this text may be accepted."""
    if file.endswith("tape.csv"):
        return mutant.kind not in IN_A_TAPE or mutant.now == str(mutant.was).swapcase()
    if file.endswith(".csv"):
        return _legal_table(text, mutant)
    if mutant.kind in NEVER:
        return False
    last = _last_key(mutant)
    if mutant.kind == "percent for a fraction" and last not in PERCENT_OF_ANYTHING:
        return mutant.now <= 1.0 and _in_range(mutant.place, mutant.now)
    if mutant.kind == "drop a key":
        return _optional(mutant.place)
    if mutant.kind in ("a wrong word", "hostile text"):
        if mutant.now == mutant.was or (last == "start" and mutant.now == mutant.was.swapcase()):
            return True  # digits in capitals; a quarter in small letters
        if mutant.place in (("state",), ("reports",)) and mutant.now == "":
            return True  # as where it is left out
        return last in FREE_TEXT and not _CONTROL.search(mutant.now)
    if mutant.kind == "repeat an entry":
        return last not in ONCE
    if mutant.kind in ("drop an entry", "reverse a list"):
        return last not in ("year", "non_performing_ratio", "overdue_ratio") or mutant.kind == "reverse a list"
    if mutant.kind == "swap two numbers":
        return all(_in_range((*mutant.place[:-1], key), value) for key, value in mutant.now.items())
    if mutant.kind in ("truncate the file", "flip three bytes"):
        return _same_shape(text, mutant)
    if mutant.kind == "encode otherwise":
        return False
    if last in ("deal", "pool", "seed") and mutant.now == [mutant.was]:
        return True  # a sweep of one
    if mutant.now == [] and _optional(mutant.place):
        return True
    return _in_range(mutant.place, mutant.now)


def _legal_table(text: str, mutant: Mutant) -> bool:
    """Cells that are numbers or empty; a column that nothing reads; the first or last row left out; other spellings."""
    if mutant.kind in ("another delimiter", "decimal commas", "encode otherwise"):
        return True  # the meaning is certain, or the file is refused; tests/inputs/test_table_layouts.py has the values
    if mutant.kind in ("text in a cell", "not finite in a cell"):
        return mutant.now in ("n/a", "-", "nan")  # not published: refused where it is used
    if mutant.kind in ("an empty cell", "drop a column", "a wrong heading", "drop a row", "truncate the file"):
        return True
    if mutant.kind == "an unclosed quote":
        return mutant.was < 600  # within the heading: the name of a column that nothing reads
    if mutant.kind == "insert a control byte":
        return bool(_EURO.search(mutant.content))
    if mutant.kind in ("a sign in a cell", "a thousands mark in a cell"):
        cell = _BRACKETS.sub(r"\1", mutant.now.strip())
        return bool(_NUMBER.fullmatch(cell) or (_COMMA.fullmatch(cell) and not _POINT.search(text)))
    return False


def _last_key(mutant: Mutant) -> str:
    return next((part for part in reversed(mutant.place) if isinstance(part, str)), "")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _names(place: Place) -> tuple[str, ...]:
    """What the lists call a key, the narrowest name first."""
    table, key = (*[""] * 2, *[part for part in place if isinstance(part, str)])[-2:]
    return f"{table}.{key}", f"{table}.*", key


def _optional(place: Place) -> bool:
    return not OPTIONAL.isdisjoint(_names(place))


def _in_range(place: Place, value: Any) -> bool:
    low, high = next((RANGES[name] for name in _names(place) if name in RANGES), (math.inf, -math.inf))
    return _is_number(value) and low <= value <= high


def _same_shape(text: str, mutant: Mutant) -> bool:
    """The same keys below one another; a truncated file may lack what is optional at its end."""
    before, after = tomli.loads(text), tomli.loads(mutant.content.decode())
    if mutant.kind == "truncate the file":
        return all(_optional((key,)) for key in set(before) - set(after)) and set(after) <= set(before)
    return _shape(before) == _shape(after)


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shape(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_shape(part) for part in value]
    return "number" if _is_number(value) else type(value).__name__
