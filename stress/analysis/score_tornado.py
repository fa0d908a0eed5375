"""A tornado from one run: every input of the draws by its likelihood-ratio derivative times a stated move."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.analysis import trials
from stress.analysis.gradients import PATHS, gradient
from stress.answers.gradient import Slope
from stress.answers.tornado import Bar, Change, Tornado
from stress.inputs.job import Job


class Move(NamedTuple):
    """How far an input is moved to either side; ours, small enough that a straight line says what it does."""

    start: str
    """Of the input's name."""
    step: float
    label: str
    """With the sign left open."""


MOVES = (
    Move("level of the rates", 0.05, "{} 0.05 probit"),
    Move("mean of the", 0.1, "{} 0.1 standard deviations"),
    Move("phi", 0.005, "{} 0.005"),
    Move("correlation", 0.1, "{} 0.1"),
    Move("rho", 0.002, "{} 0.2 points"),
)


def gradient_tornado(
    job: Job,
    measure: str = "EL",
    tranche: str | None = None,
    scenario: str | None = None,
    paths: int = PATHS,
    progress: trials.Progress | None = None,
) -> Tornado:
    """All inputs of the draws by what a small move of each does to a measure, to first order, from one run.

    `measure` and the rest as `gradient` takes them, raises what it raises. Months one by one are left to `gradient`.

    >>> answer = gradient_tornado(job, "EL", "subordinated", paths=2048)
    >>> answer.estimator, answer.bars[0].reach >= answer.bars[-1].reach
    ('scores', True)
    """
    answer = gradient(job, measure, tranche, scenario, paths, progress)
    known = [slope for slope in answer.inputs if ", month " not in slope.input and np.isfinite(slope.derivative)]
    bars = [_bar(slope) for slope in known]
    return Tornado(
        job=answer.job,
        scenario=answer.scenario,
        measure=answer.measure,
        tranche=answer.tranche or None,
        unit="1",
        base=float(answer.controlled.estimate),
        base_error=float(answer.controlled.error),
        bars=tuple(sorted((bar for bar in bars if bar.reach > 0.0), key=lambda bar: -bar.reach)),
        unmoved=tuple(bar.name for bar in bars if bar.reach == 0.0),
        left_out=answer.left_out,
        paths=answer.paths,
        seed=answer.seed,
        estimator="scores",
        since=answer.since,
    )


def _bar(slope: Slope) -> Bar:
    move = next(move for move in MOVES if slope.input.startswith(move.start))
    sides = []
    for sign, shown in ((-1.0, "\N{MINUS SIGN}"), (1.0, "+")):
        ends = sorted(sign * move.step * end for end in (slope.low, slope.high))
        estimate, error = sign * move.step * slope.derivative, move.step * slope.se
        sides.append(Change(move.label.format(shown), estimate, error, *ends))
    return Bar(slope.input, *sides)
