"""Random deals: notes, fees, accounts, phases, triggers and priorities of payments."""

import datetime
from random import Random

from oracle.dates import payment_date
from random_pool import flag, some

from stress.inputs.deal import (
    CleanUp,
    Condition,
    CoverDefaults,
    Deal,
    Fee,
    IndexByMonth,
    Note,
    PayFee,
    PayInterest,
    PayPrincipal,
    PayResidual,
    Purchase,
    Release,
    Reserve,
    StepUp,
    Threshold,
    TopUp,
    Transfer,
    Trigger,
)

DAY_COUNTS = ("ACT/365F", "ACT/360", "30/360")
LIMITS = {
    "cumulative_default": 0.1,
    "default_stock": 0.1,
    "excess_spread": 0.1,
    "excess_spread_3m": 0.1,
    "idle_cash_days": 90.0,
    "overdue_30": 0.1,
    "overdue_60": 0.1,
    "overdue_90": 0.1,
    "pool_factor": 1.0,
    "payment_rate": 0.5,
    "senior_shortfall": 0.01,
    "deficiency": 0.1,
    "notes_outstanding": 1.0,
}
"""Scale of each observable: limits are drawn between 0 and this."""
COVER = ("income", "principal")


def random_deal(rng: Random, cut_off: float, clock: str, last: int) -> Deal:
    """A deal on a pool of this balance that the clock can run, with legal maturity in month `last`."""
    revolving = 0 if flag(rng, 0.1) else rng.randint(1, max(1, last - 3))
    notes, fees = random_notes(rng, cut_off, revolving), random_fees(rng, cut_off)
    accounts = tuple(("reserve", "liquidity")[: rng.choice((0, 0, 1, 1, 2))])
    purchase = "payment_date" if clock == "payment_date" else rng.choice(("each_step", "each_step", "payment_date"))
    priority = Order(rng, cut_off, notes, fees, accounts, purchase, last).priority(revolving)
    closing = datetime.date(2021, rng.randint(1, 12), 1) - datetime.timedelta(days=1)
    payment_day = rng.randint(1, 28)
    wait = (payment_date(closing, payment_day, 1) - closing).days
    issue, first = random_start(rng, closing, wait, payment_day, last)
    own = Random(closing.toordinal() * 31 + payment_day)  # beside the stream: a deal of a seed stays what it was
    if own.random() < 0.3:
        notes = tuple(
            note if note.residual else note.model_copy(update={"day_count": own.choice((None, *DAY_COUNTS))})
            for note in notes
        )
    if own.random() < 0.3:
        notes = tuple(
            note
            if note.residual
            else note.model_copy(update={"interest_on_unpaid_interest": own.choice((None, False, True))})
            for note in notes
        )
    return Deal(
        version=1,
        kind="deal",
        name="random deal",
        currency="CNY",
        closing_date=closing,
        issue_date=issue,
        first_payment_date=first,
        retain_senior_cost=flag(rng, 0.5),
        idle_cash_share=rng.choice((0.15, rng.uniform(0.0, 0.5))),
        payment_day=payment_day,
        revolving_months=revolving,
        scheduled_months=rng.randint(max(1, revolving), last),
        legal_maturity_months=last,
        day_count=rng.choice(DAY_COUNTS),
        interest_on_unpaid_interest=flag(rng, 0.5),
        purchase=purchase if revolving > 0 else "none",
        purchase_price=rng.choice((1.0, 1.0, 0.95, rng.uniform(0.8, 1.1))),
        discount_spread=some(rng, 0.3, 0.0, 0.02),
        indices={"LPR": random_index(rng, last)} if any(note.index for note in notes) else {},
        notes=notes,
        fees=fees,
        accounts=accounts,
        opening_cash={name: rng.uniform(0.0, 0.03) * cut_off for name in accounts if flag(rng, 0.5)},
        clean_up=CleanUp(pool_factor=rng.uniform(0.01, 0.3)) if flag(rng, 0.3) else None,
        priority=priority,
        triggers=(
            *(random_trigger(rng, i, revolving, last, priority) for i in range(rng.randint(0, 4))),
            random_trigger(rng, 4, revolving, last, priority).model_copy(update={"name": "switch", "effect": "none"}),
        ),
    )


def random_start(
    rng: Random, closing: datetime.date, wait: int, payment_day: int, last: int
) -> tuple[datetime.date | None, datetime.date | None]:
    """Issue (left out, before the first payment date, or late) and first payment (left out, or up to three later)."""
    late = 31 * rng.randint(1, max(1, last // 2)) if flag(rng, 0.5) else 0
    issue = closing + datetime.timedelta(days=late + rng.randint(0, wait - 1)) if flag(rng, 0.4) else None
    dates = [payment_date(closing, payment_day, t) for t in range(1, last + 1)]
    after = [date for date in dates if date > (issue or closing)]
    if not after:
        return None, None
    return issue, rng.choice(after[:4]) if flag(rng, 0.15) else None


def random_notes(rng: Random, cut_off: float, revolving: int) -> tuple[Note, ...]:
    """Senior to junior; together between 80% and 105% of the cut-off balance; mostly a residual note last."""
    count = rng.randint(1, 5)
    weight = [rng.uniform(0.1, 1.0) * 2.0 ** (count - i) for i in range(count)]
    size = rng.choice((1.0, rng.uniform(0.8, 1.05)))
    notes = []
    for i, w in enumerate(weight):
        share = size * w / sum(weight)
        residual = i == count - 1 and i > 0 and flag(rng, 0.75)
        floating = not residual and flag(rng, 0.3)
        size_of = {"share": share} if size <= 1.0 and flag(rng, 0.7) else {"amount": share * cut_off}
        if residual and flag(rng, 0.2):
            size_of = {"amount": 0.0}
        notes.append(Note(name="ABCDE"[i], **size_of, **random_coupon(rng, residual, floating, i == 0, revolving)))
    return tuple(notes)


def random_coupon(rng: Random, residual: bool, floating: bool, senior: bool, revolving: int) -> dict:
    if residual:
        return {"residual": True}
    phase = "revolving" if revolving > 0 else "amortization"
    return {
        "coupon": some(rng, 1.0 if senior else 0.9, 0.001, 0.12),
        "index": "LPR" if floating else None,
        "cap": rng.uniform(0.03, 0.12) if floating and flag(rng, 0.5) else None,
        "floor": rng.uniform(0.0, 0.03) if floating and flag(rng, 0.5) else None,
        "step_up": random_step_up(rng) if flag(rng, 0.3) else None,
        "payment_months": {phase: rng.choice((1, 3, 6))} if flag(rng, 0.4) else {},
    }


def random_index(rng: Random, last: int) -> float | IndexByMonth:
    """A level that stays, or one that moves in some months."""
    if flag(rng, 0.5):
        return 0.03
    months = sorted({1, *rng.sample(range(1, last + 1), min(3, last))})
    return IndexByMonth(by_month=tuple((month, rng.uniform(0.0, 0.06)) for month in months))


def random_step_up(rng: Random) -> StepUp:
    start = {"from_month": rng.randint(1, 4)} if flag(rng, 0.5) else {"trigger": "switch"}
    return StepUp(add=rng.choice((-0.01, rng.uniform(0.001, 0.03))), **start)


def random_fees(rng: Random, cut_off: float) -> tuple[Fee, ...]:
    """Between none and four fees on different bases."""
    out = []
    for i, base in enumerate(rng.sample(("notes", "pool", "interest_income", "fixed"), rng.randint(0, 4))):
        rate = 0.0 if base == "fixed" else rng.uniform(0.0, 0.05)
        amount = rng.uniform(0.0, 0.002) * cut_off if base == "fixed" else 0.0
        out.append(Fee(name=f"fee {i}", base=base, rate=rate, amount=amount, carry_over=flag(rng, 0.7)))
    return tuple(out)


def random_conditions(rng: Random) -> tuple[Condition, ...]:
    """Mostly none; at times several, each on something else."""
    if not flag(rng, 0.2):
        return ()
    switch = (Condition(trigger="switch", tripped=flag(rng, 0.5)),) if flag(rng, 0.4) else ()
    count = rng.randint(0 if switch else 1, 2)
    return (*switch, *(random_condition(rng, observable) for observable in rng.sample(sorted(LIMITS), count)))


def random_condition(rng: Random, observable: str) -> Condition:
    return Condition(observable=observable, **{rng.choice(("above", "below")): random_limit(rng, observable)})


def random_limit(rng: Random, observable: str) -> float:
    return rng.uniform(0.01, 0.99) * LIMITS[observable]


def random_trigger(rng: Random, i: int, revolving: int, last: int, priority: dict) -> Trigger:
    """A test over one or two spans of months that can fire and then changes something."""
    observable = rng.choice(sorted(LIMITS))
    months = rng.randint(1, 3)
    first = rng.randint(1, max(1, last - 5))
    spans = [Threshold(from_month=first, to_month=rng.choice((None, first + 4)), limit=random_limit(rng, observable))]
    if spans[0].to_month is not None and first + 6 <= last and flag(rng, 0.5):
        spans.append(Threshold(from_month=first + 6, limit=random_limit(rng, observable)))
    effects = [phase for phase in ("acceleration", "event_of_default") if phase in priority or first <= revolving]
    effect = rng.choice((*effects, "none"))
    ratio = observable in ("cumulative_default", "default_stock", "deficiency")
    bases = ("cut_off", "cut_off_plus_purchases", "current_pool")
    return Trigger(
        name=f"trigger {i}",
        observable=observable,
        **({"denominator": rng.choice(bases)} if ratio else {}),
        breach="above" if flag(rng, 0.8) else "below",
        thresholds=tuple(spans),
        months=1 if last < first + 4 else months,
        effect=effect,
        curable=effect == "none" and flag(rng, 0.5),
    )


class Order:
    """Priorities of payments with a sensible backbone and random extras."""

    def __init__(self, rng, cut_off, notes, fees, accounts, purchase, last):
        self.rng, self.cut_off, self.notes, self.fees = rng, cut_off, notes, fees
        self.accounts, self.purchase, self.last = accounts, purchase, last
        self.paid = [note.name for note in notes if not note.residual]
        self.residual = notes[-1].name if notes[-1].residual else None

    def priority(self, revolving_months: int) -> dict:
        out = {"revolving": self.revolving()} if revolving_months > 0 else {}
        out["amortization"] = self.amortization()
        if flag(self.rng, 0.5):
            out["acceleration"] = self.amortization()
        if flag(self.rng, 0.5):
            out["event_of_default"] = self.event_of_default()
        return out

    def revolving(self) -> tuple:
        rng = self.rng
        steps = [*self.pay_fees(), *self.pay_interest()]
        cover = CoverDefaults(step="cover_defaults", note=rng.choice((None, *[n.name for n in self.notes])))
        steps.insert(rng.randint(0, len(steps)), cover)
        steps = self.with_extras(steps)
        if self.purchase == "payment_date" or flag(rng, 0.5):
            steps.append(Purchase(step="purchase", source=self.purchase_source()))
        if self.residual and flag(rng, 0.3):
            steps.append(PayResidual(step="pay_residual", note=self.residual))
        elif flag(rng, 0.3):
            steps.append(Transfer(step="transfer", source=("income",), to="principal"))
        return tuple(steps)

    def purchase_source(self) -> tuple[str, ...]:
        sources = (COVER, ("principal",), ("principal", "income"), ("income",))
        return self.rng.choice(sources[:3] if self.purchase == "payment_date" else sources)

    def amortization(self) -> tuple:
        steps = self.with_extras([*self.pay_fees(), *self.pay_interest()])
        return tuple(steps + self.pay_principal())

    def event_of_default(self) -> tuple:
        """Interest and principal of each note in turn."""
        steps = self.pay_fees()
        for name in self.paid:
            steps.append(PayInterest(step="pay_interest", note=name, source=COVER))
            steps.append(PayPrincipal(step="pay_principal", notes=(name,), source=(*COVER, *self.accounts)))
        return tuple(steps + self.rest())

    def pay_fees(self) -> list:
        rng, out = self.rng, []
        for fee in self.fees:
            source = COVER if flag(rng, 0.3) else ("income",)
            cap = 0.001 * self.cut_off * rng.random() if flag(rng, 0.3) else None
            out.append(PayFee(step="pay_fee", fee=fee.name, cap=cap, source=source, when=random_conditions(rng)))
        rng.shuffle(out)
        return out

    def pay_interest(self) -> list:
        rng, out = self.rng, []
        sources = [COVER, ("income",), ("income", *self.accounts), ("income", *self.accounts, "principal")]
        names = list(self.paid)
        if len(names) > 1 and flag(rng, 0.3):  # the first few pari passu
            count = rng.randint(2, len(names))
            together, names = tuple(names[:count]), names[count:]
            source, when = rng.choice(sources), random_conditions(rng)
            out.append(PayInterest(step="pay_interest", notes=together, source=source, when=when))
        for name in names:
            source, when = rng.choice(sources), random_conditions(rng)
            out.append(PayInterest(step="pay_interest", note=name, source=source, when=when))
        return out

    def with_extras(self, steps: list) -> list:
        """Put top-ups, releases, transfers and second payments at random places."""
        rng, out = self.rng, list(steps)
        for account in self.accounts:
            target = self.reserve()
            top_up = TopUp(step="top_up", account=account, target=target, source=rng.choice((("income",), COVER)))
            out.insert(rng.randint(0, len(out)), top_up)
            if flag(rng, 0.6):
                to = rng.choice(("income", "principal"))
                release = Release(step="release", account=account, target=target, to=to, when=random_conditions(rng))
                out.insert(rng.randint(0, len(out)), release)
        if flag(rng, 0.3):
            source, to = rng.choice((("income", "principal"), ("principal", "income")))
            when = random_conditions(rng)
            amount = 0.01 * self.cut_off * rng.random() if not when else None
            share = (0.1 + 0.8 * rng.random()) if amount is None and flag(rng, 0.5) else None
            transfer = Transfer(step="transfer", source=(source,), to=to, amount=amount, share=share, when=when)
            out.insert(rng.randint(0, len(out)), transfer)
        if self.fees and flag(rng, 0.3):
            out.append(PayFee(step="pay_fee", fee=rng.choice(self.fees).name))
        return out

    def pay_principal(self) -> list:
        """Sequential, pro rata, or down to a schedule first; then what is left."""
        rng, out, names = self.rng, [], tuple(self.paid)
        source = rng.choice((COVER, ("principal", "income")))
        if self.residual is None:
            source = (*COVER, *self.accounts)
        if flag(rng, 0.3):
            months = sorted(rng.sample(range(2, self.last + 8), 2))
            size = sum(n.amount if n.share is None else n.share * self.cut_off for n in self.notes if not n.residual)
            points = ((1, 0.8 * size), (months[0], 0.5 * size), (months[1], 0.1 * size))
            order = rng.choice(("sequential", "pro_rata"))
            out.append(PayPrincipal(step="pay_principal", notes=names, order=order, to_balance=points, source=source))
        order = rng.choice(("sequential", "sequential", "pro_rata"))
        out.append(PayPrincipal(step="pay_principal", notes=names, order=order, source=source))
        return out + self.rest()

    def rest(self) -> list:
        if self.residual is None:
            return []
        return [PayResidual(step="pay_residual", note=self.residual, source=(*COVER, *self.accounts))]

    def reserve(self) -> Reserve:
        rng = self.rng
        return Reserve(
            amount=rng.uniform(0.0001, 0.01) * self.cut_off,
            share_of_pool=some(rng, 0.4, 0.0, 0.03),
            share_of_notes=some(rng, 0.3, 0.0, 0.03),
            share_of_cut_off=some(rng, 0.3, 0.0, 0.02),
            months_of_senior_cost=some(rng, 0.3, 0.0, 6.0),
            floor=some(rng, 0.3, 0.0, 0.01) * self.cut_off,
        )
