"""Synthetic excess spread: income designated by an originator to absorb losses of a protected pool before its tranches.

Regulation (EU) No 575/2013, Art. 242(20). In a synthetic transfer the tranches bear the pool's net losses as they are,
by where they attach in the first month; what is designated comes first. Use it or lose it: what a year's losses leave
of the year's amount lapses. Trapped: it stays for later losses. What is designated for all periods is taken as a first
loss that the originator holds at 1,250% (Art. 248(1)(e)); the delegated act may count less of it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.answers.capital import Excess
from stress.arrays import Array
from stress.assemble.problem import assemble
from stress.errors import ConfigError
from stress.inputs.job import Job
from stress.inputs.state.rules import started
from stress.measures import batches
from stress.measures.estimate import Interval
from stress.runs.trace import block_rows

KINDS = ("use-it-or-lose-it", "trapped")
YEAR = 12
GROUPS = 32


class Absorbed(NamedTuple):
    """By path, in the deal's currency."""

    designated: Array
    used: Array
    rest: Array
    """Net loss that the tranches bear."""


def absorbed(net_loss: Array, designated: Array, kind: str) -> Absorbed:
    """What amounts designated month by month, (month, path), take of net losses, likewise.

    Settled at each year's end: with "use-it-or-lose-it" the year's amount meets the year's loss, with "trapped" all
    that has been designated and not used. A year whose recoveries exceed its defaults lowers the loss that follows.

    >>> loss, amount = np.array([[0.0], [3.0]]).repeat(12, axis=0) / 12, np.full((24, 1), 1.0 / 12)
    >>> [round(float(absorbed(loss, amount, kind).used[0]), 6) for kind in KINDS]
    [1.0, 2.0]
    """
    n_path = net_loss.shape[1]
    held, carried, used, rest = (np.zeros(n_path) for _ in range(4))
    for start in range(0, len(net_loss), YEAR):
        held = designated[start : start + YEAR].sum(axis=0) + (held if kind == KINDS[1] else 0.0)
        loss = net_loss[start : start + YEAR].sum(axis=0) + carried
        carried, loss = np.minimum(loss, 0.0), np.maximum(loss, 0.0)
        taken = np.minimum(held, loss)
        held, used, rest = held - taken, used + taken, rest + loss - taken
    return Absorbed(designated.sum(axis=0), used, rest)


def borne(rest: Array, attachment: Array, detachment: Array, balance: float) -> Array:
    """(tranche, path) of a loss (path,) of a pool by where tranches attach, in the deal's currency.

    >>> borne(np.array([12.0]), np.array([0.1, 0.0]), np.array([1.0, 0.1]), 100.0).ravel().tolist()
    [2.0, 10.0]
    """
    low, high = attachment[:, None] * balance, detachment[:, None] * balance
    return np.asarray(np.clip(rest - low, 0.0, high - low))


def excess_of(job: Job, rate: float, kind: str, blocks: int) -> tuple[Excess, Absorbed]:
    """What `rate` a year of the pool's balance at each month's start comes to under the job's first scenario; of a job
    in mid-life in the months that are left. Raises ConfigError where its state would have to tell what is trapped."""
    if kind == KINDS[1] and job.state is not None:
        raise ConfigError(
            f"--excess-kind {kind}: job {job.name!r} starts after {job.state.as_of}, and what was trapped by then is "
            f"in no state: {KINDS[0]} is answered"
        )
    names = ("defaults", "recoveries", "month_start_balance")
    rows: dict[str, list[Array]] = {name: [] for name in names}
    for block in block_rows(job, assemble(job), blocks, names):
        for name in names:
            rows[name].append(block[name])
    default, recovered, pool = (np.concatenate(rows[name], axis=-1) for name in names)
    pool[: started(job)] = 0.0  # designated before the state; its years stay those of the deal
    took = absorbed(default - recovered, rate / YEAR * pool, kind)
    balance = job.pool.balance
    return (
        Excess(kind, rate, _mean(took.designated / balance), _mean(took.used / balance), _mean(took.rest / balance)),
        took,
    )


def _mean(values: Array) -> Interval:
    groups = np.arange(values.size) * GROUPS // values.size
    total, size = (np.asarray(np.bincount(groups, x, GROUPS), np.float64) for x in (values, np.ones(values.size)))
    interval = batches.symmetric(batches.ratio(total, size), size)
    return Interval(*(float(part) for part in interval))  # type: ignore[arg-type]
