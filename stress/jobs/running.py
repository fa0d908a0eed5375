"""Run a plan, or go on with it: count what is missing, then write results, report and manifest."""

from __future__ import annotations

import datetime
import hashlib
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from stress.counting.counted import Progress, digest
from stress.counting.ranges import missing, size
from stress.errors import Incomplete
from stress.jobs import rate
from stress.jobs.estimates import refuse
from stress.jobs.files import disk, prepare, sha256_of, write_atomically
from stress.jobs.lock import locked
from stress.jobs.memory import give_back_memory
from stress.jobs.origin import begin, check_problem, origin, read_json, run_id, run_parts
from stress.jobs.place import place_of
from stress.jobs.plans import Plan
from stress.jobs.shards import KEPT, Store

if TYPE_CHECKING:
    import xarray as xr

RESULTS = "results.nc"
REPORT = "report.html"
MANIFEST = "manifest.json"
CHECKPOINT = "checkpoint"

Say = Callable[..., None]
"""Called with an event and its fields."""


class Done(NamedTuple):
    """A finished run."""

    dataset: xr.Dataset
    manifest: dict[str, Any]
    before: bool = False
    """Whether the folder held it already, and nothing was done."""


class Counting(NamedTuple):
    """What the counting of a run came to, for the manifest."""

    store: Store
    where: str
    found: int
    """Paths that were there already."""


def run(
    plan: Plan, progress: Progress | None = None, say: Say | None = None, stop: threading.Event | None = None
) -> Done:
    """Simulate what is missing, then write results, report and manifest to the run's folder.

    Each file is written whole or not at all; the manifest comes last, so that a folder with one is complete. `stop`
    ends the run after a checkpoint. Raises LimitError before any work, ConfigError where the folder holds another run,
    Incomplete or ClusterLost where a second run can go on, KeyboardInterrupt after `stop`.
    """
    refuse(plan)
    prepare(plan.out)
    say = say or (lambda event, **fields: None)
    started = datetime.datetime.now(datetime.UTC)
    clock = time.perf_counter()
    folder = plan.out / CHECKPOINT
    with disk(plan.out):
        folder.mkdir(exist_ok=True)
    with disk(plan.out), locked(folder / "lock"):
        parts = run_parts(plan.job)
        begin(folder, parts, plan.fresh)
        if not plan.fresh and (manifest := _finished(plan, run_id(parts))):
            from stress import results

            say("complete", out=str(plan.out), note="the same run stands there already: nothing to do")
            return Done(results.open(plan.out / RESULTS), manifest, before=True)
        counting = _count(plan, folder, run_id(parts), progress, say, stop or threading.Event())
        if plan.keep_paths:
            _keep_paths(plan, folder, run_id(parts), progress, stop or threading.Event())
        counted = time.perf_counter()
        dataset, files = _write(plan, counting.store)
        manifest = {
            **origin(plan),
            "where": counting.where,
            "started": started.isoformat(timespec="seconds"),
            "seconds": {
                "simulate": round(counted - clock, 3),
                "write": round(time.perf_counter() - counted, 3),
            },
            "paths_found": counting.found,
            "paths_kept": plan.keep_paths,
            "shards_damaged": counting.store.damaged,
            "result_sha256": digest(_total(counting.store)),
            "files": files,
            **_checks(dataset),
        }
        write_atomically(plan.out / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    return Done(dataset, manifest)


def result_digest(dataset: xr.Dataset) -> str:
    """SHA-256 over names, dims, types and bits of all variables: equal for equal results, whatever the file's age."""
    found = hashlib.sha256()
    for name in sorted(str(name) for name in dataset.data_vars):
        values = dataset[name]
        array = values.values
        found.update(f"{name}{values.dims}{array.dtype.str}{array.shape}".encode())
        found.update(array.tobytes() if array.dtype.kind != "O" else "\0".join(map(str, array.ravel())).encode())
    return found.hexdigest()


def _count(plan: Plan, folder: Path, run: str, progress: Progress | None, say: Say, stop: threading.Event) -> Counting:
    """Count what the folder's shards do not hold."""
    store = Store(folder, run, plan.paths, plan.every)
    if plan.fresh:
        store.clear()
        (plan.out / MANIFEST).unlink(missing_ok=True)
        (folder / "problem.json").unlink(missing_ok=True)
    store.load()
    for name in store.damaged:
        say("damaged", shard=name, note="its paths are counted again")
    work = missing(plan.paths, store.ranges)
    found = plan.paths - size(work)
    if found:
        say("resumed", paths=found)
    where = "nowhere: all paths were there"
    if work:
        from stress import engine
        from stress.assemble.problem import assemble
        from stress.kernels.memory import pack

        packed = pack(assemble(plan.job))
        check_problem(folder, engine.problem_digest(packed))
        with place_of(plan, packed, lambda text: say("warning", note=text)) as place:
            where = place.words
            say("counting", where=where)
            step = None if progress is None else lambda done, _: progress(found + done, plan.paths)
            meter = rate.Meter(place.threads, len(plan.scenarios))
            stream = engine.count(
                packed, plan.job, work, place.threads, place.client, step, plan.every, stop, plan.most
            )
            try:
                for counted in stream:
                    store.add(counted)
                    meter.add(counted.n_path)
                    del counted  # its memory goes back before the next one is made
            finally:
                stream.close()
                store.flush()
                give_back_memory()
            meter.keep(engine.problem_digest(packed))
    left = plan.paths - size(r for r in store.ranges if r[1] <= plan.paths)
    if left and stop.is_set():
        raise KeyboardInterrupt(
            f"interrupted: {plan.paths - left:,} of {plan.paths:,} paths are kept; run again to go on"
        )
    if left:
        raise Incomplete(f"{left:,} of {plan.paths:,} paths are not counted; run again to go on")
    store.tidy(KEPT)
    return Counting(store, where, found)


def _write(plan: Plan, store: Store) -> tuple[xr.Dataset, dict[str, str]]:
    """Results and report, and the digest of each."""
    from stress import engine, report, results

    dataset = engine.to_dataset(plan.job, _total(store))
    with disk(plan.out):
        (plan.out / MANIFEST).unlink(missing_ok=True)
        results.save(dataset, plan.out / RESULTS)
        report.write(dataset, plan.out / REPORT)
    return dataset, {name: sha256_of(plan.out / name) for name in (RESULTS, REPORT)}


def _keep_paths(plan: Plan, folder: Path, run: str, progress: Progress | None, stop: threading.Event) -> None:
    """Path-level outcomes, which this process makes on its own threads wherever the counts come from."""
    from stress import engine
    from stress.jobs.paths import keep

    keep(plan, folder, run, plan.threads or engine.n_core(), progress, stop)


def _total(store: Store) -> Any:
    assert store.total is not None
    return store.total


def _finished(plan: Plan, run: str) -> dict[str, Any]:
    """The manifest of the same run, where it is complete and its files are as they were written; else empty."""
    manifest = read_json(plan.out / MANIFEST)
    files = manifest.get("files")
    if (manifest.get("run_id"), manifest.get("paths")) != (run, plan.paths) or not isinstance(files, dict):
        return {}
    if plan.keep_paths and not manifest.get("paths_kept"):
        return {}
    intact = all(sha256_of(plan.out / name) == files.get(name) for name in (RESULTS, REPORT))
    return manifest if intact else {}


def _checks(dataset: xr.Dataset) -> dict[str, Any]:
    """The engine's own checks: worst relative residual of each law, and faults, over all scenarios."""
    checks: dict[str, Any] = {}
    for variable, dim, key in (("residual", "law", "residuals"), ("fault", "check", "faults")):
        if variable in dataset:
            worst = dataset[variable].max("scenario")
            checks[key] = {str(name): value.item() for name, value in zip(worst[dim].values, worst.values, strict=True)}
    return checks
