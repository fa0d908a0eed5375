"""What a unit of receivables pays by month: plans, the seasoned opening pool, and new purchases."""

import itertools
import math
from typing import NamedTuple

from oracle.calendar_loan import dated, instalments, rate_at_closing
from oracle.stages import spread_at


class Profile(NamedTuple):
    """Principal and fee falling due 1, 2, 3, ... steps ahead, per unit of balance."""

    due: list[float]
    fee: list[float]


def flat_payment(annual_rate: float, term: int) -> float:
    """Level payment per unit of principal at an APR of 12 x the monthly rate."""
    i = annual_rate / 12.0
    return 1.0 / term if i == 0.0 else i / -math.expm1(-term * math.log1p(i))  # 1 - (1 + i)^-n, also where i is tiny


def flat_plan_apr(fee: float, term: int) -> float:
    """APR (12 x monthly IRR) of a flat plan that pays fee + 1/term a month."""
    low, high = 0.0, 12.0 * (fee * term + 1e-9)
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if flat_payment(middle, term) < fee + 1.0 / term else (low, middle)
    return 0.5 * (low + high)


def capped_fee(fee: float, term: int, apr_cap: float, apr_change: float = 0.0) -> float:
    """Flat monthly fee that a move of the APR and then a cap on it leave."""
    if apr_change:
        fee = flat_payment(max(flat_plan_apr(fee, term) + apr_change, 0.0), term) - 1.0 / term
    return fee if math.isinf(apr_cap) else min(fee, flat_payment(apr_cap, term) - 1.0 / term)


def plan_mix(pool, s: int) -> list[float]:
    """Shares of originations by plan of a segment."""
    own = pool.segments[s].plan_share
    return [p.share for p in pool.plans] if own is None else list(own)


def bears_interest(pool, s: int, plan) -> bool:
    """Whether a rate is given for a plan of a segment."""
    return plan.apr is not None or pool.segments[s].apr is not None or floats(plan)


def floats(plan) -> bool:
    return getattr(plan, "floating", None) is not None


def loan_rate(pool, s: int, plan, apr_cap: float = math.inf, apr_change: float = 0.0, calendar=None) -> float:
    """Interest a month of a plan, moved and capped as its price says; 0 where none is given. Of a floating one that at
    closing."""
    if floats(plan):
        return rate_at_closing(plan, calendar)
    if not bears_interest(pool, s, plan):
        return 0.0
    apr = plan.apr if plan.apr is not None else pool.segments[s].apr
    return min(max(apr + apr_change, 0.0), apr_cap) / 12.0


def balances(plan, i: float, left: int) -> list[float]:
    """Balance before each of the instalments left of a loan, and 0 after the last, per unit of the first: payment by
    payment, as a borrower's statement shows it."""
    grace = max(0, (plan.interest_only_months or 0) - (plan.term - left))
    over = left - grace if plan.kind != "balloon" else plan.amortization_months - (plan.term - left)
    payment = flat_payment(12.0 * i, max(over, 1))
    rows, balance = [], 1.0
    for r in range(1, left + 1):
        rows.append(balance)
        if plan.kind == "equal_principal":
            balance -= 1.0 / left
        elif plan.kind != "bullet" and r > grace:
            balance -= payment - i * balance
    return [*rows, 0.0]


def loan(plan, i: float, left: int) -> Profile:
    """Principal and interest of a loan by instalment, per unit of what is outstanding."""
    rows = balances(plan, i, left)
    return Profile([a - b for a, b in itertools.pairwise(rows)], [i * b for b in rows[:-1]])


def still_pays(pool, s: int, plan, calendar, month: int, age: int, *price: float) -> Profile:
    """Principal and interest of a loan from here on, per unit of balance; its next instalment is due in `month`."""
    if dated(plan):
        apr = plan.apr if plan.apr is not None else pool.segments[s].apr
        return Profile(*instalments(plan, apr, calendar, month, age, *price))
    return loan(plan, loan_rate(pool, s, plan, *price), plan.term - age)


def extra_fee_free(pool, s: int, fee_free_share: float, calendar=None) -> float:
    """Fee-free share of the balance of the plans that may bear fees: always-fee-free plans count first."""
    steady = [sum(balances(p, loan_rate(pool, s, p, calendar=calendar), p.term)) for p in pool.plans]
    balance = [w * b for w, b in zip(plan_mix(pool, s), steady, strict=True)]
    free = sum(b for b, p in zip(balance, pool.plans, strict=True) if p.always_fee_free) / sum(balance)
    return 0.0 if free >= 1.0 else max(0.0, (fee_free_share - free) / (1.0 - free))


def plan_fees(
    pool, s: int, fee_free_share: float, apr_cap: float, apr_change: float = 0.0, calendar=None, month: int = 1
) -> list[float]:
    """Flat monthly fee of each plan of a segment, net of what is fee-free."""
    bearing = 1.0 - extra_fee_free(pool, s, fee_free_share, calendar)
    fees = [fee_of(pool, s, p, apr_cap, apr_change, calendar, month) for p in pool.plans]
    return [0.0 if p.always_fee_free else bearing * fee for p, fee in zip(pool.plans, fees, strict=True)]


def fee_of(pool, s: int, plan, apr_cap: float, apr_change: float, calendar, month: int) -> float:
    """Flat fee of a plan: on its own it is what the APR moves and the cap holds; beside a rate it takes what room the
    cap leaves."""
    fee = pool.segments[s].monthly_fee
    if not bears_interest(pool, s, plan):
        fee = capped_fee(fee, plan.term, math.inf if plan.origination_fee else apr_cap, apr_change)
        if not plan.origination_fee:
            return fee
    if math.isinf(apr_cap):
        return fee
    paid = still_pays(pool, s, plan, calendar, month, 0, apr_cap, apr_change)
    value, annuity = plan.origination_fee / (1.0 + apr_cap / 12.0), 0.0
    for r, (due, interest) in enumerate(zip(*paid, strict=True), start=1):
        value += (due + interest) / (1.0 + apr_cap / 12.0) ** r
        annuity += 1.0 / (1.0 + apr_cap / 12.0) ** r
    return min(fee, max(0.0, (1.0 - value) / annuity))


def opening_profiles(pool, s: int, slots: int, calendar=None) -> list[tuple[float, Profile]]:
    """The opening pool of a segment: share of each stage, and its profile per unit of performing balance."""
    stages = max(1, len(pool.stages))
    due, fee = [[0.0] * slots for _ in range(stages)], [[0.0] * slots for _ in range(stages)]
    own_lines = any(x.segment in (None, pool.segments[s].name) for x in pool.opening)
    for age, amount, rest in lines_of(pool, s, calendar) if own_lines else seasoned(pool, s, calendar):
        for i, share in enumerate(spread_at(pool, age)):
            for slot, (principal, charge) in enumerate(zip(*rest, strict=True)):
                due[i][slot] += share * amount * principal
                fee[i][slot] += share * amount * charge
    whole = [sum(row) for row in due]
    return [
        (w / sum(whole), Profile([d / w for d in a], [f / w for f in b]) if w > 0.0 else Profile(a, b))
        for w, a, b in zip(whole, due, fee, strict=True)
    ]


def seasoned(pool, s: int, calendar):
    """Steady state of the plan mix: as many receivables of a plan with 1, 2, .., n instalments left.

    Age, amount, and principal and fees of what is left to pay.
    """
    fees = plan_fees(pool, s, pool.fee_free_share, math.inf, 0.0, calendar)
    for weight, plan, flat in zip(plan_mix(pool, s), pool.plans, fees, strict=True):
        owed = balances(plan, loan_rate(pool, s, plan, calendar=calendar), plan.term)
        for age in range(plan.term):
            rest = still_pays(pool, s, plan, calendar, 1, age)
            charge = [flat + owed[age] * interest for interest in rest.fee]
            charge[0] += plan.origination_fee if age == 0 else 0.0
            yield age, weight, Profile([owed[age] * due for due in rest.due], charge)


def lines_of(pool, s: int, calendar):
    """An opening pool given by remaining term; the fee is charged on the original principal."""
    flat_of = plan_fees(pool, s, pool.fee_free_share, math.inf, 0.0, calendar)
    for line in [x for x in pool.opening if x.segment in (None, pool.segments[s].name)]:
        plan, flat = None, 0.0
        for p, fee_of_plan in zip(pool.plans, flat_of, strict=True):
            if p.term == line.term and line.kind in (None, p.kind):
                plan, flat = p, fee_of_plan
        flat = flat if line.monthly_fee is None else line.monthly_fee
        plan = Loan(line.term, line.kind or "equal_principal", line.apr) if plan is None else plan
        own = plan if line.apr is None else at_rate(plan, line.apr)
        i, age = loan_rate(pool, s, own, calendar=calendar), line.term - line.remaining
        rest, left = still_pays(pool, s, own, calendar, line.first_due, age), balances(own, i, line.term)[age]
        wait, charge = [0.0] * (line.first_due - 1), [interest + flat / left for interest in rest.fee]
        charge[0] += own.origination_fee if age == 0 else 0.0
        yield age, line.share, Profile(wait + rest.due, wait + charge)


class Loan(NamedTuple):
    """A loan of an opening line that has terms of its own."""

    term: int
    kind: str
    apr: float | None
    interest_only_months: int | None = None
    amortization_months: int | None = None
    floating: None = None
    day_count: str = "30/360"
    first_period_days: int = 30
    origination_fee: float = 0.0


def at_rate(plan, apr: float) -> Loan:
    """The plan of a line that has a rate of its own."""
    rest = plan.interest_only_months, plan.amortization_months
    if isinstance(plan, Loan):
        return Loan(plan.term, plan.kind, apr, *rest)
    return Loan(plan.term, plan.kind, apr, *rest, None, plan.day_count, plan.first_period_days, plan.origination_fee)


def within_limits(pool, offered: list[float]) -> list[float]:
    """What may be bought: the largest sum of which no term is more than its limit, found by halving."""
    by_term: dict[int, float] = {}
    for weight, plan in zip(offered, pool.plans, strict=True):
        by_term[plan.term] = by_term.get(plan.term, 0.0) + weight
    limit = {term: pool.eligibility.plan_limit.get(str(term), 1.0) for term in by_term}

    def bought(total: float) -> float:
        return sum(min(weight, limit[term] * total) for term, weight in by_term.items())

    low, high = 0.0, sum(offered)
    if bought(high) < high * (1.0 - 1e-12):
        for _ in range(200):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if bought(middle) >= middle * (1.0 - 1e-13) else (low, middle)
    return [
        weight * min(1.0, limit[plan.term] * high / by_term[plan.term]) if weight > 0.0 else 0.0
        for weight, plan in zip(offered, pool.plans, strict=True)
    ]


def purchase_profile(
    pool, s: int, months, t: int, last: int, slots: int, calendar=None, first: int = 1
) -> tuple[float, Profile | None]:
    """Eligible share of the receivables of a segment offered in month t, and their profile a unit (None on cards); the
    first instalment falls due in month `first`."""
    if pool.payment_rate is not None:
        return 1.0, None
    due, fee, eligible = [0.0] * slots, [0.0] * slots, 0.0
    free, *apr = (float(part[t - 1]) for part in (months.fee_free_share, months.apr_cap, months.apr_change))
    fees = plan_fees(pool, s, free, *apr, calendar, first)
    ends = [t + plan.term + pool.eligibility.months_before_legal_maturity <= last for plan in pool.plans]
    offered = [weight if fits else 0.0 for weight, fits in zip(plan_mix(pool, s), ends, strict=True)]
    for share, plan, flat in zip(within_limits(pool, offered), pool.plans, fees, strict=True):
        n = plan.term
        if share == 0.0:
            continue
        eligible += share
        paid = still_pays(pool, s, plan, calendar, first, 0, *apr)
        fee[0] += share * plan.origination_fee
        for i in range(n):
            due[i] += share * paid.due[i]
            fee[i] += share * (flat + paid.fee[i])
    if eligible <= 0.0:
        return 0.0, Profile(due, fee)
    return eligible, Profile([d / eligible for d in due], [f / eligible for f in fee])
