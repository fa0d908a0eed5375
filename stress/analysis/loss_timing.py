"""A base case as US analysts state it: cumulative net loss and when it comes, solved into monthly entry rates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.analysis.trials import uncalled
from stress.arrays import Array
from stress.assemble.caps import RATE_CAP
from stress.assemble.problem import assemble
from stress.assemble.stages import entry_rates
from stress.errors import ConfigError
from stress.inputs.door import from_closing
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.scenario import Shock
from stress.runs.trace import values_of
from stress.spelling import fraction_for

MOST = 1000.0
"""Largest multiple of the pool's own entry rates."""


class LossTiming(NamedTuple):
    """Entry rates that give a cumulative net loss in its months, on expected rates with rho 0.

    The net loss of a month is what it defaults less what will be recovered of that, whenever it comes; no call ends
    the deal before the pool has paid.
    """

    multiple: Array
    """(T,) of the pool's own entry rates, in each segment and stage."""
    wanted: Array
    """(T,) cumulative net loss over the cut-off balance."""
    modelled: Array
    """(T,) that of the engine."""
    final: float
    """Cumulative default less recoveries at legal maturity: the loss itself, where all recoveries have come by then."""

    @property
    def error(self) -> float:
        """Largest difference from what is wanted, over the cut-off balance."""
        return float(np.abs(self.modelled - self.wanted).max())

    @property
    def case(self) -> ScenarioCase:
        """The scenario that has these entry rates."""
        return _case(self.multiple)


def loss_timing(job: Job, cumulative_net_loss: float, timing: tuple[float, ...]) -> LossTiming:
    """Solve a cumulative net loss (share of the cut-off balance) and its timing through ladder and recoveries.

    `timing`: shares of it by year, which sum to 1; a year's comes in equal parts. Years count from the first month in
    which entries can default: as many months after the cut-off as the ladder has buckets, in which what is late at the
    cut-off defaults. Late balances that stay in a bucket default later than is wanted where that asks for fewer
    defaults than they are: `error` says by how much. Raises ConfigError for a loss that the pool cannot have.

    >>> answer = loss_timing(job, 0.02, (0.6, 0.4))
    >>> answer.error < 1e-9
    True
    """
    from_closing(job, "loss timing", "is of the whole life")
    share = _shares(job, cumulative_net_loss, timing)
    lag, last = len(job.pool.buckets), job.deal.legal_maturity_months
    multiple = np.ones(last)
    multiple[max(0, last - lag) :] = 0.0
    wanted, _ = _net_loss(job, multiple)
    late = wanted[lag - 1] if lag else 0.0
    wanted[lag:] = late + (cumulative_net_loss - late) * share[: last - lag]
    for month in range(lag, last):
        multiple[month - lag] = _solved(job, multiple, month - lag, month, float(wanted[month]))
    modelled, final = _net_loss(job, multiple)
    return LossTiming(multiple, wanted, modelled, final)


def _shares(job: Job, loss: float, timing: tuple[float, ...]) -> Array:
    """(T,) cumulative share of the loss, from the first month in which entries can default."""
    lag, last = len(job.pool.buckets), job.deal.legal_maturity_months
    if not 0.0 < loss < 1.0:
        hint = fraction_for(str(loss))
        raise ConfigError(f"cumulative net loss = {loss:g}: must lie between 0 and 1 of the cut-off balance{hint}")
    if min(timing, default=0.0) < 0.0:
        raise ConfigError(
            f"timing = {list(timing)}: shares by year must not be below 0: a loss once made is not undone"
        )
    if not timing or abs(sum(timing) - 1.0) > 1e-9:
        raise ConfigError(f"timing = {list(timing)}: shares by year must sum to 1, not {sum(timing):.10g}")
    if 12 * len(timing) + lag > last:
        raise ConfigError(
            f"timing: {len(timing)} years from month {lag + 1} on end after the deal's legal maturity in month {last}"
        )
    by_month = np.repeat(np.array(timing) / 12.0, 12)
    return np.concatenate([np.cumsum(by_month), np.ones(last - len(by_month))])


def _solved(job: Job, multiple: Array, at: int, month: int, wanted: float) -> float:
    """The multiple of one month's entries: losses of a later month are linear in it; 0 where that is still too much."""
    none, unit = (_net_loss(job, _with(multiple, at, value))[0][month] for value in (0.0, 1.0))
    if none >= wanted - 1e-14:
        return 0.0
    value = (wanted - none) / (unit - none) if unit > none else np.inf
    if value > MOST or value * float(entry_rates(job.pool).max()) > RATE_CAP:
        raise ConfigError(
            f"loss timing: month {month + 1} cannot end at a net loss of {wanted:.4%} of the cut-off balance so far: "
            f"too little of the pool is left to lose (with nothing more entering it would be {none:.4%})"
        )
    return float(value)


def _with(multiple: Array, at: int, value: float) -> Array:
    moved = multiple.copy()
    moved[at] = value
    return moved


def _case(multiple: Array) -> ScenarioCase:
    points = tuple((month, float(value)) for month, value in enumerate(multiple, 1))
    return ScenarioCase(name="loss timing", shocks=(Shock(target="entry_rate", by_month=points, how="multiply"),))


def _net_loss(job: Job, multiple: Array) -> tuple[Array, float]:
    """(T,) cumulative net loss over the cut-off balance by month of default, and that of cash at the end."""
    single = uncalled(job).model_copy(update={"scenarios": (_case(multiple),)})
    problem = assemble(single, deterministic=True)
    sizes = problem.sizes
    values = values_of(single, problem, 0, np.zeros((sizes.n_month, sizes.n_factor)))
    lost = np.cumsum(values["defaults"][1] - values["recoverable"][1]) / job.pool.balance
    return np.asarray(lost), float(values["default_stock"][1][-1])
