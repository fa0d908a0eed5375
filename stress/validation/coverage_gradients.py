"""How often 95% intervals of derivatives by scores hold the closed form of a large pool of one period."""

from __future__ import annotations

from collections.abc import Iterator

from scipy.special import ndtr, ndtri

from stress.analysis.gradients import gradient
from stress.analytic import tranche_el
from stress.validation.check import Finding, held
from stress.validation.one_period import one_period_job

P, RHO, ATTACH = 0.08, 0.05, 0.1
"""Default rate, correlation, and what stands below the note."""
PATHS, REPLICATIONS = 8_192, 1_000
BAND = 0.02
STEP = 1e-4
"""Of the difference quotient that gives a derivative of the closed form."""


def gradients(replications: int = REPLICATIONS, band: float = BAND) -> Iterator[Finding | str]:
    """Share of runs whose interval holds the truth: expected loss with control variates, and its derivatives."""
    job, truth = one_period_job(P, RHO, (1.0 - ATTACH,), paths=PATHS), _truth()
    hits = dict.fromkeys(truth, 0)
    for seed in range(replications):
        answer = gradient(job.model_copy(update={"seed": seed}), "EL", "A", paths=PATHS)
        level, rho = (next(row for row in answer.inputs if row.input.startswith(word)) for word in ("level", "rho"))
        mean = answer.controlled
        ends = ((float(mean.low), float(mean.high)), (level.low, level.high), (rho.low, rho.high))
        for (what, exact), (low, high) in zip(truth.items(), ends, strict=True):
            hits[what] += low <= exact <= high
    return held({what: count / replications for what, count in hits.items()}, replications, band)


def _truth() -> dict[str, float]:
    """Expected loss of the note and its derivatives, by closed form."""

    def loss(level: float, rho: float) -> float:
        return float(tranche_el(ATTACH, 1.0, float(ndtr(ndtri(P) + level)), rho))

    return {
        "expected loss with control variates": loss(0.0, RHO),
        "derivative by the level of default": (loss(STEP, RHO) - loss(-STEP, RHO)) / (2.0 * STEP),
        "derivative by rho": (loss(0.0, RHO + STEP) - loss(0.0, RHO - STEP)) / (2.0 * STEP),
    }
