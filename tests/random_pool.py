"""Random receivables pools over the whole input language."""

from random import Random

from stress.inputs.pool import (
    Bucket,
    DelinquencyStock,
    Dependence,
    Eligibility,
    Floating,
    Ladder,
    OpeningLine,
    PaymentRate,
    Plan,
    Pool,
    Segment,
    Stage,
    Supply,
)
from stress.inputs.pool.billing import Billing
from stress.inputs.text.curve import monthly_rates

TERMS = (1, 2, 3, 4, 6, 8, 12, 24)


def flag(rng: Random, probability: float) -> bool:
    return rng.random() < probability


def shares(rng: Random, count: int) -> tuple[float, ...]:
    """Positive shares that sum to 1."""
    weight = [rng.uniform(0.05, 1.0) for _ in range(count)]
    head = [w / sum(weight) for w in weight[:-1]]
    return (*head, 1.0 - sum(head))


def some(rng: Random, probability: float, low: float, high: float) -> float:
    """A number between low and high, or 0."""
    return rng.uniform(low, high) if flag(rng, probability) else 0.0


def random_pool(rng: Random, last: int) -> Pool:
    """A pool for a deal with legal maturity in month `last`."""
    plans = () if flag(rng, 0.2) else random_plans(rng, last)
    ladder = None
    if flag(rng, 0.6):
        ladder = Ladder(roll_m1=rng.uniform(0.0, 0.6), roll_m2=rng.uniform(0.2, 0.9), roll_m3=rng.uniform(0.3, 1.0))
    segments = random_segments(rng, len(plans))
    pool = Pool(
        version=1,
        kind="pool",
        name="random pool",
        currency="CNY",
        balance=rng.choice((1.0, 1_000.0, 1e9)) * rng.uniform(0.5, 2.0),
        plans=plans,
        payment_rate=None if plans else PaymentRate(monthly=rng.uniform(0.05, 1.0), annual_yield=rng.uniform(0.0, 0.5)),
        fee_free_share=some(rng, 0.6, 0.0, 1.0),
        opening=random_opening(rng, plans, last) if plans and flag(rng, 0.3) else (),
        segments=segments,
        ladder=ladder,
        delinquent=random_stock(rng) if ladder and flag(rng, 0.6) else DelinquencyStock(),
        late_charge_daily=some(rng, 0.5, 0.0, 0.001),
        recovery_lag=shares(rng, rng.randint(1, 12)),
        dilution=some(rng, 0.4, 0.0, 0.05),
        dilution_unpaid_share=some(rng, 0.4, 0.0, 1.0),
        write_off_months=rng.randint(1, 6),
        supply=random_supply(rng),
        eligibility=random_eligibility(rng, plans, segments, last),
        dependence=random_dependence(rng),
        cash_rate=some(rng, 0.6, 0.0, 0.05),
    )
    pool = with_loans(Random(1.0 + pool.balance), with_levels_of_their_own(Random(pool.balance), pool))
    return with_curves(Random(3.0 + pool.balance), with_life(Random(2.0 + pool.balance), pool))


def with_life(rng: Random, pool: Pool) -> Pool:
    """Sometimes receivables season, and the ladder is a list of buckets."""
    update: dict[str, object] = {}
    if pool.ladder and flag(Random(8.0 + pool.balance), 0.2):
        update["late_fee"] = 0.05
    if flag(rng, 0.35):
        update["stages"] = random_stages(rng, len(pool.segments))
    if pool.ladder and flag(rng, 0.4):
        count = rng.randint(1, 6)
        update["ladder"] = tuple(random_bucket(rng, number) for number in range(1, count + 1))
        update["delinquent"] = random_stock(rng, count) if flag(rng, 0.6) else DelinquencyStock()
        update["segments"] = tuple(
            s.model_copy(update={"delinquent": random_stock(rng, count) if flag(rng, 0.2) else None})
            for s in pool.segments
        )
    return Pool.model_validate(pool.model_copy(update=update).model_dump()) if update else pool


def with_curves(rng: Random, pool: Pool) -> Pool:
    """Sometimes rates move by month, in curve words: prepayment, entry, recovery, refunds, payments, by stage too."""
    prepays = (
        "0.1% to 3% in 7, 0.02 SMM",
        "6% to 30% in 12, 20% CPR at age 3",
        "1.5% ABS at age 4",
        "1.5 PSA",
        "0.05 for 3, 0",
    )
    enters = ("0% for 2, 1% to 4% in 9", "2% CDR at age 5", "0.3% ABS", "3% MDR")
    update: dict[str, object] = {
        "segments": tuple(
            curved(
                rng,
                curved(rng, curved(rng, s, "prepayment", prepays), "entry_rate", enters),
                "recovery",
                ("40% to 0 in 6",),
            )
            for s in pool.segments
        ),
        "stages": tuple(
            curved(rng, stage, "prepayment", prepays) if stage.prepayment is not None else stage
            for stage in pool.stages
        ),
    }
    if pool.payment_rate is not None:
        update["payment_rate"] = curved(rng, pool.payment_rate, "monthly", ("5% to 60% in 6, 0", "90% for 2, 30% MPR"))
    return Pool.model_validate(curved(rng, pool.model_copy(update=update), "dilution", ("0 to 3% in 4",)).model_dump())


def curved(rng: Random, part, key: str, words: tuple[str, ...]):
    """A part of a pool, sometimes with a curve in the place of a rate."""
    if flag(rng, 0.8):
        return part
    chosen = rng.choice(words)
    return part.model_copy(update={key: monthly_rates(chosen, 1)[0], f"{key}_curve": chosen})


def random_stages(rng: Random, segments: int) -> tuple[Stage, ...]:
    """Two to four stages that move on slowly, fast or all at once."""
    count, stages = rng.choice((2, 2, 3, 4)), []
    for number in range(1, count + 1):
        own = flag(rng, 0.3)
        stages.append(
            Stage(
                name=f"stage {number}",
                moves_on=None
                if number == count
                else rng.choice((rng.uniform(0.0, 0.4), rng.uniform(0.4, 1.0), 0.0, 1.0)),
                default_odds=None if own or flag(rng, 0.2) else rng.uniform(0.05, 5.0),
                entry_rate=tuple(rng.choice((0.0, rng.uniform(0.0, 0.1))) for _ in range(segments)) if own else None,
                prepayment=rng.choice((None, None, 0.0, rng.uniform(0.0, 0.2))),
            )
        )
    return tuple(stages)


def random_bucket(rng: Random, number: int) -> Bucket:
    """What of a bucket rolls on, cures, pays its way down or stays."""
    rolls, cures, *down = (rng.uniform(0.05, 0.95) * x for x in shares(rng, rng.randint(2, number + 1)))
    return Bucket(
        rolls=rng.choice((rolls, rolls, 0.0)),
        cures=rng.choice((cures, cures, None, 0.0)),
        pays_down=tuple(down),
        rho=rng.choice((None, None, 0.0, rng.uniform(0.0, 0.2))),
        elasticity=rng.choice((0.0, rng.uniform(-1.0, 1.0))),
    )


def with_loans(rng: Random, pool: Pool) -> Pool:
    """Sometimes plans bear interest and are repaid in other ways than equal parts."""
    if not pool.plans or flag(rng, 0.5):
        return pool
    plans = tuple(random_loan(rng, plan) for plan in pool.plans)
    segments = tuple(s.model_copy(update={"apr": rng.choice((0.0, rng.uniform(0.0, 0.4)))}) for s in pool.segments)
    lines = tuple(
        line.model_copy(update={"apr": rng.choice((None, 0.0, rng.uniform(0.0, 0.4)))}) for line in pool.opening
    )
    return Pool.model_validate(
        pool.model_copy(update={"plans": plans, "segments": segments, "opening": lines}).model_dump()
    )


def random_loan(rng: Random, plan: Plan) -> Plan:
    kind = rng.choice(("equal_principal", "level", "bullet", "balloon", *(("interest_only",) if plan.term > 1 else ())))
    update: dict[str, object] = {"kind": kind, "apr": rng.choice((None, None, 0.0, rng.uniform(0.0, 0.6)))}
    if kind == "interest_only":
        update["interest_only_months"] = rng.randint(1, plan.term - 1)
    if kind == "balloon":
        update["amortization_months"] = rng.randint(plan.term + 1, 60)
    return plan.model_copy(update=update)


def with_calendar(rng: Random, pool: Pool, indices: list[str]) -> Pool:
    """Sometimes the interest of a loan floats, counts days, begins with a period of its own, or has a fee at first."""
    plans = tuple(dated_loan(rng, plan, indices) if flag(rng, 0.3) else plan for plan in pool.plans)
    return Pool.model_validate(pool.model_copy(update={"plans": plans}).model_dump())


def dated_loan(rng: Random, plan: Plan, indices: list[str]) -> Plan:
    update: dict[str, object] = {
        "day_count": rng.choice(("30/360", "ACT/360", "ACT/365F")),
        "first_period_days": rng.choice((30, 30, 0, 45)),
        "origination_fee": some(rng, 0.5, 0.0, 0.1),
    }
    if indices and flag(rng, 0.7):
        update["floating"] = Floating(
            index=rng.choice(indices),
            margin=rng.uniform(-0.05, 0.3),
            cap=rng.choice((None, 0.1)),
            floor=rng.choice((None, 0.02)),
            reset_months=rng.choice((1, 1, 3, 12)),
        )
        update["apr"] = None
    return plan.model_copy(update=update)


def with_levels_of_their_own(rng: Random, pool: Pool) -> Pool:
    """Sometimes each level has its own opening lines, fees and delinquency, as a loan tape gives them."""
    update: dict[str, object] = {}
    if pool.opening and flag(rng, 0.5):
        lines = [(line, segment.name) for line in pool.opening for segment in pool.segments]
        update["opening"] = tuple(
            line.model_copy(update={"segment": name, "share": share, "monthly_fee": rng.choice((None, 0.0, 0.01))})
            for (line, name), share in zip(lines, shares(rng, len(lines)), strict=True)
        )
    if pool.ladder and flag(rng, 0.4):
        update["segments"] = tuple(s.model_copy(update={"delinquent": random_stock(rng)}) for s in pool.segments)
    return Pool.model_validate(pool.model_copy(update=update).model_dump()) if update else pool


def with_billing_dates(rng: Random, pool: Pool, last: int) -> Pool:
    """Sometimes new receivables fall due after a bill, not on the anniversary of the order; some plan can be bought."""
    dates = tuple(sorted(rng.sample(range(1, 31), rng.choice((1, 1, 2, 3, 7)))))
    billing = Billing(dates=dates, days_to_due=rng.randint(1, 30))
    shortest = min((plan.term for plan in pool.plans), default=1)
    reserved = pool.eligibility.months_before_legal_maturity + billing.months_later
    fits = shortest + reserved <= last - 1
    return pool.model_copy(update={"billing": billing}) if fits and flag(rng, 0.5) else pool


def random_plans(rng: Random, last: int) -> tuple[Plan, ...]:
    """Plans of different terms; at least one is short enough to be bought."""
    terms = rng.sample(TERMS, rng.randint(1, 5))
    if min(terms) > last - 1:
        terms = [1, *terms]
    return tuple(
        Plan(term=term, share=share, always_fee_free=flag(rng, 0.2))
        for term, share in zip(sorted(set(terms)), shares(rng, len(set(terms))), strict=True)
    )


def random_opening(rng: Random, plans: tuple[Plan, ...], last: int) -> tuple[OpeningLine, ...]:
    """An opening pool by remaining term that ends by legal maturity."""
    lines = []
    for share in shares(rng, rng.randint(1, 4)):
        term = rng.choice([plan.term for plan in plans])
        remaining = rng.randint(1, min(term, last))
        first_due = rng.randint(1, min(4, last + 1 - remaining))
        lines.append(OpeningLine(term=term, remaining=remaining, share=share, first_due=first_due))
    return tuple(lines)


def random_segments(rng: Random, plans: int) -> tuple[Segment, ...]:
    """Score levels; sometimes one more that can be bought only by mistake."""
    count = rng.randint(1, 4)
    opening = shares(rng, count)
    new = shares(rng, count) if flag(rng, 0.4) else None
    out = [random_segment(rng, s, plans, opening[s], new and new[s], True) for s in range(count)]
    if flag(rng, 0.3):
        out.append(random_segment(rng, count, plans, 0.0, new and 0.0, False))
    return tuple(out)


def random_segment(rng: Random, s: int, plans: int, share: float, new_share: float | None, eligible: bool) -> Segment:
    return Segment(
        name=f"L{s + 1}",
        share=share,
        new_share=new_share,
        entry_rate=rng.choice((0.0, rng.uniform(0.0, 0.05), rng.uniform(0.0, 0.05), rng.uniform(0.0, 0.6))),
        monthly_fee=some(rng, 0.8, 0.0, 0.02),
        prepayment=some(rng, 0.6, 0.0, 0.2),
        recovery=some(rng, 0.7, 0.0, 1.0),
        plan_share=shares(rng, plans) if plans and flag(rng, 0.3) else None,
        eligible=eligible,
    )


def random_stock(rng: Random, buckets: int = 3) -> DelinquencyStock:
    late = {f"m{b}": some(rng, 0.6, 0.0, 0.05) for b in range(2, buckets + 1)}
    return DelinquencyStock(m1=rng.uniform(0.0, 0.1), **late)


def random_supply(rng: Random) -> Supply:
    if flag(rng, 0.25):
        return Supply(unlimited=True)
    return Supply(multiple=rng.choice((1.2, 1.0, rng.uniform(0.0, 3.0))))


def random_eligibility(rng: Random, plans, segments, last: int) -> Eligibility:
    shortest = min((plan.term for plan in plans), default=1)
    limited = [segment.name for segment in segments if flag(rng, 0.25)]
    terms = [str(plan.term) for plan in plans if flag(rng, 0.2)]
    return Eligibility(
        months_before_legal_maturity=rng.randint(0, max(0, min(3, last - 1 - shortest))),
        segment_limit={name: rng.uniform(0.05, 0.9) for name in limited},
        plan_limit={term: rng.uniform(0.0, 0.8) for term in terms},
    )


def random_dependence(rng: Random) -> Dependence:
    return Dependence(
        rho=some(rng, 0.8, 0.0, 0.2),
        rho_roll=some(rng, 0.3, 0.0, 0.1),
        rho_prepayment=some(rng, 0.5, 0.0, 0.1),
        rho_recovery=some(rng, 0.5, 0.0, 0.2),
        phi=rng.uniform(0.0, 0.99),
        correlation_prepayment=rng.uniform(-0.5, 0.5),
        correlation_recovery=rng.uniform(-0.5, 0.5),
        correlation_prepayment_recovery=rng.uniform(-0.4, 0.4),
        factor_start="stationary" if flag(rng, 0.7) else rng.uniform(-2.0, 2.0),
    )
