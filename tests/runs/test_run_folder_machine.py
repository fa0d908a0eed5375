"""A run's folder as a state machine: whatever was done to it, a run gives the counts of a clean one or says why not."""

import contextlib
import functools
import random
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from stress.assemble.problem import assemble
from stress.errors import StressError
from stress.inputs.load import load_job
from stress.kernels.memory import pack
from stress.runs import engine, jobs
from stress.runs.counting.counted import digest, joined
from stress.runs.jobs.lock import locked

JOB = load_job(Path(__file__).parents[2] / "scenarios/jobs/baitiao-12m.toml")
PATHS = st.sampled_from([700, 1_500, 2_600])
SEEDS = st.sampled_from([7, 7, 7, 8])


@functools.cache
def clean(paths: int, seed: int) -> str:
    """The digest of one tally of all paths."""
    job = engine.with_options(JOB, paths, seed, ["baseline"])
    return digest(joined(engine.count(pack(assemble(job)), job, threads=1)).tally())


class Folder(RuleBasedStateMachine):
    """Runs, interrupts, damage and other drivers, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="folder-machine-"))
        self.out = self.home / "out"

    def teardown(self) -> None:
        """A fresh start always works."""
        self.finish(1_500, 7, fresh=True)
        shutil.rmtree(self.home)

    def plan(self, paths: int, seed: int, **options: Any) -> Any:
        settings = {"scenarios": ["baseline"], "out": self.out, "threads": 1, "every": 0.0, "most": 512}
        return jobs.plan(JOB, **(settings | {"paths": paths, "seed": seed} | options))

    def finish(self, paths: int, seed: int, **options: Any) -> None:
        done = jobs.run(self.plan(paths, seed, **options), None, None, None)
        assert done.manifest["result_sha256"] == clean(paths, seed)
        assert done.manifest["paths"] == paths

    @rule(paths=PATHS, seed=SEEDS, threads=st.integers(1, 2), most=st.sampled_from([512, 1_024]))
    def run(self, paths: int, seed: int, threads: int, most: int) -> None:
        self.run_or_refuse(paths, seed, threads=threads, most=most)

    def run_or_refuse(self, paths: int, seed: int, **options: Any) -> None:
        try:
            self.finish(paths, seed, **options)
            return
        except StressError as error:
            refusal = error
        assert str(self.out) in str(refusal), refusal
        assert refusal.exit_code in (2, 3, 4, 5)

    @rule(paths=PATHS, after=st.integers(0, 2_000))
    def interrupt(self, paths: int, after: int) -> None:
        stop = threading.Event()

        def watch(done: int, _: int) -> None:
            if done >= after:
                stop.set()

        with contextlib.suppress(KeyboardInterrupt, StressError):
            jobs.run(self.plan(paths, 7), watch, None, stop)

    @rule(chance=st.integers(0, 2**32))
    def damage(self, chance: int) -> None:
        """Cut, flip a bit, delete or empty some file of the folder."""
        draw = random.Random(chance)
        files = sorted(path for path in self.out.rglob("*") if path.is_file() and path.name != "lock")
        if not files:
            return
        path = draw.choice(files)
        content = bytearray(path.read_bytes())
        kind = draw.randrange(4)
        if kind == 0:
            path.unlink()
        elif kind == 1 or not content:
            path.write_bytes(b"")
        elif kind == 2:
            path.write_bytes(content[: draw.randrange(len(content))])
        else:
            content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
            path.write_bytes(content)

    @rule(paths=PATHS)
    def run_beside_another_driver(self, paths: int) -> None:
        """Refused, unless it is finished and nothing is to be written."""
        (self.out / "checkpoint").mkdir(parents=True, exist_ok=True)
        with locked(self.out / "checkpoint/lock"):
            self.run_or_refuse(paths, 7)

    @invariant()
    def nothing_is_left_lying_about(self) -> None:
        assert {path.name for path in self.home.iterdir()} <= {"out"}


@pytest.fixture(autouse=True)
def quick(no_page: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Dataset and the page take seconds and have their own tests."""
    made_up = xr.Dataset({"loss_count": ("x", np.arange(3))})
    monkeypatch.setattr("stress.runs.dataset.to_dataset", lambda job, tally: made_up)


def play(examples: int, steps: int) -> None:
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    rules = settings(max_examples=examples, stateful_step_count=steps, suppress_health_check=quiet)
    run_state_machine_as_test(Folder, settings=rules)


def test_whatever_was_done_to_a_folder_a_run_is_a_clean_one_or_refused() -> None:
    play(examples=4, steps=6)


@pytest.mark.slow
def test_whatever_was_done_to_a_folder_a_run_is_a_clean_one_or_refused_many_times() -> None:
    play(examples=150, steps=15)
