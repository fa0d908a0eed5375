"""A run's folder: what is there is used, what is missing or damaged is counted again, what differs is refused."""

import errno
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from handed import Patch
from shipped import JOB, ROOT

from stress.errors import ConfigError, Incomplete, LimitError, StressError
from stress.inputs.load import load_job
from stress.runs import engine, jobs
from stress.runs.jobs import files, paths, shards

PATHS = 5_000
Run = Callable[..., jobs.Done]


@pytest.fixture(autouse=True)
def quick(no_page: None, monkeypatch: Patch) -> None:
    """The Dataset and the page take seconds and have their own tests."""
    made_up = xr.Dataset({"loss_count": ("x", np.arange(3))})
    monkeypatch.setattr("stress.runs.dataset.to_dataset", lambda job, tally: made_up)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a few paths with a checkpoint after every 512."""

    def start(**options: Any) -> jobs.Done:
        progress, stop = options.pop("progress", None), options.pop("stop", None)
        settings = {"paths": PATHS, "seed": 7, "scenarios": ["baseline"], "out": tmp_path / "out", "threads": 1}
        return jobs.run(
            jobs.plan(load_job(JOB), **(settings | {"every": 0.0, "most": 512} | options)), progress, None, stop
        )

    return start


@pytest.fixture(scope="module")
def sha(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the counts, from one tally of all paths."""
    from stress.assemble.problem import assemble
    from stress.kernels.memory import pack
    from stress.runs.counting.counted import digest, joined

    job = engine.with_options(load_job(JOB), PATHS, 7, ["baseline"])
    return digest(joined(engine.count(pack(assemble(job)), job, threads=1)).tally())


def stored(out: Path) -> list[Path]:
    return sorted((out / "checkpoint").glob("*.tally"))


def stopped(run: Run, after: int = 2_000) -> None:
    """A run that an interrupt ends."""
    stop = threading.Event()
    with pytest.raises(KeyboardInterrupt, match="run again to go on"):
        run(progress=lambda done, _: stop.set() if done >= after else None, stop=stop)


def test_an_interrupted_run_goes_on_where_it_was(run: Run, tmp_path: Path, sha: str) -> None:
    stopped(run)
    assert stored(tmp_path / "out")
    assert not (tmp_path / "out/manifest.json").exists()
    done = run(threads=2, most=1024)
    assert done.manifest["result_sha256"] == sha
    assert 2_000 <= done.manifest["paths_found"] < PATHS


@pytest.mark.usefixtures("whole_dataset")
def test_a_finished_run_is_not_run_again(run: Run, tmp_path: Path) -> None:
    first = run()
    assert not first.before
    again = run(threads=2)
    assert again.before
    assert again.manifest == first.manifest


def test_a_finished_run_is_extended_by_more_paths(run: Run, sha: str) -> None:
    assert run(paths=3_000).manifest["paths"] == 3_000
    done = run()
    assert done.manifest["paths_found"] == 2_560  # whole panels: 440 paths of the sixth are counted with the rest of it
    assert done.manifest["result_sha256"] == sha


def test_fewer_paths_than_an_unfinished_run_are_those_of_a_run_of_their_own(run: Run, sha: str) -> None:
    stop = threading.Event()
    with pytest.raises(KeyboardInterrupt):
        run(paths=20_000, progress=lambda done, _: stop.set() if done >= 8_000 else None, stop=stop)
    assert run().manifest["result_sha256"] == sha


@pytest.mark.usefixtures("whole_dataset")
def test_a_finished_run_is_not_replaced_by_one_of_fewer_paths_unless_fresh(run: Run, sha: str) -> None:
    run(paths=8_000)
    with pytest.raises(ConfigError, match="finished run of 8,000 paths"):
        run()
    assert run(paths=8_000).before
    assert run(fresh=True).manifest["result_sha256"] == sha


def test_results_that_are_gone_or_damaged_are_written_again_from_the_shards(run: Run, tmp_path: Path, sha: str) -> None:
    run()
    for spoil in (Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-7])):
        spoil(tmp_path / "out/results.nc")
        done = run()
        assert not done.before
        assert done.manifest["paths_found"] == PATHS
        assert done.manifest["result_sha256"] == sha


@pytest.mark.parametrize("seed", range(4))
def test_damaged_shards_are_seen_and_counted_again(seed: int, run: Run, tmp_path: Path, sha: str) -> None:
    stopped(run, 4_000)
    chance = random.Random(seed)
    held = {path: paths_of(path) for path in stored(tmp_path / "out")}
    spoilt = chance.sample(sorted(held), 3)
    spoil(chance, spoilt)
    gone = [path.name for path in spoilt if not path.exists()]
    done = run()
    assert done.manifest["result_sha256"] == sha
    assert sorted([*done.manifest["shards_damaged"], *gone]) == sorted(path.name for path in spoilt)
    assert done.manifest["paths_found"] == sum(n for path, n in held.items() if path not in spoilt)


def paths_of(shard: Path) -> int:
    return sum(b - a for a, b in json.loads(shard.read_bytes().partition(b"\n")[0])["ranges"])


def spoil(chance: random.Random, paths: list[Path]) -> None:
    """Cut, flip a bit, delete, empty, swap for another shard."""
    for path in paths:
        content = bytearray(path.read_bytes())
        match chance.randrange(5):
            case 0:
                path.write_bytes(content[: chance.randrange(len(content))])
            case 1:
                content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
                path.write_bytes(content)
            case 2:
                path.unlink()
            case 3:
                path.write_bytes(b"")
            case _:
                path.write_bytes(content[::-1])


def test_another_job_or_code_is_refused_unless_fresh(run: Run, monkeypatch: Patch) -> None:
    run()
    with pytest.raises(ConfigError, match="other inputs, scenarios or seed; --out writes elsewhere"):
        run(seed=8)
    monkeypatch.setattr("stress.runs.jobs.origin.counters_digest", lambda: "other")
    with pytest.raises(ConfigError, match="another version of the kernels"):
        run()
    assert run(fresh=True).manifest["paths_found"] == 0


def test_a_problem_that_other_libraries_would_make_is_refused(run: Run, tmp_path: Path) -> None:
    stopped(run)
    (tmp_path / "out/checkpoint/problem.json").write_text('{"sha256": "other"}')
    with pytest.raises(ConfigError, match="other numbers"):
        run()


def test_a_damaged_note_of_the_run_does_not_lose_its_shards(run: Run, tmp_path: Path, sha: str) -> None:
    stopped(run)
    (tmp_path / "out/checkpoint/run.json").write_text('{"job": ')
    done = run()
    assert 2_000 <= done.manifest["paths_found"] < PATHS
    assert done.manifest["result_sha256"] == sha


def test_shards_are_merged_when_they_are_many(run: Run, tmp_path: Path, sha: str, monkeypatch: Patch) -> None:
    monkeypatch.setattr(shards, "MOST", 4)
    monkeypatch.setattr("stress.runs.jobs.counts.KEPT", 2)
    assert run().manifest["result_sha256"] == sha
    assert len(stored(tmp_path / "out")) == 2  # the sum, and the part panel
    (tmp_path / "out/results.nc").unlink()
    assert run().manifest["paths_found"] == PATHS


def test_a_merged_shard_beside_its_parts_counts_once(run: Run, tmp_path: Path, sha: str) -> None:
    stopped(run, 4_000)
    folder = tmp_path / "out/checkpoint"
    parts = {path: path.read_bytes() for path in stored(tmp_path / "out")}
    run()
    for path, content in parts.items():
        path.write_bytes(content)
    (tmp_path / "out/results.nc").unlink()
    assert run().manifest["result_sha256"] == sha
    assert len(list(folder.glob("*.tally"))) <= shards.KEPT + 1


def test_two_drivers_do_not_share_a_folder(run: Run, tmp_path: Path, sha: str) -> None:
    stopped(run)
    lock = tmp_path / "out/checkpoint/lock"
    code = (
        "import sys, pathlib; from stress.runs.jobs.lock import locked\n"
        f"with locked(pathlib.Path({str(lock)!r})): print('held', flush=True); sys.stdin.read()"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(ConfigError, match=rf"another run is writing here \(process {holder.pid} on"):
            run()
        holder.kill()
        holder.wait()
    assert json.loads(lock.with_name("holder.json").read_text())["pid"] == holder.pid
    assert run().manifest["result_sha256"] == sha


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_fills_up_ends_the_run_and_keeps_what_was_stored(
    error: int, run: Run, tmp_path: Path, sha: str, monkeypatch: Patch
) -> None:
    real, left = os.fsync, [6]

    def full(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(error, os.strerror(error))
        real(handle)

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Incomplete if error == errno.ENOSPC else StressError, match=r"disk is full|cannot be written"):
        run()
    monkeypatch.setattr("os.fsync", real)
    assert not list((tmp_path / "out/checkpoint").glob(".*"))
    assert run().manifest["result_sha256"] == sha


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small disk")
def test_a_small_disk_that_is_really_full(run: Run, tmp_path: Path, sha: str) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(small)], capture_output=True).returncode:
        pytest.skip("mounting is not permitted")
    try:
        with pytest.raises(Incomplete, match="disk is full"):
            run(out=small / "out", paths=40_000)
        subprocess.run(["mount", "-o", "remount,size=20m", str(small)], check=True)
        assert run(out=small / "out").manifest["result_sha256"] == sha
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        with pytest.raises(ConfigError, match="cannot be written"):
            run(out=small / "out", paths=6_000)
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_folder_that_cannot_be_written_is_told_before_any_work(run: Run, tmp_path: Path, monkeypatch: Patch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(files.tempfile, "TemporaryFile", refuse)
    with pytest.raises(ConfigError, match="cannot be written: Permission denied"):
        run()


@pytest.mark.parametrize("options", [["--paths", "1e18"], ["--max-paths", "1000"], ["--max-memory", "50MB"]])
def test_too_much_is_refused_at_once(
    options: list[str], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    command = [sys.executable, "-m", "stress", "run", str(JOB), "--out", str(tmp_path / "out"), *options]
    before = os.times()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    after = os.times()
    assert done.returncode == LimitError.exit_code
    assert "limit" in done.stderr
    assert not (tmp_path / "out").exists()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    record_property("measured", f"{' '.join(options)}: {spent:.2f} s of processor")
    assert spent < 8.0  # 0.4 s on an idle machine, and some of them are not


def test_only_one_place_to_count(run: Run) -> None:
    with pytest.raises(ConfigError, match="only one of them"):
        run(threads=2, workers=2)


def test_a_dry_run_measures_a_rate_and_a_long_run_remembers_it(tmp_path: Path, monkeypatch: Patch) -> None:
    from stress.runs.jobs import rate

    monkeypatch.setattr(rate, "_file", lambda: tmp_path / "rates.json")
    estimate = jobs.estimate(jobs.plan(load_job(JOB), paths=10**6, threads=2))
    assert estimate.rate > 1_000
    assert estimate.seconds == pytest.approx(10**6 / estimate.rate)
    assert estimate.memory > 300e6
    meter = rate.Meter(2)
    meter.keep("nothing counted")
    now = iter((100.0, 102.0))
    monkeypatch.setattr(time, "perf_counter", lambda: next(now))
    for done in (0, 512, 1512):  # the first come when the kernels are loaded, however long that took
        meter.at(done)
    meter.keep("this")
    assert rate.known("this") == pytest.approx(250, rel=0.05)
    assert rate.known("that") is rate.known("nothing counted") is None


def removed(folder: Path) -> None:
    shutil.rmtree(folder)


def moved(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def replaced_by_a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.touch()


def replaced_by_an_empty_folder(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    folder.mkdir()


TAKEN = [removed, moved, replaced_by_a_file, replaced_by_an_empty_folder]


@pytest.mark.parametrize("which", ["out/checkpoint", "out"])
@pytest.mark.parametrize("taken", TAKEN)
def test_a_folder_that_is_taken_away_while_a_run_goes_on_leaves_it_incomplete(
    which: str, taken: Callable[[Path], None], run: Run, tmp_path: Path, sha: str
) -> None:
    """It once ended in an internal error; exit code 4 says that a second run goes on, the message what is lost."""

    def take(done: int, _: int) -> None:
        if 1_000 <= done < 2_000 and (tmp_path / "out/checkpoint").is_dir():
            taken(tmp_path / which)

    with pytest.raises(Incomplete, match=r"was taken away or replaced .*what was stored in it is lost") as ended:
        run(progress=take)
    assert ended.value.exit_code == 4
    assert not (tmp_path / "out/manifest.json").exists()
    for stray in (tmp_path / "out", tmp_path / "out/checkpoint"):
        if stray.is_file():
            stray.unlink()
    assert run().manifest["result_sha256"] == sha


def test_a_checkpoint_that_is_put_back_is_used(run: Run, tmp_path: Path, sha: str) -> None:
    folder = tmp_path / "out/checkpoint"

    def take(done: int, _: int) -> None:
        if done >= 1_000 and folder.is_dir():
            moved(folder)

    with pytest.raises(Incomplete):
        run(progress=take)
    folder.with_name("elsewhere").rename(folder)
    manifest = run().manifest
    assert manifest["result_sha256"] == sha
    assert manifest["paths_found"] > 0


@pytest.mark.parametrize("taken", TAKEN)
def test_a_store_of_paths_that_is_taken_away_leaves_the_run_incomplete(
    taken: Callable[[Path], None], run: Run, tmp_path: Path, monkeypatch: Patch
) -> None:
    """Zarr makes a folder that is missing anew: the outcomes before would be read as those that were never written."""
    monkeypatch.setattr(paths, "_CHUNK_VALUES", 1)
    store = tmp_path / "out/paths.zarr"

    def take(done: int, _: int) -> None:
        if (tmp_path / "out/checkpoint/paths.json").is_file() and store.is_dir() and any(store.iterdir()):
            taken(store)

    with pytest.raises(Incomplete, match="was taken away or replaced"):
        run(progress=take, keep_paths=True)
    if store.is_file():
        store.unlink()
