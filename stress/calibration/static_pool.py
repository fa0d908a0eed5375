"""A static cohort of new receivables, run to its end over many factor paths: what a rater calls the static pool.

The same month as the kernels' (steps 1 to 4, payment multiplier 1, no purchases), in vectorised NumPy. Entry into M1
(or the one-step default), the roll rates and prepayment are conditional on their factors, as in the kernels.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtr, ndtri, stdtrit

from stress.analytic.amortization import schedule
from stress.errors import ConfigError
from stress.inputs.pool import Dependence, Pool
from stress.links import conditional_rate

Array = NDArray[np.float64]

SCRAMBLES = 16
"""Independent scrambled Sobol sets; the spread of their means is the error of the quadrature."""
FEW = 2**16
"""Points times months of `few_draws`: a ratio of two means on the same points is known to about 1e-4."""
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


class Loads(NamedTuple):
    """How strongly the rates load on the factors; all at 0: the deterministic run."""

    rho: float = 0.0
    """Of entry, on the default factor."""
    rho_roll: float = 0.0
    """Of the roll rates, on the default factor."""
    rho_prepayment: float = 0.0
    """Of prepayment, on a factor of its own."""
    correlation: tuple[float, ...] = (0.0,)
    """Of the default factor of each segment (or of all) with the prepayment factor."""
    df: float | None = None
    """Degrees of freedom of a t copula of entry."""


class Draws(NamedTuple):
    """N paths of what the rates load on."""

    default: Array
    """(T, N) default factor."""
    other: Array | None = None
    """(T, N) an independent factor: what of the prepayment factor the default factor does not explain."""
    mixing: Array | None = None
    """(N,) sqrt(chi2 / df) of a t copula."""


CALM = Loads()
"""No rate loads on anything."""


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
    """New receivables of each segment: its plan mix (or the constant payment rate), ladder and prepayment.

    Raises ConfigError for stages, and for a ladder other than three buckets in which what does not roll cures.
    """
    curved = any(segment.prepayment_curve for segment in pool.segments)
    if pool.stages or curved or (pool.ladder is not None and not pool.simple_ladder):
        raise ConfigError(
            "pool: a static pool is worked out for one hazard, one prepayment and a ladder of three buckets alone"
        )
    n_segment = len(pool.segments)
    if pool.payment_rate is not None:
        due = np.repeat(_geometric(pool.payment_rate.monthly)[:, None], n_segment, axis=1)
    else:
        due = np.zeros((max(plan.term for plan in pool.plans), n_segment))
        for s, segment in enumerate(pool.segments):
            shares = [plan.share for plan in pool.plans] if segment.plan_share is None else segment.plan_share
            for plan, share in zip(pool.plans, shares, strict=True):
                loan = schedule(
                    plan.kind,
                    segment.rate_of(plan) or 0.0,
                    plan.term,
                    plan.interest_only_months or 0,
                    plan.amortization_months or 0,
                )
                due[: plan.term, s] += share / loan.whole * loan.due
    roll = [bucket.rolls for bucket in pool.buckets]
    prepayment = np.array([s.prepayment for s in pool.segments])
    return Cohort(due, prepayment, np.array(roll, dtype=np.float64), pool.dilution)


def loads_of(pool: Pool) -> Loads:
    """The pool's own; the correlations from `loadings` where it has them. Rolls need a ladder."""
    of: Dependence = pool.dependence
    correlation: tuple[float, ...] = (of.correlation_prepayment,)
    if of.loadings is not None:
        prepayment = np.array(of.loadings.prepayment)
        correlation = tuple(float(np.array(of.loadings.row(s.name)) @ prepayment) for s in pool.segments)
    prepays = any(segment.prepayment > 0.0 for segment in pool.segments)
    rho_prepayment = of.rho_prepayment if prepays else 0.0
    return Loads(of.rho, of.rho_roll if pool.ladder else 0.0, rho_prepayment, correlation, of.df)


def draws_of(loads: Loads, phi: float, months: int, points: int) -> Draws:
    """Paths of the stationary factors that `loads` needs, and of the mixing variable: one Sobol sequence for all."""
    count = 1 + (loads.rho_prepayment > 0.0)
    drawn = _normals(count * months + (loads.df is not None), points)
    path = [_loading(phi, months) @ drawn[k * months : (k + 1) * months] for k in range(count)]
    mixing = None
    if loads.df is not None:
        mixing = np.sqrt(2.0 * gammaincinv(0.5 * loads.df, ndtr(drawn[-1])) / loads.df)
    return Draws(path[0], path[1] if count > 1 else None, mixing)


def few_draws(pool: Pool) -> Draws:
    """Paths that a run can afford: FEW of them over the months of a new cohort, at least one a scramble."""
    months = months_to_end(new_cohort(pool))
    return draws_of(loads_of(pool), pool.dependence.phi, months, max(SCRAMBLES, FEW // months))


def factor_paths(phi: float, months: int, points: int = 4096, seed: int = 2002) -> Array:
    """(months, points) paths of the stationary AR(1) factor: scrambled Sobol on its principal components."""
    return np.asarray(_loading(phi, months) @ _normals(months, points, seed))


def _loading(phi: float, months: int) -> Array:
    """(months, months) principal components of a stationary AR(1), the largest first."""
    lag = np.abs(np.subtract.outer(np.arange(months), np.arange(months)))
    value, vector = np.linalg.eigh(np.where(lag == 0, 1.0, phi**lag))
    return np.asarray((vector * np.sqrt(np.maximum(value, 0.0)))[:, ::-1])


def _normals(dimensions: int, points: int, seed: int = 2002) -> Array:
    """(dimensions, points) independent normals by scrambled Sobol.

    Deterministic. `points` is rounded to SCRAMBLES sets of a power of two. Scrambling: Owen (1997), "Monte Carlo
    variance of scrambled net quadrature".
    """
    power = max(int(np.log2(points / SCRAMBLES)), 0)
    from scipy.stats import qmc  # here: a run needs this module and not scipy.stats, which takes 0.4 s

    sets = [qmc.Sobol(dimensions, rng=np.random.default_rng([seed, k])).random_base2(power) for k in range(SCRAMBLES)]
    return np.asarray(ndtri(np.clip(np.concatenate(sets), 1e-15, 1.0 - 1e-15)).T)


def months_to_end(cohort: Cohort) -> int:
    """Months until every balance is paid or defaulted: the longest term and the ladder's tail."""
    return int(cohort.due.shape[0] + len(cohort.roll))


def run_static_pool(cohort: Cohort, entry: Array, loads: Loads = CALM, draws: Draws | None = None) -> StaticPool:
    """Run a cohort to its end. entry: (S,) unconditional monthly rates; draws: of T = months_to_end months.

    Deterministic where no draws are given.
    """
    n_month, n_segment = months_to_end(cohort), cohort.due.shape[1]
    draws = Draws(np.zeros((n_month, 1))) if draws is None else draws
    n_path = draws.default.shape[1]
    ahead = np.zeros((n_month + 4, n_segment))
    ahead[: len(cohort.due)] = cohort.due[::-1].cumsum(axis=0)[::-1]
    scale, bucket = np.ones((n_segment, n_path)), [np.zeros((n_segment, n_path)) for _ in cohort.roll]
    total = np.zeros((n_segment, n_path))
    performing, late, default = (np.zeros((n_month + 1, n_segment)) for _ in range(3))
    performing[0] = 1.0
    for t in range(n_month):
        left = ahead[t][:, None]
        rate, roll, smm = _rates(cohort, entry, loads, draws, t)
        defaulted, rest = _transitions(roll, bucket, rate * scale * left, ahead[t : t + 4])
        total += defaulted
        rejoined = np.divide(rest, left, out=np.zeros_like(rest), where=(left > 0.0) & (rate <= 1.0 - 1e-9))
        scale = (scale * (1.0 - rate) + rejoined) * ((1.0 - smm) * (1.0 - cohort.dilution))
        performing[t + 1] = scale.mean(axis=1) * ahead[t + 1]
        late[t + 1] = sum((b.mean(axis=1) for b in bucket), np.zeros(n_segment))
        default[t + 1] = defaulted.mean(axis=1)
    return StaticPool(total, performing, late, default)


def _rates(cohort: Cohort, entry: Array, loads: Loads, draws: Draws, t: int) -> tuple[Array, list[Array], Array]:
    """Entry (S, N), rolls (N,) each and prepayment (S, N) of a month given the factors."""
    z = draws.default[t]
    rate = conditional_rate(entry[:, None], loads.rho, z)
    if loads.df is not None and draws.mixing is not None:
        level = stdtrit(loads.df, entry)[:, None] * draws.mixing
        rate = ndtr((level - np.sqrt(loads.rho) * z) / np.sqrt(1.0 - loads.rho))
    roll = [conditional_rate(r, loads.rho_roll, z) for r in cohort.roll]
    if draws.other is None:
        return rate, roll, cohort.prepayment[:, None]
    with_default = np.array(loads.correlation)[:, None]
    own = with_default * z + np.sqrt(np.maximum(1.0 - with_default**2, 0.0)) * draws.other[t]
    return rate, roll, conditional_rate(cohort.prepayment[:, None], loads.rho_prepayment, own, -1)


def _transitions(roll: list[Array], bucket: list[Array], enters: Array, ahead: Array) -> tuple[Array, Array]:
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
