"""What a path came to: losses, yields and prices of the notes, totals of the pool."""

from __future__ import annotations

from typing import Any

from stress.kernels.elementary import exponential, logarithm
from stress.kernels.jit import aside
from stress.kernels.lanes import anywhere, fma, load, splat, store, where_less
from stress.kernels.layout import (
    EARLY_MONTH,
    FIRST_LOSS,
    LANES,
    NOTE_ROWS,
    OUTSTANDING,
    PRINCIPAL_TIME,
    SHORTFALL,
    TOTAL_BOUGHT,
    TOTAL_DEFAULTED,
    TOTAL_INCOME,
    TOTAL_RECOVERED,
)
from stress.kernels.tables import CUT_OFF, FIRST_YEARS
from stress.kernels.tally import HIGHEST_IRR

MONTH_YEARS = 365.25 / 365.0 / 12.0
"""A mean month in years of ACT/365F: the even grid that payment dates are measured against."""
_EXACT = 1e-9
"""A loss below this share is rounding, not a loss."""


@aside
def finish(m: Any, k: Any) -> None:
    """Fill the outcome rows in the order of `tally.NOTE_QUANTITIES` and `tally.POOL_QUANTITIES`."""
    w, p = m.w, m.p
    n_note = p.n_note
    inverse = 1.0 / m.f[p.at_scalars + CUT_OFF]
    for n in range(n_note):
        per = 1.0 / m.f[p.at_original + n]
        residual = m.f[p.at_residual + n]
        note = p.note + n * NOTE_ROWS
        out = p.outcome + 8 * n * LANES
        outstanding = load(w, note + OUTSTANDING)
        received, present_value = splat(0.0), splat(0.0)
        first, last = p.n_month, 0
        for t in range(p.n_month):
            cash = load(w, p.log + (t * n_note + n) * LANES)
            if anywhere(cash):
                first, last = min(first, t), t
            received = received + cash
            present_value = fma(cash, m.f[p.at_discount + (k * p.n_month + t) * n_note + n], present_value)
        multiple = received * per
        loss = outstanding * per * (1.0 - residual) + (splat(1.0) - multiple) * residual
        loss = where_less(loss, _EXACT, 0.0, loss)
        loss = where_less(loss, 1.0 - 1e-12, loss, 1.0)
        store(w, out, loss)
        store(w, out + LANES, where_less(0.0, loss, 1.0, 0.0))
        store(w, out + 2 * LANES, where_less(0.0, load(w, note + SHORTFALL), 1.0, 0.0))
        store(w, out + 3 * LANES, load(w, note + PRINCIPAL_TIME) * per)
        store(w, out + 4 * LANES, splat(1.0) - outstanding * per)
        store(w, out + 5 * LANES, _internal_rate(m, n, multiple, first, last))
        store(w, out + 6 * LANES, present_value * per)
        store(w, out + 7 * LANES, multiple)
        covered = load(w, note + FIRST_LOSS)
        store(w, note + FIRST_LOSS, where_less(covered, p.n_month - 0.5, covered + 1.0, 0.0))
    out = p.outcome + 8 * n_note * LANES
    defaulted = load(w, p.pool + TOTAL_DEFAULTED)
    recovered = load(w, p.pool + TOTAL_RECOVERED)
    early = load(w, p.cash + EARLY_MONTH)
    store(w, out, defaulted * inverse)
    store(w, out + LANES, (defaulted - recovered) * inverse)
    store(w, out + 2 * LANES, where_less(0.5, early, 1.0, 0.0))
    store(w, out + 3 * LANES, load(w, p.pool + TOTAL_BOUGHT) * inverse)
    store(w, out + 4 * LANES, load(w, p.pool + TOTAL_INCOME) * inverse)
    store(w, out + 5 * LANES, recovered * inverse)


@aside
def _internal_rate(m: Any, n: Any, multiple: Any, begin: Any, end: Any) -> Any:
    """Effective annual IRR at par: Newton on the logarithm of present value, nearly linear in ln(1 + y).

    Payment dates lie within days of an even monthly grid: powers of one discount factor by Horner, the days by a
    second-order correction (error below 1e-7 for yields between -90% and 100%). Nothing is paid before month `begin` and
    after `end` on any lane.
    """
    w, p = m.w, m.p
    first = m.f[p.at_scalars + FIRST_YEARS] + MONTH_YEARS * begin
    x = splat(m.f[p.at_guess + n])
    received = where_less(multiple, 1e-9, 1e-9, multiple)
    if m.f[p.at_residual + n] > 0.5:
        x = logarithm(received) * 0.5
    goal = logarithm(splat(m.f[p.at_original + n]))
    for _ in range(20):
        v = exponential(x * -MONTH_YEARS)
        h0, h1, h2, ht = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
        for t in range(end, begin - 1, -1):
            cash = load(w, p.log + (t * p.n_note + n) * LANES)
            shift = m.f[p.at_years + 2 * t + 1]
            h0 = fma(h0, v, cash)
            h1 = fma(h1, v, cash * shift)
            h2 = fma(h2, v, cash * (0.5 * shift * shift))
            ht = fma(ht, v, cash * float(t - begin))
        value = fma(h2, x * x, fma(h1, x * -1.0, h0))
        value = where_less(value, 1e-9, 1e-9, value)
        mean_time = fma(ht, MONTH_YEARS, fma(value, first, h1)) / value
        step = (logarithm(value) - x * first - goal) / where_less(mean_time, 1e-4, 1e-4, mean_time)
        before, x = x, x + where_less(multiple, 1e-9, 0.0, step)
        x = where_less(x, -25.0, -25.0, x)
        x = where_less(x, 4.0, x, 4.0)
        if not anywhere((x - before) * (x - before) - 1e-13):  # the next step would be about its square
            break
    found = exponential(x) - 1.0
    found = where_less(found, HIGHEST_IRR, found, HIGHEST_IRR)
    return where_less(multiple, 1e-9, -1.0, found)
