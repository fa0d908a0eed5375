"""The receivables of a deal: opening pool, purchases, balances."""

from __future__ import annotations

from oracle.cohort import Cohort, Collected, StepRates, move
from oracle.profile import opening_profile, purchase_profile

COHORTS = {"monthly": 1, "daily": 30, "payment_date": 3}


class Portfolio:
    """Cohorts by segment."""

    def __init__(self, deal, pool, months, clock: str):
        self.deal, self.pool, self.months, self.clock = deal, pool, months, clock
        self.count = COHORTS[clock]
        self.last = deal.legal_maturity_months
        longest = [p.term for p in pool.plans] + [x.first_due + x.remaining for x in pool.opening]
        self.slots = max([self.last, *longest]) + 5
        self.segments = range(len(pool.segments))
        self.cohorts = [[self.opening_cohort(c, s) for s in self.segments] for c in range(self.count)]
        self.profiles: dict[tuple[int, int], tuple] = {}

    def opening_cohort(self, c: int, s: int) -> Cohort:
        """Its part of the opening pool: split equally, all in the first cohort of the payment_date clock."""
        late, part = self.pool.delinquent_of(self.pool.segments[s]), self.pool.segments[s].share * self.pool.balance
        part *= self.opening_share(c)
        cohort = Cohort(0.0, [part * late.m1, part * late.m2, part * late.m3], [0.0] * self.slots, [0.0] * self.slots)
        performing = part * (1.0 - late.m1 - late.m2 - late.m3)
        if self.pool.payment_rate is not None:
            cohort.add_card(performing)
        else:
            cohort.add(performing, opening_profile(self.pool, s, self.slots))
        return cohort

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
        return sum(row[s].balance for row in self.cohorts)

    def performing(self) -> float:
        return sum(cohort.performing for row in self.cohorts for cohort in row)

    def late(self, k: int) -> float:
        """Balance of bucket k: 0, 1, 2 are M1, M2, M3."""
        return sum(cohort.late[k] for row in self.cohorts for cohort in row)

    def smallest(self) -> float:
        """The smallest balance or instalment."""
        every = [cohort for row in self.cohorts for cohort in row]
        return min(min(c.performing, *c.late, *c.due, *c.fee) for c in every)

    def move(self, rates, t: int, c: int) -> list[Collected]:
        """Move the cohort of step (t, c); what each segment pays and loses."""
        return [move(self.cohorts[c][s], StepRates(self.pool, self.months, rates, t, s)) for s in self.segments]

    def sell(self) -> float:
        """Sell everything at par."""
        return sum(cohort.sell() for row in self.cohorts for cohort in row)

    def buy(self, face: float, t: int, c: int) -> float:
        """Add a face of eligible receivables at step (t, c), as far as limits allow; returns the face bought."""
        every = self.eligible_share(t)
        if every <= 0.0:
            return 0.0
        opening, bought = self.balance(), []
        limits = self.pool.eligibility.segment_limit
        for s, segment in enumerate(self.pool.segments):
            eligible, profile = self.profile(s, t)
            amount = float(self.months.mix[t - 1][s]) * face * eligible / every
            if segment.name in limits:
                room = limits[segment.name] * (opening + face) - self.balance_of(s)
                amount = max(0.0, min(amount, room))
            bought.append((amount, profile))
        parts = self.parts(c)
        for s, (amount, profile) in enumerate(bought):
            for wait, cohort in parts:
                joined, before = self.cohorts[cohort][s], int(wait > 30)
                if profile is None:
                    joined.add_card(amount / len(parts), before)
                else:
                    joined.add(amount / len(parts), profile, before)
        return sum(amount for amount, _ in bought)

    def eligible_share(self, t: int) -> float:
        """Share of what is offered in month t that may be bought."""
        return sum(float(self.months.mix[t - 1][s]) * self.profile(s, t)[0] for s in self.segments)

    def profile(self, s: int, t: int):
        """Eligible share and profile of what segment s offers in month t."""
        if (s, t) not in self.profiles:
            second = any(c + wait >= 60 for c in range(30) for wait, _ in self.parts(c))
            last = self.last - int(second)
            self.profiles[s, t] = purchase_profile(self.pool, s, self.months, t, last, self.slots)
        return self.profiles[s, t]
