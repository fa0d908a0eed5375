"""Pieces of a kernel on their own: with NUMBA_DISABLE_JIT=1 they are plain functions. Else this file runs itself so."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import config
from pieces import memory, plain, same

from stress.kernels import by_path, cash, determination, waterfall

TESTS = Path(__file__).parents[1]
ALSO = (
    "kernels/test_pieces_of_counts.py",
    "kernels/test_pieces_of_determinations.py",
    "kernels/test_pieces_of_notes.py",
    "kernels/test_pieces_of_numbers.py",
    "kernels/test_pieces_of_pools.py",
    "kernels/test_pieces_of_purchases.py",
    "kernels/test_pieces_of_rates.py",
    "kernels/test_pieces_of_steps.py",
    "kernels/test_counted_again.py::test_the_counts_of_replicates_add_up_to_those_of_all_points",
)
"""Tests of other files that must pass without a compiler too."""


@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="it runs this file")
def test_the_pieces_work_without_a_compiler() -> None:
    paths = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__]
    command += [str(TESTS / name) for name in ALSO]
    known = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": paths}
    done = subprocess.run(command, cwd=TESTS.parent, env=known, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@plain
def test_cash_that_leaks_is_seen_at_a_step() -> None:
    """Of 5 that came in 2 went out, 1 is collected and 0.5 available: 1.5 of the cut-off balance of 1000 is missing."""
    m = memory()
    m.cash.cash_in, m.cash.cash_out = 5.0, 2.0
    m.cash.income_collected, m.cash.principal_collected = 0.75, 0.25
    m.account[1] = 0.5
    cash.conserve_cash(m)
    assert same(m.law.cash) == pytest.approx(0.0015)


@plain
def test_cash_that_leaks_is_seen_at_a_payment() -> None:
    """The same where a note got 2 and 5 was paid to others; the worst error is kept, not the last."""
    m = memory()
    m.cash.cash_in, m.cash.cash_out = 10.0, 5.0
    m.log[0, 0] = 2.0
    waterfall.close(m, 0)
    assert same(m.law.cash) == pytest.approx(0.003)
    m.cash.cash_in = m.cash.cash_out + 2.0
    waterfall.close(m, 1)
    assert same(m.law.cash) == pytest.approx(0.003)


@plain
def test_a_pool_that_is_not_the_sum_of_its_buckets_is_seen() -> None:
    """Buckets of -3, 40, 20 and 10 are 67 where the balance says 60: 7 too many, and 3 below zero."""
    m = memory()
    cohort = m.cohort[0, 0]
    cohort.performing, cohort.late_1, cohort.late_2, cohort.late_3 = -3.0, 40.0, 20.0, 10.0
    m.pool.balance = 60.0
    determination.total_pool(m)
    assert same(m.law.balance) == pytest.approx(0.007)
    assert same(m.law.negative) == pytest.approx(0.003)


@plain
def test_notes_beyond_their_assets_are_a_deficiency_or_seen() -> None:
    """Notes of 900 on a pool of 700 and principal of 150, of which 20 is collected: 50 less a gap of 30 is 20."""
    m = memory()
    m.note[0].outstanding = 900.0
    m.pool.balance = 700.0
    m.account[1] = 130.0
    m.cash.principal_collected, m.cash.gap = 20.0, 30.0
    determination.determine(m, 0, 0)
    assert same(m.law.deficiency) == pytest.approx(0.02)


@plain
def test_a_row_changed_in_place_is_changed_alone() -> None:
    """`note.unpaid -= x` changes the row; lanes loaded before keep what they were."""
    m = memory()
    m.note[0].unpaid = 5.0
    before = m.note[0].unpaid
    m.note[0].unpaid -= 2.0
    assert (same(m.note[0].unpaid), same(before), same(m.note[0].accrued)) == (3.0, 5.0, 0.0)


@plain
def test_a_polynomial_is_held_at_its_reach() -> None:
    np.testing.assert_array_equal(
        by_path._clamped(np.array([-3.0, -1.0, -0.2, 0.7, 1.0, 1.6])), [-1, -1, -0.2, 0.7, 1, 1]
    )
