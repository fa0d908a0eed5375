"""The adjusted pool, slowly: loan by loan and month by month."""

from oracle.profile import lines_of, seasoned


def adjusted_share(pool, hurdle: float, t: int) -> float:
    """What the loans are worth after month t over their balance then, as scheduled at closing."""
    value = balance = 0.0
    for s, segment in enumerate(pool.segments):
        lines = any(x.segment in (None, segment.name) for x in pool.opening)
        loans = list(lines_of(pool, s, None) if lines else seasoned(pool, s, None))
        owed = sum(amount * sum(rest.due) for _, amount, rest in loans)
        for _, amount, rest in loans:
            share = segment.share * amount / owed
            left = sum(rest.due[t:])
            present = 0.0
            for months, paid in enumerate(zip(rest.due[t:], rest.fee[t:], strict=True), start=1):
                present += sum(paid) / (1.0 + hurdle / 12.0) ** months
            value += share * min(left, present)
            balance += share * left
    return value / balance if balance > 1e-12 else 1.0
