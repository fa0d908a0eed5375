"""A replayed path beside the slow model's: how far they are apart, in what, and from which month on."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from oracle.flows import MONTHLY
from oracle.state import PHASES

_UNTOLD = ("dilution_unpaid", "commingled_principal", "sold")
"""What a replay does not tell by month."""
MONEY = (*(name for name in MONTHLY if name not in _UNTOLD), "principal_cash", "income_cash", "deficiency")
"""Amounts by month; a segment dimension is summed."""
MONEY_BY = {
    "account_balance": "account",
    "note_balance": "tranche",
    "interest_due": "tranche",
    "interest_paid": "tranche",
    "principal_paid": "tranche",
    "residual_yield": "tranche",
    "fee_due": "fee",
    "fee_paid": "fee",
    "step_paid": "step",
}
"""Amounts by month and something else."""
SHARES = ("allocation", "portfolio_yield", "base_rate")
"""Of what a series of a trust has, those that are no money."""
RATIOS = ("excess_spread", "cumulative_default", "default_stock", "idle_cash_days")
OF_NOTE = {"loss": 1e-10, "irr": 5e-7, "wal": 1e-9, "price": 1e-9, "multiple": 1e-9, "first_loss_month": 0.5}
"""Results by note and how near they must be; a rate of return is solved for."""
MONEY_ALLOWED = 1e-10
"""Of the cut-off balance."""


class Difference(NamedTuple):
    """How far the engine is from the slow model in one quantity."""

    name: str
    size: float
    """Money over the cut-off balance; other things in their own unit."""
    allowed: float


def differences(data: xr.Dataset, flows: Any, cut_off: float) -> Iterable[Difference]:
    """Every flow of every month, every trigger, every result of a note."""
    for name, apart, allowed in by_months(data, flows, cut_off):
        yield Difference(name, float(apart.max(initial=0.0)), allowed)
    for name, allowed in OF_NOTE.items():
        of_flows = getattr(flows, "money_multiple" if name == "multiple" else name)
        wanted = np.minimum(of_flows, 10.0 if name == "irr" else np.inf)
        scale = 1.0 + 2.0 * np.abs(wanted) if name == "irr" else 1.0
        yield Difference(name, float(gaps(data[name].to_numpy(), wanted, scale).max(initial=0.0)), allowed)
    for name, total in totals(flows, cut_off).items():
        yield Difference(f"final_{name}", float(gaps(data[f"final_{name}"].to_numpy(), np.array(total)).max()), 1e-9)


def by_months(data: xr.Dataset, flows: Any, cut_off: float) -> Iterable[tuple[str, np.ndarray, float]]:
    """(what, differences by month and kind, what is allowed) of all that a path has by month: of money over the cut-off
    balance, or over the pool where a master trust outgrows that."""
    n = len(flows.phase)
    pool = np.array(flows.pool_balance)
    most = max(cut_off, float(pool.max(initial=0.0)))
    for name, other in [*((name, None) for name in MONEY), *MONEY_BY.items()]:
        wanted = np.array(getattr(flows, name)).reshape(n, -1)
        yield name, gaps(by_month(data, name, other).reshape(n, -1), wanted) / most, MONEY_ALLOWED
    if "written_down" in data:
        wanted = np.array(flows.written_down).reshape(n, -1)
        yield "written_down", gaps(data["written_down"].to_numpy().reshape(n, -1), wanted) / most, MONEY_ALLOWED
    for name, values in flows.of_series.items():
        allowed = 1e-9 if name.startswith(SHARES) else MONEY_ALLOWED
        # a share of a pool that is nearly gone is known to the rounding of what it was
        nearly_gone = np.maximum(1.0, 1e-5 * cut_off / np.maximum(pool, 1e-300))
        size = (1.0 + np.abs(values)) * nearly_gone if name.startswith(SHARES) else most
        yield name, gaps(by_month(data, name), np.array(values), size), allowed
    for name in RATIOS:
        wanted = np.array(getattr(flows, name))
        yield name, gaps(by_month(data, name), wanted, 1.0 + np.abs(wanted)), 1e-9
    yield "phase", (ranks(data) != [PHASES.index(name) for name in flows.phase]).astype(float), 0.0
    values = np.array(flows.trigger_value, dtype=float).reshape(n, -1)
    yield "trigger_value", gaps(by_month(data, "trigger_value", "trigger"), values, 1.0 + 1e3 * np.abs(values)), 1e-9
    yield "tripped", (tripped(data) != tripped_of(flows)).astype(float), 0.0


def first_month(data: xr.Dataset, flows: Any, cut_off: float) -> int:
    """The first month in which the models are apart, 0 where they are not."""
    far = [apart.reshape(len(flows.phase), -1) > allowed for _, apart, allowed in by_months(data, flows, cut_off)]
    months = np.concatenate(far, axis=1).any(axis=1)
    return int(months.argmax()) + 1 if months.any() else 0


def after_ties(flows: Any) -> set[int]:
    """Months whose flows a comparison may have decided by rounding: its own, and the next, in which it is paid."""
    return {month + later for month in flows.ties for later in (0, 1)}


def totals(flows: Any, cut_off: float) -> dict[str, float]:
    """What the pool came to, over the cut-off balance."""
    income = sum(flows.fee_income) + sum(flows.late_charge) - sum(flows.commingled_income)
    return {
        "default": flows.cumulative_default[-1],
        "net_loss": flows.default_stock[-1],
        "early_amortization": float(flows.early_amortization_month > 0),
        "purchased": sum(flows.purchases) / cut_off,
        "income": income / cut_off,
        "recovered": sum(flows.recoveries) / cut_off,
    }


def gaps(got: np.ndarray, wanted: np.ndarray, scale: np.ndarray | float = 1.0) -> np.ndarray:
    """Differences; NaN agrees with NaN, and nothing else does."""
    apart = np.where(np.isnan(got) & np.isnan(wanted), 0.0, np.abs(got - wanted) / scale)
    return np.asarray(np.where(np.isnan(apart), np.inf, apart))


def near_threshold(data: xr.Dataset, flows: Any) -> bool:
    """Whether, in the first month in which a trigger differs, its value lies within rounding of its limit."""
    wanted = tripped_of(flows)
    differs = tripped(data) != wanted
    if not differs.any():
        return False
    month = int(np.argmax(differs.any(axis=1)))
    values = np.array(flows.trigger_value, dtype=float).reshape(wanted.shape)[month]
    limits = by_month(data, "trigger_limit", "trigger")[month]
    return bool((np.abs(values - limits) <= 1e-9 * (1.0 + np.abs(limits)))[differs[month]].all())


def by_month(data: xr.Dataset, name: str, other: str | None = None) -> np.ndarray:
    """A variable as (month,) or (month, other); further dimensions are summed."""
    variable = data[name]
    kept = ("month",) if other is None else ("month", other)
    if variable.dims == kept:
        return variable.to_numpy()
    return variable.sum([d for d in variable.dims if d not in kept], skipna=False).transpose(*kept).to_numpy()


def ranks(data: xr.Dataset) -> np.ndarray:
    return data["phase"].to_numpy().astype(int)


def tripped(data: xr.Dataset) -> np.ndarray:
    return by_month(data, "tripped", "trigger").astype(bool)


def tripped_of(flows: Any) -> np.ndarray:
    return np.array(flows.tripped, dtype=bool).reshape(len(flows.phase), -1)
