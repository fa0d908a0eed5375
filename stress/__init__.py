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
open         a saved Dataset, or what an unfinished run has counted so far
measures     value at risk, expected shortfall, ...: Dataset in, DataArray out
results      the table of variables, and how they are saved
report       tables, figures and one HTML page of a Dataset

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
    from stress import measures, report, results
    from stress.inputs.load import load
    from stress.runs.engine import simulate
    from stress.runs.jobs.quantile import path_at
    from stress.runs.jobs.reading import open
    from stress.runs.trace import replay

__all__ = ["__version__", "load", "measures", "open", "path_at", "replay", "report", "results", "simulate"]

_HOME = {
    "load": "stress.inputs.load",
    "simulate": "stress.runs.engine",
    "replay": "stress.runs.trace",
    "path_at": "stress.runs.jobs.quantile",
    "open": "stress.runs.jobs.reading",
    "measures": "",
    "report": "",
    "results": "",
}
"""Where each public name lives; empty for a module of this package. Nothing is imported before it is asked for."""


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'stress' has no attribute {name!r}")
    if name != "load":  # checking files takes no xarray
        importlib.import_module("stress.accessor").register()
    if not _HOME[name]:
        return importlib.import_module(f"stress.{name}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
