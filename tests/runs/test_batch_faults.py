"""Death and loss of workers, driver, scheduler: the same bits afterwards, or a clean exit. Long versions are slow."""

import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import batch_driver
import psutil
import pytest
from batch_deaths import deaths, digest_of, killed, manifest, ran, wait_for
from handed import Capture, Patch

from stress.cli import exit_code
from stress.runs import cluster

PATHS = 16_000
MANY, LONG = 300_000, 1_000_000
Property = Callable[[str, object], None]
"""Of pytest: a test says what it measured."""


@pytest.fixture(scope="module")
def sha() -> str:
    return digest_of(PATHS)


def workers_of(child: subprocess.Popen[str]) -> list[psutil.Process]:
    return [p for p in psutil.Process(child.pid).children(recursive=True) if "spawn_main" in command(p)]


def listens(child: subprocess.Popen[str]) -> set[str]:
    """The addresses on which a run and its workers listen."""
    family = [psutil.Process(child.pid), *psutil.Process(child.pid).children(recursive=True)]
    sockets = [s for process in family for s in process.net_connections("all") if s.status == psutil.CONN_LISTEN]
    return {s.laddr.ip for s in sockets}


def command(process: psutil.Process) -> str:
    """Its command line; empty where it is gone."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_worker_processes_give_the_bits_of_threads_and_listen_on_loopback_only(
    workers: int, tmp_path: Path, sha: str
) -> None:
    child = batch_driver.start(tmp_path, paths=PATHS, workers=workers)
    wait_for(child, "counting")
    heard = listens(child)
    _, log = child.communicate(timeout=1500)
    assert child.returncode == 0, log
    assert heard
    assert heard <= {"127.0.0.1", "::1"}
    assert manifest(tmp_path)["result_sha256"] == sha
    assert manifest(tmp_path)["where"].startswith(f"{workers} worker process")


@pytest.mark.usefixtures("no_page")
def test_a_driver_killed_at_any_moment_goes_on(tmp_path: Path, sha: str) -> None:
    assert killed(tmp_path, PATHS, 1) >= 0
    assert ran(tmp_path, PATHS)["result_sha256"] == sha


@pytest.mark.slow
def test_a_driver_killed_a_hundred_times_goes_on(tmp_path: Path, record_property: Property) -> None:
    died, whole = 0, digest_of(LONG)
    for trial in range(40):
        out = tmp_path / str(trial)
        died += deaths(out, LONG, min(12, 100 - died), trial)
        assert manifest(out)["result_sha256"] == whole
        if died >= 100:
            break
    record_property("measured", f"driver killed {died} times: the same bits each time")
    assert died >= 100


@pytest.mark.slow
def test_a_killed_worker_costs_no_more_than_its_task(tmp_path: Path) -> None:
    assert worker_deaths(tmp_path, 1_000_000, 1) == 1


@pytest.mark.slow
def test_twenty_killed_workers_cost_no_more_than_their_tasks(tmp_path: Path, record_property: Property) -> None:
    died = worker_deaths(tmp_path, 30_000_000, 20)
    record_property("measured", f"{died} workers killed in one run: the same bits")
    assert died == 20


def worker_deaths(out: Path, paths: int, times: int) -> int:
    """Kill the worker that has worked most, again and again; a new one spends 2 seconds to come up."""
    child = batch_driver.start(out, paths=paths, workers=2, most=2**15)
    wait_for(child, "counting")
    died = 0
    while died < times and child.poll() is None:
        worked = {process: used(process) for process in workers_of(child)}
        oldest = max(worked, key=worked.__getitem__, default=None)
        if oldest is not None and (died == 0 or worked[oldest] > 4.0):
            oldest.kill()
            died += 1
        time.sleep(0.2)
    _, log = child.communicate(timeout=1500)
    assert child.returncode == 0, log
    assert manifest(out)["result_sha256"] == digest_of(paths)
    return died


def used(process: psutil.Process) -> float:
    """Its CPU seconds; 0 where it is gone."""
    try:
        return float(sum(process.cpu_times()[:2]))
    except psutil.NoSuchProcess:
        return 0.0


@pytest.mark.parametrize(
    ("number", "place"),
    [
        (signal.SIGINT, {"threads": 2}),
        pytest.param(signal.SIGINT, {"workers": 2}, marks=pytest.mark.slow),
        (signal.SIGTERM, {"threads": 2}),
        pytest.param(signal.SIGTERM, {"workers": 2}, marks=pytest.mark.slow),
    ],
)
def test_an_interrupt_leaves_a_checkpoint_and_exit_code_130_and_listens_on_loopback_only(
    number: signal.Signals, place: dict[str, int], tmp_path: Path
) -> None:
    child = batch_driver.start(tmp_path, paths=50_000_000, most=2**16, **place)
    wait_for(child, "counting")
    while not list((tmp_path / "checkpoint").glob("*.tally")) and child.poll() is None:
        time.sleep(0.1)
    heard = listens(child)
    os.killpg(child.pid, number) if number == signal.SIGINT else child.send_signal(number)
    _, log = child.communicate(timeout=1500)
    assert child.returncode == 130, log
    assert "run again to go on" in log
    assert "Traceback" not in log
    assert "interrupted: 0 of" not in log
    assert heard <= {"127.0.0.1", "::1"}
    assert bool(heard) == ("workers" in place)


class Cluster:
    """A scheduler and workers in processes of their own, as a cluster would have them."""

    def __init__(self, folder: Path, workers: int) -> None:
        file = folder / "scheduler.json"
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
        self.scheduler = self._start("distributed.cli.dask_scheduler", *options, "--dashboard-address", "127.0.0.1:0")
        while not file.exists() and self.scheduler.poll() is None:
            time.sleep(0.1)
        self.address: str = json.loads(file.read_text())["address"]
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        self.workers = [self._start("distributed.cli.dask_worker", self.address, *options) for _ in range(workers)]

    def _start(self, module: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", "-m", module, *options]
        void = subprocess.DEVNULL
        return subprocess.Popen(command, stdout=void, stderr=void, env=batch_driver.environment())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_an_existing_cluster_gives_the_same_bits_and_its_loss_is_exit_code_6(tmp_path: Path, sha: str) -> None:
    out = tmp_path / "out"
    with Cluster(tmp_path, 2) as cluster:
        code, _, log = batch_driver.run(tmp_path / "whole", paths=PATHS, scheduler=cluster.address)
        assert code == 0, log
        assert manifest(tmp_path / "whole")["result_sha256"] == sha

        child = batch_driver.start(out, paths=MANY, scheduler=cluster.address, most=2**13)
        wait_for(child, "progress")
        cluster.scheduler.kill()
        _, log = child.communicate(timeout=1500)
        assert child.returncode == 6, log
        assert "run again to go on" in log
        assert "Traceback" not in log
    kept = list((out / "checkpoint").glob("*.tally"))
    code, _, log = batch_driver.run(out, paths=MANY)
    assert code == 0, log
    assert manifest(out)["result_sha256"] == digest_of(MANY)
    assert bool(kept) == bool(manifest(out)["paths_found"])


def test_a_scheduler_that_does_not_answer_is_exit_code_6(tmp_path: Path, monkeypatch: Patch, capsys: Capture) -> None:
    """A second of trying, not ten."""
    monkeypatch.setattr(cluster, "join", functools.partial(cluster.join, timeout=1.0))
    options = ["--paths", "64", "--scheduler", "tcp://127.0.0.1:9", "--out", str(tmp_path)]
    assert exit_code(["run", str(batch_driver.JOB), *options]) == 6
    assert "no scheduler answers" in capsys.readouterr().err


class Workers:
    """A client whose workers answer as told."""

    def __init__(self, **answers: object) -> None:
        self.answers = answers

    def wait_for_workers(self, n: int, timeout: float) -> None:
        if not self.answers:
            raise TimeoutError

    def run(self, function: object, on_error: str) -> dict[str, object]:
        return self.answers


def test_a_worker_of_another_source_is_refused_before_any_work() -> None:
    from stress.errors import ClusterLost, ConfigError
    from stress.runs.cluster.work import identity

    mine = identity()
    assert set(cluster.check(Workers(a=mine, b=mine))) == {"a", "b"}
    with pytest.raises(ConfigError, match=r"worker b: source is 0000.* install the same"):
        cluster.check(Workers(a=mine, b=mine._replace(source="0" * 64)))
    with pytest.raises(ConfigError, match="worker a: has no stress that fits"):
        cluster.check(Workers(a=ModuleNotFoundError("No module named 'stress'")))
    assert set(cluster.check(Workers(a=mine, b=ConnectionResetError("died")))) == {"a"}
    with pytest.raises(ClusterLost, match="no worker joined"):
        cluster.check(Workers())


@pytest.mark.parametrize(
    ("address", "open_"),
    [
        ("tcp://127.0.0.1:8786", False),
        ("localhost:8786", False),
        ("[::1]:8786", False),
        ("tls://head.example:8786", False),
        ("tcp://10.0.0.5:8786", True),
        ("head.example:8786", True),
    ],
)
def test_plain_tcp_beyond_this_machine_is_warned_about(address: str, open_: bool) -> None:
    from stress.runs.cluster.connect import is_open

    assert is_open(address) is open_
