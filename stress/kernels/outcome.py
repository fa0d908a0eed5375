"""What a path came to: losses, yields and prices of the notes, totals of the pool."""

from __future__ import annotations

from .elementary import exponential, logarithm
from .jit import aside, stage
from .lanes import anywhere, fma, larger, smaller, splat, where_less
from .layout import MONTH_YEARS
from .records import Memory
from .tally import HIGHEST_IRR
from .typed import Lanes

_NEAR = 1e-6
"""Square of a distance from the guess within which two derivatives there give the yield: its cube times a tenth is left out."""
_CONVERGED = 1e-9
"""Square of a step in ln(1 + y) after which the next, about its square times a tenth, is left out."""
_EXACT = 1e-9
"""A loss below this share is rounding, not a loss."""


@aside
def finish(m: Memory, k: int) -> None:
    """End: what the path came to for each note and the pool."""
    for n in range(m.p.n_note):
        _finish_note(m, k, n)
    pool, out, inverse = m.pool, m.pool_outcome, m.t.deal.per_cut_off
    out.default = pool.total_defaulted * inverse
    out.net_loss = (pool.total_defaulted - pool.total_recovered) * inverse
    out.early_amortization = where_less(0.5, m.cash.early_month, 1.0, 0.0)
    out.purchased = pool.total_bought * inverse
    out.income = pool.total_income * inverse
    out.recovered = pool.total_recovered * inverse


@aside
def _finish_note(m: Memory, k: int, n: int) -> None:
    """A note's loss, shortfall, life, yield, price and multiple."""
    note, out = m.note[n], m.outcome[n]
    per, residual = m.t.per_original[n], m.t.residual[n]
    received, present_value = splat(0.0), splat(0.0)
    worth, first, second = splat(0.0), splat(0.0), splat(0.0)
    last = 0
    for t in range(m.p.n_month):
        cash = m.log[t, n]
        if anywhere(cash):
            last = t
        received = received + cash
        at = m.t.at_guess[k, t, n]
        worth, first, second = fma(cash, at.worth, worth), fma(cash, at.first, first), fma(cash, at.second, second)
        if m.p.random_rate == 1 and m.t.rate_note[n].priced * m.t.rate_law[k].random > 0.5:
            present_value = fma(cash, m.path_discount[t], present_value)
        else:
            present_value = fma(cash, m.t.discount[k, t, n], present_value)
    stake = m.t.stake[n]
    multiple, all_received = received * stake.per, fma(received, per, stake.before)
    unpaid = note.outstanding
    if m.p.writes_down == 1:
        unpaid = unpaid + m.written[n]
    loss = unpaid * per * (1.0 - residual) + (splat(1.0) - all_received) * residual
    loss = where_less(loss, _EXACT, 0.0, loss)
    loss = where_less(loss, 1.0 - 1e-12, loss, 1.0)
    out.loss = loss
    out.any_loss = where_less(0.0, loss, 1.0, 0.0)
    out.shortfall = where_less(0.0, note.shortfall, 1.0, 0.0)
    out.principal_time = note.principal_time * per
    out.principal = splat(stake.share) - unpaid * per
    out.irr = _internal_rate(m, n, m.t.guess[k, n], _beyond_guess(m, n, worth, first, second), multiple, last)
    out.price = present_value * stake.per - stake.accrued
    out.multiple = multiple
    note.first_loss = where_less(note.first_loss, m.p.n_month - 0.5, note.first_loss + 1.0, 0.0)


@stage
def _beyond_guess(m: Memory, n: int, worth: Lanes, first: Lanes, second: Lanes) -> Lanes:
    """How far ln(1 + IRR) is from its guess, by present value and two derivatives there: the logarithm of present value is
    nearly a parabola, whose root is taken by the first terms of its series."""
    value = larger(worth, 1e-9)
    mean = larger(first / value, 1e-4)
    spread = second / value - mean * mean
    step = logarithm(value * m.t.stake[n].paid) / mean
    bend = larger(smaller(step * spread * 0.5 / mean, 0.25), -0.25)
    return step * fma(bend, fma(bend, 2.0, 1.0), 1.0)


@aside
def _internal_rate(m: Memory, n: int, guess: float, beyond: Lanes, multiple: Lanes, end: int) -> Lanes:
    """Effective annual IRR at par. Near the guess two derivatives on the real dates tell it; from farther away Newton on the
    logarithm of present value, nearly linear in ln(1 + y).

    Payment dates lie within days of an even monthly grid: powers of one discount factor by Horner, the days by a
    second-order correction (error below 1e-7 for yields between -90% and 100%). A lane stays where it has converged, so
    that a path's yield does not depend on its block mates. Nothing is paid after month `end` on any lane.
    """
    first, per = m.t.deal.first_years, m.t.stake[n].paid
    x = smaller(larger(beyond + guess, -25.0), 4.0)
    moves = where_less(multiple, 1e-9, 0.0, where_less(_NEAR, beyond * beyond, 1.0, 0.0))
    for _ in range(20):
        if not anywhere(moves):
            break
        v = exponential(x * -MONTH_YEARS)
        h0, h1, h2, ht = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
        for t in range(end, -1, -1):
            cash, shift = m.log[t, n], m.t.years[t].shift
            ht = fma(ht, v, h0)  # the derivative of the line below by v
            h0 = fma(h0, v, cash)
            h1 = fma(h1, v, cash * shift)
            h2 = fma(h2, v, cash * (0.5 * shift * shift))
        value = larger(fma(h2, x * x, fma(h1, -x, h0)), 1e-9)
        mean_time = fma(ht * v, MONTH_YEARS, fma(value, first, h1)) / value
        step = (logarithm(value * per) - x * first) / larger(mean_time, 1e-4)
        before, x = x, smaller(larger(x + step * moves, -25.0), 4.0)
        moves = where_less(_CONVERGED, (x - before) * (x - before), moves, 0.0)
    return where_less(multiple, 1e-9, -1.0, smaller(exponential(x) - 1.0, HIGHEST_IRR))
