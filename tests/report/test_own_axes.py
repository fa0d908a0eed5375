"""Figures on axes of the caller's: the same marks, no figure of ours, as many axes as panels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from shipped import JOB

import stress
from stress.errors import ConfigError
from stress.inputs.job import Job


@pytest.fixture(scope="module")
def job() -> Job:
    loaded = stress.load(JOB)
    assert isinstance(loaded, Job)
    return loaded.but(paths=256, scenarios=["baseline", "macro_severe"])


@pytest.fixture(scope="module")
def ds(job: Job) -> xr.Dataset:
    return stress.simulate(job)


FIGURES = [
    ("loss", ("subordinated",)),
    ("lives", ("A",)),
    ("fan", ("cumulative_default",)),
    ("events", ()),
    ("defaults", ([("reported", 0.046)],)),
    ("heat_map", ()),
]


@pytest.mark.parametrize(("name", "given"), FIGURES)
def test_a_figure_is_drawn_on_own_axes_as_on_its_own(name: str, given: Any, ds: xr.Dataset) -> None:
    alone = getattr(ds.stress.plot, name)(*given)
    mine = Figure(figsize=(12, 6))
    places = mine.subplots(2, len(alone.axes), squeeze=False)
    assert getattr(ds.stress.plot, name)(*given, ax=places[1]) is mine
    for ours, theirs in zip(alone.axes, places[1], strict=True):
        assert (len(ours.lines), len(ours.patches)) == (len(theirs.lines), len(theirs.patches))
        assert ours.get_xlabel() == theirs.get_xlabel()
        for line, same in zip(ours.lines, theirs.lines, strict=True):
            np.testing.assert_array_equal(line.get_ydata(), same.get_ydata())
    assert not any(axes.has_data() for axes in places[0])
    assert not mine.legends
    assert getattr(ds.stress.plot, name)(*given) is not mine  # the next one has a figure of its own again


def test_an_answer_is_drawn_on_own_axes(job: Job) -> None:
    answer = stress.analysis.breakeven(job, "subordinated")
    mine = Figure()
    above, below = mine.subplots(2, 1)
    assert stress.report.figure(answer, ax=[above, below]) is mine
    assert above.has_data()
    assert below.has_data()


@pytest.mark.parametrize(
    ("ax", "said"),
    [
        (3, "ax = 3: is not axes of matplotlib"),
        ([], "ax = a list: is not axes of matplotlib"),
        (Figure(), "ax = a Figure: is not axes of matplotlib"),
        (Figure().add_subplot(), r"ax = 1 axes: this figure has 1 x 2 panels, and draws on as many"),
        (Figure().subplots(2, 2), r"ax = 4 axes: this figure has 1 x 2 panels"),
    ],
)
def test_other_axes_than_the_panels_need_are_refused(ax: Any, said: str, ds: xr.Dataset, job: Job) -> None:
    with pytest.raises(ConfigError, match=said):
        ds.stress.plot.loss("subordinated", ax=ax)
    assert len(ds.stress.plot.loss("subordinated").axes) == 2
