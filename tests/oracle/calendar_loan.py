"""Loans whose interest has a calendar: floating, by actual days, with a first period of its own."""

import math

from oracle.dates import collection_month


class Calendar:
    """Days of each month, and index levels as the scenario moves them."""

    def __init__(self, deal, months):
        self.deal, self.months, self.last = deal, months, deal.legal_maturity_months

    def days(self, t: int) -> int:
        """Of collection month t; beyond the deal those of its last month."""
        t = min(t, self.last)
        return (collection_month(self.deal.closing_date, t + 1) - collection_month(self.deal.closing_date, t)).days

    def level(self, name: str, t: int) -> float:
        """Of an index in month t; month 1 before it, the last month beyond it."""
        t = min(max(t, 1), self.last)
        if self.months.index_level is None:
            return self.of_deal(name, t)
        return float(self.months.index_level[t - 1][list(self.deal.indices).index(name)])

    def of_deal(self, name: str, t: int) -> float:
        """Without a scenario."""
        index = self.deal.indices[name]
        return index if isinstance(index, float) else [v for start, v in index.by_month if start <= t][-1]


def dated(plan) -> bool:
    """Whether the interest of a plan depends on the calendar."""
    if not hasattr(plan, "floating"):
        return False
    return plan.floating is not None or plan.day_count != "30/360" or plan.first_period_days != 30


def held(plan, rate: float) -> float:
    """Within floor and cap of a floating plan."""
    rate = rate if plan.floating.floor is None else max(rate, plan.floating.floor)
    return rate if plan.floating.cap is None else min(rate, plan.floating.cap)


def rate_at_closing(plan, calendar: Calendar) -> float:
    """Per month, at the level of month 1 of the deal itself."""
    return max(held(plan, calendar.of_deal(plan.floating.index, 1) + plan.floating.margin), 0.0) / 12.0


def annuity(i: float, n: int) -> float:
    return 1.0 / n if i == 0.0 else i / -math.expm1(-n * math.log1p(i))


def instalments(
    plan, apr: float | None, calendar: Calendar, month: int, age: int, cap: float = math.inf, change: float = 0.0
):
    """Principal and interest of what a loan still pays per unit of balance; the next instalment is due in `month`."""
    due, interest, owed, payment, left = [], [], 1.0, 0.0, plan.term - age
    grace = max(0, (plan.interest_only_months or 0) - age)
    for r in range(left):
        reset = 1 if plan.floating is None else plan.floating.reset_months
        if plan.floating is None:
            rate = (apr or 0.0) + change
        else:
            since = (age + r) % reset
            rate = held(
                plan, calendar.level(plan.floating.index, month + max(r - since, 0)) + plan.floating.margin + change
            )
        rate = min(max(rate, 0.0), cap)
        base = 365.0 if plan.day_count == "ACT/365F" else 360.0
        share = 1.0 / 12.0 if plan.day_count == "30/360" else calendar.days(month + r) / base
        if age + r == 0 and plan.first_period_days != 30:
            share = plan.first_period_days / base
        new_rate = plan.floating is not None and (age + r) % reset == 0
        if r == grace or (r > grace and new_rate):
            over = left - r if plan.kind != "balloon" else plan.amortization_months - age - r
            payment = owed * annuity(rate / 12.0, over)
        charge = rate * share * owed
        if r == left - 1:
            paid = owed
        elif plan.kind == "equal_principal":
            paid = 1.0 / left
        else:
            paid = 0.0 if plan.kind == "bullet" or r < grace else min(max(payment - charge, 0.0), owed)
        due.append(paid)
        interest.append(charge)
        owed -= paid
    return due, interest
