"""What every measure of a job comes to over ranges of its inputs: points that were run, surfaces between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stress.analytic.spline import at
from stress.answers.compared import compared
from stress.answers.frames import frame_of, framed
from stress.answers.shown import shown
from stress.answers.since import Since
from stress.arrays import Array

if TYPE_CHECKING:
    import pandas as pd

AT_POINT = 1e-18
"""Square of the distance below which a place is a point that was run: nothing is interpolated there."""


class Axis(NamedTuple):
    """An input and its range."""

    name: str
    """As asked: a target of shocks, or `share:NOTE`."""
    how: str
    """`multiply`, `add` or `set`, by which a shock moves it; `share` of a note."""
    low: float
    high: float
    start: float
    """The job's own value, or the end of the range that is nearest to it."""
    stands: bool
    """The job's own value lies in the range."""
    even: bool
    """Even steps; else steps of equal ratio."""
    meaning: str

    def place(self, value: float) -> float:
        """0 at the low end, 1 at the high one."""
        if self.even:
            return (value - self.low) / (self.high - self.low)
        return float(np.log(value / self.low) / np.log(self.high / self.low))

    def value(self, place: float) -> float:
        """The value at a place from 0 to 1."""
        if self.even:
            return self.low + place * (self.high - self.low)
        return float(self.low * (self.high / self.low) ** place)


@compared
class Surface(NamedTuple):
    """One measure of one note, or of the pool, over the ranges."""

    measure: str
    """Its short name, as EL."""
    title: str
    note: str
    """Empty: of the pool."""
    unit: str
    """`1`: a share; `x`: a multiple; `a`: years."""
    least: float
    most: float
    """Ends of what it may be."""
    value: Array
    """(n_point,) at the points that were run."""
    error: Array
    """(n_point,) standard error of simulation."""
    bound: Array
    """(n_point,) upper end of the 95% interval."""
    floor: Array
    """(n_point,) lower end."""
    missed: Array
    """(n_point,) how far the surface without the point lies from it."""
    weight: Array
    """Of the spline, see `stress.analytic.spline`."""
    power: int
    """Of its distances: 3, smooth; 1, straight, where that misses less of the points left out."""


class Read(NamedTuple):
    """A surface read between its points."""

    value: float
    error: float
    """Standard error of simulation, as at the nearest points."""
    between: float
    """Error of interpolation: root mean square of what leaving out each of the nearest points misses."""
    bound: float
    """Where none of the nearest points shows a loss: the largest of their upper bounds, else NaN."""
    floor: float
    """Where each of them loses the whole on every path: the smallest of their lower bounds, else NaN."""


@shown
class WhatIf(NamedTuple):
    """Measures of a job over ranges of inputs."""

    job: str
    scenario: str
    axes: tuple[Axis, ...]
    place: Array
    """(n_point, n_axis) of the points that were run, 0 to 1 along each range."""
    surfaces: tuple[Surface, ...]
    paths: int
    seed: int
    design: str
    planned: int
    """Points that were asked for; fewer were run where the run was interrupted."""
    since: Since = Since()
    """Where the job starts."""

    def start(self) -> list[float]:
        """Where the job stands; on a range that leaves it out, the nearest end."""
        return [axis.place(axis.start) for axis in self.axes]

    def read(self, surface: Surface, place: list[float]) -> Read:
        """A surface at a place, with its errors."""
        where = np.asarray(place)
        value = float(at(surface.weight[:, None], self.place, where[None], surface.power)[0, 0])
        far = ((self.place - where) ** 2).sum(1)
        near = np.argsort(far, kind="stable")[: nearest(len(self.axes))]
        here = bool(far[near[0]] < AT_POINT)
        near = near[:1] if here else near
        share = surface.least == 0.0 and surface.unit == "1"
        unseen, whole = share and not surface.value[near].any(), share and bool((surface.value[near] >= 1.0).all())
        return Read(
            min(max(value, surface.least), surface.most),
            float(np.sqrt(np.mean(surface.error[near] ** 2))),
            0.0 if here else float(np.sqrt(np.mean(surface.missed[near] ** 2))),
            float(surface.bound[near].max()) if unseen else float("nan"),
            float(surface.floor[near].min()) if whole and surface.note else float("nan"),
        )

    def to_dataframe(self, part: str = "surfaces") -> pd.DataFrame:
        """A row a measure, note and point that was run: the inputs there, value, error, 95% interval, and how far the
        surface without the point lies from it; `axes` a row an input."""
        if part != "surfaces":
            return frame_of(self, part)
        points = [
            {axis.name: axis.value(float(u)) for axis, u in zip(self.axes, row, strict=True)} for row in self.place
        ]
        return framed([
            {"measure": s.measure, "note": s.note, "unit": s.unit, **point, "value": s.value[k], "value_se": s.error[k],
             "value_low": s.floor[k], "value_high": s.bound[k], "missed": s.missed[k]}
            for s in self.surfaces
            for k, point in enumerate(points)
        ])  # fmt: skip


def nearest(n_axis: int) -> int:
    """How many points near a place tell the errors there."""
    return 2 * n_axis + 1
