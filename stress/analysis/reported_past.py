"""What a deal's rules look back at, as its reports tell it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from stress.arrays import Array
from stress.inputs.files.reported import Reported
from stress.inputs.state import State


def lately_of(
    model: State, reports: Reported, of_model: Callable[[], Array], past: tuple[str, ...]
) -> tuple[object, tuple[str, ...]]:
    """Defaults of each month that was reported, what is to be recovered of them by the recovery rate of the model, and
    the flows that means and `ago` look back at (`past`, each by its name in reports); in words, what of it was given.

    `of_model` gives the model's defaults, by month up to the last report's.
    """
    reported, lately = _by_age(reports, "defaults"), model.lately
    lost, owed, means = list(lately.defaults), list(lately.recoverable), [list(values) for values in lately.means]
    defaults = of_model() if reported else np.zeros(0)
    for back, value in reported.items():
        if back < len(lost):
            lost[-1 - back] = value
        if back < len(owed) and defaults[-1 - back] > 0.0:
            owed[-1 - back] *= value / float(defaults[-1 - back])
    for name, values in zip(past, means, strict=False):
        for back, value in _by_age(reports, name).items():
            if back < len(values):
                values[-1 - back] = value
    given = [name for name in ("defaults", "recoveries") if name in past and _by_age(reports, name)]
    changes = {"defaults": tuple(lost), "recoverable": tuple(owed), "means": tuple(map(tuple, means))}
    names = dict.fromkeys([*(["defaults"] if reported else []), *given])
    return lately.model_copy(update=changes), tuple(f"{name} by month" for name in names)


def _by_age(reports: Reported, name: str) -> dict[int, float]:
    """What was reported of a figure, by how many months before the last report."""
    values = zip(reports.at, reports.figure.get(name, ()), strict=False)
    return {reports.at[-1] - at: value for at, value in values if not math.isnan(value)}
