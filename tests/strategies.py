"""Random cases over the whole input language, from a seed.

Every generator takes a `random.Random`.
"""

import math
from random import Random
from typing import NamedTuple

import numpy as np
from oracle.months import Rates, base_months
from random_deal import random_deal
from random_formulas import with_formulas, with_hurdle, with_yearly_caps
from random_pool import flag, random_pool, shares, some, with_billing_dates, with_calendar
from random_rest import with_the_rest
from random_trust import with_trust

from stress.assemble.months import MonthInputs
from stress.assemble.turnover import pool_under
from stress.errors import ConfigError
from stress.inputs.deal import Deal
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock

CLOCKS = ("monthly", "monthly", "daily", "payment_date")


class Case(NamedTuple):
    """A deal, its pool, a clock, and one path's inputs and rates by month."""

    deal: Deal
    pool: Pool
    clock: str
    months: MonthInputs
    rates: Rates

    def __repr__(self) -> str:
        last, notes = self.deal.legal_maturity_months, len(self.deal.notes)
        return f"<{self.clock}, {last} months, {notes} notes, {len(self.pool.segments)} segments>"


def seeded_case(seed: int) -> Case:
    """The case of a seed."""
    return random_case(Random(seed))


def random_case(rng: Random) -> Case:
    """A deal on a pool, with arbitrary inputs by month and arbitrary conditional rates."""
    deal, pool, clock = random_structure(rng)
    own = Random(rng.getrandbits(32))
    months = random_months(own, deal, pool)
    return Case(deal, pool, clock, months, random_rates(own, months))


def random_structure(rng: Random, clock: str = "", last: int = 0) -> tuple[Deal, Pool, str]:
    """A deal and a pool that fit each other and the clock; clock and months are drawn too where they are not given."""
    clock = clock or rng.choice(CLOCKS)
    last = last or rng.randint(4, 14 if clock == "daily" else 30)
    pool = random_pool(rng, last)
    pool = with_billing_dates(Random(pool.balance), pool, last) if clock == "daily" else pool
    deal = random_deal(rng, pool.balance, clock, last)
    segments = [segment.name for segment in pool.segments] if pool.payment_rate is None else []
    deal = with_formulas(Random(pool.balance), deal, segments)
    deal = with_yearly_caps(Random(10.0 + pool.balance), deal)
    if clock == "monthly" and pool.payment_rate is not None and flag(Random(5.0 + pool.balance), 0.5):
        deal, pool = with_trust(Random(6.0 + pool.balance), deal, pool)
    pool = with_calendar(Random(7.0 + pool.balance), pool, list(deal.indices))
    return with_hurdle(Random(8.0 + pool.balance), deal, pool), pool, clock


def random_months(rng: Random, deal: Deal, pool: Pool) -> MonthInputs:
    """Inputs by month around those of the pool and deal; each is moved with probability one half."""
    base, last = base_months(deal, pool), deal.legal_maturity_months

    def moved(name: str, low: float, high: float, top: float = math.inf) -> np.ndarray:
        values = getattr(base, name)
        if flag(rng, 0.5):
            return values
        factor = np.array([rng.uniform(low, high) for _ in range(last)]).reshape(-1, *[1] * (values.ndim - 1))
        return np.minimum(values * factor, top)

    def drawn(name: str, low: float, high: float) -> np.ndarray:
        values = getattr(base, name)
        return values if flag(rng, 0.5) else np.array([rng.uniform(low, high) for _ in range(last)])

    return base._replace(
        entry=moved("entry", 0.0, 3.0, 1.0),
        roll=moved("roll", 0.5, 1.5, 1.0),
        smm=moved("smm", 0.0, 2.0, 1.0),
        recovery=moved("recovery", 0.0, 1.5, 1.0),
        payment=drawn("payment", 0.0, 1.0 if base.payment_rate is None else 2.0),
        payment_rate=None if base.payment_rate is None else drawn("payment_rate", 0.0, 1.0),
        yield_multiple=drawn("yield_multiple", 0.0, 1.5),
        fee_free_share=drawn("fee_free_share", 0.0, 1.0),
        apr_cap=drawn("apr_cap", 0.0, 0.3),
        apr_change=drawn("apr_change", -0.1, 0.1),
        mix=random_mix(rng, base.mix),
        originations=np.array([rng.choice((1.0, 0.0, rng.uniform(0.0, 2.0))) for _ in range(last)]),
        lag_days=drawn("lag_days", 0.0, 40.0),
        outage_days=drawn("outage_days", 0.0, 30.0),
        dilution=drawn("dilution", 0.0, 0.1),
        dilution_unpaid=drawn("dilution_unpaid", 0.0, 1.0),
        commingled=drawn("commingled", 0.0, 0.3),
        successor_fee=drawn("successor_fee", 0.0, 0.02),
        cash_rate=drawn("cash_rate", 0.0, 0.05),
        coupon=moved("coupon", 0.5, 1.5),
        note_spread=drawn("note_spread", 0.0, 0.03),
    )


def random_mix(rng: Random, base: np.ndarray) -> np.ndarray:
    """Segment shares of new receivables; some of the offer may be missing."""
    if flag(rng, 0.5):
        return base
    return np.array([np.array(shares(rng, base.shape[1])) * rng.uniform(0.5, 1.0) for _ in range(len(base))])


def random_rates(rng: Random, months: MonthInputs) -> Rates:
    """Conditional rates of one path: each month's odds moved by common shocks, sometimes to an extreme."""
    last = len(months.entry)
    shock = [rng.gauss(0.0, 0.7) for _ in range(last)]
    scale = np.exp(np.array(shock) - some(rng, 0.2, 0.0, 3.0))[:, None]

    def odds(rate: np.ndarray, factor: np.ndarray) -> np.ndarray:
        return factor * rate / (1.0 - rate + factor * rate)

    entry = odds(months.entry, scale)
    if flag(rng, 0.1):
        entry[rng.randrange(last), :] = 1.0
    roll = odds(months.roll, scale[:, :, None]) if flag(rng, 0.5) else months.roll
    smm = odds(months.smm, 1.0 / scale)
    recovery = odds(months.recovery, 1.0 / scale)
    return Rates(entry.tolist(), roll.tolist(), smm.tolist(), recovery.tolist())


def short_job(seed: int, rest: bool = False) -> Job:
    """A random job of so few months that it runs in a moment without a compiler: most clocks are not daily. Without
    `rest` a path draws what `drawn_again` draws: three factors, no short rate."""
    clock = ("monthly", "payment_date", "monthly", "payment_date", "daily")[seed % 5]
    return random_job(Random(seed), clock=clock, last={"monthly": 8, "payment_date": 6, "daily": 4}[clock], rest=rest)


def random_job(rng: Random, shocks: int = 6, clock: str = "", last: int = 0, rest: bool = True) -> Job:
    """A job on a random structure: the base scenario and one with random shocks; `rest`: with words that are rare."""
    deal, pool, clock = random_structure(rng, clock, last)
    moved = tuple(random_shock(rng, deal, pool, clock) for _ in range(rng.randint(1, shocks)))
    moved += random_drift(Random(4.0 + pool.balance), deal, pool)
    if too_fast(pool, moved):
        moved = tuple(shock for shock in moved if shock.target != "turnover")
    job = Job(
        name="random job",
        deal=deal,
        pool=pool,
        scenarios=(ScenarioCase(name="base"), ScenarioCase(name="stressed", shocks=moved)),
        paths=64,
        seed=rng.randrange(2**32),
        clock=clock,
    )
    return with_the_rest(Random(9.0 + pool.balance), job) if rest else job


def random_drift(rng: Random, deal: Deal, pool: Pool) -> tuple[Shock, ...]:
    """Sometimes what is bought later is of another quality."""
    if flag(rng, 0.7):
        return ()
    months = sorted(rng.sample(range(1, deal.revolving_months + 3), min(rng.randint(1, 3), deal.revolving_months + 2)))
    points = tuple((month, rng.uniform(0.2, 4.0)) for month in months)
    names = (rng.choice(pool.segments).name,) if flag(rng, 0.4) else ()
    return (Shock(target="new_default_odds", how="multiply", by_month=points, segments=names),)


def too_fast(pool: Pool, shocks: tuple[Shock, ...]) -> bool:
    """Whether a payment rate leaves no time for the pool's static default, which the engine refuses."""
    try:
        pool_under(pool, ScenarioCase(name="stressed", shocks=shocks))
    except ConfigError:
        return True
    return False


MULTIPLIED = {
    "default_rate": (0.5, 3.0),
    "entry_rate": (0.5, 3.0),
    "payment": (0.3, 1.0),
    "prepayment": (0.0, 2.0),
    "yield": (0.5, 1.2),
    "originations": (0.0, 1.2),
    "recovery": (0.0, 1.5),
    "default_odds": (0.5, 5.0),
    "rho": (0.5, 3.0),
}
SET = {
    "fee_free_share": (0.0, 1.0),
    "apr_cap": (0.05, 0.36),
    "dilution": (0.0, 0.05),
    "dilution_unpaid_share": (0.0, 1.0),
    "score_slope": (0.0, 1.0),
    "heterogeneity": (0.0, 1.0),
    "collections_deferred": (0.0, 0.5),
    "commingled_days": (0.0, 30.0),
    "successor_fee": (0.0, 0.015),
    "cash_rate": (0.0, 0.05),
    "purchase_outage": (1.0, 1.0),
    "ineligible_share": (0.0, 0.1),
    "purchase_lag_days": (0, 30),
    "purchase_outage_days": (0, 30),
    "payment_rate": (0.0, 1.0),
    "turnover": (0.2, 0.6),
}
ADDED = {"index_rate": (-0.02, 0.03), "note_spread": (0.0, 0.03), "apr": (-0.1, 0.1)}
BY_SEGMENT = ("default_odds", "default_rate", "entry_rate", "prepayment", "recovery")


def allowed_targets(deal: Deal, pool: Pool, clock: str) -> list[str]:
    """Inputs that a scenario may move in such a job."""
    names = [*MULTIPLIED, *SET, *ADDED]
    barred = {"payment_rate", "turnover"} if pool.plans else {"fee_free_share", "apr", "apr_cap"}
    if clock != "daily" or deal.purchase != "each_step":
        barred |= {"purchase_lag_days", "purchase_outage_days"}
    if all(fee.base != "pool" for fee in deal.fees):
        barred.add("successor_fee")
    if all(segment.eligible for segment in pool.segments):
        barred.add("ineligible_share")
    return sorted(set(names) - barred)


def random_shock(rng: Random, deal: Deal, pool: Pool, clock: str) -> Shock:
    """One input moved for some months or for life, by a constant or by points."""
    target, last = rng.choice(allowed_targets(deal, pool, clock)), deal.legal_maturity_months
    how, span = next((h, d[target]) for h, d in (("multiply", MULTIPLIED), ("set", SET), ("add", ADDED)) if target in d)
    named = target in BY_SEGMENT and flag(rng, 0.3)
    segments = tuple(rng.sample([s.name for s in pool.segments], 1)) if named else ()
    if target == "turnover":
        return Shock(target=target, set=rng.uniform(*span))

    def value() -> float:
        return (
            float(rng.randint(*span))
            if target.endswith("_days") and target != "commingled_days"
            else rng.uniform(*span)
        )

    if flag(rng, 0.3):
        months = sorted(rng.sample(range(1, last + 1), min(3, last)))
        points = tuple((month, value()) for month in months)
        return Shock(target=target, by_month=points, how=how, segments=segments)
    first = rng.randint(1, last)
    until = rng.choice((None, min(last, first + rng.randint(0, 6))))
    return Shock(target=target, **{how: value()}, from_month=first, to_month=until, segments=segments)
