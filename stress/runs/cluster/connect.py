"""Worker processes: started here or joined, and held to the same source before any work."""

from __future__ import annotations

import ipaddress
import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from stress.errors import ClusterLost, ConfigError
from stress.runs.cluster.work import Identity, identity

GPU = "GPU"
"""Dask's name for a card that a worker holds."""
FAILURES = 1_000
"""Deaths of workers a task may see before the scheduler gives it up (Dask: 3, too few where nodes come and go)."""
LOOPBACK = "127.0.0.1"
NO_PAGES: dict[str, list[str]] = {f"distributed.{part}.http.routes": [] for part in ("scheduler", "worker")}
"""Dask opens a port for its pages in any case; nothing is to be had there."""


@contextmanager
def local(workers: int, cards: bool = False) -> Iterator[Any]:
    """A client of worker processes on this machine: one thread each, loopback only, no dashboard.

    `cards`: each sees one card of its own, and holds Dask's resource GPU.

    All speak TLS with keys made for this run, which never touch a shared folder: whoever else works on this machine
    reaches the ports, and a Dask scheduler runs what it is told. The caller compiles the kernels first: the workers
    load them.
    """
    import dask
    from distributed import Client

    settings = {
        **NO_PAGES,
        "distributed.scheduler.allowed-failures": FAILURES,
        "distributed.nanny.pre-spawn-environ.NUMBA_NUM_THREADS": 1,
        "distributed.worker.preload": ["stress.runs.cluster.quiet"],
        "distributed.deploy.lost-worker-timeout": "60s",  # its nanny starts it again, in more than 15 s if busy
        "distributed.worker.profile.enabled": False,  # nobody looks at it, and with the ticks of every 20 ms
        "distributed.admin.tick.interval": "500ms",  # a worker that waits took 3% of a core (now 0.3%)
    }
    with (
        hushed(),
        dask.config.set(settings),
        (_cluster_of_cards() if cards else _cluster())(
            n_workers=0 if cards else workers,
            threads_per_worker=1,
            processes=True,
            host=LOOPBACK,
            security=True,
            dashboard_address=f"{LOOPBACK}:0",
            worker_dashboard_address=f"{LOOPBACK}:0",
            scheduler_kwargs={"dashboard": False},
            memory_limit=0,
            silence_logs=50,
        ) as cluster,
        Client(cluster) as client,
    ):
        if cards:
            cluster.scale(workers)
            client.wait_for_workers(workers)
        yield client


def _cluster() -> Any:
    from distributed import LocalCluster

    return LocalCluster


def _cluster_of_cards() -> Any:
    """A local cluster whose workers see one card each, by CUDA_VISIBLE_DEVICES in their environment."""

    class OfCards(_cluster()):  # type: ignore[misc]
        def new_worker_spec(self) -> dict[Any, Any]:
            specs = super().new_worker_spec()
            return {number: {**spec, "options": on_card(spec["options"], number)} for number, spec in specs.items()}

    return OfCards


def on_card(options: dict[str, Any], number: int) -> dict[str, Any]:
    """A worker's options with one of this process's cards."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    card = visible.split(",")[number].strip() if visible else str(number)
    return {**options, "env": {**options.get("env", {}), "CUDA_VISIBLE_DEVICES": card}, "resources": {GPU: 1}}


@contextmanager
def join(address: str, timeout: float = 10.0, say: Callable[[str], None] = warnings.warn) -> Iterator[Any]:
    """A client of an existing cluster. TLS comes from Dask's own configuration.

    Raises ClusterLost where no scheduler answers, ConfigError for an address that is none.
    """
    from distributed import Client

    if is_open(address):
        say(f"{address}: plain TCP beyond this machine: jobs and results travel unprotected; Dask speaks tls:// too")
    with hushed():
        try:
            client = Client(address, timeout=timeout, name="stress")
        except (OSError, TimeoutError) as error:
            raise ClusterLost(f"--scheduler {address}: no scheduler answers ({_short(error)})") from None
        except (ValueError, TypeError) as error:
            hint = f"not an address such as tcp://host:8786 ({_short(error)})"
            raise ConfigError(f"--scheduler {address}: {hint}") from None
        with client:
            yield client


def is_open(address: str) -> bool:
    """Whether an address means plain TCP to another machine."""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if parts.scheme not in ("tcp", "ws"):
        return False
    host = parts.hostname or ""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def n_slot(client: Any) -> int:
    """Tasks that the cluster runs at a time. Raises ClusterLost where it does not answer."""
    try:
        return int(sum(client.nthreads().values()))
    except Exception as error:
        raise ClusterLost(f"the cluster does not answer ({_short(error)}); run again to go on") from None


def n_card(client: Any) -> int:
    """Cards that the cluster's workers hold, by Dask's resource GPU."""
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    return int(sum(worker.get("resources", {}).get(GPU, 0) for worker in workers))


def renew(client: Any) -> None:
    """Start local workers again that Dask gave up, as it does with one that dies while it starts."""
    from distributed import LocalCluster, Status

    cluster = client.cluster
    if not isinstance(cluster, LocalCluster):
        return  # a queue may have its reasons, and jobs that fail at once would be submitted for ever
    for name, nanny in list(cluster.workers.items()):
        if nanny.status in (Status.closed, Status.failed):
            cluster.workers.pop(name, None)
    if len(cluster.workers) < len(cluster.worker_spec):
        cluster.scale(len(cluster.worker_spec))


def check(client: Any, wait: float = 30.0) -> dict[str, Identity]:
    """Version and source of every worker must be the driver's; one that dies meanwhile is not asked (tasks ask again).

    Raises ConfigError, also for what is no client or one that does not wait, ClusterLost without workers.
    """
    if not all(hasattr(client, name) for name in ("wait_for_workers", "run")):
        raise ConfigError(f"client: a {type(client).__name__} is no dask.distributed.Client")
    if getattr(client, "asynchronous", False):
        raise ConfigError(
            "client: is asynchronous, and a run waits for its paths; give a Client made outside an event loop, without "
            "asynchronous=True"
        )
    if getattr(client, "status", "") == "closed":
        raise ConfigError("client: is closed; give one that is connected to its cluster")
    try:
        client.wait_for_workers(1, timeout=wait)
    except TimeoutError:
        raise ClusterLost(f"no worker joined the cluster within {wait:.0f} s") from None
    identities = {k: v for k, v in client.run(identity, on_error="return").items() if not isinstance(v, OSError)}
    mine = identity()
    for worker, theirs in sorted(identities.items()):
        if isinstance(theirs, Exception):
            raise ConfigError(f"worker {worker}: has no stress that fits this one ({_short(theirs)})")
        for field, here, there in zip(Identity._fields, mine, theirs, strict=True):
            if here != there:
                raise ConfigError(f"worker {worker}: {field} is {there[:16]}, here it is {here[:16]}: install the same")
    return dict(identities)


@contextmanager
def hushed() -> Iterator[None]:
    """Dask tells of lost connections with tracebacks; here they are a sentence and an exit code."""
    names = [
        name for name in logging.root.manager.loggerDict if name.split(".")[0] in ("distributed", "tornado", "asyncio")
    ]
    before = {name: logging.getLogger(name).level for name in {*names, "distributed", "tornado", "asyncio"}}
    for name in before:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
