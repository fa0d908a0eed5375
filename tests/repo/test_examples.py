"""Every public name has an example, and the examples are true."""

import doctest
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from shipped import ROOT

import stress
from stress import report
from stress.accessor import StressAccessor
from stress.inputs.job import Job

PUBLIC = ("stress", "stress.analysis", "stress.measures", "stress.report", "stress.results", "stress.explain",
          "stress.calibration")  # fmt: skip
METHODS = ("StressAccessor.table", "StressAccessor.plot", "StressAccessor.compare", "StressAccessor.report",
           "StressAccessor.to_csv", "StressAccessor.to_parquet",
           "Plots.loss", "Plots.fan", "Plots.events", "Plots.defaults", "Plots.heat_map")  # fmt: skip


def public() -> Iterator[Any]:
    """Every function that a user is told of; types are described by what returns them."""
    for module in map(importlib.import_module, PUBLIC):
        for name in module.__all__:
            value = getattr(module, name)
            if callable(value) and not isinstance(value, type):
                yield pytest.param(value, id=f"{module.__name__}.{name}")
    for path in METHODS:
        kind, name = path.split(".")
        yield pytest.param(getattr(getattr(importlib.import_module("stress.accessor"), kind), name), id=path)


@pytest.fixture
def names(worked_job: Job, quick_dataset: xr.Dataset) -> dict[str, Any]:
    return {"stress": stress, "np": np, "job": worked_job, "ds": quick_dataset}


@pytest.mark.parametrize("function", list(public()))
def test_a_public_name_has_an_example_that_runs(
    function: Any,
    names: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.chdir(ROOT)
    if function in (StressAccessor.report, report.write):
        request.getfixturevalue("no_figures")
    if isinstance(function, property):
        function = function.fget
    for library in ("pyarrow", "statsmodels"):
        if f"needs {library}" in function.__doc__:
            pytest.importorskip(library)
    around = {**vars(importlib.import_module(function.__module__)), **names, "folder": tmp_path}
    examples = doctest.DocTestFinder(recurse=False).find(function, globs=around)
    assert sum(len(test.examples) for test in examples) > 0
    for test in examples:
        said: list[str] = []
        failed, _ = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
        assert failed == 0, "".join(said)


def test_the_first_page_of_help_names_every_public_name() -> None:
    assert stress.__doc__ is not None
    for name in stress.__all__:
        assert name == "__version__" or f"\n{name} " in stress.__doc__
