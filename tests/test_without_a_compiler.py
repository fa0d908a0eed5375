"""Pieces of a kernel on their own: with NUMBA_DISABLE_JIT=1 they are plain functions. Else this file runs itself so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import hand_worked
import numpy as np
import pytest
from numba import config

from stress.assemble.problem import assemble
from stress.inputs.job import Job, ScenarioCase
from stress.kernels import by_path, laws, layout, triggers, waterfall
from stress.kernels.constants import header_of
from stress.kernels.layout import LANES
from stress.kernels.memory import Memory, Workspace, pack

plain = pytest.mark.skipif(not config.DISABLE_JIT, reason="compiled pieces have no Python face")


@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="it runs this file")
def test_the_pieces_work_without_a_compiler() -> None:
    root = Path(__file__).parents[1]
    paths = os.pathsep.join([str(root), str(root / "tests")])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__]
    known = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": paths}
    done = subprocess.run(command, cwd=root, env=known, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def memory(**of_deal: Any) -> Memory:
    """What the kernels of a small deal see at closing; pool, notes and accounts are empty."""
    job = Job(
        name="small",
        deal=hand_worked.deal(**of_deal),
        pool=hand_worked.pool(),
        scenarios=(ScenarioCase(name="base"),),
        paths=LANES,
        seed=1,
        clock="monthly",
    )
    packed = pack(assemble(job))
    space = Workspace(packed)
    return Memory(space.scratch, packed.f, packed.g, space.count, header_of(packed.header))


def put(m: Memory, row: int, value: float) -> None:
    m.w[row : row + LANES] = value


def got(m: Memory, row: int) -> float:
    """What stands on every lane of a row."""
    (value,) = set(m.w[row : row + LANES].tolist())
    return float(value)


@plain
def test_cash_that_leaks_is_seen_at_a_step() -> None:
    """Of 5 that came in 2 went out, 1 is collected and 0.5 available: 1.5 of the cut-off balance of 1000 is missing."""
    m = memory()
    put(m, m.p.cash + layout.CASH_IN, 5.0)
    put(m, m.p.cash + layout.CASH_OUT, 2.0)
    put(m, m.p.cash + layout.INCOME_COLLECTED, 0.75)
    put(m, m.p.cash + layout.PRINCIPAL_COLLECTED, 0.25)
    put(m, m.p.account + LANES, 0.5)
    laws.conserve_cash(m)
    assert got(m, m.p.cash + layout.WORST_CASH) == pytest.approx(0.0015)


@plain
def test_cash_that_leaks_is_seen_at_a_payment() -> None:
    """The same where a note got 2 and 5 was paid to others; the worst error is kept, not the last."""
    m = memory()
    put(m, m.p.cash + layout.CASH_IN, 10.0)
    put(m, m.p.cash + layout.CASH_OUT, 5.0)
    put(m, m.p.log, 2.0)
    waterfall.close(m, 0)
    assert got(m, m.p.cash + layout.WORST_CASH) == pytest.approx(0.003)
    put(m, m.p.cash + layout.CASH_IN, got(m, m.p.cash + layout.CASH_OUT) + 2.0)
    waterfall.close(m, 1)
    assert got(m, m.p.cash + layout.WORST_CASH) == pytest.approx(0.003)


@plain
def test_a_pool_that_is_not_the_sum_of_its_buckets_is_seen() -> None:
    """Buckets of -3, 40, 20 and 10 are 67 where the balance says 60: 7 too many, and 3 below zero."""
    m = memory()
    for bucket, amount in enumerate((-3.0, 40.0, 20.0, 10.0)):
        put(m, m.p.cohort + layout.ALIVE + bucket * LANES, amount)
    put(m, m.p.pool + layout.BALANCE, 60.0)
    triggers.total_pool(m)
    assert got(m, m.p.cash + layout.WORST_BALANCE) == pytest.approx(0.007)
    assert got(m, m.p.cash + layout.WORST_NEGATIVE) == pytest.approx(0.003)


@plain
def test_notes_beyond_their_assets_are_a_deficiency_or_seen() -> None:
    """Notes of 900 on a pool of 700 and principal of 150, of which 20 is collected: 50 less a gap of 30 is 20."""
    m = memory()
    put(m, m.p.note + layout.OUTSTANDING, 900.0)
    put(m, m.p.pool + layout.BALANCE, 700.0)
    put(m, m.p.account + LANES, 130.0)
    put(m, m.p.cash + layout.PRINCIPAL_COLLECTED, 20.0)
    put(m, m.p.cash + layout.GAP, 30.0)
    triggers.accrue(m, 0, 0)
    assert got(m, m.p.cash + layout.WORST_DEFICIENCY) == pytest.approx(0.02)


@plain
def test_a_polynomial_is_held_at_its_reach() -> None:
    np.testing.assert_array_equal(
        by_path._clamped(np.array([-3.0, -1.0, -0.2, 0.7, 1.0, 1.6])), [-1, -1, -0.2, 0.7, 1, 1]
    )
