"""Where each class stands in its pool on every path and in every month: attachment, detachment, delinquent share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.arrays import Array
from stress.assemble.contract import sizes_of
from stress.assemble.problem import assemble
from stress.explain.notes import last_of_class
from stress.inputs.job import Job
from stress.inputs.job.trust_rules import invested_at_closing
from stress.kernels.layout import LANES
from stress.runs.ledger import left_by_payments
from stress.runs.trace import block_rows

CASH = ("account_balance", "step_paid")
ROWS = ("note_balance", "pool_balance", "defaults", "m4_on", *CASH)


class Positions(NamedTuple):
    """By month from closing (month 0) and path; shares of the pool with its funded cash."""

    attachment: Array
    """(T + 1, N, path) What bears losses before a class, 0 where nothing is left."""
    detachment: Array
    """(T + 1, N, path) That and all notes of its class."""
    uncovered: Array
    """(T + 1, N, path) Share of a class that nothing stands behind any more."""
    delinquent: Array
    """(T + 1, path) W: 90 days past due and not yet written off, over the pool with them."""
    balance: Array
    """(T + 1, N, path) Notes in the deal's currency."""
    pool: Array
    """(T + 1, path) Receivables with those 90 days past due, or what a series of a trust has invested, in the deal's
    currency."""
    loss: Array
    """(N, path) Principal that a note never gets, in the deal's currency."""


def positions(job: Job, blocks: int, delinquent: float = 0.0) -> Positions:
    """The first blocks of the job's seed under its first scenario, 32 paths each; `delinquent`: W at closing.

    Notes of one class share what stands below them (CRE40: pari passu tranches); cash in the deal's accounts is funded
    support, which counts (CRE40, overcollateralisation and funded reserve accounts), less what payments take of it.
    """
    names = ROWS if job.deal.trust is None else (*ROWS, "invested")
    rows: dict[str, list[Array]] = {name: [] for name in (*names, "cash", "loss") if name not in CASH}
    problem = assemble(job)
    for block in block_rows(job, problem, blocks, names):
        held, paid = (block[name] for name in CASH)
        block["cash"] = left_by_payments(problem, held.sum(axis=1), paid)
        for name, parts in rows.items():
            parts.append(block[name])
    whole = {name: np.concatenate(parts, axis=-1) for name, parts in rows.items()}
    return _placed(job, whole, blocks * LANES, delinquent)


def _placed(job: Job, rows: dict[str, Array], n_path: int, delinquent: float) -> Positions:
    size = np.asarray(sizes_of(job.deal, job.pool.balance), np.float64)
    window = min(job.pool.write_off_months, len(rows["defaults"]))
    ended = np.cumsum(rows["defaults"], axis=0)
    stock = ended.copy()
    stock[window:] -= ended[:-window]
    closing = np.full((1, n_path), job.pool.balance)
    pool = np.concatenate([closing, rows["pool_balance"] + stock])
    late = np.concatenate([delinquent * closing, stock + rows["m4_on"]])
    behind = pool
    if job.deal.trust is not None:  # a series stands on what it has invested
        behind = np.concatenate([np.full((1, n_path), invested_at_closing(job.deal)), rows["invested"]])
    balance = np.concatenate([np.broadcast_to(size[:, None], (1, size.size, n_path)), rows["note_balance"]])
    opening = np.full((1, n_path), sum(job.deal.opening_cash.values()))
    cash = np.concatenate([opening, rows["cash"]])
    least = 1e-9 * job.pool.balance
    support = np.maximum(behind + cash, least)
    ahead = np.cumsum(balance, axis=1)
    last = last_of_class(job.deal)
    first = [last.index(k) for k in last]
    below, above = ahead[:, last], ahead[:, first] - balance[:, first]
    share = support[:, None, :]
    return Positions(
        np.clip(1.0 - below / share, 0.0, 1.0),
        np.clip(1.0 - above / share, 0.0, 1.0),
        np.clip((below - share) / np.maximum(below - above, least), 0.0, 1.0),
        np.clip(late / np.maximum(pool, least), 0.0, 1.0) * (pool > least),
        balance,
        behind,
        rows["loss"] * size[:, None],
    )
