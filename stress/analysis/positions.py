"""Where each class stands in its pool on every path and in every month: attachment, detachment, delinquent share.

All of them are of what is outstanding in the month (CRE40; Regulation (EU) No 575/2013, Art. 256).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.arrays import Array, Bools
from stress.assemble.contract import sizes_of
from stress.assemble.problem import assemble
from stress.errors import ConfigError
from stress.explain.notes import last_of_class
from stress.inputs.job import Job
from stress.inputs.job.trust_rules import invested_at_closing
from stress.inputs.state.rules import started
from stress.runs.ledger import left_by_payments
from stress.runs.trace import block_rows

CASH = ("account_balance", "step_paid")
ROWS = ("note_balance", "pool_balance", "defaults", "m4_on", *CASH)


class Positions(NamedTuple):
    """By month from closing, or from that of the job's state, and path; shares of the pool with its funded cash."""

    attachment: Array
    """(T + 1, N, path) What bears losses before a class, 0 where nothing is left."""
    detachment: Array
    """(T + 1, N, path) That and all notes of its class."""
    senior: Bools
    """(T + 1, N, path) Whether nothing is outstanding ahead of its class."""
    uncovered: Array
    """(T + 1, N, path) Share of a class that nothing stands behind any more."""
    delinquent: Array
    """(T + 1, path) W: 90 days past due and not yet written off, over the pool with them."""
    balance: Array
    """(T + 1, N, path) Notes in the deal's currency."""
    pool: Array
    """(T + 1, path) Receivables with those 90 days past due, or what a series of a trust has invested, in the deal's
    currency."""
    begins: float
    """Receivables of the first month with those 90 days past due, of a trust all of them."""
    loss: Array
    """(N, path) Principal that a note never gets, in the deal's currency."""


def positions(job: Job, blocks: int, delinquent: float | None = None) -> Positions:
    """The first blocks of the job's seed under its first scenario, 32 paths each; T: the months that are left.

    Notes of one class share what stands below them (CRE40: pari passu tranches); cash in the deal's accounts is funded
    support, which counts (CRE40, overcollateralisation and funded reserve accounts), less what payments take of it.
    `delinquent`: W of the first row; left out, 0 at closing and what the state tells. Raises ConfigError for a state
    that does not tell the defaults that are not written off yet.
    """
    names = ROWS if job.deal.trust is None else (*ROWS, "invested")
    rows: dict[str, list[Array]] = {name: [] for name in (*names, "cash", "loss") if name not in CASH}
    problem = assemble(job)
    _check_known(job)
    for block in block_rows(job, problem, blocks, names):
        held, paid = (block[name] for name in CASH)
        block["cash"] = left_by_payments(problem, held.sum(axis=1), paid)
        for name, parts in rows.items():
            parts.append(block[name])
    whole = {name: np.concatenate(parts, axis=-1) for name, parts in rows.items()}
    return _placed(job, whole, delinquent)


def _check_known(job: Job) -> None:
    """Raise ConfigError where a state leaves out defaults that are not written off yet: capital counts them."""
    if job.state is None:
        return
    given, needed = len(job.state.lately.defaults), min(job.pool.write_off_months, started(job))
    if given < needed:
        raise ConfigError(
            f"job {job.name!r}: state: lately.defaults: has {given} months, {needed} are needed: capital counts what "
            f"has defaulted as past due until it is written off (write_off_months = {job.pool.write_off_months})"
        )


def _placed(job: Job, rows: dict[str, Array], delinquent: float | None) -> Positions:
    least = 1e-9 * job.pool.balance
    rows["stock"] = _not_written_off(job, rows["defaults"])
    lost = rows.pop("loss") * np.asarray(sizes_of(job.deal, job.pool.balance), np.float64)[:, None]
    rows = _from_first(job, rows)
    pool, balance = rows["pool_balance"] + rows["stock"], rows["note_balance"]
    late = rows["stock"] + rows["m4_on"]
    if delinquent is not None:
        late[0] = delinquent * pool[0]
    behind = pool if job.deal.trust is None else rows["invested"]  # a series stands on what it has invested
    share = np.maximum(behind + rows["cash"], least)[:, None, :]
    ahead = np.cumsum(balance, axis=1)
    last = last_of_class(job.deal)
    first = [last.index(k) for k in last]
    below, above = ahead[:, last], ahead[:, first] - balance[:, first]
    return Positions(
        np.clip(1.0 - below / share, 0.0, 1.0),
        np.clip(1.0 - above / share, 0.0, 1.0),
        above <= least,
        np.clip((below - share) / np.maximum(below - above, least), 0.0, 1.0),
        np.clip(late / np.maximum(pool, least), 0.0, 1.0) * (pool > least),
        balance,
        behind,
        float(pool[0, 0]),
        lost,
    )


def _not_written_off(job: Job, defaults: Array) -> Array:
    """(T, path) defaults of the months within write_off_months, those that are data as the state has them."""
    if job.state is not None and (known := job.state.lately.defaults):
        begin = started(job)
        defaults[begin - len(known) : begin] = np.array(known)[:, None]
    window = min(job.pool.write_off_months, len(defaults))
    stock = np.cumsum(defaults, axis=0)
    stock[window:] -= stock[:-window].copy()
    return stock


def _from_first(job: Job, rows: dict[str, Array]) -> dict[str, Array]:
    """Rows by month from the first on: closing, or the last month that is data, whose row is as its state has it, with
    the payment made where it waits."""
    if job.state is not None:
        return {name: row[started(job) - 1 :] for name, row in rows.items()}
    opening: dict[str, Array | float] = {
        "note_balance": np.asarray(sizes_of(job.deal, job.pool.balance), np.float64)[:, None],
        "pool_balance": job.pool.balance,
        "cash": sum(job.deal.opening_cash.values()),
        "invested": invested_at_closing(job.deal) if job.deal.trust is not None else 0.0,
    }
    return {
        name: np.concatenate([np.broadcast_to(opening.get(name, 0.0), (1, *row.shape[1:])), row])
        for name, row in rows.items()
    }
