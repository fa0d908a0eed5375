"""A static cohort of new receivables, run to its end over many factor paths: what a rater calls the static pool.

The same month as the kernels' (steps 1 to 4, payment multiplier 1, no purchases), in vectorised NumPy. Entry into M1
(or the one-step default), the roll rates and prepayment are conditional on their factors, as in the kernels.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import gammaincinv, ndtr, ndtri, stdtrit

from stress.arrays import Array
from stress.calibration.new_cohort import Cohort, Rung, at_age, months_to_end, new_cohort
from stress.inputs.pool import Dependence, Pool
from stress.links import conditional_rate

SCRAMBLES = 16
"""Independent scrambled Sobol sets; the spread of their means is the error of the quadrature."""
FEW = 2**16
"""Points times months of `few_draws`: a ratio of two means on the same points is known to about 1e-4."""


class Loads(NamedTuple):
    """How strongly the rates load on the factors; all at 0: the deterministic run."""

    rho: float = 0.0
    """Of entry, on the default factor."""
    rho_roll: tuple[float, ...] = ()
    """Of the roll rate of each bucket, on the default factor; none where left out."""
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


def loads_of(pool: Pool) -> Loads:
    """The pool's own; the correlations from `loadings` where it has them. Rolls need a ladder."""
    dependence: Dependence = pool.dependence
    correlation: tuple[float, ...] = (dependence.correlation_prepayment,)
    if dependence.loadings is not None:
        prepayment = np.array(dependence.loadings.prepayment)
        correlation = tuple(float(np.array(dependence.loadings.row(s.name)) @ prepayment) for s in pool.segments)
    prepays = bool(new_cohort(pool).prepayment.any())
    rho_prepayment = dependence.rho_prepayment if prepays else 0.0
    return Loads(dependence.rho, rolls_load(pool), rho_prepayment, correlation, dependence.df)


def rolls_load(pool: Pool) -> tuple[float, ...]:
    """Asset correlation of each bucket's roll."""
    return tuple(pool.dependence.rho_roll if bucket.rho is None else bucket.rho for bucket in pool.buckets)


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


def run_static_pool(cohort: Cohort, entry: Array, loads: Loads = CALM, draws: Draws | None = None) -> StaticPool:
    """Run a cohort to its end; deterministic where no draws are given.

    entry: (S,) unconditional monthly rates of the segments, or (A, S K) of all columns by age, the last row on and on;
    draws: of months_to_end months.
    """
    n_month, (n_segment, n_stage) = months_to_end(cohort), (cohort.due.shape[1], len(cohort.odds))
    draws = Draws(np.zeros((n_month, 1))) if draws is None else draws
    shape = (n_segment * n_stage, draws.default.shape[1])
    entry = cohort.columns(entry) if entry.ndim == 1 else entry
    ahead = np.zeros((n_month + len(cohort.ladder) + 1, n_segment))
    ahead[: len(cohort.due)] = cohort.due[::-1].cumsum(axis=0)[::-1]
    ahead = np.repeat(ahead, n_stage, axis=1)
    first = np.arange(shape[0]) % n_stage == 0
    scale, bucket = np.ones(shape) * first[:, None], [np.zeros(shape) for _ in cohort.ladder]
    total = np.zeros(shape)
    performing, late, default = (np.zeros((n_month + 1, n_segment)) for _ in range(3))
    performing[0] = 1.0

    def mean(part: Array) -> Array:
        """(S,) over paths, all stages of a segment."""
        return np.asarray(part.mean(axis=1).reshape(n_segment, n_stage).sum(axis=1))

    for t in range(n_month):
        left = ahead[t][:, None]
        rate, roll, smm = _rates(cohort, entry, loads, draws, t)
        defaulted, rest = _transitions(cohort.ladder, roll, bucket, rate * scale * left, ahead[t:])
        total += defaulted
        rejoined = np.divide(rest, left, out=np.zeros_like(rest), where=(left > 0.0) & (rate <= 1.0 - 1e-9))
        scale = (scale * (1.0 - rate) + rejoined) * ((1.0 - smm) * (1.0 - at_age(cohort.dilution, t)))
        if n_stage > 1:
            gone = scale * np.tile(cohort.moves_on, n_segment)[:, None]
            scale = scale - gone + np.where(first[:, None], 0.0, np.roll(gone, 1, axis=0))
        performing[t + 1] = mean(scale * ahead[t + 1][:, None])
        late[t + 1] = sum((mean(b) for b in bucket), np.zeros(n_segment))
        default[t + 1] = mean(defaulted)
    return StaticPool(total.reshape(n_segment, n_stage, -1).sum(axis=1), performing, late, default)


def _rates(cohort: Cohort, entry: Array, loads: Loads, draws: Draws, t: int) -> tuple[Array, list[Array], Array]:
    """Entry (S K, N), rolls (N,) each and prepayment (S K, N) of a month given the factors."""
    z, entry, prepayment = draws.default[t], at_age(entry, t), at_age(cohort.prepayment, t)[:, None]
    rate = conditional_rate(entry[:, None], loads.rho, z)
    if loads.df is not None and draws.mixing is not None:
        level = stdtrit(loads.df, entry)[:, None] * draws.mixing
        rate = ndtr((level - np.sqrt(loads.rho) * z) / np.sqrt(1.0 - loads.rho))
    rho = loads.rho_roll or (0.0,) * len(cohort.ladder)
    roll = [conditional_rate(rung.roll, of, z) for rung, of in zip(cohort.ladder, rho, strict=True)]
    if draws.other is None:
        return rate, roll, prepayment
    with_default = np.array(loads.correlation)
    if len(with_default) > 1:
        with_default = np.repeat(with_default, len(cohort.odds))
    with_default = with_default[:, None]
    own = with_default * z + np.sqrt(np.maximum(1.0 - with_default**2, 0.0)) * draws.other[t]
    return rate, roll, conditional_rate(prepayment, loads.rho_prepayment, own, -1)


def _transitions(
    ladder: tuple[Rung, ...], roll: list[Array], bucket: list[Array], enters: Array, ahead: Array
) -> tuple[Array, Array]:
    """Move the ladder by a month, in place; the default of the month and the cured balance that rejoins current.

    ahead: (.., S K) principal still due from this slot on, from the next, and so on. A cure from Mk pays the first k
    slots; what pays down i buckets (0: stays) the first i + 1, or nothing where nothing is left of the plan.
    """
    if not bucket:
        return enters, np.zeros_like(enters)
    rest = np.zeros_like(enters)
    new = [enters, *(np.zeros_like(enters) for _ in bucket[1:])]
    whole = ahead[0] > 0.0
    for k, (rung, rate, late) in enumerate(zip(ladder, roll, bucket, strict=True)):
        stays = np.divide(ahead[k + 1], ahead[0], out=np.zeros_like(ahead[0]), where=whole)
        left = (1.0 - rate) * late
        rest += rung.cures * left * stays[:, None]
        for down, share in enumerate(rung.pays_down):
            if share > 0.0:
                owed = np.divide(ahead[down + 1], ahead[0], out=np.ones_like(ahead[0]), where=whole)
                new[k - down] = new[k - down] + share * left * owed[:, None]
        if k + 1 < len(bucket):
            new[k + 1] = new[k + 1] + rate * late
    defaulted = roll[-1] * bucket[-1]
    bucket[:] = new
    return defaulted, rest


__all__ = ["Cohort", "Draws", "Loads", "StaticPool", "draws_of", "loads_of", "new_cohort", "run_static_pool"]
__all__ += ["CALM", "Rung", "factor_paths", "few_draws", "months_to_end"]
