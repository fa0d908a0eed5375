"""What of a pool is told besides its rates: what follows a default, refunds, and what may be bought."""

from __future__ import annotations

from stress.explain.words import listed, percent, table
from stress.inputs.pool import Floating, Plan, Pool

_KIND = {
    "equal_principal": "in equal parts",
    "level": "in level payments",
    "interest_only": "interest only for {} months, then in level payments",
    "balloon": "in level payments as over {} months, the rest at the end",
    "bullet": "at the end",
}
FEW = 6
"""Kinds of loans that are named beside the lines of an opening pool."""


def plan_words(plan: Plan) -> str:
    """`40% over 72 months in level payments at 5%`; an instalment plan with a flat fee alone is its months."""
    return f"{percent(plan.share)} {_terms(plan)}"


def _terms(plan: Plan) -> str:
    words = f"over {plan.term}{' without the flat fee' * plan.always_fee_free}"
    once = f", {percent(plan.origination_fee)} once at the start" if plan.origination_fee else ""
    rate = "" if plan.apr is None else f" at {percent(plan.apr)}"
    if plan.floating is not None:
        rate = f" at {plan.floating.index} + {percent(plan.floating.margin)}{_floats(plan.floating)}"
    if plan.kind == "equal_principal" and not rate:
        return words + once
    days = "" if plan.day_count == "30/360" else f" {plan.day_count}"
    first = "" if plan.first_period_days == 30 else f", {plan.first_period_days} days of it first"
    how = _KIND[plan.kind].format(plan.interest_only_months or plan.amortization_months)
    return f"{words} {how}{rate}{days}{first}{once}"


def loans(pool: Pool, buying: bool) -> list[str]:
    """What is bought and what the pool is made of at closing: plans, or lines by remaining term."""
    own = [f"{s.name} {' / '.join(map(percent, s.plan_share))}" for s in pool.segments if s.plan_share is not None]
    mix = f" (of {listed(own)}, in this order)" if own else ""
    terms, free = listed(plan_words(plan) for plan in pool.plans), percent(pool.fee_free_share)
    plans = f" by months of instalment: {terms}{mix}. Fee-free balance {free}."
    sentences = [f"New receivables{plans}"] if buying else []
    if pool.opening:
        return [*sentences, _lines(pool)]
    if buying:
        return [*sentences, "The opening pool is their seasoned steady state."]
    return [f"Opening pool, the seasoned steady state of loans{plans}"]


def _lines(pool: Pool) -> str:
    """Opening lines: how many, how long they last, and of which plans where these are few."""
    left = [line.remaining for line in pool.opening]
    ends = f"{min(left)} to {max(left)}" if len(set(left)) > 1 else f"{left[0]}"
    kinds = list(dict.fromkeys(_terms(pool.loan_of(line)) for line in pool.opening))
    of = f", of loans {listed(kinds)}" if len(kinds) <= FEW else ""
    return f"Opening pool: {len(left)} line{'s' * (len(left) > 1)} by remaining term, {ends} months left{of}."


def past_due(pool: Pool) -> list[str]:
    """What of the pool at closing is late, by bucket."""
    shares = [
        sum(s.share * getattr(pool.delinquent_of(s), f"m{n}") for s in pool.segments)
        for n in range(1, len(pool.buckets) + 1)
    ]
    late = [f"{percent(share)} in M{n}" for n, share in enumerate(shares, 1) if share > 0.0]
    return [f"Of the balance at the cut-off date {listed(late)}."] if late else []


def _floats(floating: Floating) -> str:
    """When a floating rate is set, and within what."""
    terms = [] if floating.reset_months == 1 else [f"set every {floating.reset_months} months"]
    terms += [] if floating.floor is None else [f"at least {percent(floating.floor)}"]
    terms += [] if floating.cap is None else [f"at most {percent(floating.cap)}"]
    return f" ({', '.join(terms)})" if terms else ""


def ladder(pool: Pool) -> list[str]:
    """What of each bucket rolls on, cures, pays down and stays."""
    if pool.ladder is None:
        return []
    buckets, days = pool.buckets, 30 * len(pool.buckets)
    names = " / ".join(f"M{number}" for number in range(1, len(buckets) + 1))
    rolls = " / ".join(percent(bucket.rolls) for bucket in buckets)
    if pool.simple_ladder:
        sentence = f"Of the balance in {names}, {rolls} rolls on each month; the rest cures. {days}+ days is default."
        return [sentence, *_moves_with(pool)]
    rows = []
    for number, bucket in enumerate(buckets, 1):
        downs = [f"{percent(share)} to M{number - n}" for n, share in enumerate(bucket.pays_down, 1) if share]
        to = "default" if number == len(buckets) else f"M{number + 1}"
        late = f"{30 * (number - 1) + 1}-{30 * number}"
        moved = [f"{percent(bucket.rolls)} to {to}", percent(bucket.cured), listed(downs) or "-", percent(bucket.stays)]
        rows.append([f"M{number}", late, *moved])
    head = ["bucket", "days late", "rolls on a month", "cures", "pays down", "stays"]
    return [*table(head, rows), "", f"{days}+ days is default.", *_moves_with(pool)]


def _moves_with(pool: Pool) -> list[str]:
    """Rolls that a scenario's shocks on entry move too."""
    moved = [f"M{n} by {b.elasticity:g}" for n, b in enumerate(pool.buckets, 1) if b.elasticity]
    return [f"Log odds of rolls follow those of entry under a scenario: {listed(moved)}."] if moved else []


def stages(pool: Pool) -> list[str]:
    """Stages of a receivable's life, and what they do once nothing new is bought."""
    if not pool.stages:
        return []
    enters = "odds of entry" if pool.ladder is not None else "odds of default"
    rows = []
    for stage in pool.stages:
        hazard = f"{1.0 if stage.default_odds is None else stage.default_odds:g} times"
        if stage.entry_rate is not None:
            hazard = " / ".join(stage.entry_rate_curve or map(percent, stage.entry_rate)) + " a month"
        prepays = "as the segment" if stage.prepayment is None else stage.prepayment_curve or percent(stage.prepayment)
        rows.append([stage.name, "-" if stage.moves_on is None else percent(stage.moves_on), hazard, prepays])
    return [*table(["stage", "moves on a month", enters, "prepays a month"], rows), ""]


def after_default(pool: Pool) -> list[str]:
    """Recoveries by month, how long a default stays in the overdue stock, late charges, interest on cash, refunds."""
    lag = pool.recovery_lag
    equal = len(lag) > 1 and max(lag) - min(lag) < 1e-6
    parts = [f"{percent(share, 1)} in month {k}" for k, share in enumerate(lag, 1) if share > 0.0]
    months = f"in equal parts in months 1 to {len(lag)}" if equal else listed(parts)
    sentences = [f"Recoveries come after default, {months}."] if any(s.recovery for s in pool.segments) else []
    stays = f"{pool.write_off_months} month{'s' * (pool.write_off_months > 1)}"
    sentences.append(f"A default counts as overdue for {stays}, then it is written off.")
    if pool.late_charge_daily:
        sentences.append(f"What cures pays a late charge of {percent(pool.late_charge_daily)} of it for each day late.")
    if pool.late_fee:
        sentences.append(f"Late borrowers pay a late fee of {percent(pool.late_fee)} of what they pay.")
    if pool.cash_rate:
        sentences.append(f"Cash earns {percent(pool.cash_rate)} a year.")
    if pool.dilution > 0.0 or pool.dilution_curve:
        unpaid = pool.dilution_unpaid_share
        owed = f", of which the originator leaves {percent(unpaid)} unpaid" if unpaid > 0.0 else ""
        sentences.append(
            f"Refunds: {pool.dilution_curve or percent(pool.dilution)} of the performing balance a month{owed}."
        )
    return sentences


def limits(pool: Pool) -> list[str]:
    """How many receivables are offered, and which of them are bought."""
    supply, eligible = pool.supply, pool.eligibility
    offered = (
        "as many receivables as the pool takes"
        if supply.unlimited or supply.multiple is None
        else f"{supply.multiple:g} times what the undisturbed pool needs"
    )
    sentences = [f"Offered each month: {offered}."]
    if eligible.months_before_legal_maturity:
        ends = f"{eligible.months_before_legal_maturity} months before legal maturity"
        sentences.append(f"Bought are only receivables that end {ends}.")
    shares = [f"segment {name} at most {percent(most)} of the pool" for name, most in eligible.segment_limit.items()]
    shares += [f"{term} months at most {percent(most)} of purchases" for term, most in eligible.plan_limit.items()]
    return sentences + ([f"Limits on purchases: {listed(shares)}."] if shares else [])
