"""What the holder of a note gets: loss, IRR, WAL, price, first-loss month."""

import math

from oracle.dates import accrual_fractions, first_payment, payment_dates


def internal_rate(years: list[float], cash: list[float], price: float) -> float:
    """Effective annual rate that prices the cash flows; -1 where there is no cash."""
    if sum(cash) <= 0.0:
        return -1.0
    low, high = -60.0, 60.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        value = sum(c * math.exp(min(700.0, -middle * y)) for c, y in zip(cash, years, strict=True) if c > 0.0)
        low, high = (middle, high) if value > price else (low, middle)
    return math.exp(0.5 * (low + high)) - 1.0


def returns(deal, months, flows, original: list[float], cut_off: float, short_rate=None) -> None:
    """Fill the per-note results of a finished path."""
    issue, *dates = payment_dates(deal)
    years = [(date - issue).days / 365.0 for date in dates]
    for n, note in enumerate(deal.notes):
        principal = [row[n] for row in flows.principal_paid]
        cash = [p + i[n] + y[n] for p, i, y in zip(principal, flows.interest_paid, flows.residual_yield, strict=True)]
        left = flows.note_balance[-1][n] + flows.written_down[-1][n]
        base = original[n] or cut_off  # a certificate of size 0: its cash is over the cut-off balance
        flows.loss.append(loss_of(note, original[n], left, sum(cash)))
        flows.irr.append(internal_rate(years, cash, original[n]) if original[n] > 0.0 else math.nan)
        paid = sum(principal)
        flows.wal.append(
            sum(p * y for p, y in zip(principal, years, strict=True)) / paid if paid > 1e-9 * base else 0.0
        )
        flows.money_multiple.append(sum(cash) / base)
        on_path = short_rate is not None and not note.residual
        value = price_on_path(deal, months, short_rate, cash) if on_path else price(deal, months, n, cash)
        flows.price.append(value / base)
        flows.first_loss_month.append(first_loss_month(flows, n, base))


def loss_of(note, original: float, left: float, received: float) -> float:
    """Principal unpaid, or what the residual note lacks; a certificate has nothing to lose."""
    if original == 0.0:
        return 0.0
    return max(0.0, 1.0 - received / original) if note.residual else left / original


def price(deal, months, n: int, cash: list[float]) -> float:
    """Present value at the coupon without step-ups plus spread, compounded from one interest payment to the next."""
    every, first = deal.notes[n].payment_months, first_payment(deal)
    value, compounded, simple = 0.0, 1.0, 0.0
    for t, fraction in enumerate(accrual_fractions(deal, deal.notes[n].day_count), start=1):
        rate = float(months.coupon_plain[t - 1][n]) + deal.discount_spread + float(months.note_spread[t - 1])
        simple += rate * fraction
        value += cash[t - 1] / (compounded * (1.0 + simple))
        number = t - first + 1
        if number > 0 and number % every.get("revolving" if t <= deal.revolving_months else "amortization", 1) == 0:
            compounded, simple = compounded * (1.0 + simple), 0.0
    return value


def price_on_path(deal, months, short_rate, cash: list[float]) -> float:
    """Present value at the path's short rate plus both spreads, compounded from payment date to payment date."""
    value, factor = 0.0, 1.0
    for t, fraction in enumerate(accrual_fractions(deal)):
        factor /= 1.0 + (short_rate.level[t] + deal.discount_spread + float(months.note_spread[t])) * fraction
        value += cash[t] * factor
    return value


def first_loss_month(flows, n: int, size: float) -> int:
    """First period after whose payment pool and cash stay below the note and its seniors."""
    month = 0
    for t, (notes, assets) in enumerate(zip(flows.note_balance, flows.assets, strict=True), start=1):
        notes = [balance + down for balance, down in zip(notes, flows.written_down[t - 1], strict=True)]
        if assets >= sum(notes[: n + 1]) - 1e-9 * size:
            month = 0
        elif month == 0:
            month = t
    return month
