"""Factors and conditional rates of a replayed path, drawn and computed again from the accounting page."""

import numpy as np
import xarray as xr
from agreement import by_month
from oracle import draws

import stress
from stress.assemble.heterogeneity import centred_shift
from stress.assemble.months import MonthInputs, resolve
from stress.assemble.turnover import pool_under
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.job.parameters import Parameters
from stress.inputs.pool import Copula, Dependence, Pool

COVARIANCE = ((0.09, -0.01, 0.0), (-0.01, 0.16, 0.02), (0.0, 0.02, 0.25))
DRAWN = Parameters(version=1, kind="parameters", name="drawn", p=0.03, rho=0.04, phi=0.9, covariance=COVARIANCE)
ALLOWED = 1e-8
"""A rate is a polynomial that was fitted to within 1e-10, or to 1e-9 before the normal distribution is taken of it."""


def uncertain(job: Job, df: float = 5.0) -> Job:
    """The job under a t copula; its last scenario draws parameters too."""
    dependence = job.pool.dependence.model_copy(update={"copula": Copula(kind="t", df=df)})
    last = job.scenarios[-1].model_copy(update={"parameters": DRAWN})
    pool = job.pool.model_copy(update={"dependence": dependence})
    return job.model_copy(update={"pool": pool, "scenarios": (*job.scenarios[:-1], last)})


def differences(job: Job, path: int) -> list[str]:
    """What a replay shows that the page does not say, under every scenario."""
    return [f"{name} under {case.name}" for case in job.scenarios for name in wrong(job, case, path)]


def wrong(job: Job, case: ScenarioCase, path: int) -> list[str]:
    """Names of the factors and rates of a path that are others than those of the page."""
    data, pool = stress.replay(job, path=path, scenario=case.name), pool_under(job.pool, case)
    months = resolve(job.deal, pool, case)
    root = np.zeros((3, 3)) if months.parameters is None else months.parameters.root
    own = draws.drawn_parameters(path, root.tolist(), job.seed)
    y = np.array(factors(pool.dependence, own[2], path, len(months.entry), job.seed))
    replayed = {name: data["factor_value"].sel(factor=name).to_numpy() for name in data["factor"].to_numpy()}
    apart = [name for i, name in enumerate(NAMES) if name in replayed and not near(replayed[name], y[:, i])]
    wanted = {"entry_rate": entry_rates(job, pool, months, own, y[:, 0], path), **others(pool.dependence, months, y)}
    return apart + [name for name, rates in wanted.items() if not near(of_replay(data, name), rates)]


NAMES = ("default", "prepayment", "recovery")


def near(drawn: np.ndarray, wanted: np.ndarray) -> bool:
    return bool((np.abs(drawn - wanted) <= ALLOWED).all())


def of_replay(data: xr.Dataset, name: str) -> np.ndarray:
    """A rate as (month, segment), the roll rates as (month, segment, bucket)."""
    if name == "roll_rate":
        return data[name].transpose("month", "segment", "bucket").to_numpy()
    return by_month(data, name, "segment")


def factors(of: Dependence, shift: float, path: int, n_month: int, seed: int) -> list[list[float]]:
    """Default, prepayment and recovery factor by month, with a persistence whose log odds are moved by `shift`."""
    a, b, c = of.correlation_prepayment, of.correlation_recovery, of.correlation_prepayment_recovery
    root = np.linalg.cholesky(np.array([[1.0, a, b], [a, 1.0, c], [b, c, 1.0]])).tolist()
    phi = of.phi / (of.phi + (1.0 - of.phi) * np.exp(-shift)) if shift else of.phi
    start = None if of.factor_start == "stationary" else float(of.factor_start)
    return draws.factors(path, n_month, phi, root, seed, start)


def entry_rates(job: Job, pool: Pool, months: MonthInputs, own: list[float], z: np.ndarray, path: int) -> np.ndarray:
    """(month, segment)"""
    df, mixing = pool.dependence.df, draws.mixing_variable(path, pool.dependence.df, job.seed)
    spread = np.zeros(len(months.entry)) if months.heterogeneity is None else months.heterogeneity
    centre = centred_shift(months.entry, np.broadcast_to(spread[:, None], months.entry.shape)) * (spread[:, None] > 0.0)
    odds = months.rho / (1.0 - months.rho) * np.exp(own[1])
    rates = np.empty_like(months.entry)
    for t, s in np.ndindex(rates.shape):
        shift = own[0] + centre[t, s] + spread[t] * draws.normal(path, s, 4, 0, job.seed)
        rates[t, s] = draws.entry_rate(months.entry[t, s], odds[t] / (1.0 + odds[t]), shift, mixing, z[t], df)
    return rates


def others(of: Dependence, months: MonthInputs, y: np.ndarray) -> dict[str, np.ndarray]:
    """Roll rates on the default factor; prepayment and recovery, which rise with theirs."""

    def given(rate: np.ndarray, rho: float, z: np.ndarray) -> np.ndarray:
        moved = [draws.entry_rate(p, rho, 0.0, 1.0, f, None) for p, f in zip(rate.ravel(), z.ravel(), strict=True)]
        return np.array(moved).reshape(rate.shape)

    default, prepayment, recovery = y.T[:, :, None]
    shape = months.smm.shape
    return {
        "roll_rate": given(months.roll, of.rho_roll, np.broadcast_to(default[..., None], months.roll.shape)),
        "prepayment_rate": given(months.smm, of.rho_prepayment, np.broadcast_to(-prepayment, shape)),
        "recovery_rate": given(months.recovery, of.rho_recovery, np.broadcast_to(-recovery, shape)),
    }
