"""What the errors of several cuts have to do with each other, and the intervals of sizes between them.

On common draws the measures of the sized notes move with all cuts: m(c) = limits. An error e of the measures moves the
cuts by -J^-1 e, J the slopes: their joint covariance is J^-1 S J^-T with S that of the measures between batches. Each
cut was solved below the cuts used, which are the safe ends; where the estimates of all measures meet their limits at
once lies at value - J^-1 D (value - middle), D the diagonal of J. A size is a difference of two cuts; its interval
combines the two cuts' own, which need not be even, by the method of variance estimates recovery (Zou and Donner 2008,
"Construction of confidence limits about effect measures", Statistics in Medicine 27, equation 6, here for any weights).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stress.analysis import trials
from stress.analysis.cuts import FIRST, Cut, Work
from stress.analysis.inputs_moved import with_shares
from stress.arrays import Array
from stress.measures import means, sums
from stress.measures.estimate import Interval

if TYPE_CHECKING:
    import xarray as xr


class Group(NamedTuple):
    """Notes that share what lies between two cuts; the last group is followed by those that rank below it."""

    first: int
    last: int
    cut: Cut


class Joint(NamedTuple):
    """Errors of all cuts together."""

    widens: Array
    """(G,) a cut's standard error over what it would be, were the notes above it known."""
    correlation: Array
    """(G, G) of the cuts."""
    moves: Array
    """(G, G) what a cut moves by, per unit that each cut moves were the notes above it known."""


def independent(n: int) -> Joint:
    """Cuts that have nothing to do with each other."""
    return Joint(np.ones(n), np.eye(n), np.eye(n))


def joint_of(work: Work, shares: Sequence[float], groups: Sequence[Group]) -> Joint:
    """How the cuts vary together: slopes by moving each a little, on the draws that they were solved on.

    Independent, and not widened, where a cut is not feasible or a measure does not move.
    """
    n = len(groups)
    if n < 2 or not all(group.cut.feasible for group in groups):
        return independent(n)
    value, without = _measured(work, shares, groups)
    slope = np.zeros((n, n))
    for j, group in enumerate(groups):
        below = groups[j + 1].cut.value if j + 1 < n else 0.0
        step = min(max(group.cut.value - group.cut.low, FIRST * group.cut.value), 0.5 * (group.cut.value - below))
        there = [group.cut.value - step * (k == j) for k, group in enumerate(groups)]
        slope[:, j] = (_measured(work, laid(shares, groups, there), groups)[0] - value) / -step
    spread = np.cov(without)
    if not np.isfinite(spread).all() or (np.diag(slope) >= 0.0).any() or (np.diag(spread) <= 0.0).any():
        return independent(n)
    back = np.linalg.inv(slope)
    covariance = back @ spread @ back.T
    error = np.sqrt(np.diag(covariance))
    widens = error * np.abs(np.diag(slope)) / np.sqrt(np.diag(spread))
    return Joint(widens, covariance / np.outer(error, error), np.asarray(back * np.diag(slope)))


def laid(shares: Sequence[float], groups: Sequence[Group], cuts: Sequence[float]) -> list[float]:
    """Shares with other cuts; the notes of a group, and those below the last, keep their proportions."""
    new, top = list(shares), sum(shares)
    for group, cut in zip(groups, cuts, strict=True):
        part = sum(shares[group.first : group.last + 1])
        for k in range(group.first, group.last + 1):
            new[k] = shares[k] * (top - cut) / part
        top = cut
    junior = groups[-1].last + 1
    for k in range(junior, len(shares)):
        new[k] = shares[k] * top / sum(shares[junior:])
    return new


def interval(weight: Array, shift: float, groups: Sequence[Group], joint: Joint) -> Interval:
    """A sum of weight times cut, plus `shift`: at the cuts used, with its standard error and 95% interval."""
    cuts = [group.cut for group in groups]
    value, low, middle = (np.array([getattr(cut, name) for cut in cuts]) for name in ("value", "low", "middle"))
    error = np.array([cut.error for cut in cuts])
    up, down = joint.widens * (value - middle), joint.widens * (middle - low)

    def size(part: Array) -> float:
        moved = weight * part
        return float(np.sqrt(max(float(moved @ joint.correlation @ moved), 0.0)))

    used = float(weight @ value) + shift
    centre = used - float(weight @ joint.moves @ (value - middle))
    rises, falls = np.where(weight > 0.0, up, down), np.where(weight > 0.0, down, up)
    ends = centre - size(falls), centre + size(rises)
    return Interval(
        np.array(used), np.array(size(joint.widens * error)), np.array(min(used, ends[0])), np.array(max(used, ends[1]))
    )


def _measured(work: Work, shares: Sequence[float], groups: Sequence[Group]) -> tuple[Array, Array]:
    """(G,) the measure that each target is about, and (G, batch) the same without each batch of paths."""
    job = with_shares(work.job, list(shares))
    known: dict[str, xr.Dataset] = {}
    value: list[float] = []
    without: list[Array] = []
    for group in groups:
        case = work.case_of(group.last)
        if case.name not in known:
            varied = job.model_copy(update={"scenarios": (case,)})
            known[case.name] = trials.counted(varied, work.threads, sampler=work.sampler_of(group.last))
        ds = known[case.name]
        if work.wanted[group.last].kind == "PD":
            replicates = sums.means(ds, sums.of_notes, "any_loss")[0]
        else:
            replicates = means.replicates_of(ds, "expected_loss")[0]
        value.append(float(replicates.value[0, group.last]))
        without.append(replicates.without[0, group.last])
    return np.array(value), np.array(without)
