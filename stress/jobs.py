"""A batch job: one run of a job file, its folder, and a manifest that says how the numbers came about."""

from __future__ import annotations

import datetime
import errno
import hashlib
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from stress.digest import source_digest
from stress.errors import ConfigError, DataError, LimitError, StressError
from stress.inputs.job import Job
from stress.inputs.load import job_hash
from stress.inputs.messages import suggest

if TYPE_CHECKING:
    import xarray as xr

Progress = Callable[[int, int], None]
"""Called with (paths done, paths in all)."""

RESULTS = "results.nc"
REPORT = "report.html"
MANIFEST = "manifest.json"


class Plan(NamedTuple):
    """What will be run and where it goes."""

    job: Job
    """With the options that override it: its hash says what was run."""
    paths: int
    seed: int
    scenarios: tuple[str, ...]
    out: Path
    threads: int | None


class Done(NamedTuple):
    """A finished run."""

    dataset: xr.Dataset
    manifest: dict[str, Any]


def plan(
    job: Job,
    paths: int | None = None,
    seed: int | None = None,
    scenarios: Sequence[str] = (),
    out: Path | None = None,
    threads: int | None = None,
) -> Plan:
    """The job with the options that override it. Raises ConfigError for a scenario that it has not."""
    chosen = choose_scenarios(job, scenarios)
    update = {
        "paths": job.paths if paths is None else paths,
        "seed": job.seed if seed is None else seed,
        "scenarios": tuple(case for case in job.scenarios if case.name in chosen),
    }
    job = job.model_copy(update=update)
    return Plan(job, job.paths, job.seed, chosen, Path("results") / job.name if out is None else out, threads)


def choose_scenarios(job: Job, wanted: Sequence[str]) -> tuple[str, ...]:
    """Names of the job's scenarios: those wanted, in the job's order, or all. `macro` means every `macro_...`."""
    names = [case.name for case in job.scenarios]
    if not wanted:
        return tuple(names)
    chosen: set[str] = set()
    for want in wanted:
        found = [name for name in names if name == want] or [name for name in names if name.startswith(f"{want}_")]
        if not found:
            raise ConfigError(
                f"--scenario {want}: the job has no such scenario: {', '.join(names)}{suggest(want, names)}"
            )
        chosen.update(found)
    return tuple(name for name in names if name in chosen)


def run(plan: Plan, progress: Progress | None = None) -> Done:
    """Simulate, then write results, report and manifest to the run's folder.

    Each file is written whole or not at all; the manifest comes last, so that a folder with one is complete.
    """
    _prepare(plan.out)
    started = datetime.datetime.now(datetime.UTC)
    clock = time.perf_counter()
    from stress import engine, report, results

    imported = time.perf_counter()
    dataset = engine.simulate(
        plan.job, paths=plan.paths, seed=plan.seed, scenarios=plan.scenarios, threads=plan.threads, progress=progress
    )
    simulated = time.perf_counter()
    with _disk(plan.out):
        (plan.out / MANIFEST).unlink(missing_ok=True)
        results.save(dataset, plan.out / RESULTS)
        report.write(dataset, plan.out / REPORT)
        manifest = {
            **_origin(plan),
            "started": started.isoformat(timespec="seconds"),
            "seconds": {
                "import": round(imported - clock, 3),
                "simulate": round(simulated - imported, 3),
                "write": round(time.perf_counter() - simulated, 3),
            },
            "result_sha256": result_digest(dataset),
            **_checks(dataset),
        }
        write_atomically(plan.out / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    return Done(dataset, manifest)


def path_at(dataset: xr.Dataset, scenario: str, tranche: str, quantile: float) -> int:
    """The path whose loss of a note is the quantile of all paths: the first one counted in its loss bin."""
    for dim, label in (("scenario", scenario), ("tranche", tranche)):
        labels = [str(known) for known in dataset[dim].values]
        if label not in labels:
            raise ConfigError(f"--{dim} {label}: one of {', '.join(labels)}{suggest(label, labels)}")
    here = {"scenario": scenario, "tranche": tranche}
    count = dataset["loss_count"].sel(here).values
    reached = count.cumsum() >= quantile * count.sum()
    path = int(dataset["loss_path"].sel(here).values[int(reached.argmax())])
    if path < 0:
        raise DataError(f"no path is counted at the {quantile} quantile of {tranche} under {scenario}")
    return path


def result_digest(dataset: xr.Dataset) -> str:
    """SHA-256 over names, dims, types and bits of all variables: equal for equal results, whatever the file's age."""
    digest = hashlib.sha256()
    for name in sorted(str(name) for name in dataset.data_vars):
        values = dataset[name]
        array = values.values
        digest.update(f"{name}{values.dims}{array.dtype.str}{array.shape}".encode())
        digest.update(array.tobytes() if array.dtype.kind != "O" else "\0".join(map(str, array.ravel())).encode())
    return digest.hexdigest()


def write_atomically(path: Path, text: str) -> None:
    """Write through a temporary file of the same folder, flushed to disk before it takes the name."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def _origin(plan: Plan) -> dict[str, Any]:
    """What the result depends on, and what it ran on."""
    import stress

    return {
        "job": plan.job.name,
        "job_hash": job_hash(plan.job),
        "stress": stress.__version__,
        "source_digest": source_digest(),
        "paths": plan.paths,
        "seed": str(plan.seed),
        "scenarios": list(plan.scenarios),
        "clock": plan.job.clock,
        "threads": plan.threads,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        **{name: _version(name) for name in ("numpy", "numba", "xarray")},
        "files": [RESULTS, REPORT],
    }


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "unknown"


def _checks(dataset: xr.Dataset) -> dict[str, Any]:
    """The engine's own checks: worst relative residual of each law, and faults, over all scenarios."""
    checks: dict[str, Any] = {}
    for variable, dim, key in (("residual", "law", "residuals"), ("fault", "check", "faults")):
        if variable in dataset:
            worst = dataset[variable].max("scenario")
            checks[key] = {str(name): value.item() for name, value in zip(worst[dim].values, worst.values, strict=True)}
    return checks


def _prepare(out: Path) -> None:
    """Make the folder and see that it can be written, before anything is computed."""
    if out.exists() and not out.is_dir():
        raise ConfigError(f"--out {out}: is a file, a folder is needed")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise ConfigError(f"--out {out}: cannot be written: {error.strerror}") from None


@contextmanager
def _disk(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise LimitError(f"{out}: the disk is full; the results are not saved") from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise StressError(f"{out}: cannot be written: {error.strerror}") from None
        raise
