"""What every path came to, on request: one Zarr store of the run's folder, written by one writer, read lazily.

The kernels keep outcomes of one block at a time, so the paths are simulated once more, a block of a scenario at a time.
"""

from __future__ import annotations

import json
import threading
import warnings
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from stress.arrays import Array
from stress.atomic import write_atomically
from stress.inputs.job import Job
from stress.kernels import alone
from stress.kernels.codes import FACTORS
from stress.kernels.entries import normal_panel
from stress.kernels.layout import LANES, PANEL_BLOCKS, PANEL_PATHS
from stress.kernels.memory import Packed, Workspace, aligned, pack
from stress.kernels.samplers import Sampler
from stress.kernels.tally import NOTE_QUANTITIES, POOL_QUANTITIES
from stress.results.paths import WHOLE, is_whole
from stress.runs.counting.counted import Progress
from stress.runs.counting.ranges import Range
from stress.runs.jobs.files import disk, unmoved
from stress.runs.jobs.origin import read_json
from stress.runs.jobs.plans import Plan
from stress.runs.sampling import sampler_of

STORE = "paths.zarr"
NOTE = "paths.json"
WEIGHT = "weight"
"""What a path of importance sampling stands for; its mean over all paths is 1."""
_CHUNK_VALUES = 2**17
"""Paths x scenarios of a chunk: 40 MB while it is made for four notes."""


def keep(plan: Plan, folder: Path, run: str, threads: int, progress: Progress | None, stop: threading.Event) -> None:
    """Write outcomes of all paths that are not written yet. Raises KeyboardInterrupt after `stop`."""
    job = plan.job
    chunk = max(8, _CHUNK_VALUES // len(job.scenarios) // PANEL_PATHS) * PANEL_PATHS
    note = read_json(folder / NOTE)
    known = note.get("run") == run and note.get("chunk") == chunk and (plan.out / STORE).is_dir()
    done = min(int(note["done"]), plan.paths) // chunk * chunk if known else 0
    if known and note["done"] == note["paths"] == plan.paths and is_whole(plan.out / STORE):
        return
    if done and not _holds(plan.out / STORE, done // chunk):
        done = 0
    with disk(plan.out):
        arrays = _arrays(plan.out / STORE, job, chunk, begun=bool(done))
        check_store, check_folder = unmoved(plan.out / STORE), unmoved(folder)
        for start, end, values in _outcomes(job, done, chunk, threads):
            check_store()
            check_folder()
            for name, part in values.items():
                arrays[name][..., start:end] = part
            text = {"run": run, "chunk": chunk, "paths": plan.paths, "done": end}
            write_atomically(folder / NOTE, json.dumps(text) + "\n")
            if progress is not None:
                progress(end, plan.paths)
            if stop.is_set() and end < plan.paths:
                raise KeyboardInterrupt(f"interrupted: outcomes of {end:,} paths are kept; run again to go on")
        check_store()


def _holds(store: Path, chunks: int) -> bool:
    """Whether so many chunks of every array are there."""
    import zarr

    try:
        group = zarr.open_group(store, mode="r")
        return all(isinstance(a, zarr.Array) and a.nchunks_initialized >= chunks for _, a in group.arrays())
    except Exception:  # Zarr raises all kinds for what is none: it is written anew
        return False


def _outcomes(job: Job, first: int, chunk: int, threads: int) -> Iterator[tuple[int, int, dict[str, Array]]]:
    """Chunks in order, made by threads ahead of the writer."""
    from stress.assemble.problem import assemble

    packs = [pack(assemble(job.model_copy(update={"scenarios": (case,)}))) for case in job.scenarios]
    sampler = sampler_of(job, packs[0].problem)
    n_note = len(job.deal.notes)
    starts = iter(range(first, job.paths, chunk))
    with ThreadPoolExecutor(threads) as pool:

        def submit() -> tuple[int, int, Future[tuple[Array, Array]]] | None:
            start = next(starts, None)
            if start is None:
                return None
            end = min(start + chunk, job.paths)
            return start, end, pool.submit(outcomes, packs, job.seed, (start, end), sampler)

        ahead = deque(item for item in (submit() for _ in range(threads)) if item)
        while ahead:
            start, end, future = ahead.popleft()
            rows, weight = future.result()
            if (item := submit()) is not None:
                ahead.append(item)
            named = _named(rows, n_note)
            yield start, end, {**named, WEIGHT: weight} if job.estimator == "importance" else named


def outcomes(packs: list[Packed], seed: int, paths: Range, sampler: Sampler | None = None) -> tuple[Array, Array]:
    """(scenario, quantity, path) of a range that begins with a panel, as the kernels leave them block by block, and the
    weight of each path, (path,).
    """
    start, end = paths
    sizes = packs[0].problem.sizes
    n_row = len(NOTE_QUANTITIES) * sizes.n_note + len(POOL_QUANTITIES)
    rows = np.empty((len(packs), n_row, end - start))
    panel = aligned(PANEL_BLOCKS * sizes.n_month * sizes.n_factor * LANES)
    by_block = panel.reshape(PANEL_BLOCKS, sizes.n_month, sizes.n_factor, LANES)
    weight = np.ones(-(-(end - start) // PANEL_PATHS) * PANEL_PATHS)
    spaces = [Workspace(packed) for packed in packs]
    for first in range(start, end, PANEL_PATHS):
        if sampler is None:
            normal_panel(panel, PANEL_BLOCKS, sizes.n_month, sizes.n_factor, first, np.uint64(seed), FACTORS)
        else:
            sampler.fill(panel, weight[first - start :][:PANEL_PATHS], first // PANEL_PATHS, seed)
        for block in range(-(-(min(end, first + PANEL_PATHS) - first) // LANES)):
            at = first - start + block * LANES
            width = min(LANES, end - start - at)
            for k, space in enumerate(spaces):
                space.put_normals(by_block[block])
                alone.run(space, 0, 1, width, seed, drawn=True, first_path=first + block * LANES)
                rows[k, :, at : at + width] = space.outcomes()[:, :width]
    return rows, weight[: end - start]


def _named(rows: Array, n_note: int) -> dict[str, Array]:
    """Rows by name: notes (scenario, tranche, path), pool (scenario, path)."""
    n = len(NOTE_QUANTITIES)
    notes = rows[:, : n * n_note].reshape(rows.shape[0], n_note, n, -1)
    named = {name: notes[:, :, i] for i, name in enumerate(NOTE_QUANTITIES)}
    return named | {f"pool_{name}": rows[:, n * n_note + i] for i, name in enumerate(POOL_QUANTITIES)}


def _names(job: Job) -> tuple[str, ...]:
    names = (*NOTE_QUANTITIES, *(f"pool_{q}" for q in POOL_QUANTITIES))
    return (*names, WEIGHT) if job.estimator == "importance" else names


def _arrays(store: Path, job: Job, chunk: int, begun: bool) -> dict[str, Any]:
    """The arrays of a store, which write chunks of blanks too: one that is not there was lost."""
    import zarr

    with zarr.config.set({"array.write_empty_chunks": True}):
        return _open(store, job) if begun else _create(store, job, chunk)


def _create(store: Path, job: Job, chunk: int) -> dict[str, Any]:
    """An empty store: every array checked by a CRC when it is read, coordinates by name."""
    import xarray as xr
    import zarr
    from zarr.codecs import Crc32cCodec, ZstdCodec

    names = {
        "scenario": np.array([case.name for case in job.scenarios]),
        "tranche": np.array([note.name for note in job.deal.notes]),
    }
    codecs = [ZstdCodec(level=1), Crc32cCodec()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fixed-width text has no final specification in Zarr 3 yet
        checked = {name: {"compressors": codecs} for name in names}
        xr.Dataset(coords=names).to_zarr(store, mode="w", zarr_format=3, consolidated=False, encoding=checked)
    group = zarr.open_group(store, mode="r+")
    sizes = {"scenario": len(names["scenario"]), "tranche": len(names["tranche"]), "path": job.paths}
    arrays = {}
    for name in _names(job):
        dims: tuple[str, ...] = ("scenario", "path") if name.startswith("pool_") else ("scenario", "tranche", "path")
        dims = ("path",) if name == WEIGHT else dims
        arrays[name] = group.create_array(
            name,
            shape=tuple(sizes[dim] for dim in dims),
            chunks=(*(sizes[dim] for dim in dims[:-1]), chunk),
            dtype="float64",
            fill_value=np.nan,
            dimension_names=dims,
            compressors=codecs,
            attributes={"units": "years" if name == "principal_time" else "1"},
        )
    group.attrs[WHOLE] = True
    _gather(store)
    return arrays


def _open(store: Path, job: Job) -> dict[str, Any]:
    """The store of an earlier part, made as long as the run is now."""
    import zarr

    group = zarr.open_group(store, mode="r+")
    arrays: dict[str, Any] = {}
    for name in _names(job):
        arrays[name] = group[name]
        arrays[name].resize((*arrays[name].shape[:-1], job.paths))
    _gather(store)
    return arrays


def _gather(store: Path) -> None:
    """Write the metadata of all arrays in one place, where xarray looks first."""
    import zarr

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is not in the specification of Zarr 3 yet either
        zarr.consolidate_metadata(store)
