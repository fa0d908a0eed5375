"""Dependence -> arrays: systematic factors, conditional rates, what a path draws beside its factors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.special import logit, ndtri

from stress.assemble.by_identity import by_identity
from stress.assemble.by_path import ByPath, by_path_of, mixing_polynomial, padded
from stress.assemble.expected import Mixed, Told
from stress.assemble.months import MonthInputs
from stress.assemble.stages import columns, n_stage
from stress.inputs.deal import Deal
from stress.inputs.pool import Pool
from stress.kernels import layout, tables
from stress.kernels.codes import HETEROGENEITY, MACRO, MIXING, PARAMETERS
from stress.kernels.layout import Sizes
from stress.kernels.tables import Market
from stress.links import fit_links

Array = np.ndarray
_FOLLOWS = 4
"""Numbers in the link of a roll that follows macro variables."""
_SURE = 36.0
"""Log odds of a rate of 0 or 1: 2e-16."""


class Factors(NamedTuple):
    """The systematic factors that the rates load on, each a mix of independent ones."""

    name: tuple[str, ...]
    root: Array
    """(F, F) lower, root root' = their correlation."""
    of_rate: Array
    """(N_RATE, S) factor of each rate."""


@by_identity
def factors_of(pool: Pool) -> Factors:
    """Default, prepayment, recovery: as many as carry a loading; more where a table of loadings tells them apart."""
    dependence = pool.dependence
    n_column = len(columns(pool))
    if dependence.loadings is not None:
        return _loaded(pool)
    n_factor = 3 if dependence.rho_recovery > 0.0 else 2 if dependence.rho_prepayment > 0.0 else 1
    correlation = np.eye(3)
    correlation[0, 1] = correlation[1, 0] = dependence.correlation_prepayment
    correlation[0, 2] = correlation[2, 0] = dependence.correlation_recovery
    correlation[1, 2] = correlation[2, 1] = dependence.correlation_prepayment_recovery
    root = np.linalg.cholesky(correlation)[:n_factor, :n_factor]
    of_rate = np.zeros(layout.N_RATE, dtype=np.int64)
    of_rate[layout.PREPAYMENT], of_rate[layout.RECOVERY] = min(1, n_factor - 1), n_factor - 1
    return Factors(("default", "prepayment", "recovery")[:n_factor], root, np.tile(of_rate[:, None], n_column))


def _loaded(pool: Pool) -> Factors:
    """One composite factor for each distinct row of the loadings; rows may outnumber the independent factors."""
    loadings = pool.dependence.loadings
    assert loadings is not None
    names: list[str] = []
    rows: list[tuple[float, ...]] = []

    def factor(name: str, row: tuple[float, ...]) -> int:
        if row not in rows:
            names.append(name)
            rows.append(row)
        return rows.index(row)

    default = [
        factor(f"default {segment.name}" if segment.name in loadings.segment else "default", loadings.row(segment.name))
        for segment in pool.segments
        for _ in range(n_stage(pool))
    ]
    prepayment, recovery = factor("prepayment", loadings.prepayment), factor("recovery", loadings.recovery)
    of_rate = np.tile(np.array(default, dtype=np.int64), (layout.N_RATE, 1))
    of_rate[layout.PREPAYMENT], of_rate[layout.RECOVERY] = prepayment, recovery
    matrix = np.array(rows)
    triangle = np.asarray(np.linalg.qr(matrix.T, mode="r")).T
    root = np.zeros((len(rows), len(rows)))
    root[:, : triangle.shape[1]] = triangle * np.where(np.diagonal(triangle) < 0.0, -1.0, 1.0)
    return Factors(tuple(names), root, of_rate)


def market_of(
    deal: Deal,
    pool: Pool,
    months: Sequence[MonthInputs],
    sizes: Sizes,
    supply: Array,
    deterministic: bool,
    told: Told | None = None,
) -> Market:
    """Factors, links and month scalars of every scenario. `deterministic`: rho = 0 and nothing drawn; at the rates that
    are expected given what is `told` of the factors."""
    dependence = pool.dependence
    factors, phi = factors_of(pool), dependence.phi
    link, degree, steady, common = _links(pool, months, factors, sizes, deterministic, told)
    df = None if deterministic else dependence.df
    drawn: list[ByPath | None] = [None if deterministic else by_path_of(m, df) for m in months]
    for k, by_path in enumerate(drawn):
        if by_path is not None:
            degree[k, layout.ENTRY], steady[k, layout.ENTRY], common[k, layout.ENTRY] = tables.BY_PATH, 0, 0
    link = _follow_macro(pool, months, drawn, link, (degree, steady, common))
    stationary = dependence.factor_start == "stationary"
    n_scenario = sizes.n_scenario
    shocks = padded(drawn, sizes)
    return Market(
        phi=np.full(n_scenario, phi),
        phi_logit=float(logit(np.clip(phi, 1e-4, 1.0 - 1e-6))) + shocks.mean[:, 2],
        start=np.tile([0.0, 1.0] if stationary else [float(dependence.factor_start), 0.0], (n_scenario, 1)),
        cholesky=np.ascontiguousarray(np.broadcast_to(factors.root, (n_scenario, *factors.root.shape))),
        link=link,
        degree=degree,
        steady=steady,
        common=common,
        entry_law=shocks.entry_law,
        quantile=shocks.quantile,
        mixing=np.zeros(1) if df is None else mixing_polynomial(df),
        draw_root=shocks.root,
        shock=shocks.shock,
        response=shocks.response,
        exposed=shocks.exposed,
        draws=_draws(drawn, df, sizes.n_level),
        ticket=np.array([0.0 if pool.obligors is None else pool.balance / pool.obligors]),
        factor_of=factors.of_rate,
        month=np.stack([month_scalars(deal, m, sizes) for m in months]),
        supply=np.ascontiguousarray(supply),
    )


def _links(
    pool: Pool,
    months: Sequence[MonthInputs],
    factors: Factors,
    sizes: Sizes,
    deterministic: bool,
    told: Told | None = None,
) -> tuple[Array, Array, Array, Array]:
    """Polynomials of every rate, their degrees, which are the same throughout and which in every segment."""
    dependence = pool.dependence
    n_scenario, n_month, n_segment = sizes.n_scenario, sizes.n_month, sizes.n_segment
    shape = (n_scenario, n_month, n_segment)
    group: dict[int, tuple[Array, Any, int]] = {
        layout.ENTRY: (np.stack([m.entry for m in months]), np.stack([m.rho for m in months])[:, :, None], 1),
        layout.PREPAYMENT: (np.stack([m.smm for m in months]), dependence.rho_prepayment, -1),
        layout.RECOVERY: (np.stack([m.recovery for m in months]), dependence.rho_recovery, -1),
    }
    roll = np.stack([m.roll for m in months])
    for b in range(roll.shape[-1]):
        own = pool.buckets[b].rho if b < len(pool.buckets) else None
        group[layout.ROLLS[b]] = (roll[..., b], dependence.rho_roll if own is None else own, 1)
    fits = {}
    for rate, (p, rho, sign) in group.items():
        rho = np.broadcast_to(rho, shape)
        if told is not None:
            mixed = [Mixed(m.heterogeneity, dependence.df) if rate == layout.ENTRY else Mixed() for m in months]
            p = np.stack([told.rates(p[k], rho[k], sign, factors.of_rate[rate], mixed[k]) for k in range(n_scenario)])
        rho = np.zeros(shape) if deterministic else rho
        for k in range(n_scenario):
            fits[k, rate] = _fitted(p[k], rho[k], sign)
    width = max(fit.coef.shape[-1] for fit in fits.values())
    link = np.zeros((*shape, layout.N_RATE, max(2, width)))
    degree = np.zeros((n_scenario, layout.N_RATE), dtype=np.int64)
    steady = np.ones((n_scenario, layout.N_RATE), dtype=np.int64)
    common = np.ones((n_scenario, layout.N_RATE), dtype=np.int64)
    for (k, rate), fit in fits.items():
        link[k, :, :, rate, : fit.coef.shape[-1]] = fit.coef
        degree[k, rate], steady[k, rate] = fit.degree, fit.steady
        common[k, rate] = fit.alike and (factors.of_rate[rate] == factors.of_rate[rate, 0]).all()
    return link, degree, steady, common


class _Fitted(NamedTuple):
    """A rate of one scenario as the kernels read it."""

    coef: Array
    """(T, S, .) powers of z / 9, or a and b of the rational Phi."""
    degree: int
    steady: bool
    """The same number in all months."""
    alike: bool
    """The same in all segments, their factors apart."""


@by_identity
def _fitted(p: Array, rho: Array, sign: int) -> _Fitted:
    fit = fit_links(p, rho, sign)
    coef = fit.coef if fit.degree >= 0 else rational_link(p, rho, sign)
    alike = (p == p[:, :1]).all() and (rho == rho[:, :1]).all()
    return _Fitted(coef, fit.degree, fit.degree == 0 and bool((p == p[0]).all()), bool(alike))


def _follow_macro(
    pool: Pool,
    months: Sequence[MonthInputs],
    drawn: Sequence[ByPath | None],
    link: Array,
    kinds: tuple[Array, Array, Array],
) -> Array:
    """Links of rolls with an elasticity where macro variables are drawn (`kernels.by_path.roll_by_path`); their degree,
    steadiness and sameness with them."""
    degree, steady, common = kinds
    for k, m in enumerate(months):
        for b, bucket in enumerate(pool.buckets):
            if not bucket.elasticity or m.swing is None or drawn[k] is None:
                continue
            if link.shape[-1] < _FOLLOWS:
                link = np.concatenate([link, np.zeros((*link.shape[:-1], _FOLLOWS - link.shape[-1]))], axis=-1)
            rho = pool.dependence.rho_roll if bucket.rho is None else bucket.rho
            rate, part = layout.ROLLS[b], link[k, :, :, layout.ROLLS[b]]
            part[..., 0] = np.clip(logit(np.clip(m.roll[..., b], 0.0, 1.0)), -_SURE, _SURE)
            part[..., 1:_FOLLOWS] = bucket.elasticity, 1.0 / np.sqrt(1.0 - rho), np.sqrt(rho / (1.0 - rho))
            degree[k, rate], steady[k, rate], common[k, rate] = tables.BY_PATH, 0, 0
    return link


def rational_link(p: Array, rho: Array, sign: int) -> Array:
    """(..., 2): a and b of Phi(a + b z). A rate of 0 or 1 becomes a = -+1e9."""
    root = np.sqrt(1.0 - rho)
    return np.stack([np.clip(ndtri(p) / root, -1e9, 1e9), -sign * np.sqrt(rho) / root], axis=-1)


def _draws(drawn: Sequence[ByPath | None], df: float | None, n_level: int) -> Array:
    """(4, 3) purpose, indices and items of what each path draws beside its factors; no index where nothing needs it."""
    given = [by_path for by_path in drawn if by_path is not None]
    own = n_level if any(by_path.entry_law[:, tables.ENTRY_LAW.index("spread")].any() for by_path in given) else 0
    parameters = tables.N_PARAMETER if any(by_path.root.any() for by_path in given) else 0
    quarters = max((by_path.n_period for by_path in given), default=0)
    variables = max((by_path.n_variable for by_path in given), default=0)
    return np.array(
        [
            [HETEROGENEITY, own, 1],
            [MIXING, int(df is not None), 1],
            [PARAMETERS, parameters, 1],
            [MACRO, quarters, variables],
        ],
        dtype=np.int64,
    )


def month_scalars(deal: Deal, m: MonthInputs, sizes: Sizes) -> Array:
    """(T, 8) a month's numbers of one scenario (`tables.Market.month`)."""
    by_name = {
        "payment": m.payment if m.payment_rate is None else 1.0,
        "yield_multiple": m.yield_multiple,
        "dilution": m.dilution,
        "unpaid_share": m.dilution_unpaid,
        "commingled_steps": m.commingled * sizes.n_cohort,
        "cash_rate": m.cash_rate / 12.0 / sizes.n_cohort,
        "price": deal.purchase_price,
        "lag": np.round(m.lag_days * sizes.n_cohort / 30.0),
    }
    scalars = np.empty((sizes.n_month, len(tables.MONTH)))
    for column, name in enumerate(tables.MONTH):
        scalars[:, column] = by_name[name]
    return scalars
