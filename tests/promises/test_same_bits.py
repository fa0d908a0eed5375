"""One job, the same bits: whatever the threads, the chunks, the vector width of the machine, or no compiler at all."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from shipped import JOB

import stress
from stress.assemble.problem import assemble
from stress.kernels import alone
from stress.kernels.memory import Workspace, pack
from stress.kernels.tally import merge
from stress.runs import engine


@pytest.fixture(scope="module")
def job():
    return stress.load(JOB).model_copy(update={"scenarios": stress.load(JOB).scenarios[:2], "paths": 20_011})


def same(a, b):
    for name in a._fields:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)


def counted(job, size):
    """The job in tasks of `size` panels, merged in reverse order."""
    packed = pack(assemble(job))
    n_panel = -(-job.paths // 512)
    tallies = []
    for first in range(0, n_panel, size):
        space = Workspace(packed)
        alone.run(space, first, min(size, n_panel - first), job.paths, job.seed)
        tallies.append(space.tally())
    return merge(tallies[::-1])


def test_any_chunking_in_any_order_gives_the_same_tally(job):
    whole = counted(job, 1000)
    for size in (1, 3, 16):
        same(whole, counted(job, size))


def test_any_number_of_threads_gives_the_same_dataset(job):
    single, three = (stress.simulate(job, threads=n) for n in (1, 3))
    for name in single.data_vars:
        np.testing.assert_array_equal(single[name].values, three[name].values, err_msg=str(name))


def test_a_longer_run_begins_with_the_shorter_one(job):
    problem = assemble(job)
    a, b = (Workspace(pack(problem)) for _ in range(2))
    alone.run(a, 0, 2, 1024, job.seed)
    alone.run(b, 0, 2, 10**9, job.seed)
    same(a.tally(), b.tally())


def test_chunks_cover_every_panel_once():
    for paths in (1, 511, 513, 20_011, 3_000_000):
        for workers in (1, 2, 64):
            covered = [i for first, n in engine.chunks(paths, workers) for i in range(first, first + n)]
            assert covered == list(range(-(-paths // 512)))


PROGRAM = f"""
import hashlib, numpy as np, stress
from stress.assemble.problem import assemble
from stress.kernels import alone
from stress.kernels.shown import SHOWN
job = stress.load({str(JOB)!r})
job = job.model_copy(update={{"scenarios": job.scenarios[:1]}})
space = alone.run_block(assemble(job), 3, job.seed)
trace = np.concatenate([np.ravel(space.traced(name)) for name in SHOWN])
print(hashlib.sha256(trace.tobytes()).hexdigest(), repr(trace[::97].tolist()))
"""


STOCK = """
from stress.kernels import stages
stages.PIPELINE = {}
from stress.kernels import jit
assert jit.PIPELINE == {}
"""
"""Before the program: stages are compiled as numba compiles functions, as where its insides are not those we know."""


def elsewhere(before: str = "", **environment: str) -> tuple[str, np.ndarray]:
    """Digest and a sample of one traced block in a process with other settings."""
    done = subprocess.run(
        [sys.executable, "-c", before + PROGRAM],
        env={**os.environ, "STRESS_CACHE": "off", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    digest, sample = done.stdout.split(" ", 1)
    return digest, np.array(eval(sample))


WIDTHS = {
    "AVX2": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx,+avx2,+fma,+bmi,+bmi2,+sse4.2,+popcnt"},
    "this machine": {},
}
"""Machines to compile for: 256 bits, and as wide as there are."""


@pytest.mark.slow
def test_narrow_vectors_give_the_same_bits_and_no_compiler_nearly():
    """AVX2 against this machine bit for bit; interpreted (where a product is rounded first) to 1e-12."""
    digest, here = elsewhere()
    narrow, _ = elsewhere(**WIDTHS["AVX2"])
    assert digest == narrow
    _, interpreted = elsewhere(NUMBA_DISABLE_JIT="1")
    np.testing.assert_allclose(interpreted, here, rtol=1e-9, atol=1e-3)


@pytest.mark.slow
def test_the_pipeline_of_numba_itself_gives_the_same_bits():
    """Two minutes of compiling on a quiet core: what our pipeline saves."""
    digest, _ = elsewhere(STRESS_CACHE="")
    stock, _ = elsewhere(STOCK)
    assert digest == stock


@pytest.mark.slow
def test_one_sha_for_all_sizes_of_task_threads_workers_restarts_and_vector_widths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property
):
    """The digest of all that was counted, in processes of their own."""
    import batch_driver
    from batch_deaths import deaths, manifest

    paths, shas = 60_000, {}

    def counted(name: str, **options: object) -> None:
        out = tmp_path / str(len(shas))
        code, _, log = batch_driver.run(out, paths=paths, **options)
        assert code == 0, log
        shas[name] = manifest(out)["result_sha256"]

    for threads, most in ((1, 512), (1, 2**20), (2, 512), (2, 5_000), (3, 2_048)):
        counted(f"{threads} threads, tasks of {most} paths", threads=threads, most=most)
    for workers in (1, 2):
        counted(f"{workers} workers", workers=workers, most=4_096)
    for seed in range(2):
        out = tmp_path / f"killed{seed}"
        died = deaths(out, paths, 3, seed)
        shas[f"killed {died} times, run {seed}"] = manifest(out)["result_sha256"]
    for name, features in WIDTHS.items():
        with monkeypatch.context() as patch:
            for key, value in {"STRESS_CACHE": "off", **features}.items():
                patch.setenv(key, value)
            counted(f"vectors of {name}", threads=2)
    for name, sha in shas.items():
        print(f"{sha}  {name}")
    assert len(set(shas.values())) == 1
    record_property("measured", f"{len(shas)} ways, one SHA-256: {next(iter(shas.values()))[:16]}...")
