"""The reduced model of the performance page, written once for NumPy and JAX: no cures, no fee pull, steps hard-coded.

24 months, 4 segments, 2 factors, ladder M1-M3 straight to default, scaled purchases, a deficiency, four notes, one
trigger on cumulative default, sequential payment. Money is a share of the cut-off balance.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

N_MONTH, REVOLVING = 24, 12
ENTRY = np.array([0.0035, 0.0138, 0.0356, 0.0803])
SHARE = np.array([0.015, 0.585, 0.385, 0.015])
TERMS = {1: 0.565, 3: 0.05, 4: 0.02, 6: 0.10, 8: 0.025, 12: 0.18, 24: 0.06}
RHO, RHO_PREPAYMENT, CORRELATION, PHI, SMM = 0.023, 0.02, 0.3, 0.9736, 0.01
NOTES, COUPON = np.array([0.807, 0.055, 0.043, 0.095]), np.array([0.054, 0.058, 0.075]) / 12.0
INCOME, FEES, TRIGGER = 0.0045, 0.0015 / 12.0, 0.06


class Inputs(NamedTuple):
    """Constants of the run."""

    level: Any
    """(2, S, 1) thresholds of entry and prepayment."""
    slope: Any
    """(2,)"""
    share: Any
    """(S, 1)"""
    coupon: Any
    """(3, 1) monthly"""
    ahead: Any
    """(T, 1 + J) what falls due in month t per unit of scaled purchase (the opening pool first)."""


def inputs() -> Inputs:
    """From the constants above."""
    from scipy.special import ndtri

    root, root_prepayment = np.sqrt(1.0 - RHO), np.sqrt(1.0 - RHO_PREPAYMENT)
    new, opening = np.zeros(N_MONTH + 2), np.zeros(N_MONTH + 2)
    for term, share in TERMS.items():
        new[1 : term + 1] += share / term
        opening[1 : term + 1] += share * (term - np.arange(term)) / term
    opening /= opening.sum()
    ahead = np.zeros((N_MONTH, 1 + REVOLVING))
    for t in range(N_MONTH):
        ahead[t, 0] = opening[t + 1]
        for j in range(min(t, REVOLVING)):
            ahead[t, 1 + j] = new[t - j]
    level = np.stack([ndtri(ENTRY) / root, np.full(4, ndtri(SMM) / root_prepayment)])[:, :, None]
    slope = np.array([-np.sqrt(RHO) / root, np.sqrt(RHO_PREPAYMENT) / root_prepayment])
    return Inputs(level, slope, SHARE[:, None], COUPON[:, None], ahead)


def opening_state(xp: Any, n: int, dtype: Any) -> tuple[Any, ...]:
    """Factor, ladder, scale, purchases, notes, deficiency, cumulative default, amortizing."""
    alive = xp.asarray(SHARE[:, None] * np.ones(n), dtype)
    history = xp.concatenate([alive[None], xp.zeros((REVOLVING, 4, n), dtype)])
    zero = xp.zeros(n, dtype)
    return (
        xp.zeros((2, n), dtype),
        xp.concatenate([alive[None], xp.zeros((3, 4, n), dtype)]),
        xp.ones((4, n), dtype),
        history,
        xp.asarray(NOTES[:, None] * np.ones(n), dtype),
        zero,
        zero,
        zero,
    )


def month(xp: Any, ndtr: Any, put: Any, data: Inputs, state: tuple[Any, ...], t: Any, normals: Any) -> tuple[Any, ...]:
    """One month. `put(history, month, amount)` stores a purchase; `ndtr` is the normal distribution function."""
    factor, ladder, scale, history, notes, deficiency, cumulative, amortizing = state
    gain = xp.where(t == 0, 1.0, (1.0 - PHI**2) ** 0.5).astype(normals.dtype)
    second = CORRELATION * normals[0] + (1.0 - CORRELATION**2) ** 0.5 * normals[1]
    factor = PHI * factor + gain * xp.stack([normals[0], second])
    entry = ndtr(data.level[0] + data.slope[0] * factor[0])
    smm = ndtr(data.level[1] + data.slope[1] * factor[1])
    start = ladder.sum(axis=(0, 1))
    alive = ladder[0] * (1.0 - entry)
    due = xp.minimum(xp.tensordot(data.ahead[t], history, 1) * scale * (1.0 - entry), alive)
    prepaid = (alive - due) * smm
    default = ladder[3].sum(axis=0)
    scale = scale * (1.0 - entry) * (1.0 - smm)
    collected = (due + prepaid).sum(axis=0)
    cumulative = cumulative + default
    amortizing = xp.maximum(amortizing, ((t >= REVOLVING) | (cumulative > TRIGGER)).astype(amortizing.dtype))
    income = INCOME * start - FEES * start
    interest = (data.coupon * notes[:3]).sum(axis=0)
    paid = xp.minimum(income, interest)
    deficiency = deficiency + default + (interest - paid)
    cover = xp.minimum(income - paid, deficiency)
    deficiency = deficiency - cover
    cash = collected + cover - (interest - paid)
    bought = data.share * xp.maximum(cash, 0.0) * (1.0 - amortizing)
    history = put(history, t, bought / scale)
    left = cash * amortizing + (income - paid - cover) * amortizing
    redeemed = []
    for n in range(4):
        amount = xp.minimum(notes[n], xp.maximum(left, 0.0))
        redeemed.append(amount)
        left = left - amount
    notes = notes - xp.stack(redeemed)
    ladder = xp.stack([alive - due - prepaid + bought, ladder[0] * entry, ladder[1], ladder[2]])
    return factor, ladder, scale, history, notes, deficiency, cumulative, amortizing
