"""A static cohort of new receivables, run to its end over many factor paths: what a rater calls the static pool.

The same month as the kernels' (steps 1 to 4, payment multiplier 1, no purchases), in vectorised NumPy. Entry into M1
(or the one-step default) depends on the default factor; roll rates and prepayment stay at their unconditional values.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from stress.inputs.pool import Pool
from stress.links import conditional_rate

Array = NDArray[np.float64]

SCRAMBLES = 16
"""Independent scrambled Sobol sets; the spread of their means is the error of the quadrature."""
LONGEST = 600
"""Months after which what is left of a pool with a constant payment rate falls due at once."""


class Cohort(NamedTuple):
    """New receivables of S segments, a principal of 1 each; R is the longest term in months."""

    due: Array
    """(R, S) principal falling due in month 1..R."""
    prepayment: Array
    """(S,) single monthly mortality."""
    roll: Array
    """(3,) roll rates M1, M2, M3; empty for a one-step default."""
    dilution: float
    """Refunds a month, share of the performing balance."""


class StaticPool(NamedTuple):
    """What became of a cohort, per unit of principal; age 0 is the purchase, T the age at which all is settled."""

    cumulative: Array
    """(S, N) cumulative default by path."""
    performing: Array
    """(T + 1, S) current balance at each age, mean over paths."""
    late: Array
    """(T + 1, S) M1 + M2 + M3 at each age, mean over paths."""
    default: Array
    """(T + 1, S) defaulted in the month that ends at each age, mean over paths."""

    def error(self) -> Array:
        """Standard error of the mean cumulative default from the independent scrambles, (S,); 0 for a single path."""
        if self.cumulative.shape[1] % SCRAMBLES:
            return np.zeros(self.cumulative.shape[0])
        mean = self.cumulative.reshape(-1, SCRAMBLES, self.cumulative.shape[1] // SCRAMBLES).mean(axis=2)
        return np.asarray(mean.std(axis=1, ddof=1) / np.sqrt(SCRAMBLES))


def new_cohort(pool: Pool) -> Cohort:
    """New receivables of each segment: its plan mix (or the constant payment rate), ladder and prepayment."""
    n_segment = len(pool.segments)
    if pool.payment_rate is not None:
        due = np.repeat(_geometric(pool.payment_rate.monthly)[:, None], n_segment, axis=1)
    else:
        term = np.array([plan.term for plan in pool.plans])
        own = [[plan.share for plan in pool.plans] if s.plan_share is None else s.plan_share for s in pool.segments]
        month = np.arange(1, int(term.max()) + 1)
        due = (month[:, None] <= term) / term @ np.array(own, dtype=np.float64).T
    rung = pool.ladder
    roll = [] if rung is None else [rung.roll_m1, rung.roll_m2, rung.roll_m3]
    prepayment = np.array([s.prepayment for s in pool.segments])
    return Cohort(due, prepayment, np.array(roll, dtype=np.float64), pool.dilution)


def factor_paths(phi: float, months: int, points: int = 4096, seed: int = 2002) -> Array:
    """(months, points) paths of the stationary AR(1) factor: scrambled Sobol on its principal components.

    Deterministic. `points` is rounded to SCRAMBLES sets of a power of two. Scrambling: Owen (1997), "Monte Carlo
    variance of scrambled net quadrature".
    """
    lag = np.abs(np.subtract.outer(np.arange(months), np.arange(months)))
    value, vector = np.linalg.eigh(np.where(lag == 0, 1.0, phi**lag))
    loading = (vector * np.sqrt(np.maximum(value, 0.0)))[:, ::-1]
    power = max(int(np.log2(points / SCRAMBLES)), 0)
    from scipy.stats import qmc  # here: a run needs this module and not scipy.stats, which takes 0.4 s

    sets = [qmc.Sobol(months, rng=np.random.default_rng([seed, k])).random_base2(power) for k in range(SCRAMBLES)]
    normal = ndtri(np.clip(np.concatenate(sets), 1e-15, 1.0 - 1e-15))
    return np.asarray(loading @ normal.T)


def months_to_end(cohort: Cohort) -> int:
    """Months until every balance is paid or defaulted: the longest term and the ladder's tail."""
    return int(cohort.due.shape[0] + len(cohort.roll))


def run_static_pool(cohort: Cohort, entry: Array, rho: float, factor: Array) -> StaticPool:
    """Run a cohort to its end. entry: (S,) unconditional monthly rates; factor: (T, N), T = months_to_end.

    For the deterministic run give rho = 0 and one path.
    """
    n_month, n_segment, n_path = months_to_end(cohort), cohort.due.shape[1], factor.shape[1]
    ahead = np.zeros((n_month + 4, n_segment))
    ahead[: len(cohort.due)] = cohort.due[::-1].cumsum(axis=0)[::-1]
    keep = ((1.0 - cohort.prepayment) * (1.0 - cohort.dilution))[:, None]
    scale, bucket = np.ones((n_segment, n_path)), [np.zeros((n_segment, n_path)) for _ in cohort.roll]
    total = np.zeros((n_segment, n_path))
    performing, late, default = (np.zeros((n_month + 1, n_segment)) for _ in range(3))
    performing[0] = 1.0
    for t in range(n_month):
        left = ahead[t][:, None]
        rate = conditional_rate(entry[:, None], rho, factor[t])
        defaulted, rest = _transitions(cohort.roll, bucket, rate * scale * left, ahead[t : t + 4])
        total += defaulted
        rejoined = np.divide(rest, left, out=np.zeros_like(rest), where=(left > 0.0) & (rate <= 1.0 - 1e-9))
        scale = (scale * (1.0 - rate) + rejoined) * keep
        performing[t + 1] = scale.mean(axis=1) * ahead[t + 1]
        late[t + 1] = sum((b.mean(axis=1) for b in bucket), np.zeros(n_segment))
        default[t + 1] = defaulted.mean(axis=1)
    return StaticPool(total, performing, late, default)


def _transitions(roll: Array, bucket: list[Array], enters: Array, ahead: Array) -> tuple[Array, Array]:
    """Move the ladder by a month, in place; the default of the month and the cured balance that rejoins current.

    ahead: (4, S) principal still due from this slot on and from the next three. A cure from Mk pays the first k slots.
    """
    if not bucket:
        return enters, np.zeros_like(enters)
    rest = np.zeros_like(enters)
    for k, (rate, late) in enumerate(zip(roll, bucket, strict=True), start=1):
        stays = np.divide(ahead[k], ahead[0], out=np.zeros_like(ahead[0]), where=ahead[0] > 0.0)
        rest += (1.0 - rate) * late * stays[:, None]
    defaulted = roll[2] * bucket[2]
    bucket[2], bucket[1], bucket[0] = roll[1] * bucket[1], roll[0] * bucket[0], enters
    return defaulted, rest


def _geometric(monthly: float) -> Array:
    """Principal due by month at a constant payment rate, to 1e-9 of the balance or LONGEST months."""
    if monthly >= 1.0:
        return np.ones(1)
    months = min(LONGEST, int(np.ceil(np.log(1e-9) / np.log1p(-monthly))))
    due = monthly * (1.0 - monthly) ** np.arange(months)
    due[-1] = (1.0 - monthly) ** (months - 1)
    return np.asarray(due)
