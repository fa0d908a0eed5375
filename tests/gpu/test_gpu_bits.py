"""The kernel of a GPU, compiled here and run as C: its text keeps the rules, its counts are the CPU's, bit for bit."""

import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import emulated
import numpy as np
import pytest
from fake_card import FakeCard
from shipped import JOBS, ROOT
from strategies import random_job

import stress
from stress.assemble.problem import assemble
from stress.gpu.device import WARPS, GpuWorkspace
from stress.inputs.job import Job
from stress.kernels import alone
from stress.kernels.layout import LANES, PANEL_BLOCKS, PANEL_PATHS
from stress.kernels.memory import Packed, Workspace, pack
from stress.kernels.tally import Tally, merge
from stress.runs.engine import packed_of

pytestmark = pytest.mark.slow

PATHS = PANEL_PATHS + 5 * LANES + 7
"""A panel and a part of one, whose last block is in part."""
SEED = 7
BUDGET = json.loads(Path(__file__).with_name("budget.json").read_text())
"""PTX instructions a block of paths and month, and those of them on global memory, as they were when this was last
written; bytes spilled by NVIDIA's assembler."""
MARGIN = 1.03
DEALS = {
    "worked": ("baitiao-24m", {}),
    "daily": ("baitiao-24m-daily", {}),
    "billing": ("baitiao-24m-billing", {}),
    "card": ("card-master-trust", {}),
    "mixture": ("baitiao-24m-mixture", {}),
    "macro": ("baitiao-24m-macro", {}),
    "uncertain": ("baitiao-24m-uncertain", {}),
    "limits": ("platform-small-business", {}),
    "written down": ("risk-transfer", {}),
    "stages": ("auto-prime", {}),
    "swapped": ("auto-swapped", {}),
    "shared": ("bank-fixed-share", {}),
    "late issue": ("microcredit-late-issue", {}),
    "importance": ("baitiao-24m", {"estimator": "importance"}),
    "sobol": ("baitiao-24m", {"estimator": "sobol"}),
}
RANDOM = (3, 8, 11, 20, 28)
"""Random deals: formulas, ladders, conditions, in any mixture."""


def job_of(name: str, **fields: Any) -> Job:
    job = stress.load(JOBS / f"{name}.toml")
    return job.model_copy(update={"paths": PATHS, "seed": SEED, "scenarios": job.scenarios[-2:], **fields})


def on_cpu(packed: Packed, paths: int = PATHS) -> Tally:
    space = Workspace(packed)
    alone.run(space, 0, -(-paths // PANEL_PATHS), paths, SEED)
    return merge([space.tally()])


def on_card(packed: Packed, card: FakeCard, paths: int = PATHS) -> Tally:
    space = GpuWorkspace(packed, card)
    space.run(0, -(-paths // PANEL_PATHS), paths, SEED)
    tally = merge([space.tally()])
    space.close()
    return tally


def differing(here: Tally, there: Tally) -> list[str]:
    return [name for name in Tally._fields if not np.array_equal(getattr(here, name), getattr(there, name))]


@pytest.mark.parametrize("deal", DEALS)
def test_a_shipped_deal_is_counted_as_on_the_cpu(deal: str) -> None:
    name, fields = DEALS[deal]
    packed = packed_of(job_of(name, **fields))
    expected = on_cpu(packed)
    assert not differing(expected, on_card(packed, FakeCard(emulated.library())))
    assert expected.fault[:, 3].tolist() == [PATHS] * len(expected.fault)


def test_a_deal_in_mid_life_is_counted_as_on_the_cpu() -> None:
    job = job_of("baitiao-24m-daily")
    packed = packed_of(job.but(state=stress.state_at(job, 14, path=2)))
    assert packed.problem.sizes.n_before == 14
    expected = on_cpu(packed)
    assert not differing(expected, on_card(packed, FakeCard(emulated.library())))
    assert expected.fault[:, 3].tolist() == [PATHS] * len(expected.fault)


def test_what_a_book_asks_of_a_card_is_what_the_cpu_hands_over() -> None:
    packed = pack(assemble(job_of("platform-consumer")), handed=True)
    sizes, here = packed.problem.sizes, Workspace(packed)
    there = GpuWorkspace(packed, FakeCard(emulated.library(), warps=WARPS))
    shape = (2, PANEL_BLOCKS, sizes.n_month, sizes.n_factor, LANES)
    normals = np.random.default_rng(SEED).standard_normal(shape)
    for panel, handed in enumerate(there.hand(5, normals, 7 * PANEL_PATHS, SEED)):
        here.drawing()[0][:] = normals[panel].ravel()
        alone.run(here, 5 + panel, 1, 7 * PANEL_PATHS, SEED, drawn=True)
        assert np.array_equal(here.handed(), handed)
    assert panel == 1
    assert np.array_equal(here.counts().residual, there.residual())


@pytest.mark.parametrize("seed", RANDOM)
def test_a_random_deal_is_counted_as_on_the_cpu(seed: int) -> None:
    job = random_job(Random(seed))
    packed = packed_of(job.model_copy(update={"paths": 90, "scenarios": job.scenarios[:1], "estimator": "plain"}))
    assert not differing(on_cpu(packed, 90), on_card(packed, FakeCard(emulated.library()), 90))


def test_whole_obligors_are_counted_as_on_the_cpu() -> None:
    job = job_of("baitiao-24m")
    job = job.model_copy(update={"pool": job.pool.model_copy(update={"obligors": 20_000})})
    packed = packed_of(job)
    assert packed.problem.sizes.granular == 1
    assert not differing(on_cpu(packed, 70), on_card(packed, FakeCard(emulated.library()), 70))


@pytest.mark.parametrize(("warps", "backwards"), [(1, False), (5, False), (3, True)])
def test_warps_and_the_order_of_lanes_do_not_matter(warps: int, backwards: bool) -> None:
    packed = packed_of(job_of("baitiao-24m"))
    assert not differing(on_cpu(packed), on_card(packed, FakeCard(emulated.library(), warps, backwards)))


@pytest.mark.parametrize("deal", ["worked", "importance", "stages"])
def test_no_two_lanes_share_a_number_of_the_scratch(deal: str) -> None:
    name, fields = DEALS[deal]
    packed = packed_of(job_of(name, **fields))
    card = FakeCard(emulated.library(race=True), warps=1)
    on_card(packed, card, 2 * LANES)
    assert card.races() == 0


def test_a_month_takes_no_more_instructions_than_it_did() -> None:
    packed = packed_of(job_of("baitiao-24m"))
    card = FakeCard(emulated.library())
    on_card(packed, card, PANEL_PATHS)
    sizes = packed.problem.sizes
    months = PANEL_PATHS // LANES * sizes.n_scenario * sizes.n_month
    figures = {"instructions": card.executed() / months, "global_memory": card.executed("memory") / months}
    for what, number in figures.items():
        assert BUDGET[what] / MARGIN < number < BUDGET[what] * MARGIN, figures


def test_the_text_keeps_the_rules() -> None:
    ptx = emulated.text()
    floats = re.findall(r"\b((?:add|sub|mul|div|sqrt|rcp|fma|mad)\.[\w.]*f(?:32|64))\b", ptx)
    assert {op.split(".")[1] for op in floats} == {"rn"}
    assert not re.findall(r"\.f32|\.ftz|\.approx|\.local|\bcall\b|\.func\b|\bbar\.|\bex2\b|\blg2\b", ptx)
    assert set(re.findall(r"\b(?:shfl|vote)\.[\w.]+", ptx)) == {
        "shfl.sync.bfly.b32",
        "shfl.sync.idx.b32",
        "vote.sync.any.pred",
    }


def test_the_text_is_the_same_from_another_process() -> None:
    code = (
        "import hashlib, stress.gpu.emit as e;"
        f"print(hashlib.sha256(e.ptx({emulated.ARCHITECTURE!r}).encode()).hexdigest())"
    )
    known = os.environ | {"PYTHONHASHSEED": "1234", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=known, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == hashlib.sha256(emulated.text().encode()).hexdigest()


@functools.cache
def ptxas() -> str | None:
    """NVIDIA's assembler, from its wheel (`nvidia-cuda-nvcc`, 47 MB: not among the test extras) or the PATH."""
    wheels = [p for folder in sys.path for p in Path(folder).glob("nvidia/*/bin/ptxas")]
    return shutil.which("ptxas") or next((str(path) for path in wheels), None)


def test_nvidia_assembles_it_within_the_registers(tmp_path: Path) -> None:
    assembler = ptxas()
    if assembler is None:
        pytest.skip("ptxas is not here: pip install nvidia-cuda-nvcc")
    (tmp_path / "kernel.ptx").write_text(emulated.text())
    command = [assembler, "-v", "-arch=sm_90", str(tmp_path / "kernel.ptx"), "-o", str(tmp_path / "kernel.cubin")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    registers = int(re.search(r"Used (\d+) registers", done.stderr)[1])
    stores, loads = map(int, re.search(r"(\d+) bytes spill stores, (\d+) bytes spill loads", done.stderr).groups())
    assert registers <= 255
    assert stores + loads <= BUDGET["spilled_bytes"], (stores, loads)
