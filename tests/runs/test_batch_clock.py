"""Faults of the machine around a run: clocks that jump, files that may not grow, a second driver at the same moment."""

import itertools
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import batch_driver
import pytest
from batch_deaths import digest_of, kill, manifest, ran, wait_for

PATHS = 6_000


@pytest.fixture(scope="module")
def sha() -> str:
    return digest_of(PATHS)


@pytest.mark.usefixtures("no_page")
@pytest.mark.parametrize("year", [1971, pytest.param(2100, marks=pytest.mark.slow)])
def test_files_from_another_time_are_used_all_the_same(year: int, tmp_path: Path, sha: str) -> None:
    """What is used is decided by content, never by the time of a file."""
    ran(tmp_path, PATHS // 2)
    when = time.mktime((year, 1, 1, 0, 0, 0, 0, 0, 0))
    for path in tmp_path.rglob("*"):
        os.utime(path, (when, when))
    done = ran(tmp_path, PATHS)
    assert done["paths_found"] > 0
    assert done["result_sha256"] == sha


@pytest.mark.usefixtures("no_page")
def test_a_clock_that_runs_backwards_changes_nothing(tmp_path: Path, sha: str, monkeypatch: pytest.MonkeyPatch) -> None:
    back = itertools.count()
    monkeypatch.setattr(time, "time", lambda: 4e9 - 3600.0 * next(back))
    assert ran(tmp_path, PATHS)["result_sha256"] == sha


LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.usefixtures("no_page")
def test_a_file_that_may_not_grow_ends_the_run_and_a_run_without_the_limit_goes_on(tmp_path: Path, sha: str) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    options = json.dumps({"out": str(tmp_path), "paths": PATHS, "threads": 1})
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, "20000", batch_driver.__file__, options],
        cwd=batch_driver.ROOT,
        env=batch_driver.environment() | {"STRESS_CACHE": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    assert "a file may not grow" in done.stderr
    assert not (tmp_path / "manifest.json").exists()
    assert ran(tmp_path, PATHS)["result_sha256"] == sha


@pytest.mark.slow
def test_of_two_drivers_at_once_one_is_refused_and_the_other_is_not_harmed(tmp_path: Path) -> None:
    first = batch_driver.start(tmp_path, paths=10**7, threads=1)
    wait_for(first, "progress")
    code, _, log = batch_driver.run(tmp_path, paths=PATHS, threads=1)
    assert code == 2
    assert f"another run is writing here (process {first.pid} on" in log
    assert first.poll() is None
    kill(first)
    code, _, log = batch_driver.run(tmp_path, paths=PATHS, threads=1, fresh=True)
    assert code == 0, log
    assert manifest(tmp_path)["result_sha256"] == digest_of(PATHS)
