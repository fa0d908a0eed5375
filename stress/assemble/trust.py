"""A series' trust -> tables: the other series by month, what they share, account additions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stress.assemble.formulas import Programs
from stress.assemble.monthly import MonthInputs, by_month
from stress.assemble.priority import principal_names
from stress.inputs.deal import Deal


def additions(deal: Deal, months: Sequence[MonthInputs]) -> np.ndarray:
    """(K, T) accounts that are added each month, a share of the trust; 0 for a deal without one."""
    if deal.trust is None:
        return np.zeros((len(months), deal.legal_maturity_months))
    return np.asarray(deal.trust.additions * np.stack([m.originations for m in months]))


def trust_tables(deal: Deal, programs: Programs, notes: np.ndarray) -> dict[str, Any]:
    """Tables of the contract; empty or zero for a deal without a trust."""
    n_month, trust = deal.legal_maturity_months, deal.trust
    if trust is None:
        return {
            "series": np.zeros(2),
            "needed": np.full(1, -1, dtype=np.int64),
            "others": np.zeros((n_month, 3)),
            "sharing": np.zeros((0, n_month, 2)),
        }
    invested = np.array([by_month(other.invested, n_month) for other in trust.series]).reshape(-1, n_month)
    shares = np.array([other.cost is not None for other in trust.series], dtype=bool)
    cost = np.array([other.cost or 0.0 for other in trust.series])
    numerator, revolves = numerators(invested), ~fallen(invested)
    by_sharing = np.stack([invested, np.broadcast_to(cost[:, None] / 12.0, invested.shape)], axis=2)
    needed = programs.add(trust.principal_needed, False) if trust.principal_needed is not None else -1
    held = sum(cash for name, cash in deal.opening_cash.items() if name in principal_names(deal))
    return {
        "series": np.array([trust.seller_share, notes.sum() - held]),
        "needed": np.array([needed], dtype=np.int64),
        "others": np.stack(
            [invested.sum(axis=0), numerator.sum(axis=0), (invested * revolves)[shares].sum(axis=0)], axis=1
        ),
        "sharing": np.ascontiguousarray(by_sharing[shares]),
    }


def fallen(invested: np.ndarray) -> np.ndarray:
    """(S, T) whether an invested amount (S, T) has fallen in the month or before it.

    >>> fallen(np.array([[0.0, 5.0, 5.0, 2.0, 2.0]])).tolist()
    [[False, False, False, True, True]]
    """
    falls = np.diff(invested, axis=1, prepend=0.0) < 0.0
    return np.asarray(np.logical_or.accumulate(falls, axis=1))


def numerators(invested: np.ndarray) -> np.ndarray:
    """(S, T) numerators of fixed shares: what stood before an invested amount first fell, until it is 0.

    >>> numerators(np.array([[4.0, 4.0, 3.0, 1.0, 0.0]])).tolist()
    [[4.0, 4.0, 4.0, 4.0, 0.0]]
    """
    after = fallen(invested)
    before = np.maximum.accumulate(np.where(after, 0.0, invested), axis=1)
    return np.asarray(np.where(after & (invested > 0.0), before, np.where(after, 0.0, invested)))
