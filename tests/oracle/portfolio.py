"""The receivables of a deal: opening pool, purchases, balances."""

import itertools
import math

from oracle.calendar_loan import Calendar
from oracle.cohort import Cohort, Collected, StepRates, move
from oracle.profile import opening_profiles, purchase_profile
from oracle.stages import card_stages, stage_entry

COHORTS = {"monthly": 1, "daily": 30, "payment_date": 3}


def multiples_of(months, t: int) -> tuple[float, ...]:
    """By how much the odds of entry of what is bought in month t differ for life, segment by segment."""
    return (1.0,) if months.new_odds is None else tuple(float(x) for x in months.new_odds[t - 1])


def multiples(months) -> list[tuple[float, ...]]:
    """All that are met, the first that of the opening pool: 1."""
    every = [multiples_of(months, t) for t in range(1, len(months.entry) + 1)]
    return list(dict.fromkeys([(1.0,) * len(every[0]), *every]))


class Portfolio:
    """Cohorts by segment."""

    def __init__(self, deal, pool, months, clock: str):
        self.deal, self.pool, self.months, self.clock = deal, pool, months, clock
        self.count = COHORTS[clock]
        self.last = deal.legal_maturity_months
        longest = [p.term for p in pool.plans] + [x.first_due + x.remaining for x in pool.opening]
        self.slots = max([self.last, *longest]) + 9
        self.segments = range(len(pool.segments))
        self.stages = max(1, len(pool.stages))
        self.odds, self.calendar = multiples(months), Calendar(deal, months)
        self.cohorts = [[x for s in self.segments for x in self.opening_stages(c, s)] for c in range(self.count)]
        for row in self.cohorts:  # what is bought at other odds than that of the opening pool stands apart from it
            row += [self.nothing() for _ in self.odds[1:] for _ in range(len(row))]
        self.profiles: dict[tuple[int, int, int], tuple] = {}

    def opening_stages(self, c: int, s: int) -> list[Cohort]:
        """Their parts of a segment's opening pool: split equally, all in the first cohort of the payment_date clock."""
        late, part = self.pool.delinquent_of(self.pool.segments[s]), self.pool.segments[s].share * self.pool.balance
        part *= self.opening_share(c)
        buckets = [late.m1, late.m2, late.m3, late.m4, late.m5, late.m6][: len(self.pool.buckets)]
        if self.pool.payment_rate is not None:
            opening = [(share, None) for share in card_stages(self.pool)]
        else:
            opening = opening_profiles(self.pool, s, self.slots, self.calendar)
        enters = [share * stage_entry(self.pool, s, i) for i, (share, _) in enumerate(opening)]
        weight = enters if sum(enters) > 0.0 else [share for share, _ in opening]
        cohorts = []
        for (share, profile), in_it in zip(opening, weight, strict=True):
            arrears = [part * bucket * in_it / sum(weight) for bucket in buckets]
            cohort = Cohort(0.0, arrears, [0.0] * self.slots, [0.0] * self.slots)
            performing = part * share * (1.0 - sum(buckets))
            if profile is None:
                cohort.add_card(performing)
            else:
                cohort.add(performing, profile)
            cohorts.append(cohort)
        return cohorts

    def nothing(self) -> Cohort:
        """A cohort that holds nothing yet."""
        return Cohort(0.0, [0.0] * len(self.pool.buckets), [0.0] * self.slots, [0.0] * self.slots)

    def opening_share(self, c: int) -> float:
        """Share of the opening pool that falls due at the step of a cohort."""
        billing = self.pool.billing
        if self.clock == "payment_date":
            return float(c == 0)
        if billing is None:
            return 1.0 / self.count
        due = [(b + billing.days_to_due - 1) % 30 + 1 for b in billing.dates]
        return due.count(c + 1) / len(due)

    def parts(self, c: int) -> list[tuple[int, int]]:
        """For each billing date: days that a purchase at step c waits for its first slot, and the cohort it joins."""
        billing = self.pool.billing
        if billing is None:
            return [(30, c)]
        waits = [(b - (c + 1)) % 30 + billing.days_to_due for b in billing.dates]
        return [(wait, (c + wait) % 30) for wait in waits]

    def balance(self) -> float:
        """Current + M1..M3."""
        return sum(cohort.balance for row in self.cohorts for cohort in row)

    def balance_of(self, s: int) -> float:
        """Current + M1..M3 of a segment."""
        first, width = s * self.stages, len(self.segments) * self.stages
        return sum(
            cohort.balance
            for row in self.cohorts
            for start in range(first, len(row), width)
            for cohort in row[start : start + self.stages]
        )

    def performing(self) -> float:
        return sum(cohort.performing for row in self.cohorts for cohort in row)

    def late(self, k: int) -> float:
        """Balance of bucket k: 0, 1, 2 are M1, M2, M3; 0 where the ladder has no such bucket."""
        return sum(cohort.late[k] for row in self.cohorts for cohort in row if k < len(cohort.late))

    def smallest(self) -> float:
        """The smallest balance or instalment."""
        every = [cohort for row in self.cohorts for cohort in row]
        return min(min(c.performing, *c.late, *c.due, *c.fee) for c in every)

    def move(self, rates, t: int, c: int) -> list[Collected]:
        """Move the cohort of step (t, c); what each segment pays and loses in each of its stages."""
        row = self.cohorts[c]
        moved = [move(cohort, StepRates(self.pool, self.months, rates, t, i)) for i, cohort in enumerate(row)]
        for first in range(0, len(row), self.stages):
            for i in range(self.stages - 2, -1, -1):
                here = first + i
                row[here].move_on(self.pool.stages[i].moves_on, row[here + 1])
        return moved

    def sell(self) -> float:
        """Sell everything at par."""
        return sum(cohort.sell() for row in self.cohorts for cohort in row)

    def buy(self, face: float, t: int, c: int) -> float:
        """Add a face of eligible receivables at step (t, c), as far as limits allow; returns the face bought."""
        every = self.eligible_share(t)
        if every <= 0.0:
            return 0.0
        offered = [
            float(self.months.mix[t - 1][s]) * face * self.profile(s, t, t + 1)[0] / every
            for s in range(len(self.pool.segments))
        ]
        bought = within_limits(
            offered, self.limits(), [self.balance_of(s) for s in range(len(offered))], self.balance()
        )
        parts = self.parts(c)
        before_it = self.odds.index(multiples_of(self.months, t)) * len(self.segments)
        for s, amount in enumerate(bought, before_it):
            for wait, cohort in parts:
                days = 30 // self.count * c
                _, profile = self.profile(s % len(self.segments), t, t + (days + wait) // 30)
                joined, before = self.cohorts[cohort][s * self.stages], int(wait > 30)
                if profile is None:
                    joined.add_card(amount / len(parts), before)
                else:
                    joined.add(amount / len(parts), profile, before)
        return sum(bought)

    def limits(self) -> list[float | None]:
        """The limit of each segment; None where it has none."""
        return [self.pool.eligibility.segment_limit.get(segment.name) for segment in self.pool.segments]

    def join(self, amount: float, t: int) -> float:
        """New receivables of a trust join its only cohort, by their mix."""
        joined, before_it = 0.0, self.odds.index(multiples_of(self.months, t)) * len(self.segments)
        for s in self.segments:
            part = amount * float(self.months.mix[t - 1][s])
            self.cohorts[0][(before_it + s) * self.stages].add_card(part)
            joined += part
        return joined

    def eligible_share(self, t: int) -> float:
        """Share of what is offered in month t that may be bought."""
        return sum(float(self.months.mix[t - 1][s]) * self.profile(s, t, t + 1)[0] for s in self.segments)

    def profile(self, s: int, t: int, first: int):
        """Eligible share and profile of what segment s offers in month t, its first instalment due in month `first`."""
        if (s, t, first) not in self.profiles:
            second = any(c + wait >= 60 for c in range(30) for wait, _ in self.parts(c))
            last = self.last - int(second)
            self.profiles[s, t, first] = purchase_profile(
                self.pool, s, self.months, t, last, self.slots, self.calendar, first
            )
        return self.profiles[s, t, first]


def within_limits(offered: list[float], limits: list[float | None], held: list[float], pool: float) -> list[float]:
    """What is bought of each segment: of all sums that agree with what each then gets, the largest. Every segment takes
    all, its limit's room, or nothing: each such choice is tried."""

    def got(total: float) -> list[float]:
        rooms = [math.inf if x is None else x * (pool + total) - y for x, y in zip(limits, held, strict=True)]
        return [max(0.0, min(some, room)) for some, room in zip(offered, rooms, strict=True)]

    totals = [0.0]
    for choice in itertools.product("anr", repeat=len(offered)):
        if any(how == "r" and limit is None for how, limit in zip(choice, limits, strict=True)):
            continue
        fixed = sum(some for how, some in zip(choice, offered, strict=True) if how == "a")
        bound = [(x, y) for how, x, y in zip(choice, limits, held, strict=True) if how == "r" and x is not None]
        shares = sum(x for x, _ in bound)
        if abs(1.0 - shares) > 1e-12:
            totals.append((fixed + sum(x * pool - y for x, y in bound)) / (1.0 - shares))
    near = 1e-12 * (pool + sum(offered))
    return got(max(x for x in totals if x >= 0.0 and abs(sum(got(x)) - x) <= near and x <= sum(offered) + near))
