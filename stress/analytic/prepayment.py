"""Prepayment conventions: SMM, CPR, the PSA curve and a month of a mortgage pass-through.

SIFMA, "Uniform Practices for the Clearance and Settlement of Mortgage-Backed Securities", standard formulas.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from stress.arrays import Array


class PassThrough(NamedTuple):
    """Cash flows of one month, in money."""

    payment: float
    """Scheduled payment of the borrowers, interest and principal."""
    net_interest: float
    """Interest passed to investors."""
    scheduled_principal: float
    prepayment: float
    cash_flow: float
    """Net interest and all principal."""


def smm_from_cpr(cpr: ArrayLike) -> Array:
    """Single monthly mortality of a conditional prepayment rate per annum: 1 - (1 - CPR)^(1/12).

    >>> round(float(smm_from_cpr(0.06)), 6)
    0.005143
    """
    return np.asarray(-np.expm1(np.log1p(-np.asarray(cpr, dtype=np.float64)) / 12.0), dtype=np.float64)


def cpr_from_smm(smm: ArrayLike) -> Array:
    """Conditional prepayment rate per annum of a single monthly mortality.

    >>> round(float(cpr_from_smm(0.01)), 6)
    0.113615
    """
    return np.asarray(-np.expm1(12.0 * np.log1p(-np.asarray(smm, dtype=np.float64))), dtype=np.float64)


def psa_smm(age: ArrayLike, speed: float = 1.0) -> Array:
    """SMM at a loan age in months on the PSA curve: CPR rises 0.2 points a month to 6% at month 30.

    `speed` multiplies the curve: 1 is 100 PSA.

    >>> psa_smm([1, 20, 30]).round(7).tolist()
    [0.0001668, 0.0033961, 0.005143]
    """
    ramp = np.minimum(np.asarray(age, dtype=np.float64), 30.0) / 30.0
    return smm_from_cpr(0.06 * speed * ramp)


def pass_through_month(balance: float, wac: float, net: float, remaining: int, smm: float) -> PassThrough:
    """First month of a level-payment pass-through: coupon `wac`, pass-through rate `net` p.a., `remaining` months.

    Fabozzi, "The Handbook of Mortgage-Backed Securities", cash-flow exhibit.

    >>> round(pass_through_month(400e6, 0.08125, 0.075, 357, float(psa_smm(4))).payment)
    2975868
    """
    monthly = wac / 12.0
    payment = balance * monthly / -np.expm1(-remaining * np.log1p(monthly))
    scheduled = payment - balance * monthly
    early = smm * (balance - scheduled)
    interest = balance * net / 12.0
    return PassThrough(float(payment), interest, float(scheduled), float(early), float(interest + scheduled + early))
