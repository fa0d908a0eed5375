"""Run a plan into its folder: count what is missing, then results, report and, last of all, the manifest."""

from __future__ import annotations

import datetime
import hashlib
import json
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from stress.atomic import write_atomically
from stress.digest import source_digest
from stress.errors import ConfigError
from stress.runs.counting.counted import Progress
from stress.runs.jobs.choices import Beside, noted, settled
from stress.runs.jobs.counts import Say, Seen, count, folder_of
from stress.runs.jobs.estimates import refuse
from stress.runs.jobs.files import disk, sha256_of
from stress.runs.jobs.origin import origin, read_json, run_id, run_parts
from stress.runs.jobs.plans import Plan
from stress.runs.jobs.where import Where

if TYPE_CHECKING:
    import xarray as xr

    from stress.results import Result

RESULTS = "results.nc"
REPORT = "report.html"
MANIFEST = "manifest.json"

Ready = Callable[["Result"], None]
"""Called with a result that is saved."""


class Done(NamedTuple):
    """A finished run."""

    dataset: Result
    """A DataTree after a sweep over deals that differ, else a Dataset."""
    manifest: dict[str, Any]
    before: bool = False
    """Whether the folder held it already, and nothing was done."""


def run(
    plan: Plan,
    progress: Progress | None = None,
    say: Say | None = None,
    stop: threading.Event | None = None,
    seen: Seen | None = None,
    ready: Ready | None = None,
) -> Done:
    """Simulate what is missing, then write results, report and manifest to the run's folder.

    Each file is written whole or not at all; the manifest comes last, so that a folder with one is complete. `stop`
    ends the run after a checkpoint. `seen` is given all that was counted by then, now and then; `ready` the result as
    soon as results.nc stands, before the report is drawn. Raises LimitError before any work, ConfigError where the
    folder holds another run or a finished one of more paths, Incomplete or ClusterLost where a second run can go on,
    KeyboardInterrupt after `stop`.
    """
    refuse(plan)
    say, stop = say or silent, stop or threading.Event()
    watch = Watch()
    plan = settled(plan, say)
    with folder_of(plan) as folder:
        if not plan.where.fresh and (manifest := finished(plan.out, wanted(plan), [plan.out] * plan.keep_paths)):
            return unchanged(plan.out, manifest, say)
        if plan.where.fresh:
            (plan.out / MANIFEST).unlink(missing_ok=True)
        refuse_shorter(plan.where, run_id(run_parts(plan.job)), plan.paths)
        beside = Beside(plan)
        counts = count(plan, folder, progress, say, stop, seen=seen, meanwhile=beside.work_out)
        if plan.keep_paths:
            keep_paths(plan, folder, progress, stop)
        watch.counted()

        from stress.runs.dataset import to_dataset

        dataset = noted(plan, to_dataset(plan.job, counts.tally), beside).assign_attrs(machine=counts.machine)
        files = write(plan.out, dataset, ready)
        manifest = {
            **origin(plan),
            "where": counts.where,
            **watch.said(),
            "paths_found": counts.paths_found,
            "paths_kept": plan.keep_paths,
            "shards_damaged": counts.store.damaged,
            "result_sha256": counts.sha256,
            "files": files,
            **checks(dataset),
        }
        write_manifest(plan.out, manifest)
    return Done(dataset, manifest)


def result_digest(dataset: xr.Dataset) -> str:
    """SHA-256 over names, dims, types and bits of all variables: equal for equal results, whatever the file's age."""
    sha = hashlib.sha256()
    for name in sorted(str(name) for name in dataset.data_vars):
        values = dataset[name]
        array = values.values
        sha.update(f"{name}{values.dims}{array.dtype.str}{array.shape}".encode())
        sha.update(array.tobytes() if array.dtype.kind != "O" else "\0".join(map(str, array.ravel())).encode())
    return sha.hexdigest()


class Watch:
    """When a run began and how long its parts took, for the manifest."""

    def __init__(self) -> None:
        self.started = datetime.datetime.now(datetime.UTC)
        self.begin = self.end = time.perf_counter()

    def counted(self) -> None:
        """The counting is over."""
        self.end = time.perf_counter()

    def said(self) -> dict[str, Any]:
        """The entries of the manifest."""
        seconds = {"simulate": self.end - self.begin, "write": time.perf_counter() - self.end}
        return {
            "started": self.started.isoformat(timespec="seconds"),
            "seconds": {name: round(spent, 3) for name, spent in seconds.items()},
        }


def silent(event: str, **fields: Any) -> None:
    """A log that nobody reads."""


def wanted(plan: Plan) -> dict[str, Any]:
    """What a manifest must say for its folder to hold this plan's results as this code writes them."""
    return {"run_id": run_id(run_parts(plan.job)), "paths": plan.paths, "source_digest": source_digest()}


def finished(out: Path, expected: dict[str, Any], keeping: Sequence[Path] = ()) -> dict[str, Any]:
    """The manifest of a folder that is complete, as expected, and whose files are as they were written; else empty.

    `keeping`: folders that must hold whole stores of paths.
    """
    manifest = read_json(out / MANIFEST)
    files = manifest.get("files")
    if any(manifest.get(key) != value for key, value in expected.items()) or not isinstance(files, dict):
        return {}
    if keeping and not (manifest.get("paths_kept") and _are_whole(keeping)):
        return {}
    intact = all(sha256_of(out / name) == files.get(name) for name in (RESULTS, REPORT))
    return manifest if intact else {}


def _are_whole(folders: Sequence[Path]) -> bool:
    from stress.results.paths import is_whole
    from stress.runs.jobs.paths import STORE

    return all(is_whole(folder / STORE) for folder in folders)


def unchanged(out: Path, manifest: dict[str, Any], say: Say) -> Done:
    """What the folder holds already."""
    from stress import results

    say("complete", out=str(out), note="the same run stands there already: nothing to do")
    return Done(results.open_any(out / RESULTS), manifest, before=True)


def refuse_shorter(where: Where, run: str, paths: int) -> None:
    """Raise ConfigError where fewer paths would replace the finished run of more."""
    held = read_json(where.folder / MANIFEST)
    before = held.get("paths")
    if not where.fresh and held.get("run_id") == run and isinstance(before, int) and before > paths:
        raise ConfigError(
            f"{where.folder}: holds the finished run of {before:,} paths, which {paths:,} would replace; --out writes "
            "elsewhere, --fresh starts over"
        )


def write(out: Path, result: Result, ready: Ready | None = None) -> dict[str, str]:
    """Write results and report; the digest of each."""
    from stress import report, results

    with disk(out):
        (out / MANIFEST).unlink(missing_ok=True)
        results.save(result, out / RESULTS)
        if ready is not None:
            ready(result)
        report.write(result, out / REPORT)
    return {name: sha256_of(out / name) for name in (RESULTS, REPORT)}


def write_manifest(out: Path, manifest: dict[str, Any]) -> None:
    """The last file of a run."""
    with disk(out):
        write_atomically(out / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def keep_paths(plan: Plan, folder: Path, progress: Progress | None, stop: threading.Event) -> None:
    """Path-level outcomes, which this process makes on its own threads wherever the counts come from."""
    from stress.runs import engine
    from stress.runs.jobs.paths import keep

    keep(plan, folder, run_id(run_parts(plan.job)), plan.where.threads or engine.n_core(), progress, stop)


def checks(dataset: xr.Dataset) -> dict[str, Any]:
    """The engine's own checks: worst relative residual of each law, and faults, over all scenarios."""
    entries: dict[str, Any] = {}
    for variable, dim, key in (("residual", "law", "residuals"), ("fault", "check", "faults")):
        if variable in dataset:
            worst = dataset[variable].max("scenario")
            entries[key] = {
                str(name): value.item() for name, value in zip(worst[dim].values, worst.values, strict=True)
            }
    return entries
