"""What all tests share: tables are as wide on every terminal (tests of narrow ones set their own width), and processes
that a test starts, those of xdist too, do their algebra in one thread: many at once would wait for each other."""

from __future__ import annotations

import functools
import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from markupsafe import Markup
from shipped import JOB, SCENARIOS

if TYPE_CHECKING:
    import xarray as xr
    from browser import Browser

    from stress.inputs.job import Job
    from stress.results.sweep import Result

os.environ["COLUMNS"] = "140"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
"""No example has a time to keep: machines are busy."""
settings.register_profile("ci", settings.get_profile("unhurried"), derandomize=True, database=None)
"""The same random deals in every run (`pytest --hypothesis-profile=ci`): a change is judged by itself alone."""
os.fsync = lambda handle: None
"""No test cuts the power: what is written need not be on the disk before the next line runs."""


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not go through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def scenarios() -> Path:
    """The folder of shipped files."""
    return SCENARIOS


@pytest.fixture(scope="session")
def worked_job() -> Job:
    """The job of the worked case; inputs are frozen."""
    from stress.inputs.load import load_job

    return load_job(JOB)


@pytest.fixture(scope="session")
def counted(worked_job: Job) -> xr.Dataset:
    """A result of the worked case that is counted once for all tests: two scenarios, few paths."""
    import stress

    return stress.simulate(worked_job, paths=4096, seed=7, scenarios=["baseline", "macro_severe"])


@pytest.fixture(scope="session")
def three_scenarios() -> xr.Dataset:
    """A result of losses from a closed form, as a run would count them; not to be changed."""
    from synthetic import case

    return case(3_000, 3)


@pytest.fixture(scope="session")
def its_page(three_scenarios: xr.Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its report with all figures, drawn once for all tests that read it; not to be changed."""
    from stress import report

    return report.write(three_scenarios, tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all pages that a file drives: it listens on a port, where tests of ports would find it."""
    from browser import Browser

    with Browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture
def quick_dataset(counted: xr.Dataset) -> xr.Dataset:
    """A copy of it, which a test may change."""
    return counted.copy(deep=True)


@pytest.fixture
def whole_dataset(counted: xr.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run's Dataset is this one, which can be read again."""
    monkeypatch.setattr("stress.runs.dataset.to_dataset", lambda job, tally: counted)


@pytest.fixture
def quick_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Importance sampling looks for losses on an eighth of its paths: enough where no test asks how well it aims."""
    monkeypatch.setattr("stress.runs.sampling.shifts.BLOCKS", 64)


def _without_pages(patch: pytest.MonkeyPatch) -> None:
    import stress.report

    patch.setattr(stress.report, "write", lambda ds, path, *_, **__: Path(path).write_text("<html></html>"))


@pytest.fixture
def no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of a run takes seconds to draw and has its own tests."""
    _without_pages(monkeypatch)


@pytest.fixture(scope="module")
def no_pages() -> Iterator[None]:
    """The same for all tests of a file, and for what they share."""
    with pytest.MonkeyPatch.context() as patch:
        _without_pages(patch)
        yield


def _without_figures(patch: pytest.MonkeyPatch) -> None:
    from stress.explain import drawing
    from stress.report import figures
    from stress.report.page import whole

    for name in ("loss", "lives", "fan", "events", "heat_map", "defaults", "convergence"):
        patch.setattr(figures, name, lambda *_: None)
    patch.setattr(whole, "svg_of", lambda *_: Markup("<svg></svg>"))
    patch.setattr(drawing, "picture_svg", lambda *_, **__: "<svg></svg>")


@pytest.fixture
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures of a run's page take most of its time: a test of what stands beside them draws none."""
    _without_figures(monkeypatch)


@pytest.fixture(scope="module")
def no_drawings() -> Iterator[None]:
    """The same for all tests of a file, and for what they share; chapters of answers keep their figures."""
    with pytest.MonkeyPatch.context() as patch:
        _without_figures(patch)
        yield


@pytest.fixture(scope="module")
def read_once() -> Iterator[None]:
    """Commands of a file of tests that ask the same saved result have it from the disk once, while it stands there."""
    from stress.results import storage

    @functools.cache
    def kept(file: Path, *_: int) -> Result:
        return read(file)

    def again(file: Path) -> Result:
        state = file.stat()
        return kept(file.absolute(), state.st_ino, state.st_size, state.st_mtime_ns).copy()

    read = storage.read
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "read", again)
        yield


@pytest.fixture
def rough_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break-evens from a few points and sizes from a few halvings, for tests of how an answer is given."""
    monkeypatch.setattr("stress.analysis.break_even.SCAN", 5)
    monkeypatch.setattr("stress.analysis.cuts.HALVINGS", 2)
    monkeypatch.setattr("stress.analysis.sizing.SWEEPS", 1)


@pytest.fixture(scope="session")
def cli() -> Callable[[list[str]], int]:
    """The command line: words -> exit code."""
    from stress.cli import exit_code

    return exit_code
