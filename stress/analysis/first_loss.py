"""The deterministic break-even of every note at many points at once: the multiple of default odds at its first loss."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stress.analysis import trials
from stress.analysis.break_even import SCAN_CALM
from stress.analysis.levers import LEVERS
from stress.arrays import Array, Bools
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.scenario import Shock

LOWEST, HIGHEST = LEVERS["defaults"].benign, LEVERS["defaults"].adverse
HALVINGS = 7
"""Of the step of an eighth in which a note begins to lose: to a tenth of a percent."""


def multiples(job: Job, case: ScenarioCase, moves: Sequence[Sequence[Shock]]) -> tuple[Array, Array]:
    """(point, note) first multiple, on top of each point's own shocks, at which the note loses principal under
    expected rates with rho = 0, and the error of the halvings.

    At the ends LOWEST (it loses already) and HIGHEST (it never does) without an error.
    """
    tried = np.geomspace(LOWEST, HIGHEST, SCAN_CALM)  # as the search for one note: triggers may save it again
    lost = _lost(job, case, moves, np.broadcast_to(tried[:, None], (SCAN_CALM, len(moves))))
    ever, first = lost.any(0), lost.argmax(0)
    low, high = tried[np.maximum(first - 1, 0)], tried[first]
    known, note = ever & (first > 0), np.arange(lost.shape[2])
    for _ in range(HALVINGS):
        middle = np.sqrt(low * high)
        fails = _lost(job, case, moves, middle.T)[note, :, note].T
        low, high = np.where(fails, low, middle), np.where(fails, middle, high)
    value = np.where(known, np.sqrt(low * high), np.where(ever, LOWEST, HIGHEST))
    return value, np.where(known, (high - low) / 12.0**0.5, 0.0)


def _lost(job: Job, case: ScenarioCase, moves: Sequence[Sequence[Shock]], times: Array) -> Bools:
    """(k, point, note) whether the note loses where default odds are turned by (k, point) `times`."""
    shocks = [
        [*move, Shock.model_validate({"target": "default_odds", "multiply": float(x)})]
        for row in times
        for move, x in zip(moves, row, strict=True)
    ]
    lost = trials.outcomes(trials.variants(job, case, shocks)).of_notes("any_loss") > 0.0
    return np.asarray(lost.reshape(*times.shape, -1))
