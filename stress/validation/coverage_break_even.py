"""How often 95% intervals of a break-even and of what the pool loses there hold the closed form of one period."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import ndtr, ndtri

from stress.analysis.break_even import breakeven
from stress.measures.estimate import NORMAL
from stress.validation.check import Finding, held
from stress.validation.one_period import one_period_job

P, RHO, ATTACH = 0.02, 0.1, 0.12
"""Default rate, correlation, and what stands below the note."""
PERCENTILES = (0.5, 0.9)
PATHS, REPLICATIONS = 4_096, 250
BAND = 0.04
"""Wider than with 1,000 replications: a break-even is a search of some 50 counts."""


def break_evens(replications: int = REPLICATIONS, band: float = BAND) -> Iterator[Finding | str]:
    """Share of runs, seed after seed, whose interval holds the truth."""
    job, hits = one_period_job(P, RHO, (1.0 - ATTACH,), paths=PATHS), np.zeros((len(PERCENTILES), 3))
    for seed in range(replications):
        result = breakeven(job.model_copy(update={"seed": seed}), "A", percentiles=PERCENTILES, threads=1)
        for k, answer in enumerate(result.answers[1:]):
            rate = _rate(PERCENTILES[k])
            odds, loss = rate / (1.0 - rate) / (P / (1.0 - P)), answer.loss
            assert loss is not None
            hits[k] += (
                answer.low <= odds <= answer.high,
                abs(loss.net_loss - rate) <= NORMAL * loss.net_loss_error,
                abs(loss.net_loss_multiple - rate / P) <= NORMAL * loss.net_loss_multiple_error,
            )
    names = [
        f"{what} at {q:.0%}" for q in PERCENTILES for what in ("break-even", "net loss there", "multiple of net loss")
    ]
    shares = dict(zip(names, (hits / replications).ravel().tolist(), strict=True))
    return held(shares, replications, band)


def _rate(percentile: float) -> float:
    """The mean default rate whose quantile is what stands below the note (Vasicek 2002)."""
    return float(ndtr(np.sqrt(1.0 - RHO) * ndtri(ATTACH) - np.sqrt(RHO) * ndtri(percentile)))
