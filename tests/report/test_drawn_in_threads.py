"""Reports and pictures drawn in several threads at once are those that are drawn alone, to the byte."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import matplotlib as mpl
import pytest
import xarray as xr

from stress.explain.drawing import picture_svg
from stress.inputs.job import Job
from stress.report.figures.defaults import defaults
from stress.report.figures.ink import svg

AT_ONCE = 4


def at_once(draw: Callable[[], str]) -> set[str]:
    """What every one of several threads has drawn, all begun at the same moment."""
    ready = threading.Barrier(AT_ONCE)

    def begun(_: int) -> str:
        ready.wait()
        return draw()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return set(pool.map(begun, range(AT_ONCE)))


@pytest.mark.parametrize("what", ["figure", "deal"])
def test_threads_draw_what_one_draws_alone(what: str, quick_dataset: xr.Dataset, worked_job: Job) -> None:
    """Settings of matplotlib are the process's: ids of an SVG were drawn by lot where two threads drew."""

    def draw() -> str:
        if what == "deal":
            return picture_svg(worked_job.deal, worked_job.pool.balance)
        return svg(defaults(quick_dataset), "defaults")

    alone = draw()
    before = dict(mpl.rcParams)
    for _ in range(3):
        assert at_once(draw) == {alone}
    assert dict(mpl.rcParams) == before
