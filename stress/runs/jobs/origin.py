"""What a result depends on: the job, the code, the libraries. A folder that was begun with others is not continued."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from stress.atomic import write_atomically
from stress.digest import counters_digest, source_digest
from stress.errors import ConfigError
from stress.inputs.job import Job
from stress.inputs.load import job_hash
from stress.runs.jobs.files import disk
from stress.runs.jobs.plans import Plan
from stress.version import __version__

RUN = "run.json"
_WORDS = {"job": "other inputs, scenarios or seed", "counters": "another version of the kernels"}


def run_parts(job: Job) -> dict[str, str]:
    """What must not change between the parts of a run. The number of paths may: a finished run can be extended.

    The arrays that the kernels get have a digest of their own (`check_problem`): whatever makes them differ (assembly,
    NumPy, SciPy) is seen there. So only the job, the code that counts and its compiler stand here.
    """
    return {
        "job": job_hash(job.model_copy(update={"paths": 0})),
        "counters": counters_digest(),
        **{name: version(name) for name in ("numba", "llvmlite")},
    }


def run_id(parts: dict[str, str]) -> str:
    """One digest of `run_parts`."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def begin(folder: Path, parts: dict[str, str], fresh: bool) -> None:
    """Note in the folder what is run. Raises ConfigError where it was begun with something else."""
    path = folder / RUN
    before = read_json(path)
    changed = [name for name in parts if before and before.get(name) != parts[name]]
    if changed and not fresh:
        differences = " and ".join(_WORDS.get(name, f"another version of {name}") for name in changed)
        raise ConfigError(f"{folder.parent}: holds a run of {differences}; --out writes elsewhere, --fresh starts over")
    if before != parts:
        with disk(folder):
            write_atomically(path, json.dumps(parts, indent=2) + "\n")


def check_problem(folder: Path, digest: str) -> None:
    """Hold the arrays that the kernels get against those of the first part. Raises ConfigError where they differ."""
    path = folder / "problem.json"
    before = read_json(path).get("sha256", digest)
    if before != digest:
        raise ConfigError(
            f"{folder.parent}: this code or machine turns the job into other numbers than the one that began the "
            "run; --fresh starts over"
        )
    if not path.exists():
        with disk(folder):
            write_atomically(path, json.dumps({"sha256": digest}) + "\n")


def origin(plan: Plan) -> dict[str, Any]:
    """What the result depends on, and what it ran on."""
    return {
        "job": plan.job.name,
        "job_hash": job_hash(plan.job),
        "run_id": run_id(run_parts(plan.job)),
        "stress": __version__,
        "source_digest": source_digest(),
        "paths": plan.paths,
        "seed": str(plan.seed),
        "estimator": plan.job.estimator,
        "scenarios": list(plan.scenarios),
        "clock": plan.job.clock,
        "threads": plan.where.threads,
        **platform_of(),
    }


def platform_of() -> dict[str, str]:
    """What a run runs on."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        **{name: version(name) for name in ("numpy", "numba", "scipy", "xarray", "dask")},
    }


def version(name: str) -> str:
    """The installed version of a library."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "unknown"


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; empty where there is none or it is damaged."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
