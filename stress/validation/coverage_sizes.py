"""How often 95% intervals of sizes that are solved together hold the closed form of a large pool of one period."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.optimize import brentq

from stress.analysis.note_targets import Target
from stress.analysis.sizing import size
from stress.analytic import loss_quantile, tranche_el
from stress.validation.check import STATED, Finding
from stress.validation.one_period import one_period_job

P, RHO = 0.08, 0.05
BEGIN = (0.84, 0.04)
"""Sizes of the two notes from which the search begins; the last takes what they leave."""
CHANCE, LOSS = 0.02, 0.1
"""Targets: probability of loss of the senior note, expected loss of the next."""
PATHS, REPLICATIONS = 4_096, 250
BAND = 0.04
"""Wider than with 1,000 replications: sizes are a search of some 30 counts."""
ALL = "all sizes at once"


def sizes(replications: int = REPLICATIONS, band: float = BAND) -> Iterator[Finding | str]:
    """Share of runs, seed after seed, whose intervals hold the sizes that meet all targets exactly: each, and all."""
    job, truth = one_period_job(P, RHO, BEGIN, paths=PATHS), _truth()
    targets: dict[str | None, Target] = {"A": Target("PD", CHANCE), "B": Target("EL", LOSS)}
    hits = dict.fromkeys((*(f"size of {name}" for name in truth), ALL), 0)
    for seed in range(replications):
        answer = size(job.model_copy(update={"seed": seed}), targets, threads=1)
        held = {note.note: note.share_low <= truth[note.note] <= note.share_high for note in answer.notes}
        for name, holds in held.items():
            hits[f"size of {name}"] += holds
        hits[ALL] += all(held.values())
    error = float(np.sqrt(STATED * (1.0 - STATED) / replications))
    together = hits.pop(ALL) / replications
    for what, n in hits.items():
        yield Finding(what, STATED, n / replications, band, error)
    least = 1.0 - 2.0 * (1.0 - STATED)
    yield Finding(ALL, 0.5 * (least + STATED), together, 0.5 * (STATED - least) + band, error)
    shares = [n / replications for n in hits.values()]
    each = f"{min(shares):.1%} to {max(shares):.1%} of {replications:,} intervals hold the truth, {len(shares)} sizes"
    yield f"{each}; all of them at once {together:.1%}"


def _truth() -> dict[str, float]:
    """Sizes by closed form: what lies between the cuts that meet the targets."""
    senior = float(loss_quantile(1.0 - CHANCE, P, RHO))
    junior = float(brentq(lambda cut: float(tranche_el(cut, senior, P, RHO)) - LOSS, 1e-3, senior - 1e-4))
    return {"A": 1.0 - senior, "B": senior - junior, "equity": junior}
