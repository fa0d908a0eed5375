"""What a scenario can move: each target in words, how it may be moved, within which range."""

from __future__ import annotations

from stress.inputs.targets import FROM_ZERO, MULTIPLIERS, SEGMENT_TARGETS, VALUE_RANGE, Target, move_range

_MEANING: dict[Target, str] = {
    "default_odds": "Odds of entry into M1 (of default where the pool has no ladder): 2.0 doubles the odds, so a rate "
    "never passes 1. What enters defaults by the same ladder: defaults double too while rates are small. `stress check "
    "JOB` says what each scenario makes of a new cohort's default.",
    "new_default_odds": "Odds of entry, for life, of what is bought in these months: quality that drifts. A "
    "satellite may drive it along a macro path: a month's purchases keep that month's multiple.",
    "default_rate": "Monthly rate of default: entries move so that the ladder, where there is one, yields it.",
    "entry_rate": "Monthly rate of entry into M1 (of default where the pool has no ladder).",
    "payment": "Payments: on plans the share of what is due that is paid, on cards the multiple of the payment rate.",
    "prepayment": "Full early settlements a month.",
    "yield": "Fee and finance income, as a multiple.",
    "fee_free_share": "Share of new receivables on which no fee is charged.",
    "apr": "Added to the annual rate of new fee-bearing receivables.",
    "apr_cap": "Largest annual rate of new receivables.",
    "originations": "What the originator offers, as a multiple; 0 ends new lending.",
    "ineligible_share": "Share of what is bought that is not eligible.",
    "purchase_lag_days": "Days before principal may buy (daily clock).",
    "purchase_outage": "Share of offers that fail.",
    "purchase_outage_days": "Days from the month's start without offers (daily clock).",
    "recovery": "Share of a defaulted balance that is recovered.",
    "dilution": "Refunds a month; what borrowers set off against a servicer that failed lowers the pool like them.",
    "dilution_unpaid_share": "Share of refunds that the originator does not make good; of set-off mostly all, 1.",
    "score_slope": "How well the score tells segments apart: 1 as it is, 0 not at all; the pool's mean stays.",
    "heterogeneity": "Standard deviation of a segment's own shock that the score does not see (log odds of entry).",
    "rho": "Asset correlation of entry (or of one-step default).",
    "collections_deferred": "Share of payments that come a month later.",
    "commingled_days": "Days from the month's start whose collections are lost with the servicer: commingling.",
    "successor_fee": "Per annum, added to the first fee based on the pool.",
    "payment_rate": "Share of the balance paid a month, on cards.",
    "turnover": "Payment rate for life at the same static default, on cards.",
    "cash_rate": "Earned on idle cash, per annum.",
    "index_rate": "Level of the floating indices, per annum.",
    "note_spread": "Added to the spread at which notes are priced, per annum.",
    "quantity": "One of the deal's own `quantities`, a number or a schedule, named by `quantity`: a servicer's rating, "
    "the rate of a swap, a counterparty that pays (1) or not (0), the limit of a trigger. Formulas of the deal look at "
    "it.",
}
OF_PURCHASES: frozenset[Target] = frozenset({
    "new_default_odds", "fee_free_share", "apr", "apr_cap", "originations", "ineligible_share", "purchase_lag_days",
    "purchase_outage", "purchase_outage_days",
})  # fmt: skip
"""What moves new receivables alone."""
MEANING: dict[Target, str] = {
    target: f"{words} Moves nothing in a deal that buys nothing." if target in OF_PURCHASES else words
    for target, words in _MEANING.items()
}
"""In the words of `stress explain --keys scenario`."""


def ways(target: Target) -> str:
    """How a target may be moved, with the range of each way."""
    moves = []
    for how in ("multiply", "add", "set"):
        if (target in MULTIPLIERS and how != "multiply") or (target in FROM_ZERO and how == "multiply"):
            continue
        low, high = move_range(target, how)
        moves.append(f"{how} {low:g} to {high:g}")
    return "; ".join(moves)


def example(target: Target) -> str:
    """A shock on the target, as TOML."""
    where = ', segments = ["near prime"]' if target in SEGMENT_TARGETS else ""
    if target == "quantity":
        return '{ target = "quantity", quantity = "servicer_rating", set = 2, from_month = 13 }'
    if target in FROM_ZERO:
        low, high = VALUE_RANGE[target]
        return f'{{ target = "{target}", set = {max(low, 0.0) + 0.1 * (high - max(low, 0.0)):g}{where} }}'
    if target == "turnover":
        return '{ target = "turnover", set = 0.2 }'
    if target in ("cash_rate", "index_rate", "note_spread"):
        return f'{{ target = "{target}", add = 0.02 }}'
    return f'{{ target = "{target}", multiply = 0.8{where} }}'
