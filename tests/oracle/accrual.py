"""Interest and fees that accrue in a period."""


def interest_of_month(path, n: int, t: int) -> float:
    """Interest that accrues on a note in period t, on its balance, and on its unpaid interest where that bears some."""
    own = path.deal.notes[n].interest_on_unpaid_interest
    bears = path.deal.interest_on_unpaid_interest if own is None else own
    unpaid = path.state.unpaid[n] if bears else 0.0
    up = path.deal.notes[n].step_up
    names = [trigger.name for trigger in path.deal.triggers]
    stepped = up is not None and up.trigger is not None and path.state.tripped[names.index(up.trigger)]
    if path.short_rate is not None and path.deal.notes[n].index is not None:
        rate = coupon_on_path(path, path.deal.notes[n], t, stepped)
    else:
        rate = float((path.months.coupon_up if stepped else path.months.coupon)[t - 1][n])
    return rate * path.note_fraction[n][t - 1] * (path.state.balance[n] + unpaid)


def coupon_on_path(path, note, t: int, stepped: bool) -> float:
    """Margin + step-up + the index level of the path, within cap and floor, never negative."""
    rate = note.coupon + path.index_level(note.index, t)
    up = note.step_up
    if up is not None and (t >= up.from_month if up.from_month is not None else stepped):
        rate += up.add
    rate = rate if note.cap is None else min(rate, note.cap)
    rate = rate if note.floor is None else max(rate, note.floor)
    return max(rate, 0.0)


def fee_of_month(path, f: int, t: int, income: float) -> float:
    """What a fee costs in month t, given fees and late charges received; without what is owed from before."""
    fee = path.deal.fees[f]
    if fee.base == "notes":
        return fee.rate * path.fraction[t - 1] * sum(path.state.balance)
    if fee.base == "pool":
        first = next(i for i, other in enumerate(path.deal.fees) if other.base == "pool")
        successor = float(path.months.successor_fee[t - 1]) if f == first else 0.0
        base = path.month_start if path.trust is None else path.trust.opening
        return (fee.rate + successor) * path.fraction[t - 1] * base
    if fee.base == "interest_income":
        return fee.rate * income
    if t < path.first_payment:
        return 0.0
    return max(0.0, path.formulas.value(fee.amount)) if fee.base == "formula" else fee.amount
