"""Workers as jobs of a batch queue (SLURM, PBS, ...) by dask-jobqueue: an extra, imported when it is asked for.

Partition, account, cores, memory and wall time come from Dask's own configuration (jobqueue.yaml).
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stress.errors import ClusterLost, ConfigError
from stress.runs.cluster.connect import FAILURES, LOOPBACK, NO_PAGES, hushed

QUEUES = {
    "slurm": "SLURMCluster",
    "pbs": "PBSCluster",
    "sge": "SGECluster",
    "lsf": "LSFCluster",
    "oar": "OARCluster",
    "moab": "MoabCluster",
    "htcondor": "HTCondorCluster",
    "local": "local.LocalCluster",
}
"""Queue -> class of dask_jobqueue; `local` runs the job scripts on this machine, to try a configuration out."""
WAIT = 7 * 86_400.0
"""Seconds that the first worker may wait in the queue."""


@contextmanager
def queued(queue: str, workers: int, folder: Path) -> Iterator[Any]:
    """A client of worker processes that run as jobs of a queue; they and the scheduler speak TLS.

    Keys are made for this run and lie in `folder`, which all machines must see, readable by its owner alone, while it
    lasts.
    Raises ConfigError where dask-jobqueue is missing or its configuration incomplete, ClusterLost where the queue
    refuses the jobs.
    """
    made = _class_of(queue)
    import dask
    from distributed import Client

    key = f"jobqueue.{queue}"
    options = {**dask.config.get(f"{key}.scheduler-options", {}), "dashboard_address": f"{LOOPBACK}:0"}
    extra = [*(dask.config.get(f"{key}.worker-extra-args", None) or []), "--no-dashboard"]
    with hushed(), dask.config.set({"distributed.scheduler.allowed-failures": FAILURES, **NO_PAGES}):
        try:
            cluster = made(
                security=True,
                scheduler_options=options,
                worker_extra_args=extra,
                shared_temp_directory=str(folder.resolve()),
            )
        except (ValueError, TypeError, ImportError, OSError) as error:
            raise ConfigError(f"--queue {queue}: {' '.join(str(error).split())[:300]}") from None
        with cluster, Client(cluster) as client:
            try:
                cluster.scale(workers)
            except (RuntimeError, OSError) as error:
                raise ClusterLost(f"--queue {queue}: {' '.join(str(error).split())[:300]}") from None
            yield client


def _class_of(queue: str) -> Any:
    """The cluster's class. Raises ConfigError."""
    module, _, name = f"dask_jobqueue.{QUEUES[queue]}".rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"--queue {queue}: {error.name} is missing; pip install 'abs-stress[cluster]' brings it"
        ) from None
