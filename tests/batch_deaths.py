"""Runs that are killed, and what they left."""

import contextlib
import json
import random
import subprocess
import time
from pathlib import Path
from typing import Any

import batch_driver
import psutil


def digest_of(paths: int) -> str:
    """The digest of the counts, from one tally of all paths."""
    from stress.assemble.problem import assemble
    from stress.inputs.load import load_job
    from stress.kernels.memory import pack
    from stress.runs import engine
    from stress.runs.counting.counted import digest, joined

    job = engine.with_options(load_job(batch_driver.JOB), paths, 7, [batch_driver.SCENARIO])
    return digest(joined(engine.count(pack(assemble(job)), job)).tally())


def ran(out: Path, paths: int) -> dict[str, Any]:
    """The manifest of a run in this process; its page is drawn unless a test says otherwise."""
    from stress.inputs.load import load_job
    from stress.runs.jobs import plan, run

    settings = {"paths": paths, "seed": 7, "scenarios": [batch_driver.SCENARIO], "out": out, "threads": 1}
    run(plan(load_job(batch_driver.JOB), **settings, every=0.0, most=2048))
    return manifest(out)


def manifest(out: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((out / "manifest.json").read_text())
    return document


def wait_for(child: subprocess.Popen[str], event: str) -> None:
    """Read the log until an event."""
    assert child.stderr is not None
    for line in child.stderr:
        if f'"event": "{event}"' in line:
            return
    child.communicate()
    raise AssertionError(f"no event {event}; exit code {child.returncode}")


def kill(child: subprocess.Popen[str]) -> None:
    """SIGKILL a driver and the workers that it started."""
    if child.poll() is None:
        workers = psutil.Process(child.pid).children(recursive=True)
        child.kill()
        for process in workers:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    child.communicate()


def deaths(out: Path, paths: int, most: int, seed: int = 0) -> int:
    """Kill a run at random moments until it has ended by itself or died often enough; then let it end."""
    died = killed(out, paths, most, seed)
    code, _, log = batch_driver.run(out, paths=paths)
    assert code == 0, log
    return died


def killed(out: Path, paths: int, most: int, seed: int = 0) -> int:
    """How often a run died."""
    chance = random.Random(seed)
    died = 0
    for _ in range(most):
        child = batch_driver.start(out, paths=paths, threads=1)
        try:
            wait_for(child, "counting")
            time.sleep(chance.uniform(0.0, 1.0))
        except AssertionError:
            break
        died += child.poll() is None
        kill(child)
    return died
