"""Monte Carlo stress tests of revolving consumer asset-backed securities.

A deal, its pool and a scenario are text files; a run gives the loss of every note as a distribution, each figure with
its error.

    import stress

    job = stress.load("scenarios/jobs/baitiao-24m.toml")    # everything checked: file, key, value, what is allowed
    ds = stress.simulate(job, paths=100_000, seed=7)        # an xarray.Dataset
    ds.expected_loss.sel(tranche="A")
    stress.measures.value_at_risk(ds, 0.999)
    stress.replay(job, path=stress.path_at(ds, "baseline", "B", 0.999))    # a bad path's cash flows, month by month

The four nouns: **inputs** (files in the analyst's words), a **problem** (the same in arrays), a **tally** (what was
counted), a **dataset** (the named answer). The same seed gives the same bits on any number of threads or machines.

load         read and check a job, deal, pool or scenario file
simulate     job -> Dataset
replay       one path of a job again, with all its cash flows
path_at      which path stands at a quantile of a note's loss
state_at     a deal at the end of a month of its life, from which a job may start
open         a saved Dataset, or what an unfinished run has counted so far
measures     value at risk, expected shortfall, ...: Dataset in, DataArray out
results      the table of variables, and how they are saved
schema       the columns of exported tables, under a version
report       tables, figures and one HTML page of a Dataset
analysis     questions: break-even, note sizes, reverse stress, sensitivity, clocks
explain      a deal or a job in words and in a picture
calibration  parameters from history, with their intervals
analytic     closed forms that the engine is held against
capital      formulas of regulatory capital, one by one
jobs         a batch job: a run in a folder, with checkpoints
templates    commented input files to start from
errors       what is raised, each with the command line's exit code

Inputs are frozen: `job.but(paths=1000)`, `deal.but(revolving_months=6)`, `note.but(coupon=0.06)` give another one, held
against every rule of a file. A class of notes is a *note* in files and in prose; the axis of a Dataset and the argument
that picks one are called `tranche`.

Examples in docstrings run: `job` and `ds` are those of the lines above (ds with 4,096 paths of baseline and
macro_severe), `folder` is one to write to.

Money is in the deal's currency, rates are fractions and never percents, time is in months from closing. On the command
line: `stress --help`. The accounting that is simulated stands in `help("stress.kernels")`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from stress.version import __version__

if TYPE_CHECKING:
    from stress import (
        analysis,
        analytic,
        calibration,
        capital,
        errors,
        explain,
        measures,
        report,
        results,
        schema,
        templates,
    )
    from stress.analysis.loading import load
    from stress.runs import jobs
    from stress.runs.engine import simulate
    from stress.runs.jobs.quantile import path_at
    from stress.runs.jobs.reading import open
    from stress.runs.mid_life import state_at
    from stress.runs.trace import replay

__all__ = [
    "__version__",
    "analysis",
    "analytic",
    "calibration",
    "capital",
    "errors",
    "explain",
    "jobs",
    "load",
    "measures",
    "open",
    "path_at",
    "replay",
    "report",
    "results",
    "schema",
    "simulate",
    "state_at",
    "templates",
]

_FUNCTIONS = {
    "load": "stress.analysis.loading",
    "simulate": "stress.runs.engine",
    "replay": "stress.runs.trace",
    "path_at": "stress.runs.jobs",
    "open": "stress.runs.jobs",
    "state_at": "stress.runs.mid_life",
}
_MODULES = {name: f"stress.{name}" for name in __all__ if name not in _FUNCTIONS} | {"jobs": "stress.runs.jobs"}
"""Where each public name lives. Nothing is imported before it is asked for."""
_WITHOUT_DATASETS = ("load", "errors", "explain", "schema", "templates")
"""Names for which xarray need not be loaded: the others make `ds.stress` known to it."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'stress' has no attribute {name!r}")
    if name not in _WITHOUT_DATASETS:
        importlib.import_module("stress.accessor").register()
    if name in _FUNCTIONS:
        value = getattr(importlib.import_module(_FUNCTIONS[name]), name)
    else:
        value = importlib.import_module(_MODULES[name])
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
