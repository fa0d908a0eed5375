"""Seasoning: hazards of the stages, and how receivables of an age are spread over them."""

from stress.inputs.text.curve import monthly_rates


def in_month(rate, words, t: int):
    """A rate, or what curve words say it is in month t."""
    return rate if words is None else monthly_rates(words, t)[-1]


def stage_entry(pool, s: int, i: int, t: int = 1) -> float:
    """Unconditional monthly rate of entry of a segment in a stage in month t."""
    rate = in_month(pool.segments[s].entry_rate, pool.segments[s].entry_rate_curve, t)
    if not pool.stages:
        return rate
    stage = pool.stages[i]
    if stage.entry_rate is not None:
        return in_month(stage.entry_rate[s], stage.entry_rate_curve and stage.entry_rate_curve[s], t)
    multiple = stage.default_odds if stage.default_odds is not None else 1.0
    return rate * multiple / (1.0 - rate + rate * multiple) if rate < 1.0 else 1.0


def stage_prepayment(pool, s: int, i: int, t: int) -> float:
    """Unconditional single monthly mortality of a segment in a stage in month t."""
    stage = pool.stages[i] if pool.stages else None
    if stage is not None and stage.prepayment is not None:
        return in_month(stage.prepayment, stage.prepayment_curve, t)
    return in_month(pool.segments[s].prepayment, pool.segments[s].prepayment_curve, t)


def after(pool, spread: list[float]) -> list[float]:
    """Shares of the stages a month later."""
    shares = list(spread)
    for i, stage in enumerate(pool.stages[:-1]):
        shares[i] -= stage.moves_on * spread[i]
        shares[i + 1] += stage.moves_on * spread[i]
    return shares


def spread_at(pool, age: int) -> list[float]:
    """Shares of the stages after so many months."""
    spread = [1.0] + [0.0] * max(0, len(pool.stages) - 1)
    for _ in range(age):
        spread = after(pool, spread)
    return spread


def card_stages(pool) -> list[float]:
    """Steady state of cards: month by month what was bought, less what has been paid of it."""
    spread, left = spread_at(pool, 0), 1.0
    shares = [0.0] * len(spread)
    rate = pool.payment_rate.monthly
    while left > 1e-16:
        shares = [a + rate * left * b for a, b in zip(shares, spread, strict=True)]
        spread, left = after(pool, spread), left * (1.0 - rate)
    return [share / sum(shares) for share in shares]
