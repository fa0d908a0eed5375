"""What an estimator is worth: variance against plain sampling at equal paths, and at equal CPU time."""

from __future__ import annotations

import time

import numpy as np
import xarray as xr

import stress
from benchmarks.cases import JOBS, Effort, Row
from stress import measures
from stress.inputs.job import Job
from stress.kernels import alone
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Packed, Workspace
from stress.measures.weighted import mass
from stress.runs import engine
from stress.runs.dataset import to_dataset
from stress.runs.sampling import with_estimator
from stress.runs.sampling.sobol import sobol_of

PATHS = 2**14
LEVEL = 0.999
SCENARIOS = ("macro_mild", "macro_severe")
MEASURES = ("EL", "VaR 99.9", "ES 99.9")


def estimators(effort: Effort) -> list[Row]:
    """Rows by scenario, note and measure of the 24-month deal; shifts are found once, as in a run."""
    runs = 4 * effort.rounds
    job = stress.load(JOBS / "baitiao-24m.toml")
    rows = []
    for name in SCENARIOS:
        cases = tuple(case for case in job.scenarios if case.name == name)
        rows += _rows(job.model_copy(update={"scenarios": cases, "paths": PATHS}), runs)
    return rows


def _rows(job: Job, runs: int) -> list[Row]:
    values, seconds = {}, {}
    for name in ("plain", "sobol", "importance"):
        values[name], seconds[name], ds = _estimates(with_estimator(job, name), runs)
    plain = _plain_variance(ds)  # of the last, weighted run: it has seen losses that no plain path shows
    cost = {name: seconds[name] / seconds["plain"] for name in values}
    rows = []
    for n, note in enumerate(ds["tranche"].values):
        for m, measure in enumerate(MEASURES):
            variance = {name: float(np.var(value[:, n, m], ddof=1)) for name, value in values.items()}
            if measure == "EL":
                variance["plain"] = float(plain[n]) / PATHS
            row: Row = {"case": f"estimators {job.scenarios[0].name} {note} {measure}", "paths": PATHS, "runs": runs}
            row["estimate"] = float(values["importance"][:, n, m].mean())
            for name in ("sobol", "importance"):
                known = variance["plain"] > 0.0 and variance[name] > 0.0
                row[f"{name}_variance_ratio"] = variance["plain"] / variance[name] if known else None
                row[f"{name}_work_ratio"] = variance["plain"] / variance[name] / cost[name] if known else None
            rows.append(row)
    rows.append({"case": f"estimators {job.scenarios[0].name} cost of a path"} | cost)
    return rows


def _estimates(job: Job, runs: int) -> tuple[np.ndarray, float, xr.Dataset]:
    """(run, note, measure) over seeds, CPU seconds of a run without its pilot, and the last Dataset."""
    packed = engine.packed_of(job)
    estimates, spent = [], 0.0
    for seed in range(runs):
        seeded = _seeded(packed, job, seed)
        space = Workspace(seeded)
        start = time.process_time()
        alone.run(space, 0, PATHS // PANEL_PATHS, PATHS, seed)
        spent += time.process_time() - start
        ds = to_dataset(job.model_copy(update={"seed": seed}), space.tally())
        var, es = measures.note_tails(ds, LEVEL)
        three = [measures.expected_loss(ds)["estimate"], var["estimate"], es["estimate"]]
        estimates.append(np.stack([array.values[0] for array in three], axis=-1))
    return np.stack(estimates), spent / runs, ds


def _seeded(packed: Packed, job: Job, seed: int) -> Packed:
    """A Sobol run's scramble depends on the seed; the shifts of importance sampling hardly do."""
    return packed._replace(sampler=sobol_of(packed.problem, seed, PATHS)) if job.estimator == "sobol" else packed


def _plain_variance(ds: xr.Dataset) -> np.ndarray:
    """(note,) variance of one plain path's loss, by the weighted histogram."""
    share = mass(ds, "loss")[0] / PATHS
    loss = ds["loss_bin"].values
    return np.asarray(share @ loss**2 - (share @ loss) ** 2)
