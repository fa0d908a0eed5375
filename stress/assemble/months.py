"""Deal + pool + scenario -> what each month's inputs are, in plain arrays (still no indices of the kernel)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class MonthInputs(NamedTuple):
    """Unconditional inputs of one scenario by month (row 0 is month 1); T months, S segments, N notes."""

    entry: Array
    """(T, S) monthly entry or one-step default rate, unconditional."""
    roll: Array
    """(T, S, 3) unconditional roll rates M1, M2, M3."""
    smm: Array
    """(T, S) unconditional prepayment rate, payment multiplier included."""
    recovery: Array
    """(T, S) unconditional recovery rate of balances that default in the month."""
    rho: Array
    """(T,) monthly asset correlation of entry."""
    payment: Array
    """(T,) payment multiplier k."""
    yield_multiple: Array
    """(T,) multiplier of fee income y."""
    fee_free_share: Array
    """(T,) fee-free balance share of receivables bought in the month."""
    apr_cap: Array
    """(T,) cap on the APR of receivables bought in the month; inf where none."""
    mix: Array
    """(T, S) share of each segment in new receivables; what is not eligible is missing from the sum."""
    originations: Array
    """(T,) multiplier of supply; 0 in an outage."""
    lag_days: Array
    """(T,) days before collected principal may buy."""
    dilution: Array
    """(T,) refunds as a share of the performing balance."""
    dilution_unpaid: Array
    """(T,) share of refunds the originator does not pay."""
    commingled: Array
    """(T,) share of the month's collections lost."""
    successor_fee: Array
    """(T,) per annum, added to the first fee based on the pool."""
    cash_rate: Array
    """(T,) per annum."""
    coupon: Array
    """(T, N) per annum, after index, cap and floor."""
    note_spread: Array
    """(T,) per annum, added to the deal's discount spread."""
