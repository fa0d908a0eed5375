"""One cohort of one segment: what a month's step does to its balances (accounting, steps 1 to 4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from oracle.profile import Profile


@dataclass
class Collected:
    """What one step of one cohort and segment pays and loses."""

    scheduled: float = 0.0
    prepaid: float = 0.0
    cured_paid: float = 0.0
    dilution: float = 0.0
    dilution_unpaid: float = 0.0
    default: float = 0.0
    fee: float = 0.0
    late: float = 0.0

    @property
    def principal(self) -> float:
        """Principal cash of the step before recoveries."""
        return self.scheduled + self.prepaid + self.cured_paid + self.dilution - self.dilution_unpaid


@dataclass
class Cohort:
    """Performing balance with its profile, and the delinquent balances M1..MB."""

    performing: float = 0.0
    late: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    due: list[float] = field(default_factory=list)
    fee: list[float] = field(default_factory=list)
    waiting: float = 0.0
    """Of a card cohort's balance: what passes its next step before it is billed."""

    @property
    def balance(self) -> float:
        return self.performing + sum(self.late)

    def add(self, amount: float, profile: Profile, steps_before: int = 0) -> None:
        """Add receivables whose first instalment falls due at the cohort's next step, or at a later one."""
        self.performing += amount
        due, fee = ([0.0] * steps_before + slots for slots in profile)
        self.due = [a + amount * b for a, b in zip(self.due, due, strict=False)]
        self.fee = [a + amount * b for a, b in zip(self.fee, fee, strict=False)]

    def add_card(self, amount: float, steps_before: int = 0) -> None:
        """Add receivables without instalments: billed on their balance from the next step, or a step later."""
        self.performing += amount
        self.waiting += amount if steps_before else 0.0

    def bill(self, rate: float, finance_charge: float) -> None:
        """What falls due of a card cohort in its next steps, from the month's payment rate and what is outstanding."""
        billed = self.performing - self.waiting
        left = [billed * (1.0 - rate) ** i + self.waiting * (i > 0) * (1.0 - rate) ** max(0, i - 1) for i in range(8)]
        self.due = [rate * x for x in left]
        self.fee = [finance_charge * x for x in left]
        self.waiting = 0.0

    def scale(self, factor: float) -> None:
        """Scale everything that falls due."""
        self.due = [x * factor for x in self.due]
        self.fee = [x * factor for x in self.fee]

    def sell(self) -> float:
        """Sell the whole cohort at par."""
        price = self.balance
        self.performing, self.late, self.waiting = 0.0, [0.0] * len(self.late), 0.0
        self.scale(0.0)
        return price

    def move_on(self, share: float, later: Cohort) -> None:
        """A share of the performing balance joins the cohort of the next stage."""
        later.performing += share * self.performing
        later.due = [a + share * b for a, b in zip(later.due or [0.0] * len(self.due), self.due, strict=True)]
        later.fee = [a + share * b for a, b in zip(later.fee or [0.0] * len(self.fee), self.fee, strict=True)]
        self.performing -= share * self.performing
        self.scale(1.0 - share)


class StepRates:
    """A step's conditional rates of a segment and the month's multipliers."""

    def __init__(self, pool, months, rates, t: int, s: int):
        self.entry = float(rates.entry[t - 1][s])
        self.roll = [float(r) for r in rates.roll[t - 1][s]]
        self.smm = float(rates.smm[t - 1][s])
        self.payment = float(months.payment[t - 1])
        self.card = pool.payment_rate is not None
        if self.card:
            self.payment_rate = min(1.0, self.payment * float(months.payment_rate[t - 1]))
            self.finance_charge = pool.payment_rate.annual_yield / 12.0
            self.payment = 1.0
        self.yield_multiple = float(months.yield_multiple[t - 1])
        self.dilution = float(months.dilution[t - 1])
        self.dilution_unpaid = float(months.dilution_unpaid[t - 1])
        self.late_charge_daily, self.late_fee = pool.late_charge_daily, pool.late_fee
        self.ladder = pool.ladder is not None
        self.rest = [shares_of_the_rest(bucket) for bucket in pool.buckets]
        """Of what does not roll: the share that cures, then those that pay down 0 (stay), 1, 2, .. buckets."""
        self.dust = 1e-9 * pool.balance
        """Below this a performing balance is empty: nothing is left for a cure to rejoin."""


def shares_of_the_rest(bucket) -> list[float]:
    """What becomes of that part of a bucket that does not roll on; the shares sum to 1."""
    down = list(bucket.pays_down)
    if bucket.cures is None:
        shares = [1.0 - bucket.rolls - sum(down), 0.0, *down]
    else:
        stays = 1.0 - bucket.rolls - bucket.cures - sum(down)
        shares = [bucket.cures, stays if stays > 1e-9 else 0.0, *down]
    return [share / sum(shares) if sum(shares) > 0.0 else 0.0 for share in shares]


def move(cohort: Cohort, rate: StepRates) -> Collected:
    """Move a cohort by its monthly step: transitions, scheduled payment, prepayment, dilution."""
    out = Collected()
    if rate.card:
        cohort.bill(rate.payment_rate, rate.finance_charge)
    transitions(cohort, rate, out)
    scheduled_payment(cohort, rate, out)
    out.prepaid = rate.smm * cohort.performing
    cohort.performing -= out.prepaid
    cohort.scale(1.0 - rate.smm)
    out.dilution = rate.dilution * cohort.performing
    out.dilution_unpaid = rate.dilution_unpaid * out.dilution
    cohort.performing -= out.dilution
    cohort.scale(1.0 - rate.dilution)
    return out


def transitions(cohort: Cohort, rate: StepRates, out: Collected) -> None:
    """Entry, rolls, default and cures, all on opening balances."""
    entry = rate.entry * cohort.performing
    cohort.performing -= entry
    cohort.scale(1.0 - rate.entry)
    if not rate.ladder:
        out.default = entry
        return
    next_late, cured, performing = [entry] + [0.0] * len(cohort.late), [], cohort.performing
    empty = rate.entry > 1.0 - 1e-9 or performing <= rate.dust
    for b, late in enumerate(cohort.late):
        next_late[b + 1] += rate.roll[b] * late
        cures, *downs = [share * (1.0 - rate.roll[b]) * late for share in rate.rest[b]]
        cured.append(cures)
        for down, amount in enumerate(downs):
            pays = 0.0 if empty else min(1.0, sum(cohort.due[: down + 1]) / performing)
            out.cured_paid += pays * amount
            out.late += rate.late_fee * pays * amount
            if not empty:
                fee = amount * sum(cohort.fee[: down + 1]) / performing
                out.fee += rate.yield_multiple * fee
                out.late += rate.late_fee * fee
            next_late[b - down] += (1.0 - pays) * amount
    out.default = next_late.pop()
    cohort.late = next_late
    cure(cohort, rate, cured, out)


def cure(cohort: Cohort, rate: StepRates, cured: list[float], out: Collected) -> None:
    """A cure pays what fell due while it was late; the rest rejoins the performing balance."""
    performing, rest = cohort.performing, 0.0
    empty = rate.entry > 1.0 - 1e-9 or performing <= rate.dust
    for k, amount in enumerate(cured, start=1):
        out.late += rate.late_charge_daily * 30.0 * k * amount
        if empty:
            out.cured_paid += amount
            out.late += rate.late_fee * amount
            continue
        paid = amount * min(1.0, sum(cohort.due[:k]) / performing)
        out.cured_paid += paid
        fee = amount * sum(cohort.fee[:k]) / performing
        out.fee += rate.yield_multiple * fee
        out.late += rate.late_fee * (paid + fee)
        rest += amount - paid
    if not empty:
        cohort.scale(1.0 + rest / performing)
        cohort.performing += rest


def scheduled_payment(cohort: Cohort, rate: StepRates, out: Collected) -> None:
    """The instalment due is paid; what is not paid now moves to the next slot."""
    due, fee, k = min(cohort.due[0], cohort.performing), cohort.fee[0], rate.payment
    out.scheduled = k * due
    out.fee += k * rate.yield_multiple * fee
    cohort.performing -= out.scheduled
    cohort.due = [*cohort.due[1:], 0.0]
    cohort.fee = [*cohort.fee[1:], 0.0]
    cohort.due[0] += (1.0 - k) * due
    cohort.fee[0] += (1.0 - k) * fee
